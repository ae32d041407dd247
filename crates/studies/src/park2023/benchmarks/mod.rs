//! The benchmarks of Fig. 5C and Table S1: nine networks on five tasks.

mod budget;
mod curves;
mod networks;
mod problems;
mod tables;
mod trials;
mod verdicts;
mod words;

pub use budget::{Budget, settings};
use curves::curves;
pub use networks::Network;
pub use problems::Problem;
pub use trials::{Trial, run};
pub use verdicts::{Verdicts, by_network, told};
pub use words::report;
