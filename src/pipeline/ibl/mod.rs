//! The IBL task's files: tables of trials, of networks and of mice alike.

mod table;

pub use table::{read_trials, trials_table};
