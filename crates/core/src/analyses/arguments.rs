//! The settings that several jobs share, as they are written: options of the command line, keys of a file.

use super::check;
use super::continued::ContinuationArguments;
use super::limits::count;
use super::written;
use crate::io::shown::list;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Settings of decoding and clusters.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Analyses of activity")]
pub struct AnalysisArguments {
    /// Ridge on the weights of logistic read-outs, against the likelihood of all rows [default: 0]
    #[arg(long, value_name = "X")]
    pub ridge: Option<f64>,
    /// Folds of decoding's cross-validation [default: 5]
    #[arg(long, value_name = "K", value_parser = count(2, 1_000_000))]
    pub folds: Option<usize>,
    /// How often dPCA shuffles the trials to judge its axes, and activity is shifted to judge its maps; 0: not [default: 100]
    #[arg(long, value_name = "N", value_parser = count(0, 1_000_000))]
    pub shuffles: Option<usize>,
    /// Number of clusters [default: that of the largest silhouette]
    #[arg(long, value_name = "K", value_parser = count(1, 1_000_000))]
    pub clusters: Option<usize>,
    /// Distance between clusters: average, complete, single or weighted [default: average]
    #[arg(long, value_name = "NAME")]
    pub linkage: Option<String>,
    /// Dimensions of the space of currents, so many left singular vectors of W [default: the number of targets; one more where
    /// each column of W is of one sign; or that before the largest gap of singular values, if up to twice the number of targets]
    #[arg(long, value_name = "K", value_parser = count(1, 1_000_000))]
    pub rank: Option<usize>,
    /// Fits of currents and activity on targets without an offset
    #[arg(long)]
    pub through_origin: bool,
}

/// Settings of the rows and trials of a recording.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Rows and trials of recordings")]
pub struct TrialArguments {
    /// Columns that tell conditions of trials apart, one value a trial: stimulus,choice; left out of the units. In a file of arrays
    /// also arrays of a value for each trial or row
    #[arg(long, value_name = "C1,C2")]
    pub conditions: Option<String>,
    /// Table of trials, a row for each, that holds columns of --conditions and --targets, or labels of a network's --trials:
    /// joined by the column of trials or, where it has none, by order
    #[arg(long, value_name = "TABLE")]
    #[serde(serialize_with = "written::given")]
    pub labels: Option<PathBuf>,
    /// Rows in bins, within trials: so many time steps, or a time as 20ms or 0.02s with --time; sums of counts, means of others
    #[arg(long, value_name = "WIDTH", allow_hyphen_values = true)]
    pub bin: Option<String>,
    /// Units smoothed by a Gaussian of this standard deviation, within trials, in time steps of the file or a time
    #[arg(long, value_name = "WIDTH", allow_hyphen_values = true)]
    pub smooth: Option<String>,
    /// Units less their means, over their standard deviations
    #[arg(long)]
    pub zscore: bool,
    /// Units over their range + 5 (Churchland 2012)
    #[arg(long)]
    pub soft_normalise: bool,
    /// Rows as means over trials, by --conditions where given
    #[arg(long)]
    pub average: bool,
}

/// Which network it is, and what drives it.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Networks")]
pub struct DrivenNetwork {
    /// How to understand the file.
    #[command(flatten)]
    #[serde(flatten)]
    pub weights: WeightFile,
    /// Nonlinearity of a vanilla, rate, current or integrator network: tanh, relu, sigmoid or identity [default: the
    /// file's, or tanh; identity of integrators]
    #[arg(long, value_name = "NAME")]
    pub activation: Option<String>,
    /// Trials of its task: an npz (arrays inputs, targets, mask, initial, lengths, and labels of trials or steps; trials x
    /// steps x values), a folder of such npy files, or a table (a row a step, columns trial, input0, ..., target0, ...)
    #[arg(long, value_name = "FILE")]
    #[serde(serialize_with = "written::given")]
    pub trials: Option<PathBuf>,
    /// What names in that file mean: inputs, targets, mask, initial, lengths, hold, condition, trial or time
    #[arg(long, value_name = "ROLE=NAME,..", requires = "trials")]
    pub trials_map: Option<String>,
    /// Its arrays are steps x trials x values, as recurrent layers of PyTorch without batch_first have them
    #[arg(long, requires = "trials")]
    pub time_major: bool,
    /// Table of inputs: a row a time step, a column an input
    #[arg(long, value_name = "TABLE")]
    #[serde(serialize_with = "written::given")]
    pub inputs: Option<PathBuf>,
    /// Constant input: one value for each input, separated by commas [default: zeros]
    #[arg(long, value_name = "V1,V2", allow_hyphen_values = true)]
    pub input: Option<String>,
    /// Table of initial states: a row a state [default: random]
    #[arg(long, value_name = "TABLE")]
    #[serde(serialize_with = "written::given")]
    pub initial: Option<PathBuf>,
}

