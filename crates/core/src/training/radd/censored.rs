//! Rows of which only a side is known, by maximum likelihood.
//!
//! Model: y* = x^T beta + sigma epsilon, epsilon normal; y* is seen inside the range of f, and beyond an end of it (a unit at
//! zero of ReLU, a saturated one of tanh) that it lies there.
//!
//! Formula: with (delta, theta) = (beta, 1)/sigma the log-likelihood, sum log theta - (theta y - x^T delta)^2/2 over the rows seen
//! and sum log Phi(s (x^T delta - theta limit)) over the others (s = 1 above the range, -1 below), is concave, and Newton's method
//! with backtracking ends at its one maximum. Regressors are whitened over all rows and targets replaced by their residuals from
//! the rows seen alone, so that data without noise keep their digits: sigma then is the rounding of y.
//!
//! Source: Tobin 1958; Olsen 1978 (concavity).

use super::likelihood::{Likelihood, OPEN};
use super::normal::tail;
use super::{CHUNK, dot};
use crate::linalg::eigen::symmetric;
use crate::linalg::{col, col_mut, gemm};
use crate::numbers::least_squares::{Rows, Whitened};
use faer::{Accum, Mat, MatRef};

/// Scale of the noise, relative to y, below which what the rows seen do not say is decided on this scale.
const COARSE: f64 = 1e-7;

/// The rows of one unit.
pub(super) struct Unit<'a> {
    /// Whitened regressors, r x N.
    pub q: MatRef<'a, f64>,
    /// Targets, or the ends of the range.
    pub y: &'a [f64],
    /// 0: known; 1: beyond the upper end, -1: beyond the lower.
    pub side: &'a [i8],
}

/// The maximum of the likelihood and its surroundings; w = (eta, theta sqrt N) are the unknowns.
pub(super) struct Fit {
    /// beta, k.
    pub beta: Vec<f64>,
    /// sigma^2.
    pub variance: f64,
    /// d beta / d w, k x (r + 1).
    pub map: Mat<f64>,
    /// Inverse of the observed information, (r + 1) x (r + 1), without directions that are not determined.
    pub inverse: Mat<f64>,
    /// Slope of the log-likelihood of each row, (r + 1) x N.
    pub scores: Mat<f64>,
    /// Expected epsilon of each row.
    pub residuals: Vec<f64>,
    /// Coefficients that the rows bound on one side alone.
    pub open: Vec<bool>,
    /// Rows seen, over those less r; none without freedom.
    pub small: Option<f64>,
    /// Whether what is left is the rounding of y.
    pub exact: bool,
}

/// The fit with the penalty `ridge` |beta|^2 over the `penalised`, beside sums of squares; none if there is nothing to go by.
pub(super) fn fit(unit: &Unit, white: &Whitened, ridge: f64, penalised: &[bool]) -> Option<Fit> {
    let (r, rows) = (unit.q.nrows(), unit.y.len() as f64);
    let (seen, out): (Vec<usize>, Vec<usize>) = (0..unit.y.len()).partition(|t| unit.side[*t] == 0);
    let mut factor = Rows::new(r, 1);
    for part in seen.chunks(CHUNK) {
        let mut xy = Mat::from_fn(part.len(), r + 1, |t, i| match i < r {
            true => unit.q[(i, part[t])],
            false => unit.y[part[t]],
        });
        factor.add(&Rows::of(r, xy.as_mut()));
    }
    let first = factor.solve(0.0, &vec![true; r])?.coefficients;
    let start = col(first.as_ref(), 0);
    let count = seen.len() as f64;
    let size = seen.iter().map(|t| unit.y[*t].powi(2)).sum::<f64>() / count;
    let ends = out.iter().map(|t| unit.y[*t].powi(2)).fold(0.0, f64::max);
    let mut residual: Vec<f64> = (0..unit.y.len()).map(|t| unit.y[t] - dot(col(unit.q, t), start)).collect();
    let rounding = f64::EPSILON.powi(2) * size.max(ends);
    let scale = (seen.iter().map(|t| residual[*t].powi(2)).sum::<f64>() / count + rounding).sqrt();
    if !(scale > 0.0 && scale.is_finite()) {
        return None;
    }
    let begin = &white.map * Mat::from_fn(r, 1, |i, _| start[i]);
    let likelihood = |scale: f64| {
        let mut beyond = Mat::zeros(r + 1, out.len());
        for (c, t) in out.iter().enumerate() {
            let (to, sign) = (col_mut(beyond.as_mut(), c), f64::from(unit.side[*t]));
            to.iter_mut().zip(col(unit.q, *t)).for_each(|(a, q)| *a = sign * q);
            to[r] = -sign * (residual[*t] / scale) / rows.sqrt();
        }
        let quadratic = quadratic(unit, &seen, white, &begin, scale, ridge, penalised);
        Likelihood { seen: count, rows, quadratic, beyond, fixed: false }
    };
    let mut w = vec![0.0; r + 1];
    w[r] = rows.sqrt();
    let last = likelihood(scale);
    // Where the rows seen leave rounding alone, the ends of the range are not resolved in its units: in coarser ones they
    // decide what the rows seen do not.
    let coarse = COARSE * size.max(ends).sqrt();
    let free = if scale < coarse { likelihood(coarse).undecided()? } else { None };
    let (w, information) = match free {
        Some(free) => {
            w.iter_mut().zip(&free).for_each(|(w, free)| *w = free * coarse / scale);
            let (_, information) = last.slopes(&w);
            (w, information)
        }
        None => last.maximise(w)?,
    };
    residual.iter_mut().for_each(|v| *v /= scale);
    Some(unit.surroundings(&last, &w, &information, white, &begin, scale, rounding, &residual))
}

