//! Training: gradients through time over a rule's products, optimisers, initialisations.

pub mod bptt;
mod chunk;
pub mod dropout;
pub mod loss;
mod model;

pub use model::{Model, Readout};
