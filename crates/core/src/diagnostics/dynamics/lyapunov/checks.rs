//! The same numbers by other ways: determinants, two trajectories, half the time step.

use super::trajectory::Trajectory;
use super::{Checks, InitialTangents, Kind, Options, SumRule, ZeroExponent};
use crate::linalg::condition::log_abs_det;
use crate::linalg::random::{Use, normal, stream};
use crate::numbers::{Estimate, batch_means};
use crate::systems::time::{Drive, Stepper, System};
use faer::Mat;

const TWO_TRAJECTORIES_STEPS: usize = 200_000;
const HALF_STEP_STEPS: usize = 100_000;
/// Distance of the two trajectories, relative to the state: small against curvature, large
/// against rounding.
const NEARBY: f64 = 1e-8;

/// Sum of the exponents of the first batches against log|det J| of the Jacobians of those steps.
pub(super) fn sum_rule(system: &dyn System, t: &Trajectory, drive: &Drive) -> Option<SumRule> {
    let rule = system.step();
    let (n, k) = (rule.dim(), t.total.len());
    let batches = t.growth.len() / k;
    if k < n || t.tangents.active < n || batches == 0 {
        return None;
    }
    // Some seconds at most: one LU and one Jacobian a step.
    let affordable = (2_000_000_000 / (n * n * n)).clamp(1, 2000);
    let used = (affordable / t.batch).clamp(1, batches);
    let steps = used * t.batch;
    let dt = system.time_step();
    let sum = t.growth[..used * n].iter().sum::<f64>() / (steps as f64 * dt);

    let mut state = Stepper::fork(rule, *drive, &t.origin.1, t.origin.0, n);
    let (identity, mut j, mut swaps) = (Mat::<f64>::identity(n, n), Mat::zeros(n, n), vec![0; n]);
    let mut log_det = 0.0;
    for _ in 0..steps {
        state.evaluate();
        if !state.fold(j.as_mut()) {
            state.carry(identity.as_ref(), j.as_mut(), None);
        }
        log_det += log_abs_det(j.as_mut(), &mut swaps);
        state.commit();
    }
    let mean_log_det = log_det / (steps as f64 * dt);
    mean_log_det.is_finite().then_some(SumRule { sum, mean_log_det, difference: sum - mean_log_det, steps })
}

/// The exponent nearest to zero; none when zero may lie below the exponents that were asked for.
pub(super) fn zero_exponent(exponents: &[f64], errors: &[f64]) -> Option<ZeroExponent> {
    let at = (0..exponents.len()).min_by(|a, b| exponents[*a].abs().total_cmp(&exponents[*b].abs()))?;
    let closest = Estimate::new(exponents[at], errors[at], 0);
    let largest = exponents.iter().filter(|l| l.is_finite()).fold(0.0f64, |a, l| a.max(l.abs()));
    let holds = closest.value.is_finite()
        && closest.std_error.is_none_or(|e| closest.value.abs() <= (4.0 * e).max(1e-4 * largest));
    let all_positive = exponents.iter().all(|l| *l > 0.0);
    (holds || !all_positive).then_some(ZeroExponent { closest, holds })
}

/// The first exponent by two nearby trajectories and, for a flow, with half the time step.
pub(super) fn simulate(
    checks: &mut Checks,
    system: &dyn System,
    t: &Trajectory,
    drive: &Drive,
    options: &Options,
) {
    let (two, half) = rayon::join(
        || two_trajectories(system, t, drive, options),
        || match drive {
            Drive::Constant(_) => half_step(system, t, drive, options),
            Drive::Sequence(_) => Vec::new(),
        },
    );
    checks.two_trajectories = two;
    checks.half_step = half.first().copied();
    checks.half_steps = half;
}

fn two_trajectories(
    system: &dyn System,
    t: &Trajectory,
    drive: &Drive,
    options: &Options,
) -> Option<Estimate> {
    let rule = system.step();
    let steps = t.recorded.min(TWO_TRAJECTORIES_STEPS);
    let batch = t.batch.min(steps).max(1);
    let discarded = options.align.min(steps / 5).div_ceil(batch);
    let (time, x) = (t.origin.0, &t.origin.1);
    let mut one = Stepper::fork(rule, *drive, x, time, 1);
    let size = x.iter().map(|v| v * v).sum::<f64>().sqrt().max(1e-3);
    let mut rng = stream(options.seed, Use::Tangent, u64::MAX - t.index as u64);
    let mut shift: Vec<f64> = x.iter().map(|_| normal(&mut rng)).collect();
    rescale(&mut shift, NEARBY * size)?;
    let moved: Vec<f64> = x.iter().zip(&shift).map(|(x, s)| x + s).collect();
    let mut two = Stepper::fork(rule, *drive, &moved, time, 1);
    let mut second = moved;
    // What the second state really is apart from the first, rounding included.
    let mut before = difference(two.x(), one.x(), &mut shift);
    let mut series = Vec::with_capacity(steps / batch);
    for b in 0..steps / batch {
        let mut sum = 0.0;
        for _ in 0..batch {
            one.run(1);
            two.run(1);
            let after = difference(two.x(), one.x(), &mut shift);
            sum += (after / before).ln();
            rescale(&mut shift, NEARBY * size)?;
            second.iter_mut().zip(one.x()).zip(&shift).for_each(|((s, x), d)| *s = x + d);
            two.set_x(&second);
            before = difference(two.x(), one.x(), &mut shift);
        }
        if b >= discarded {
            series.push(sum / batch as f64);
        }
    }
    estimate(&series, system.time_step())
}

fn estimate(series: &[f64], dt: f64) -> Option<Estimate> {
    let mean = batch_means::mean(&[series.to_vec()]);
    let std_error = mean.std_error.map(|e| e.max(1e-8) / dt);
    mean.value.is_finite().then_some(Estimate { value: mean.value / dt, std_error, n: mean.n })
}

fn difference(a: &[f64], b: &[f64], out: &mut [f64]) -> f64 {
    out.iter_mut().zip(a.iter().zip(b)).for_each(|(o, (a, b))| *o = a - b);
    out.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// Gives `v` that length; none when it has none.
fn rescale(v: &mut [f64], length: f64) -> Option<f64> {
    let size = v.iter().map(|v| v * v).sum::<f64>().sqrt();
    if !(size > 0.0 && size.is_finite()) {
        return None;
    }
    v.iter_mut().for_each(|v| *v *= length / size);
    Some(size)
}

/// All exponents with half the time step, over a quarter of the time that was recorded.
fn half_step(system: &dyn System, t: &Trajectory, drive: &Drive, options: &Options) -> Vec<Estimate> {
    let Some(halved) = system.halved() else { return Vec::new() };
    let k = t.total.len();
    let options = Options {
        exponents: Some(k),
        warmup: 0,
        align: 2 * options.align,
        settle: 0,
        max_steps: (t.recorded / 2).clamp(1, HALF_STEP_STEPS),
        batch: 0,
        initial_tangents: InitialTangents::Random,
        ..options.clone()
    };
    let mut half = Trajectory::prepare(halved.as_ref(), *drive, t.state.x(), k, t.index, &options);
    if half.kind == Kind::FixedPoint {
        return Vec::new();
    }
    half.record(usize::MAX, &|_| ());
    if half.diverged {
        return Vec::new();
    }
    let one = |j: usize| estimate(&half.series(j), halved.time_step());
    let mut all: Vec<Estimate> = (0..half.tangents.active).filter_map(one).collect();
    all.sort_by(|a, b| b.value.total_cmp(&a.value));
    all
}
