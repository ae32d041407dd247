//! Dynamical systems: the rule, its meaning in time, the cells, systems with known answers.
//!
//! A [`Rule`](rule::Rule) is y = F(x, u) with its derivatives; a [`System`](time::System) says whether that is the map itself, or the
//! velocity of a flow and how this is integrated. [`cells`] are the rules of recurrent networks, [`architecture`] puts layers of
//! them together, [`checkpoint`] makes networks of weight files and back, and [`reference`](mod@reference) has systems with known answers.
//!
//! ```
//! use nullcline_core::systems::architecture::Architecture;
//! use nullcline_core::systems::cells::{Gru, Rate, Scheme, Vanilla};
//! use nullcline_core::systems::reference::Lorenz;
//! use nullcline_core::systems::time::{Flow, Map, System};
//! use nullcline_core::linalg::activation::Activation;
//!
//! // A cell whose parameters are written one by one, a network of two layers with all of them in one vector, a flow.
//! let cell = Map::new(Vanilla::new(3, 1, Activation::Tanh));
//! let deep = Architecture::new(Gru::cell(), 1, &[4, 2]).unwrap();
//! let parameters: usize = deep.rule::<f64>().layout().iter().map(|b| b.rows * b.cols).sum();
//! let deep = deep.system(&vec![0.1; parameters]);
//! let lorenz = Flow::new(Lorenz::default(), 0.01);
//! let systems: [(&dyn System, usize, bool); 3] = [(&cell, 3, false), (deep.as_ref(), 6, false), (&lorenz, 3, true)];
//! for (system, n, flow) in systems {
//!     assert_eq!((system.step().dim(), system.is_flow()), (n, flow));
//! }
//!
//! // The same rate network as a flow, and as the map of Euler steps that task papers train.
//! for (euler, flow) in [(false, true), (true, false)] {
//!     let cell = Rate::cell(Activation::Tanh, vec![0.1; 3], Scheme { dt: 0.02, euler });
//!     let system = Architecture::new(cell, 0, &[3]).unwrap().system(&[0.0; 15]);
//!     assert_eq!((system.is_flow(), system.time_step()), (flow, 0.02));
//! }
//! ```

pub mod architecture;
pub mod cells;
pub mod checkpoint;
pub mod couplings;
pub mod noise;
pub mod recurrence;
pub mod reference;
pub mod rule;
pub mod time;
