//! Diagnostics: a system or arrays in, a result struct out. No printing, no files, no clock.

pub mod dynamics;
pub mod geometry;
