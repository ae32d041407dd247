//! What decides whether a student is its teacher: fixed points and exponents.

use super::Exponents;
use crate::diagnostics::dynamics::fixed_points::{FixedPoints, Options, fixed_points};
use crate::diagnostics::dynamics::flow_field::{FlowField, flow_field};
use crate::diagnostics::dynamics::lyapunov::{self, Drive, lyapunov};
use crate::diagnostics::dynamics::trajectories::random_states;
use crate::job::Observer;
use crate::systems::time::System;
use faer::{Mat, MatRef};
use std::sync::atomic::{AtomicU64, Ordering};

/// States that a search starts from, at most.
const STATES: usize = 4096;
/// Steps of input from which exponents are those along the input.
const LONG: usize = 400;
/// Points along each side of a portrait.
const GRID: usize = 21;
/// Steps recorded for exponents, at most.
const STEPS: usize = 20_000;

/// Fixed and slow points under the constant `input`, looked for from `states`.
pub fn points(
    system: &dyn System,
    states: MatRef<f64>,
    input: &[f64],
    seed: u64,
    observer: &dyn Observer,
) -> FixedPoints {
    let every = states.ncols().div_ceil(STATES).max(1);
    let some = Mat::from_fn(states.nrows(), states.ncols().div_ceil(every), |i, j| states[(i, j * every)]);
    let options = Options { seed, ..Options::for_dimension(system.step().dim()) };
    observer.start("fixed points", options.starts as u64);
    let done = AtomicU64::new(0);
    let found = fixed_points(system, some.as_ref(), input, &options, &|| {
        observer.at(done.fetch_add(1, Ordering::Relaxed) + 1);
    });
    observer.finish();
    found
}

/// The first `k` exponents along `inputs` (d x T), or under the constant `input` if those are few; none where
/// the states diverge.
pub fn exponents(
    system: &dyn System,
    inputs: MatRef<f64>,
    input: &[f64],
    k: usize,
    seed: u64,
    observer: &dyn Observer,
) -> Option<Exponents> {
    let driven = inputs.nrows() > 0 && inputs.ncols() >= LONG;
    let (drive, discarded) = match driven {
        true => (Drive::Sequence(inputs), inputs.ncols() / 10),
        false => (Drive::Constant(input), 1500),
    };
    let options = lyapunov::Options {
        exponents: Some(k.min(system.step().dim())),
        warmup: discarded / 2,
        align: discarded - discarded / 2,
        max_steps: STEPS,
        seed,
        ..lyapunov::Options::default()
    };
    observer.start("Lyapunov exponents", 0);
    let starts = random_states(system, if driven { 1 } else { 4 }, seed);
    let found = lyapunov(system, starts.as_ref(), &drive, &options, &|_| ()).ok();
    observer.finish();
    let main = found?.attractors.into_iter().next()?;
    Some(Exponents { values: main.estimates(), driven })
}

/// The flow along the first two coordinates around all states and points, the other coordinates at their mean;
/// none of one coordinate.
pub fn portrait(
    system: &dyn System,
    z: MatRef<f64>,
    points: &FixedPoints,
    input: &[f64],
) -> Option<FlowField> {
    let m = z.nrows();
    if m < 2 {
        return None;
    }
    let range = |k: usize| {
        let values = (0..z.ncols()).map(|t| z[(k, t)]).chain(points.points.iter().map(|p| p.state[k]));
        let (lo, hi) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        let pad = 0.1 * (hi - lo).max(1e-9);
        [lo - pad, hi + pad]
    };
    let mean = |i: usize| (0..z.ncols()).map(|t| z[(i, t)]).sum::<f64>() / z.ncols() as f64;
    let middle: Vec<f64> = (0..m).map(|i| if i < 2 { 0.0 } else { mean(i) }).collect();
    let plane = Mat::from_fn(m, 2, |i, j| if i == j { 1.0 } else { 0.0 });
    Some(flow_field(system, &middle, plane.as_ref(), input, range(0), range(1), GRID))
}
