//! Integration: the output of each channel is the decaying integral of its input.

use super::{Batch, Objective, Sizes, Split, Targets, Task, item_stream};
use crate::linalg::random::{Rng, normal};
use faer::Mat;
use rand::RngExt;
use rayon::prelude::*;

/// What the inputs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Independent standard normal numbers, on which networks are trained.
    White,
    /// 1 and -1 with probability 0.05 each, else nothing (Fig. 7.1B).
    Sparse,
    /// As sparse, with bursts: 25 steps in one direction, at each with probability 0.95, their starts 35 to 65 steps apart.
    Bursts,
}
named!(Signal: Self::White => "white", Self::Sparse => "sparse", Self::Bursts => "bursts");

/// Probability of each sign in a sparse sequence.
const RATE: f64 = 0.05;
/// That of an input within a burst, its steps, and the least and largest distance of two starts.
const WITHIN: f64 = 0.95;
const BURST: usize = 25;
const APART: [usize; 2] = [35, 65];

/// Integration of D signals (fanthomme2021, 7.4).
///
/// Input of channel c: x_(c,t), of the kind of [`Signal`]. Target at step t: ybar_(c,t) = s_c sum_(k=0)^t gamma_c^(k+1) x_(c,t-k), that is
/// gamma_c (ybar_(c,t-1) + s_c x_(c,t)). Every step counts.
///
/// ```
/// use nullcline_core::tasks::{Integrate, Signal, Sizes, Split, Targets, Task};
///
/// let task = Integrate::new(vec![2.0], vec![0.9], Signal::White, 50, Sizes::default(), 1);
/// let batch = task.batch(Split::Train, &[3]);
/// let Targets::Values(target) = batch.targets else { panic!() };
/// let mut y = 0.0;
/// assert!((0..50).all(|t| {
///     y = 0.9 * (y + 2.0 * batch.inputs[(0, t)]);
///     (target[(0, t)] - y).abs() < 1e-12
/// }));
/// ```
#[derive(Clone, Debug)]
pub struct Integrate {
    scale: Vec<f64>,
    decay: Vec<f64>,
    signal: Signal,
    steps: usize,
    sizes: Sizes,
    seed: u64,
}

impl Integrate {
    /// Scale and decay of each channel; what the inputs are; steps.
    ///
    /// # Panics
    /// If there are not as many scales as decays.
    pub fn new(
        scale: Vec<f64>,
        decay: Vec<f64>,
        signal: Signal,
        steps: usize,
        sizes: Sizes,
        seed: u64,
    ) -> Self {
        assert_eq!(scale.len(), decay.len(), "scales and decays");
        Self { scale, decay, signal, steps, sizes, seed }
    }

    fn signal(&self, rng: &mut Rng) -> Vec<f64> {
        let sparse = |rng: &mut Rng| match rng.random::<f64>() {
            v if v < RATE => -1.0,
            v if v < 2.0 * RATE => 1.0,
            _ => 0.0,
        };
        match self.signal {
            Signal::White => (0..self.steps).map(|_| normal(rng)).collect(),
            Signal::Sparse => (0..self.steps).map(|_| sparse(rng)).collect(),
            Signal::Bursts => {
                let mut x: Vec<f64> = (0..self.steps).map(|_| sparse(rng)).collect();
                let mut start = rng.random_range(0..APART[0]);
                while start < self.steps {
                    let sign = if rng.random::<bool>() { 1.0 } else { -1.0 };
                    for v in x.iter_mut().skip(start).take(BURST) {
                        *v = if rng.random::<f64>() < WITHIN { sign } else { 0.0 };
                    }
                    start += rng.random_range(APART[0]..=APART[1]);
                }
                x
            }
        }
    }
}

impl Task for Integrate {
    fn name(&self) -> &'static str {
        "integrate"
    }
    fn inputs(&self) -> usize {
        self.scale.len()
    }
    fn outputs(&self) -> usize {
        self.scale.len()
    }
    fn steps(&self) -> usize {
        self.steps
    }
    fn objective(&self) -> Objective {
        Objective::MeanSquare
    }
    /// The variance of the target, which has mean zero; of bursts the mean square over the first 500 test items.
    fn chance(&self) -> f64 {
        let variance = match self.signal {
            Signal::White => 1.0,
            Signal::Sparse => 2.0 * RATE,
            Signal::Bursts => {
                let items: Vec<usize> = (0..500).collect();
                let Targets::Values(y) = self.batch(Split::Test, &items).targets else { return f64::NAN };
                return y.squared_norm_l2() / (y.nrows() * y.ncols()) as f64;
            }
        };
        let channel = |(s, g): (&f64, &f64)| {
            let mut square = 0.0;
            let steps = (0..self.steps).map(|_| {
                square = g * g * (square + s * s * variance);
                square
            });
            steps.sum::<f64>() / self.steps as f64
        };
        self.scale.iter().zip(&self.decay).map(channel).sum::<f64>() / self.scale.len() as f64
    }
    fn size(&self, split: Split) -> usize {
        self.sizes.of(split)
    }
    fn batch(&self, split: Split, items: &[usize]) -> Batch {
        let (d, steps, b) = (self.scale.len(), self.steps, items.len());
        let (mut inputs, mut targets) = (Mat::zeros(d, steps * b), Mat::zeros(d, steps * b));
        let signals = |item: &usize| -> Vec<Vec<f64>> {
            let mut rng = item_stream(self.seed, split, *item);
            (0..d).map(|_| self.signal(&mut rng)).collect()
        };
        let all: Vec<Vec<Vec<f64>>> = items.par_iter().map(signals).collect();
        for (k, signals) in all.into_iter().enumerate() {
            for (c, signal) in signals.into_iter().enumerate() {
                let mut y = 0.0;
                for (t, x) in signal.into_iter().enumerate() {
                    y = self.decay[c] * (y + self.scale[c] * x);
                    inputs[(c, t * b + k)] = x;
                    targets[(c, t * b + k)] = y;
                }
            }
        }
        Batch {
            steps,
            sequences: b,
            inputs,
            targets: Targets::Values(targets),
            weights: vec![1.0; steps * b],
            start: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chance is the loss of zero outputs.
    #[test]
    fn chance_is_the_mean_square_of_the_targets() {
        for signal in [Signal::White, Signal::Sparse, Signal::Bursts] {
            let task = Integrate::new(vec![1.0, 2.0], vec![0.9, 0.8], signal, 60, Sizes::default(), 4);
            let items: Vec<usize> = (0..3000).collect();
            let Targets::Values(y) = task.batch(Split::Train, &items).targets else { panic!() };
            let found = y.squared_norm_l2() / (y.nrows() * y.ncols()) as f64;
            assert!((found / task.chance() - 1.0).abs() < 0.05, "{signal:?}: {found} {}", task.chance());
        }
    }

    #[test]
    fn bursts_go_one_way_and_sparse_steps_are_few() {
        let of = |signal| Integrate::new(vec![1.0], vec![0.9], signal, 1000, Sizes::default(), 2);
        let x = of(Signal::Bursts).batch(Split::Test, &[0]).inputs;
        let run = (0..976).map(|t| (t..t + BURST).map(|k| x[(0, k)]).sum::<f64>().abs()).fold(0.0, f64::max);
        assert!(run >= 20.0, "{run}");
        let x = of(Signal::Sparse).batch(Split::Test, &(0..20).collect::<Vec<_>>()).inputs;
        let share = (0..x.ncols()).filter(|k| x[(0, *k)] != 0.0).count() as f64 / x.ncols() as f64;
        assert!((share - 0.1).abs() < 0.01, "{share}");
    }
}
