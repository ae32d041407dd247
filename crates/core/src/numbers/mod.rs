//! Numbers with their errors, each way to find one once.

mod estimate;
pub mod student;

pub use estimate::Estimate;
