//! Demixed principal components: activity taken apart by what was varied, each part with directions of its own.

mod fit;
mod marginal;
mod trials;

pub use fit::{Component, Demixed, Fit};
pub use marginal::{Marginal, Plan};
pub use trials::{Chosen, Means, choose_ridge};
