//! Results as figures, tables and pages in a folder: renders, never computes.
//!
//! [`figures`] draws, [`plot`] draws what a user draws with plotters, [`tables`] encodes, [`page`] sets all into one
//! self-contained HTML file, [`summary`] builds the machine's version, and [`folder`] writes everything or nothing. What is
//! said of an answer is its [`report::Report`], and [`runner`] turns a job into a folder.
//!
//! ```
//! use nullcline_core::analyses::Analyze;
//! use nullcline_core::job::Desk;
//! use nullcline_report::figure::FigureFormats;
//! use nullcline_report::runner::{Writing, run};
//! use nullcline_report::tables::TableFormat;
//!
//! let settings = serde_json::json!({ "file": "../../datasets/ibl_activity.csv", "modules": "pca" });
//! let job: Analyze = serde_json::from_value(settings).unwrap();
//! let folder = std::env::temp_dir().join(format!("nullcline-doc-{}", std::process::id()));
//! let writing = Writing {
//!     out: folder.clone().into(),
//!     figures: FigureFormats::default(),
//!     tables: TableFormat::Csv,
//!     command: "nullcline analyze ibl_activity.csv --modules pca".into(),
//! };
//! let outcome = run(&job, &writing, &Desk::BARE).unwrap();
//! // The answer is in hand, and told in the folder.
//! assert!(!outcome.findings.is_empty() && outcome.page.ends_with("report.html"));
//! assert!(folder.join("summary.json").is_file());
//! std::fs::remove_dir_all(&folder).unwrap();
//! ```

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
