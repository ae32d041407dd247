//! Standard errors of means of correlated series, and what follows from a spectrum.

use super::Estimate;

/// Standard error of the mean of all values, correlation within each series allowed for.
///
/// Flyvbjerg-Petersen blocking with the automatic level of Jonsson, Phys. Rev. E 98, 043304
/// (2018), pooled over the series, widened for few blocks as Student's t asks; the spread of the
/// series' own means where that is larger; and never below what the ends of the series leave undecided.
/// Where values alternate so that their sum fluctuates less than if they were independent, as the growth of a bounded
/// quantity does, the spectral density of an autoregression at frequency zero takes the place of blocks, unless blocks of
/// a sixteenth to a sixty-fourth of the whole, with the covariance of neighbours, fluctuate more than twice as much.
/// Infinite for fewer than two values.
pub fn std_error(series: &[Vec<f64>]) -> f64 {
    let total: usize = series.iter().map(Vec::len).sum();
    if total < 2 {
        return f64::INFINITY;
    }
    let mean = series.iter().flatten().sum::<f64>() / total as f64;
    let levels = levels(series, mean);
    let mut tail = 0.0;
    let mut chosen = None;
    for (i, level) in levels.iter().enumerate().rev() {
        tail += level.correlation;
        if tail <= chi_square_99((levels.len() - i) as f64) {
            chosen = Some(i);
        }
    }
    let error = match chosen {
        // One level on: the test does not see correlations just below significance.
        Some(i) => levels.get(i + 1).filter(|l| l.blocks >= 16.0).unwrap_or(&levels[i]).error(),
        None => levels.iter().map(Level::error).fold(0.0, f64::max),
    };
    let first = &levels[0];
    let error = match autoregression(series, mean) {
        Some((spectral, wide)) if spectral < first.error() && lagged(&levels) < 2.2 * spectral => wide,
        _ => error,
    };
    let count = series.iter().filter(|s| !s.is_empty()).count() as f64;
    let boundary = (first.variance * count).sqrt() / first.blocks;
    error.max(boundary).max(between(series, mean))
}

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
pub fn trend(series: &[Vec<f64>], steps: usize) -> Trend {
    let all = together(series);
    let third = all.len() / 3;
    if third < 8 {
        return Trend::default();
    }
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let parts = [&all[..third], &all[third..2 * third], &all[2 * third..]];
    let [a, b, c] = parts.map(mean);
    let [e, _, g] = parts.map(|p| std_error(&[p.to_vec()]));
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

struct Level {
    blocks: f64,
    variance: f64,
    /// Jonsson's statistic of the lag-one correlation: one chi-square variable if there is none.
    correlation: f64,
    /// Covariance of neighbouring blocks.
    covariance: f64,
}

impl Level {
    fn error(&self) -> f64 {
        let freedom = (self.blocks - 1.0).max(1.0);
        (self.variance / freedom).sqrt() * widening(freedom)
    }
}

/// Half of Student's 95.4 % quantile.
fn widening(freedom: f64) -> f64 {
    1.0 + 1.21 / freedom + 1.44 / (freedom * freedom)
}

/// Root mean square of the errors by blocks of a sixteenth to a sixty-fourth of the whole and the covariance of neighbours.
fn lagged(levels: &[Level]) -> f64 {
    let long: Vec<&Level> = levels.iter().filter(|l| (16.0..=64.0).contains(&l.blocks)).collect();
    let square = |l: &&Level| (l.variance + 2.0 * l.covariance).max(0.0) / (l.blocks - 1.0);
    match long.len() {
        0 => levels[0].error(),
        n => (long.iter().map(square).sum::<f64>() / n as f64).sqrt(),
    }
}

/// Standard errors by the spectral density at frequency zero of autoregressions: that of least Akaike criterion, and the
/// longest one, which sees the whole of a sum that stays bounded, widened as Student's t asks; none for short series.
fn autoregression(series: &[Vec<f64>], mean: f64) -> Option<(f64, f64)> {
    let n = series.iter().map(Vec::len).sum::<usize>() as f64;
    // Truncation is meant: an order.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let most = (10.0 * n.log10()).min(n / 8.0) as usize;
    let covariance = |k: usize| {
        let one =
            |s: &Vec<f64>| s.iter().zip(s.iter().skip(k)).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
        series.iter().map(one).sum::<f64>() / n
    };
    let gamma: Vec<f64> = (0..=most).map(covariance).collect();
    if most < 2 || !(gamma[0] > 0.0) {
        return None;
    }
    let (mut phi, mut left): (Vec<f64>, f64) = (Vec::new(), gamma[0]);
    let mut best = (n * left.ln(), left);
    let mut longest = best.1;
    for p in 1..=most {
        let reflection =
            (gamma[p] - phi.iter().enumerate().map(|(i, f)| f * gamma[p - 1 - i]).sum::<f64>()) / left;
        let turned: Vec<f64> = phi.iter().rev().copied().collect();
        phi.iter_mut().zip(&turned).for_each(|(f, r)| *f -= reflection * r);
        phi.push(reflection);
        left *= 1.0 - reflection * reflection;
        if !(left > 0.0) {
            break;
        }
        let criterion = n * left.ln() + 2.0 * p as f64;
        longest = left * n / (n - p as f64 - 1.0) / (1.0 - phi.iter().sum::<f64>()).powi(2);
        if criterion < best.0 {
            best = (criterion, longest);
        }
    }
    Some(((best.1 / n).sqrt(), (longest / n).sqrt() * widening(n / most as f64)))
}

/// Means over 1, 2, 4, ... values, down to four blocks in all.
fn levels(series: &[Vec<f64>], mean: f64) -> Vec<Level> {
    let mut blocks: Vec<Vec<f64>> = series.to_vec();
    let mut out = Vec::new();
    loop {
        let n = blocks.iter().map(Vec::len).sum::<usize>() as f64;
        if n < 4.0 && !out.is_empty() {
            return out;
        }
        let (mut square, mut product) = (0.0, 0.0);
        for s in &blocks {
            square += s.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
            product += s.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum::<f64>();
        }
        let (variance, gamma) = (square / n, product / n);
        let shift = (n - 1.0) * variance / (n * n) + gamma;
        let correlation = if variance > 0.0 { n * (shift / variance).powi(2) } else { 0.0 };
        out.push(Level { blocks: n, variance, correlation, covariance: gamma });
        for s in &mut blocks {
            *s = s.chunks_exact(2).map(|p| 0.5 * (p[0] + p[1])).collect();
        }
        if blocks.iter().all(|s| s.is_empty()) {
            return out;
        }
    }
}

/// Standard error from the means of the series alone.
fn between(series: &[Vec<f64>], mean: f64) -> f64 {
    let r = series.iter().filter(|s| !s.is_empty()).count() as f64;
    if r < 2.0 {
        return 0.0;
    }
    let of = |s: &Vec<f64>| (s.iter().sum::<f64>() / s.len() as f64 - mean).powi(2);
    (series.iter().filter(|s| !s.is_empty()).map(of).sum::<f64>() / (r * (r - 1.0))).sqrt()
}

/// The 99 % quantile of chi-square with `d` degrees of freedom, by Wilson and Hilferty.
fn chi_square_99(d: f64) -> f64 {
    let v = 2.0 / (9.0 * d);
    d * (1.0 - v + 2.326_347_874 * v.sqrt()).powi(3)
}

/// Kaplan-Yorke dimension of decreasing exponents of a system with `n` dimensions.
///
/// j + (l_1 + ... + l_j)/|l_(j+1)| for the last j with a sum that is not negative; 0 if l_1 < 0; n
/// if the sum of all n is not negative; NaN if fewer than n are given and their sum is not.
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
pub fn entropy_rate(exponents: &[f64]) -> f64 {
    // An empty sum would be minus zero.
    exponents.iter().filter(|l| **l > 0.0).fold(0.0, |a, l| a + l)
}

/// `f` of the mean spectrum with the jackknife error over `groups` (sums and weights of
/// consecutive stretches).
pub(super) fn jackknife(groups: &[(Vec<f64>, f64)], f: impl Fn(&[f64]) -> f64) -> Estimate {
    let k = groups.first().map_or(0, |g| g.0.len());
    let mut sum = vec![0.0; k];
    let mut weight = 0.0;
    for (s, w) in groups {
        sum.iter_mut().zip(s).for_each(|(a, b)| *a += b);
        weight += w;
    }
    let value = f(&sum.iter().map(|s| s / weight).collect::<Vec<_>>());
    let g = groups.len() as f64;
    if g < 2.0 {
        return Estimate { value, std_error: f64::INFINITY };
    }
    let without: Vec<f64> = groups
        .iter()
        .map(|(s, w)| {
            let rest: Vec<f64> = sum.iter().zip(s).map(|(a, b)| (a - b) / (weight - w)).collect();
            f(&rest)
        })
        .collect();
    let mean = without.iter().sum::<f64>() / g;
    let variance = without.iter().map(|v| (v - mean).powi(2)).sum::<f64>() * (g - 1.0) / g;
    Estimate { value, std_error: variance.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal, stream};

    /// AR(1) with coefficient a and unit innovations: the mean of N values has standard error
    /// 1/((1-a) sqrt N) to first order.
    fn coverage(a: f64, members: usize, length: usize) -> (f64, f64) {
        let (mut hits, mut ratio, runs) = (0.0, 0.0, 400);
        for run in 0..runs {
            let series: Vec<Vec<f64>> = (0..members)
                .map(|m| {
                    let mut rng = stream(run, Use::Fixture, m as u64);
                    let mut x = normal(&mut rng) / (1.0 - a * a).sqrt();
                    (0..length)
                        .map(|_| {
                            x = a * x + normal(&mut rng);
                            x
                        })
                        .collect()
                })
                .collect();
            let total = (members * length) as f64;
            let mean = series.iter().flatten().sum::<f64>() / total;
            let error = std_error(&series);
            hits += f64::from(u8::from(mean.abs() <= 2.0 * error));
            ratio += error * (1.0 - a) * total.sqrt();
        }
        (hits / runs as f64, ratio / runs as f64)
    }

    #[test]
    fn errors_of_correlated_series_cover_the_truth() {
        for (a, members, length) in [
            (0.0, 1, 200),
            (0.5, 1, 512),
            (0.9, 1, 2000),
            (0.9, 8, 300),
            (0.0, 2, 40),
            (-0.5, 1, 500),
            (-0.9, 1, 300),
            (-0.95, 2, 128),
        ] {
            let (hit, ratio) = coverage(a, members, length);
            assert!(hit > 0.91, "a {a}, {members} x {length}: {hit}");
            assert!(ratio > 0.9 && ratio < 1.6, "a {a}, {members} x {length}: {ratio}");
        }
    }

    #[test]
    fn a_slow_part_below_an_alternation_keeps_its_error() {
        // (-1)^t and a small AR(1) of 0.95 with innovations of 0.02: the mean of 1024 values has the error
        // of the latter alone, 0.02 / 0.05 / 32.
        let (mut hits, mut ratio) = (0.0, 0.0);
        for run in 0..400 {
            let mut rng = stream(run, Use::Fixture, 3);
            let mut x = 0.02 * normal(&mut rng) / (1.0f64 - 0.9025).sqrt();
            let series: Vec<f64> = (0..1024)
                .map(|t| {
                    x = 0.95 * x + 0.02 * normal(&mut rng);
                    x + if t % 2 == 0 { 1.0 } else { -1.0 }
                })
                .collect();
            let mean = series.iter().sum::<f64>() / 1024.0;
            let error = std_error(&[series]);
            hits += f64::from(u8::from(mean.abs() <= 2.0 * error)) / 400.0;
            ratio += error / 0.0125 / 400.0;
        }
        assert!(hits > 0.91 && ratio < 1.6, "{hits} {ratio}");
    }

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
    fn a_periodic_signal_has_an_error_that_falls_like_the_inverse_length() {
        let error = |n: usize| {
            std_error(&[(0..n).map(|t| (t as f64 * 1.3).sin() - (t as f64 * 1.3 - 1.3).sin()).collect()])
        };
        assert!(error(4096) < error(512) / 4.0 && error(4096) > 1e-5);
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
