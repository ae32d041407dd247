//! The science of nullcline: what a recurrent network computes, seen as a dynamical system, each number with its error.
//!
//! # Rooms
//!
//! | room | holds |
//! |---|---|
//! | [`systems`] | rules y = F(x, u) with their derivatives, what they mean in time (maps, flows), every recurrent cell, systems with known answers, weight files made into networks |
//! | [`diagnostics`] | [of a system](diagnostics::dynamics): Lyapunov exponents and vectors, adjoints, fixed points, cycles, flow fields; [of activity](diagnostics::geometry): principal components, angles, decoding, clusters |
//! | [`inference`] | Gaussian models with couplings: estimates, sparse and not, how strongly to regularise them, their posterior |
//! | [`training`] | backpropagation through time over any rule, initial parameters, optimisers, distillation into small networks |
//! | [`tasks`] | what networks are trained on |
//! | [`numbers`] | values with standard errors, and every way to come by one |
//! | [`io`] | weight files and tables, in and out; nothing in a file is ever executed |
//! | [`job`], [`analyses`] | a question as a value that can be written down, checked and run; what the command asks |
//! | [`linalg`], [`memory`] | the ground: matrices, seeded random streams, a bound on memory |
//!
//! A room imports those below it alone, and none knows a page: reports are made of these numbers by the crate `nullcline-report`.
//!
//! # Analyse a network
//!
//! From a file of PyTorch, Keras, Flax or numpy ([`systems::checkpoint::load`] says which names are known), or from matrices:
//!
//! ```
//! use faer::mat;
//! use nullcline_core::diagnostics::dynamics::fixed_points::{self, fixed_points};
//! use nullcline_core::diagnostics::dynamics::lyapunov::{self, Drive, Status, lyapunov};
//! use nullcline_core::diagnostics::dynamics::trajectories::{Inputs, random_states, trajectories};
//! use nullcline_core::linalg::activation::Activation;
//! use nullcline_core::systems::{cells::Vanilla, time::Map};
//!
//! // h' = tanh(W h): the first unit remembers a sign, the second forgets.
//! let mut cell = Vanilla::new(2, 0, Activation::Tanh);
//! cell.params_mut().mat_mut(1).copy_from(mat![[1.5, 0.0], [0.0, 0.5]]);
//! let network = Map::new(cell);
//!
//! // Exponents in nats a step, for each attractor that some initial state reaches.
//! let starts = random_states(&network, 8, 1);
//! let none = Drive::Constant(&[]);
//! let spectrum = lyapunov(&network, starts.as_ref(), &none, &lyapunov::Options::default(), &|_| ()).unwrap();
//! for attractor in &spectrum.attractors {
//!     let first = attractor.exponent(0);
//!     assert_eq!(attractor.status, Status::Exact);
//!     assert!((first.value - 0.5f64.ln()).abs() < 1e-9, "{:?} +- {:?}", first.value, first.std_error);
//! }
//!
//! // Fixed points, the unstable one between the two attractors too, and a proof that there are no others.
//! let states = trajectories(&network, starts.as_ref(), &Inputs::Constant(vec![]), 50).pooled();
//! let search = fixed_points::Options::for_dimension(2);
//! let found = fixed_points(&network, states.as_ref(), &[], &search, &|| ());
//! assert_eq!(found.points.iter().map(|p| p.unstable).collect::<Vec<_>>(), [0, 0, 1]);
//! assert!(found.complete);
//! ```
//!
//! # Analyse a recording
//!
//! Whatever the command `nullcline analyze` does is one job; its options are settings, its answer is typed:
//!
//! ```
//! use nullcline_core::analyses::{Analysis, Analyze, Finding};
//! use nullcline_core::job::{Desk, Job};
//!
//! // A row is a time step, a column a unit.
//! let settings = serde_json::json!({ "file": "../../datasets/ibl_activity.csv", "modules": "pca" });
//! let job: Analyze = serde_json::from_value(settings).unwrap();
//! let Analysis::Recording(recording) = job.run(&Desk::BARE).unwrap() else { panic!("weights") };
//! let [Finding::Pca(components)] = &recording.findings[..] else { panic!("{} findings", recording.findings.len()) };
//! let dimension = components.pca.participation_ratio;
//! assert!(dimension.value > 1.0 && dimension.value < 20.0);
//! // Successive rows are alike for so long that 400 of them do not tell the error: none is made up.
//! assert_eq!(dimension.std_error, None);
//! ```
//!
//! # Train a network
//!
//! ```
//! use nullcline_core::systems::{architecture::Architecture, cells::Gru};
//! use nullcline_core::tasks::{FlipFlop, Sizes};
//! use nullcline_core::training::init::{Init, model};
//! use nullcline_core::training::trainer::{Settings, Trainer};
//!
//! let task = FlipFlop::new(1, 0.2, 10, Sizes { train: 256, validation: 64, test: 64 }, 1);
//! let gru = Architecture::new(Gru::cell(), 1, &[8]).unwrap();
//! let settings = Settings { epochs: 12, rate: 0.03, ..Settings::default() };
//! let mut trainer = Trainer::new(model::<f32>(&gru, 1, Init::Default, 1).unwrap(), &task, &settings).unwrap();
//! let mut state = trainer.start();
//! trainer.run(&mut state, &mut |_| true);
//! trainer.test(&mut state);
//! // Guessing costs 1; the curve begins with what the initial parameters cost.
//! assert!(state.test.unwrap().loss < 0.5 * state.curve[0].validation_loss);
//! ```
//!
//! # How numbers are read
//!
//! A number that was measured is an [`Estimate`](numbers::Estimate): `value`, `std_error` and `n`, the independent pieces that the
//! error rests on. `std_error` is one standard error, not an interval; [`reach`](numbers::Estimate::reach) is the half width of
//! the 95 % interval by Student's law. An error that is not known is `None`, an exact number has `Some(0.0)`. Results that may
//! not have converged carry a status beside them ([`Status`](diagnostics::dynamics::lyapunov::Status),
//! [`Label`](diagnostics::dynamics::fixed_points::Label), `complete`, `defined`): read it first.
//!
//! # Conventions
//!
//! - States are columns: n x r holds r states, n x T a trajectory, and activity is units by rows (n x T) wherever it is a matrix.
//! - Weights multiply columns, W h; W_ij is the weight onto unit i from unit j.
//! - Time is that of the system: steps for a map, its own unit for a flow. Rates and exponents are in nats (natural logarithms)
//!   per unit of it, so per step for maps.
//! - Results depend on the seed and never on the number of threads. Last bits may differ between processors.
//! - Input of a user gives an error that says what to do; panics are for shapes that a program gets wrong, and documented.
//!
//! # Errors
//!
//! Functions return typed errors that carry what was found and what was expected. [`job::Error`] gathers them for commands, with
//! their exit status.

