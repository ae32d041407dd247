//! The science of nullcline: systems and what they are measured by, without a word of text.
//!
//! Files are read by [`io`], become [`systems`], and are measured by [`diagnostics`]; [`inference`] fits models of
//! data, [`training`] makes networks that solve [`tasks`]; [`analyses`] are what is asked of all of these, each a
//! [`job::Job`]. What is found is [`numbers`] with their errors.

#![forbid(unsafe_code)]

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
