//! Standard errors of means of correlated series, and what follows from a spectrum.

use super::Estimate;

/// Standard error of the mean of all values, correlation within each series allowed for.
///
/// Flyvbjerg-Petersen blocking with the automatic level of Jonsson, Phys. Rev. E 98, 043304
/// (2018), pooled over the series, widened for few blocks as Student's t asks; the spread of the
/// series' own means where that is larger; and never below the fluctuation of one value shared by
/// all, which is what the ends of a finite run leave undecided. Infinite for fewer than two values.
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
    let boundary = levels.first().map_or(0.0, |l| l.variance.sqrt() / l.blocks);
    error.max(boundary).max(between(series, mean))
}

struct Level {
    blocks: f64,
    variance: f64,
    /// Jonsson's statistic of the lag-one correlation: one chi-square variable if there is none.
    correlation: f64,
}

impl Level {
    fn error(&self) -> f64 {
        let freedom = (self.blocks - 1.0).max(1.0);
        (self.variance / freedom).sqrt() * (1.0 + 1.21 / freedom + 1.44 / (freedom * freedom))
    }
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
        out.push(Level { blocks: n, variance, correlation });
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
        for (a, members, length) in
            [(0.0, 1, 200), (0.5, 1, 512), (0.9, 1, 2000), (0.9, 8, 300), (0.0, 2, 40), (-0.5, 1, 500)]
        {
            let (hit, ratio) = coverage(a, members, length);
            assert!(hit > 0.91, "a {a}, {members} x {length}: {hit}");
            assert!(ratio > 0.9 && ratio < 1.6, "a {a}, {members} x {length}: {ratio}");
        }
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
