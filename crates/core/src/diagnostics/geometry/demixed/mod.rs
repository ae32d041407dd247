//! Demixed principal components: activity taken apart by what was varied, each part with directions of its own.

mod fit;
mod held_out;
mod marginal;
mod significance;
mod trials;

pub use fit::{Component, Demixed, Fit};
pub use marginal::{Marginal, Plan};
pub use significance::{Axis, Significance, Test, significance};
pub use trials::{Chosen, Means, choose_ridge};
