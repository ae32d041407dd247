//! The likelihood of rows of which some are known by a side alone, and its maximum.

use super::dot;
use super::normal::tail;
use crate::linalg::eigen::symmetric;
use crate::linalg::{col, col_mut, gemm};
use faer::{Accum, Mat};

/// Squared distance to the maximum, in standard errors, at which it is reached.
const DONE: f64 = 1e-16;
/// The same where full steps need no watching.
const CLOSE: f64 = 1e-8;
/// Information, of rows that sum to one, below which a direction is not determined.
pub(super) const OPEN: f64 = 1e-12;
/// Standard deviations on that scale at which a row beyond contradicts the rows seen.
const CONTRADICTED: f64 = 10.0;
/// Steps close to the maximum that no longer come closer: as many as take a direction without a maximum beyond [`OPEN`].
const STALLED: usize = 40;
/// Newton steps that no data need.
const MOST: usize = 500;

/// Minus the log-likelihood, in w.
pub(super) struct Likelihood {
    /// Rows seen.
    pub(super) seen: f64,
    /// All rows.
    pub(super) rows: f64,
    pub(super) quadratic: Mat<f64>,
    /// s (q, -limit / sqrt N) of the rows beyond, (r + 1) x those.
    pub(super) beyond: Mat<f64>,
    /// Whether theta stays.
    pub(super) fixed: bool,
}

impl Likelihood {
    fn value(&self, w: &[f64]) -> f64 {
        let r = w.len() - 1;
        let square: f64 = (0..=r).map(|j| w[j] * dot(col(self.quadratic.as_ref(), j), w)).sum();
        let beyond: f64 =
            (0..self.beyond.ncols()).map(|c| tail(dot(col(self.beyond.as_ref(), c), w))[0]).sum();
        beyond + 0.5 * square - self.seen * (w[r] / self.rows.sqrt()).ln()
    }

    /// Gradient and Hessian.
    pub(super) fn slopes(&self, w: &[f64]) -> (Vec<f64>, Mat<f64>) {
        let r = w.len() - 1;
        let mut gradient: Vec<f64> = (0..=r).map(|j| dot(col(self.quadratic.as_ref(), j), w)).collect();
        let mut weighted = self.beyond.clone();
        for c in 0..weighted.ncols() {
            let row = col_mut(weighted.as_mut(), c);
            let [_, h, bend] = tail(dot(row, w));
            gradient.iter_mut().zip(&*row).for_each(|(g, q)| *g -= h * q);
            row.iter_mut().for_each(|q| *q *= bend);
        }
        let mut hessian = self.quadratic.clone();
        gemm(hessian.as_mut(), Accum::Add, weighted.as_ref(), self.beyond.transpose());
        gradient[r] -= self.seen / w[r];
        hessian[(r, r)] += self.seen / w[r].powi(2);
        if self.fixed {
            gradient[r] = 0.0;
            (0..r).for_each(|i| (hessian[(r, i)], hessian[(i, r)]) = (0.0, 0.0));
            hessian[(r, r)] = 1.0;
        }
        (gradient, hessian)
    }

    /// The minimum over what the rows seen say nothing of, theta left at one, in the r first unknowns; none inside where
    /// the rows beyond contradict the rows seen, none at all where there is no minimum.
    pub(super) fn undecided(&self) -> Option<Option<Vec<f64>>> {
        let r = self.quadratic.nrows() - 1;
        let (values, vectors) = symmetric(self.quadratic.submatrix(0, 0, r, r))?;
        let free: Vec<usize> = (0..r).filter(|k| values[*k] <= OPEN).collect();
        let mut beyond = Mat::zeros(free.len() + 1, self.beyond.ncols());
        for c in 0..beyond.ncols() {
            let (to, from) = (col_mut(beyond.as_mut(), c), col(self.beyond.as_ref(), c));
            to.iter_mut().zip(&free).for_each(|(t, k)| *t = dot(col(vectors.as_ref(), *k), &from[..r]));
            to[free.len()] = from[r];
        }
        let quadratic = Mat::zeros(free.len() + 1, free.len() + 1);
        let part = Self { seen: 0.0, rows: self.rows, quadratic, beyond, fixed: true };
        let mut start = vec![0.0; free.len() + 1];
        start[free.len()] = self.rows.sqrt();
        let (found, _) = part.maximise(start)?;
        let contradicted = |c: usize| dot(col(part.beyond.as_ref(), c), &found) < -CONTRADICTED;
        if (0..part.beyond.ncols()).any(contradicted) {
            return Some(None);
        }
        let mut out = vec![0.0; r];
        for (k, c) in free.iter().zip(&found) {
            out.iter_mut().zip(col(vectors.as_ref(), *k)).for_each(|(o, v)| *o += c * v);
        }
        Some(Some(out))
    }

    /// The minimum, and the Hessian there; none where Newton's method does not end.
    pub(super) fn maximise(&self, mut w: Vec<f64>) -> Option<(Vec<f64>, Mat<f64>)> {
        let r = w.len() - 1;
        let (mut value, mut last, mut stalled) = (self.value(&w), f64::INFINITY, 0);
        for _ in 0..MOST {
            let (gradient, hessian) = self.slopes(&w);
            let (values, vectors) = symmetric(hessian.as_ref())?;
            let floor = 1e-14 * values[r];
            let mut step = vec![0.0; r + 1];
            for (k, value) in values.iter().enumerate() {
                let v = col(vectors.as_ref(), k);
                let along = dot(v, &gradient) / value.max(floor);
                step.iter_mut().zip(v).for_each(|(s, v)| *s -= along * v);
            }
            let decrement = -dot(&step, &gradient);
            // So close, what no longer falls is rounding: even towards infinity a step leaves less than half.
            stalled = if decrement < CLOSE && decrement > 0.5 * last { stalled + 1 } else { 0 };
            if !(decrement > DONE) || stalled == STALLED {
                return decrement.is_finite().then_some((w, hessian));
            }
            last = decrement;
            let mut length = 1.0;
            loop {
                let next: Vec<f64> = w.iter().zip(&step).map(|(w, s)| w + length * s).collect();
                let reached = if next[r] > 0.0 { self.value(&next) } else { f64::INFINITY };
                if reached <= value - 1e-4 * length * decrement || (decrement < CLOSE && next[r] > 0.0) {
                    (w, value) = (next, reached);
                    break;
                }
                length *= 0.5;
                if length < 1e-12 {
                    // Nothing is lower: what is left is rounding.
                    return Some((w, hessian));
                }
            }
        }
        None
    }
}
