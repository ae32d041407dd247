//! The five tasks of Table S1 with its published numbers, at two sizes.

use super::Network;
use crate::common::*;
use nullcline_core::analyses::training::{NamedTask, task};
use nullcline_core::tasks::{Options, Sizes};
use std::ops::RangeInclusive;
use std::path::Path;

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Temporal ordering.
    Ordering,
    /// Copy memory over 100 steps.
    Copy,
    /// Copy memory over 2000 steps.
    LongCopy,
    /// Copy memory over a random delay.
    RandomCopy,
    /// Permuted sequential MNIST.
    Digits,
}

impl Problem {
    /// Every row.
    pub const ALL: [Self; 5] = [Self::Ordering, Self::Copy, Self::LongCopy, Self::RandomCopy, Self::Digits];

    /// As in tables and captions, as in names of folders and figures, and what `quick` asks instead, in a claim's words.
    fn names(self) -> [&'static str; 3] {
        match self {
            Self::Ordering => {
                ["temporal ordering", "temporal-ordering", "64 units, delays of 20 to 25 steps"]
            }
            Self::Copy => ["copy memory", "copy-memory", "64 units, four tokens over 30 steps"],
            Self::LongCopy => {
                ["copy memory, long delay", "copy-memory-long", "64 units, four tokens over 30 steps"]
            }
            Self::RandomCopy => {
                ["random-delay copy memory", "random-delay-copy", "64 units, four tokens over 30 to 36 steps"]
            }
            Self::Digits => ["permuted sequential MNIST", "permuted-mnist", "64 units, 2,000 digits"],
        }
    }
    /// As in tables and captions.
    pub fn label(self) -> &'static str {
        self.names()[0]
    }
    /// As in names of folders and figures.
    pub fn id(self) -> &'static str {
        self.names()[1]
    }
    /// What `quick` asks instead, in a claim's words.
    pub fn quick_words(self) -> &'static str {
        self.names()[2]
    }
    /// Whether the table has the share of right answers, in percent, in place of the loss.
    pub fn is_accuracy(self) -> bool {
        self == Self::Digits
    }

    /// The table's row: test loss in nats, or percent right; none where it has a dash.
    ///
    /// Columns in the order of [`Network::ALL`].
    fn row(self) -> [Option<f64>; 9] {
        let some = |v: [f64; 9]| v.map(Some);
        match self {
            Self::Ordering => {
                [None, None, Some(0.0), Some(0.0), Some(1.11), None, Some(1.39), Some(1.22e-5), Some(0.31)]
            }
            Self::Copy => some([0.30, 0.11, 0.29, 1.33e-4, 1.18, 0.03, 1.86, 1.58e-4, 1.35]),
            Self::LongCopy => some([1.91, 1.87, 0.22, 0.35, 1.61, 1.91, 1.99, 0.05, 1.98]),
            Self::RandomCopy => some([0.74, 0.40, 0.72, 1.49e-7, 1.57, 0.02, 1.85, 0.33, 1.55]),
            Self::Digits => some([95.9, 94.5, 94.8, 97.4, 91.6, 94.9, 88.8, 97.0, 94.7]),
        }
    }
    /// The published number of a network.
    pub fn published(self, network: Network) -> Option<f64> {
        let column = Network::ALL.iter().position(|n| *n == network);
        column.and_then(|c| self.row()[c])
    }

    /// Steps of delay.
    fn delay(self, preset: Preset) -> RangeInclusive<usize> {
        match (self, preset) {
            (Self::Ordering, Preset::Quick) => 20..=25,
            (Self::Ordering, Preset::Paper) => 50..=60,
            (Self::LongCopy, _) => 2000..=2000,
            (Self::RandomCopy, Preset::Quick) => 30..=36,
            (Self::RandomCopy, Preset::Paper) => 100..=120,
            (_, Preset::Quick) => 30..=30,
            (_, Preset::Paper) => 100..=100,
        }
    }
    /// Whether it is part of a run: the long delay takes days and belongs to `paper`, the digits need the
    /// MNIST files in `data`.
    pub fn runs(self, preset: Preset, data: Option<&Path>) -> bool {
        match self {
            Self::LongCopy => preset == Preset::Paper,
            Self::Digits => data.is_some(),
            _ => true,
        }
    }
    /// The task with items drawn from `seed`; digits come from the MNIST files in `data`.
    ///
    /// # Errors
    /// Files that cannot be used.
    pub fn task(
        self,
        preset: Preset,
        seed: u64,
        data: Option<&Path>,
    ) -> Result<NamedTask, nullcline_core::analyses::Error> {
        let quick = preset == Preset::Quick;
        let sizes = if quick { Sizes { train: 2000, validation: 500, test: 500 } } else { Sizes::default() };
        if self == Self::Digits {
            // All pictures, but for `quick`.
            let options = Options { sizes: quick.then_some(sizes), ..Options::default() };
            return task(self.id(), options, data, seed);
        }
        let options = Options {
            sizes: Some(sizes),
            delay: Some(self.delay(preset)),
            tokens: (quick && self != Self::Ordering).then_some(TOKENS),
            ..Options::default()
        };
        let name = if self == Self::LongCopy { Self::Copy.id() } else { self.id() };
        task(name, options, None, seed)
    }
}

/// Tokens of the copy tasks of `quick`: what 64 units can hold.
const TOKENS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    /// Table S1, by column: GRU PTA on copy memory, tanh default on the long delay, LSTM on the digits.
    #[test]
    fn published_numbers_stand_in_their_columns() {
        assert_eq!(Problem::Copy.published(Network::GruPta), Some(1.33e-4));
        assert_eq!(Problem::LongCopy.published(Network::Tanh), Some(1.99));
        assert_eq!(Problem::Digits.published(Network::Lstm), Some(91.6));
        assert_eq!(Problem::RandomCopy.published(Network::GruPta), Some(1.49e-7));
        assert_eq!(Problem::Ordering.published(Network::Lipschitz), None);
        assert_eq!(Problem::Ordering.published(Network::TanhOrthogonal), Some(0.31));
    }

    #[test]
    fn tasks_of_the_paper_have_its_sizes() {
        let steps = |p: Problem| p.task(Preset::Paper, 1, None).map(|t| t.0.steps()).ok();
        assert_eq!(steps(Problem::Ordering), Some(82));
        assert_eq!(steps(Problem::Copy), Some(120));
        assert_eq!(steps(Problem::LongCopy), Some(2020));
        assert_eq!(steps(Problem::RandomCopy), Some(140));
        assert!(!Problem::Digits.runs(Preset::Paper, None) && !Problem::LongCopy.runs(Preset::Quick, None));
    }
}
