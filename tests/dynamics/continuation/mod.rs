//! Continuation: bifurcations and branches that are known otherwise.

mod cells;
mod closed_forms;
mod crowded;
mod cycles;
mod enemies;
mod golden_points;
mod manifolds;
mod model;
mod networks;
