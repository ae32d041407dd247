//! Training: gradients through time over a rule's products, optimisers, initialisations.

pub mod bptt;
mod chunk;
pub mod clip;
pub mod distillation;
pub mod dropout;
pub mod episodes;
pub mod init;
pub mod loss;
mod model;
pub mod optimiser;
mod player;
pub mod radd;
mod record;
pub mod schedule;
pub mod trainer;

pub use model::{Model, Readout};
pub use player::Player;
