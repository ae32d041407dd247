//! Navigation: rooms with lights, an eye that sees them, and ways through them.
//!
//! Source: fanthomme2021, chapter 8 and appendix B.

mod decoding;
mod environment;
mod file;
mod map;
mod retina;
mod world;

pub use decoding::{Decoder, ErrorMap, lattice, linear};
pub use environment::{GridWorld, Visit};
pub use map::{Edge, Goal, Light, Map, MapError, Room};
pub use retina::{Normalisation, Retina};
pub use world::{Moved, Place, Trajectory, World};
