//! One strength from many data sets: the root of the mean residual, with a jackknife error.

use super::likelihood::likelihoods;
use super::map::Map;
use super::roots::{Strength, scaled_roots};
use super::spectrum::{Error, Spectrum};
use crate::numbers::{Estimate, jackknife};

/// Relative step of the residuals' slopes.
const STEP: f64 = 1e-4;

/// Roots in x on \[`low`, `high`\] of the mean residual over data sets, where that of number i has gamma = x `scales`\[i\], with
/// jackknife errors.
///
/// The mean of the roots of single data sets is biased where these fluctuate (their relative standard deviation at many samples
/// is about sqrt(alpha)/n, see [`cross_spread`](super::predict::cross_spread)), and a data set may have none; the root of the mean has
/// neither fault.
///
/// Formula: with residuals r_i and slopes s_i at the root x, in log x, the root without data set i is x - R/S, R = -r_i and
/// S = sum s - s_i (one Newton step); the error is that of the jackknife.
///
/// # Errors
/// [`Error::Positive`] where a bound or scale is not a positive number.
///
/// ```
/// use nullcline_core::inference::gaussian::ensemble::{Ensemble, Truth};
/// use nullcline_core::inference::gaussian::{pooled::pooled, predict::Moments, roots::Strength};
/// use nullcline_core::linalg::random::{Use, stream};
///
/// let couplings = Ensemble::Goe { sigma: 0.6 }.draw(12, &mut stream(3, Use::Couplings, 0));
/// let truth = Truth::new(couplings.as_ref()).unwrap();
/// let drawn = |i| truth.draw(240, true, &mut stream(3, Use::Samples, i)).unwrap();
/// let data: Vec<_> = (0..40).map(drawn).collect();
/// let found = pooled(&data, &[1.0; 40], Strength::Cross, (0.01, 1000.0)).unwrap();
/// let predicted = Moments::of(couplings.as_ref(), truth.mu).cross();
/// assert!(found.len() == 1 && found[0].n == 40);
/// assert!((found[0].value - predicted).abs() < 6.0 * found[0].error(), "{found:?} and {predicted}");
/// ```
pub fn pooled(
    data: &[Spectrum],
    scales: &[f64],
    strength: Strength,
    (low, high): (f64, f64),
) -> Result<Vec<Estimate>, Error> {
    let roots = scaled_roots(data, scales, low, high)?;
    roots.of(strength).iter().map(|x| with_error(data, scales, strength, *x)).collect()
}

fn with_error(data: &[Spectrum], scales: &[f64], strength: Strength, x: f64) -> Result<Estimate, Error> {
    let (mut values, mut slopes) = (vec![], vec![]);
    for (spectrum, scale) in data.iter().zip(scales) {
        let mut map = Map::new(spectrum);
        let mut residual = |x: f64| -> Result<f64, Error> {
            map.solve(x * scale)?;
            Ok(strength.residual(&likelihoods(&map)))
        };
        values.push(residual(x)?);
        slopes.push((residual(x * (1.0 + STEP))? - residual(x * (1.0 - STEP))?) / (2.0 * STEP));
    }
    let (whole, slope) = (values.iter().sum::<f64>(), slopes.iter().sum::<f64>());
    // In log x, about the root.
    let left_out = values.iter().zip(&slopes).map(|(r, s)| Some(-(whole - r) / (slope - s)));
    let moved = jackknife::delete_one(0.0, left_out).times(x);
    Ok(Estimate { value: x, ..moved })
}
