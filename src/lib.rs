//! nullcline tells what a recurrent network computes, seen as a dynamical system.
//!
//! Files are read by [`io`], become [`systems`], are measured by [`diagnostics`], and are
//! written by [`report`]; [`pipeline`] runs that chain for one checked configuration. [`training`] makes
//! networks that solve [`tasks`]; [`studies`] test what papers claim.

#![forbid(unsafe_code)]

pub mod cli;
pub mod diagnostics;
pub mod inference;
pub mod io;
pub mod linalg;
pub mod memory;
pub mod pipeline;
pub mod report;
pub mod selftest;
pub mod studies;
pub mod systems;
pub mod tasks;
pub mod training;

/// The README's examples, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
