//! Errors of decoding.

use crate::Row;

pub fn rows() -> Vec<Row> {
    vec![]
}
