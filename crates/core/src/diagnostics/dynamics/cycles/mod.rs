//! Limit cycles: found by return times, refined by shooting, with Floquet multipliers and phase.
//!
//! ```
//! use nullcline_core::diagnostics::dynamics::cycles::{Motion, Options, PhaseMap, find};
//! use nullcline_core::systems::{reference::Hopf, time::Flow};
//! use std::f64::consts::TAU;
//!
//! // A circle of radius sqrt(mu), turned round at omega + beta mu; perturbations shrink at 2 mu.
//! let (mu, omega, beta) = (0.5, 2.0, 0.7);
//! let hopf = Flow::new(Hopf::new(mu, omega, beta), 0.05);
//! let Motion::Cycle(cycle) = find(&hopf, &[0.1, 0.0], &[], &Options::default()).unwrap() else { panic!("no cycle") };
//! assert!((cycle.period.value - TAU / (omega + beta * mu)).abs() < 1e-10);
//! assert!((cycle.multipliers[1].exponent.value + 2.0 * mu).abs() < 1e-9 && cycle.stable());
//!
//! // A kick outwards from r to 2 r moves the phase by beta log 2.
//! let mut phase = PhaseMap::new(&hopf, &cycle, &[]).unwrap();
//! let shift = phase.shift(0.0, &cycle.point, 100).unwrap();
//! assert!((shift - beta * 2.0f64.ln()).abs() < 1e-7);
//! ```

pub mod circle;
mod error;
mod phase;
pub(super) mod points;
pub(super) mod results;
mod scheme;
mod section;
mod shooting;
mod survey;

pub use error::Error;
pub use phase::{Asymptotic, PhaseMap};
pub use results::{Cycle, Motion, Multiplier, Tangent, Torus};
pub use survey::{Fate, Reached, Survey, survey};

use super::lyapunov::{self, Ending, ending};
use crate::linalg::product::{LogEigenvalue, product_eigenvalues};
use crate::numbers::Estimate;
use crate::systems::time::System;
use faer::MatRef;
use scheme::Scheme;
use section::{Returns, Walk, distance};
use shooting::{Closed, Turn, close, tangent_residual, turn};

/// How long to look. Steps are those of the system, also of a flow.
///
/// Defaults: 2000 steps of warm-up, a window of 4000, 200 returns, periods of up to 64 returns, up to 500,000 steps to settle, 200,000 for
/// the returns of a look, 4 looks, a tolerance of 1e-10 of the period.
#[derive(Clone, Debug)]
pub struct Options {
    /// Steps discarded before the first look.
    pub warmup: usize,
    /// Steps from which the section is chosen.
    pub window: usize,
    /// Returns to be recorded.
    pub returns: usize,
    /// Most returns a period, of a flow.
    pub longest: usize,
    /// Most steps in which the orbit may settle, see [`lyapunov::Options::settle`](super::lyapunov::Options::settle).
    pub settle: usize,
    /// Most steps in which the returns are awaited.
    pub max_steps: usize,
    /// Looks, each after as many further steps as all before together.
    pub looks: usize,
    /// Relative change of the period, when all steps are halved, at which the refinement ends.
    pub tol: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            warmup: 2000,
            window: 4000,
            returns: 200,
            longest: 64,
            settle: 500_000,
            max_steps: 200_000,
            looks: 4,
            tol: 1e-10,
        }
    }
}

/// Distance of returns, relative to the extent, that the interpolation alone may leave.
const SAME: f64 = 1e-6;
/// Returns compared.
const COMPARED: usize = 8;
const COARSEST: usize = 48;
const FINEST: usize = 16_384;
/// Most steps in which the zero exponents of a torus are measured.
const ZERO_STEPS: usize = 50_000;

