//! How long a signal remembers itself.

use crate::numbers::Estimate;

/// Window of the sum over lags, in decay times: what is cut off is then as small as the noise that is let in.
const WINDOW: f64 = 1.5;
/// Rows that a time needs, in its own units: of fewer its error is not to be trusted.
const ROWS: f64 = 50.0;
/// Lags that are summed at most: a slow drift in ten million rows would take hours to be refused.
const LAGS: usize = 20_000;

/// The integrated autocorrelation time of `x` in rows, with its standard error. Rows marked in `follows` continue the one before.
/// Nothing where `x` does not vary, or its rows are fewer than fifty times the time, or are broken up before it has been told,
/// or where that takes more than 20,000 lags.
///
/// Formula: tau = 1/2 + sum_{l=1}^{W} rho(l), times 1 + (2 W + 1) / T for the mean that is taken off, with rho(l) from the pairs
/// of rows that l unbroken steps join; W is the first lag with exp(-W / t) < t / sqrt(W T), t = 1.5 / ln((2 tau + 1) / (2 tau - 1)).
/// The variance is 4 tau^2 (W + 1/2 - tau) / T. Of an exponential rho(l) = exp(-l / t), tau is t but for t^-1 / 12; of independent
/// rows it is 1/2, of rows that alternate less, and noise may take it below zero there.
///
/// Source: Wolff, Comput. Phys. Commun. 156, 143 (2004), eqs. 31, 42, 49 to 52.
///
/// ```
/// use nullcline_core::diagnostics::geometry::timescale::timescale;
///
/// let alternating: Vec<f64> = (0..400).map(|t| f64::from(t % 2)).collect();
/// let follows: Vec<bool> = (0..400).map(|t| t > 0).collect();
/// assert!(timescale(&alternating, &follows).unwrap().value < 0.5);
/// assert!(timescale(&[1.0; 400], &follows).is_none());
/// ```
pub fn timescale(x: &[f64], follows: &[bool]) -> Option<Estimate> {
    let rows = x.len() as f64;
    let mean = x.iter().sum::<f64>() / rows;
    let y: Vec<f64> = x.iter().map(|v| v - mean).collect();
    let variance = y.iter().map(|v| v * v).sum::<f64>() / rows;
    // A constant that is no sum of powers of two has a mean that is off by its rounding.
    if !(variance.sqrt() > 1e-12 * mean.abs()) {
        return None;
    }
    let mut run = vec![0; x.len()];
    (1..x.len()).for_each(|t| run[t] = if follows[t] { run[t - 1] + 1 } else { 0 });
    let mut sum = 0.5;
    for lag in 1..LAGS.min(x.len() / 2) {
        let (mut product, mut pairs) = (0.0, 0);
        for t in (lag..x.len()).filter(|t| run[*t] >= lag) {
            product += y[t - lag] * y[t];
            pairs += 1;
        }
        if 4 * pairs < x.len() {
            return None;
        }
        sum += product / pairs as f64 / variance;
        let window = lag as f64;
        let decay =
            if sum > 0.5 { WINDOW / ((2.0 * sum + 1.0) / (2.0 * sum - 1.0)).ln() } else { f64::MIN_POSITIVE };
        if (-window / decay).exp() < decay / (window * rows).sqrt() {
            let time = sum * (1.0 + (2.0 * window + 1.0) / rows);
            let error = 2.0 * time * ((window + 0.5 - time).max(0.0) / rows).sqrt();
            return (rows >= ROWS * time).then(|| Estimate::new(time, error, x.len()));
        }
    }
    None
}
