//! Sizes and hyper-parameters: the paper's where it gives them, chosen by validation loss where not.

use super::{Network, Problem};
use crate::studies::Preset;
use crate::training::schedule::Decay;
use crate::training::trainer::Settings;

/// What a training may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Units of every network: n of the paper's 250, half a state of a coRNN or LSTM.
    pub units: usize,
    /// Trainings of each network on each task.
    pub realisations: usize,
    /// Most epochs.
    pub epochs: usize,
}

impl Budget {
    /// Five realisations, and 250 units and 400 epochs, 125 on the digits, for `paper` (S2.1, S2.2).
    pub fn of(preset: Preset, problem: Problem) -> Self {
        match preset {
            Preset::Quick => Self { units: UNITS, realisations: 3, epochs: 12 },
            Preset::Paper => {
                let epochs = if problem == Problem::Digits { 125 } else { 400 };
                Self { units: 250, realisations: 5, epochs }
            }
        }
    }
}

/// Units of `quick`.
const UNITS: usize = 64;

/// Validation loss at which a task counts as solved and training stops, in nats.
const GOAL: f64 = 3e-4;

/// How a network is trained on a task; `seed` is that of shuffling and of the initial parameters.
///
/// The paper's chosen values are not published. Of its ranges (S2.3) the learning rate was searched at the
/// sizes of `quick` for each network and task, over 3e-4, 1e-3, 3e-3 and 1e-2, by the validation loss of one
/// training with a seed that no study has by default (`scripts/park2023_rates.sh`). For more units it
/// falls in proportion, since a step of Adam moves n weights of a row at once. Gradients are clipped at norm
/// 1, the rate falls by a tenth every epoch of `quick` and so that it ends as low for `paper`; there is no
/// dropout, and `paper` stops after 40 epochs without progress, the middle of the paper's range.
pub fn settings(problem: Problem, network: Network, preset: Preset, seed: u64) -> Settings {
    let budget = Budget::of(preset, problem);
    let decay = match preset {
        Preset::Quick => Decay { factor: 0.9, every: 1 },
        Preset::Paper => Decay { factor: 0.9, every: (budget.epochs / 12).max(1) },
    };
    Settings {
        epochs: budget.epochs,
        batch: 32,
        rate: rate(problem, network) * UNITS as f64 / budget.units as f64,
        decay,
        clip: Some(1.0),
        patience: (preset == Preset::Paper).then_some(40),
        goal: (problem != Problem::Digits).then_some(GOAL),
        seed,
        ..Settings::default()
    }
}

/// The learning rate found at 64 units. The digits take that of copy memory, and so does the long delay.
fn rate(problem: Problem, network: Network) -> f64 {
    let [ordering, copy, random] = match network {
        Network::Antisymmetric => [1e-2, 1e-2, 1e-2],
        Network::CoRnn => [1e-2, 1e-2, 1e-2],
        Network::Gru => [3e-3, 3e-3, 3e-3],
        Network::GruPta => [3e-3, 3e-3, 3e-3],
        Network::Lstm => [3e-3, 3e-3, 3e-3],
        Network::Lipschitz => [1e-2, 1e-2, 1e-2],
        Network::Tanh => [1e-3, 1e-3, 1e-3],
        Network::TanhPta => [1e-3, 1e-3, 1e-3],
        Network::TanhOrthogonal => [1e-3, 1e-3, 1e-3],
    };
    match problem {
        Problem::Ordering => ordering,
        Problem::RandomCopy => random,
        Problem::Copy | Problem::LongCopy | Problem::Digits => copy,
    }
}
