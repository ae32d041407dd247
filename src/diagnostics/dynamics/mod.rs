//! Diagnostics of a dynamical system.

pub mod fixed_points;
