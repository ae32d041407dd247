//! The pseudo-likelihood of sites of two states, as spins.

use super::Samples;
use crate::linalg::{col, col_mut, gemm, vectorised};
use faer::{Accum, Mat, MatRef};
use rayon::prelude::*;

/// Samples that one thread takes at a time.
const CHUNK: usize = 1024;
/// Samples a spin that second derivatives need: their covariance is then known to a fifth along every direction, and Newton's steps
/// leave a fifth of the way.
const ENOUGH: usize = 100;
/// Products of probabilities below which their logarithm is taken.
const SMALL: f64 = 1e-200;

/// Samples of spins, -1 for the first and 1 for the second state.
///
/// A model of two states is one of spins: P(x_i | others) = 1 / (1 + exp(-2 x_i (T_i + sum_j S_ij x_j))) with
/// S_ij = sum_ab ab J_ij(a, b) / 4 and T_i = sum_a a h_i(a) / 2 + sum_j sum_ab a J_ij(a, b) / 4.
pub(super) struct Spins {
    /// n x p, in chunks.
    chunks: Vec<Mat<f64>>,
    weights: Vec<f64>,
    /// Every so many chunks give second derivatives.
    every: usize,
    /// 4 w P (1 - P) of each spin in those chunks, at T and S.
    bends: Option<Bends>,
}

/// 4 w P (1 - P) of each spin in the chunks, and the T and S that they are at.
type Bends = (Vec<Mat<f64>>, Vec<f64>, Mat<f64>);

/// What one chunk adds: minus its log pseudo-likelihood, and the derivatives by T and S, each S of one site alone.
struct Part {
    loss: f64,
    of_t: Vec<f64>,
    of_s: Mat<f64>,
}

impl Spins {
    pub fn new(samples: &Samples) -> Self {
        let (n, p) = (samples.sites.count(), samples.count());
        let chunk = |first: usize| {
            let count = CHUNK.min(p - first);
            Mat::from_fn(n, count, |i, k| f64::from(samples.row(first + k)[i]) * 2.0 - 1.0)
        };
        Self {
            every: (p / (ENOUGH * n).max(CHUNK)).max(1),
            chunks: (0..p).step_by(CHUNK).map(chunk).collect(),
            weights: samples.weights.clone(),
            bends: None,
        }
    }

    /// Samples.
    pub fn samples(&self) -> usize {
        self.weights.len()
    }

    /// Their covariance.
    pub fn covariance(&self) -> Mat<f64> {
        let n = self.chunks.first().map_or(0, Mat::nrows);
        let total: f64 = self.weights.iter().sum();
        let all = self.chunks.par_iter().zip(self.weights.par_chunks(CHUNK));
        let part = |left: &mut Mat<f64>, (x, weights): (&Mat<f64>, &[f64])| {
            let mut left = left.subcols_mut(0, x.ncols());
            for (k, w) in weights.iter().enumerate() {
                let to = col_mut(left.as_mut(), k).iter_mut();
                to.zip(col(x.as_ref(), k)).for_each(|(l, x)| *l = w * x);
            }
            Part::of(0.0, left.as_ref(), x)
        };
        let sum = Part::sum(all.map_init(|| room(n), part).collect(), n);
        Mat::from_fn(n, n, |i, j| (sum.of_s[(i, j)] - sum.of_t[i] * sum.of_t[j] / total) / total)
    }

    /// As [`Likelihood::evaluate`](super::Likelihood::evaluate).
    pub fn evaluate(
        &self,
        fields: &[f64],
        couplings: &Mat<f64>,
        of_fields: &mut [f64],
        of_couplings: &mut Mat<f64>,
    ) -> f64 {
        let (t, s) = spins(fields, couplings);
        let all = self.chunks.par_iter().zip(self.weights.par_chunks(CHUNK));
        let parts: Vec<Part> =
            all.map_init(|| room(t.len()), |left, (x, w)| part(left, x, w, (&t, &s))).collect();
        let sum = Part::sum(parts, t.len());
        sum.states(of_fields, of_couplings);
        sum.loss
    }

    /// As [`Likelihood::curvature`](super::Likelihood::curvature).
    pub fn curvature(
        &mut self,
        (fields, couplings): (&[f64], &Mat<f64>),
        (of_h, of_j): (&[f64], &Mat<f64>),
        of_fields: &mut [f64],
        of_couplings: &mut Mat<f64>,
    ) {
        let ((t, s), along) = (spins(fields, couplings), spins(of_h, of_j));
        let every = self.every;
        if self.bends.as_ref().is_none_or(|(_, at_t, at_s)| *at_t != t || *at_s != s) {
            let all = self.chunks.par_iter().zip(self.weights.par_chunks(CHUNK)).step_by(every);
            let total: f64 = self.weights.iter().sum();
            let some: f64 = self.weights.chunks(CHUNK).step_by(every).flatten().sum();
            let bends = all.map(|(x, w)| bends(x, w, total / some, (&t, &s))).collect();
            self.bends = Some((bends, t, s));
        }
        let Some((bends, ..)) = &self.bends else { return };
        let parts: Vec<Part> = self
            .chunks
            .par_iter()
            .step_by(every)
            .zip(bends)
            .map_init(|| room(along.0.len()), |left, (x, bends)| bent(left, x, bends, &along))
            .collect();
        Part::sum(parts, of_h.len() / 2).states(of_fields, of_couplings);
    }
}

/// A spin's two states in the list of all.
fn states(i: usize) -> [(usize, f64); 2] {
    [(2 * i, -1.0), (2 * i + 1, 1.0)]
}

