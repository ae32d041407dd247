//! Errors of inferred couplings.

use crate::Row;

pub fn rows() -> Vec<Row> {
    vec![]
}
