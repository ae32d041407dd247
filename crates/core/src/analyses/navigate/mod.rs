//! `train navigate`: a resetting path integrator that learns to know where it is.
//!
//! ```
//! use nullcline_core::analyses::navigate::TrainNavigator;
//! use nullcline_core::job::{Desk, Job};
//! use serde_json::json;
//!
//! let settings = json!({ "map": "DonutPath", "cells": 8, "steps": 20, "batch": 2, "duration": 4, "transitions": 16,
//!                        "test_walks": 4, "test_steps": 6 });
//! let job: TrainNavigator = serde_json::from_value(settings).unwrap();
//! let found = job.run(&Desk::BARE).unwrap();
//! assert!(found.curve.len() == 3 && found.courses[0].walked.errors.len() == 6);
//! ```

mod arguments;
mod file;
mod job;
mod options;
mod plan;
mod saved;

pub use arguments::TrainNavigator;
pub use job::{CourseRun, TrainedNavigator, train_plan};
pub use plan::{NavigatorPlan, Reading};
