//! How much a unit is active for one heading.

use crate::linalg::{col, col_mut};
use faer::{Mat, MatRef};
use std::f64::consts::{PI, TAU};

/// Activity by heading.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// Middles of the bins, radians.
    pub at: Vec<f64>,
    /// Mean activity of each unit as a column, bins x n; NaN where no row is.
    pub rates: Mat<f64>,
}

/// Mean activity of the columns of `x`, n x T, in `bins` bins of the heading, radians, from -pi on; row t of the headings goes with column
/// `row(t)`. Rows without a heading are left out.
pub fn tuning(x: MatRef<f64>, heading: &[f64], bins: usize, row: impl Fn(usize) -> usize) -> Tuning {
    let n = x.nrows();
    let mut sums = Mat::<f64>::zeros(n, bins);
    let mut rows = vec![0.0; bins];
    for (t, h) in heading.iter().enumerate().filter(|(_, h)| h.is_finite()) {
        // Between 0 and the number of bins, by the remainder.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let b = (((h + PI).rem_euclid(TAU) / TAU * bins as f64) as usize).min(bins - 1);
        rows[b] += 1.0;
        col_mut(sums.as_mut(), b).iter_mut().zip(col(x, row(t))).for_each(|(s, v)| *s += v);
    }
    let rate = |b: usize, i: usize| if rows[b] > 0.0 { sums[(i, b)] / rows[b] } else { f64::NAN };
    Tuning {
        at: (0..bins).map(|b| -PI + (b as f64 + 0.5) * TAU / bins as f64).collect(),
        rates: Mat::from_fn(bins, n, rate),
    }
}

/// The length of the mean vector of a tuning curve, 0 to 1, and its direction, radians; none of a rate that is negative somewhere, or zero
/// everywhere.
///
/// Formula: |sum_b r_b exp(i a_b)| / sum_b r_b over the bins in which there are rows.
///
/// ```
/// use nullcline_core::diagnostics::geometry::spatial::mean_vector;
///
/// let at: Vec<f64> = (0..60).map(|b| (f64::from(b) + 0.5) * std::f64::consts::TAU / 60.0).collect();
/// let curve: Vec<f64> = at.iter().map(|a| 1.0 + (a - 1.0).cos()).collect();
/// let (length, direction) = mean_vector(&curve, &at).unwrap();
/// assert!((length - 0.5).abs() < 1e-12 && (direction - 1.0).abs() < 1e-12);
/// ```
pub fn mean_vector(rates: &[f64], at: &[f64]) -> Option<(f64, f64)> {
    let known = || rates.iter().zip(at).filter(|(r, _)| !r.is_nan());
    let total: f64 = known().map(|(r, _)| r).sum();
    if !(total > 0.0) || known().any(|(r, _)| *r < 0.0) {
        return None;
    }
    let (c, s) = known().fold((0.0, 0.0), |(c, s), (r, a)| (c + r * a.cos(), s + r * a.sin()));
    Some((c.hypot(s) / total, s.atan2(c)))
}
