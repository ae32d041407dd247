//! `train`, as it is written.

use super::MOST;
use crate::analyses::arguments::CellConstants;
use crate::analyses::limits::{count, seed};
use crate::analyses::written;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Trains a network on a task.
#[derive(Args, Clone, Debug, Serialize)]
pub struct Train {
    /// copy-memory, random-delay-copy, temporal-ordering, psmnist, flip-flop, context-integration, sine, position,
    /// head-direction, or ibl and integrate, which have options of their own
    pub task: String,
    /// Seed of every random stream
    #[arg(long, default_value_t = 1, value_parser = seed())]
    pub seed: u64,
    /// The task's.
    #[command(flatten)]
    #[serde(flatten)]
    pub task_options: TaskArguments,
    /// The network's.
    #[command(flatten)]
    #[serde(flatten)]
    pub network: CellArguments,
    /// The training's.
    #[command(flatten)]
    #[serde(flatten)]
    pub training: TrainingArguments,
    /// A search over settings.
    #[command(flatten)]
    #[serde(flatten)]
    pub search: SearchArguments,
}
crate::settings!(Train, "train");

/// What tells a task from others of its name.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "Task")]
pub struct TaskArguments {
    /// Training items [default: 10000; psmnist: all]
    #[arg(long, value_name = "N", value_parser = count(1, 100_000_000))]
    pub train_items: Option<usize>,
    /// Validation items [default: 1000; psmnist: a sixth of the training set]
    #[arg(long, value_name = "N", value_parser = count(1, 100_000_000))]
    pub validation_items: Option<usize>,
    /// Test items [default: 1000; psmnist: all]
    #[arg(long, value_name = "N", value_parser = count(1, 100_000_000))]
    pub test_items: Option<usize>,
    /// Delay in steps, or FROM:TO [default: copy-memory 100, random-delay-copy 100:120,
    /// temporal-ordering 50:60]
    #[arg(long, value_name = "STEPS", allow_hyphen_values = true)]
    pub delay: Option<String>,
    /// Tokens of the copy tasks [default: 10]
    #[arg(long, value_name = "N", value_parser = count(1, 1_000_000))]
    pub tokens: Option<usize>,
    /// Steps of the copy tasks that count: recall or all [default: recall]
    #[arg(long, value_name = "WHICH")]
    pub counted: Option<String>,
    /// Distractors of temporal-ordering [default: 4]
    #[arg(long, value_name = "N", value_parser = count(1, 1000))]
    pub distractors: Option<usize>,
    /// Channels of flip-flop [default: 3]
    #[arg(long, value_name = "N", value_parser = count(1, 1000))]
    pub bits: Option<usize>,
    /// Probability of a pulse of flip-flop [default: 0.1]
    #[arg(long, value_name = "P")]
    pub pulse: Option<f64>,
    /// Steps of flip-flop, context-integration, sine, position and head-direction [default: 100]
    #[arg(long, value_name = "N", value_parser = count(1, 1_000_000))]
    pub steps: Option<usize>,
    /// Seconds a step of sine, position and head-direction [default: 0.1; position, head-direction 0.02]
    #[arg(long, value_name = "TIME")]
    pub time_step: Option<f64>,
    /// How cells say where: gaussian or softmax of position, density or peak of head-direction [default: gaussian, density:
    /// krishna2024's paper; its program has softmax, peak]
    #[arg(long, value_name = "NAME")]
    pub code: Option<String>,
    /// Cells of position and head-direction [default: 512]
    #[arg(long, value_name = "N", value_parser = count(3, 100_000))]
    pub cells: Option<usize>,
    /// Width of the cells' tuning, in m or rad [default: position 0.2, head-direction pi/6]
    #[arg(long, value_name = "WIDTH")]
    pub cell_width: Option<f64>,
    /// Scale of the speed's Rayleigh law of position, in m/s [default: 0.2: krishna2024's table; its program has 0.8168]
    #[arg(long, value_name = "X")]
    pub speed: Option<f64>,
    /// Standard deviation of the turning rate of position and head-direction, in rad/s [default: 11.52]
    #[arg(long, value_name = "X")]
    pub turning: Option<f64>,
    /// Side of the box of position, in m [default: 2.2]
    #[arg(long, value_name = "X")]
    pub box_side: Option<f64>,
    /// Share of the way to the anchor that position drifts in a step; krishna2024's biased walk has 0.05 [default: 0]
    #[arg(long, value_name = "X")]
    pub drift: Option<f64>,
    /// Where position drifts to, in m [default: 0,0, the middle of the box]
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true)]
    pub anchor: Option<String>,
    /// All turns of head-direction counter-clockwise
    #[arg(long)]
    pub biased: bool,
    /// What position and head-direction show: changes, to be integrated, or states [default: changes]
    #[arg(long, value_name = "WHICH")]
    pub shown: Option<String>,
    /// Folder with the four MNIST files of psmnist, gzip or not
    #[arg(long, value_name = "DIR")]
    #[serde(serialize_with = "written::given")]
    pub images: Option<PathBuf>,
}

