//! Everything that a training needs to go on bit for bit.

use super::Settings;
use crate::linalg::Real;
use crate::training::loss::Measured;
use crate::training::optimiser::{Method, Optimiser};

/// A row of the training curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Passes over the training items so far; 0 is before training.
    pub epoch: usize,
    /// Optimisation steps so far.
    pub step: u64,
    /// Learning rate of the epoch.
    pub rate: f64,
    /// Mean loss over the epoch's minibatches as they were met, under dropout; NaN at epoch 0.
    pub train_loss: f64,
    /// Loss on the validation items after the epoch.
    pub validation_loss: f64,
    /// Share of validation targets that are right, under cross entropy.
    pub accuracy: Option<f64>,
    /// Mean norm of the epoch's gradients before clipping; NaN at epoch 0.
    pub gradient_norm: f64,
}

/// Why training has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// All epochs are done.
    Epochs,
    /// The validation loss has not fallen for as many epochs as there was patience.
    Patience,
    /// The validation loss has reached the goal.
    Goal,
    /// A loss or a gradient was no longer finite; nothing was learned from it.
    Diverged {
        /// Epoch under way, from 1.
        epoch: usize,
        /// Its minibatch, from 1; 0 when the validation loss was not finite.
        step: usize,
    },
}

named! {
    Stopped:
    Self::Epochs => "epochs",
    Self::Patience => "patience",
    Self::Goal => "goal",
    Self::Diverged { .. } => "diverged",
}

/// Sums over the minibatches of the epoch under way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// Losses times what they count.
    pub loss: f64,
    /// What they count.
    pub counted: f64,
    /// Norms of gradients.
    pub norm: f64,
}

/// Where a training is.
#[derive(Clone, Debug, PartialEq)]
pub struct State<T = f64> {
    /// All parameters.
    pub theta: Vec<T>,
    /// The optimiser with its memory.
    pub optimiser: Optimiser<T>,
    /// The parameters of the lowest validation loss.
    pub best: Vec<T>,
    /// Their epoch.
    pub best_epoch: usize,
    /// Minibatches done of the epoch under way.
    pub step: usize,
    /// Sums over these.
    pub sums: Sums,
    /// One row for each epoch done, after one from before training.
    pub curve: Vec<Epoch>,
    /// Whether and why training has stopped.
    pub stopped: Option<Stopped>,
    /// The best parameters on the test items, once they were asked for.
    pub test: Option<Measured>,
}

impl<T: Real> State<T> {
    /// Before the first step from `theta`.
    pub fn new(theta: Vec<T>, method: Method) -> Self {
        Self {
            optimiser: Optimiser::new(method, theta.len()),
            best: theta.clone(),
            theta,
            best_epoch: 0,
            step: 0,
            sums: Sums::default(),
            curve: vec![],
            stopped: None,
            test: None,
        }
    }

    /// Epochs done.
    pub fn epoch(&self) -> usize {
        self.curve.len().saturating_sub(1)
    }

    /// The row of the best parameters, once there is one.
    pub fn best_row(&self) -> Option<&Epoch> {
        self.curve.get(self.best_epoch)
    }

    /// Mean loss over the minibatches of the epoch under way, or of the last one; NaN before the first.
    pub fn train_loss(&self) -> f64 {
        if self.step > 0 {
            return self.sums.loss / self.sums.counted;
        }
        self.curve.last().map_or(f64::NAN, |row| row.train_loss)
    }

    pub(in crate::training) fn diverge(&mut self) {
        self.stopped = Some(Stopped::Diverged { epoch: self.epoch() + 1, step: self.step + 1 });
    }

    /// Notes the validation loss, keeps the parameters if they are the best, and sees whether to stop.
    pub(in crate::training) fn end_epoch(&mut self, found: Measured, s: &Settings) {
        let epoch = self.curve.len();
        let rate = s.decay.rate(s.rate, self.epoch());
        self.curve.push(Epoch {
            epoch,
            step: self.optimiser.steps,
            rate,
            train_loss: self.sums.loss / self.sums.counted,
            validation_loss: found.loss,
            accuracy: found.accuracy,
            gradient_norm: self.sums.norm / self.step as f64,
        });
        (self.step, self.sums) = (0, Sums::default());
        if epoch > 0 && found.loss < self.curve[self.best_epoch].validation_loss {
            self.best_epoch = epoch;
            self.best.copy_from_slice(&self.theta);
        }
        self.stopped = if !found.loss.is_finite() {
            Some(Stopped::Diverged { epoch, step: 0 })
        } else if s.goal.is_some_and(|g| found.loss <= g) {
            Some(Stopped::Goal)
        } else if epoch >= s.epochs {
            Some(Stopped::Epochs)
        } else if s.patience.is_some_and(|p| epoch - self.best_epoch >= p) {
            Some(Stopped::Patience)
        } else {
            None
        };
    }
}
