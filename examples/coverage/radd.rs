//! Errors of radd.

use crate::Row;

pub fn rows() -> Vec<Row> {
    vec![]
}
