//! `train integrate`, as it is written.

use crate::analyses::limits::{count, seed};
use clap::Args;
use clap::builder::TypedValueParser;
use serde::Serialize;

/// Trains a network to integrate its inputs.
#[derive(Args, Clone, Debug, Serialize)]
pub struct TrainIntegrator {
    /// Channels in and out
    #[arg(long, value_name = "D", default_value_t = 1, value_parser = count(1, 1000), help_heading = "Task")]
    pub channels: usize,
    /// Scale of each channel's integral, or one for all
    #[arg(
        long,
        value_name = "S1,S2",
        default_value = "1",
        allow_hyphen_values = true,
        help_heading = "Task"
    )]
    pub scale: String,
    /// Decay of each channel's integral a step, or one for all
    #[arg(
        long,
        value_name = "G1,G2",
        default_value = "0.995",
        allow_hyphen_values = true,
        help_heading = "Task"
    )]
    pub decay: String,
    /// Steps T of a training sequence
    #[arg(long, value_name = "T", default_value_t = 3, value_parser = count(1, 10_000), help_heading = "Task")]
    pub duration: usize,
    /// Steps of the trials left beside the network: a third of white noise, sparse and burst inputs each
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = count(1, 1_000_000), help_heading = "Task")]
    pub test_steps: usize,
    /// How the network is written: integrator, h = f(W (h + E u)), or vanilla, h = f(W h + U u) with U = W E, the same map
    #[arg(long, value_name = "NAME", default_value = "integrator", help_heading = "Network")]
    pub cell: String,
    /// Units
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = count(1, 100_000), help_heading = "Network")]
    pub units: usize,
    /// Nonlinearity: identity, relu, sigmoid (of slope 50 and threshold 0.1) or tanh
    #[arg(long, value_name = "NAME", default_value = "identity", help_heading = "Network")]
    pub activation: String,
    /// Slope of the nonlinearity [default: 50 of sigmoids, else 1]
    #[arg(long, value_name = "X", help_heading = "Network")]
    pub slope: Option<f64>,
    /// Threshold of the nonlinearity [default: 0.1 of sigmoids, else 0]
    #[arg(long, value_name = "X", allow_hyphen_values = true, help_heading = "Network")]
    pub threshold: Option<f64>,
    /// Which units encoders and decoders reach: free (all), equal (a part of the units each channel, both), disjoint (the encoder of a
    /// channel where the decoder of the next is), encoders or decoders (these alone in parts), overlap:P (as equal, and a share P of the
    /// units that all reach)
    #[arg(long, value_name = "WHICH", default_value = "free", help_heading = "Network")]
    pub support: String,
    /// Mixes o of each encoder into its decoder: d = (1 - o) d + o e, then of unit norm
    #[arg(long, value_name = "O", default_value_t = 0.0, help_heading = "Network")]
    pub overlap: f64,
    /// Initial recurrent weights: zero, norm:X or radius:X (Gaussian, of that spectral norm or radius)
    #[arg(long, value_name = "LAW", default_value = "zero", help_heading = "Network")]
    pub init: String,
    /// Share of inhibitory units, whose outgoing weights stay below zero, and those of the others above (Dale's law)
    #[arg(long, value_name = "P", help_heading = "Network")]
    pub dale: Option<f64>,
    /// Loss: batch (7.5), averaged (7.7, of linear networks) or proxy (7.31, 7.36)
    #[arg(long, value_name = "NAME", default_value = "batch", help_heading = "Training")]
    pub loss: String,
    /// Optimiser: gd (the same sequences or samples at each step), sgd (new ones) or adam (new ones)
    #[arg(long, value_name = "NAME", default_value = "sgd", help_heading = "Training")]
    pub optimiser: String,
    /// Learning rate [default: 0.1 / (max(1, s)² T²), T = 1 for the proxy, which with samples has 6 / Z² of it over the square of the
    /// largest gain; adam: 0.0005]
    #[arg(long, value_name = "X", help_heading = "Training")]
    pub rate: Option<f64>,
    /// Gradient steps
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = count(1, 100_000_000).map(|n| n as u64), help_heading = "Training")]
    pub steps: u64,
    /// Sequences of a step, or samples of the proxy loss
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = count(1, 1_000_000), help_heading = "Training")]
    pub batch: usize,
    /// Samples of the proxy loss are uniform in [-Z, Z]; ReLU and linear networks of one channel need none [default: 5]
    #[arg(long, value_name = "Z", help_heading = "Training")]
    pub range: Option<f64>,
    /// Train the encoders too
    #[arg(long, help_heading = "Training")]
    pub train_encoder: bool,
    /// Train the decoders too
    #[arg(long, help_heading = "Training")]
    pub train_decoder: bool,
    /// Stop as soon as the loss is at most this [default: none]
    #[arg(long, value_name = "LOSS", help_heading = "Training")]
    pub goal: Option<f64>,
    /// Numbers in which is trained: f32 or f64 [default: f32 for batch, else f64]
    #[arg(long, value_name = "TYPE", help_heading = "Training")]
    pub precision: Option<String>,
    /// Seed of every random stream
    #[arg(long, default_value_t = 1, value_parser = seed())]
    pub seed: u64,
}
crate::settings!(TrainIntegrator, "train.integrate");