/// What the trajectory from `x` under the constant `input` ends in.
///
/// Fixed points, and cycles of maps of up to 4096 steps, are found as the Lyapunov analysis finds them. Returns
/// of a flow to a section (see [`Motion`]) that repeat after k returns, or come nearer to that from
/// look to look, are the guess for [`refine`]; a guess that does not close near the trajectory, or
/// does not attract, is no cycle of it.
///
/// # Errors
/// Arguments of the wrong length, and divergence.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::cycles::{Motion, Options, find};
/// use nullcline_core::systems::{reference::Logistic, time::Map};
///
/// // At r = 3.2 the logistic map goes to the cycle of two points x = (r + 1 +- sqrt((r - 3)(r + 1))) / (2 r).
/// let r: f64 = 3.2;
/// let map = Map::new(Logistic::new(r));
/// let Motion::Cycle(cycle) = find(&map, &[0.3], &[], &Options::default()).unwrap() else { panic!("no cycle") };
/// let root = ((r - 3.0) * (r + 1.0)).sqrt();
/// assert_eq!((cycle.period.value, cycle.period.std_error), (2.0, Some(0.0)));
/// assert!([root, -root].iter().any(|s| (cycle.point[0] - (r + 1.0 + s) / (2.0 * r)).abs() < 1e-12));
/// // Its multiplier is 4 + 2 r - r^2.
/// assert!((cycle.multipliers[0].log_modulus - (4.0 + 2.0 * r - r * r).abs().ln()).abs() < 1e-9);
/// ```
pub fn find(system: &dyn System, x: &[f64], input: &[f64], options: &Options) -> Result<Motion, Error> {
    check(system, x, input)?;
    let start = match ending(system, x, input, options.warmup, options.settle) {
        None => return Err(Error::Diverged),
        Some(Ending::Rest(x)) => return Ok(Motion::Rest(x)),
        Some(Ending::Cycle(c)) => return Ok(Motion::Cycle(c)),
        Some(Ending::Moving(x)) => x,
    };
    let mut walk = Walk::new(system, &start, input);
    let mut wait = 0;
    let mut last = None;
    for _ in 0..options.looks.max(1) {
        if !walk.run(wait) {
            return Err(Error::Diverged);
        }
        if walk.stride() < 1e-12 {
            return Ok(Motion::Rest(walk.x().to_vec()));
        }
        let returns =
            walk.returns(options.window, options.returns, options.max_steps).ok_or(Error::Diverged)?;
        if let Some(k) = repeats(&returns, options.longest)
            && let Some(cycle) = accept(system, &returns, k, input, options)
        {
            return Ok(Motion::Cycle(Box::new(cycle)));
        }
        wait += options.warmup + options.window;
        last = Some(returns);
    }
    if walk.stride() < 1e-12 {
        return Ok(Motion::Rest(walk.x().to_vec()));
    }
    Ok(last
        .map_or(Motion::Irregular { growth: None, returns: 0 }, |r| unrepeated(system, &r, walk.x(), input)))
}

fn check(system: &dyn System, x: &[f64], input: &[f64]) -> Result<(), Error> {
    let (n, d) = (system.step().dim(), system.step().inputs());
    if x.len() != n {
        return Err(Error::Length { what: "state", found: x.len(), expected: n });
    }
    if input.len() != d {
        return Err(Error::Length { what: "input", found: input.len(), expected: d });
    }
    Ok(())
}

/// The least k whose returns are the same, or come together: by a half over the recording.
fn repeats(r: &Returns, longest: usize) -> Option<usize> {
    let count = r.points.len();
    if r.extent == 0.0 {
        return None;
    }
    let most = longest.min(count.saturating_sub(COMPARED + 1));
    (1..=most).find(|k| {
        let late = r.apart(*k, COMPARED, 0) / r.extent;
        let early = r.apart(*k, COMPARED, count.saturating_sub(COMPARED + k)) / r.extent;
        late < SAME || (late < 1e-2 && late < 0.5 * early && count >= 2 * (COMPARED + k))
    })
}

/// The refined cycle, if it lies where the trajectory is and attracts.
fn accept(system: &dyn System, r: &Returns, k: usize, input: &[f64], options: &Options) -> Option<Cycle> {
    let last = r.points.len() - 1;
    let point = &r.points[last];
    let period = r.times[last] - r.times[last - k];
    let cycle = if system.is_flow() {
        refine(system, point, period, input, options.tol).ok()?
    } else {
        points::refine(system, point, input, k).ok()?
    };
    let late = r.apart(k, COMPARED, 0);
    // A geometric approach has left, at the rate of its slowest multiplier, late / (1 - rate).
    let rate = cycle.multipliers.iter().enumerate();
    let rate = rate
        .filter(|(i, _)| Some(*i) != cycle.tangent.map(|t| t.index))
        .map(|(_, m)| m.log_modulus.exp())
        .fold(0.0, f64::max);
    let allowed = 10.0 * (late / (1.0 - rate).max(1e-3)).max(1e-6 * r.extent);
    let near = distance(&cycle.point, point) <= allowed;
    (near && cycle.stable()).then_some(Cycle { returns: k, ..cycle })
}

