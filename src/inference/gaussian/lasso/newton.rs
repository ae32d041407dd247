//! Proximal Newton iteration on one connected block.

use super::sweep::{Active, Model, shrink};
use crate::linalg::cholesky::Cholesky;
use crate::linalg::{col, col_mut};
use faer::{Mat, MatRef};

/// Share of the model's decrease that a step must bring.
const ARMIJO: f64 = 1e-4;
/// Sweeps end when their squared steps fall to this share of the first's.
const FORCING: f64 = 1e-3;
const MOST_SWEEPS: usize = 50;
const MOST_HALVINGS: usize = 40;

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
    c: MatRef<'a, f64>,
    lambda: f64,
    cholesky: Cholesky,
    x: Mat<f64>,
    w: Mat<f64>,
    d: Mat<f64>,
    trial: Mat<f64>,
    objective: f64,
}

impl<'a> Newton<'a> {
    /// Room for the problem.
    pub fn new(c: MatRef<'a, f64>, lambda: f64) -> Self {
        let n = c.nrows();
        let zeros = || Mat::zeros(n, n);
        let (x, w, d, trial) = (zeros(), zeros(), zeros(), zeros());
        Self { c, lambda, cholesky: Cholesky::new(n), x, w, d, trial, objective: f64::INFINITY }
    }

    /// Iterates until the gap is at most `tolerance`, or `limit` is reached, or rounding ends all progress.
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
        let mut iterations = 0;
        let mut predicted = 0.0;
        loop {
            let near = predicted < tolerance.sqrt();
            let last = iterations >= limit;
            if near || last {
                let gap = self.gap();
                if gap <= tolerance || last {
                    return self.block(gap, iterations);
                }
            }
            active.choose(self.c, self.w.as_ref(), self.x.as_ref(), self.lambda);
            self.d.fill(0.0);
            let (c, w, x) = (self.c, self.w.as_ref(), self.x.as_ref());
            let model = Model { c, w, x, lambda: self.lambda, active: &active };
            let first = model.sweep(&mut self.d, &mut v);
            let mut sweeps = 1;
            let enough = FORCING * first;
            while sweeps < MOST_SWEEPS && model.sweep(&mut self.d, &mut v) > enough {
                sweeps += 1;
            }
            iterations += 1;
            predicted = -self.predicted();
            if std::env::var("LASSO").is_ok() {
                eprintln!(
                    "it {iterations} f {:.12} sweeps {} pred {predicted:e} nnz {}",
                    self.objective,
                    sweeps + 1,
                    active.len()
                );
            }
            if !self.step(-predicted) {
                let gap = self.gap();
                return self.block(gap, iterations);
            }
        }
    }

    fn block(self, gap: f64, iterations: usize) -> Block {
        Block { theta: self.x, sigma: self.trial, objective: self.objective, gap, iterations }
    }

    /// Starts at the inverse of C with its off-diagonal entries shrunk by lambda, zero where they were.
    ///
    /// Where that is not positive definite, they are shrunk further.
    /// Source: Fattahi & Sojoudi 2019, theorem 5: exact when the graph has no cycles.
    fn thresholded(&mut self) {
        let n = self.c.nrows();
        for keep in [1.0, 0.8, 0.5, 0.2, 0.0] {
            for j in 0..n {
                let c = col(self.c, j);
                let w = col_mut(self.d.as_mut(), j);
                for i in 0..n {
                    w[i] = if i == j { c[i] } else { keep * shrink(c[i], self.lambda) };
                }
            }
            if !self.cholesky.factor(self.d.as_ref()) {
                continue;
            }
            self.cholesky.inverse(self.trial.as_mut());
            for j in 0..n {
                let w = col(self.d.as_ref(), j);
                for (x, w) in col_mut(self.trial.as_mut(), j).iter_mut().zip(w) {
                    if *w == 0.0 {
                        *x = 0.0;
                    }
                }
            }
            if self.adopt() {
                return;
            }
        }
    }

    /// Makes the trial the iterate if it is better.
    fn adopt(&mut self) -> bool {
        match self.value() {
            Some(value) if value < self.objective => {
                std::mem::swap(&mut self.x, &mut self.trial);
                self.objective = value;
                self.cholesky.inverse(self.w.as_mut());
                true
            }
            _ => false,
        }
    }

    /// The objective at the trial, whose factors it leaves; none if it is not positive definite.
    fn value(&mut self) -> Option<f64> {
        if !self.cholesky.factor(self.trial.as_ref()) {
            return None;
        }
        let mut linear = 0.0;
        for j in 0..self.c.ncols() {
            let (c, x) = (col(self.c, j), col(self.trial.as_ref(), j));
            let (mut trace, mut size) = (0.0, 0.0);
            for i in 0..j {
                trace += c[i] * x[i];
                size += x[i].abs();
            }
            linear += c[j] * x[j] + 2.0 * (trace + self.lambda * size);
        }
        Some(linear - self.cholesky.log_det())
    }

    /// What the model without its curvature says of the step D.
    fn predicted(&self) -> f64 {
        let mut sum = 0.0;
        for j in 0..self.c.ncols() {
            let (c, w) = (col(self.c, j), col(self.w.as_ref(), j));
            let (x, d) = (col(self.x.as_ref(), j), col(self.d.as_ref(), j));
            for i in 0..j {
                let size = (x[i] + d[i]).abs() - x[i].abs();
                sum += 2.0 * ((c[i] - w[i]) * d[i] + self.lambda * size);
            }
            sum += (c[j] - w[j]) * d[j];
        }
        sum
    }

    /// Goes along D as far as positive definiteness and Armijo's rule allow; false if nowhere.
    fn step(&mut self, predicted: f64) -> bool {
        let n = self.c.nrows();
        let rounding = 4.0 * f64::EPSILON * self.objective.abs().max(n as f64);
        let mut share = 1.0;
        for _ in 0..MOST_HALVINGS {
            for j in 0..n {
                let (x, d) = (col(self.x.as_ref(), j), col(self.d.as_ref(), j));
                for ((t, x), d) in col_mut(self.trial.as_mut(), j).iter_mut().zip(x).zip(d) {
                    *t = x + share * d;
                }
            }
            if let Some(value) = self.value()
                && value <= self.objective + ARMIJO * share * predicted + rounding
            {
                let progress = predicted < -rounding;
                std::mem::swap(&mut self.x, &mut self.trial);
                self.objective = value;
                self.cholesky.inverse(self.w.as_mut());
                return progress;
            }
            share *= 0.5;
        }
        false
    }

    /// The gap to the dual point that is W pushed into the feasible box, left in the trial.
    fn gap(&mut self) -> f64 {
        let n = self.c.nrows();
        for j in 0..n {
            let (c, w) = (col(self.c, j), col(self.w.as_ref(), j));
            let y = col_mut(self.trial.as_mut(), j);
            for i in 0..n {
                y[i] = if i == j { c[i] } else { c[i] + (w[i] - c[i]).clamp(-self.lambda, self.lambda) };
            }
        }
        match self.cholesky.factor(self.trial.as_ref()) {
            true => (self.objective - (self.cholesky.log_det() + n as f64)).max(0.0),
            false => f64::INFINITY,
        }
    }
}
