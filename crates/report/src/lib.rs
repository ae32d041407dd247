//! Results as figures, tables and pages in a folder: renders, never computes.
//!
//! [`figures`] draws, [`plot`] draws what a user draws with plotters, [`tables`] encodes, [`page`] sets all into one
//! self-contained HTML file, [`summary`] builds the machine's version, and [`folder`] writes everything or nothing. What is
//! said of an answer is its [`report::Report`], and [`runner`] turns a job into a folder.

#![forbid(unsafe_code)]

mod axes;
mod draw;
pub mod erased;
mod error;
pub mod figure;
pub mod figures;
pub mod folder;
#[doc(hidden)]
pub mod jobs;
pub mod page;
pub mod plot;
pub mod report;
pub mod runner;
pub mod schema;
pub mod sections;
pub mod summary;
pub mod tables;

pub use error::Error;
pub use figure::Figure;
