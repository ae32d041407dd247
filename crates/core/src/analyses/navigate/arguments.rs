//! `train navigate`, as it is written.

use crate::analyses::limits::{count, seed};
use clap::Args;
use clap::builder::TypedValueParser;
use serde::Serialize;
use std::path::PathBuf;

/// Trains a path integrator that sees.
#[derive(Args, Clone, Debug, Serialize)]
pub struct TrainNavigator {
    /// Map: SnakePath, DoubleDonut, Ambiguous, DarkCenter, DonutPath, or a file of your own, whose name ends in .toml
    #[arg(long, value_name = "MAP", default_value = "DoubleDonut", help_heading = "Task")]
    pub map: String,
    /// What is not said otherwise is as in the thesis (printed) or as in its program (coded): networks, gate, rates, retina, goal,
    /// what squares are divided by, and the first image of tests
    #[arg(long, value_name = "WHICH", default_value = "printed", help_heading = "Task")]
    pub reading: String,
    /// Goal at which trajectories end, or none [default: none; coded: that of the map named Default]
    #[arg(long, value_name = "NAME", help_heading = "Task")]
    pub goal: Option<String>,
    /// Standard deviation of each coordinate of an action, in sides of a room
    #[arg(long, value_name = "X", default_value_t = 0.5, help_heading = "Task")]
    pub spread: f64,
    /// Cells of a side of the retina
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = count(5, 512), help_heading = "Task")]
    pub cells: usize,
    /// Share of actions after which there is an image
    #[arg(long, value_name = "P", default_value_t = 0.2, help_heading = "Cues")]
    pub available: f64,
    /// Share of the missing images whose representation is there in a random order
    #[arg(long, value_name = "P", default_value_t = 0.5, help_heading = "Cues")]
    pub shuffled: f64,
    /// Share of the missing images that are seen black; of the rest, the representation is zero
    #[arg(long, value_name = "P", default_value_t = 0.25, help_heading = "Cues")]
    pub black: f64,
    /// Standard deviation of what is felt of each coordinate of an action, or several, of which each step has one
    #[arg(long, allow_hyphen_values = true, value_name = "X,..", default_value = "0", help_heading = "Cues")]
    pub noise: String,
    /// rpi (a resetting path integrator), lstm (whose read-out looks at the state alone), start (an LSTM whose read-out looks at the first
    /// representation too) or hybrid (the same with losses of models)
    #[arg(long, value_name = "NAME", default_value = "rpi", help_heading = "Network")]
    pub model: String,
    /// Gate of the state: softmax or sigmoid [default: sigmoid; coded: softmax]
    #[arg(long, value_name = "NAME", help_heading = "Network")]
    pub gate: Option<String>,
    /// Begin with the modules of a network that this command left (network.safetensors)
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    pub from: Option<PathBuf>,
    /// Modules that are taken from it: visual, action, direct, inverse, gate, memory [default: all that both have]
    #[arg(long, value_name = "NAMES", help_heading = "Network")]
    pub take: Option<String>,
    /// After a training of the models alone (--weights 0,10,10), whose network --from names: a (only the gate learns, on path integration),
    /// b (everything learns, on path integration alone) or c (everything learns, on all losses)
    #[arg(long, value_name = "WHICH", conflicts_with_all = ["weights", "rates"], requires = "from", help_heading = "Training")]
    pub curriculum: Option<String>,
    /// Weights of the losses of path integration, of the direct and of the inverse model [default: 1,10,10; of lstm and start 1,0,0]
    #[arg(long, allow_hyphen_values = true, value_name = "W,D,I", help_heading = "Training")]
    pub weights: Option<String>,
    /// Learning rates of V, P, D, I and G, and of an LSTM; 0 for what stays as it was drawn, or frozen: those of the program for networks
    /// without losses of models (V, P and G stay) [default: 0.001,0.001,0.0001,0.001,0.001; coded: P stays; with an LSTM 0.0005 each]
    #[arg(long, allow_hyphen_values = true, value_name = "RATES", help_heading = "Training")]
    pub rates: Option<String>,
    /// Gradient steps
    #[arg(long, value_name = "N", default_value_t = 4000, value_parser = count(1, 100_000_000).map(|n| n as u64), help_heading = "Training")]
    pub steps: u64,
    /// Trajectories of a step
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = count(1, 100_000), help_heading = "Training")]
    pub batch: usize,
    /// Actions of a trajectory
    #[arg(long, value_name = "T", default_value_t = 40, value_parser = count(1, 100_000), help_heading = "Training")]
    pub duration: usize,
    /// Transitions of a step, for the losses of models
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = count(1, 1_000_000), help_heading = "Training")]
    pub transitions: usize,
    /// Steps after which parameters are the best ones again; 0: never
    #[arg(long, value_name = "N", default_value_t = 500, help_heading = "Training")]
    pub back: u64,
    /// Trajectories of the tests
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = count(2, 1_000_000), help_heading = "Tests")]
    pub test_walks: usize,
    /// Actions of each
    #[arg(long, value_name = "T", default_value_t = 100, value_parser = count(1, 100_000), help_heading = "Tests")]
    pub test_steps: usize,
    /// Seed of every random stream
    #[arg(long, default_value_t = 1, value_parser = seed())]
    pub seed: u64,
}
crate::settings!(TrainNavigator, "train.navigate");
