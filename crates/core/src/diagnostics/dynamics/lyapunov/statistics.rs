//! Trends of growth, and what follows from a spectrum.

use crate::numbers::batch_means;

/// What the thirds of a series say about its future.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trend {
    /// Distance of the mean of all from where the thirds tend; 0 without a significant trend.
    pub bias: f64,
    /// The trend does not slow down: no limit can be told.
    pub lasting: bool,
}

/// Growth, in nats, that a bounded fluctuation may leave at the ends of a third.
const ENDS: f64 = 1.0;

/// The trend of the mean over `series`, value by value; each is the mean growth, in nats, over so many `steps`.
///
/// Thirds a, b, c whose ends differ by four standard errors, or by one where eighths are in order, tend to c + (c - b) r / (1 - r) with
/// r = (c - b) / (b - a), as exponential approaches do; from r = 0.7 on the limit is not told. A trend that adds up to less
/// than a nat over a third, as the growth on a torus where batches are nearly in step with it, is in the error alone.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::lyapunov::statistics::trend;
///
/// // An exponential approach to 1 by batches of one step: what the mean of all lacks is foretold.
/// let series: Vec<f64> = (0..300).map(|t| 1.0 - (-f64::from(t) / 60.0).exp()).collect();
/// let mean = series.iter().sum::<f64>() / 300.0;
/// let found = trend(&[series], 1);
/// assert!((found.bias - (1.0 - mean)).abs() < 0.05 && !found.lasting);
/// ```
pub fn trend(series: &[Vec<f64>], steps: usize) -> Trend {
    let all = together(series);
    let third = all.len() / 3;
    if third < 8 {
        return Trend::default();
    }
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let parts = [&all[..third], &all[third..2 * third], &all[2 * third..]];
    let [a, b, c] = parts.map(mean);
    let [Some(e), _, Some(g)] = parts.map(|p| batch_means::mean(&[p.to_vec()]).std_error) else {
        return Trend::default();
    };
    let floor = 1e-9 * a.abs().max(c.abs()) + 1e-12;
    let eighths: Vec<f64> = all.chunks_exact(all.len() / 8).take(8).map(mean).collect();
    let rises = eighths.windows(2).filter(|w| w[1] > w[0]).count();
    let errors = if rises == 0 || rises == 7 { 1.0 } else { 4.0 };
    if !((c - a).abs() > errors * e.hypot(g) + floor) {
        return Trend::default();
    }
    let ratio = (c - b) / (b - a);
    let unknown = !(ratio.abs() < 0.7);
    let lasting = unknown && (c - a).abs() * (third * steps) as f64 > ENDS;
    let limit = if unknown { c + (c - b) } else { c + (c - b) * ratio / (1.0 - ratio) };
    Trend { bias: (mean(&all) - limit).abs(), lasting }
}

/// Means over the series, value by value, as long as the shortest.
pub(super) fn together(series: &[Vec<f64>]) -> Vec<f64> {
    let length = series.iter().map(Vec::len).min().unwrap_or(0);
    let mean = |i: usize| series.iter().map(|s| s[i]).sum::<f64>() / series.len() as f64;
    (0..length).map(mean).collect()
}

/// Kaplan-Yorke dimension of decreasing exponents of a system with `n` dimensions.
///
/// j + (l_1 + ... + l_j)/|l_(j+1)| for the last j with a sum that is not negative; 0 if l_1 < 0; n
/// if the sum of all n is not negative; NaN if fewer than n are given and their sum is not.
///
/// Source: Kaplan & Yorke 1979, Lect. Notes Math. 730, 204.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::lyapunov::statistics::kaplan_yorke;
///
/// assert_eq!(kaplan_yorke(&[1.0, -2.0], 2), 1.5);
/// assert_eq!(kaplan_yorke(&[-0.1, -2.0], 2), 0.0);
/// // One of three does not tell, for the others may make up for it or not.
/// assert!(kaplan_yorke(&[1.0], 3).is_nan());
/// ```
pub fn kaplan_yorke(exponents: &[f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for (j, l) in exponents.iter().enumerate() {
        if sum + l < 0.0 {
            return j as f64 + sum / l.abs();
        }
        sum += l;
    }
    if exponents.len() == n { n as f64 } else { f64::NAN }
}

/// Sum of the positive exponents: the entropy rate where Pesin's formula holds.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::lyapunov::statistics::entropy_rate;
///
/// assert_eq!(entropy_rate(&[0.5, 0.25, 0.0, -3.0]), 0.75);
/// ```
pub fn entropy_rate(exponents: &[f64]) -> f64 {
    // An empty sum would be minus zero.
    exponents.iter().filter(|l| **l > 0.0).fold(0.0, |a, l| a + l)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal, stream};

    #[test]
    fn trends_that_slow_down_are_in_the_error_and_others_are_lasting() {
        // Growth log a + 1/t of a Jordan block from t = 500 on, in batches of 100: the limit is log a.
        for batches in [60usize, 200, 500] {
            let series: Vec<f64> = (0..batches)
                .map(|b| (0..100).map(|t| 1.0 / (500 + 100 * b + t) as f64).sum::<f64>() / 100.0)
                .collect();
            let mean = series.iter().sum::<f64>() / batches as f64;
            let trend = trend(&[series], 100);
            assert!(!trend.lasting && mean <= 2.0 * trend.bias, "{batches}: {mean} {trend:?}");
        }
        let line: Vec<f64> = (0..300).map(f64::from).collect();
        assert!(trend(&[line], 1).lasting);
        // Noise alone shows a trend in one of a thousand cases or fewer.
        let found = (0..500).filter(|run| {
            let mut rng = stream(*run, Use::Fixture, 5);
            trend(&[(0..300).map(|_| normal(&mut rng)).collect()], 1).bias > 0.0
        });
        assert!(found.count() <= 2);
    }

    #[test]
    fn dimensions_follow_the_formula_at_its_edges() {
        // Sprott's table: Lorenz 0.9056, 0, -14.5723 gives 2.06215.
        assert!((kaplan_yorke(&[0.9056, 0.0, -14.5723], 3) - 2.06215).abs() < 1e-5);
        assert!(kaplan_yorke(&[-0.1, -0.2], 2).abs() < 1e-300);
        assert!((kaplan_yorke(&[0.5, -0.5], 2) - 2.0).abs() < 1e-300);
        assert!(kaplan_yorke(&[0.5, -0.1], 3).is_nan());
        assert!((kaplan_yorke(&[0.5, f64::NEG_INFINITY], 2) - 1.0).abs() < 1e-15);
    }
}
