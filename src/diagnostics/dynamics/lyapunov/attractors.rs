//! Which trajectories share an attractor, and its spectrum from theirs.

use super::statistics::{entropy_rate, jackknife, kaplan_yorke, std_error};
use super::trajectory::Trajectory;
use super::{Attractor, Checks, Drive, Estimate, History, Kind, Options, Stopped, checks, fixed::FixedPoint};
use crate::systems::time::System;

/// Batches of a trajectory below which its exponents do not tell it from others.
const ENOUGH_BATCHES: usize = 12;
const HISTORY: usize = 128;
const JACKKNIFE_GROUPS: usize = 24;

/// Members of each attractor, by decreasing number, then by first member; without the diverged.
pub(super) fn group(all: &[Trajectory], driven: bool) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let within: Vec<f64> =
        all.iter().map(|t| if all.len() > 1 { t.samples.nearest(&t.samples) } else { 0.0 }).collect();
    for t in all.iter().filter(|t| !t.diverged) {
        let home = groups.iter_mut().find(|g| same(&all[g[0]], t, within[g[0]].max(within[t.index]), driven));
        match home {
            Some(g) => g.push(t.index),
            None => groups.push(vec![t.index]),
        }
    }
    groups.sort_by_key(|g| (std::cmp::Reverse(g.len()), g[0]));
    groups
}

/// Equal to 1e-6 of the largest coordinate, or of 1.
fn close(x: &[f64], y: &[f64]) -> bool {
    let scale = 1.0 + x.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    x.iter().zip(y).all(|(x, y)| (x - y).abs() <= 1e-6 * scale)
}

fn same(a: &Trajectory, b: &Trajectory, within: f64, driven: bool) -> bool {
    match (&a.point, &b.point) {
        (Some(p), Some(q)) => return close(&p.x, &q.x),
        (None, None) => (),
        _ => return false,
    }
    if a.kind != b.kind {
        return false;
    }
    if let Kind::Cycle(_) = a.kind {
        return a.cycle.iter().any(|x| close(x, &b.cycle[0]));
    }
    if driven && a.recorded == b.recorded && close(a.state.x(), b.state.x()) {
        return true;
    }
    if a.samples.count == 0 || b.samples.count == 0 {
        return true;
    }
    // Twice or more apart what one orbit is from itself, and not by rounding.
    let across = a.samples.nearest(&b.samples).max(b.samples.nearest(&a.samples));
    let floor = 1e-6 * a.samples.spread().max(b.samples.spread()).max(1e-6);
    across <= (3.0 * within).max(floor) && same_exponents(a, b)
}

/// The first exponents of both agree within five combined errors and what finite time leaves.
fn same_exponents(a: &Trajectory, b: &Trajectory) -> bool {
    let k = a.total.len().min(4).min(a.tangents.active).min(b.tangents.active);
    (0..k).all(|j| {
        let (x, y) = (a.series(j), b.series(j));
        if x.len() < ENOUGH_BATCHES || y.len() < ENOUGH_BATCHES {
            return true;
        }
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let difference = (mean(&x) - mean(&y)).abs();
        let error = std_error(&[x]).hypot(std_error(&[y]));
        difference <= 5.0 * error + 10.0 / a.recorded.min(b.recorded) as f64
    })
}

/// The members whose growth counts on its own: under one input, trajectories that end in the same
/// state have forgotten where they began, and are one.
fn distinct(all: &[Trajectory], group: &[usize], driven: bool) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    for i in group {
        let t = &all[*i];
        let twin = |k: &usize| all[*k].recorded == t.recorded && close(all[*k].state.x(), t.state.x());
        if !driven || !kept.iter().any(twin) {
            kept.push(*i);
        }
    }
    kept
}

/// Columns that no member has lost.
fn resolved(all: &[Trajectory], group: &[usize]) -> usize {
    group.iter().map(|i| all[*i].tangents.active).min().unwrap_or(0)
}

/// Largest standard error of a group, nats per unit time; zero at a fixed point once it is checked.
pub(super) fn largest_error(all: &[Trajectory], group: &[usize], driven: bool) -> f64 {
    let group = &distinct(all, group, driven)[..];
    let first = &all[group[0]];
    if first.point.is_some() {
        return if group.iter().all(|i| all[*i].done()) { 0.0 } else { f64::INFINITY };
    }
    (0..resolved(all, group)).map(|j| error_of(all, group, j)).fold(0.0, f64::max) / first.time_step
}

/// Standard error of column `j`, nats per step.
fn error_of(all: &[Trajectory], group: &[usize], j: usize) -> f64 {
    let series: Vec<Vec<f64>> = group.iter().map(|i| all[*i].series(j)).collect();
    let (mut noise, mut steps, mut total) = (0.0, 0.0, 0.0);
    for i in group {
        noise += all[*i].tangents.noise[j];
        steps += all[*i].recorded as f64;
        total += all[*i].total[j];
    }
    let rounding = noise.sqrt() / steps + 1e-13 + 16.0 * f64::EPSILON * (total / steps).abs();
    std_error(&series).max(rounding)
}