/// Torus or not, from returns that do not repeat: on a torus of a flow two exponents are zero, on an
/// invariant circle of a map one.
fn unrepeated(system: &dyn System, r: &Returns, x: &[f64], input: &[f64]) -> Motion {
    let count = r.points.len();
    let growth = circle::neighbour_growth(&r.points, (count / 10).clamp(1, 20));
    let irregular = Motion::Irregular { growth, returns: count };
    let (Some(g), Some(rotation)) = (growth, circle::rotation(&r.points)) else { return irregular };
    if g > 0.05 || rotation.std_error.is_some_and(|e| e > 1e-3) {
        return irregular;
    }
    let intervals: Vec<f64> = r.times.windows(2).map(|w| w[1] - w[0]).collect();
    let (whole, half) =
        (circle::weighted_mean(&intervals), circle::weighted_mean(&intervals[intervals.len() / 2..]));
    let mean_return = if system.is_flow() {
        Estimate::new(whole, (whole - half).abs(), 0)
    } else {
        Estimate::exact(system.time_step(), 0)
    };
    match zeros(system, x, input, mean_return.value) {
        Some(exponents) => Motion::Torus(Torus { rotation, mean_return, growth: g, exponents }),
        None => irregular,
    }
}

/// The exponents that are zero on a torus, if they are: within four standard errors, or a nat in a
/// thousand returns, and known to a nat in two hundred.
fn zeros(system: &dyn System, x: &[f64], input: &[f64], time: f64) -> Option<Vec<Estimate>> {
    let k = if system.is_flow() { 2.min(x.len()) } else { 1 };
    let options = lyapunov::Options {
        exponents: Some(k),
        warmup: 0,
        // The third exponent may be small: its direction must have gone.
        align: ZERO_STEPS / 2,
        settle: 0,
        max_steps: ZERO_STEPS,
        tol: 2.5e-4 / time,
        ..lyapunov::Options::default()
    };
    let initial = MatRef::from_column_major_slice(x, x.len(), 1);
    let found =
        lyapunov::lyapunov(system, initial, &lyapunov::Drive::Constant(input), &options, &|_| ()).ok()?;
    let a = found.attractors.first()?;
    let zero = |i: usize| {
        let found = a.exponent(i).times(time);
        found.std_error.is_some_and(|e| found.value.abs() <= (4.0 * e).max(1e-3) && e <= 5e-3)
    };
    (0..k).all(zero).then(|| (0..k).map(|i| a.exponent(i)).collect())
}

