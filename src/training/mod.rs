//! Training: gradients through time over a rule's products, optimisers, initialisations.

pub mod clip;
pub mod init;
mod model;
pub mod optimiser;
pub mod schedule;

pub use model::{Model, Readout};
