//! Which trajectories share an attractor, and its spectrum from theirs.

use super::rest::close;
use super::settled::{distinct, error_of};
use super::statistics::{entropy_rate, kaplan_yorke};
use super::trajectory::Trajectory;
use super::{Attractor, Checks, History, Kind, Options, Status, Stopped, checks};
use crate::numbers::{Estimate, jackknife};
use crate::systems::time::{Drive, System};

const HISTORY: usize = 128;
const JACKKNIFE_GROUPS: usize = 24;

/// Members of each attractor, by decreasing number, then by first member; without the diverged.
pub(super) fn group(all: &[Trajectory], driven: bool) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for t in all.iter().filter(|t| !t.diverged) {
        match groups.iter_mut().find(|g| same(&all[g[0]], t, driven)) {
            Some(g) => g.push(t.index),
            None => groups.push(vec![t.index]),
        }
    }
    groups.sort_by_key(|g| (std::cmp::Reverse(g.len()), g[0]));
    groups
}

/// Whether two orbits are in the same place.
fn same(a: &Trajectory, b: &Trajectory, driven: bool) -> bool {
    match (&a.point, &b.point) {
        (Some(p), Some(q)) => return close(&p.x, &q.x, p.slack + q.slack),
        (None, None) => (),
        _ => return false,
    }
    if a.kind != b.kind {
        return false;
    }
    if let Kind::Cycle(_) = a.kind {
        return a.cycle.iter().any(|x| close(x, &b.cycle[0], 0.0));
    }
    if driven && a.recorded == b.recorded && close(a.state.x(), b.state.x(), 0.0) {
        return true;
    }
    a.samples.same_place(&b.samples)
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
    let driven = matches!(drive, Drive::Sequence(_));
    let (order, mut exponents) = means(all, group);
    let mut errors: Vec<f64> =
        order.iter().map(|j| error_of(all, group, *j, driven).map_or(f64::NAN, |e| e / dt)).collect();
    errors.resize(k, f64::NAN);

    let mut checks = Checks::default();
    let mut notes = said(all, members);
    let (dimension, entropy);
    if let Some((values, bounds)) = &leading(all, group).exact {
        let kinked = first.point.as_ref().is_some_and(|p| p.kinked);
        checks.eigenvalues = (!kinked && steps > 0).then(|| deviation(&exponents, values));
        exponents = values[..k].to_vec();
        errors = bounds[..k].to_vec();
        let spread = errors.iter().filter(|e| e.is_finite()).sum::<f64>();
        let both = |v: f64| Estimate::new(v, spread, 0);
        (dimension, entropy) = (both(kaplan_yorke(&exponents, n)), both(entropy_rate(&exponents)));
        if exponents[0] > 4.0 * errors[0] {
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
        dimension = jackknife::of_means(&groups, |l| kaplan_yorke(&settle(l), n));
        entropy = jackknife::of_means(&groups, |l| entropy_rate(&settle(l)));
        checks::simulate(&mut checks, system, first, drive, options);
    }
    // The sum rule over the first batches, whose Jacobians are formed again.
    checks.sum_rule = checks::sum_rule(system, first, drive);
    notes.extend(missing(&exponents, dimension));
    let attractor = Attractor {
        kind: first.kind,
        status: if first.exact.is_some() { Status::Exact } else { Status::Settled },
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
        ends: members.iter().map(|i| all[*i].state.x().to_vec()).collect(),
        mean_interval: steps as f64
            / group.iter().map(|i| all[*i].tangents.reconditionings).sum::<usize>().max(1) as f64,
    };
    (attractor, notes)
}

/// What cannot be told of a spectrum.
fn missing(exponents: &[f64], dimension: Estimate) -> Vec<String> {
    let (k, mut notes) = (exponents.len(), Vec::new());
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
    notes
}

/// What has not settled: means without errors.
pub(super) fn remainder(all: &[Trajectory], members: &[usize]) -> Attractor {
    let first = &all[members[0]];
    let (k, dt) = (first.total.len(), first.time_step);
    let (order, exponents) = means(all, members);
    let n = first.state.x().len();
    Attractor {
        kind: Kind::Moving,
        status: Status::Unsettled,
        share: members.len() as f64 / all.len() as f64,
        members: members.to_vec(),
        kaplan_yorke_dimension: Estimate::unknown(kaplan_yorke(&exponents, n), 0),
        entropy_rate: Estimate::unknown(entropy_rate(&exponents), 0),
        exponents,
        std_error: vec![f64::NAN; k],
        steps: members.iter().map(|i| all[*i].recorded).sum(),
        stopped: Stopped::StepLimit,
        history: history(all, members, &order, k, dt),
        checks: Checks::default(),
        final_state: first.state.x().to_vec(),
        ends: members.iter().map(|i| all[*i].state.x().to_vec()).collect(),
        mean_interval: 0.0,
    }
}

/// Columns by decreasing mean growth, and the exponents, per unit time.
fn means(all: &[Trajectory], group: &[usize]) -> (Vec<usize>, Vec<f64>) {
    let first = &all[group[0]];
    let time = group.iter().map(|i| all[*i].recorded).sum::<usize>() as f64 * first.time_step;
    let mean = |j: usize| group.iter().map(|i| all[*i].total[j]).sum::<f64>() / time;
    let mut order: Vec<usize> = (0..super::settled::resolved(all, group)).collect();
    order.sort_by(|a, b| mean(*b).total_cmp(&mean(*a)));
    let mut exponents: Vec<f64> = order.iter().map(|j| mean(*j)).collect();
    exponents.resize(first.total.len(), f64::NEG_INFINITY);
    (order, exponents)
}

/// The member with the largest exact exponent: on kinks they depend on the way there.
fn leading<'a, 'b>(all: &'a [Trajectory<'b>], group: &[usize]) -> &'a Trajectory<'b> {
    let first = |i: &usize| all[*i].exact.as_ref().map_or(f64::NEG_INFINITY, |e| e.0[0]);
    let best = group.iter().rev().max_by(|a, b| first(a).total_cmp(&first(b)));
    &all[*best.unwrap_or(&group[0])]
}

/// What must be said of fixed points and of those that were late.
fn said(all: &[Trajectory], group: &[usize]) -> Vec<String> {
    let mut notes: Vec<String> = leading(all, group).point.iter().filter_map(|p| p.note.clone()).collect();
    let ways: Vec<f64> = group
        .iter()
        .filter(|i| all[**i].point.as_ref().is_some_and(|p| p.kinked))
        .filter_map(|i| all[*i].exact.as_ref().map(|e| e.0[0]))
        .collect();
    let (least, most) =
        ways.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    if most > least + 1e-6 * most.abs() {
        let share = ways.iter().filter(|v| **v < most - 1e-6 * most.abs()).count();
        notes.push(format!(
            "the orbits come to the kinks on different ways: {share} of {} have a smaller first exponent than the one given, down \
             to {least:.4}",
            ways.len()
        ));
    }
    let late: Vec<usize> = group.iter().copied().filter(|i| all[*i].late).collect();
    if !late.is_empty() {
        notes.push(format!("trajectories {late:?} came to this only while recording"));
    }
    notes
}

fn deviation(exponents: &[f64], exact: &[f64]) -> f64 {
    let pairs = exponents.iter().zip(exact);
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
