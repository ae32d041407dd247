//! How two recordings move: steps, spread, directions and transitions.

use super::{Of, Space};
use crate::diagnostics::geometry::comparison::{
    Bias, Compared, Groups, Means, Sample, Turns, bias_difference, cell, compared, direction_bias,
};
use crate::numbers::Estimate;

/// Bins of an angle or a coordinate.
const BINS: usize = 12;
/// Bins along each of two coordinates.
const ACROSS: usize = 6;

/// A quantity of both recordings.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Of the first.
    pub active: Estimate,
    /// Of the second.
    pub quiescent: Estimate,
    /// That of the second over that of the first.
    pub ratio: Estimate,
}

/// What bins rows are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bins {
    /// Of the heading.
    Heading,
    /// Of one coordinate.
    Line,
    /// Squares of the first two coordinates, the first running fastest.
    Grid,
}

named!(Bins: Self::Heading => "heading", Self::Line => "coordinate", Self::Grid => "grid");

/// How two recordings move.
#[derive(Clone, Debug)]
pub struct Moves {
    /// Mean length of a step in the compared space.
    pub step: Pair,
    /// Mean length of a step of all units.
    pub step_of_units: Pair,
    /// Variance within trials, of all units together.
    pub variance: Pair,
    /// Variance within trials in the compared space.
    pub variance_in_space: Pair,
    /// Which way around either moves; none where nothing moves.
    pub bias: [Option<Bias>; 2],
    /// The bias of the active less that of the quiescent one, and its p value; none of fewer than five trials.
    pub difference: Option<(Estimate, f64)>,
    /// What bins transitions are between.
    pub bins: Bins,
    /// Transitions between these.
    pub transitions: Option<Compared>,
}

impl Pair {
    fn of(f: fn(&Sample) -> Means, a: &Sample, b: &Sample, groups: Groups) -> Self {
        let (active, quiescent) = (f(a), f(b));
        Self {
            active: active.estimate(),
            quiescent: quiescent.estimate(),
            ratio: quiescent.over(&active, groups),
        }
    }
}

impl Moves {
    pub(super) fn of(a: &Sample, b: &Sample, space: &Space, groups: Groups, seed: u64) -> Self {
        let [x, y] = &space.samples;
        let (around, centre) = match &space.headings {
            Some(headings) => (headings, vec![0.0; 2]),
            None => (&space.samples, space.centre()),
        };
        let turns = around.each_ref().map(|s| Turns::of(s, &centre));
        let (bins, count, of) = binned(space);
        Self {
            step: Pair::of(Means::of_steps, x, y, groups),
            step_of_units: Pair::of(Means::of_steps, a, b, groups),
            variance: Pair::of(Means::of_variances, a, b, groups),
            variance_in_space: Pair::of(Means::of_variances, x, y, groups),
            bias: turns.each_ref().map(|t| direction_bias(t, seed)),
            difference: bias_difference(&turns[0], &turns[1], groups, seed),
            bins,
            transitions: compared((&around[0], &of[0]), (&around[1], &of[1]), count, groups, seed),
        }
    }
}

/// The bin of each row of both.
fn binned(space: &Space) -> (Bins, usize, [Vec<Option<usize>>; 2]) {
    let pi = std::f64::consts::PI;
    let rows = |s: &Sample, f: &dyn Fn(usize) -> Option<usize>| (0..s.x.ncols()).map(f).collect::<Vec<_>>();
    if let Some(headings) = &space.headings {
        let of =
            headings.each_ref().map(|s| rows(s, &|t| cell(s.x[(1, t)].atan2(s.x[(0, t)]), [-pi, pi], BINS)));
        return (Bins::Heading, BINS, of);
    }
    if space.dimension == 1 && space.of != Of::Heading {
        let of = space.samples.each_ref().map(|s| rows(s, &|t| cell(s.x[(0, t)], space.range[0], BINS)));
        return (Bins::Line, BINS, of);
    }
    let square = |s: &Sample, t: usize| {
        let at = |i: usize| cell(s.x[(i, t)], space.range[i], ACROSS);
        Some(at(0)? + ACROSS * at(1)?)
    };
    let of = space.samples.each_ref().map(|s| rows(s, &|t| square(s, t)));
    (Bins::Grid, ACROSS * ACROSS, of)
}