#![forbid(unsafe_code)]

/// Names the variants of an enum once: its `name()`, what serde writes, and the values in the schema.
///
/// ```
/// #[derive(Clone, Copy)]
/// enum Verdict { Holds, Differs }
/// nullcline_core::named! { Verdict: Self::Holds => "holds", Self::Differs => "differs" }
///
/// assert_eq!(serde_json::to_string(&Verdict::Holds).unwrap(), "\"holds\"");
/// assert_eq!(Verdict::Differs.name(), "differs");
/// ```
#[macro_export]
macro_rules! named {
    ($type:ident: $($variant:pat => $name:literal),+ $(,)?) => {
        impl $type {
            /// The name in summaries and tables.
            pub fn name(self) -> &'static str {
                match self { $($variant => $name),+ }
            }
        }
        impl $crate::serde::Serialize for $type {
            fn serialize<S: $crate::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.name())
            }
        }
        impl $crate::schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut $crate::schemars::SchemaGenerator) -> $crate::schemars::Schema {
                $crate::schemars::json_schema!({ "type": "string", "enum": [$($name),+] })
            }
        }
    };
}
#[doc(hidden)]
pub use {schemars, serde};

pub mod analyses;
pub mod diagnostics;
pub mod inference;
pub mod io;
pub mod job;
pub mod linalg;
pub mod memory;
pub mod numbers;
pub mod systems;
pub mod tasks;
pub mod training;

/// The library of tables that [`io::table::frame`] and [`io::table::Table::frame`] give frames of.
///
/// Its queries run on threads of their own, as many as the variable `POLARS_MAX_THREADS` says at their start; reading and
/// writing tables here starts none of them.
#[cfg(feature = "tables")]
pub use polars;
