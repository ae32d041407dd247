//! What is asked of a network, a recording or a table: checked settings in, several diagnostics of one thing, one
//! typed result out.
//!
//! Every analysis is a [`Job`](crate::job::Job): settings as the command's options have them, an answer with all numbers, and
//! [`summary`], what the file `summary.json` holds of it.
//!
//! ```
//! use nullcline_core::analyses::{Analysis, Analyze, Finding};
//! use nullcline_core::job::{Desk, Job};
//!
//! let settings = serde_json::json!({
//!     "file": "../../datasets/flipflop_gru.safetensors",
//!     "modules": ["fixed_points", "recurrent"],
//!     "starts": 256,
//! });
//! let job: Analyze = serde_json::from_value(settings).unwrap();
//! let answer = job.run(&Desk::BARE).unwrap();
//! let Analysis::Network(network) = &answer else { panic!("not a network") };
//! assert_eq!((network.about.cell, network.about.state), ("gru", 32));
//! for finding in &network.findings {
//!     match finding {
//!         // Three bits are eight stable points.
//!         Finding::FixedPoints(found) => {
//!             let stable = found.result.points.iter().filter(|p| p.unstable == 0).count();
//!             assert_eq!(stable, 8, "{:?}", found.result.ended());
//!         }
//!         Finding::Recurrent(spectra) => assert!(spectra.iter().all(|s| s.singular_values.len() == 32)),
//!         other => panic!("{:?} was not asked for", other.module()),
//!     }
//! }
//! // The same as the file has it.
//! let summary = serde_json::to_value(answer.summary()).unwrap();
//! assert_eq!(summary["modules"]["fixed_points"]["starts"], 256);
//! ```
//!
//! Couplings behind a recording:
//!
//! ```
//! use nullcline_core::analyses::gaussian::Gaussian;
//! use nullcline_core::job::{Desk, Job};
//!
//! let settings = serde_json::json!({ "file": "../../datasets/ibl_activity.csv", "units": "h0,h1,h2,h3", "gamma": "0.01:100:9" });
//! let job: Gaussian = serde_json::from_value(settings).unwrap();
//! let model = job.run(&Desk::BARE).unwrap().model;
//! assert_eq!((model.names.len(), model.j.nrows(), model.curve.len()), (4, 4, 9));
//! // The couplings are symmetric, and come with errors that count what the penalty takes from them.
//! assert!((model.j[(0, 1)] - model.j[(1, 0)]).abs() < 1e-12);
//! assert!(model.debiased.around(model.j.as_ref())[(0, 1)] >= model.debiased.std_error[(0, 1)]);
//! ```

pub mod activity;
mod analyze;
pub mod arguments;
pub mod beside;
mod check;
mod columns;
pub mod conditions;
mod config;
pub mod continued;
pub mod distill;
mod failed;
mod finding;
pub mod gaussian;
pub mod ibl;
mod inspect;
pub mod integrate;
mod labels;
pub mod limits;
pub mod lists;
mod modules;
pub mod navigate;
pub mod network;
mod order;
pub mod potts;
pub mod prepare;
mod recording;
mod roles;
mod room;
mod session;
mod source;
pub mod summary;
mod tables;
mod times;
pub mod training;
pub mod trials;
pub mod written;

pub use crate::job::Error;
pub use analyze::{Analysis, Analyze};
pub use config::{AnalysisSettings, Config, IntegratorSettings, Missing, NetworkSettings, RecordingSettings};
pub use failed::Failure;
pub use finding::{Components, Context, HeldPoints, LineGroups, Projections, Rate, Rows};
pub use inspect::inspect;
pub use modules::{Finding, Module};
pub use recording::{AboutRows, Activity, RecordingAnalysis, Unit};
pub use room::fits;
pub use source::{Source, may_be_weights, open};
