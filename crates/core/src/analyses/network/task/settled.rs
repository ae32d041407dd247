//! Where trials end that are left alone.

use super::super::Run;
use super::Conditions;
use crate::diagnostics::dynamics::fixed_points::{FixedPoint, Label, Stability};
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
    /// Where the trials end; none where fixed points were not sought.
    pub(super) fn endings(&self, conditions: &Conditions) -> Option<Endings> {
        let points = &self.points.get()?.points;
        let one = |k: usize| {
            let states = &self.orbits.states[k];
            if self.orbits.diverged.contains(&k) {
                return Ending::Diverged;
            }
            self.ending(col(states.as_ref(), states.ncols() - 1), points)
        };
        let of: Vec<Ending> = (0..self.orbits.states.len()).into_par_iter().map(one).collect();
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
        let stable = |p: &FixedPoint| p.label == Label::Fixed && p.stability != Stability::Unstable;
        for _ in 0..FOLLOWED / LOOK {
            if !state.run(LOOK) {
                return Ending::Diverged;
            }
            let (x, before) = (state.x(), state.other());
            let moved: Vec<f64> = x.iter().zip(before).map(|(a, b)| a - b).collect();
            let still = norm(&moved) <= STILL * (1.0 + norm(x));
            let near = points.iter().position(|p| {
                let away: Vec<f64> = x.iter().zip(&p.state).map(|(a, b)| a - b).collect();
                stable(p) && norm(&away) <= AT * (1.0 + norm(&p.state))
            });
            match near {
                Some(p) => return Ending::Point(p),
                None if still => return Ending::OtherRest,
                None => {}
            }
        }
        Ending::Moving
    }
}