/// The closed orbit of a flow near `x` with a period near `period`, and its Floquet multipliers.
///
/// Formula: x(T) = x by Newton's method on (x, T) with the phase condition f(x) . dx = 0; multipliers
/// are the eigenvalues of the monodromy matrix M = dx(T)/dx, as a product of matrices that is not
/// formed, so that those far below eps keep their digits. Steps of an eighth-order scheme are
/// halved until the period changes by less than `tol`: the orbit is that of the flow, not that of the
/// system's own time step. A period that is a multiple of the least one is divided.
///
/// # Errors
/// [`Error::NotConverged`], [`Error::Collapsed`], [`Error::NotFinite`], arguments of the wrong length,
/// and [`Error::NoPhase`] for a map.
///
/// Source: Guckenheimer, Meloon, SIAM J. Sci. Comput. 22 (2000) 951.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::cycles::refine;
/// use nullcline_core::systems::{reference::Hopf, time::Flow};
///
/// // A rough guess of a point and of the period is enough.
/// let hopf = Flow::new(Hopf::new(1.0, 1.0, 0.0), 0.05);
/// let cycle = refine(&hopf, &[0.9, 0.1], 6.0, &[], 1e-10).unwrap();
/// assert!((cycle.period.value - std::f64::consts::TAU).abs() < 1e-8);
/// assert!(cycle.tangent.unwrap().multiplier_error < 1e-8);
/// ```
pub fn refine(system: &dyn System, x: &[f64], period: f64, input: &[f64], tol: f64) -> Result<Cycle, Error> {
    check(system, x, input)?;
    if !system.is_flow() {
        return Err(Error::NoPhase);
    }
    let n = x.len();
    let mut scheme = Scheme::new(system.field(), input, n);
    // Truncation is meant: a number of steps.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let mut steps = ((period / system.time_step()).ceil() as usize).clamp(COARSEST, 256);
    let mut coarse = loop {
        match close(&mut scheme, x, period, steps) {
            Err(Error::NotConverged { .. }) if steps < 1024 => steps *= 2,
            other => break other?,
        }
    };
    if let Some(parts) = divisor(&mut scheme, &coarse) {
        return refine(system, &coarse.x, coarse.period / parts as f64, input, tol);
    }
    let fine = loop {
        steps *= 2;
        let fine = close(&mut scheme, &coarse.x, coarse.period, steps)?;
        if (fine.period - coarse.period).abs() <= tol * fine.period || steps >= FINEST {
            break fine;
        }
        coarse = fine;
    };
    let before = turn(&mut scheme, &coarse.x, coarse.period, coarse.steps);
    let after = turn(&mut scheme, &fine.x, fine.period, fine.steps);
    let velocity = scheme.velocity(&fine.x);
    assemble(&coarse, &fine, &before, &after, &velocity)
}

/// How many times the orbit is its own least period, if that is more than once.
fn divisor(scheme: &mut Scheme, c: &Closed) -> Option<usize> {
    (2..=16).rev().find(|parts| {
        let steps = c.steps.div_ceil(*parts).max(16);
        let mut at = c.x.clone();
        let mut most = 0.0f64;
        for _ in 0..steps {
            scheme.step(&mut at, c.period / (parts * steps) as f64);
            most = most.max(distance(&at, &c.x));
        }
        distance(&at, &c.x) < 1e-5 * most
    })
}

fn assemble(
    coarse: &Closed,
    fine: &Closed,
    before: &Turn,
    after: &Turn,
    velocity: &[f64],
) -> Result<Cycle, Error> {
    let n = velocity.len();
    let (old, _) = product_eigenvalues(&before.factors).ok_or(Error::NotFinite)?;
    let (new, coupling) = product_eigenvalues(&after.factors).ok_or(Error::NotFinite)?;
    let rounding = coupling + (n * after.factors.len()) as f64 * f64::EPSILON;
    let (t, s) = (fine.period, coarse.period);
    let multiplier = |(v, w): (&LogEigenvalue, &LogEigenvalue)| {
        let value = v.log_modulus / t;
        let change = (value - w.log_modulus / s).abs();
        Multiplier {
            log_modulus: v.log_modulus,
            argument: v.argument,
            exponent: Estimate::new(value, change + rounding / t, 0),
        }
    };
    let multipliers: Vec<Multiplier> = new.iter().zip(&old).map(multiplier).collect();
    let miss = |m: &Multiplier| {
        let r = m.log_modulus.exp();
        (r * m.argument.cos() - 1.0).hypot(r * m.argument.sin())
    };
    let index = (0..n)
        .min_by(|a, b| miss(&multipliers[*a]).total_cmp(&miss(&multipliers[*b])))
        .ok_or(Error::NotFinite)?;
    let tangent = Tangent {
        index,
        multiplier_error: miss(&multipliers[index]),
        residual: tangent_residual(after.product().as_ref(), velocity),
    };
    Ok(Cycle {
        point: fine.x.clone(),
        period: Estimate::new(t, (t - s).abs().max(4.0 * f64::EPSILON * t), 0),
        returns: 1,
        steps: fine.steps,
        residual: fine.residual,
        extent: after.extent,
        iterations: fine.iterations,
        multipliers,
        tangent: Some(tangent),
        turns: None,
    })
}
