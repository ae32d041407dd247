//! nullcline tells what a recurrent network computes, seen as a dynamical system.
//!
//! A weight file or a recording goes in; out come fixed points, Lyapunov exponents, dimensions and read-outs, each with its error
//! bar, and if you like a report with tables and figures. The README tells of the command; this is the library behind it.
//!
//! # Rooms
//!
//! | module | holds |
//! |---|---|
//! | [`systems`] | networks and other systems: rules with their derivatives, maps and flows, cells, weight files |
//! | [`diagnostics`] | what is measured [on a system](diagnostics::dynamics) and [on activity](diagnostics::geometry), one page a method with formula, units and source |
//! | [`inference`] | couplings behind data |
//! | [`training`], [`tasks`] | networks that solve tasks, and small ones that do what a large one does |
//! | [`numbers`] | values with standard errors |
//! | [`io`] | weight files and tables |
//! | [`analyses`], [`job`] | what the command asks, as values that can be written down; [`jobs`] reads them by name |
//! | [`report`] | answers told: pages, figures, tables, summaries |
//! | [`studies`] | what papers claim, tested against simulation |
//! | [`pipeline`] | many jobs from one file, their numbers side by side |
//! | [`cli`], [`selftest`] | the command, and systems with known answers measured on your machine |
//! | [`linalg`], [`memory`] | matrices and random streams; a bound on memory |
//!
//! `nullcline-core` is all of it but `report`, `studies` and the command, for programs that want numbers alone. There are no
//! cargo features to choose.
//!
//! # Three things to do first
//!
//! Lyapunov exponents and fixed points of a network in a file:
//!
//! ```
//! use nullcline::diagnostics::dynamics::fixed_points::{self, fixed_points};
//! use nullcline::diagnostics::dynamics::lyapunov::{self, Drive, lyapunov};
//! use nullcline::diagnostics::dynamics::trajectories::{Inputs, random_states, trajectories};
//! use nullcline::systems::checkpoint::{Spec, load};
//!
//! let file = nullcline::io::tensors::read("datasets/sine_tanh.pt".as_ref()).unwrap();
//! let network = load(&file, &Spec::default()).unwrap();
//! let (system, input) = (network.system.as_ref(), vec![0.0; network.inputs]);
//! let starts = random_states(system, 4, 1);
//!
//! // Three exponents in nats a step, under zero input, for every attractor that the four states reach.
//! let options = lyapunov::Options { exponents: Some(3), max_steps: 2000, ..Default::default() };
//! let spectrum = lyapunov(system, starts.as_ref(), &Drive::Constant(&input), &options, &|_| ()).unwrap();
//! for attractor in &spectrum.attractors {
//!     let first = attractor.exponent(0);
//!     println!("{:?}, share {}: {} +- {:?}", attractor.kind, attractor.share, first.value, first.std_error);
//! }
//!
//! let states = trajectories(system, starts.as_ref(), &Inputs::Constant(input.clone()), 100).pooled();
//! let search = fixed_points::Options { starts: 64, budget: 0, ..fixed_points::Options::for_dimension(32) };
//! let found = fixed_points(system, states.as_ref(), &input, &search, &|| ());
//! for point in &found.points {
//!     println!("{:?}, {:?}: {} unstable directions", point.label, point.stability, point.unstable);
//! }
//! assert!(!spectrum.attractors.is_empty() && !found.points.is_empty());
//! ```
//!
//! A recording, and the training of a network, by jobs, as the command runs them:
//!
//! ```
//! use nullcline::analyses::training::Train;
//! use nullcline::analyses::{Analysis, Analyze, Finding};
//! use nullcline::job::{Desk, Job};
//! use serde_json::json;
//!
//! let job: Analyze = serde_json::from_value(json!({ "file": "datasets/ibl_activity.csv", "modules": "pca" })).unwrap();
//! let Analysis::Recording(recording) = job.run(&Desk::BARE).unwrap() else { panic!("weights") };
//! let Finding::Pca(found) = &recording.findings[0] else { panic!("no components") };
//! let dimension = found.pca.participation_ratio;
//! println!("{} units move in {} +- {:?} dimensions", recording.about.units, dimension.value, dimension.std_error);
//! assert!(dimension.value < 20.0);
//!
//! let settings = json!({ "task": "flip-flop", "cell": "gru", "units": 8, "bits": 1, "steps": 10, "train_items": 128,
//!                        "validation_items": 32, "test_items": 32, "epochs": 3, "rate": 0.03 });
//! let job: Train = serde_json::from_value(settings).unwrap();
//! let trained = job.run(&Desk::BARE).unwrap();
//! assert!(trained.best().unwrap().validation_loss < trained.curve[0].validation_loss);
//! ```
//!
//! [`report::runner::run`] takes the same job and writes the folder that the command writes. How numbers, errors and shapes are to
//! be read is said on the page of [`numbers`] and in the documentation of `nullcline-core`: one standard error, `None` where it is not
//! known, natural logarithms, time in steps for maps.

#![forbid(unsafe_code)]

pub mod cli;
pub mod jobs;
pub mod pipeline;
pub mod selftest;

#[cfg(feature = "tables")]
pub use nullcline_core::polars;
pub use nullcline_core::{
    analyses, diagnostics, inference, io, job, linalg, memory, numbers, systems, tasks, training,
};
pub use nullcline_report as report;
pub use nullcline_studies as studies;

/// The README's examples, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
