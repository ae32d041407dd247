//! Lyapunov exponents as measured numbers.

use crate::common::*;
use nullcline_core::diagnostics::dynamics::lyapunov::{Attractor, Kind};

/// The exponents of an attractor with their errors over batches; those of a fixed point are eigenvalues and exact.
pub fn measures(a: &Attractor) -> Vec<Estimate> {
    let one = |(value, error): (&f64, &f64)| match a.kind {
        Kind::FixedPoint => Estimate::exact(*value, a.members.len()),
        _ => Estimate::new(*value, *error, a.history.time.len()),
    };
    a.exponents.iter().zip(&a.std_error).map(one).collect()
}
