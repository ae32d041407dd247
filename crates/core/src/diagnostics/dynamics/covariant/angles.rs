//! Angles between vectors and between subspaces, gathered along an orbit.

use super::results::{BINS, Pair, Splitting};
use crate::linalg::qr::Qr;
use crate::numbers::{Estimate, batch_means};
use faer::{Mat, MatRef};
use std::f64::consts::FRAC_PI_2;

/// Blocks of an orbit whose means the error of a mean angle comes from.
const BLOCKS: usize = 256;

/// A running distribution of an angle.
#[derive(Clone)]
pub(super) struct Gathered {
    counts: Vec<u32>,
    minimum: f64,
    blocks: Vec<f64>,
    sum: f64,
    held: usize,
    size: usize,
}

impl Gathered {
    /// For some `total` values to come.
    pub(super) fn new(total: usize) -> Self {
        let size = total.div_ceil(BLOCKS).max(1);
        Self { counts: vec![0; BINS], minimum: FRAC_PI_2, blocks: Vec::new(), sum: 0.0, held: 0, size }
    }

    pub(super) fn add(&mut self, angle: f64) {
        // In [0, 1] by construction.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let bin = (angle / FRAC_PI_2 * BINS as f64) as usize;
        self.counts[bin.min(BINS - 1)] += 1;
        self.minimum = self.minimum.min(angle);
        self.sum += angle;
        self.held += 1;
        if self.held == self.size {
            self.blocks.push(self.sum / self.size as f64);
            (self.sum, self.held) = (0.0, 0);
        }
    }

    fn mean(&self) -> Estimate {
        let whole = self.blocks.len() * self.size;
        let sum = self.blocks.iter().sum::<f64>() * self.size as f64 + self.sum;
        let value = sum / (whole + self.held).max(1) as f64;
        Estimate { value, ..batch_means::mean(std::slice::from_ref(&self.blocks)) }
    }

    pub(super) fn pair(&self, i: usize, j: usize, defined: bool) -> Pair {
        Pair { i, j, mean: self.mean(), minimum: self.minimum, counts: self.counts.clone(), defined }
    }

    pub(super) fn splitting(&self) -> Splitting {
        Splitting { mean: self.mean(), minimum: self.minimum, counts: self.counts.clone() }
    }
}

/// The angle of two directions from the cosine and the sine of it, either sign.
pub(super) fn angle(cosine: f64, sine: f64) -> f64 {
    sine.abs().atan2(cosine.abs())
}

/// The angle between two unit vectors, without the loss of digits that the cosine has at small angles.
pub(super) fn between(a: &[f64], b: &[f64]) -> f64 {
    let (mut plus, mut minus) = (0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        plus += (a + b) * (a + b);
        minus += (a - b) * (a - b);
    }
    2.0 * angle(plus.max(minus).sqrt(), plus.min(minus).sqrt())
}

/// The smallest angle between the span of the first `unstable` columns of the coefficients `c` (k x k,
/// upper triangular), which is that of the first unit vectors, and the span of the columns from `stable`.
pub(super) fn smallest(c: MatRef<f64>, unstable: usize, stable: usize) -> f64 {
    let (k, s) = (c.nrows(), c.ncols() - stable);
    let mut basis = c.subcols(stable, s).to_owned();
    Qr::new(k, s).factor(basis.as_mut(), Mat::zeros(s, s).as_mut());
    // Cosines above, sines below: the smallest angle has the largest cosine and the smallest sine.
    let cosine = basis.subrows(0, unstable).singular_values().map_or(f64::NAN, |v| v[0]);
    if unstable + s > k {
        return 0.0;
    }
    let sine = basis.subrows(unstable, k - unstable).singular_values().map_or(f64::NAN, |v| v[s - 1]);
    angle(cosine, sine)
}
