//! Continuations in the summary.

use super::{Born, Continuation, Curve};
use crate::analyses::summary::Number;
use crate::diagnostics::dynamics::continuation::manifolds::{Direction, SideEnd};
use crate::diagnostics::dynamics::continuation::periodic::{CycleBifurcation, CycleEnd, CycleEvent};
use crate::diagnostics::dynamics::continuation::{Bifurcation, BifurcationKind, Branch, Criticality, End};
use schemars::JsonSchema;
use serde::Serialize;

/// Fixed points followed in a parameter p.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Continuation")]
pub struct Entry {
    /// What p is.
    pub what: String,
    /// Least p.
    pub low: Number,
    /// Largest p.
    pub high: Number,
    /// Where it began.
    pub starts: Vec<StartEntry>,
    /// False where there are more branches than were followed, or one was left before its end or never begun.
    pub complete: bool,
    /// Why nothing was followed; null where something was.
    pub nothing: Option<String>,
    /// The branches; those that spring from others come after them.
    pub branches: Vec<BranchEntry>,
    /// Cycles of a flow that are born at Hopf points.
    pub cycles: Vec<CyclesEntry>,
}

/// Fixed points from which a continuation began.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ContinuationStart")]
pub struct StartEntry {
    /// The parameter.
    pub p: Number,
    /// Fixed points there.
    pub points: usize,
    /// How many of them could not be followed.
    pub left_out: usize,
}

/// A branch of fixed points, or of cycles of a map.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Branch")]
pub struct BranchEntry {
    /// Steps of the map that close; 1 for fixed points.
    pub period: usize,
    /// Points along it.
    pub points: usize,
    /// Least and largest p on it.
    pub p: [Number; 2],
    /// How it ends.
    pub ends: [End; 2],
    /// The branch and the place in its list of the bifurcation from which it springs, both from 0.
    pub origin: Option<[usize; 2]>,
    /// Stretches of p, along the branch, on which it is stable.
    pub stable: Vec<[Number; 2]>,
    /// Bifurcations, along the branch.
    pub bifurcations: Vec<BifurcationEntry>,
}

/// A bifurcation on a branch.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Bifurcation")]
pub struct BifurcationEntry {
    /// What happens.
    pub kind: BifurcationKind,
    /// The parameter.
    pub p: Number,
    /// What rounding leaves open of it, about.
    pub error: Number,
    /// How far the equations of a bifurcation of this kind are from being satisfied.
    pub residual: Number,
    /// Unstable eigenvalues before and after, along the branch.
    pub unstable: [usize; 2],
    /// Critical eigenvalues, a pair counted once.
    pub multiplicity: usize,
    /// Of a flow radians per unit time, of a map radians per step; null without a critical pair.
    pub frequency: Option<Number>,
    /// The coefficient of the normal form; null where it is not determined to its sign.
    pub coefficient: Option<CoefficientEntry>,
    /// Whether what is born is stable in the critical direction; null where that is not known.
    pub criticality: Option<Criticality>,
    /// The state.
    pub state: Vec<Number>,
}

/// A coefficient of a normal form.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "NormalForm")]
pub struct CoefficientEntry {
    /// Its value.
    pub value: Number,
    /// What differences of derivatives leave open of it.
    pub error: Number,
}

/// Cycles of a flow from a Hopf point on.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "CycleBranch")]
pub struct CyclesEntry {
    /// The branch and the place of the Hopf point in its list, both from 0.
    pub from: [usize; 2],
    /// Those of the Hopf point in which they end, where they do; from there they are not followed again.
    pub to: Option<[usize; 2]>,
    /// Cycles along it; 0 where none was found.
    pub points: usize,
    /// Least and largest p on it.
    pub p: Option<[Number; 2]>,
    /// Shortest and longest period.
    pub period: Option<[Number; 2]>,
    /// How it ends; null where no cycle was found.
    pub end: Option<CycleEnd>,
    /// Stretches of p on which the cycles are stable.
    pub stable: Vec<[Number; 2]>,
    /// What happens to the cycles.
    pub bifurcations: Vec<CycleBifurcationEntry>,
}

/// A bifurcation of cycles.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "CycleBifurcation")]
pub struct CycleBifurcationEntry {
    /// What happens.
    pub kind: CycleEvent,
    /// The parameter.
    pub p: Number,
    /// Its error, about.
    pub error: Number,
    /// The period.
    pub period: Number,
    /// Unstable multipliers before and after.
    pub unstable: [usize; 2],
}

/// A curve along which states leave a saddle, or come to it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SaddleCurve")]
pub struct CurveEntry {
    /// The place of the point in the list, from 0.
    pub point: usize,
    /// Whether states come from the point or go to it.
    pub direction: Direction,
    /// The eigenvalue of its direction.
    pub eigenvalue: Number,
    /// Lengths of both sides.
    pub lengths: [Number; 2],
    /// How both sides end.
    pub ends: [SideEnd; 2],
    /// Distance of its first piece from the true curve, about.
    pub error: Number,
}

impl Entry {
    /// Of what was found.
    pub fn of(found: &Continuation) -> Self {
        Self {
            what: found.asked.what.to_string(),
            low: Number(found.asked.range[0]),
            high: Number(found.asked.range[1]),
            starts: found
                .starts
                .iter()
                .map(|s| StartEntry { p: Number(s.p), points: s.points, left_out: s.left_out })
                .collect(),
            complete: found.diagram.complete && found.nothing.is_none(),
            nothing: found.nothing.as_ref().map(ToString::to_string),
            branches: found.diagram.branches.iter().map(BranchEntry::of).collect(),
            cycles: found.cycles.iter().map(CyclesEntry::of).collect(),
        }
    }
}

