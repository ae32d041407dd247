//! Checked settings: every value valid.

use super::Module;
use super::beside::Beside;
use super::continued::ContinuationSettings;
use super::prepare::Preparation;
use super::trials::Map;
use crate::diagnostics::geometry::clusters::Linkage;
use crate::systems::checkpoint::Spec;
use std::path::PathBuf;

/// What to do with rows that have missing values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Stop with an error that names the first.
    Error,
    /// Leave the row out and say so.
    DropRows,
}

/// Settings that concern networks alone.
#[derive(Clone, Debug, Default)]
pub struct NetworkSettings {
    /// How to understand the file.
    pub spec: Spec,
    /// Trials of its task.
    pub trials: Option<PathBuf>,
    /// What the names in that file mean.
    pub map: Map,
    /// Table of inputs, a row a time step.
    pub inputs: Option<PathBuf>,
    /// A constant input.
    pub input: Option<Vec<f64>>,
    /// Table of initial states, a row a state.
    pub initial: Option<PathBuf>,
    /// Number of trajectories from random initial states.
    pub trajectories: Option<usize>,
    /// Steps of each.
    pub length: Option<usize>,
    /// Starts of the fixed-point search.
    pub starts: Option<usize>,
    /// Noise on them, relative to the spread of the states.
    pub noise: Option<f64>,
    /// Largest q of a slow point.
    pub slow_threshold: Option<f64>,
    /// What fixed points are continued in.
    pub continuation: ContinuationSettings,
    /// Number of Lyapunov exponents.
    pub exponents: Option<usize>,
    /// Most recorded steps a trajectory.
    pub steps: Option<usize>,
    /// Steps discarded first.
    pub warmup: Option<usize>,
    /// Largest standard error, nats per unit time.
    pub tol: Option<f64>,
    /// Time over which adjoints are followed.
    pub horizon: Option<f64>,
    /// Table of the adjoint's vector at its end.
    pub terminal: Option<PathBuf>,
    /// What is asked of an integrator.
    pub integrator: IntegratorSettings,
}

/// What is asked of an integrator.
#[derive(Clone, Debug, Default)]
pub struct IntegratorSettings {
    /// Scale of each channel.
    pub scale: Option<Vec<f64>>,
    /// Decay of each channel.
    pub decay: Option<Vec<f64>>,
    /// Steps of the averaged loss.
    pub duration: Option<usize>,
    /// Table of the input correlation.
    pub chi: Option<PathBuf>,
    /// Table of the samples of the proxy loss.
    pub z: Option<PathBuf>,
}

impl IntegratorSettings {
    /// The first option that was given.
    pub fn given(&self) -> Option<&'static str> {
        let all = [
            ("--scale", self.scale.is_some()),
            ("--decay", self.decay.is_some()),
            ("--duration", self.duration.is_some()),
            ("--chi", self.chi.is_some()),
            ("--z", self.z.is_some()),
        ];
        all.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}

/// Settings that concern recordings alone.
#[derive(Clone, Debug, Default)]
pub struct RecordingSettings {
    /// Patterns of the units' columns, or the name of an array.
    pub units: Option<String>,
    /// Column that tells trials apart.
    pub trial: Option<String>,
    /// Column of time, left out of the units.
    pub time: Option<String>,
    /// Patterns of target columns, left out of the units.
    pub targets: Option<String>,
    /// File of the weights among the units.
    pub weights: Option<PathBuf>,
    /// Whether the rows are currents, not rates.
    pub currents: bool,
    /// Missing values.
    pub missing: Option<Missing>,
    /// Columns that tell conditions of trials apart.
    pub conditions: Option<String>,
    /// Table of trials that holds them.
    pub labels: Option<PathBuf>,
    /// What is done to rows before they are looked at.
    pub preparation: Preparation,
    /// Positions, and a second recording.
    pub beside: Beside,
}

/// Settings of the analyses of activity, none where not given.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnalysisSettings {
    /// Weight of the squared read-out against the likelihood.
    pub ridge: Option<f64>,
    /// Folds of the cross-validation.
    pub folds: Option<usize>,
    /// How often dPCA shuffles the trials.
    pub shuffles: Option<usize>,
    /// Number of clusters.
    pub clusters: Option<usize>,
    /// Distance between clusters.
    pub linkage: Option<Linkage>,
    /// Dimensions of the space of currents.
    pub rank: Option<usize>,
    /// Whether fits of currents go through the origin.
    pub through_origin: bool,
}

/// Everything that `analyze` needs.
#[derive(Clone, Debug)]
pub struct Config {
    /// The weight file or table.
    pub file: PathBuf,
    /// Seed of all random streams.
    pub seed: u64,
    /// Modules asked for; none: all.
    pub modules: Option<Vec<Module>>,
    /// For networks.
    pub network: NetworkSettings,
    /// For recordings.
    pub recording: RecordingSettings,
    /// For decoding and clusters.
    pub analyses: AnalysisSettings,
}
