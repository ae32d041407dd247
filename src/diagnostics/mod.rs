//! Diagnostics: a system or arrays in, a result struct out. No printing, no files, no clock.

pub mod dynamics;
pub mod geometry;

/// A number with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub std_error: f64,
}
