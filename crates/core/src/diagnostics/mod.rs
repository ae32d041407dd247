//! What is measured on a system or on recorded activity; results only, no printing, no files.

pub mod dynamics;
pub mod geometry;
