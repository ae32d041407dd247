//! Permuted sequential MNIST: a digit pixel by pixel, in one shuffled order.

use super::{Batch, Objective, Split, Targets, Task};
use crate::linalg::random::{Use, stream};
use faer::Mat;
use rand::seq::SliceRandom;

/// Classes of digits.
const DIGITS: usize = 10;

/// Pictures with their labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    /// Pixels of a picture.
    pub pixels: usize,
    /// Grey values 0 to 255, picture after picture.
    pub values: Vec<u8>,
    /// The digit of each picture.
    pub labels: Vec<u8>,
}

/// Why pictures are no task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigitsError {
    /// Values and labels do not belong together.
    #[error(
        "found {values} grey values, expected {labels} pictures of {pixels} pixels; take images and labels of the same set"
    )]
    Count {
        /// Values found.
        values: usize,
        /// Labels found.
        labels: usize,
        /// Pixels of a picture.
        pixels: usize,
    },
    /// A label that is no digit.
    #[error("label {0}: found {1}, expected a digit 0 to 9; take the MNIST labels")]
    Label(usize, u8),
    /// Training and test pictures differ in size.
    #[error("found test pictures of {test} pixels, expected {train} as in the training pictures")]
    Pixels {
        /// Pixels of a training picture.
        train: usize,
        /// Pixels of a test picture.
        test: usize,
    },
    /// Nothing is left to train on.
    #[error(
        "found {train} training and {test} test pictures, expected at least one and more than {validation} to train on"
    )]
    TooFew {
        /// Training pictures.
        train: usize,
        /// Test pictures.
        test: usize,
        /// Pictures held out for validation.
        validation: usize,
    },
}

/// Permuted sequential MNIST (Le 2015; park2023 S2.1).
///
/// Input, one number a step: grey value / 255 of the pixels of a picture in one order, the same for every
/// picture, drawn from the seed. Target: the digit, at the last step, the only one that counts. The
/// validation pictures are drawn from the training set by the seed.
#[derive(Clone, Debug)]
pub struct PermutedDigits {
    train: Digits,
    test: Digits,
    /// The pixel shown at each step.
    order: Vec<usize>,
    /// Training pictures shuffled: those to train on, then those held out.
    shuffled: Vec<usize>,
    validation: usize,
}

impl PermutedDigits {
    /// A task from training and test pictures, `validation` of the former held out.
    ///
    /// # Errors
    /// Counts or sizes that do not agree, labels that are no digits, too few pictures.
    ///
    /// ```
    /// use nullcline_core::tasks::{Digits, PermutedDigits, Split, Targets, Task};
    ///
    /// // Pictures of four pixels, of which that with the number of the label is white.
    /// let pictures = |labels: &[u8]| Digits {
    ///     pixels: 4,
    ///     values: labels.iter().flat_map(|l| (0..4).map(move |p| if p == *l { 255 } else { 0 })).collect(),
    ///     labels: labels.to_vec(),
    /// };
    /// let task = PermutedDigits::new(pictures(&[0, 1, 2, 3]), pictures(&[3, 2]), 1, 1).unwrap();
    /// assert_eq!((task.steps(), task.size(Split::Train), task.size(Split::Test)), (4, 3, 2));
    /// let batch = task.batch(Split::Test, &[0]);
    /// let Targets::Classes(class) = &batch.targets else { panic!() };
    /// assert_eq!((class[3], batch.weights[3]), (3, 1.0));
    /// let shown: Vec<f64> = task.order().iter().map(|p| if *p == 3 { 1.0 } else { 0.0 }).collect();
    /// assert!((0..4).all(|t| batch.inputs[(0, t)] == shown[t]));
    /// ```
    pub fn new(train: Digits, test: Digits, validation: usize, seed: u64) -> Result<Self, DigitsError> {
        for set in [&train, &test] {
            let (values, labels, pixels) = (set.values.len(), set.labels.len(), set.pixels);
            if pixels == 0 || labels.checked_mul(pixels) != Some(values) {
                return Err(DigitsError::Count { values, labels, pixels });
            }
            if let Some(i) = set.labels.iter().position(|&l| usize::from(l) >= DIGITS) {
                return Err(DigitsError::Label(i, set.labels[i]));
            }
        }
        if train.pixels != test.pixels {
            return Err(DigitsError::Pixels { train: train.pixels, test: test.pixels });
        }
        let (all, tests) = (train.labels.len(), test.labels.len());
        if all <= validation || tests == 0 {
            return Err(DigitsError::TooFew { train: all, test: tests, validation });
        }
        // Streams 0 and 1 of this use: no item of a task has them, since pictures are not drawn.
        let mut order: Vec<usize> = (0..train.pixels).collect();
        order.shuffle(&mut stream(seed, Use::Task, 0));
        let mut shuffled: Vec<usize> = (0..all).collect();
        shuffled.shuffle(&mut stream(seed, Use::Task, 1));
        Ok(Self { train, test, order, shuffled, validation })
    }
    /// With only the first `train` pictures to train on and `test` to test on, if there are more.
    pub fn at_most(mut self, train: usize, test: usize) -> Self {
        let held_out = self.shuffled.len() - self.validation;
        self.shuffled.drain(train.clamp(1, held_out)..held_out);
        let tests = test.clamp(1, self.test.labels.len());
        self.test.labels.truncate(tests);
        self.test.values.truncate(tests * self.test.pixels);
        self
    }
    /// The pixel shown at each step.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    fn picture(&self, split: Split, item: usize) -> (&[u8], u8) {
        let (set, i) = match split {
            Split::Train => (&self.train, self.shuffled[item]),
            Split::Validation => (&self.train, self.shuffled[self.shuffled.len() - self.validation + item]),
            Split::Test => (&self.test, item),
        };
        (&set.values[i * set.pixels..(i + 1) * set.pixels], set.labels[i])
    }
}

impl Task for PermutedDigits {
    fn name(&self) -> &'static str {
        "permuted-mnist"
    }
    fn inputs(&self) -> usize {
        1
    }
    fn outputs(&self) -> usize {
        DIGITS
    }
    fn steps(&self) -> usize {
        self.train.pixels
    }
    fn objective(&self) -> Objective {
        Objective::CrossEntropy
    }
    fn endless(&self) -> bool {
        false
    }
    fn chance(&self) -> f64 {
        let n = self.test.labels.len() as f64;
        let counts = (0..DIGITS).map(|d| self.test.labels.iter().filter(|&&l| usize::from(l) == d).count());
        counts.filter(|&c| c > 0).map(|c| -(c as f64 / n) * (c as f64 / n).ln()).sum()
    }
    fn size(&self, split: Split) -> usize {
        match split {
            Split::Train => self.shuffled.len() - self.validation,
            Split::Validation => self.validation,
            Split::Test => self.test.labels.len(),
        }
    }
    fn batch(&self, split: Split, items: &[usize]) -> Batch {
        let (steps, b) = (self.steps(), items.len());
        let mut inputs = Mat::zeros(1, steps * b);
        let mut classes = vec![0; steps * b];
        let mut weights = vec![0.0; steps * b];
        for (j, &item) in items.iter().enumerate() {
            let (values, label) = self.picture(split, item);
            for (t, &pixel) in self.order.iter().enumerate() {
                inputs[(0, t * b + j)] = f64::from(values[pixel]) / 255.0;
            }
            classes[(steps - 1) * b + j] = u32::from(label);
            weights[(steps - 1) * b + j] = 1.0;
        }
        Batch { steps, sequences: b, inputs, targets: Targets::Classes(classes), weights, start: None }
    }
}
