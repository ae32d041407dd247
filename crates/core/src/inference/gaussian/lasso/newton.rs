//! Proximal Newton iteration on one connected block.

use super::face::Face;
use super::sweep::{Active, Model, shrink};
use crate::linalg::cholesky::Cholesky;
use crate::linalg::pointwise::{dot, sum_of_sizes};
use crate::linalg::{col, col_mut, vectorised};
use faer::{Mat, MatRef};

/// Share of the model's decrease that a step must bring.
const ARMIJO: f64 = 1e-4;
/// Sweeps end when their squared steps fall to this share of the first's.
const FORCING: f64 = 0.1;
/// Conjugate gradients end when the residual's square falls to this share of the first's.
const EXACT: f64 = 1e-6;
/// The same near the minimum, where the gap, linear in the model's error, is to fall below the tolerance.
const TIGHT: f64 = 1e-3;
const MOST_SWEEPS: usize = 12;
/// Sweeps and conjugate gradients take turns at most so often.
const MOST_TURNS: usize = 6;
const MOST_HALVINGS: usize = 40;
/// Where the objective changes by less than its rounding, an iteration must leave at most this share of the gap.
pub(super) const STUCK: f64 = 0.9;
/// So many that do not, one after the other, are the end: the gap goes up and down by chance there.
const PATIENCE: usize = 5;

/// A block's estimate.
pub struct Block {
    /// Theta.
    pub theta: Mat<f64>,
    /// The dual feasible W of the gap.
    pub sigma: Mat<f64>,
    /// The primal objective.
    pub objective: f64,
    /// It minus the dual objective; infinite if W is not positive definite.
    pub gap: f64,
    /// Newton iterations.
    pub iterations: usize,
}

/// C, lambda and the memory of the iteration, all n x n.
pub struct Newton<'a> {
    pub(super) c: MatRef<'a, f64>,
    pub(super) lambda: f64,
    pub(super) cholesky: Cholesky,
    pub(super) x: Mat<f64>,
    pub(super) w: Mat<f64>,
    pub(super) d: Mat<f64>,
    pub(super) trial: Mat<f64>,
    pub(super) face: Option<Face>,
    pub(super) objective: f64,
}

impl<'a> Newton<'a> {
    /// Room for the problem.
    pub fn new(c: MatRef<'a, f64>, lambda: f64) -> Self {
        let n = c.nrows();
        let zeros = || Mat::zeros(n, n);
        let (x, w, d, trial) = (zeros(), zeros(), zeros(), zeros());
        Self { c, lambda, cholesky: Cholesky::new(n), x, w, d, trial, face: None, objective: f64::INFINITY }
    }

    /// Iterates until the gap is at most `tolerance`, or `limit` is reached, or rounding ends progress.
    ///
    /// It starts at the better one of `start` (if positive definite) and [`Self::thresholded`].
    pub fn solve(mut self, start: Option<Mat<f64>>, tolerance: f64, limit: usize) -> Block {
        let n = self.c.nrows();
        self.thresholded();
        if let Some(start) = start {
            self.trial = start;
            self.adopt();
        }
        let (mut active, mut v) = (Active::new(n), vec![0.0; n]);
        let mut iterations = if self.crowded() { self.dense(tolerance, limit) } else { 0 };
        let (mut predicted, mut rounding, mut before, mut stuck) = (0.0, 0.0, f64::INFINITY, 0);
        loop {
            let last = iterations >= limit;
            let near = predicted < tolerance.sqrt();
            if near || last {
                let gap = self.gap();
                stuck = if predicted <= rounding && gap > STUCK * before { stuck + 1 } else { 0 };
                if gap <= tolerance || last || stuck > PATIENCE {
                    return self.block(gap, iterations);
                }
                before = gap;
            }
            active.choose(self.c, self.w.as_ref(), self.x.as_ref(), self.lambda);
            self.d.fill(0.0);
            let (c, w, x) = (self.c, self.w.as_ref(), self.x.as_ref());
            let model = Model { c, w, x, lambda: self.lambda, active: &active };
            let forcing = if near && iterations > 0 { TIGHT } else { FORCING };
            let enough = forcing * model.sweep(&mut self.d, &mut v);
            for _ in 0..MOST_TURNS {
                let slow = (0..MOST_SWEEPS).all(|_| model.sweep(&mut self.d, &mut v) > enough);
                let face = self.face.get_or_insert_with(|| Face::new(n));
                if !slow || !face.descend(&model, &mut self.d, EXACT) {
                    break;
                }
            }
            iterations += 1;
            (predicted, rounding) = self.predicted();
            if !self.step(predicted, rounding) {
                let gap = self.gap();
                return self.block(gap, iterations);
            }
        }
    }

    fn block(self, gap: f64, iterations: usize) -> Block {
        Block { theta: self.x, sigma: self.trial, objective: self.objective, gap, iterations }
    }

