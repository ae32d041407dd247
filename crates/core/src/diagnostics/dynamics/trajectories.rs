//! States of a system followed forward in time.

use crate::linalg::random::{Rng, Use, normal, stream, uniform};
use crate::linalg::{col, col_mut};
use crate::systems::rule::Rule;
use crate::systems::time::{Drive, Stepper, System};
use faer::{Mat, MatRef};
use rayon::prelude::*;

/// What drives the trajectories.
#[derive(Clone, Debug)]
pub enum Inputs {
    /// A constant input, d.
    Constant(Vec<f64>),
    /// One sequence a trial, each d x t.
    Trials(Vec<Mat<f64>>),
}

/// Trajectories of equal or different lengths.
#[derive(Clone, Debug)]
pub struct Trajectories {
    /// One trajectory an entry: n x (t + 1), the initial state first.
    pub states: Vec<Mat<f64>>,
    /// |x(t+1) - x(t)| / time step at the end of each, Euclidean norm; infinite where it diverged.
    pub final_speed: Vec<f64>,
    /// Trajectories that left the finite numbers; theirs end at the last finite state.
    pub diverged: Vec<usize>,
    /// Time from one column to the next.
    pub time_step: f64,
}

/// How far out a trajectory is that ran away, in units of the largest initial state.
const AWAY: f64 = 1e4;

impl Trajectories {
    /// Those whose final speed is below 1e-8.
    pub fn at_rest(&self) -> usize {
        self.final_speed.iter().filter(|s| **s < 1e-8).count()
    }

    /// All states side by side, n x total.
    pub fn pooled(&self) -> Mat<f64> {
        self.side_by_side(0..self.states.len())
    }

    /// Whether this one ended more than 10^4 times as far out as all of them started, or beyond the finite numbers.
    pub fn ran_away(&self, k: usize) -> bool {
        let size = |m: &Mat<f64>, t: usize| m.as_ref().col(t).iter().map(|v| v.abs()).fold(0.0, f64::max);
        let start = self.states.iter().map(|m| size(m, 0)).fold(1.0, f64::max);
        let states = &self.states[k];
        self.diverged.contains(&k) || size(states, states.ncols() - 1) > AWAY * start
    }

    /// The trajectories that did not run away, by their numbers; all where every one did. Others would set every axis.
    pub fn shown(&self) -> impl Iterator<Item = usize> + Clone + use<> {
        let all = self.states.len();
        let stay: Vec<usize> = (0..all).filter(|k| !self.ran_away(*k)).collect();
        if stay.is_empty() { (0..all).collect::<Vec<_>>() } else { stay }.into_iter()
    }

    /// The states of those, side by side.
    pub fn pooled_shown(&self) -> Mat<f64> {
        self.side_by_side(self.shown())
    }

    fn side_by_side(&self, which: impl Iterator<Item = usize> + Clone) -> Mat<f64> {
        let n = self.states.first().map_or(0, Mat::nrows);
        let total = which.clone().map(|k| self.states[k].ncols()).sum();
        let mut out = Mat::zeros(n, total);
        let mut next = 0;
        for s in which.map(|k| &self.states[k]) {
            out.as_mut().subcols_mut(next, s.ncols()).copy_from(s);
            next += s.ncols();
        }
        out
    }
}

/// Random initial states, one a column: uniform over the range that the rule gives for a coordinate,
/// standard normal where it gives none. Column i depends on the seed and on i alone.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::trajectories::random_states;
/// use nullcline_core::systems::{cells::Gru, time::Map};
///
/// let gru = Map::new(Gru::new(5, 2));
/// let states = random_states(&gru, 3, 7);
/// assert_eq!((states.nrows(), states.ncols()), (5, 3));
/// // A GRU lives in [-1, 1]^n; more states leave the first ones as they are.
/// assert!(states.norm_max() <= 1.0);
/// assert_eq!(random_states(&gru, 9, 7).subcols(2, 1), states.subcols(2, 1));
/// ```
pub fn random_states(system: &dyn System, count: usize, seed: u64) -> Mat<f64> {
    let mut out = Mat::zeros(system.step().dim(), count);
    for j in 0..count {
        let mut rng = stream(seed, Use::InitialState, j as u64);
        col_mut(out.as_mut(), j).copy_from_slice(&random_state(system.step(), &mut rng));
    }
    out
}

