//! A small network that does what a large one, or a recording, does.
//!
//! ```
//! use nullcline_core::analyses::distill::RaddArguments;
//! use nullcline_core::job::{Desk, Job};
//! use serde_json::json;
//!
//! // The recording in two principal components, without inputs; the last fifth of the pairs is not fitted.
//! let settings = json!({ "file": "../../datasets/ibl_activity.csv", "split": 0.2 });
//! let job: RaddArguments = serde_json::from_value(settings).unwrap();
//! let found = job.run(&Desk::BARE).unwrap();
//! assert_eq!((found.units, found.student.units(), found.p.nrows()), (20, 2, 2));
//! // The errors of one step and of the free-running student on those.
//! let held_out = found.held_out.unwrap();
//! assert!(held_out.one_step.iter().all(|unit| unit.mse >= 0.0) && held_out.rollout.len() == 2);
//! ```

mod config;
mod conventional;
mod dynamics;
mod found;
mod job;
mod projection;
mod radd;
mod teacher;

pub use config::{Common, ConventionalConfig, Projection, RaddConfig};
pub use found::{AboutTeacher, Conventional, Exponents, From, Radd, STUDENT, ScaleRow, Teaching};
pub use job::{ConventionalArguments, RaddArguments, TeacherArguments};
