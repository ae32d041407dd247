//! Which cycles several initial states reach.

use super::section::distance;
use super::{Cycle, Error, Motion, Options, PhaseMap, Torus, find};
use crate::linalg::{col, col_mut};
use crate::systems::time::{Drive, Stepper, System};
use faer::{Mat, MatRef};
use rayon::prelude::*;

/// Relative difference of periods, and distance relative to the extent, within which two cycles are one.
const ALIKE: f64 = 1e-6;
const NEAR: f64 = 1e-2;

/// A cycle with its states and, of a flow, its phase response.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The cycle.
    pub cycle: Cycle,
    /// States at equal phases, n x m; of a map its points.
    pub states: Mat<f64>,
    /// The phase response Z at the same phases, n x m, radians per unit of state.
    pub response: Option<Mat<f64>>,
    /// Initial states that end in it.
    pub members: Vec<usize>,
}

/// What became of an initial state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It comes to rest.
    Rest,
    /// It repeats itself: the index of the cycle.
    Cycle(usize),
    /// It goes round a torus or an invariant circle.
    Torus,
    /// It is chaotic or not settled.
    Irregular,
    /// It leaves every bound.
    Diverged,
}

/// Where the initial states end.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// Distinct cycles, the most visited first.
    pub cycles: Vec<Reached>,
    /// Invariant circles or tori, one an initial state.
    pub tori: Vec<Torus>,
    /// Initial states that come to rest, that are chaotic or not settled, and that diverge.
    pub rest: usize,
    /// See [`rest`](Self::rest).
    pub irregular: usize,
    /// See [`rest`](Self::rest).
    pub diverged: usize,
    /// Initial states in all.
    pub starts: usize,
    /// What became of each.
    pub fates: Vec<Fate>,
}

/// Follows each initial state (n x r) under the constant `input` by [`find`], and tells which reach the
/// same cycle.
///
/// # Errors
/// Arguments of the wrong length.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::cycles::{Fate, Options, survey};
/// use nullcline_core::systems::{reference::Hopf, time::Flow};
///
/// let hopf = Flow::new(Hopf::new(0.5, 2.0, 0.0), 0.05);
/// let starts = faer::mat![[0.1, -2.0], [0.0, 1.0]];
/// let found = survey(&hopf, starts.as_ref(), &[], &Options::default()).unwrap();
/// assert_eq!(found.fates, [Fate::Cycle(0), Fate::Cycle(0)]);
/// assert_eq!(found.cycles[0].members, [0, 1]);
/// ```
pub fn survey(
    system: &dyn System,
    initial: MatRef<f64>,
    input: &[f64],
    options: &Options,
) -> Result<Survey, Error> {
    let one = |j: usize| find(system, col(initial, j), input, options);
    let motions: Vec<_> = (0..initial.ncols()).into_par_iter().map(one).collect();
    let mut out = Survey { starts: motions.len(), ..Survey::default() };
    let fate = |m: &Result<Motion, Error>| match m {
        Ok(Motion::Rest(_)) => Fate::Rest,
        Ok(Motion::Torus(_)) => Fate::Torus,
        Ok(Motion::Cycle(_)) => Fate::Cycle(0),
        Ok(Motion::Irregular { .. }) => Fate::Irregular,
        Err(_) => Fate::Diverged,
    };
    out.fates = motions.iter().map(fate).collect();
    for (j, motion) in motions.into_iter().enumerate() {
        match motion {
            Ok(Motion::Rest(_)) => out.rest += 1,
            Ok(Motion::Torus(t)) => out.tori.push(t),
            Ok(Motion::Irregular { .. }) => out.irregular += 1,
            Err(Error::Diverged) => out.diverged += 1,
            Err(e) => return Err(e),
            Ok(Motion::Cycle(c)) => {
                let known = out.cycles.iter().position(|r| meets(r, &c));
                let new = if known.is_none() { Some(reached(system, *c, input, j)?) } else { None };
                let of = |new: &Reached| out.cycles.iter().position(|r| same(r, new));
                match (known.or_else(|| new.as_ref().and_then(of)), new) {
                    (Some(k), _) => out.cycles[k].members.push(j),
                    (None, new) => out.cycles.extend(new),
                }
            }
        }
    }
    out.cycles.sort_by_key(|r| (std::cmp::Reverse(r.members.len()), r.members[0]));
    for (k, r) in out.cycles.iter().enumerate() {
        r.members.iter().for_each(|m| out.fates[*m] = Fate::Cycle(k));
    }
    Ok(out)
}

/// Whether the cycles have one period and the point of the second is a state of the first.
fn meets(known: &Reached, c: &Cycle) -> bool {
    alike(&known.cycle, c) && away(&c.point, &known.states) <= NEAR * c.extent
}

fn alike(a: &Cycle, b: &Cycle) -> bool {
    (a.period.value - b.period.value).abs() <= ALIKE * a.period.value
}

/// The same where the point lies on a jump between two states: nine in ten states of the second are those of the first.
fn same(known: &Reached, new: &Reached) -> bool {
    let m = new.states.ncols();
    let near =
        (0..m).filter(|j| away(col(new.states.as_ref(), *j), &known.states) <= NEAR * new.cycle.extent);
    alike(&known.cycle, &new.cycle) && 10 * near.count() >= 9 * m
}

fn away(x: &[f64], states: &Mat<f64>) -> f64 {
    (0..states.ncols()).map(|j| distance(x, col(states.as_ref(), j))).fold(f64::INFINITY, f64::min)
}

fn reached(system: &dyn System, cycle: Cycle, input: &[f64], first: usize) -> Result<Reached, Error> {
    let members = vec![first];
    if system.is_flow() {
        let map = PhaseMap::new(system, &cycle, input)?;
        let (states, response) = (map.states().to_owned(), Some(map.response().to_owned()));
        return Ok(Reached { cycle, states, response, members });
    }
    let mut states = Mat::zeros(cycle.point.len(), cycle.steps);
    let mut state = Stepper::new(system.step(), Drive::Constant(input), &cycle.point, 1);
    for j in 0..cycle.steps {
        col_mut(states.as_mut(), j).copy_from_slice(state.x());
        state.step();
    }
    Ok(Reached { cycle, states, response: None, members })
}