/// The attractor of a group, and what must be said about it.
pub(super) fn assemble(
    system: &dyn System,
    all: &[Trajectory],
    group: &[usize],
    drive: &Drive,
    options: &Options,
) -> (Attractor, Vec<String>) {
    let dt = system.time_step();
    let members = group;
    let group = &distinct(all, group, matches!(drive, Drive::Sequence(_)))[..];
    let first = &all[group[0]];
    let (n, k) = (system.step().dim(), first.total.len());
    let steps: usize = group.iter().map(|i| all[*i].recorded).sum();
    let count = resolved(all, group);
    let mean = |j: usize| group.iter().map(|i| all[*i].total[j]).sum::<f64>() / (steps as f64 * dt);
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| mean(*b).total_cmp(&mean(*a)));
    let mut exponents: Vec<f64> = order.iter().map(|j| mean(*j)).collect();
    let mut errors: Vec<f64> = order.iter().map(|j| error_of(all, group, *j) / dt).collect();
    exponents.resize(k, f64::NEG_INFINITY);
    errors.resize(k, f64::NAN);

    let mut checks = Checks::default();
    let mut notes = Vec::new();
    let (dimension, entropy);
    if let Some(point) = &first.point {
        checks.eigenvalues = Some(deviation(&exponents, point));
        exponents = point.exponents[..k].to_vec();
        errors = point.errors[..k].to_vec();
        let spread = errors.iter().filter(|e| e.is_finite()).sum::<f64>();
        let both = |v: f64| Estimate { value: v, std_error: spread };
        (dimension, entropy) = (both(kaplan_yorke(&exponents, n)), both(entropy_rate(&exponents)));
        if exponents[0] > 0.0 {
            notes.push("the state rests on an unstable fixed point: start elsewhere to leave it".into());
        }
    } else {
        if system.is_flow() && matches!(drive, Drive::Constant(_)) {
            checks.zero_exponent = checks::zero_exponent(&exponents, &errors);
        }
        let groups = super_batches(all, group, &order, dt);
        let settle = |mean: &[f64]| {
            let mut l = mean.to_vec();
            if checks.zero_exponent.is_some_and(|z| z.holds) {
                let nearest = (0..l.len()).min_by(|a, b| l[*a].abs().total_cmp(&l[*b].abs()));
                nearest.into_iter().for_each(|i| l[i] = 0.0);
            }
            l.sort_by(|a, b| b.total_cmp(a));
            l.resize(k, f64::NEG_INFINITY);
            l
        };
        dimension = jackknife(&groups, |l| kaplan_yorke(&settle(l), n));
        entropy = jackknife(&groups, |l| entropy_rate(&settle(l)));
        checks::simulate(&mut checks, system, first, drive, options);
    }
    // The sum rule over the first batches, whose Jacobians are formed again.
    checks.sum_rule = checks::sum_rule(system, first, drive);
    if dimension.value.is_nan() {
        notes.push(format!(
            "the sum of the first {k} exponents is positive: ask for more to find the dimension"
        ));
    }
    let lost = exponents.iter().filter(|l| **l == f64::NEG_INFINITY).count();
    if lost > 0 {
        notes.push(format!(
            "{lost} of {k} exponents are minus infinity or beyond what doubles resolve: directions collapse within single steps"
        ));
    }
    let attractor = Attractor {
        kind: first.kind,
        share: members.len() as f64 / all.len() as f64,
        members: members.to_vec(),
        exponents,
        std_error: errors,
        kaplan_yorke_dimension: dimension,
        entropy_rate: entropy,
        steps,
        stopped: stopped(all, group, drive),
        history: history(all, group, &order, k, dt),
        checks,
        final_state: first.point.as_ref().map_or_else(|| first.state.x().to_vec(), |p| p.x.clone()),
        mean_interval: steps as f64
            / group.iter().map(|i| all[*i].tangents.reconditionings).sum::<usize>().max(1) as f64,
    };
    (attractor, notes)
}

fn deviation(exponents: &[f64], point: &FixedPoint) -> f64 {
    let pairs = exponents.iter().zip(&point.exponents);
    pairs.filter(|(a, b)| a.is_finite() && b.is_finite()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

fn stopped(all: &[Trajectory], group: &[usize], drive: &Drive) -> Stopped {
    let early = group.iter().any(|i| all[*i].recorded < all[*i].limit() || all[*i].finished);
    match drive {
        _ if early => Stopped::Tolerance,
        Drive::Constant(_) => Stopped::StepLimit,
        Drive::Sequence(_) => Stopped::EndOfInput,
    }
}

/// Consecutive stretches of the recording: sums of exponents times time, and time.
fn super_batches(all: &[Trajectory], group: &[usize], order: &[usize], dt: f64) -> Vec<(Vec<f64>, f64)> {
    let each = JACKKNIFE_GROUPS.div_ceil(group.len()).max(1);
    let mut out = Vec::new();
    for t in group.iter().map(|i| &all[*i]) {
        let k = t.total.len();
        let batches = t.growth.len() / k;
        let size = (batches / each).max(1);
        for stretch in t.growth.chunks(size * k) {
            let sums = order.iter().map(|j| stretch.iter().skip(*j).step_by(k).sum()).collect();
            out.push((sums, (stretch.len() / k * t.batch) as f64 * dt));
        }
    }
    out
}

fn history(all: &[Trajectory], group: &[usize], order: &[usize], k: usize, dt: f64) -> History {
    let first = &all[group[0]];
    let batches = group.iter().map(|i| all[*i].growth.len() / k).min().unwrap_or(0);
    let stride = batches.div_ceil(HISTORY).max(1);
    let mut sums = vec![0.0; k];
    let mut out = History::default();
    for b in 0..batches {
        for t in group.iter().map(|i| &all[*i]) {
            sums.iter_mut().zip(&t.growth[b * k..]).for_each(|(s, g)| *s += g);
        }
        if (b + 1) % stride == 0 || b + 1 == batches {
            let time = ((b + 1) * first.batch) as f64 * dt;
            let mut now: Vec<f64> = order.iter().map(|j| sums[*j] / (time * group.len() as f64)).collect();
            now.resize(k, f64::NEG_INFINITY);
            out.time.push(time);
            out.exponents.push(now);
        }
    }
    out
}
