//! Training: gradients through time over a rule's products, optimisers, initialisations.

pub mod clip;
mod model;
pub mod optimiser;
pub mod schedule;

pub use model::{Model, Readout};
