//! nullcline tells what a recurrent network computes, seen as a dynamical system.
//!
//! Files are read by [`io`], become [`systems`], are measured by [`diagnostics`], and are
//! written by [`report`]; what can be asked of them is a [`job`], and [`analyses`] are the jobs. [`training`] makes
//! networks that solve [`tasks`]; [`studies`] test what papers claim.

#![forbid(unsafe_code)]

pub mod cli;
pub mod jobs;
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
