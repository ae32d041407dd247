//! Rotation on an invariant circle.

use super::section::{distance, first_component};
use crate::numbers::Estimate;
use faer::Mat;
use std::f64::consts::{PI, TAU};

/// Mean of `f` weighted by exp(-1 / (t (1 - t))), t from 0 to 1 along the series.
///
/// For quasi-periodic series it converges faster than any power of their length, where the plain
/// mean has an error of order 1/length.
///
/// Source: Das, Saiki, Sander, Yorke, Nonlinearity 30 (2017) 4111.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::cycles::circle::weighted_mean;
///
/// let f: Vec<f64> = (0..400).map(|t| 0.3 + (2.4 * f64::from(t)).cos()).collect();
/// assert!((weighted_mean(&f) - 0.3).abs() < 1e-9);
/// ```
pub fn weighted_mean(f: &[f64]) -> f64 {
    let n = f.len() as f64 + 1.0;
    let weight = |i: usize| {
        let t = (i as f64 + 1.0) / n;
        (-1.0 / (t * (1.0 - t))).exp()
    };
    let (mut sum, mut total) = (0.0, 0.0);
    for (i, v) in f.iter().enumerate() {
        sum += weight(i) * v;
        total += weight(i);
    }
    sum / total
}

/// Turns a step of the points of an orbit about their mean, in the plane of their first two principal
/// components, in [0, 1/2]: a circle seen from behind turns the other way.
///
/// The error is the difference between the whole series and its second half. `None` where the orbit
/// comes near to the centre, so that no angle can be told, or has fewer than 16 points.
///
/// Shapes: a point an entry, all of one length; successive ones are one return apart.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::cycles::circle::rotation;
///
/// let golden = 0.5 * (3.0 - 5.0f64.sqrt());
/// let orbit: Vec<Vec<f64>> = (0..600)
///     .map(|t| (std::f64::consts::TAU * golden * f64::from(t)).sin_cos())
///     .map(|(s, c)| vec![1.0 + 2.0 * c, s])
///     .collect();
/// let turns = rotation(&orbit).unwrap();
/// assert!((turns.value - golden).abs() < 1e-6, "{turns:?}");
/// ```
pub fn rotation(points: &[Vec<f64>]) -> Option<Estimate> {
    let n = points.first()?.len();
    if points.len() < 16 || n < 2 {
        return None;
    }
    let samples = Mat::from_fn(n, points.len(), |i, j| points[j][i]);
    let mean: Vec<f64> =
        (0..n).map(|i| points.iter().map(|p| p[i]).sum::<f64>() / points.len() as f64).collect();
    let one = first_component(&samples, &mean, &[]);
    let two = first_component(&samples, &mean, std::slice::from_ref(&one));
    let along = |p: &[f64], v: &[f64]| (0..n).map(|i| (p[i] - mean[i]) * v[i]).sum::<f64>();
    let plane: Vec<[f64; 2]> = points.iter().map(|p| [along(p, &one), along(p, &two)]).collect();
    let radius = |p: &[f64; 2]| p[0].hypot(p[1]);
    let most = plane.iter().map(radius).fold(0.0, f64::max);
    if plane.iter().any(|p| radius(p) < 0.02 * most) {
        return None;
    }
    let turns: Vec<f64> = plane
        .windows(2)
        .map(|w| {
            let d = w[1][1].atan2(w[1][0]) - w[0][1].atan2(w[0][0]);
            (d + PI).rem_euclid(TAU) - PI
        })
        .collect();
    // Near half a turn the sign of an increment is arbitrary: count from there.
    let folded = turns.iter().filter(|t| t.abs() > 0.5 * PI).count() * 2 > turns.len();
    let turns: Vec<f64> = if folded { turns.iter().map(|t| t.rem_euclid(TAU)).collect() } else { turns };
    let fold = |v: f64| {
        let r = (v / TAU).rem_euclid(1.0);
        r.min(1.0 - r)
    };
    let (whole, half) = (weighted_mean(&turns), weighted_mean(&turns[turns.len() / 2..]));
    Some(Estimate::new(fold(whole), ((whole - half) / TAU).abs(), 0))
}

/// Mean growth, in nats a return, of the distance between returns that begin close together, over
/// `ahead` returns: near zero on a torus, positive on a chaotic attractor.
pub(super) fn neighbour_growth(points: &[Vec<f64>], ahead: usize) -> Option<f64> {
    let last = points.len().checked_sub(ahead)?;
    let mut sum = 0.0;
    let mut count = 0.0;
    for i in 0..last {
        let others = (0..last).filter(|j| j.abs_diff(i) > 1);
        let d = others.map(|j| (distance(&points[i], &points[j]), j)).min_by(|a, b| a.0.total_cmp(&b.0))?;
        let later = distance(&points[i + ahead], &points[d.1 + ahead]);
        if d.0 > 0.0 && later > 0.0 {
            sum += (later / d.0).ln() / ahead as f64;
            count += 1.0;
        }
    }
    (count > 0.0).then(|| sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_golden_rotation_is_found_to_nine_digits_on_a_deformed_circle() {
        // A circle map conjugate to the rigid rotation: exact by construction.
        let golden = 0.5 * (5f64.sqrt() - 1.0);
        let points: Vec<Vec<f64>> = (0..2000)
            .map(|t| {
                let a = TAU * golden * f64::from(t);
                let a = a + 0.3 * a.sin();
                vec![1.0 + (1.0 + 0.2 * (2.0 * a).cos()) * a.cos(), 3.0 + 0.7 * a.sin(), 0.1 * a.cos()]
            })
            .collect();
        let found = rotation(&points).unwrap();
        assert!((found.value - (1.0 - golden)).abs() < 1e-9, "{found:?}");
        assert!(found.error() < 1e-6);
        assert!(neighbour_growth(&points[..400], 8).unwrap().abs() < 0.02);
    }
}
