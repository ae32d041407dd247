//! Zeros of G at the end of slow valleys of q, by damped Gauss-Newton steps.

use super::residual::Residual;
use crate::linalg::{col, gemm};
use faer::linalg::solvers::Solve;
use faer::{Accum, Mat, Side};

/// Steps at most, taken or not.
const STEPS: usize = 60;
/// A step that leaves more of q than this is idle; so many in a row and there is no zero ahead.
const FALL: f64 = 0.9;
const IDLE: usize = 3;
/// Steps in a row outside of the states that the rule can reach after which it does not come back: where gates are saturated q falls
/// for ever, towards no zero.
const OUTSIDE: usize = 10;
/// Damping over q beyond which no step falls.
const STIFF: f64 = 1e12;

/// Follows q = |G|^2 / 2 down from `x` while it falls by a tenth at least in one of three steps, to `target` at most.
///
/// Formula: steps (J^T J + mu |G|^2) s = -J^T G, J = dG/dx, mu a quarter of the last where q fell by three quarters of what J foretold,
/// four times that where by less than one. Where zeros are ends of a slow valley, in which J is nearly singular, these converge
/// quadratically.
///
/// Source: Levenberg 1944, Marquardt 1963; Yamashita & Fukushima 2001, Computing Suppl. 15, 239 (damping by |G|^2).
pub fn descend(residual: &mut Residual, x: &mut Vec<f64>, target: f64) {
    let n = x.len();
    let (mut g, mut trial, mut ahead) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let mut q = residual.value(x, &mut g);
    let mut normal = Normal::new(n);
    normal.at(residual, x, &g);
    let (mut mu, mut idle, mut outside) = (1.0, 0, 0);
    for _ in 0..STEPS {
        if !(q.is_finite() && q > target) || mu > STIFF {
            return;
        }
        let damping = 2.0 * q * mu;
        let Some(step) = normal.step(damping) else {
            mu *= 8.0;
            continue;
        };
        for i in 0..n {
            trial[i] = x[i] - step[i];
        }
        let next = residual.value(&trial, &mut ahead);
        let foretold: f64 = step.iter().zip(&normal.pull).map(|(s, p)| 0.5 * s * (p + damping * s)).sum();
        let ratio = (q - next) / foretold;
        // Of NaN neither.
        if !(ratio > 1e-3) {
            mu *= 8.0;
            continue;
        }
        idle = if next > FALL * q { idle + 1 } else { 0 };
        std::mem::swap(x, &mut trial);
        std::mem::swap(&mut g, &mut ahead);
        q = next;
        outside = if residual.reachable(x) { 0 } else { outside + 1 };
        if idle == IDLE || outside == OUTSIDE {
            return;
        }
        if ratio > 0.75 {
            mu *= 0.25;
        } else if ratio < 0.25 {
            mu *= 4.0;
        }
        normal.at(residual, x, &g);
    }
}

/// J^T J and J^T G.
struct Normal {
    square: Mat<f64>,
    pull: Vec<f64>,
}

impl Normal {
    fn new(n: usize) -> Self {
        Self { square: Mat::zeros(n, n), pull: vec![0.0; n] }
    }

    /// At the state last given to `value`.
    fn at(&mut self, residual: &mut Residual, x: &[f64], g: &[f64]) {
        residual.gradient(x, g, &mut self.pull);
        let j = residual.derivative(x);
        gemm(self.square.as_mut(), Accum::Replace, j.transpose(), j);
    }

    fn step(&self, damping: f64) -> Option<Vec<f64>> {
        let n = self.pull.len();
        let mut damped = self.square.clone();
        (0..n).for_each(|i| damped[(i, i)] += damping);
        let factor = damped.llt(Side::Lower).ok()?;
        let step = factor.solve(Mat::from_fn(n, 1, |i, _| self.pull[i]).as_ref());
        let step = col(step.as_ref(), 0).to_vec();
        step.iter().all(|s| s.is_finite()).then_some(step)
    }
}
