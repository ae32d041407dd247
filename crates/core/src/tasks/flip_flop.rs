//! Flip-flop: remember the last pulse of every channel.

use super::{Batch, Objective, Sizes, Split, Targets, Task, item_stream};
use faer::Mat;
use rand::RngExt;

/// The n-bit flip-flop (Sussillo and Barak 2013).
///
/// Input: at every step each of n channels carries, independently with probability `pulse`, a pulse +1
/// or -1 with equal chances, and else 0. At step 0 every channel carries one, so that the target is
/// defined from there on. Target: the sign of the last pulse of each channel, at every step.
///
/// Source: Sussillo & Barak, Neural Comput. 25 (2013) 626.
///
/// ```
/// use nullcline_core::tasks::{FlipFlop, Sizes, Split, Targets, Task};
///
/// let task = FlipFlop::new(1, 0.3, 50, Sizes::default(), 1);
/// let batch = task.batch(Split::Test, &[0]);
/// let Targets::Values(target) = batch.targets else { panic!() };
/// for t in 0..50 {
///     let pulse = batch.inputs[(0, t)];
///     let held = if pulse != 0.0 { pulse } else { target[(0, t - 1)] };
///     assert_eq!(target[(0, t)], held);
/// }
/// ```
#[derive(Clone, Debug)]
pub struct FlipFlop {
    bits: usize,
    pulse: f64,
    steps: usize,
    sizes: Sizes,
    seed: u64,
}

impl FlipFlop {
    /// `bits` channels over `steps` steps, a pulse with probability `pulse` in [0, 1].
    pub fn new(bits: usize, pulse: f64, steps: usize, sizes: Sizes, seed: u64) -> Self {
        Self { bits, pulse, steps, sizes, seed }
    }
}

impl Task for FlipFlop {
    fn name(&self) -> &'static str {
        "flip-flop"
    }
    fn inputs(&self) -> usize {
        self.bits
    }
    fn outputs(&self) -> usize {
        self.bits
    }
    fn steps(&self) -> usize {
        self.steps
    }
    fn objective(&self) -> Objective {
        Objective::MeanSquare
    }
    fn chance(&self) -> f64 {
        1.0
    }
    fn size(&self, split: Split) -> usize {
        self.sizes.of(split)
    }
    fn batch(&self, split: Split, items: &[usize]) -> Batch {
        let (steps, b) = (self.steps, items.len());
        let mut inputs = Mat::zeros(self.bits, steps * b);
        let mut targets = Mat::zeros(self.bits, steps * b);
        for (j, &item) in items.iter().enumerate() {
            let mut rng = item_stream(self.seed, split, item);
            for t in 0..steps {
                let column = t * b + j;
                for bit in 0..self.bits {
                    let pulse = rng.random::<f64>() < self.pulse || t == 0;
                    let sign = if rng.random::<bool>() { 1.0 } else { -1.0 };
                    if pulse {
                        inputs[(bit, column)] = sign;
                    }
                    targets[(bit, column)] = if pulse { sign } else { targets[(bit, column - b)] };
                }
            }
        }
        let weights = vec![1.0; steps * b];
        Batch { steps, sequences: b, inputs, targets: Targets::Values(targets), weights, start: None }
    }
}
