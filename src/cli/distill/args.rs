//! The arguments of `distill`, as typed.

use crate::cli::args::{RecordingArguments, RunArguments, WeightFile};
use crate::cli::limits::count;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Args)]
pub(in crate::cli) struct Distill {
    #[command(subcommand)]
    pub way: Way,
}

#[derive(Subcommand)]
pub(in crate::cli) enum Way {
    /// By least squares on a projection of the teacher's states: z(t) = f(A z(t-1) + B u(t) + c)
    Radd(Box<Radd>),
    /// By training on the teacher's output probabilities
    Conventional(Box<Conventional>),
}

/// How to understand the teacher's weights.
#[derive(Args)]
#[command(next_help_heading = "Weights of the teacher")]
pub(in crate::cli) struct Teacher {
    #[command(flatten)]
    pub weights: WeightFile,
    /// Nonlinearity of a vanilla, rate or current teacher: tanh, relu, sigmoid or identity [default: the file's, or tanh]
    #[arg(long, value_name = "NAME")]
    pub teacher_activation: Option<String>,
}

#[derive(Args)]
pub(in crate::cli) struct Radd {
    /// A recording (.csv, .parquet, .arrow, .npy, .npz), or a network's weights
    pub file: PathBuf,
    /// Folder of the report [default: reports/<name of the file>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
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
    #[arg(long, value_name = "M", value_parser = count(1, 1_000_000), allow_negative_numbers = true)]
    pub components: Option<usize>,
    /// Scale P so that the largest |z| is this, or none [default: 0.99 for tanh and sigmoid, else none]
    #[arg(long, value_name = "X|none", allow_negative_numbers = true)]
    pub scale: Option<String>,
    /// Nonlinearity of the student: tanh, sigmoid, relu or identity
    #[arg(long, value_name = "NAME", default_value = "tanh")]
    pub activation: String,
    /// Penalty on the sum of squares of A and B, beside the sum of squared residuals
    #[arg(long, value_name = "LAMBDA", default_value_t = 0.0, allow_negative_numbers = true)]
    pub ridge: f64,
    /// Share of the pairs, the last ones, that is not fitted but tested on
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, allow_negative_numbers = true)]
    pub split: f64,
    /// 0: the input of a row has acted on its state; 1: it acts on the next row's
    #[arg(long, value_name = "ROWS", default_value_t = 0, value_parser = count(0, 1), allow_negative_numbers = true)]
    pub lag: usize,
    /// Constant input of fixed points and phase portrait: a value for each input [default: zeros]
    #[arg(long, value_name = "V1,V2", allow_hyphen_values = true)]
    pub input: Option<String>,
    #[command(flatten)]
    pub run: RunArguments,
    #[command(flatten)]
    pub teacher: Teacher,
    #[command(flatten)]
    pub recording: RecordingArguments,
}

#[derive(Args)]
pub(in crate::cli) struct Conventional {
    /// The teacher's weights, with a read-out (.safetensors, .pt, .pth, .npz)
    pub file: PathBuf,
    /// Folder of the report [default: reports/<name of the file>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Table of inputs that teacher and student are run on: a row a step; a column `trial` parts sequences
    #[arg(long, value_name = "TABLE")]
    pub inputs: Option<String>,
    /// Units of the student
    #[arg(long, value_name = "M", default_value_t = 2, value_parser = count(1, 100_000), allow_negative_numbers = true)]
    pub units: usize,
    /// Gradient steps, one sequence each, in an order drawn anew each time through
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = count(1, 100_000_000), allow_negative_numbers = true)]
    pub steps: usize,
    /// Learning rate
    #[arg(long, value_name = "X", default_value_t = 1e-3, allow_negative_numbers = true)]
    pub rate: f64,
    /// Optimiser: sgd or adam
    #[arg(long, value_name = "NAME", default_value = "sgd")]
    pub optimiser: String,
    /// Momentum of sgd
    #[arg(long, value_name = "X", default_value_t = 0.1, allow_negative_numbers = true)]
    pub momentum: f64,
    /// Largest norm of a gradient [default: none]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub clip: Option<f64>,
    #[command(flatten)]
    pub run: RunArguments,
    #[command(flatten)]
    pub teacher: Teacher,
}
