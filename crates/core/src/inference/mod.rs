//! Models inferred from data: which interactions explain the statistics observed.

pub mod chains;
pub mod gaussian;
