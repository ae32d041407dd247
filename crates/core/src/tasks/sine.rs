//! Sine generator: a constant input chooses the frequency of an oscillation.

use super::{Batch, Objective, Sizes, Split, Targets, Task, item_stream};
use faer::Mat;
use rand::RngExt;

/// Frequencies to choose from.
const FREQUENCIES: usize = 51;

/// The sine generator (Sussillo and Barak 2013).
///
/// Each item draws j from 0 to 50. Input, the same at every step: j / 51 + 0.25. Target at step t:
/// sin(omega_j (t + 1) dt) with omega_j = 1 + j / 10 rad/s, 51 frequencies from 1 to 6 rad/s, so that the
/// state zero before the first step belongs to phase zero. Every step counts.
///
/// ```
/// use nullcline_core::tasks::{Sine, Sizes, Split, Targets, Task};
///
/// let batch = Sine::new(0.1, 20, Sizes::default(), 1).batch(Split::Train, &[0]);
/// let Targets::Values(target) = batch.targets else { panic!() };
/// // The input tells the frequency, from 1 to 6 rad/s.
/// let omega = 1.0 + 5.1 * (batch.inputs[(0, 0)] - 0.25);
/// assert!((0..20).all(|t| (target[(0, t)] - (omega * 0.1 * (t + 1) as f64).sin()).abs() < 1e-12));
/// ```
#[derive(Clone, Debug)]
pub struct Sine {
    time_step: f64,
    steps: usize,
    sizes: Sizes,
    seed: u64,
}

impl Sine {
    /// `steps` steps of `time_step` seconds.
    pub fn new(time_step: f64, steps: usize, sizes: Sizes, seed: u64) -> Self {
        Self { time_step, steps, sizes, seed }
    }

    fn target(&self, j: usize, t: usize) -> f64 {
        let omega = 1.0 + j as f64 / 10.0;
        (omega * (t + 1) as f64 * self.time_step).sin()
    }
}

impl Task for Sine {
    fn name(&self) -> &'static str {
        "sine"
    }
    fn inputs(&self) -> usize {
        1
    }
    fn outputs(&self) -> usize {
        1
    }
    fn steps(&self) -> usize {
        self.steps
    }
    fn objective(&self) -> Objective {
        Objective::MeanSquare
    }
    fn chance(&self) -> f64 {
        let n = FREQUENCIES as f64;
        let variance = |t: usize| {
            let values: Vec<f64> = (0..FREQUENCIES).map(|j| self.target(j, t)).collect();
            let mean = values.iter().sum::<f64>() / n;
            values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n
        };
        (0..self.steps).map(variance).sum::<f64>() / self.steps as f64
    }
    fn size(&self, split: Split) -> usize {
        self.sizes.of(split)
    }
    fn batch(&self, split: Split, items: &[usize]) -> Batch {
        let (steps, b) = (self.steps, items.len());
        let mut inputs = Mat::zeros(1, steps * b);
        let mut targets = Mat::zeros(1, steps * b);
        for (k, &item) in items.iter().enumerate() {
            let j = item_stream(self.seed, split, item).random_range(0..FREQUENCIES);
            for t in 0..steps {
                inputs[(0, t * b + k)] = j as f64 / FREQUENCIES as f64 + 0.25;
                targets[(0, t * b + k)] = self.target(j, t);
            }
        }
        let weights = vec![1.0; steps * b];
        Batch { steps, sequences: b, inputs, targets: Targets::Values(targets), weights, start: None }
    }
}
