//! The arguments, as typed.

use super::limits::{count, threads};
use super::size::bytes;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// What the exit status of every command means.
const STATUS: &str = "\
Exit status:
  0    done
  1    what was found cannot be written: the disk is full, or the output is
  2    the command is wrong, or asks for more than there is; the message names the option
  3    the input cannot be used
  4    the numbers failed
  130  interrupted: by Ctrl-C, a hang-up or a request to terminate; a training goes on from there

What a module or a figure could not do where others could is a warning, not a status. A reader of the output
that goes away (`| head`) is no error.";

/// What a recurrent network computes, read as a dynamical system.
#[derive(Parser)]
#[command(name = "nullcline", version, about, propagate_version = true, max_term_width = 100)]
#[command(after_long_help = STATUS)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// Most memory, as 8GB or 1.5GiB [default: three quarters of the machine's; for a file's values, 256 times its
    /// length and 128 MiB]
    #[arg(long, value_name = "SIZE", global = true, value_parser = bytes, allow_negative_numbers = true)]
    pub memory: Option<u64>,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Analyse a network's weights or a recorded activity table, and write a report
    Analyze(Box<Analyze>),
    /// Make a small network that does what a large one, or a recording, does
    Distill(super::distill::Distill),
    /// Infer a model of data: its couplings, and how strongly to regularise them
    Infer(super::infer::Infer),
    /// Show what is in a file, and what nullcline would make of it
    Inspect(Box<Inspect>),
    /// Train a network on a task, and write its weights with a report
    Train(Box<super::train::Train>),
    /// Test what a paper claims, figure by figure; without a name, list the studies
    Study(Study),
    /// Measure systems with known answers on this machine
    Selftest(Selftest),
}

#[derive(Args, Default)]
pub(super) struct Analyze {
    /// Weights (.safetensors, .pt, .pth, .npz, .npy) or activity (.csv, .parquet, .arrow, .npy, .npz)
    pub file: PathBuf,
    /// Folder of the report [default: reports/<name of the file>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Modules, separated by commas [default: all that apply but cycles and clusters]. Networks: lyapunov,
    /// covariant, adjoint, cycles, fixed_points, pca, flow_field, trajectories, recurrent, clusters; recordings:
    /// activity, pca, decoding and selectivity (both of --targets), clusters
    #[arg(long, value_name = "A,B")]
    pub modules: Option<String>,
    #[command(flatten)]
    pub run: RunArguments,
    #[command(flatten)]
    pub network: NetworkArguments,
    #[command(flatten)]
    pub recording: RecordingArguments,
    #[command(flatten)]
    pub analyses: AnalysisArguments,
}

/// Settings of decoding and clusters.
#[derive(Args, Default)]
#[command(next_help_heading = "Analyses of activity")]
pub(super) struct AnalysisArguments {
    /// Ridge on the weights of logistic read-outs, against the likelihood of all rows [default: 0]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub ridge: Option<f64>,
    /// Folds of decoding's cross-validation [default: 5]
    #[arg(long, value_name = "K", value_parser = count(2, 1_000_000), allow_negative_numbers = true)]
    pub folds: Option<usize>,
    /// Number of clusters [default: that of the largest silhouette]
    #[arg(long, value_name = "K", value_parser = count(1, 1_000_000), allow_negative_numbers = true)]
    pub clusters: Option<usize>,
    /// Distance between clusters: average, complete, single or weighted [default: average]
    #[arg(long, value_name = "NAME")]
    pub linkage: Option<String>,
}

