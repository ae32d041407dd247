//! What is asked of a network, a recording or a table: checked settings in, several diagnostics of one thing, one
//! typed result out.

pub mod activity;
mod analyze;
pub mod arguments;
mod check;
mod columns;
mod config;
pub mod distill;
mod failed;
mod finding;
pub mod gaussian;
pub mod ibl;
mod inspect;
pub mod limits;
pub mod lists;
mod modules;
pub mod network;
mod order;
mod recording;
mod roles;
mod room;
mod source;
pub mod summary;
mod tables;
pub mod training;
pub mod trials;
pub mod written;

pub use crate::job::Error;
pub use analyze::{Analysis, Analyze};
pub use config::{AnalysisSettings, Config, Missing, NetworkSettings, RecordingSettings};
pub use failed::Failure;
pub use finding::{Components, Context, Projections, Rate, Rows};
pub use inspect::inspect;
pub use modules::{Finding, Module};
pub use recording::{AboutRows, Activity, RecordingAnalysis, Unit};
pub use room::fits;
pub use source::{Source, may_be_weights, open};
