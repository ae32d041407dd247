//! Training: gradients through time over a rule's products, optimisers, initialisations.

pub mod bptt;
mod chunk;
pub mod clip;
pub mod distillation;
pub mod dropout;
pub mod init;
pub mod loss;
mod model;
pub mod optimiser;
pub mod radd;
pub mod schedule;
pub mod sessions;
pub mod trainer;

pub use model::{Model, Readout};
