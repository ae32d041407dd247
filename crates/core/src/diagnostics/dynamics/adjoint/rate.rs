//! The rate of growth of a norm, with its error.

use crate::numbers::Estimate;
use crate::numbers::least_squares::slope;

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
/// transient. NaN where a norm vanishes; the error is not known below eight stretches of two entries.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::adjoint::growth_rate;
///
/// let time: Vec<f64> = (0..64).map(f64::from).collect();
/// let log = time.iter().map(|t| -0.25 * t + 0.1 * (1.7 * t).sin()).collect();
/// let rate = growth_rate(&time, &[log]);
/// assert!((rate.value + 0.25).abs() < 3.0 * rate.error() && rate.error() < 0.02);
/// ```
pub fn growth_rate(time: &[f64], logs: &[Vec<f64>]) -> Estimate {
    let last = time.last().copied().unwrap_or(0.0);
    let first = time.iter().position(|t| *t >= ALIGNED * last).unwrap_or(0);
    let time = &time[first..];
    let m = logs.len() as f64;
    let slope =
        |from: usize, to: usize, k: usize| slope(&time[from..to], &logs[k][first + from..first + to]).value;
    let mean = |from: usize, to: usize| (0..logs.len()).map(|k| slope(from, to, k)).sum::<f64>() / m;
    let n = time.len();
    let value = mean(0, n);
    // Neighbouring stretches share an end, so that every increment counts.
    let cut = |b: usize, of: usize| b * (n - 1) / of;
    if n <= STRETCHES || !value.is_finite() {
        return Estimate::unknown(value, STRETCHES);
    }
    let stretches: Vec<f64> =
        (0..STRETCHES).map(|b| mean(cut(b, STRETCHES), cut(b + 1, STRETCHES) + 1)).collect();
    let vectors: Vec<f64> = (0..logs.len()).map(|k| slope(0, n, k)).collect();
    let drift = mean(cut(1, 2), n) - mean(0, cut(1, 2) + 1);
    // One vector has no spread to add.
    let spread = if vectors.len() > 1 { Estimate::mean_of_all(&vectors).error() } else { 0.0 };
    let error = Estimate::mean_of_all(&stretches).error().hypot(spread).hypot(0.5 * drift);
    Estimate::new(value, error.max(1e-12 * value.abs()), STRETCHES)
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
    /// Compares `rate` with `exponent`; none where one of them is not finite or its error not known, so that there is nothing to
    /// compare.
    ///
    /// Formula: agrees where |rate - exponent| <= 3 (SE_rate^2 + SE_exponent^2)^(1/2).
    ///
    /// ```
    /// use nullcline_core::diagnostics::dynamics::adjoint::Agreement;
    /// use nullcline_core::numbers::Estimate;
    ///
    /// let (rate, exponent) = (Estimate::new(0.32, 0.03, 8), Estimate::new(0.4, 0.04, 8));
    /// assert!(Agreement::of(rate, exponent).unwrap().agrees);
    /// assert!(Agreement::of(rate, Estimate::unknown(0.4, 8)).is_none());
    /// ```
    pub fn of(rate: Estimate, exponent: Estimate) -> Option<Self> {
        let Estimate { value: difference, std_error, .. } = rate.less(exponent);
        let error = std_error.filter(|_| difference.is_finite())?;
        Some(Self { exponent, difference, agrees: difference.abs() <= WITHIN * error + 1e-9 })
    }
}
