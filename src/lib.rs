//! nullcline tells what a recurrent network computes, seen as a dynamical system.
//!
//! Files are read by [`io`], become [`systems`], are measured by [`diagnostics`], and are
//! written by [`report`]; [`pipeline`] runs that chain for one checked configuration.

pub mod cli;
pub mod diagnostics;
pub mod io;
pub mod linalg;
pub mod pipeline;
pub mod report;
pub mod selftest;
pub mod systems;

/// The README's examples, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
