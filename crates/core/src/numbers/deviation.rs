//! The spread of values.

/// The standard deviation of values, `sqrt(sum (v - mean)^2 / (n - 1))`; of those that samples drawn anew give, the bootstrap's standard error.
///
/// Source: Efron, Ann. Stat. 7, 1 (1979).
///
/// ```
/// // numpy: numpy.std([1, 2, 4], ddof=1).
/// assert!((nullcline_core::numbers::deviation(&[1.0, 2.0, 4.0]) - 1.5275252316519465).abs() < 1e-15);
/// ```
pub fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}
