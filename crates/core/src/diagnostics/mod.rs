//! What is measured on a system or on recorded activity; results only, no printing, no files.
//!
//! [`dynamics`] asks a [`System`](crate::systems::time::System), whose rule is known with its derivatives; [`geometry`] asks activity,
//! a matrix of units by rows, wherever it comes from.

pub mod dynamics;
pub mod geometry;
