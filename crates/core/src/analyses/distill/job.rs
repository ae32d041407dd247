//! `distill`, as it is written, and to checked settings.

use super::{Common, Conventional, ConventionalConfig, Projection, Radd, RaddConfig, conventional, radd};
use crate::analyses::Error;
use crate::analyses::arguments::{RecordingArguments, WeightFile};
use crate::analyses::check::{activation, numbers, positive, recording, spec};
use crate::analyses::limits::{count, seed};
use crate::analyses::written;
use crate::io::steady;
use crate::job::{Desk, Job};
use crate::linalg::activation::Activation;
use crate::training::distillation;
use crate::training::optimiser::Method;
use crate::training::radd::Settings;
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Largest |z| unless told: artanh is 2.65 there. The published program divides by 1.01 of the largest.
const SCALE: f64 = 0.99;

/// How to understand the teacher's weights.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "Weights of the teacher")]
pub struct TeacherArguments {
    /// How to understand them.
    #[command(flatten)]
    #[serde(flatten)]
    pub weights: WeightFile,
    /// Nonlinearity of a vanilla, rate or current teacher: tanh, relu, sigmoid or identity [default: the file's, or tanh]
    #[arg(long, value_name = "NAME")]
    pub teacher_activation: Option<String>,
}

/// Distils by least squares on a projection of the teacher's states.
#[derive(Args, Clone, Debug, Serialize)]
pub struct RaddArguments {
    /// A recording (.csv, .parquet, .arrow, .npy, .npz), or a network's weights
    #[serde(serialize_with = "written::path")]
    pub file: PathBuf,
    /// Columns of a recording's inputs ('u*', or names separated by commas, or an array of the npz); of a network,
    /// the table of inputs that it is run on
    #[arg(long, value_name = "NAMES|TABLE")]
    pub inputs: Option<String>,
    /// Student's coordinates: a file (M x N, a column for each of the units in their order), pca, readout (of a
    /// network) or units
    /// [default: readout where there is one, else pca]
    #[arg(long, value_name = "FILE|NAME")]
    pub projection: Option<String>,
    /// Principal components of --projection pca [default: 2]
    #[arg(long, value_name = "M", value_parser = count(1, 1_000_000))]
    pub components: Option<usize>,
    /// Scale P so that the largest |z| is this, or none [default: 0.99 for tanh and sigmoid, else none]
    #[arg(long, value_name = "X|none", allow_hyphen_values = true)]
    pub scale: Option<String>,
    /// Nonlinearity of the student: tanh, sigmoid, relu or identity
    #[arg(long, value_name = "NAME", default_value = "tanh")]
    pub activation: String,
    /// Penalty on the sum of squares of A and B, beside the sum of squared residuals
    #[arg(long, value_name = "LAMBDA", default_value_t = 0.0)]
    pub ridge: f64,
    /// Share of the pairs, the last ones, that is not fitted but tested on
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub split: f64,
    /// 0: the input of a row has acted on its state; 1: it acts on the next row's
    #[arg(long, value_name = "ROWS", default_value_t = 0, value_parser = count(0, 1))]
    pub lag: usize,
    /// Constant input of fixed points and phase portrait: a value for each input [default: zeros]
    #[arg(long, value_name = "V1,V2", allow_hyphen_values = true)]
    pub input: Option<String>,
    /// Seed of every random stream
    #[arg(long, default_value_t = 1, value_parser = seed())]
    pub seed: u64,
    /// The teacher's weights.
    #[command(flatten)]
    #[serde(flatten)]
    pub teacher: TeacherArguments,
    /// Of a recording.
    #[command(flatten)]
    #[serde(flatten)]
    pub recording: RecordingArguments,
}
crate::settings!(RaddArguments, "distill.radd");

/// Distils by training on the teacher's output probabilities.
#[derive(Args, Clone, Debug, Serialize)]
pub struct ConventionalArguments {
    /// The teacher's weights, with a read-out (.safetensors, .pt, .pth, .npz)
    #[serde(serialize_with = "written::path")]
    pub file: PathBuf,
    /// Table of inputs that teacher and student are run on: a row a step; a column `trial` parts sequences
    #[arg(long, value_name = "TABLE")]
    pub inputs: Option<String>,
    /// Units of the student
    #[arg(long, value_name = "M", default_value_t = 2, value_parser = count(1, 100_000))]
    pub units: usize,
    /// Gradient steps, one sequence each, in an order drawn anew each time through
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = count(1, 100_000_000))]
    pub steps: usize,
    /// Learning rate
    #[arg(long, value_name = "X", default_value_t = 1e-3)]
    pub rate: f64,
    /// Optimiser: sgd or adam
    #[arg(long, value_name = "NAME", default_value = "sgd")]
    pub optimiser: String,
    /// Momentum of sgd [default: 0.1]
    #[arg(long, value_name = "X")]
    pub momentum: Option<f64>,
    /// Largest norm of a gradient [default: none]
    #[arg(long, value_name = "X")]
    pub clip: Option<f64>,
    /// Seed of every random stream
    #[arg(long, default_value_t = 1, value_parser = seed())]
    pub seed: u64,
    /// The teacher's weights.
    #[command(flatten)]
    #[serde(flatten)]
    pub teacher: TeacherArguments,
}
crate::settings!(ConventionalArguments, "distill.conventional");

