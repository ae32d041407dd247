//! The rate of growth of a norm, with its error.

use crate::diagnostics::Estimate;

/// Share of the horizon that vectors are given to find the directions that grow.
const ALIGNED: f64 = 0.25;
/// Stretches of time over whose slopes the error of a rate is taken.
pub const STRETCHES: usize = 8;
/// Combined standard errors within which two rates agree.
const WITHIN: f64 = 3.0;

/// The rate at which norms grow with `time`, from their logs (one list a vector).
///
/// Formula: the least-squares slope over the last three quarters of `time`, mean over the vectors. Its
/// standard error combines in quadrature the spread of the slopes over eight stretches, the spread over the
/// vectors, and how much the slope differs between the two halves, which is what is left of the
/// transient. NaN where a norm vanishes; the error is infinite below eight stretches of two entries.
pub fn growth_rate(time: &[f64], logs: &[Vec<f64>]) -> Estimate {
    let last = time.last().copied().unwrap_or(0.0);
    let first = time.iter().position(|t| *t >= ALIGNED * last).unwrap_or(0);
    let time = &time[first..];
    let m = logs.len() as f64;
    let slope =
        |from: usize, to: usize, k: usize| least_squares(&time[from..to], &logs[k][first + from..first + to]);
    let mean = |from: usize, to: usize| (0..logs.len()).map(|k| slope(from, to, k)).sum::<f64>() / m;
    let n = time.len();
    let value = mean(0, n);
    // Neighbouring stretches share an end, so that every increment counts.
    let cut = |b: usize, of: usize| b * (n - 1) / of;
    if n <= STRETCHES {
        return Estimate { value, std_error: f64::INFINITY };
    }
    let stretches: Vec<f64> =
        (0..STRETCHES).map(|b| mean(cut(b, STRETCHES), cut(b + 1, STRETCHES) + 1)).collect();
    let vectors: Vec<f64> = (0..logs.len()).map(|k| slope(0, n, k)).collect();
    let drift = mean(cut(1, 2), n) - mean(0, cut(1, 2) + 1);
    let error = error_of_mean(&stretches).hypot(error_of_mean(&vectors)).hypot(0.5 * drift);
    Estimate { value, std_error: error.max(1e-12 * value.abs()) }
}

fn least_squares(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let product: f64 = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum();
    product / x.iter().map(|x| (x - mx).powi(2)).sum::<f64>()
}

/// Standard error of the mean of independent values; zero for one.
fn error_of_mean(v: &[f64]) -> f64 {
    let n = v.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let mean = v.iter().sum::<f64>() / n;
    (v.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt()
}

/// A rate beside a Lyapunov exponent.
#[derive(Clone, Copy, Debug)]
pub struct Agreement {
    /// The exponent.
    pub exponent: Estimate,
    /// Rate less exponent.
    pub difference: f64,
    /// Whether that is within three combined standard errors.
    pub agrees: bool,
}

impl Agreement {
    /// Compares `rate` with `exponent`.
    pub fn of(rate: Estimate, exponent: Estimate) -> Self {
        let difference = rate.value - exponent.value;
        let error = rate.std_error.hypot(exponent.std_error);
        Self { exponent, difference, agrees: difference.abs() <= WITHIN * error + 1e-9 }
    }

    /// The same; none where one of them or its error is not finite, so that there is nothing to compare.
    pub fn tested(rate: Estimate, exponent: Estimate) -> Option<Self> {
        let finite = [rate, exponent].iter().all(|e| e.value.is_finite() && e.std_error.is_finite());
        finite.then(|| Self::of(rate, exponent))
    }
}
