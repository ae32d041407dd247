//! nullcline tells what a recurrent network computes, seen as a dynamical system.
//!
//! Files are read by [`io`], become [`systems`], are measured by [`diagnostics`], and are
//! written by [`report`]; [`pipeline`] runs that chain for one checked configuration. [`training`] makes
//! networks that solve [`tasks`]; [`studies`] test what papers claim.

#![forbid(unsafe_code)]

pub mod cli;
pub mod selftest;

pub use nullcline_core::{diagnostics, inference, io, linalg, memory, numbers, systems, tasks, training};
pub use nullcline_report::{self as report, pipeline};
pub use nullcline_studies as studies;

/// The README's examples, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
