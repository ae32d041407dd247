//! How activity moves: steps, spread, and which way around.

use super::Sample;
use crate::linalg::col;
use crate::linalg::random::{Use, shuffled, stream};
use crate::numbers::Estimate;
use crate::numbers::jackknife::of_means;
use rand::RngExt;
use rayon::prelude::*;

/// Signs and divisions drawn for a test.
const DRAWS: usize = 999;

/// Sums of a group, and what they are weighted by.
type Sums = (Vec<f64>, f64);

/// The mean length |x_{t+1} - x_t| of steps, with the error between groups.
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::{Sample, step_length};
///
/// let x = faer::mat![[0.0, 3.0, 3.0, 0.0, 1.0], [0.0, 4.0, 5.0, 0.0, 0.0]];
/// let s = Sample { x, group: vec![0, 0, 0, 1, 1], follows: vec![false, true, true, false, true] };
/// assert!((step_length(&s).value - 7.0 / 3.0).abs() < 1e-12);
/// ```
pub fn step_length(s: &Sample) -> Estimate {
    let mut groups = vec![(vec![0.0], 0.0); s.groups()];
    for t in (1..s.x.ncols()).filter(|t| s.joined(*t)) {
        let (a, b) = (col(s.x.as_ref(), t - 1), col(s.x.as_ref(), t));
        let square: f64 = a.iter().zip(b).map(|(a, b)| (b - a).powi(2)).sum();
        let (sum, weight) = &mut groups[s.group[t]];
        sum[0] += square.sqrt();
        *weight += 1.0;
    }
    mean(groups)
}

/// The mean over groups of the variance within each, summed over coordinates (divisor rows - 1), with the error between groups.
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::{Sample, total_variance};
///
/// // 2 and 8 + 2: the mean of each group counts for nothing.
/// let x = faer::mat![[7.0, 9.0, 0.0, 4.0], [5.0, 5.0, 1.0, 3.0]];
/// let s = Sample { x, group: vec![0, 0, 1, 1], follows: vec![true; 4] };
/// assert!((total_variance(&s).value - 6.0).abs() < 1e-12);
/// ```
pub fn total_variance(s: &Sample) -> Estimate {
    let mut rows: Vec<Vec<usize>> = vec![vec![]; s.groups()];
    s.group.iter().enumerate().for_each(|(t, g)| rows[*g].push(t));
    let one = |rows: &Vec<usize>| {
        let n = rows.len() as f64;
        let along = |i: usize| {
            let mean = rows.iter().map(|t| s.x[(i, *t)]).sum::<f64>() / n;
            rows.iter().map(|t| (s.x[(i, *t)] - mean).powi(2)).sum::<f64>() / (n - 1.0)
        };
        (0..s.x.nrows()).map(along).sum::<f64>()
    };
    let groups = rows.par_iter().filter(|r| r.len() > 1).map(|r| (vec![one(r)], 1.0)).collect();
    mean(groups)
}

fn mean(mut groups: Vec<Sums>) -> Estimate {
    groups.retain(|g| g.1 > 0.0);
    match groups.len() {
        0 => Estimate::NONE,
        _ => of_means(&groups, |m| m[0]),
    }
}

/// How far each group turned: sums of what was swept to one side less the other, of both, of angles, and steps.
#[derive(Clone, Debug)]
pub struct Turns {
    groups: Vec<[f64; 4]>,
}

impl Turns {
    /// Of steps: in two dimensions or more the area that the line from `centre` sweeps in the plane of the first two, counter-clockwise
    /// positive, and its angle; on a line the steps themselves.
    ///
    /// Formula: x_t × x_{t+1} about the centre (twice the area), atan2(x_t × x_{t+1}, x_t · x_{t+1}).
    pub fn of(s: &Sample, centre: &[f64]) -> Self {
        let mut groups = vec![[0.0; 4]; s.groups()];
        for t in (1..s.x.ncols()).filter(|t| s.joined(*t)) {
            let at = |i: usize, t: usize| s.x[(i, t)] - centre[i];
            let (swept, angle) = if s.x.nrows() > 1 {
                let cross = at(0, t - 1) * at(1, t) - at(1, t - 1) * at(0, t);
                (cross, cross.atan2(at(0, t - 1) * at(0, t) + at(1, t - 1) * at(1, t)))
            } else {
                (at(0, t) - at(0, t - 1), f64::NAN)
            };
            let sums = &mut groups[s.group[t]];
            [swept, swept.abs(), angle, 1.0].iter().zip(sums).for_each(|(v, s)| *s += v);
        }
        groups.retain(|g| g[1] > 0.0);
        Self { groups }
    }

