//! Inverted dropout: units are silenced in training, and the others raised to keep the mean.

use crate::linalg::random::{Use, stream};
use crate::linalg::{Real, col_mut};
use faer::MatMut;
use rand::RngExt;

/// Each number is 0 with probability `rate`, else multiplied by 1 / (1 - rate).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// Probability to be silenced, in [0, 1).
    pub rate: f64,
    /// Seed of the run.
    pub seed: u64,
    /// Number of the gradient in the run, so that each draws anew.
    pub step: u64,
}

impl Dropout {
    /// The factors of one sequence of the batch: columns `sequence`, `sequence + stride`, ... of `mask`.
    pub fn fill<T: Real>(self, mut mask: MatMut<T>, column: usize, stride: usize, sequence: usize) {
        let mut rng = stream(self.seed, Use::Dropout, (self.step << 24) | sequence as u64);
        let keep = T::of(1.0 / (1.0 - self.rate));
        // A 32-bit draw is below `limit` with probability `rate`, to 2^-32.
        let limit = (self.rate * 2f64.powi(32)).round() as u64;
        for k in (column..mask.ncols()).step_by(stride) {
            for m in col_mut(mask.as_mut(), k) {
                *m = if u64::from(rng.random::<u32>()) < limit { T::ZERO } else { keep };
            }
        }
    }
}