/// Least and largest.
fn extent(values: impl Iterator<Item = f64>) -> Option<[Number; 2]> {
    let ends = values
        .fold(None, |ends: Option<[f64; 2]>, v| Some(ends.map_or([v, v], |[a, b]| [a.min(v), b.max(v)])));
    ends.map(|e| e.map(Number))
}

/// Stretches of p of neighbouring points that are all stable, ended by the bifurcations beside them.
pub fn stretches(points: &[(f64, bool)], events: &[(usize, f64)]) -> Vec<[f64; 2]> {
    let border = |after: usize| events.iter().filter(move |e| e.0 == after).map(|e| e.1);
    let mut all = vec![];
    // Least and largest so far: a branch may turn round within a stretch.
    let mut ends: Option<[f64; 2]> = None;
    let wider = |ends: Option<[f64; 2]>, p: f64| Some(ends.map_or([p, p], |[a, b]| [a.min(p), b.max(p)]));
    for (k, (p, stable)) in points.iter().enumerate().filter(|(_, p)| p.1) {
        if ends.is_none() {
            ends = k.checked_sub(1).and_then(|before| border(before).next_back()).map(|at| [at, at]);
        }
        ends = wider(ends, *p);
        if *stable && !points.get(k + 1).is_some_and(|next| next.1) {
            if let Some(at) = border(k).next().filter(|_| k + 1 < points.len()) {
                ends = wider(ends, at);
            }
            all.extend(ends.take());
        }
    }
    all
}

impl BranchEntry {
    fn of(b: &Branch) -> Self {
        let points: Vec<(f64, bool)> = b.points.iter().map(|p| (p.p, p.stable)).collect();
        let events: Vec<(usize, f64)> = b.bifurcations.iter().map(|e| (e.after, e.p)).collect();
        Self {
            period: b.period,
            points: b.points.len(),
            p: extent(b.points.iter().map(|p| p.p)).unwrap_or([Number(f64::NAN); 2]),
            ends: b.ends,
            origin: b.origin.map(|(branch, k)| [branch, k]),
            stable: stretches(&points, &events).into_iter().map(|s| s.map(Number)).collect(),
            bifurcations: b.bifurcations.iter().map(BifurcationEntry::of).collect(),
        }
    }
}

impl BifurcationEntry {
    fn of(b: &Bifurcation) -> Self {
        Self {
            kind: b.kind,
            p: Number(b.p),
            error: Number(b.error),
            residual: Number(b.residual),
            unstable: b.unstable,
            multiplicity: b.multiplicity,
            frequency: b.frequency.map(Number),
            coefficient: b
                .coefficient
                .map(|c| CoefficientEntry { value: Number(c.value), error: Number(c.error) }),
            criticality: b.criticality,
            state: b.state.iter().map(|v| Number(*v)).collect(),
        }
    }
}

impl CyclesEntry {
    fn of(born: &Born) -> Self {
        let found = born.branch.as_ref().ok();
        let points = found.map_or(&[][..], |b| &b.points);
        let events = found.map_or(&[][..], |b| &b.bifurcations);
        let stable: Vec<(f64, bool)> = points.iter().map(|c| (c.p, c.unstable == 0)).collect();
        let at: Vec<(usize, f64)> = events.iter().map(|e| (e.after, e.cycle.p)).collect();
        Self {
            from: born.from,
            to: born.to,
            points: points.len(),
            p: extent(points.iter().map(|c| c.p)),
            period: extent(points.iter().map(|c| c.period)),
            end: found.map(|b| b.end),
            stable: stretches(&stable, &at).into_iter().map(|s| s.map(Number)).collect(),
            bifurcations: events.iter().map(CycleBifurcationEntry::of).collect(),
        }
    }
}

impl CycleBifurcationEntry {
    fn of(e: &CycleBifurcation) -> Self {
        Self {
            kind: e.kind,
            p: Number(e.cycle.p),
            error: Number(e.error),
            period: Number(e.cycle.period),
            unstable: e.unstable,
        }
    }
}

impl CurveEntry {
    /// Of a curve.
    pub fn of(c: &Curve) -> Self {
        Self {
            point: c.point,
            direction: c.direction,
            eigenvalue: Number(c.eigenvalue),
            lengths: c.lengths.map(Number),
            ends: c.ends,
            error: Number(c.error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_stretches_end_at_bifurcations() {
        let points = [(0.0, false), (0.1, true), (0.2, true), (0.3, false), (0.4, true)];
        let found = stretches(&points, &[(0, 0.05), (2, 0.25)]);
        assert_eq!(found, [[0.05, 0.25], [0.4, 0.4]]);
        assert_eq!(stretches(&[(1.0, true), (0.0, true)], &[]), [[0.0, 1.0]]);
        assert!(stretches(&[], &[]).is_empty());
    }

    #[test]
    fn a_branch_that_turns_round_is_stable_on_the_whole_of_it() {
        let points = [(2.0, true), (1.0, true), (0.5, true), (1.5, true), (2.0, true)];
        assert_eq!(stretches(&points, &[]), [[0.5, 2.0]]);
        let points = [(0.0, true), (1.0, true), (2.0, false), (3.0, true)];
        assert_eq!(stretches(&points, &[(1, 1.5), (2, 2.5)]), [[0.0, 1.5], [2.5, 3.0]]);
    }
}
