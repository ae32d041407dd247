//! Path integrators that see: models of an environment, and the network that is made of them.
//!
//! Source: fanthomme2021, chapter 8.

mod batch;
mod decoder;
mod integrator;
mod models;
mod modules;
mod sample;

pub use batch::{Averaging, Losses, Shown, Transitions, Walks, Weights};
pub use decoder::{Deep, DeepDecoder};
pub use integrator::Integrator;
pub use modules::{Gate, Module, Modules};
pub use sample::{Cues, Glimpses, Sampler};
