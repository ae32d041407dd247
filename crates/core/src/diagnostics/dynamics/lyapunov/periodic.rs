//! Cycles of maps that an orbit comes to, and the exponents of their multipliers.

use super::rest::{distance, size};
use crate::diagnostics::dynamics::cycles::points::refine;
use crate::diagnostics::dynamics::cycles::results::{Cycle, Multiplier};
use crate::systems::time::{Drive, Stepper, System};

/// Longest period looked for, steps.
pub(super) const LONGEST: usize = 4096;
/// Multiplications that closing an orbit by Newton's method may take.
const AFFORDABLE: usize = 2_000_000_000;

/// A cycle and its exponents.
pub(super) struct Periodic {
    /// The points of one period.
    pub(super) points: Vec<Vec<f64>>,
    /// The closed orbit with its multipliers, where it could be closed.
    pub(super) cycle: Option<Cycle>,
}

impl Periodic {
    /// Exponents and their errors by the multipliers.
    pub(super) fn exponents(&self) -> Option<(Vec<f64>, Vec<f64>)> {
        let cycle = self.cycle.as_ref()?;
        let lost = |l: f64| l < -30.0 * cycle.steps as f64;
        let one = |m: &Multiplier| match lost(m.log_modulus) {
            true => (f64::NEG_INFINITY, f64::NAN),
            false => (m.exponent.value, m.exponent.error()),
        };
        Some(cycle.multipliers.iter().map(one).unzip())
    }
}

/// The stable cycle of about `period` steps that the orbit at `state` approaches, if there is one;
/// `slow` is set where it comes nearer without being there yet.
pub(super) fn approached(
    system: &dyn System,
    drive: Drive,
    state: &mut Stepper,
    period: usize,
    steps: usize,
    slow: &mut bool,
) -> Option<Periodic> {
    let Drive::Constant(u) = drive else { return None };
    let n = state.x().len();
    if 10 * period * n * n * n > AFFORDABLE {
        return repeated(state, period);
    }
    let x = state.x().to_vec();
    let cycle = refine(system, &x, u, period).ok()?;
    if cycle.steps < 2 || !cycle.stable() || distance(&cycle.point, &x) > 0.2 * cycle.extent {
        return None;
    }
    let points = orbit(system, drive, &cycle);
    let apart = |state: &Stepper, t: usize| distance(state.x(), &points[t % points.len()]);
    let here = |d: f64| d <= 1e-8 * size(&x).min(1e3 * cycle.extent);
    let half = (if here(apart(state, 0)) { 1 } else { steps / 2 }).next_multiple_of(points.len());
    let mut farthest = [0.0f64; 2];
    for (h, far) in farthest.iter_mut().enumerate() {
        for t in 0..half {
            if !state.run(1) {
                return None;
            }
            *far = far.max(apart(state, h * half + t + 1));
        }
    }
    let [first, second] = farthest;
    *slow |= second < first;
    let there = here(second) || second <= 0.5 * first && second <= 0.1 * cycle.extent;
    there.then(|| {
        state.set_x(&points[0]);
        Periodic { cycle: Some(cycle), points }
    })
}

fn orbit(system: &dyn System, drive: Drive, cycle: &Cycle) -> Vec<Vec<f64>> {
    let mut state = Stepper::new(system.step(), drive, &cycle.point, 1);
    let mut points = vec![cycle.point.clone()];
    for _ in 1..cycle.steps {
        state.run(1);
        points.push(state.x().to_vec());
    }
    points
}

/// The cycle of an orbit that repeats itself to 1e-10, twice.
fn repeated(state: &mut Stepper, period: usize) -> Option<Periodic> {
    let start = state.x().to_vec();
    let mut points = vec![start.clone()];
    for _ in 1..period {
        state.run(1);
        points.push(state.x().to_vec());
    }
    let scale = size(&start);
    let moves = points[1..].iter().all(|p| distance(p, &start) > 1e-6 * scale);
    let mut again = || {
        state.run(1);
        let near = distance(state.x(), &start) <= 1e-10 * scale;
        state.run(period - 1);
        near
    };
    (moves && again() && again()).then_some(Periodic { points, cycle: None })
}
