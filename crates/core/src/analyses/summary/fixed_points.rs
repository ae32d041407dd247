//! Fixed and slow points in the summary.

use super::Point;
use super::number::{Number, numbers};
use super::task::{Held, Stored};
use crate::analyses::Context;
use crate::analyses::network::Points;
use crate::analyses::network::continuation::{self, CurveEntry};
use crate::diagnostics::dynamics::fixed_points::{self, Ended, Index, Method, Reason};
use schemars::JsonSchema;
use serde::Serialize;

/// States of undecided places in the summary, at most.
const PLACES: usize = 20;

/// Fixed and slow points under the constant input, and how whole their list is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FixedPoints {
    /// Fixed points by number of unstable directions, those of a continuum, then slow points.
    pub points: Vec<Point>,
    /// Searches started.
    pub starts: usize,
    /// Searches that ended at no fixed or slow point.
    pub unconverged: usize,
    /// Estimated number of points that were not found, no less than the indices prove.
    pub expected_missed: Number,
    /// True where it is proven that there are no other fixed points.
    pub complete: bool,
    /// What the enumeration of all fixed points did; null where none applies.
    pub proof: Option<Proof>,
    /// Why the search ended: gave up, where rounds found none of the points that are expected.
    pub ended: Ended,
    /// Sum of sign det(I - J) (flows: det(-J)) over the points, and over all that exist.
    pub index: Option<Index>,
    /// Sum of the indices of all points, where it is known; if not zero, a fixed point exists.
    pub degree: Option<i32>,
    /// Points come in pairs x, -x.
    pub odd: bool,
    /// The rounds that followed the first search.
    pub second_search: Search,
    /// Local minima of the speed above the threshold where many starts end (ghosts).
    pub regions: Vec<Region>,
    /// Threshold of q for slow points.
    pub slow_threshold: Number,
    /// The constant input.
    pub input: Vec<Number>,
    /// What the stable points store; null of fewer than two, and of those under inputs that trials hold.
    pub stored: Option<Stored>,
    /// The points under other constant inputs that trials hold, those of most steps first; inputs that vary throughout the trials
    /// are zero there.
    pub held: Vec<Held>,
    /// Curves along which states leave saddles, or come to them, where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<CurveEntry>,
    /// The points followed in a parameter, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub continued: Vec<continuation::Entry>,
}

/// What an enumeration of all fixed points did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Proof {
    /// By which theorem.
    pub method: Method,
    /// Points proven to exist.
    pub found: usize,
    /// Proven: there are no others.
    pub complete: bool,
    /// Operations done, about.
    pub work: u64,
    /// Places where points could neither be proven nor excluded.
    pub undecided_places: usize,
    /// The first of them; none where the work was spent.
    pub undecided: Vec<Place>,
}

/// A place where points could neither be proven nor excluded.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Place {
    /// Why.
    pub reason: Reason,
    /// A state of it.
    pub state: Vec<Number>,
}

/// The rounds that followed the first search.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SecondSearch")]
pub struct Search {
    /// Their starts.
    pub starts: usize,
    /// Fixed points that only they found.
    pub found: usize,
    /// Their number.
    pub rounds: usize,
}

/// Where starts gather that find no point.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Region {
    /// The state of least speed.
    pub state: Vec<Number>,
    /// q there.
    pub speed: Number,
    /// Starts that ended there.
    pub starts: usize,
}

impl FixedPoints {
    /// Of what was found.
    pub fn of(found: &Points, _: &Context) -> Self {
        Self {
            stored: found.stores.as_ref().map(Stored::of),
            held: found.held.iter().map(Held::of).collect(),
            curves: found.curves.all.iter().map(CurveEntry::of).collect(),
            continued: found.continued.iter().map(continuation::Entry::of).collect(),
            ..Self::of_search(&found.result)
        }
    }

    /// Of one search.
    pub fn of_search(result: &fixed_points::FixedPoints) -> Self {
        Self {
            stored: None,
            held: vec![],
            curves: vec![],
            continued: vec![],
            points: result.points.iter().map(|p| Point::of(p, &result.input, result.flow)).collect(),
            starts: result.starts,
            unconverged: result.unconverged,
            expected_missed: Number(result.expected_missed),
            complete: result.complete,
            proof: result.proof.as_ref().map(Proof::of),
            ended: result.ended(),
            index: result.index,
            degree: result.degree,
            odd: result.odd,
            second_search: Search {
                starts: result.second_starts,
                found: result.second_found,
                rounds: result.rounds.count,
            },
            regions: result.regions.iter().map(Region::of).collect(),
            slow_threshold: Number(result.slow_threshold),
            input: numbers(&result.input),
        }
    }
}

impl Proof {
    fn of(p: &fixed_points::Proof) -> Self {
        let place = |u: &fixed_points::Undecided| Place { reason: u.reason, state: numbers(&u.state) };
        Self {
            method: p.method,
            found: p.found,
            complete: p.complete,
            work: p.work,
            undecided_places: p.undecided.len(),
            undecided: p.undecided.iter().take(PLACES).map(place).collect(),
        }
    }
}

impl Region {
    fn of(r: &fixed_points::Region) -> Self {
        Self { state: numbers(&r.state), speed: Number(r.speed), starts: r.starts }
    }
}
