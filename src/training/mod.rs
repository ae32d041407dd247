//! Training: gradients through time over a rule's products, optimisers, initialisations.

mod model;

pub use model::{Model, Readout};