impl RaddArguments {
    /// The settings, checked.
    ///
    /// # Errors
    /// [`Error::Config`] names the option, what it is, and what was expected.
    pub fn config(&self) -> Result<RaddConfig, Error> {
        self.checked().map_err(Error::Config)
    }

    fn checked(&self) -> Result<RaddConfig, String> {
        let activation = activation("--activation", &self.activation)?;
        let bounded = matches!(activation, Activation::Tanh | Activation::Sigmoid);
        let scale = match self.scale.as_deref() {
            None => bounded.then_some(SCALE),
            Some("none") => None,
            Some(text) => match text.parse::<f64>() {
                Ok(x) if x.is_finite() && x > 0.0 => Some(x),
                _ => return Err(format!("--scale {text}: expected a positive number or none")),
            },
        };
        if !(self.ridge.is_finite() && self.ridge >= 0.0) {
            return Err(format!("--ridge {}: expected a number, at least 0", self.ridge));
        }
        if !(self.split >= 0.0 && self.split < 1.0) {
            return Err(format!("--split {}: expected a share, from 0 to below 1", self.split));
        }
        let projection = self.projection.as_deref().map(|p| match p {
            "pca" => Projection::Pca,
            "readout" => Projection::Readout,
            "units" => Projection::Units,
            _ => Projection::File(PathBuf::from(p)),
        });
        Ok(RaddConfig {
            common: common(&self.file, self.seed, self.inputs.as_deref(), &self.teacher)?,
            recording: recording(&self.recording)?,
            projection,
            components: self.components,
            scale,
            input: self.input.as_deref().map(|list| numbers("--input", list)).transpose()?,
            split: self.split,
            settings: Settings { activation, ridge: self.ridge, from_zero: false, lag: self.lag },
        })
    }
}

impl ConventionalArguments {
    /// The settings, checked.
    ///
    /// # Errors
    /// [`Error::Config`] names the option, what it is, and what was expected.
    pub fn config(&self) -> Result<ConventionalConfig, Error> {
        self.checked().map_err(Error::Config)
    }

    fn checked(&self) -> Result<ConventionalConfig, String> {
        positive("--rate", Some(self.rate))?;
        positive("--clip", self.clip)?;
        let momentum = self.momentum.unwrap_or(0.1);
        if !(0.0..1.0).contains(&momentum) {
            return Err(format!("--momentum {momentum}: expected a number from 0 to below 1"));
        }
        let method = match self.optimiser.as_str() {
            "sgd" => Method::Sgd { momentum },
            "adam" if self.momentum.is_some() => return Err("--momentum goes with --optimiser sgd".into()),
            "adam" => Method::ADAM,
            other => return Err(format!("--optimiser {other}: expected sgd or adam")),
        };
        let every = (self.steps / 100).max(1);
        Ok(ConventionalConfig {
            common: common(&self.file, self.seed, self.inputs.as_deref(), &self.teacher)?,
            units: self.units,
            settings: distillation::Settings {
                steps: self.steps,
                rate: self.rate,
                method,
                clip: self.clip,
                every,
            },
        })
    }
}

fn common(file: &Path, seed: u64, inputs: Option<&str>, t: &TeacherArguments) -> Result<Common, String> {
    let nonlinearity =
        t.teacher_activation.as_ref().map(|f| activation("--teacher-activation", f)).transpose()?;
    let spec = spec(&t.weights, nonlinearity)?;
    Ok(Common { file: file.into(), seed, inputs: inputs.map(ToOwned::to_owned), spec })
}

/// The file, and the table of inputs where a file of that name is there.
fn files<'a>(file: &'a Path, others: [Option<&'a String>; 2]) -> Vec<&'a Path> {
    let named = others.into_iter().flatten().map(Path::new).filter(|p| p.is_file());
    std::iter::once(file).chain(named).collect()
}

impl Job for RaddArguments {
    const NAME: &'static str = "distill.radd";
    type Found = Radd;
    type Error = Error;

    fn files(&self) -> Vec<&Path> {
        files(&self.file, [self.inputs.as_ref(), self.projection.as_ref()])
    }

    fn check(&self) -> Result<(), Error> {
        self.config().map(drop)
    }

    fn run(&self, desk: &Desk) -> Result<Radd, Error> {
        crate::linalg::sequential();
        let _held = steady::hold();
        radd::distil(&self.config()?, desk.observer)
    }
}

impl Job for ConventionalArguments {
    const NAME: &'static str = "distill.conventional";
    type Found = Conventional;
    type Error = Error;

    fn files(&self) -> Vec<&Path> {
        files(&self.file, [self.inputs.as_ref(), None])
    }

    fn check(&self) -> Result<(), Error> {
        self.config().map(drop)
    }

    fn run(&self, desk: &Desk) -> Result<Conventional, Error> {
        crate::linalg::sequential();
        let _held = steady::hold();
        conventional::teach(&self.config()?, desk.observer)
    }
}
