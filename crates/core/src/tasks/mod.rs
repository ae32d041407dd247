//! Tasks: each item of a data set is a sequence of inputs with what the read-out should say.
//!
//! Item `i` of a split is made from (seed, split, i) alone, so that a data set needs no storage, is the
//! same on any number of threads, and can be made in any order.
//!
//! Losses and [`chance`](Task::chance) are in nats under cross entropy and in squared units of the target under the mean square,
//! means over what is counted.
//!
//! ```
//! use nullcline_core::tasks::{CopyMemory, Counted, Objective, Sizes, Split, Targets, Task};
//!
//! let task = CopyMemory::new(5, Counted::Recall, Sizes::default(), 1);
//! let batch = task.batch(Split::Train, &[0, 7]);
//! // Ten tokens, five blanks, and ten steps of recall that count, of two sequences side by side.
//! assert_eq!((batch.steps, batch.sequences, batch.inputs.ncols()), (25, 2, 50));
//! assert_eq!(batch.weights.iter().sum::<f64>(), 20.0);
//! // Guessing one of eight letters costs log 8.
//! assert!(task.objective() == Objective::CrossEntropy && (task.chance() - 8f64.ln()).abs() < 1e-12);
//! // An item is the same in any batch.
//! let alone = task.batch(Split::Train, &[7]);
//! let (Targets::Classes(both), Targets::Classes(one)) = (&batch.targets, &alone.targets) else { panic!() };
//! assert!((0..25).all(|t| both[2 * t + 1] == one[t]));
//! ```

mod catalog;
mod codes;
mod context_integration;
mod copy_memory;
mod environment;
mod flip_flop;
mod head_direction;
pub mod ibl;
mod integrate;
pub mod navigation;
mod permuted_digits;
mod position;
mod sine;
mod symbols;
mod temporal_ordering;
mod walk;

pub use catalog::{Error, NAMES, Options, build};
pub use codes::{Code, HeadCells, PlaceCells};
pub use context_integration::ContextIntegration;
pub use copy_memory::{CopyMemory, Counted};
pub use environment::{Abreast, Environment, Episode, Grade, Graded, Reaction};
pub use flip_flop::FlipFlop;
pub use head_direction::{HeadDirection, Turning};
pub use integrate::{Integrate, Signal};
pub use permuted_digits::{Digits, DigitsError, PermutedDigits};
pub use position::{Position, Shown};
pub use sine::Sine;
pub use temporal_ordering::TemporalOrdering;
pub use walk::Walk;

use crate::linalg::col;
use crate::linalg::random::{Rng, Use, stream};
use faer::{Mat, MatRef};

/// Which part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// The parameters are fitted to these items.
    Train,
    /// Stopping and hyper-parameters are chosen on these.
    Validation,
    /// Results are reported on these.
    Test,
}

/// How outputs are compared with targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// Weighted mean over counted columns of -sum_c p_c log softmax(y)_c, in nats.
    CrossEntropy,
    /// Weighted mean over counted columns and outputs of (y - y*)^2.
    MeanSquare,
}
named!(Objective: Self::CrossEntropy => "cross_entropy", Self::MeanSquare => "mean_square");

/// What the outputs should be, a column a sequence and step.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// Index of the right class.
    Classes(Vec<u32>),
    /// Probabilities (soft targets) under cross entropy or values under the mean square, o x (T b).
    Values(Mat<f64>),
}

/// Sequences of equal length side by side: column t b + j is step t of sequence j.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Steps T.
    pub steps: usize,
    /// Sequences b.
    pub sequences: usize,
    /// d x (T b).
    pub inputs: Mat<f64>,
    /// T b columns.
    pub targets: Targets,
    /// Weight of each of the T b columns in the loss; 0 where the output is free.
    pub weights: Vec<f64>,
    /// What the network's encoder makes the initial states of, c x b; none where the task says nothing of them.
    pub start: Option<Mat<f64>>,
}

/// How far what outputs say is from what is so.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// Unit of the distances.
    pub unit: &'static str,
    /// Mean distance over the steps of each item.
    pub distance: Vec<f64>,
    /// The same of who says at each step what was so at the start.
    pub still: Vec<f64>,
}

