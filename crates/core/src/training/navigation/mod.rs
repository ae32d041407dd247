//! Path integrators that see: models of an environment, and the network that is made of them.
//!
//! Source: fanthomme2021, chapter 8.

mod batch;
mod decoder;
mod integrator;
mod looking;
mod measuring;
mod memory;
mod models;
mod modules;
mod sample;
mod teaching;

use measuring::TESTED;

pub use batch::{Averaging, Losses, Shown, Transitions, Walks, Weights};
pub use decoder::{Deep, DeepDecoder};
pub use integrator::Integrator;
pub use looking::{Modelled, disordered, log_kept, representations, told};
pub use measuring::{Course, Explained, Walked, Way};
pub use memory::Memory;
pub use modules::{Gate, Module, Modules, Recurrence};
pub use sample::{Cues, Glimpses, Sampler};
pub use teaching::{Lesson, LessonRow, Rates, Teacher, Teaching};
