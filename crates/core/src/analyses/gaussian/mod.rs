//! Couplings from somebody's data: read, infer, validate.

mod config;
mod data;
mod job;
mod model;
mod sparse;
mod sweep;
mod units;

pub use config::{GaussianConfig, Penalty};
pub(in crate::analyses) use job::grid;
pub use job::{Gaussian, Inferred};
pub use model::{Chosen, GaussianModel, Predicted, Reason, Source, Test};

use crate::inference::gaussian::successive::Autocorrelation;
use data::Data;
use schemars::JsonSchema;
use serde::Serialize;

/// What was read: entry `input` of the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AboutData {
    /// The file.
    pub file: String,
    /// `samples` or `covariance`.
    pub kind: &'static str,
    /// Variables.
    pub variables: usize,
    /// Samples, where known.
    pub samples: Option<usize>,
    /// Samples over variables.
    pub alpha: f64,
    /// File of the true covariance.
    pub truth: Option<String>,
    /// Format of a table of samples.
    #[serde(skip)]
    pub format: Option<&'static str>,
}

/// What the user should know of data.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// Of the table's columns.
    Columns(String),
    /// Rows left out for their missing values.
    LeftOut(usize),
    /// So many samples of as many variables, which may be a covariance.
    MaybeCovariance(usize),
    /// Successive rows are alike.
    Alike {
        /// How much.
        alike: Autocorrelation,
        /// Rows.
        rows: usize,
        /// Whether trials are given.
        trials: bool,
    },
    /// Rows that repeat earlier ones.
    Copies(usize),
    /// No cross-validation: all samples are equal or of one trial.
    OneGroup,
    /// No cross-validation: without one of the folds a variable would not change.
    Constant {
        /// Folds.
        folds: usize,
        /// The variable.
        variable: String,
    },
}
