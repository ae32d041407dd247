//! Least-squares read-out of a number from activity.

use super::super::whitening::Whitening;
use super::{Error, check};
use crate::linalg::{col, power};
use faer::MatRef;

/// y = b + w.x, fitted.
#[derive(Clone, Debug)]
pub struct Linear {
    /// b.
    pub intercept: f64,
    /// w, n, in units of y per unit of activity: the shortest of all that fit equally well.
    pub weights: Vec<f64>,
    /// Share of the variance of y that is read off, on the samples fitted.
    pub r_squared: f64,
    /// Directions in which the units vary; below n, w has no part along the others.
    pub rank: usize,
}

/// Fits `y` (T) to the columns of `x`, n x T, by least squares.
///
/// # Errors
/// Other lengths, values that are not finite, units that do not vary. A constant `y` has w = 0 and an R^2 of NaN.
///
/// Formula: minimises sum_t (y_t - b - w.x_t)^2; R^2 = 1 - sum e^2 / sum (y - mean y)^2.
///
/// ```
/// use nullcline_core::diagnostics::geometry::decoding::linear;
///
/// let x = faer::mat![[0.0, 1.0, 2.0, 3.0], [1.0, 0.0, 0.0, 1.0]];
/// let y: Vec<f64> = (0..4).map(|t| 5.0 + 2.0 * x[(0, t)] - x[(1, t)]).collect();
/// let found = linear(x.as_ref(), &y).unwrap();
/// assert!((found.intercept - 5.0).abs() < 1e-12 && (found.weights[0] - 2.0).abs() < 1e-12);
/// assert!((found.r_squared - 1.0).abs() < 1e-12 && found.rank == 2);
/// ```
pub fn linear(x: MatRef<f64>, y: &[f64]) -> Result<Linear, Error> {
    check(x, y.len())?;
    if let Some((sample, value)) = y.iter().copied().enumerate().find(|(_, v)| !v.is_finite()) {
        return Err(Error::NotFinite { sample, unit: x.nrows(), value });
    }
    let whitening = Whitening::of(x, true).ok_or(Error::Constant)?;
    let z = whitening.apply(x);
    let samples = y.len() as f64;
    // In a unit near the largest value, so that no square leaves the range of numbers.
    let unit = power(y.iter().fold(0.0, |a, y| a.max(y.abs())));
    let y: Vec<f64> = y.iter().map(|y| y / unit).collect();
    let mean = y.iter().sum::<f64>() / samples;
    let mut b = vec![0.0; whitening.rank()];
    for (t, y) in y.iter().enumerate() {
        b.iter_mut().zip(col(z.as_ref(), t)).for_each(|(b, z)| *b += z * (y - mean) / samples);
    }
    let total: f64 = y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / samples;
    let scaled: Vec<f64> = b.iter().map(|b| b * unit).collect();
    let weights = whitening.back(&scaled);
    let at_mean: f64 = weights.iter().zip(&whitening.mean).map(|(w, m)| w * m).sum();
    // Features have unit variance and no correlation: each carries its weight's square.
    let read: f64 = b.iter().map(|b| b * b).sum();
    let r_squared = if total > 0.0 { (read / total).min(1.0) } else { f64::NAN };
    Ok(Linear { intercept: mean * unit - at_mean, r_squared, rank: whitening.rank(), weights })
}
