//! Intrinsic dimension by the two nearest neighbours of each point.

use super::{Distances, PARTS, part};
use crate::numbers::{Estimate, jackknife};

/// The intrinsic dimension by two nearest neighbours.
#[derive(Clone, Debug)]
pub struct TwoNearest {
    /// By maximum likelihood.
    pub dimension: Estimate,
    /// The error that the likelihood gives, d / sqrt(m): of points that are independent of each other.
    pub likelihood_error: f64,
    /// The slope through the origin, without the largest ratios.
    pub fit: f64,
    /// ln mu of each point, ascending.
    pub log_ratio: Vec<f64>,
    /// How many of them were used.
    pub used: usize,
    /// Points in a subset, and the dimension of subsets of so many, with the error of their mean: all points first, then every second
    /// one, and so on.
    pub scales: Vec<(usize, Estimate)>,
}

/// Points that a subset needs.
const LEAST: usize = 100;

/// Intrinsic dimension from the ratio mu of the distances of each point's second and first neighbour, without the share `discard` of
/// the largest ratios.
///
/// Formula: where the density is constant up to the second neighbour, P(mu > m) = m^-d, whatever the density. With mu_(1) <= .. <= mu_(N)
/// and the first m = (1 - discard) N of them, the likelihood of the others being larger is largest at
/// d = (m - 1) / (sum_{i <= m} ln mu_(i) + (N - m) ln mu_(m)), whose m - 1 in the place of m takes off its bias; its error is
/// d / sqrt(m). The fit is the slope through the origin of -ln(1 - i / N) against ln mu_(i), i <= m. Subsets are every second point,
/// every fourth, ..: their neighbours are farther away, and a dimension that changes with them is one of a scale.
///
/// Errors: the larger of two. Ratios that share a point depend on each other: with the score s_i = 1 / d - ln mu_i, or -ln mu_(m) of
/// what is left out, the variance is d^4 / m^2 times the sum of s_i s_j over all pairs whose points or neighbours meet, i = j among
/// them. And the jackknife over 20 parts of successive points, whose neighbours stay where they are: what is alike far beyond
/// neighbours, as on a fractal. Not known of fewer than 20 points.
///
/// Remarks: points must be independent in time; of a path sampled densely both neighbours of a point are two of one other sweep, and
/// the dimension is far too large. A window (see [`Distances`]) does not help against that, thinning does.
///
/// Limits: neighbours must be nearer than the manifold bends and the density changes; that takes some 10^(d/2) points. Of fewer the
/// dimension is too small: of 1000 normal points in ten dimensions it is 9.5, in twenty 16.
///
/// Source: Facco, d'Errico, Rodriguez & Laio, Sci. Rep. 7, 12140 (2017), its algorithm of five steps, and its block analysis by decimation; the
/// likelihood of what is censored: Epstein & Sobel, J. Am. Stat. Assoc. 48, 486 (1953).
///
/// `None` of fewer than three points that have two neighbours.
///
/// ```
/// use faer::Mat;
/// use nullcline_core::diagnostics::geometry::intrinsic::{Distances, two_nearest};
/// use nullcline_core::linalg::random::{Use, stream, uniform};
///
/// // A circle in three dimensions.
/// let mut rng = stream(1, Use::Fixture, 0);
/// let angle: Vec<f64> = (0..500).map(|_| uniform(&mut rng, 0.0, 6.283)).collect();
/// let x = Mat::from_fn(3, 500, |i, t| [angle[t].sin(), angle[t].cos(), 0.5 * angle[t].cos()][i]);
/// let found = two_nearest(&Distances::of(x.as_ref(), 0), 0.1).unwrap();
/// assert!((found.dimension.value - 1.0).abs() < 0.15 && (found.fit - 1.0).abs() < 0.15);
/// ```
pub fn two_nearest(distances: &Distances, discard: f64) -> Option<TwoNearest> {
    let whole = nearest(distances, 1, 0);
    let mut log_ratio: Vec<f64> = whole.iter().map(|r| r.log).collect();
    let (dimension, used) = likelihood(&mut log_ratio, discard)?;
    let likelihood_error = dimension / (used as f64).sqrt();
    let estimate = match distances.points {
        points if points < PARTS => Estimate::unknown(dimension, points),
        points => {
            let by_parts = parts(&whole, points, discard, dimension);
            let by_neighbours = neighbours(&whole, points, dimension, (log_ratio[used - 1], used));
            Estimate { std_error: by_parts.std_error.map(|e| e.max(by_neighbours)), ..by_parts }
        }
    };
    let mut scales = vec![(distances.points, estimate)];
    let mut every = 2;
    while distances.points / every >= LEAST {
        let one = |first: usize| {
            let mut subset: Vec<f64> = nearest(distances, every, first).iter().map(|r| r.log).collect();
            likelihood(&mut subset, discard).map_or(f64::NAN, |l| l.0)
        };
        scales.push((distances.points / every, Estimate::mean((0..every).map(one))));
        every *= 2;
    }
    let fit = slope(&log_ratio, used);
    Some(TwoNearest { dimension: estimate, likelihood_error, fit, log_ratio, used, scales })
}

