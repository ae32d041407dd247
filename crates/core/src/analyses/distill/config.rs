//! What `distill` was asked for, with every value valid.

use crate::analyses::RecordingSettings;
use crate::systems::checkpoint::Spec;
use crate::training::distillation;
use crate::training::radd::Settings;
use std::path::PathBuf;

/// Where the student's coordinates z = P h come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projection {
    /// A file that holds P, M x n.
    File(PathBuf),
    /// The first principal components of the teacher's states.
    Pca,
    /// The rows of the teacher's read-out.
    Readout,
    /// The units themselves.
    Units,
}

/// What both ways of distilling need.
#[derive(Clone, Debug)]
pub struct Common {
    /// The recorded table, or the teacher's weights.
    pub file: PathBuf,
    /// Seed of all random streams.
    pub seed: u64,
    /// Columns of inputs of a recording; the table of inputs that a network is run on.
    pub inputs: Option<String>,
    /// How to understand a weight file.
    pub spec: Spec,
}

/// Everything that `distill radd` needs.
#[derive(Clone, Debug)]
pub struct RaddConfig {
    /// Files and seed.
    pub common: Common,
    /// Columns of a recording.
    pub recording: RecordingSettings,
    /// The projection; none: principal components, of a network with a read-out its rows.
    pub projection: Option<Projection>,
    /// Number of principal components; none: 2.
    pub components: Option<usize>,
    /// Largest |z| that P is scaled to; none: P as it is.
    pub scale: Option<f64>,
    /// The constant input at which fixed points are sought; none: zeros.
    pub input: Option<Vec<f64>>,
    /// Share of the rows, the last ones, that is not fitted.
    pub split: f64,
    /// Nonlinearity, ridge, lag; `from_zero` is decided by the teacher.
    pub settings: Settings,
}

/// Everything that `distill conventional` needs.
#[derive(Clone, Debug)]
pub struct ConventionalConfig {
    /// Files and seed.
    pub common: Common,
    /// Units of the student.
    pub units: usize,
    /// How it is trained.
    pub settings: distillation::Settings,
}
