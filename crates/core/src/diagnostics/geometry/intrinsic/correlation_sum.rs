//! The correlation dimension.

use super::{Distances, PARTS, part};
use crate::numbers::{Estimate, jackknife};

/// The correlation dimension, and the sums that it is the slope of.
#[derive(Clone, Debug)]
pub struct CorrelationDimension {
    /// The slope, with the error of leaving out parts of successive points.
    pub dimension: Estimate,
    /// The distances between which it was taken.
    pub range: [f64; 2],
    /// ln r, ln C(r) and the slope to the next of them, over all distances.
    pub curve: Vec<[f64; 3]>,
}

/// Points of the curve.
const CURVE: usize = 40;
/// Pairs below the range, for each point: those are few, and rounding of what was recorded.
const BELOW: f64 = 0.1;
/// Pairs up to its end, for each point.
const WITHIN: f64 = 1.0;
/// How far, of its slope, a power law may be from one.
const BENT: f64 = 0.2;
/// Points that it needs.
const LEAST: usize = 50;

/// The correlation dimension of points.
///
/// Formula: C(r) is the share of pairs nearer than r, and C(r) ~ r^D. The range of r is where N / 10 to N of the pairs of N points
/// are nearer: a point has then two neighbours within r in the mean, and a fifth of one at the lower end. Within it distances are
/// taken as those of a power law cut at both ends, and D is where their likelihood is largest, the root of
/// mean ln(r / r_1) = -1 / D - a e^(D a) / (1 - e^(D a)) with a = ln(r_0 / r_1).
///
/// Errors: jackknife over 20 parts of successive points, in the same range.
///
/// Limits: some 10^(D/2) points at least (Eckmann & Ruelle, Physica D 56, 185, 1992); of fewer it is too small, and below what the two
/// nearest neighbours give, which are nearer.
///
/// Source: Grassberger & Procaccia, Physica D 9, 189 (1983); the likelihood: Takens, Lect. Notes Math. 1125, 99 (1985), cut
/// below too.
///
/// `None` of fewer than 50 points, of fewer pairs than points, and where C(r) is no power law in the range, as at the scale of noise: its
/// slope between the ends, ln 10 / ln(r_1 / r_0), is then further from D than three errors and a fifth of it.
///
/// ```
/// use faer::Mat;
/// use nullcline_core::diagnostics::geometry::intrinsic::{Distances, correlation_dimension};
/// use nullcline_core::linalg::random::{Use, stream, uniform};
///
/// let mut rng = stream(1, Use::Fixture, 0);
/// let x = Mat::from_fn(2, 1000, |_, _| uniform(&mut rng, 0.0, 1.0));
/// let found = correlation_dimension(&Distances::of(x.as_ref(), 0)).unwrap().dimension;
/// assert!((found.value - 2.0).abs() < 3.0 * found.error());
/// ```
pub fn correlation_dimension(distances: &Distances) -> Option<CorrelationDimension> {
    let points = distances.points;
    let mut pairs: Vec<(f64, usize, usize)> = distances.all().collect();
    if points < LEAST || pairs.len() <= points {
        return None;
    }
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (from, to) = ((BELOW * points as f64) as usize, (WITHIN * points as f64) as usize);
    let range = [pairs[from].0, pairs[to].0];
    let inside: Vec<_> = pairs[from..to].to_vec();
    let value = power_law(inside.iter().map(|p| p.0), range)?;
    let without = |out: usize| {
        let kept = |p: &&(f64, usize, usize)| part(p.1, points) != out && part(p.2, points) != out;
        power_law(inside.iter().filter(kept).map(|p| p.0), range)
    };
    let dimension = jackknife::delete_one(value, (0..PARTS).map(without));
    let slope = (WITHIN / BELOW).ln() / (range[1] / range[0]).ln();
    let apart = (slope - dimension.value).abs();
    (apart <= 3.0 * dimension.error() + BENT * slope).then(|| CorrelationDimension {
        dimension,
        range,
        curve: curve(&pairs),
    })
}

/// The exponent of distances between the ends of `range`.
fn power_law(inside: impl Iterator<Item = f64>, [low, high]: [f64; 2]) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for r in inside {
        (sum, count) = (sum + (r / high).ln(), count + 1.0);
    }
    let (mean, a) = (sum / count, (low / high).ln());
    // Between a, all at the lower end, and 0: the mean of a flat law of ln r is a / 2.
    if !(mean < 0.0 && mean > 0.5 * a && a < 0.0) {
        return None;
    }
    let expected = |d: f64| {
        let e = (d * a).exp();
        -1.0 / d - a * e / (1.0 - e)
    };
    let (mut least, mut most) = (1e-6, 1.0);
    while expected(most) < mean && most < 1e9 {
        most *= 2.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (least + most);
        if expected(middle) < mean {
            least = middle
        } else {
            most = middle
        }
        if most - least <= 1e-13 * most {
            break;
        }
    }
    Some(0.5 * (least + most))
}

/// At even steps of ln C.
fn curve(pairs: &[(f64, usize, usize)]) -> Vec<[f64; 3]> {
    let all = (pairs.len() as f64).ln();
    let at = |k: usize| ((k as f64 / CURVE as f64 * all).exp() as usize).clamp(1, pairs.len()) - 1;
    let mut places: Vec<usize> = (1..=CURVE).map(at).collect();
    places.dedup();
    let point = |k: &usize| [pairs[*k].0.ln(), ((k + 1) as f64).ln() - all];
    let points: Vec<[f64; 2]> = places.iter().map(point).collect();
    let slope = |a: &[f64; 2], b: &[f64; 2]| (b[1] - a[1]) / (b[0] - a[0]);
    let next = points.iter().skip(1).map(Some).chain([None]);
    points.iter().zip(next).map(|(p, n)| [p[0], p[1], n.map_or(f64::NAN, |n| slope(p, n))]).collect()
}