impl Decoded {
    /// Means over `steps` steps of `items` items; `distance` and `still` are told step and item.
    fn over(
        unit: &'static str,
        [steps, items]: [usize; 2],
        distance: impl Fn(usize, usize) -> f64,
        still: impl Fn(usize, usize) -> f64,
    ) -> Self {
        let mean = |of: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
            (0..items).map(|j| (0..steps).map(|t| of(t, j)).sum::<f64>() / steps as f64).collect()
        };
        Self { unit, distance: mean(&distance), still: mean(&still) }
    }
}

/// A task: a source of labelled sequences.
pub trait Task: Send + Sync {
    /// The name on the command line.
    fn name(&self) -> &'static str;
    /// Inputs d.
    fn inputs(&self) -> usize;
    /// Outputs o.
    fn outputs(&self) -> usize;
    /// Steps T of every sequence; shorter ones are padded and not counted after their end.
    fn steps(&self) -> usize;
    /// How outputs are compared with targets.
    fn objective(&self) -> Objective;
    /// Values c of the code from which an encoder makes the initial state; 0 where sequences start at zero.
    fn codes(&self) -> usize {
        0
    }
    /// Whether items are drawn, so that there are more than [`size`](Self::size) training items, any index being one.
    fn endless(&self) -> bool {
        true
    }
    /// Loss of the best outputs that know the task and the step, but not what this item showed.
    fn chance(&self) -> f64;
    /// Items in a split.
    fn size(&self, split: Split) -> usize;
    /// The items of those indices, in that order.
    fn batch(&self, split: Split, items: &[usize]) -> Batch;
    /// What is known of those items beside what they show, one value an item under each name; the first tells conditions apart.
    fn labels(&self, _: Split, _: &[usize]) -> Vec<(&'static str, Vec<f64>)> {
        vec![]
    }
    /// What is known of each step of those items beside what they show, T values an item under each name, item after item.
    fn course(&self, _: Split, _: &[usize]) -> Vec<(&'static str, Vec<f64>)> {
        vec![]
    }
    /// What the outputs of a step say of what they stand for: coordinates of a place, or cosine and sine of a direction; none where they
    /// stand for themselves.
    fn said(&self, _: &[f64]) -> Option<[f64; 2]> {
        None
    }
    /// How far what is said at each step of each of those items, told both, is from what was so.
    fn apart(&self, _: Split, _: &[usize], _: &dyn Fn(usize, usize) -> [f64; 2]) -> Option<Decoded> {
        None
    }
    /// How far what outputs say, o x (T b) as in a batch of those items, is from what was so.
    fn decoded(&self, split: Split, items: &[usize], outputs: MatRef<f64>) -> Option<Decoded> {
        let b = items.len();
        let said = (0..outputs.ncols()).map(|c| self.said(col(outputs, c)));
        let said = said.collect::<Option<Vec<[f64; 2]>>>()?;
        self.apart(split, items, &|t, j| said[t * b + j])
    }
}

/// Items in each split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Training items.
    pub train: usize,
    /// Validation items.
    pub validation: usize,
    /// Test items.
    pub test: usize,
}

impl Default for Sizes {
    /// 10,000, 1,000 and 1,000 (park2023, S2.2).
    fn default() -> Self {
        Self { train: 10_000, validation: 1_000, test: 1_000 }
    }
}

impl Sizes {
    /// Items in `split`.
    pub fn of(self, split: Split) -> usize {
        match split {
            Split::Train => self.train,
            Split::Validation => self.validation,
            Split::Test => self.test,
        }
    }
}

/// The random stream of item `i` of a split.
///
/// ```
/// use nullcline_core::linalg::random::normal;
/// use nullcline_core::tasks::{Split, item_stream};
///
/// let draw = |split, i| normal(&mut item_stream(1, split, i));
/// assert_eq!(draw(Split::Train, 3), draw(Split::Train, 3));
/// assert_ne!(draw(Split::Train, 3), draw(Split::Test, 3));
/// ```
pub fn item_stream(seed: u64, split: Split, i: usize) -> Rng {
    stream(seed, Use::Task, ((split as u64) << 48) | i as u64)
}