    fn estimate(groups: &[[f64; 4]], of: [usize; 2]) -> Estimate {
        match groups.len() {
            0 => Estimate::NONE,
            _ => of_means(&groups.iter().map(|g| (vec![g[of[0]], g[of[1]]], 1.0)).collect::<Vec<_>>(), |m| {
                m[0] / m[1]
            }),
        }
    }
}

/// Which way around activity moves.
#[derive(Clone, Copy, Debug)]
pub struct Bias {
    /// What was swept to one side less the other over both: 1 counter-clockwise (or upward) alone, 0 as much either way.
    pub bias: Estimate,
    /// Mean angle of a step about the centre, radians; none on a line.
    pub radians: Estimate,
    /// Chance of so large a bias, either way, where each group may as well have gone backward.
    pub p: f64,
}

/// The bias of direction, tested by reversing groups at random; nothing where nothing moves.
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::{Sample, Turns, direction_bias};
///
/// // Ten groups that all go around the same way by a tenth.
/// let angle = |t: usize| (t % 5) as f64 * 0.1;
/// let s = Sample {
///     x: faer::Mat::from_fn(2, 50, |i, t| if i == 0 { angle(t).cos() } else { angle(t).sin() }),
///     group: (0..50).map(|t| t / 5).collect(),
///     follows: vec![true; 50],
/// };
/// let found = direction_bias(&Turns::of(&s, &[0.0, 0.0]), 1).unwrap();
/// assert!((found.bias.value - 1.0).abs() < 1e-12 && (found.radians.value - 0.1).abs() < 1e-12);
/// assert!(found.p < 0.02);
/// ```
pub fn direction_bias(turns: &Turns, seed: u64) -> Option<Bias> {
    let groups = &turns.groups;
    if groups.is_empty() {
        return None;
    }
    let own = groups.iter().map(|g| g[0]).sum::<f64>().abs();
    let one = |r: usize| {
        let mut rng = stream(seed, Use::Permutation, (4 << 32) + r as u64);
        let sum: f64 = groups.iter().map(|g| if rng.random::<bool>() { g[0] } else { -g[0] }).sum();
        // Sums that differ in rounding alone are as large.
        sum.abs() >= own * (1.0 - 1e-12)
    };
    let as_large = (0..DRAWS).into_par_iter().filter(|r| one(*r)).count();
    Some(Bias {
        bias: Turns::estimate(groups, [0, 1]),
        radians: Turns::estimate(groups, [2, 3]),
        p: (1 + as_large) as f64 / (1 + DRAWS) as f64,
    })
}

/// The bias of the first less that of the second, and the chance of so large a difference where the groups are dealt out at random.
///
/// Formula: the difference over its standard error, against that of permuted groups, whose error is found anew each time: groups of
/// different lengths have different errors. None of fewer than five groups in either.
///
/// Source: Janssen, Stat. Probab. Lett. 36, 9 (1997).
pub fn bias_difference(a: &Turns, b: &Turns, seed: u64) -> Option<(Estimate, f64)> {
    let difference =
        |a: &[[f64; 4]], b: &[[f64; 4]]| Turns::estimate(a, [0, 1]).less(Turns::estimate(b, [0, 1]));
    let own = difference(&a.groups, &b.groups);
    if a.groups.len().min(b.groups.len()) < 5 {
        return None;
    }
    let ratio = |e: Estimate| (e.value / e.error()).abs();
    let all: Vec<[f64; 4]> = a.groups.iter().chain(&b.groups).copied().collect();
    let one = |r: usize| {
        let order = shuffled(all.len(), &mut stream(seed, Use::Permutation, (5 << 32) + r as u64));
        let dealt: Vec<[f64; 4]> = order.iter().map(|k| all[*k]).collect();
        let (first, second) = dealt.split_at(a.groups.len());
        ratio(difference(first, second)) >= ratio(own)
    };
    let as_large = (0..DRAWS).into_par_iter().filter(|r| one(*r)).count();
    Some((own, (1 + as_large) as f64 / (1 + DRAWS) as f64))
}