/// Settings that concern networks alone.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Networks")]
pub struct NetworkArguments {
    /// Which network it is, and what drives it.
    #[command(flatten)]
    #[serde(flatten)]
    pub driven: DrivenNetwork,
    /// Trajectories from random initial states [default: 32, fewer for large networks]
    #[arg(long, value_name = "N", value_parser = count(1, 1_000_000))]
    pub trajectories: Option<usize>,
    /// Steps of each trajectory [default: 200; 500 for flows]
    #[arg(long, value_name = "N", value_parser = count(1, 10_000_000))]
    pub length: Option<usize>,
    /// Starts of the fixed-point search [default: 512, fewer above 64 units]
    #[arg(long, value_name = "N", value_parser = count(1, 1_000_000))]
    pub starts: Option<usize>,
    /// Noise on the starts, in spreads of the states [default: 0.5]
    #[arg(long, value_name = "X")]
    pub noise: Option<f64>,
    /// Largest speed q of a slow point [default: 1e-6]
    #[arg(long, value_name = "Q")]
    pub slow_threshold: Option<f64>,
    /// How many Lyapunov exponents [default: all; 100 above 1000 state variables]
    #[arg(long, value_name = "K", value_parser = count(1, 1_000_000))]
    pub exponents: Option<usize>,
    /// Most steps recorded for each trajectory's exponents [default: by size, 2000 to 50000]
    #[arg(long, value_name = "N", value_parser = count(1, 100_000_000))]
    pub steps: Option<usize>,
    /// Steps discarded before recording [default: 1500, or a tenth of the inputs]
    #[arg(long, value_name = "N", value_parser = count(0, 100_000_000))]
    pub warmup: Option<usize>,
    /// Stop when every exponent's standard error is below this, in nats per unit time [default: 0.001]
    #[arg(long, value_name = "X")]
    pub tol: Option<f64>,
    /// Time over which adjoints are followed, steps for maps [default: 200 steps; 400 for flows]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub horizon: Option<f64>,
    /// Table of the vector that the adjoint has at the end of the horizon [default: random ones]
    #[arg(long, value_name = "TABLE")]
    #[serde(serialize_with = "written::given")]
    pub terminal: Option<PathBuf>,
    /// Of the continuation of fixed points.
    #[command(flatten)]
    #[serde(flatten)]
    pub continuation: ContinuationArguments,
    /// Of integrators.
    #[command(flatten)]
    #[serde(flatten)]
    pub integrator: IntegratorArguments,
}

/// What is asked of an integrator network (--cell integrator).
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Integrators")]
pub struct IntegratorArguments {
    /// Scale of each channel's integral, or one for all [default: the file's]
    #[arg(long, value_name = "S1,S2", allow_hyphen_values = true)]
    pub scale: Option<String>,
    /// Decay of each channel's integral a step, or one for all [default: the file's]
    #[arg(long, value_name = "G1,G2", allow_hyphen_values = true)]
    pub decay: Option<String>,
    /// Steps of the averaged loss [default: the file's, or 10]
    #[arg(long, value_name = "T", value_parser = count(1, 10_000))]
    pub duration: Option<usize>,
    /// Table of chi (7.7), the inputs' correlation summed over time, a row for each of the T steps, or for each step of each channel
    /// [default: that of white noise, T, T - 1, ..., 1 on the diagonal]
    #[arg(long, value_name = "TABLE")]
    #[serde(serialize_with = "written::given")]
    pub chi: Option<PathBuf>,
    /// Table of the samples z of the proxy loss, a column a channel [default: 1 and -1 for ReLU of one channel; 4096 uniform in
    /// [-5, 5]]
    #[arg(long, value_name = "TABLE")]
    #[serde(serialize_with = "written::given")]
    pub z: Option<PathBuf>,
}

