//! Whether successive samples are alike, and how many independent ones they are worth.

use crate::linalg::col;
use faer::MatRef;

/// Lags at which correlation is measured up to the first that is not told from noise.
const SPACING: f64 = 1.25;

/// Autocorrelation of samples in their order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autocorrelation {
    /// Lag-one autocorrelation, mean over the variables.
    pub lag_one: f64,
    /// Independent samples that would know covariances as well.
    pub effective: f64,
}

/// Autocorrelation of the samples `x`, one a column (n x p), of which those marked in `follows` follow the one before; none where
/// none is told from that of independent samples.
///
/// Formula: the variance of a covariance of Gaussian samples grows by 1 + 2 sum rho_i(h) rho_j(h); effective = p over the mean of
/// 1 + 2 sum rho_i(h)^2 over variables, the sum by trapezoids over lags h = 1, 2, ... that grow by a quarter, up to the
/// first |rho| < 2/sqrt p. A lag-one correlation counts from (3 + sqrt(2 ln n))/sqrt p, the most of n independent ones.
///
/// Source: Bartlett 1946.
///
/// ```
/// use faer::Mat;
/// use nullcline_core::inference::gaussian::successive::autocorrelation;
/// use nullcline_core::linalg::random::{Use, normal, stream};
///
/// let mut rng = stream(1, Use::Fixture, 0);
/// let noise = Mat::from_fn(2, 2000, |_, _| normal(&mut rng));
/// assert!(autocorrelation(noise.as_ref(), &[true; 2000]).is_none());
/// let slow = Mat::from_fn(2, 1990, |i, t| (0..10).map(|s| noise[(i, t + s)]).sum::<f64>());
/// let found = autocorrelation(slow.as_ref(), &[true; 1990]).unwrap();
/// // Means over ten rows share nine of them with the next.
/// assert!((found.lag_one - 0.9).abs() < 0.05 && found.effective < 1990.0 / 4.0);
/// ```
pub fn autocorrelation(x: MatRef<f64>, follows: &[bool]) -> Option<Autocorrelation> {
    let (n, p) = (x.nrows(), x.ncols());
    if p < 3 {
        return None;
    }
    let mut run = vec![0; p];
    (1..p).for_each(|k| run[k] = if follows[k] { run[k - 1] + 1 } else { 0 });
    let moments: Vec<(f64, f64)> = (0..n)
        .map(|i| {
            let mean = (0..p).map(|k| x[(i, k)]).sum::<f64>() / p as f64;
            (mean, (0..p).map(|k| (x[(i, k)] - mean).powi(2)).sum::<f64>() / p as f64)
        })
        .collect();
    let at = |lag: usize| -> Option<Vec<f64>> {
        let (mut sums, mut pairs) = (vec![0.0; n], 0usize);
        for k in (lag..p).filter(|k| run[*k] >= lag) {
            pairs += 1;
            let (now, before) = (col(x, k), col(x, k - lag));
            for i in 0..n {
                sums[i] += (now[i] - moments[i].0) * (before[i] - moments[i].0);
            }
        }
        let rho = |i: usize| if moments[i].1 > 0.0 { sums[i] / pairs as f64 / moments[i].1 } else { 0.0 };
        (pairs > p / 4).then(|| (0..n).map(rho).collect())
    };
    let first = at(1)?;
    let noise = (p as f64).sqrt().recip();
    let most = (3.0 + (2.0 * (n as f64).ln()).sqrt()) * noise;
    if !first.iter().any(|r| *r > most) {
        return None;
    }
    let lag_one = first.iter().sum::<f64>() / n as f64;
    let mut times: Vec<f64> = vec![1.0; n];
    let mut going: Vec<bool> = first.iter().map(|r| r.abs() >= 2.0 * noise).collect();
    // Half of the trapezoid before the first lag is that of lag zero.
    (0..n).filter(|i| going[*i]).for_each(|i| times[i] += first[i].powi(2));
    let (mut lag, mut rho) = (1, first);
    while going.iter().any(|g| *g) {
        let next = ((lag as f64 * SPACING) as usize).max(lag + 1);
        let Some(found) = at(next) else { break };
        let width = (next - lag) as f64;
        for i in 0..n {
            if !going[i] {
                continue;
            }
            going[i] = found[i].abs() >= 2.0 * noise;
            // Between lags 1 and 2 the sum is that of whole lags: each end counts half to either side.
            times[i] += width * (rho[i].powi(2) + if going[i] { found[i].powi(2) } else { 0.0 });
        }
        (lag, rho) = (next, found);
    }
    let mean = times.iter().sum::<f64>() / n as f64;
    Some(Autocorrelation { lag_one, effective: p as f64 / mean })
}
