//! Training: gradients through time over a rule's products, optimisers, initialisations.
//!
//! A [`Model`] is a rule with a read-out. [`init`] makes one with initial parameters, a [`Trainer`](trainer::Trainer) fits it to a
//! task of items, a [`Learner`](episodes::Learner) to episodes that it plays; [`bptt`] are the gradients of both. [`radd`] and
//! [`distillation`] make a small network of a large one. [`layers`] have no memory; [`navigation`] makes path integrators of them.

pub mod bptt;
mod chunk;
pub mod clip;
pub mod descent;
pub mod distillation;
pub mod dropout;
pub mod episodes;
pub mod init;
pub mod integration;
pub mod layers;
pub mod loss;
mod model;
pub mod navigation;
pub mod optimiser;
mod player;
pub mod radd;
mod record;
pub mod schedule;
pub mod trainer;

pub use model::{Model, Readout};
pub use player::Player;
