//! Copy memory: ten tokens, a delay, and the tokens again.

use super::symbols::{Sequence, batch};
use super::{Batch, Objective, Sizes, Split, Task, item_stream};
use rand::RngExt;
use std::ops::RangeInclusive;

/// Tokens of a sequence in the literature.
const TOKENS: usize = 10;
/// Letters of the alphabet.
const LETTERS: usize = 8;
/// The symbol and the class of a step without a token.
const BLANK: usize = 8;
/// The symbol that asks for the tokens.
const START: usize = 9;

/// Which steps count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// The ten steps at which the tokens are recalled.
    Recall,
    /// Every step, the blanks before the recall too.
    All,
}

/// Copy memory (Hochreiter and Schmidhuber 1997; Arjovsky 2016; park2023 S2.2.1 and S2.2.3).
///
/// Input, one-hot of 10 symbols: ten tokens drawn from eight letters, k blanks, a start symbol, nine
/// blanks. Target, one of 9 classes: k + 10 blanks, then the ten tokens. k is uniform over `delay`, both
/// ends included, for each item; sequences shorter than the longest, max k + 20, show no symbol and are
/// not counted after their end.
///
/// # Remarks
/// The paper does not say over which steps its loss is averaged. Without memory the best mean over all
/// k + 20 steps is 10 ln 8 / (k + 20), 0.173 at k = 100, over the recalled ones ln 8 = 2.08. Its 1.86 for
/// a network that fails (Table S1) can only be the second, which is therefore the default.
#[derive(Clone, Debug)]
pub struct CopyMemory {
    delay: RangeInclusive<usize>,
    tokens: usize,
    counted: Counted,
    sizes: Sizes,
    seed: u64,
}

impl CopyMemory {
    /// The delay k of every item is `delay`.
    pub fn new(delay: usize, counted: Counted, sizes: Sizes, seed: u64) -> Self {
        Self::random_delay(delay..=delay, counted, sizes, seed)
    }
    /// The delay k of each item is uniform over `delay`, which is not empty.
    pub fn random_delay(delay: RangeInclusive<usize>, counted: Counted, sizes: Sizes, seed: u64) -> Self {
        Self { delay, tokens: TOKENS, counted, sizes, seed }
    }
    /// With `tokens` tokens, at least one, and as many steps of recall, in place of ten.
    pub fn of(self, tokens: usize) -> Self {
        Self { tokens, ..self }
    }

    fn write(&self, split: Split, item: usize, to: &mut Sequence) {
        let mut rng = item_stream(self.seed, split, item);
        let delay = rng.random_range(self.delay.clone());
        let start = self.tokens + delay;
        let end = start + self.tokens;
        to.shown[..end].fill(Some(BLANK));
        to.shown[start] = Some(START);
        to.class[..end].fill(BLANK as u32);
        if self.counted == Counted::All {
            to.weight[..end].fill(1.0);
        }
        for i in 0..self.tokens {
            let token = rng.random_range(0..LETTERS);
            to.shown[i] = Some(token);
            to.class[start + i] = token as u32;
            to.weight[start + i] = 1.0;
        }
    }
}

impl Task for CopyMemory {
    fn name(&self) -> &'static str {
        if self.delay.start() == self.delay.end() { "copy-memory" } else { "random-delay-copy" }
    }
    fn inputs(&self) -> usize {
        LETTERS + 2
    }
    fn outputs(&self) -> usize {
        LETTERS + 1
    }
    fn steps(&self) -> usize {
        self.delay.end() + 2 * self.tokens
    }
    fn objective(&self) -> Objective {
        Objective::CrossEntropy
    }
    fn chance(&self) -> f64 {
        let tokens = self.tokens as f64;
        let counted = match self.counted {
            Counted::Recall => tokens,
            Counted::All => (self.delay.start() + self.delay.end()) as f64 / 2.0 + 2.0 * tokens,
        };
        tokens * (LETTERS as f64).ln() / counted
    }
    fn size(&self, split: Split) -> usize {
        self.sizes.of(split)
    }
    fn batch(&self, split: Split, items: &[usize]) -> Batch {
        batch(self.steps(), self.inputs(), items, |item, to| self.write(split, item, to))
    }
}
