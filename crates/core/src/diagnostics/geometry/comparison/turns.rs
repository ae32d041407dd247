//! Which way around activity moves.

use super::{Groups, Sample};
use crate::linalg::random::{Use, stream};
use crate::numbers::Estimate;
use crate::numbers::jackknife::of_means;
use rand::RngExt;
use rayon::prelude::*;

/// Signs and divisions drawn for a test.
const DRAWS: usize = 999;

/// Sums of a group: swept to one side less the other, to both, angles, steps.
type Swept = [f64; 4];

/// How far each group turned: sums of what was swept to one side less the other, of both, of angles, and steps.
#[derive(Clone, Debug)]
pub struct Turns {
    groups: Vec<Swept>,
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
        Self { groups }
    }

    /// Those that move.
    fn moving(&self) -> Vec<Swept> {
        self.groups.iter().filter(|g| g[1] > 0.0).copied().collect()
    }

    fn estimate(groups: &[Swept], of: [usize; 2]) -> Estimate {
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
    let groups = turns.moving();
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
        bias: Turns::estimate(&groups, [0, 1]),
        radians: Turns::estimate(&groups, [2, 3]),
        p: (1 + as_large) as f64 / (1 + DRAWS) as f64,
    })
}

/// The bias of the first less that of the second, and the chance of so large a difference where the groups are dealt out at random, of
/// pairs each by itself.
///
/// Formula: the difference over its standard error, against that of permuted groups, whose error is found anew each time: groups of
/// different lengths have different errors. None of fewer than five groups in either.
///
/// Source: Janssen, Stat. Probab. Lett. 36, 9 (1997).
pub fn bias_difference(a: &Turns, b: &Turns, groups: Groups, seed: u64) -> Option<(Estimate, f64)> {
    let (a, b) = match groups {
        Groups::Apart => (a.moving(), b.moving()),
        Groups::Paired => {
            let move_both = |(a, b): &(&Swept, &Swept)| a[1] > 0.0 && b[1] > 0.0;
            a.groups.iter().zip(&b.groups).filter(move_both).unzip()
        }
    };
    if a.len().min(b.len()) < 5 {
        return None;
    }
    let own = difference(&a, &b, groups);
    let ratio = |e: Estimate| (e.value / e.error()).abs();
    let all = [&a[..], &b].concat();
    let one = |r: usize| {
        let mut rng = stream(seed, Use::Permutation, (5 << 32) + r as u64);
        let dealt = groups.dealt([a.len(), b.len()], &mut rng);
        let [first, second] = dealt.map(|side| side.iter().map(|k| all[*k]).collect::<Vec<_>>());
        ratio(difference(&first, &second, groups)) >= ratio(own)
    };
    let as_large = (0..DRAWS).into_par_iter().filter(|r| one(*r)).count();
    Some((own, (1 + as_large) as f64 / (1 + DRAWS) as f64))
}

fn difference(a: &[Swept], b: &[Swept], groups: Groups) -> Estimate {
    match groups {
        Groups::Apart => Turns::estimate(a, [0, 1]).less(Turns::estimate(b, [0, 1])),
        Groups::Paired => {
            let pair = |(a, b): (&Swept, &Swept)| (vec![a[0], a[1], b[0], b[1]], 1.0);
            let pairs: Vec<(Vec<f64>, f64)> = a.iter().zip(b).map(pair).collect();
            of_means(&pairs, |m| m[0] / m[1] - m[2] / m[3])
        }
    }
}
