//! Errors of exponents.

use crate::Row;

pub fn rows() -> Vec<Row> {
    vec![]
}
