//! Where trials end that are left alone.

use super::super::Run;
use super::Conditions;
use crate::diagnostics::dynamics::fixed_points::{FixedPoint, Label, Stability};
use crate::diagnostics::dynamics::lyapunov::{Attractor, Kind, Lyapunov, Status};
use crate::linalg::{col, norm};
use crate::systems::time::{Drive, Stepper};
use rayon::prelude::*;

/// Steps followed after a trial's end, at most.
const FOLLOWED: usize = 20_000;
/// Steps between two looks.
const LOOK: usize = 50;
/// Distance from a point, relative to its size, below which a state that is still is at it.
const AT: f64 = 1e-5;

/// Movement in a step, relative to the size of the state, that is rounding: what creeps from a slow saddle moves more.
const STILL: f64 = 1e-14;

/// Where one trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// At the fixed point of this number, from 0.
    Point(usize),
    /// At a state that rests and is none of the points.
    OtherRest,
    /// It was still moving.
    Moving,
    /// It grew without bounds.
    Diverged,
}

/// Where trials end, left alone under the constant input of the fixed points.
#[derive(Clone, Debug)]
pub struct Endings {
    /// Of each trial.
    pub of: Vec<Ending>,
    /// Conditions in order.
    pub conditions: Vec<String>,
    /// Trials of each condition that end in each of the stable points that any reaches, and elsewhere.
    pub counts: Vec<(Ending, Vec<usize>)>,
}

impl Run<'_> {
    /// Where the trajectories end; none where fixed points were not sought. Those of no trial are looked at, not followed.
    pub(in crate::analyses::network) fn ends(&self) -> Option<&[Ending]> {
        let points = &self.points.get()?.points;
        let one = |k: usize| {
            let states = &self.orbits.states[k];
            if self.orbits.diverged.contains(&k) {
                return Ending::Diverged;
            }
            let last = col(states.as_ref(), states.ncols() - 1);
            match self.trials {
                Some(_) => self.ending(last, points),
                None => at(last, points).map_or(Ending::Moving, Ending::Point),
            }
        };
        let all = || (0..self.orbits.states.len()).into_par_iter().map(one).collect();
        Some(self.ends.get_or_init(all))
    }

    /// The fixed point at which each attractor rests; empty where fixed points were not sought.
    pub(in crate::analyses::network) fn rests_at(&self, found: &Lyapunov) -> Vec<Option<usize>> {
        let Some(points) = self.points.get() else { return vec![] };
        let at = |a: &Attractor| {
            let rests = a.status != Status::Unsettled && a.kind == Kind::FixedPoint;
            rests.then(|| at(&a.final_state, &points.points)).flatten()
        };
        found.attractors.iter().map(at).collect()
    }

    /// Where the trials end; none where fixed points were not sought.
    pub(super) fn endings(&self, conditions: &Conditions) -> Option<Endings> {
        let of = self.ends()?.to_vec();
        let mut kinds: Vec<Ending> = of.clone();
        kinds.sort_by_key(|e| match e {
            Ending::Point(p) => *p,
            Ending::OtherRest => usize::MAX - 2,
            Ending::Moving => usize::MAX - 1,
            Ending::Diverged => usize::MAX,
        });
        kinds.dedup();
        let count = |kind: Ending, c: usize| conditions.trials(c).iter().filter(|k| of[**k] == kind).count();
        let all = conditions.names.len();
        let counts = kinds.iter().map(|k| (*k, (0..all).map(|c| count(*k, c)).collect())).collect();
        Some(Endings { of, conditions: conditions.names.clone(), counts })
    }

    /// Follows a state until it is at a point, rests elsewhere, or has moved long enough.
    pub(in crate::analyses::network) fn ending(&self, start: &[f64], points: &[FixedPoint]) -> Ending {
        let mut state = Stepper::new(self.network.system.step(), Drive::Constant(&self.input), start, 1);
        for _ in 0..FOLLOWED / LOOK {
            if !state.run(LOOK) {
                return Ending::Diverged;
            }
            let (x, before) = (state.x(), state.other());
            let moved: Vec<f64> = x.iter().zip(before).map(|(a, b)| a - b).collect();
            let still = norm(&moved) <= STILL * (1.0 + norm(x));
            match at(x, points) {
                Some(p) => return Ending::Point(p),
                None if still => return Ending::OtherRest,
                None => {}
            }
        }
        Ending::Moving
    }
}

/// The fixed point at which a state is, of those that are not unstable.
fn at(x: &[f64], points: &[FixedPoint]) -> Option<usize> {
    points.iter().position(|p| {
        let away: Vec<f64> = x.iter().zip(&p.state).map(|(a, b)| a - b).collect();
        let may_hold = p.label == Label::Fixed && p.stability != Stability::Unstable;
        may_hold && norm(&away) <= AT * (1.0 + norm(&p.state))
    })
}