/// What every command has that writes a report.
#[derive(Args, Default)]
pub(super) struct RunArguments {
    /// Seed of every random stream
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    pub seed: u64,
    /// Threads [default: all cores]; results do not depend on it
    #[arg(long, value_name = "N", value_parser = threads(), allow_negative_numbers = true)]
    pub threads: Option<usize>,
    /// Replace the report of another input at the place of this one
    #[arg(long)]
    pub force: bool,
    /// Formats of the figures: svg, png and pdf, separated by commas
    #[arg(long, value_name = "FORMATS", default_value = "svg")]
    pub figures: String,
    /// The same as --figures svg,png
    #[arg(long)]
    pub png: bool,
    /// Format of the tables: csv or parquet
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    pub tables: String,
    /// Print nothing but warnings and errors
    #[arg(long)]
    pub quiet: bool,
}

#[derive(Args, Default)]
#[command(next_help_heading = "Networks")]
pub(super) struct NetworkArguments {
    #[command(flatten)]
    pub weights: WeightFile,
    /// Nonlinearity of a vanilla, rate or current network: tanh, relu, sigmoid or identity [default: the
    /// file's, or tanh]
    #[arg(long, value_name = "NAME")]
    pub activation: Option<String>,
    /// Table of inputs: a row a time step, a column an input
    #[arg(long, value_name = "TABLE")]
    pub inputs: Option<PathBuf>,
    /// Constant input: one value for each input, separated by commas [default: zeros]
    #[arg(long, value_name = "V1,V2", allow_hyphen_values = true)]
    pub input: Option<String>,
    /// Table of initial states: a row a state [default: random]
    #[arg(long, value_name = "TABLE")]
    pub initial: Option<PathBuf>,
    /// Trajectories from random initial states [default: 32, fewer for large networks]
    #[arg(long, value_name = "N", value_parser = count(1, 1_000_000), allow_negative_numbers = true)]
    pub trajectories: Option<usize>,
    /// Steps of each trajectory [default: 200; 500 for flows]
    #[arg(long, value_name = "N", value_parser = count(1, 10_000_000), allow_negative_numbers = true)]
    pub length: Option<usize>,
    /// Starts of the fixed-point search [default: 512, fewer above 64 units]
    #[arg(long, value_name = "N", value_parser = count(1, 1_000_000), allow_negative_numbers = true)]
    pub starts: Option<usize>,
    /// Noise on the starts, in spreads of the states [default: 0.5]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub noise: Option<f64>,
    /// Largest speed q of a slow point [default: 1e-6]
    #[arg(long, value_name = "Q", allow_negative_numbers = true)]
    pub slow_threshold: Option<f64>,
    /// How many Lyapunov exponents [default: all; 100 above 1000 state variables]
    #[arg(long, value_name = "K", value_parser = count(1, 1_000_000), allow_negative_numbers = true)]
    pub exponents: Option<usize>,
    /// Most steps recorded for each trajectory's exponents [default: by size, 2000 to 50000]
    #[arg(long, value_name = "N", value_parser = count(1, 100_000_000), allow_negative_numbers = true)]
    pub steps: Option<usize>,
    /// Steps discarded before recording [default: 1500, or a tenth of the inputs]
    #[arg(long, value_name = "N", value_parser = count(0, 100_000_000), allow_negative_numbers = true)]
    pub warmup: Option<usize>,
    /// Stop when every exponent's standard error is below this, in nats per unit time [default: 0.001]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub tol: Option<f64>,
    /// Time over which adjoints are followed, steps for maps [default: 200 steps; 400 for flows]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub horizon: Option<f64>,
    /// Table of the vector that the adjoint has at the end of the horizon [default: random ones]
    #[arg(long, value_name = "TABLE")]
    pub terminal: Option<PathBuf>,
}