/// T and S of fields and couplings.
fn spins(fields: &[f64], couplings: &Mat<f64>) -> (Vec<f64>, Mat<f64>) {
    let n = fields.len() / 2;
    let (mut t, mut s) = (vec![0.0; n], Mat::zeros(n, n));
    for j in 0..n {
        t[j] += 0.5 * (fields[2 * j + 1] - fields[2 * j]);
        for (column, b) in states(j) {
            let values = col(couplings.as_ref(), column);
            for i in (0..n).filter(|i| *i != j) {
                for (row, a) in states(i) {
                    s[(i, j)] += 0.25 * a * b * values[row];
                    t[i] += 0.25 * a * values[row];
                }
            }
        }
    }
    (t, s)
}

impl Part {
    fn sum(parts: Vec<Self>, n: usize) -> Self {
        let mut sum = Self { loss: 0.0, of_t: vec![0.0; n], of_s: Mat::zeros(n, n) };
        for part in parts {
            sum.loss += part.loss;
            sum.of_t.iter_mut().zip(&part.of_t).for_each(|(to, v)| *to += v);
            sum.of_s += part.of_s;
        }
        sum
    }

    /// The derivatives by fields and couplings of states.
    fn states(&self, of_fields: &mut [f64], of_couplings: &mut Mat<f64>) {
        let n = self.of_t.len();
        for j in 0..n {
            for (column, b) in states(j) {
                of_fields[column] = 0.5 * b * self.of_t[j];
                for (i, (row, a)) in (0..n).filter(|i| *i != j).flat_map(|i| states(i).map(|s| (i, s))) {
                    let both = self.of_s[(i, j)] + self.of_s[(j, i)];
                    of_couplings[(row, column)] = 0.25 * (a * self.of_t[i] + b * self.of_t[j] + a * b * both);
                }
            }
        }
    }

    /// From the derivatives of each sample, n x p, by its sites' fields.
    fn of(loss: f64, left: MatRef<f64>, x: &Mat<f64>) -> Self {
        let n = x.nrows();
        let mut of_t = vec![0.0; n];
        (0..x.ncols()).for_each(|k| of_t.iter_mut().zip(col(left, k)).for_each(|(to, v)| *to += v));
        let mut of_s = Mat::zeros(n, n);
        gemm(of_s.as_mut(), Accum::Replace, left, x.as_ref().transpose());
        Self { loss, of_t, of_s }
    }
}

/// 4 w P (1 - P) of each spin of a chunk, `times` as much.
fn bends(x: &Mat<f64>, weights: &[f64], times: f64, (t, s): (&[f64], &Mat<f64>)) -> Mat<f64> {
    use crate::linalg::Real;
    let mut out = Mat::zeros(x.nrows(), x.ncols());
    gemm(out.as_mut(), Accum::Replace, s.as_ref(), x.as_ref());
    for (k, w) in weights.iter().enumerate().take(x.ncols()) {
        let own = col_mut(out.as_mut(), k);
        vectorised(
            #[inline(always)]
            move || {
                for (l, t) in own.iter_mut().zip(t) {
                    let p = f64::sigmoid_pair(2.0 * (*l + t)).0;
                    *l = 4.0 * times * w * p * (1.0 - p);
                }
            },
        );
    }
    out
}

/// Room for a number of each spin and sample of a chunk.
fn room(n: usize) -> Mat<f64> {
    Mat::zeros(n, CHUNK)
}

/// Second derivatives of one chunk along a direction: those factors times the change of each spin's field.
fn bent(left: &mut Mat<f64>, x: &Mat<f64>, bends: &Mat<f64>, along: &(Vec<f64>, Mat<f64>)) -> Part {
    let mut left = left.subcols_mut(0, x.ncols());
    gemm(left.as_mut(), Accum::Replace, along.1.as_ref(), x.as_ref());
    for k in 0..x.ncols() {
        let own = col_mut(left.as_mut(), k).iter_mut().zip(col(bends.as_ref(), k));
        own.zip(&along.0).for_each(|((l, b), dt)| *l = b * (*l + dt));
    }
    Part::of(0.0, left.as_ref(), x)
}

fn part(left: &mut Mat<f64>, x: &Mat<f64>, weights: &[f64], (t, s): (&[f64], &Mat<f64>)) -> Part {
    let mut left = left.subcols_mut(0, x.ncols());
    gemm(left.as_mut(), Accum::Replace, s.as_ref(), x.as_ref());
    let mut loss = 0.0;
    for (k, w) in weights.iter().enumerate() {
        loss += w * sample(col_mut(left.as_mut(), k), col(x.as_ref(), k), t, *w);
    }
    Part::of(loss, left.as_ref(), x)
}

/// Derivatives by each site's field in the place of what its neighbours add to it; minus the log of what was seen.
fn sample(left: &mut [f64], x: &[f64], t: &[f64], weight: f64) -> f64 {
    use crate::linalg::Real;
    vectorised(
        #[inline(always)]
        || {
            for ((l, x), t) in left.iter_mut().zip(x).zip(t) {
                *l = f64::sigmoid_pair(2.0 * x * (*l + t)).0;
            }
        },
    );
    let loss = surprise(left);
    left.iter_mut().zip(x).for_each(|(l, x)| *l = -2.0 * weight * x * (1.0 - *l));
    loss
}

/// Minus the logarithm of a product of probabilities; of several products side by side, as they do not wait for one another.
fn surprise(all: &[f64]) -> f64 {
    const SIDES: usize = 4;
    let (mut loss, mut products) = (0.0, [1.0f64; SIDES]);
    for some in all.chunks(SIDES) {
        products.iter_mut().zip(some).for_each(|(product, p)| *product *= p);
        for product in products.iter_mut().filter(|p| **p < SMALL) {
            loss -= product.max(f64::MIN_POSITIVE).ln();
            *product = 1.0;
        }
    }
    loss - products.iter().map(|p| p.ln()).sum::<f64>()
}