/// One random state, by the same law.
pub fn random_state(rule: &dyn Rule, rng: &mut Rng) -> Vec<f64> {
    let one = |i| {
        let [lo, hi] = rule.range(i);
        if hi - lo < f64::INFINITY { uniform(rng, lo, hi) } else { normal(rng) }
    };
    (0..rule.dim()).map(one).collect()
}

/// The state that `x` is in after `steps` steps; none when it leaves every bound (1e12).
///
/// ```
/// use nullcline_core::diagnostics::dynamics::trajectories::after;
/// use nullcline_core::systems::{reference::Logistic, time::{Drive, Map}};
///
/// let doubling = Map::new(Logistic::new(2.0));
/// assert_eq!(after(&doubling, &[0.25], Drive::Constant(&[]), 2), Some(vec![0.46875]));
/// assert_eq!(after(&doubling, &[3.0], Drive::Constant(&[]), 20), None);
/// ```
pub fn after(system: &dyn System, x: &[f64], drive: Drive, steps: usize) -> Option<Vec<f64>> {
    let mut state = Stepper::new(system.step(), drive, x, 1);
    state.run(steps).then(|| state.x().to_vec())
}

/// Follows each initial state (column of `initial`, n x r) for `steps` steps, or for the length of
/// its trial; with trials, trajectory k sees trial k mod their number.
///
/// Shapes: inputs are d x t; an input stands still for one step. A state that is not finite ends its
/// trajectory.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::trajectories::{Inputs, trajectories};
/// use nullcline_core::systems::{reference::Linear, time::Map};
///
/// // x' = x / 2 + u.
/// let map = Map::new(Linear::new(faer::mat![[0.5]].as_ref(), faer::mat![[1.0]].as_ref()));
/// let start = faer::mat![[4.0, 0.0]];
/// let constant = trajectories(&map, start.as_ref(), &Inputs::Constant(vec![1.0]), 2);
/// assert_eq!(constant.states[0], faer::mat![[4.0, 3.0, 2.5]]);
/// assert_eq!(constant.final_speed, [0.5, 0.5]);
/// // A trial has its own input and its own length.
/// let trials = trajectories(&map, start.as_ref(), &Inputs::Trials(vec![faer::mat![[1.0]], faer::mat![[0.0, 8.0]]]), 0);
/// assert_eq!(trials.states[1], faer::mat![[0.0, 0.0, 8.0]]);
/// assert_eq!(trials.pooled().ncols(), 5);
/// ```
pub fn trajectories(
    system: &dyn System,
    initial: MatRef<f64>,
    inputs: &Inputs,
    steps: usize,
) -> Trajectories {
    let rule = system.step();
    let n = rule.dim();
    let follow = |k: usize| -> (Mat<f64>, f64, bool) {
        let (drive, length) = match inputs {
            Inputs::Constant(u) => (Drive::Constant(u), steps),
            Inputs::Trials(trials) => {
                let trial = trials[k % trials.len()].as_ref();
                (Drive::Sequence(trial), trial.ncols())
            }
        };
        let mut states = Mat::zeros(n, length + 1);
        col_mut(states.as_mut(), 0).copy_from_slice(col(initial, k));
        let mut state = Stepper::new(rule, drive, col(initial, k), 1);
        let mut speed = 0.0;
        for t in 0..length {
            state.step();
            let (x, y) = (state.other(), state.x());
            if !y.iter().all(|v| v.is_finite()) {
                return (states.subcols(0, t + 1).to_owned(), f64::INFINITY, true);
            }
            speed = x.iter().zip(y).map(|(x, y)| (y - x).powi(2)).sum::<f64>().sqrt();
            col_mut(states.as_mut(), t + 1).copy_from_slice(y);
        }
        (states, speed / system.time_step(), false)
    };
    let all: Vec<_> = (0..initial.ncols()).into_par_iter().map(follow).collect();
    let diverged = all.iter().enumerate().filter(|(_, a)| a.2).map(|(k, _)| k).collect();
    let final_speed = all.iter().map(|a| a.1).collect();
    let states = all.into_iter().map(|a| a.0).collect();
    Trajectories { states, final_speed, diverged, time_step: system.time_step() }
}
