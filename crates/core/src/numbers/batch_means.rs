//! Means of correlated series, with errors that allow for it.

use super::Estimate;

/// The mean of all values with its standard error, correlation within each series allowed for; n counts the blocks that the error
/// rests on. The error of fewer than two values is not known.
///
/// Flyvbjerg-Petersen blocking with the automatic level of Jonsson, Phys. Rev. E 98, 043304
/// (2018), pooled over the series, widened for few blocks as Student's t asks; the spread of the
/// series' own means where that is larger; and never below what the ends of the series leave undecided.
/// Where values alternate so that their sum fluctuates less than if they were independent, as the growth of a bounded
/// quantity does, the spectral density of an autoregression at frequency zero takes the place of blocks, unless blocks of
/// a sixteenth to a sixty-fourth of the whole, with the covariance of neighbours, fluctuate more than twice as much.
///
/// ```
/// use nullcline_core::numbers::batch_means::mean;
///
/// let slow: Vec<f64> = (0..1000).map(|t| (0.01 * f64::from(t)).sin()).collect();
/// let found = mean(&[slow]);
/// assert!(found.std_error.unwrap() > 0.05, "as if few values were independent");
/// ```
///
/// Shapes: one list a series, of any lengths; series are taken to be independent of each other, and every value counts the same.
/// Values are in any unit, and at equal distances in time.
pub fn mean(series: &[Vec<f64>]) -> Estimate {
    let total: usize = series.iter().map(Vec::len).sum();
    let mean = series.iter().flatten().sum::<f64>() / total as f64;
    if total < 2 {
        return Estimate::unknown(mean, total);
    }
    let levels = levels(series, mean);
    let mut tail = 0.0;
    let mut chosen = None;
    for (i, level) in levels.iter().enumerate().rev() {
        tail += level.correlation;
        if tail <= chi_square_99((levels.len() - i) as f64) {
            chosen = Some(i);
        }
    }
    let (error, pieces) = match chosen {
        // One level on: the test does not see correlations just below significance.
        Some(i) => levels.get(i + 1).filter(|l| l.blocks >= 16.0).unwrap_or(&levels[i]).error(),
        None => levels.iter().map(Level::error).fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a }),
    };
    let first = &levels[0];
    let (error, pieces) = match autoregression(series, mean) {
        Some((spectral, wide, pieces)) if spectral < first.error().0 && lagged(&levels) < 2.2 * spectral => {
            (wide, pieces)
        }
        _ => (error, pieces),
    };
    let count = series.iter().filter(|s| !s.is_empty()).count() as f64;
    let boundary = (first.variance * count).sqrt() / first.blocks;
    // Truncation is meant: a number of blocks.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Estimate::new(mean, error.max(boundary).max(between(series, mean)), pieces as usize)
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
    /// The error by these blocks, and their number.
    fn error(&self) -> (f64, f64) {
        let freedom = (self.blocks - 1.0).max(1.0);
        ((self.variance / freedom).sqrt() * widening(freedom), self.blocks)
    }
}

/// Half of Student's 95.4 % quantile, by its expansion in 1 / freedom, which need not be whole.
fn widening(freedom: f64) -> f64 {
    1.0 + 1.21 / freedom + 1.44 / (freedom * freedom)
}

/// Root mean square of the errors by blocks of a sixteenth to a sixty-fourth of the whole and the covariance of neighbours.
fn lagged(levels: &[Level]) -> f64 {
    let long: Vec<&Level> = levels.iter().filter(|l| (16.0..=64.0).contains(&l.blocks)).collect();
    let square = |l: &&Level| (l.variance + 2.0 * l.covariance).max(0.0) / (l.blocks - 1.0);
    match long.len() {
        0 => levels[0].error().0,
        n => (long.iter().map(square).sum::<f64>() / n as f64).sqrt(),
    }
}

/// Standard errors by the spectral density at frequency zero of autoregressions: that of least Akaike criterion, and the
/// longest one, which sees the whole of a sum that stays bounded, widened as Student's t asks; then how many times its order
/// the series are long. None for short series.
fn autoregression(series: &[Vec<f64>], mean: f64) -> Option<(f64, f64, f64)> {
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
    let pieces = n / most as f64;
    Some(((best.1 / n).sqrt(), (longest / n).sqrt() * widening(pieces), pieces))
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
            let found = mean(&series);
            let error = found.std_error.unwrap();
            hits += f64::from(u8::from(found.value.abs() <= 2.0 * error));
            ratio += error * (1.0 - a) * ((members * length) as f64).sqrt();
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
            let found = mean(&[series]);
            let error = found.std_error.unwrap();
            hits += f64::from(u8::from(found.value.abs() <= 2.0 * error)) / 400.0;
            ratio += error / 0.0125 / 400.0;
        }
        assert!(hits > 0.91 && ratio < 1.6, "{hits} {ratio}");
    }

    #[test]
    fn a_periodic_signal_has_an_error_that_falls_like_the_inverse_length() {
        let error = |n: usize| {
            let rises = (0..n).map(|t| (t as f64 * 1.3).sin() - (t as f64 * 1.3 - 1.3).sin());
            mean(&[rises.collect()]).std_error.unwrap()
        };
        assert!(error(4096) < error(512) / 4.0 && error(4096) > 1e-5);
    }

    #[test]
    fn blocks_are_counted_and_one_value_has_no_error() {
        let (mut rng, mut x) = (stream(1, Use::Fixture, 4), 0.0);
        let mut next = || {
            x = 0.8 * x + normal(&mut rng);
            x
        };
        let found = mean(&[(0..4096).map(|_| next()).collect()]);
        // Nine values are worth one here: there are fewer blocks than values, and enough of them.
        assert!((16..4096).contains(&found.n), "{found:?}");
        assert_eq!(mean(&[vec![3.0], vec![]]), Estimate::unknown(3.0, 1));
        assert!(mean(&[]).value.is_nan() && mean(&[]).std_error.is_none());
    }
}
