//! Temporal ordering: which two symbols came, and in which order.

use super::symbols::{Sequence, batch};
use super::{Batch, Objective, Sizes, Split, Task, item_stream};
use rand::RngExt;
use std::ops::RangeInclusive;

/// Symbols that tell apart: A and B.
const RELEVANT: usize = 2;

/// Temporal ordering (Hochreiter and Schmidhuber 1997, task 6a; park2023 S2.2.2).
///
/// Input, one-hot of A, B, the distractors and the trigger: A or B at step 0; A or B again at a step
/// uniform over `second`; after that k steps, k uniform over `delay`, and then the trigger. Every other
/// step up to the trigger shows a distractor drawn at random. Target: the class AA, AB, BA or BB at the
/// trigger, the one step that counts. After it nothing is shown, up to `max second + max delay + 2` steps.
///
/// # Remarks
/// The paper says of its variant only that A or B is emitted "at the beginning and throughout the
/// sequence" and that the class is asked for "following a k-step delay, k ~ U{50, 60}". The default takes
/// the first symbol at the beginning, and from the classic task four distractors and the window 10 to 20
/// for a symbol inside the sequence; both ends of the ranges are included. Guessing costs ln 4 = 1.386,
/// the paper's 1.39 for the networks that fail.
#[derive(Clone, Debug)]
pub struct TemporalOrdering {
    delay: RangeInclusive<usize>,
    second: RangeInclusive<usize>,
    distractors: usize,
    sizes: Sizes,
    seed: u64,
}

impl TemporalOrdering {
    /// The default of the type's documentation with its delay uniform over `delay`, which is not empty.
    ///
    /// ```
    /// use nullcline_core::tasks::{Sizes, Split, TemporalOrdering, Task};
    ///
    /// let task = TemporalOrdering::new(5..=8, Sizes::default(), 1);
    /// let batch = task.batch(Split::Train, &[0, 1, 2]);
    /// // One step of each sequence counts; one of four classes costs log 4 to guess.
    /// assert_eq!((batch.weights.iter().sum::<f64>(), task.outputs()), (3.0, 4));
    /// assert!((task.chance() - 4f64.ln()).abs() < 1e-12);
    /// ```
    pub fn new(delay: RangeInclusive<usize>, sizes: Sizes, seed: u64) -> Self {
        Self { delay, second: 10..=20, distractors: 4, sizes, seed }
    }
    /// With the second symbol at a step uniform over `second`, not empty and from 1 on, among
    /// `distractors`, at least one.
    pub fn among(self, second: RangeInclusive<usize>, distractors: usize) -> Self {
        Self { second, distractors, ..self }
    }

    fn write(&self, split: Split, item: usize, to: &mut Sequence) {
        let mut rng = item_stream(self.seed, split, item);
        let second = rng.random_range(self.second.clone());
        let trigger = second + rng.random_range(self.delay.clone()) + 1;
        let symbols = [rng.random_range(0..RELEVANT), rng.random_range(0..RELEVANT)];
        for t in 0..trigger {
            to.shown[t] = Some(RELEVANT + rng.random_range(0..self.distractors));
        }
        to.shown[0] = Some(symbols[0]);
        to.shown[second] = Some(symbols[1]);
        to.shown[trigger] = Some(RELEVANT + self.distractors);
        to.class[trigger] = (RELEVANT * symbols[0] + symbols[1]) as u32;
        to.weight[trigger] = 1.0;
    }
}

impl Task for TemporalOrdering {
    fn name(&self) -> &'static str {
        "temporal-ordering"
    }
    fn inputs(&self) -> usize {
        RELEVANT + self.distractors + 1
    }
    fn outputs(&self) -> usize {
        RELEVANT * RELEVANT
    }
    fn steps(&self) -> usize {
        self.second.end() + self.delay.end() + 2
    }
    fn objective(&self) -> Objective {
        Objective::CrossEntropy
    }
    fn chance(&self) -> f64 {
        (self.outputs() as f64).ln()
    }
    fn size(&self, split: Split) -> usize {
        self.sizes.of(split)
    }
    fn batch(&self, split: Split, items: &[usize]) -> Batch {
        batch(self.steps(), self.inputs(), items, |item, to| self.write(split, item, to))
    }
}
