//! Context-dependent integration: judge one of two noisy stimuli, as the context says.

use super::{Batch, Objective, Sizes, Split, Targets, Task, item_stream};
use crate::linalg::random::normal;
use faer::Mat;
use rand::RngExt;

/// Absolute strengths of the evidence.
const STRENGTHS: [f64; 3] = [0.05, 0.1, 0.2];
/// Standard deviation of the noise on each step.
const NOISE: f64 = 0.25;

/// Context-dependent integration of evidence (Mante, Sussillo, Shenoy and Newsome 2013).
///
/// Inputs: two streams of evidence, each c + 0.25 N(0, 1) on the steps of the first three quarters and 0 after, with strengths c
/// drawn independently from ±0.05, ±0.1, ±0.2; and two contexts, one of which is 1 throughout. Target, on the steps of the last
/// quarter alone: the sign of the strength of the stream that the context names. Strengths and noise are ours; the paper's units are
/// those of an experiment.
#[derive(Clone, Debug)]
pub struct ContextIntegration {
    steps: usize,
    sizes: Sizes,
    seed: u64,
}

/// What an item is about.
struct Item {
    strengths: [f64; 2],
    context: usize,
}

impl ContextIntegration {
    /// Items of `steps` steps, four at least.
    pub fn new(steps: usize, sizes: Sizes, seed: u64) -> Self {
        Self { steps: steps.max(4), sizes, seed }
    }

    /// The first step of the answer.
    fn answer(&self) -> usize {
        (3 * self.steps).div_ceil(4)
    }

    fn item(rng: &mut crate::linalg::random::Rng) -> Item {
        let mut strength = || {
            let size = STRENGTHS[rng.random_range(0..STRENGTHS.len())];
            if rng.random::<bool>() { size } else { -size }
        };
        let strengths = [strength(), strength()];
        Item { strengths, context: usize::from(rng.random::<bool>()) }
    }
}

impl Task for ContextIntegration {
    fn name(&self) -> &'static str {
        "context-integration"
    }
    fn inputs(&self) -> usize {
        4
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
        1.0
    }
    fn size(&self, split: Split) -> usize {
        self.sizes.of(split)
    }
    fn batch(&self, split: Split, items: &[usize]) -> Batch {
        let (steps, b, answer) = (self.steps, items.len(), self.answer());
        let mut inputs = Mat::zeros(4, steps * b);
        let mut targets = Mat::zeros(1, steps * b);
        let mut weights = vec![0.0; steps * b];
        for (j, &item) in items.iter().enumerate() {
            let mut rng = item_stream(self.seed, split, item);
            let Item { strengths, context } = Self::item(&mut rng);
            for t in 0..steps {
                let column = t * b + j;
                inputs[(2 + context, column)] = 1.0;
                if t < answer {
                    for k in 0..2 {
                        inputs[(k, column)] = strengths[k] + NOISE * normal(&mut rng);
                    }
                } else {
                    targets[(0, column)] = strengths[context].signum();
                    weights[column] = 1.0;
                }
            }
        }
        Batch { steps, sequences: b, inputs, targets: Targets::Values(targets), weights, start: None }
    }
    fn labels(&self, split: Split, items: &[usize]) -> Vec<(&'static str, Vec<f64>)> {
        let all: Vec<Item> =
            items.iter().map(|i| Self::item(&mut item_stream(self.seed, split, *i))).collect();
        let label = |f: &dyn Fn(&Item) -> f64| all.iter().map(f).collect();
        vec![
            ("context", label(&|i| (i.context + 1) as f64)),
            ("choice", label(&|i| i.strengths[i.context].signum())),
            ("evidence1", label(&|i| i.strengths[0])),
            ("evidence2", label(&|i| i.strengths[1])),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels are those of the items: the mean of the evidence is near the strength, and the target its sign.
    #[test]
    fn items_are_as_their_labels_say() {
        let task = ContextIntegration::new(400, Sizes::default(), 3);
        let items: Vec<usize> = (0..40).collect();
        let (batch, labels) = (task.batch(Split::Validation, &items), task.labels(Split::Validation, &items));
        let Targets::Values(targets) = &batch.targets else { panic!("no values") };
        for j in 0..40 {
            let context = labels[0].1[j] as usize;
            assert!(batch.inputs[(1 + context, 7 * 40 + j)] - 1.0 == 0.0);
            for k in 0..2 {
                let mean = (0..300).map(|t| batch.inputs[(k, t * 40 + j)]).sum::<f64>() / 300.0;
                // Six standard errors of the noise.
                assert!((mean - labels[2 + k].1[j]).abs() < 6.0 * NOISE / 300f64.sqrt(), "{mean}");
            }
            let (last, early) = (399 * 40 + j, 299 * 40 + j);
            assert_eq!((targets[(0, last)], batch.weights[last]), (labels[1].1[j], 1.0));
            assert_eq!((batch.weights[early], batch.inputs[(0, last)]), (0.0, 0.0));
            assert!(labels[1].1[j] * labels[1 + context].1[j] > 0.0);
        }
    }
}
