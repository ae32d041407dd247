//! Of a system: how it moves and how its tangents grow.
//!
//! | question | method |
//! |---|---|
//! | Is it chaotic, how fast does it forget, how many dimensions has its attractor? | [`lyapunov`] |
//! | How fast do perturbations grow at this step of a trial? | [`local_exponents`] |
//! | In which directions does it grow, and are these apart? | [`covariant`] |
//! | How far back do gradients reach? | [`adjoint`] |
//! | Where does it rest, stably or not, and are these all the points? | [`fixed_points`] |
//! | Does it oscillate, with which period, and how does it answer a kick? | [`cycles`] |
//! | How do the places of rest move, vanish and appear as an input or a parameter changes? | [`continuation`] |
//! | What does the flow in a plane look like? | [`flow_field`] |
//! | Where does it go from here? | [`trajectories`] |
//! | Where does noise carry it? | [`noisy`] |
//! | How does it move if it denoises in a known density? | [`langevin`] |
//! | Does it integrate its inputs, and for how long? | [`integrator`] |
//! | What do its matrices alone say? | [`recurrent`] |
//! | Which dynamics does recorded activity tell of, and are two alike? | [`from_data`] |

pub mod adjoint;
pub mod continuation;
pub mod covariant;
pub mod cycles;
pub mod fixed_points;
pub mod flow_field;
pub mod from_data;
pub mod integrator;
pub mod langevin;
pub mod local_exponents;
pub mod lyapunov;
pub mod noisy;
pub mod recurrent;
pub mod trajectories;