/// The network to train.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "Network")]
pub struct CellArguments {
    /// Cell: any that `analyze` knows
    #[arg(long, value_name = "NAME", default_value = "vanilla")]
    pub cell: String,
    /// Initial parameters: default, linear, orthogonal, identity, pta or pta-onset (pta with gains up to 1.5)
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub init: String,
    /// Units
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = count(1, 100_000))]
    pub units: usize,
    /// Nonlinearity of a vanilla, rate, current or integrator network: tanh, relu, sigmoid or identity [default: tanh; identity
    /// of integrators]
    #[arg(long, value_name = "NAME")]
    pub activation: Option<String>,
    /// What the weights do not tell.
    #[command(flatten)]
    #[serde(flatten)]
    pub given: CellConstants,
    /// No biases
    #[arg(long)]
    pub no_bias: bool,
    /// Noise added to every state variable after each step: its scale; position of krishna2024 has 0.01, head-direction 0.1
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    pub noise: f64,
    /// Law of the noise: gaussian, or uniform in [0, 1) as in krishna2024's program
    #[arg(long, value_name = "LAW", default_value = "gaussian")]
    pub noise_law: String,
    /// Numbers in which is trained: f32 or f64
    #[arg(long, value_name = "TYPE", default_value = "f32")]
    pub precision: String,
}

/// How it is trained.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "Training")]
pub struct TrainingArguments {
    /// Most passes over the training items
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = count(1, 1_000_000))]
    pub epochs: usize,
    /// New training items in every epoch, so many as --train-items
    #[arg(long)]
    pub fresh: bool,
    /// Items in a minibatch
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = count(1, 1_000_000))]
    pub batch: usize,
    /// Learning rate [default: 0.001]
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    pub rate: Option<String>,
    /// Optimiser: adam or sgd
    #[arg(long, value_name = "NAME", default_value = "adam")]
    pub optimiser: String,
    /// Momentum of sgd [default: 0]
    #[arg(long, value_name = "X")]
    pub momentum: Option<f64>,
    /// Largest norm of a gradient, or none [default: 1]
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    pub clip: Option<String>,
    /// Dropout on the read-out's input [default: 0]
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub dropout: Option<String>,
    /// Factor on the learning rate every --decay-every epochs [default: 1]
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    pub decay: Option<String>,
    /// Epochs between two decays [default: a fifth of --epochs]
    #[arg(long, value_name = "N", value_parser = count(1, 1_000_000))]
    pub decay_every: Option<usize>,
    /// Stop after so many epochs without a lower validation loss, or none [default: none]
    #[arg(long, value_name = "EPOCHS", allow_hyphen_values = true)]
    pub patience: Option<String>,
    /// Stop as soon as the validation loss is at most this [default: none]
    #[arg(long, value_name = "LOSS")]
    pub goal: Option<f64>,
    /// Validation items: own (the task's) or held-out (drawn from the training items, which then lack them)
    #[arg(long, value_name = "WHICH", default_value = "own")]
    pub validation: String,
}

/// With either, --rate, --clip, --dropout, --decay and --patience also take FROM:TO or A,B,C.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "Search")]
pub struct SearchArguments {
    /// Train N times with random settings and keep the best. Searched are --rate [1e-5:1], --clip
    /// [0.01:100], --dropout [0.0316:0.9], --decay [0.1:1] and --patience [5:80]; a value fixes one,
    /// FROM:TO or A,B,C is another range
    #[arg(long, value_name = "N", conflicts_with = "grid", value_parser = count(1, MOST as u64))]
    pub search: Option<usize>,
    /// The same on a grid of N values a range
    #[arg(long, value_name = "N", value_parser = count(1, MOST as u64))]
    pub grid: Option<usize>,
}
