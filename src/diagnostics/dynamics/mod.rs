//! Of a system: how it moves and how its tangents grow.

pub mod lyapunov;
