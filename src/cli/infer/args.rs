//! The arguments of `infer`, as typed.

use crate::cli::args::{RecordingArguments, RunArguments};
use crate::cli::limits::count;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Args)]
pub(in crate::cli) struct Infer {
    #[command(subcommand)]
    pub model: Model,
}

#[derive(Subcommand)]
pub(in crate::cli) enum Model {
    /// Couplings of a Gaussian model from samples or a covariance, and how strongly to regularise them
    Gaussian(Box<Gaussian>),
}

#[derive(Args)]
pub(in crate::cli) struct Gaussian {
    /// Samples (.csv, .parquet, .arrow, .npy, .npz; a row a sample, a column a variable), or a covariance
    pub file: PathBuf,
    /// Folder of the report [default: reports/<name of the file>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The file holds a covariance; say with --alpha or --samples what it was measured on
    #[arg(long)]
    pub covariance: bool,
    /// Samples over variables, of a covariance
    #[arg(long, value_name = "X", conflicts_with = "samples", allow_negative_numbers = true)]
    pub alpha: Option<f64>,
    /// Samples, of a covariance
    #[arg(long, value_name = "P", value_parser = count(1, 1_000_000_000_000), allow_negative_numbers = true)]
    pub samples: Option<usize>,
    /// The true covariance: test likelihood and roots are then exact
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
    /// Penalty on the couplings: l2 (γ tr J² / 4 beside α times the likelihood) or l1 (graphical lasso)
    #[arg(long, value_name = "NAME", default_value = "l2")]
    pub penalty: String,
    /// Strengths: FROM:TO:COUNT, equally spaced logarithms, or numbers separated by commas [default: 0.01:1000:60,
    /// under --scale none times the square of the mean variance; under l1 from a hundredth of the largest covariance to all of it]
    #[arg(long, value_name = "GRID")]
    pub gamma: Option<String>,
    /// Give the couplings at this strength [default: where unseen data are predicted best]
    #[arg(long, value_name = "GAMMA", allow_negative_numbers = true)]
    pub at: Option<f64>,
    /// Scaling of the covariance: trace (to trace n), variances (each variable to variance one) or none (couplings and γ in
    /// the data's units)
    #[arg(long, value_name = "NAME", default_value = "trace")]
    pub scale: String,
    /// Do not subtract the means: they are known to be zero
    #[arg(long)]
    pub uncentered: bool,
    /// Folds of the cross-validation; 0 for none. Rows of one --trial stay in one fold
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = count(0, 1_000_000), allow_negative_numbers = true)]
    pub folds: usize,
    /// Strongest couplings shown [default: twice the variables]
    #[arg(long, value_name = "N", value_parser = count(1, 1_000_000_000), allow_negative_numbers = true)]
    pub edges: Option<usize>,
    #[command(flatten)]
    pub run: RunArguments,
    #[command(flatten)]
    pub recording: RecordingArguments,
}