/// The names of the cells, as a sentence ends with them.
fn cells() -> String {
    list(&crate::systems::cells::KINDS.iter().map(|k| k.name).collect::<Vec<_>>(), "or")
}

/// How to understand a weight file; of its nonlinearity every command speaks by itself.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct WeightFile {
    /// The cell.
    #[arg(long, value_name = "NAME", help = format!("Cell, where the names do not tell: {}", cells()))]
    pub cell: Option<String>,
    /// Names of the tensors: w_rec=NAME,w_in=NAME,b=NAME,readout=NAME,tau=NAME; w_in and readout are
    /// called encoder and decoder too; m=NAME,n=NAME
    /// of a low-rank network, whose W is m n^T / N; of a coRNN's velocities w_vel=NAME, of a Lipschitz network's
    /// linear part w_lin=NAME; before=NAME,before_bias=NAME of a linear layer before the network. In place of a name a formula:
    /// b=b1+b2, 'w_rec=abs(W*mask)@D', 'w_rec=A|B;C|D' of blocks (`nullcline help files`)
    #[arg(long, value_name = "ROLE=NAME,..")]
    pub map: Option<String>,
    /// What the weights do not tell.
    #[command(flatten)]
    #[serde(flatten)]
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
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct CellConstants {
    /// Time constant of a rate or current network [default: the file's, or 1]
    #[arg(long, value_name = "TIME")]
    pub tau: Option<f64>,
    /// Time step of a rate, current or Lipschitz network [default: tau / 10, 0.1], or of a coRNN
    #[arg(long, value_name = "TIME")]
    pub dt: Option<f64>,
    /// A rate, current or Lipschitz network as the map that Euler steps make, not as a flow
    #[arg(long)]
    pub euler: bool,
    /// Leak of a rate or current network that is the map h' = (1 - A) h + A (...): --euler --dt A --tau 1
    #[arg(long, value_name = "A")]
    pub alpha: Option<f64>,
    /// Constants: epsilon and gamma of antisymmetric networks and coRNNs, beta_a, gamma_a, beta_w and gamma_w
    /// of Lipschitz networks, slope and threshold of integrator networks [default: 50 and 0.1 of sigmoids, else 1 and 0]
    #[arg(long, value_name = "NAME=VALUE,..", allow_hyphen_values = true)]
    pub constants: Option<String>,
    /// GRU with its reset gate before the recurrent product (PyTorch's is after)
    #[arg(long)]
    pub reset_before: bool,
}

impl CellConstants {
    /// tau, dt, and whether steps are Euler's, of which the leak is a short word.
    ///
    /// # Errors
    /// Values that cannot be; a leak beside what it stands for.
    pub(super) fn times(&self) -> Result<(Option<f64>, Option<f64>, bool), String> {
        check::time("--tau", self.tau)?;
        check::time("--dt", self.dt)?;
        let Some(alpha) = self.alpha else { return Ok((self.tau, self.dt, self.euler)) };
        check::time("--alpha", Some(alpha))?;
        if self.tau.is_some() || self.dt.is_some() || self.euler {
            return Err("--alpha A stands for --euler --dt A --tau 1: give it or those".into());
        }
        Ok((Some(1.0), Some(alpha), true))
    }
}

/// What the columns and rows of a table are.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Recordings")]
pub struct TableArguments {
    /// Columns of the units ('unit_*', or names separated by commas), or the name of an array
    #[arg(long, value_name = "PATTERN")]
    pub units: Option<String>,
    /// Column that tells trials apart, or several: session,trial; an array of three dimensions is trials x time x units
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

/// Settings that concern recordings alone.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Recordings")]
pub struct RecordingArguments {
    /// Of the table.
    #[command(flatten)]
    #[serde(flatten)]
    pub table: TableArguments,
    /// File of the weights among the units, W_ij onto unit i from unit j: a network's, or one matrix
    #[arg(long, value_name = "FILE")]
    #[serde(serialize_with = "written::given")]
    pub weights: Option<PathBuf>,
    /// What the units are: rates, or currents before their nonlinearity [default: rates]
    #[arg(long, value_name = "WHAT")]
    pub recorded: Option<String>,
}