/// ln mu of a point, itself and its two nearest neighbours.
struct Ratio {
    log: f64,
    points: [usize; 3],
}

/// Of every `every`-th point from `first` on, among themselves.
fn nearest(distances: &Distances, every: usize, first: usize) -> Vec<Ratio> {
    let points = || (first..distances.points).step_by(every);
    let one = |i: usize| {
        let start = [(f64::INFINITY, i); 2];
        let [a, b] = points().fold(start, |[a, b], j| match distances.between(i, j) {
            d if d < a.0 => [(d, j), a],
            d if d < b.0 => [a, (d, j)],
            _ => [a, b],
        });
        let log = (b.0 / a.0).ln();
        log.is_finite().then_some(Ratio { log, points: [i, a.1, b.1] })
    };
    points().filter_map(one).collect()
}

/// The error of leaving out parts of successive points, whose neighbours stay.
fn parts(all: &[Ratio], points: usize, discard: f64, dimension: f64) -> Estimate {
    let without = |out: usize| {
        let kept = all.iter().filter(|r| part(r.points[0], points) != out);
        likelihood(&mut kept.map(|r| r.log).collect::<Vec<f64>>(), discard).map(|l| l.0)
    };
    jackknife::delete_one(dimension, (0..PARTS).map(without))
}

/// The error of the likelihood where ratios that share a point depend on each other.
fn neighbours(all: &[Ratio], points: usize, d: f64, (cut, used): (f64, usize)) -> f64 {
    let score = |r: &Ratio| if r.log <= cut { 1.0 / d - r.log } else { -cut };
    let mut sharing = vec![vec![]; points];
    all.iter().enumerate().for_each(|(k, r)| r.points.iter().for_each(|p| sharing[*p].push(k)));
    let (mut alone, mut sum) = (0.0, 0.0);
    for r in all {
        let own = score(r);
        let mut others: Vec<usize> = r.points.iter().flat_map(|p| sharing[*p].iter().copied()).collect();
        others.sort_unstable();
        others.dedup();
        alone += own * own;
        sum += others.iter().map(|k| own * score(&all[*k])).sum::<f64>();
    }
    d * d / used as f64 * f64::max(alone, sum).sqrt()
}

/// The dimension and how many ratios it stands on; sorts them.
fn likelihood(log: &mut [f64], discard: f64) -> Option<(f64, usize)> {
    log.sort_unstable_by(f64::total_cmp);
    let used = ((1.0 - discard) * log.len() as f64) as usize;
    if used < 2 {
        return None;
    }
    let sum: f64 = log[..used].iter().sum::<f64>() + (log.len() - used) as f64 * log[used - 1];
    Some(((used as f64 - 1.0) / sum, used)).filter(|(d, _)| d.is_finite())
}

fn slope(log: &[f64], used: usize) -> f64 {
    let height = |i: usize| -(1.0 - (i + 1) as f64 / log.len() as f64).ln();
    // The last one of all has none.
    let points = || (0..used).filter(|i| i + 1 < log.len());
    points().map(|i| log[i] * height(i)).sum::<f64>() / points().map(|i| log[i] * log[i]).sum::<f64>()
}
