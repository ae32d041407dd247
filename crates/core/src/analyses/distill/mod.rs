//! A small network that does what a large one, or a recording, does.

mod config;
mod conventional;
mod dynamics;
mod found;
mod job;
mod projection;
mod radd;
mod teacher;

pub use config::{Common, ConventionalConfig, Projection, RaddConfig};
pub use found::{AboutTeacher, Conventional, Exponents, From, Radd, STUDENT, ScaleRow, Teaching};
pub use job::{ConventionalArguments, RaddArguments, TeacherArguments};
