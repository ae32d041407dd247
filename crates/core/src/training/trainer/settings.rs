//! What a training is told, and whether it makes sense.

use crate::linalg::random::{Use, stream};
use crate::systems::noise::Amount;
use crate::tasks::{Split, Task};
use crate::training::optimiser::Method;
use crate::training::schedule::Decay;
use rand::RngExt;
use thiserror::Error;

/// From which items the validation loss comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// The task's validation split.
    Own,
    /// As many items, drawn from the training split and kept out of training (park2023, S2.3).
    HeldOut,
}

impl Validation {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::HeldOut => "held-out",
        }
    }
}

/// How to train. Names are those of the command line's options.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Most passes over the training items.
    pub epochs: usize,
    /// Items in a minibatch.
    pub batch: usize,
    /// Learning rate in the first epoch.
    pub rate: f64,
    /// Optimiser.
    pub method: Method,
    /// How the rate falls.
    pub decay: Decay,
    /// Largest norm of a gradient.
    pub clip: Option<f64>,
    /// Dropout on the read-out's input, in [0, 1).
    pub dropout: f64,
    /// Stop after so many epochs in a row without a lower validation loss.
    pub patience: Option<usize>,
    /// Stop as soon as the validation loss is at most this: the task is solved.
    pub goal: Option<f64>,
    /// Validation items.
    pub validation: Validation,
    /// Noise on every state after each step, in training, validation and test.
    pub noise: Option<Amount>,
    /// Whether each epoch has training items of its own, that no epoch before it had.
    pub fresh: bool,
    /// Seed of shuffling and dropout.
    pub seed: u64,
}

impl Default for Settings {
    /// 100 epochs of Adam at 0.001, 32 items a step, gradients clipped to norm 1.
    fn default() -> Self {
        Self {
            epochs: 100,
            batch: 32,
            rate: 1e-3,
            method: Method::ADAM,
            decay: Decay::NONE,
            clip: Some(1.0),
            dropout: 0.0,
            patience: None,
            goal: None,
            validation: Validation::Own,
            noise: None,
            fresh: false,
            seed: 1,
        }
    }
}

/// Why a training cannot begin.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Error {
    /// A setting is out of its range.
    #[error("{name} {found}: expected {expected}")]
    Setting {
        /// Its name.
        name: &'static str,
        /// Its value.
        found: String,
        /// What would do.
        expected: String,
    },
    /// The model does not fit the task.
    #[error("the model has {found} {what}, expected {expected} for the task {task}")]
    Model {
        /// `inputs` or `outputs`.
        what: &'static str,
        /// Of the model.
        found: usize,
        /// Of the task.
        expected: usize,
        /// Name of the task.
        task: &'static str,
    },
}

impl Settings {
    /// Whether every setting is in its range for `task`.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that is not.
    pub fn check(&self, task: &dyn Task) -> Result<(), Error> {
        let within = |v: f64, lo: f64, hi: f64| v >= lo && v < hi;
        let positive = |v: f64| v.is_finite() && v > 0.0;
        let sizes = [Split::Train, Split::Validation, Split::Test].map(|s| task.size(s));
        let held = sizes[1] < sizes[0] || self.validation == Validation::Own;
        let noise = self.noise.map_or(0.0, |n| n.scale);
        let endless = !self.fresh || task.endless() && self.validation == Validation::Own;
        let tests: [(&str, String, bool, &str); 15] = [
            ("noise", noise.to_string(), noise.is_finite() && noise >= 0.0, "a number, at least 0"),
            ("fresh", String::new(), endless, "a task whose items are drawn, and --validation own"),
            ("epochs", self.epochs.to_string(), self.epochs > 0, "at least 1"),
            ("batch", self.batch.to_string(), self.batch > 0, "at least 1"),
            ("rate", self.rate.to_string(), positive(self.rate), "a positive number"),
            (
                "decay",
                self.decay.factor.to_string(),
                self.decay.factor > 0.0 && self.decay.factor <= 1.0,
                "a number in (0, 1]",
            ),
            ("decay-every", self.decay.every.to_string(), self.decay.every > 0, "at least 1"),
            ("clip", text(self.clip), self.clip.is_none_or(positive), "a positive number"),
            ("dropout", self.dropout.to_string(), within(self.dropout, 0.0, 1.0), "a number in [0, 1)"),
            (
                "patience",
                self.patience.map_or(String::new(), |p| p.to_string()),
                self.patience != Some(0),
                "at least 1 epoch",
            ),
            (
                "goal",
                text(self.goal),
                self.goal.is_none_or(|g| g.is_finite() && g >= 0.0),
                "a loss, at least 0",
            ),
            ("train-items", sizes[0].to_string(), sizes[0] > 0, "at least 1"),
            ("validation-items", sizes[1].to_string(), sizes[1] > 0, "at least 1"),
            ("test-items", sizes[2].to_string(), sizes[2] > 0, "at least 1"),
            (
                "validation-items",
                sizes[1].to_string(),
                held,
                "fewer than there are training items to hold out",
            ),
        ];
        let setting = |name, found, expected: &str| Error::Setting { name, found, expected: expected.into() };
        for (name, found, holds, expected) in tests {
            if !holds {
                return Err(setting(name, found, expected));
            }
        }
        match self.method {
            Method::Sgd { momentum } if !within(momentum, 0.0, 1.0) => {
                Err(setting("momentum", momentum.to_string(), "a number in [0, 1)"))
            }
            Method::Adam { beta1, beta2, epsilon } => {
                for (name, beta) in [("beta1", beta1), ("beta2", beta2)] {
                    if !within(beta, 0.0, 1.0) {
                        return Err(setting(name, beta.to_string(), "a number in [0, 1)"));
                    }
                }
                if positive(epsilon) {
                    return Ok(());
                }
                Err(setting("epsilon", epsilon.to_string(), "a positive number"))
            }
            Method::Sgd { .. } => Ok(()),
        }
    }

    /// The training items, and the validation items with their split.
    pub(super) fn items(&self, task: &dyn Task) -> (Vec<usize>, (Split, Vec<usize>)) {
        let mut train: Vec<usize> = (0..task.size(Split::Train)).collect();
        let count = task.size(Split::Validation);
        if self.validation == Validation::Own {
            return (train, (Split::Validation, (0..count).collect()));
        }
        // Beyond every epoch, so that no order of an epoch is the one that chose.
        let mut rng = stream(self.seed, Use::Shuffle, u64::MAX);
        for i in 0..count {
            let j = rng.random_range(i..train.len());
            train.swap(i, j);
        }
        let rest = train.split_off(count);
        (rest, (Split::Train, train))
    }
}

fn text(value: Option<f64>) -> String {
    value.map_or(String::new(), |v| v.to_string())
}
