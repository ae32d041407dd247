//! Diagnostics of a dynamical system.

pub mod fixed_points;
pub mod flow_field;
pub mod recurrent;
pub mod trajectories;
