//! How many coordinates it takes to say where on its manifold activity is, curved or not.

mod correlation_sum;
mod distances;
mod surrogate;
mod two_nearest;

pub use correlation_sum::{CorrelationDimension, correlation_dimension};
pub use distances::Distances;
pub use surrogate::Spectrum;
pub use two_nearest::{TwoNearest, two_nearest};

/// Parts of successive points that errors leave out.
const PARTS: usize = 20;

/// The part that point `i` of `n` belongs to.
fn part(i: usize, n: usize) -> usize {
    i * PARTS.min(n) / n
}