/// Second derivatives, in w, of the rows seen and the penalty; those of log theta apart.
fn quadratic(
    unit: &Unit,
    seen: &[usize],
    white: &Whitened,
    begin: &Mat<f64>,
    scale: f64,
    ridge: f64,
    penalised: &[bool],
) -> Mat<f64> {
    let (r, rows) = (unit.q.nrows(), unit.y.len() as f64);
    let mut sum = Mat::zeros(r + 1, r + 1);
    for part in seen.chunks(CHUNK) {
        let q = Mat::from_fn(r, part.len(), |i, t| unit.q[(i, part[t])]);
        gemm(sum.as_mut().submatrix_mut(0, 0, r, r), Accum::Add, q.as_ref(), q.transpose());
    }
    sum[(r, r)] += seen.len() as f64 / rows;
    if ridge > 0.0 {
        let delta = Mat::from_fn(begin.nrows(), r + 1, |j, i| match (penalised[j], i < r) {
            (false, _) => 0.0,
            (true, true) => white.map[(j, i)] * ridge.sqrt(),
            (true, false) => begin[(j, 0)] / scale / rows.sqrt() * ridge.sqrt(),
        });
        sum += delta.transpose() * &delta;
    }
    sum
}

impl Unit<'_> {
    /// What is known at the maximum `w`.
    #[expect(clippy::too_many_arguments, reason = "all of one fit")]
    fn surroundings(
        &self,
        likelihood: &Likelihood,
        w: &[f64],
        information: &Mat<f64>,
        white: &Whitened,
        begin: &Mat<f64>,
        scale: f64,
        rounding: f64,
        residual: &[f64],
    ) -> Fit {
        let (r, k, root) = (self.q.nrows(), begin.nrows(), likelihood.rows.sqrt());
        let theta = w[r] / root;
        let moved: Vec<f64> =
            (0..k).map(|j| (0..r).map(|i| white.map[(j, i)] * w[i]).sum::<f64>() * scale / theta).collect();
        let beta = Mat::from_fn(k, 1, |j, _| begin[(j, 0)] + moved[j]);
        let beta = &beta - &white.null * (white.null.transpose() * &beta);
        let map = Mat::from_fn(k, r + 1, |j, i| match i < r {
            true => white.map[(j, i)] * scale / theta,
            false => -moved[j] / w[r],
        });
        let mut inverse = Mat::zeros(r + 1, r + 1);
        let mut open = vec![false; k];
        if let Some((values, vectors)) = symmetric(information.as_ref()) {
            for (value, v) in values.iter().zip(0..).map(|(value, i)| (*value, vectors.col(i))) {
                if value > OPEN {
                    inverse += faer::Scale(value.recip()) * (v * v.transpose());
                    continue;
                }
                for (j, open) in open.iter_mut().enumerate() {
                    let along: f64 = (0..r).map(|i| white.map[(j, i)] * v[i]).sum();
                    *open |= along.abs() > 1e-6 * white.map.row(j).norm_l2();
                }
            }
        }
        let mut scores = Mat::zeros(r + 1, self.y.len());
        let mut residuals = vec![0.0; self.y.len()];
        for t in 0..self.y.len() {
            let (to, q) = (col_mut(scores.as_mut(), t), col(self.q, t));
            let inside = theta * residual[t] - dot(q, &w[..r]);
            let sign = f64::from(self.side[t]);
            let (e, of_theta) = match self.side[t] {
                0 => (inside, theta.recip() - inside * residual[t] - theta * rounding / (scale * scale)),
                _ => {
                    let h = sign * tail(-sign * inside)[1];
                    (h, -h * residual[t])
                }
            };
            residuals[t] = e;
            to.iter_mut().zip(q).for_each(|(s, q)| *s = e * q);
            to[r] = of_theta / root;
        }
        let freedom = likelihood.seen - r as f64;
        Fit {
            beta: col(beta.as_ref(), 0).to_vec(),
            variance: (scale / theta).powi(2),
            map,
            inverse,
            scores,
            residuals,
            open,
            small: (freedom > 0.5).then(|| likelihood.seen / freedom),
            exact: scale < 1e4 * rounding.sqrt() * theta,
        }
    }
}
