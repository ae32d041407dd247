//! Errors of a group of trajectories, and whether it is an attractor.

use super::Kind;
use super::rest::close;
use super::statistics::{together, trend};
use super::trajectory::Trajectory;
use crate::numbers::batch_means;

/// The members whose growth counts on its own: under one input, trajectories that end in the same
/// state have forgotten where they began, and are one.
pub(super) fn distinct(all: &[Trajectory], group: &[usize], driven: bool) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    for i in group {
        let t = &all[*i];
        let twin = |k: &usize| all[*k].recorded == t.recorded && close(all[*k].state.x(), t.state.x(), 0.0);
        if !driven || !kept.iter().any(twin) {
            kept.push(*i);
        }
    }
    kept
}

/// Columns that no member has lost.
pub(super) fn resolved(all: &[Trajectory], group: &[usize]) -> usize {
    group.iter().map(|i| all[*i].tangents.active).min().unwrap_or(0)
}

/// Largest standard error of a group, nats per unit time; zero at a fixed point once it is checked, none before there is one.
pub(super) fn largest_error(all: &[Trajectory], group: &[usize], driven: bool) -> Option<f64> {
    let group = &distinct(all, group, driven)[..];
    let first = &all[group[0]];
    if first.exact.is_some() {
        return group.iter().all(|i| all[*i].done()).then_some(0.0);
    }
    let errors = (0..resolved(all, group)).map(|j| error_of(all, group, j, driven));
    Some(errors.collect::<Option<Vec<f64>>>()?.into_iter().fold(0.0, f64::max) / first.time_step)
}

/// Standard error of column `j`, nats per step: what correlation in time, rounding and a trend leave open; none of fewer than two
/// batches.
///
/// Trajectories under one input fluctuate together: their mean at each time is one series.
pub(super) fn error_of(all: &[Trajectory], group: &[usize], j: usize, driven: bool) -> Option<f64> {
    let mut series: Vec<Vec<f64>> = group.iter().map(|i| all[*i].series(j)).collect();
    let trend = trend(&series, all[group[0]].batch);
    if driven {
        series = vec![together(&series)];
    }
    let (mut noise, mut steps, mut total) = (0.0, 0.0, 0.0);
    for i in group {
        noise += all[*i].tangents.noise[j];
        steps += all[*i].recorded as f64;
        total += all[*i].total[j];
    }
    let rounding = noise.sqrt() / steps + 1e-13 + 16.0 * f64::EPSILON * (total / steps).abs();
    Some(batch_means::mean(&series).std_error?.max(rounding).max(trend.bias))
}

/// Whether most members of a moving group drift, or their exponents do.
pub(super) fn drifts(all: &[Trajectory], group: &[usize]) -> bool {
    if all[group[0]].kind != Kind::Moving {
        return false;
    }
    let series = |j: usize| group.iter().map(|i| all[*i].series(j)).collect::<Vec<_>>();
    let k = resolved(all, group).min(4);
    let drifting = group.iter().filter(|i| all[**i].drifts()).count();
    2 * drifting > group.len() || (0..k).any(|j| trend(&series(j), all[group[0]].batch).lasting)
}

/// Initial states that have not settled, and why.
#[derive(Default)]
pub(super) struct Unsettled {
    pub(super) members: Vec<usize>,
    pub(super) reasons: Vec<String>,
}

/// Parts the attractors from what drifts, and from what another trajectory has left.
pub(super) fn told_apart(
    all: &[Trajectory],
    groups: Vec<Vec<usize>>,
    driven: bool,
) -> (Vec<Vec<usize>>, Unsettled) {
    let (mut kept, mut out) = (Vec::new(), Unsettled::default());
    let (mut drifting, mut leaving, mut short) = (Vec::new(), Vec::new(), Vec::new());
    for g in &groups {
        let moving = !driven && all[g[0]].kind == Kind::Moving;
        match moving.then(|| left_by(all, g)).flatten() {
            Some(_) => leaving.extend(g),
            None if moving && g.iter().any(|i| all[*i].samples.few()) => short.extend(g),
            None if moving && drifts(all, g) => drifting.extend(g),
            None => kept.push(g.clone()),
        }
    }
    let some = |v: &[usize]| format!("{} of {} initial states have not settled: ", v.len(), all.len());
    if !drifting.is_empty() {
        out.reasons.push(
            some(&drifting) + "their states or local exponents still drift (raise --warmup or --steps)",
        );
    }
    if !leaving.is_empty() {
        let why = "others left the same set for somewhere else, so that it is transient (raise --warmup)";
        out.reasons.push(some(&leaving) + why);
    }
    if !short.is_empty() {
        out.reasons.push(some(&short) + "there are too few steps to tell (raise --steps)");
    }
    out.members = drifting.into_iter().chain(leaving).chain(short).collect();
    out.members.sort_unstable();
    (kept, out)
}

/// A trajectory that was in the place of a moving group and is no longer.
fn left_by(all: &[Trajectory], group: &[usize]) -> Option<usize> {
    let others = all.iter().filter(|t| !group.contains(&t.index) && !t.diverged);
    let was = |t: &&Trajectory| {
        group.iter().any(|i| t.before.iter().any(|b| b.covers(&all[*i].samples)))
            || t.late && group.iter().any(|i| t.samples.covers(&all[*i].samples))
    };
    others.filter(was).map(|t| t.index).next()
}
