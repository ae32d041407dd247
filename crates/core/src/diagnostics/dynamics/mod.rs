//! Of a system: how it moves and how its tangents grow.

pub mod adjoint;
pub mod covariant;
pub mod cycles;
pub mod fixed_points;
pub mod flow_field;
pub mod lyapunov;
pub mod recurrent;
pub mod trajectories;
