//! What a network can hold: its stable points, the saddles between them, and where those lead.

use super::task::Ending;
use super::{Run, read_out};
use crate::diagnostics::dynamics::fixed_points::{FixedPoint, Label, Stability};
use crate::diagnostics::dynamics::trajectories::random_states;
use crate::linalg::{col, norm};
use crate::numbers::Estimate;
use rayon::prelude::*;

/// Random states whose ends give the basins' shares.
const STATES: usize = 200;
/// Saddles whose directions are followed, at most.
const SADDLES: usize = 200;
/// Displacement along an unstable direction, relative to the size of the state.
const AWAY: f64 = 1e-4;

/// Where one side of a saddle's unstable direction leads.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The saddle, by its number among the points, from 0.
    pub saddle: usize,
    /// Which unstable direction, from 0.
    pub direction: usize,
    /// To which side of it, 1 or -1.
    pub side: i8,
    /// Where it ends.
    pub to: Ending,
}

/// The stable points under a constant input, and what lies between them.
#[derive(Clone, Debug)]
pub struct Stores {
    /// The stable fixed points, by their numbers among all points, from 0.
    pub stable: Vec<usize>,
    /// Share of random states that end in each.
    pub shares: Vec<Estimate>,
    /// The read-out's values at each, a list of outputs; empty without a read-out.
    pub outputs: Vec<Vec<f64>>,
    /// Different patterns of the outputs' signs among them.
    pub patterns: Option<usize>,
    /// Where the unstable directions of saddles lead.
    pub edges: Vec<Edge>,
    /// Saddles that were not followed: at kinks, with complex or more than two unstable directions, or beyond two hundred.
    pub not_followed: usize,
}

impl Stores {
    /// The bits that its stable points hold in the signs of the outputs, where there is one point for each pattern.
    pub fn bits(&self) -> Option<usize> {
        let outputs = self.outputs.first()?.len();
        let all = 1usize.checked_shl(outputs as u32)?;
        (self.patterns == Some(all) && self.stable.len() == all).then_some(outputs)
    }
}

impl Run<'_> {
    /// What the stable points store; none of fewer than two.
    pub(super) fn stores(&self, points: &[FixedPoint]) -> Option<Stores> {
        let is_stable =
            |p: &FixedPoint| p.label == Label::Fixed && p.stability == Stability::Stable && p.isolated;
        let stable: Vec<usize> = (0..points.len()).filter(|k| is_stable(&points[*k])).collect();
        if stable.len() < 2 {
            return None;
        }
        let system = self.network.system.as_ref();
        let states = random_states(system, STATES, self.seed);
        let ends: Vec<Ending> =
            (0..STATES).into_par_iter().map(|k| self.ending(col(states.as_ref(), k), points)).collect();
        let share =
            |p: &usize| Estimate::share(ends.iter().filter(|e| **e == Ending::Point(*p)).count(), STATES);
        let outputs: Vec<Vec<f64>> = self.network.readout.as_ref().map_or_else(Vec::new, |r| {
            let at: Vec<&[f64]> = stable.iter().map(|k| self.output_of(&points[*k].state)).collect();
            let by_output = read_out(r, &at);
            (0..at.len()).map(|k| by_output.iter().map(|(_, v)| v[k]).collect()).collect()
        });
        let patterns = (!outputs.is_empty()).then(|| {
            let mut signs: Vec<Vec<bool>> =
                outputs.iter().map(|y| y.iter().map(|v| *v > 0.0).collect()).collect();
            signs.sort();
            signs.dedup();
            signs.len()
        });
        let (edges, not_followed) = self.edges(points);
        Some(Stores {
            shares: stable.iter().map(share).collect(),
            stable,
            outputs,
            patterns,
            edges,
            not_followed,
        })
    }

    /// Follows both sides of the unstable directions of saddles.
    fn edges(&self, points: &[FixedPoint]) -> (Vec<Edge>, usize) {
        let saddle = |p: &FixedPoint| p.label == Label::Fixed && p.stability == Stability::Unstable;
        let all: Vec<usize> = (0..points.len()).filter(|k| saddle(&points[*k])).collect();
        let real = |p: &FixedPoint| {
            p.kinks.is_none()
                && p.isolated
                && (1..=2).contains(&p.unstable)
                && p.modes.len() >= p.unstable
                && p.modes[..p.unstable].iter().all(|m| m.right.iter().all(|z| z.im == 0.0))
        };
        let followed: Vec<usize> = all.iter().copied().filter(|k| real(&points[*k])).take(SADDLES).collect();
        let jobs: Vec<(usize, usize, i8)> = followed
            .iter()
            .flat_map(|k| (0..points[*k].unstable).flat_map(move |m| [1, -1].map(|side| (*k, m, side))))
            .collect();
        let one = |(k, m, side): &(usize, usize, i8)| {
            let p = &points[*k];
            let step = f64::from(*side) * AWAY * (1.0 + norm(&p.state));
            let start: Vec<f64> =
                p.state.iter().zip(&p.modes[*m].right).map(|(x, v)| x + step * v.re).collect();
            Edge { saddle: *k, direction: *m, side: *side, to: self.ending(&start, points) }
        };
        (jobs.par_iter().map(one).collect(), all.len() - followed.len())
    }
}
