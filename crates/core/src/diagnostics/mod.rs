//! What is measured on a system or on recorded activity; results only, no printing, no files.

pub mod dynamics;
pub mod geometry;
pub mod regression;

/// A number with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its standard error.
    pub std_error: f64,
}
