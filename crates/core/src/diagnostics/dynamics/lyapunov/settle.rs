//! Where an orbit under a constant input ends, found from its states alone.

use super::periodic::{self, Periodic};
use super::rest::{Arrival, FixedPoint, distance, size};
use super::samples::Samples;
use crate::diagnostics::dynamics::cycles::results::Cycle;
use crate::systems::time::{Drive, Stepper, System};

/// Steps of the first stretch; each further one is twice as long.
const FIRST: usize = 256;
/// Of the most steps, the part for an orbit without a sign of drift.
pub(super) const PATIENCE: usize = 25;

/// Where the orbit from `x` ends under the constant input `u`: a fixed point, a closed cycle of a map,
/// or neither with the state after all; none where it diverges.
pub(in crate::diagnostics::dynamics) enum Ending {
    Rest(Vec<f64>),
    Cycle(Box<Cycle>),
    Moving(Vec<f64>),
}

/// See [`Ending`]; `warmup` steps go by before the first look.
pub(in crate::diagnostics::dynamics) fn ending(
    system: &dyn System,
    x: &[f64],
    u: &[f64],
    warmup: usize,
    most: usize,
) -> Option<Ending> {
    let drive = Drive::Constant(u);
    let mut state = Stepper::new(system.step(), drive, x, 1);
    if !state.run(warmup) {
        return None;
    }
    let mut seen = Samples::new(x.len());
    let end = settle(system, drive, x, &mut state, &mut seen, (most / PATIENCE, most));
    Some(match end {
        End::Diverged => return None,
        End::Rest(p) => Ending::Rest(p.x),
        End::Cycle(Periodic { cycle: Some(c), .. }) => Ending::Cycle(Box::new(c)),
        End::Cycle(_) | End::Moving => Ending::Moving(state.x().to_vec()),
    })
}

/// What an orbit settles on.
pub(super) enum End {
    Rest(FixedPoint),
    Cycle(Periodic),
    /// Neither within the steps allowed.
    Moving,
    Diverged,
}

/// Follows `state` until it rests, or repeats itself, or shows to come to that.
///
/// An orbit counts as coming to a fixed point or cycle that is not unstable if over a stretch, each
/// twice as long as the one before, its distance halves and ends small; the stretches grow until they
/// exceed the slowest time scale. An orbit that does neither is followed for the
/// first number of `steps`, and for the second if it drifts. `seen` receives states of all that was followed.
pub(super) fn settle(
    system: &dyn System,
    drive: Drive,
    origin: &[f64],
    state: &mut Stepper,
    seen: &mut Samples,
    (patience, most): (usize, usize),
) -> End {
    let orbit = Arrival { system, drive, x: origin, origin };
    let begin = state.time();
    let mut length = FIRST;
    let mut slow = false;
    loop {
        let root = Arrival { x: state.x(), ..orbit }.near();
        if let Some(root) = &root
            && let Some(point) = (Arrival { x: state.x(), ..orbit }).reached(root)
        {
            return End::Rest(point);
        }
        let spent = state.time() - begin;
        let left = if slow || seen.drifts() { most } else { patience }.saturating_sub(spent);
        if left == 0 {
            return End::Moving;
        }
        let reference = state.x().to_vec();
        let mut watch = Watch::new(root.as_ref().map(|r| &r.x[..]), &reference, !system.is_flow());
        let length_now = length.min(left.max(16));
        for half in 0..2 {
            for t in 0..length_now / 2 {
                if !state.run(1) {
                    return End::Diverged;
                }
                seen.offer(state.time() - begin - 1, state.x());
                watch.see(half, half * (length_now / 2) + t + 1, state.x());
            }
        }
        let scale = size(state.x());
        let [first, second] = watch.farthest;
        slow = root.is_some() && second < first;
        if let Some(root) = &root
            && second <= 0.9 * first
            && second <= 0.01 * scale
            && let Some(point) = (Arrival { x: state.x(), ..orbit }).approached(root)
            // Where the first exponent is zero the distance falls by a power of time.
            && (second <= 0.5 * first || point.neutral())
        {
            return End::Rest(point);
        }
        if let Some(p) = watch.period(scale)
            && let Some(cycle) = periodic::approached(system, drive, state, p, length_now, &mut slow)
        {
            return End::Cycle(cycle);
        }
        length *= 2;
    }
}

/// What is noted down of a stretch of the orbit.
struct Watch<'a> {
    root: Option<&'a [f64]>,
    reference: &'a [f64],
    map: bool,
    /// Largest distance from the root in either half.
    farthest: [f64; 2],
    /// Distances from the state in which the stretch began.
    apart: Vec<f64>,
    extent: f64,
}

impl<'a> Watch<'a> {
    fn new(root: Option<&'a [f64]>, reference: &'a [f64], map: bool) -> Self {
        Self { root, reference, map, farthest: [0.0; 2], apart: Vec::new(), extent: 0.0 }
    }

    fn see(&mut self, half: usize, t: usize, x: &[f64]) {
        if let Some(root) = self.root {
            self.farthest[half] = self.farthest[half].max(distance(x, root));
        }
        if self.map && t <= periodic::LONGEST {
            let d = distance(x, self.reference);
            self.extent = self.extent.max(d);
            self.apart.push(d);
        }
    }

    /// After how many steps the orbit may repeat itself.
    fn period(&self, scale: f64) -> Option<usize> {
        let exact = self.apart.iter().position(|d| *d <= 1e-9 * scale.min(1e3 * self.extent));
        let nearest = || {
            let best = self.apart.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
            // Long returns come near by chance, and closing them is dear.
            let allowed = [(64, 0.02), (256, 1e-4), (usize::MAX, 1e-6)];
            let allowed = allowed.iter().find(|(most, _)| best.0 < *most)?.1;
            (*best.1 <= allowed * self.extent).then_some(best.0)
        };
        exact.or_else(nearest).map(|i| i + 1).filter(|p| *p > 1)
    }
}
