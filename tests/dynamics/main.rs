//! Exponents, vectors, points, cycles and adjoints of systems.

mod continuation;
mod covariant;
mod cycles;
mod exact_points;
mod fixed_points;
mod fixed_points_kinks;
mod fixed_points_proofs;
mod fixed_points_search;
mod flow_field;
mod from_data;
mod golden_adjoint;
mod golden_cells;
mod golden_nets;
mod integrator;
mod lyapunov_coverage;
mod lyapunov_driven;
mod lyapunov_kinks;
mod lyapunov_known;
mod lyapunov_nets;
mod lyapunov_settled;
mod lyapunov_trends;
mod piecewise;
mod recurrent;
mod rule_contract;