    /// Starts at the better one of two inverses of C with its off-diagonal entries shrunk by lambda, zero where they were:
    /// that of a tree and the full one. Where neither is positive definite, entries are shrunk further.
    ///
    /// Formula: the tree's has -w/e off the diagonal and (1 + sum w^2/e)/C_ii on it, e = C_ii C_jj - w^2; it is the
    /// minimiser where the entries left have no cycles and those dropped are within lambda of what paths between them make.
    /// Source: Fattahi & Sojoudi 2019, JMLR 20, theorem 5.
    fn thresholded(&mut self) {
        let n = self.c.nrows();
        for keep in [1.0, 0.8, 0.5, 0.2, 0.0] {
            for j in 0..n {
                let c = col(self.c, j);
                let w = col_mut(self.d.as_mut(), j);
                let x = col_mut(self.trial.as_mut(), j);
                let mut sum = 1.0;
                for i in (0..n).filter(|&i| i != j) {
                    w[i] = keep * shrink(c[i], self.lambda);
                    let e = c[j] * self.c[(i, i)] - w[i] * w[i];
                    x[i] = if w[i] == 0.0 { 0.0 } else { -w[i] / e };
                    sum += w[i] * w[i] / e;
                }
                w[j] = c[j];
                x[j] = sum / c[j];
            }
            let tree = self.adopt();
            let full = self.cholesky.factor(self.d.as_ref()) && {
                self.cholesky.inverse(self.trial.as_mut());
                for j in 0..n {
                    let w = col(self.d.as_ref(), j);
                    for (x, w) in col_mut(self.trial.as_mut(), j).iter_mut().zip(w) {
                        *x = if *w == 0.0 { 0.0 } else { *x };
                    }
                }
                self.adopt()
            };
            if tree || full {
                return;
            }
        }
    }

    /// Makes the trial the iterate if it is better.
    fn adopt(&mut self) -> bool {
        match self.value() {
            Some(value) if value < self.objective => {
                self.accept(value);
                true
            }
            _ => false,
        }
    }

    /// Makes the trial, whose factors and value are at hand, the iterate.
    fn accept(&mut self, value: f64) {
        std::mem::swap(&mut self.x, &mut self.trial);
        self.objective = value;
        self.cholesky.inverse(self.w.as_mut());
    }

    /// The objective at the trial, whose factors it leaves; none if it is not positive definite.
    pub(super) fn value(&mut self) -> Option<f64> {
        if !self.cholesky.factor(self.trial.as_ref()) {
            return None;
        }
        let mut linear = 0.0;
        for j in 0..self.c.ncols() {
            let (c, x) = (col(self.c, j), col(self.trial.as_ref(), j));
            linear += c[j] * x[j] + 2.0 * (dot(&c[..j], &x[..j]) + self.lambda * sum_of_sizes(&x[..j]));
        }
        Some(linear - self.cholesky.log_det())
    }

    /// By how much the model without its curvature decreases along D, and [`Self::rounding`].
    pub(super) fn predicted(&self) -> (f64, f64) {
        let mut sum = 0.0;
        for j in 0..self.c.ncols() {
            let (c, w) = (col(self.c, j), col(self.w.as_ref(), j));
            let (x, d) = (col(self.x.as_ref(), j), col(self.d.as_ref(), j));
            for i in 0..j {
                let growth = (x[i] + d[i]).abs() - x[i].abs();
                sum += 2.0 * ((c[i] - w[i]) * d[i] + self.lambda * growth);
            }
            sum += (c[j] - w[j]) * d[j];
        }
        (-sum, self.rounding())
    }

    /// The rounding error of the objective: that of log det Theta is about eps sum |W_ij Theta_ij|.
    pub(super) fn rounding(&self) -> f64 {
        let of = |j| col(self.w.as_ref(), j).iter().zip(col(self.x.as_ref(), j)).map(|(w, x)| (w * x).abs());
        let size = (0..self.c.ncols()).flat_map(of).sum::<f64>();
        4.0 * f64::EPSILON * (self.objective.abs() + size)
    }

    /// Goes along D as far as positive definiteness and Armijo's rule allow; false if nowhere.
    pub(super) fn step(&mut self, predicted: f64, rounding: f64) -> bool {
        let n = self.c.nrows();
        let mut share = 1.0;
        for _ in 0..MOST_HALVINGS {
            for j in 0..n {
                let (x, d) = (col(self.x.as_ref(), j), col(self.d.as_ref(), j));
                for ((t, x), d) in col_mut(self.trial.as_mut(), j).iter_mut().zip(x).zip(d) {
                    *t = x + share * d;
                }
            }
            if let Some(value) = self.value()
                && value <= self.objective - ARMIJO * share * predicted + rounding
            {
                self.accept(value);
                return true;
            }
            share *= 0.5;
        }
        false
    }

    /// The gap to the dual point that is W pushed into the feasible box, left in the trial.
    pub(super) fn gap(&mut self) -> f64 {
        let n = self.c.nrows();
        for j in 0..n {
            let (c, w) = (col(self.c, j), col(self.w.as_ref(), j));
            let y = col_mut(self.trial.as_mut(), j);
            boxed(y, c, w, self.lambda);
            y[j] = c[j];
        }
        match self.cholesky.factor(self.trial.as_ref()) {
            true => (self.objective - (self.cholesky.log_det() + n as f64)).max(0.0),
            false => f64::INFINITY,
        }
    }
}

/// The nearest to W within lambda of C.
fn boxed(out: &mut [f64], c: &[f64], w: &[f64], lambda: f64) {
    vectorised(
        #[inline(always)]
        move || {
            for (out, (c, w)) in out.iter_mut().zip(c.iter().zip(w)) {
                *out = c + (w - c).clamp(-lambda, lambda);
            }
        },
    );
}