/// How to understand a weight file; of its nonlinearity every command speaks by itself.
#[derive(Args, Default)]
pub(super) struct WeightFile {
    /// Cell, where the names do not tell: vanilla, gru, lstm, rate, current, antisymmetric,
    /// gated_antisymmetric, cornn or lipschitz
    #[arg(long, value_name = "NAME")]
    pub cell: Option<String>,
    /// Names of the tensors: w_rec=NAME,w_in=NAME,b=NAME,readout=NAME,tau=NAME, a sum as b=NAME+NAME; m=NAME,n=NAME
    /// of a low-rank network, whose W is m n^T / N; of a coRNN's velocities w_vel=NAME, of a Lipschitz network's
    /// linear part w_lin=NAME
    #[arg(long, value_name = "ROLE=NAME,..")]
    pub map: Option<String>,
    #[command(flatten)]
    pub given: CellConstants,
    /// How vectors multiply the stored weights: column (W h, as in PyTorch) or row (h W, as in Keras and JAX)
    /// [default: as names and shapes show]
    #[arg(long, value_name = "WHICH")]
    pub vectors: Option<String>,
    /// Gates in the order of the file, as z,r,n or i,f,g,o [default: as names show]
    #[arg(long, value_name = "G1,G2,..")]
    pub gates: Option<String>,
    /// Which network of a file that holds several
    #[arg(long, value_name = "NAME")]
    pub prefix: Option<String>,
}

/// What the weights of a cell do not tell.
#[derive(Args, Default)]
pub(super) struct CellConstants {
    /// Time constant of a rate or current network [default: the file's, or 1]
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub tau: Option<f64>,
    /// Time step of a rate, current or Lipschitz network [default: tau / 10, 0.1], or of a coRNN
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub dt: Option<f64>,
    /// A rate, current or Lipschitz network as the map that Euler steps make, not as a flow
    #[arg(long)]
    pub euler: bool,
    /// Constants: epsilon and gamma of antisymmetric networks and coRNNs, beta_a, gamma_a, beta_w and gamma_w
    /// of Lipschitz networks
    #[arg(long, value_name = "NAME=VALUE,..", allow_hyphen_values = true)]
    pub constants: Option<String>,
    /// GRU with its reset gate before the recurrent product (PyTorch's is after)
    #[arg(long)]
    pub reset_before: bool,
}

#[derive(Args, Default)]
#[command(next_help_heading = "Recordings")]
pub(super) struct RecordingArguments {
    /// Columns of the units ('unit_*', or names separated by commas), or the name of an array
    #[arg(long, value_name = "PATTERN")]
    pub units: Option<String>,
    /// Column that tells trials apart, or several: session,trial
    #[arg(long, value_name = "COLUMN")]
    pub trial: Option<String>,
    /// Column of time: rows are put in its order, and those on the two sides of a gap do not follow one another
    #[arg(long, value_name = "COLUMN")]
    pub time: Option<String>,
    /// Columns of targets, left out of the units; decoded, and units regressed on them
    #[arg(long, value_name = "PATTERN")]
    pub targets: Option<String>,
    /// Rows with missing values: error or drop-rows [default: error]
    #[arg(long, value_name = "WHAT")]
    pub missing: Option<String>,
}

#[derive(Args)]
pub(super) struct Inspect {
    /// Any file that `analyze` reads
    pub file: PathBuf,
    #[command(flatten)]
    pub network: NetworkArguments,
    #[command(flatten)]
    pub recording: RecordingArguments,
}

#[derive(Args)]
pub(super) struct Study {
    /// A figure or table, as park2023/fig3, or a paper, for all of it
    #[arg(value_name = "PAPER[/FIGURE]")]
    pub name: Option<String>,
    /// How large: quick (a minute or so) or paper (the paper's sizes)
    #[arg(long, value_name = "PRESET", default_value = "quick")]
    pub preset: String,
    /// Folder of the report [default: reports/<paper>/<figure>]; of a whole paper, a folder a figure
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Reproduce the published numbers by the authors' procedure too, beside the right ones
    #[arg(long)]
    pub as_published: bool,
    /// Folder of the authors' files, for what needs them
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub run: RunArguments,
}

#[derive(Args)]
pub(super) struct Selftest {
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads(), allow_negative_numbers = true)]
    pub threads: Option<usize>,
    /// No progress bar
    #[arg(long)]
    pub quiet: bool,
}
