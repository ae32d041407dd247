//! The IBL task's files and training: tables of trials, of networks and of mice alike.

mod course;
mod table;
mod train;

pub use course::CurvePoint;
pub use table::{read_trials, trials_table};
pub use train::{IblConfig, network, run_ibl, train_on_sessions};
