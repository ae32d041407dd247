//! The likelihood's maximum for a few sites alone.

use super::layout::Layout;
use super::{Error, Penalty};
use crate::linalg::pointwise::dot;
use crate::linalg::solve::Lu;
use crate::linalg::{col, col_mut, gemm};
use faer::{Accum, Mat};

/// Products of configurations and squared parameters of a cluster at most: some ten seconds.
pub const MOST_WORK: f64 = 2e10;

/// The least of log Z - sum theta m + penalty, a sample's, and where it is.
pub(super) struct Least {
    pub value: f64,
    pub place: Vec<f64>,
}

/// What a cluster is fitted to.
pub(super) struct Problem<'a> {
    pub layout: &'a Layout,
    /// The data's moments.
    pub moments: &'a [f64],
    pub penalty: Penalty,
    /// The weight of all samples.
    pub weight: f64,
}

impl Problem<'_> {
    /// Newton's method, steps halved until the objective falls, to rounding.
    ///
    /// The penalty is that of the gauge in which it is least: lambda_h T_i^2 / (1 + sum_j lambda_h / (lambda_J q_j)) and lambda_J J^2.
    pub fn least(&self, start: Vec<f64>) -> Result<Least, Error> {
        const STEPS: usize = 200;
        let (features, strengths) = (self.layout.features(), self.strengths());
        let count = self.layout.count;
        let mut lu = Lu::new(count);
        let mut place = start;
        let (mut value, mut p) = self.value(&features, &strengths, &place);
        let mut decrement = f64::INFINITY;
        for _ in 0..STEPS {
            let (gradient, curved) = self.derivatives(&features, &strengths, &place, &p);
            if !lu.factor(curved.as_ref()) {
                break;
            }
            let mut step = Mat::from_fn(count, 1, |k, _| -gradient[k]);
            lu.solve(step.as_mut());
            let step = col(step.as_ref(), 0);
            decrement = -0.5 * dot(&gradient, step);
            let (mut by, mut lower) = (1.0, false);
            while by > 1e-8 && !lower {
                let to: Vec<f64> = place.iter().zip(step).map(|(x, s)| x + by * s).collect();
                let (next, q) = self.value(&features, &strengths, &to);
                lower = next < value;
                // Near the end rounding alone tells objectives apart: the whole step is right.
                if lower || (decrement < 1e-13 * (1.0 + value.abs()) && next.is_finite()) {
                    (place, value, p, lower) = (to, next, q, true);
                }
                by *= 0.5;
            }
            if decrement < 1e-20 || !lower {
                break;
            }
        }
        let asked = 1e-12 * (1.0 + value.abs());
        match decrement <= asked {
            true => Ok(Least { value, place }),
            false => Err(Error::NotConverged { gap: decrement, objective: value, asked, evaluations: STEPS }),
        }
    }

    /// The penalty's factor of each squared parameter, a sample's.
    pub fn strengths(&self) -> Vec<f64> {
        let (layout, ratio) = (self.layout, self.penalty.fields / self.penalty.couplings);
        let mut all = vec![self.penalty.couplings / self.weight; layout.count];
        let shares = || layout.states.iter().map(|q| ratio / *q as f64);
        let whole: f64 = shares().sum();
        for ((q, at), own) in layout.states.iter().zip(&layout.single).zip(shares()) {
            all[*at..][..q - 1].fill(self.penalty.fields / self.weight / (1.0 + whole - own));
        }
        all
    }

    /// The objective, and the probability of each configuration.
    fn value(&self, features: &Mat<f64>, strengths: &[f64], place: &[f64]) -> (f64, Vec<f64>) {
        let logs = (0..features.ncols()).map(|k| dot(col(features.as_ref(), k), place));
        let mut p: Vec<f64> = logs.collect();
        let most = p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        p.iter_mut().for_each(|p| *p = (*p - most).exp());
        let sum: f64 = p.iter().sum();
        p.iter_mut().for_each(|p| *p /= sum);
        let penalty: f64 = place.iter().zip(strengths).map(|(x, s)| s * x * x).sum();
        (most + sum.ln() - dot(place, self.moments) + penalty, p)
    }

    fn derivatives(
        &self,
        features: &Mat<f64>,
        strengths: &[f64],
        place: &[f64],
        p: &[f64],
    ) -> (Vec<f64>, Mat<f64>) {
        const CHUNK: usize = 512;
        let count = place.len();
        let (mut mean, mut curved) = (vec![0.0; count], Mat::zeros(count, count));
        for first in (0..p.len()).step_by(CHUNK) {
            let size = CHUNK.min(p.len() - first);
            let mut scaled = Mat::zeros(count, size);
            for k in 0..size {
                let (from, weight) = (col(features.as_ref(), first + k), p[first + k]);
                let root = weight.sqrt();
                col_mut(scaled.as_mut(), k).iter_mut().zip(from).for_each(|(to, f)| *to = root * f);
                mean.iter_mut().zip(from).for_each(|(m, f)| *m += weight * f);
            }
            gemm(curved.as_mut(), Accum::Add, scaled.as_ref(), scaled.as_ref().transpose());
        }
        for k in 0..count {
            let to = col_mut(curved.as_mut(), k);
            to.iter_mut().zip(&mean).for_each(|(c, m)| *c -= m * mean[k]);
            to[k] += 2.0 * strengths[k];
        }
        let slope = |k: usize| mean[k] - self.moments[k] + 2.0 * strengths[k] * place[k];
        ((0..count).map(slope).collect(), curved)
    }
}
