//! The IBL task: networks that play it, and tables of trials, of networks and of mice alike.

mod course;
mod job;
mod table;
mod train;
mod trials;

pub use course::CurvePoint;
pub use job::TrainIbl;
pub use table::read_trials;
pub use train::{Behaved, IblConfig, network, stages};
pub use trials::write_trials;
