//! What `infer gaussian` was asked for, with every value valid.

use crate::analyses::RecordingSettings;
use crate::inference::gaussian::data::Scale;
use std::path::PathBuf;

/// The penalty on couplings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Penalty {
    /// gamma tr J^2 / 4 beside alpha times the log-likelihood.
    #[default]
    L2,
    /// gamma sum |J_ij|, i != j, beside twice the log-likelihood: the graphical lasso.
    L1,
}
named!(Penalty: Self::L2 => "L2", Self::L1 => "L1");

/// Everything that `infer gaussian` needs.
#[derive(Clone, Debug, Default)]
pub struct GaussianConfig {
    /// The table of samples, or the covariance.
    pub file: PathBuf,
    /// Seed of the folds.
    pub seed: u64,
    /// Whether the file holds a covariance.
    pub covariance: bool,
    /// p / n of a covariance.
    pub alpha: Option<f64>,
    /// p of a covariance.
    pub samples: Option<usize>,
    /// File of the true covariance.
    pub truth: Option<PathBuf>,
    /// The penalty.
    pub penalty: Penalty,
    /// Strengths; none: by the penalty.
    pub gammas: Option<Vec<f64>>,
    /// The strength at which the couplings are written; none: the best one found.
    pub at: Option<f64>,
    /// Scaling of the covariance.
    pub scale: Scale,
    /// Whether samples are used around zero, not around their mean.
    pub uncentered: bool,
    /// Folds of the cross-validation; 0: none.
    pub folds: usize,
    /// Strongest couplings shown; none: twice the variables.
    pub edges: Option<usize>,
    /// Columns of the table.
    pub recording: RecordingSettings,
}
