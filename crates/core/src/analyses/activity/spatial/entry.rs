//! Where units are active, in the summary.

use super::{Spatial, Unit};
use crate::analyses::Context;
use crate::analyses::summary::Number;
use schemars::JsonSchema;
use serde::Serialize;

/// Chance below which a unit counts.
const CHANCE: f64 = 0.05;

/// Where in space units are active.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Spatial")]
pub struct Entry {
    /// Names of the units.
    pub units: Vec<String>,
    /// Names of the coordinates; empty: no positions.
    pub position: Vec<String>,
    /// Ends of each coordinate.
    pub range: Vec<[Number; 2]>,
    /// Bins along each coordinate.
    pub bins: usize,
    /// How often activity was shifted in a circle within trials.
    pub shuffles: usize,
    /// Bits about the place in each unit of activity, or spike.
    pub information: Scores,
    /// Border scores.
    pub border: Scores,
    /// Grid scores.
    pub grid: Scores,
    /// Lengths of the mean vector of the heading.
    pub head_direction: Scores,
    /// R^2 of a linear regression of each unit on the position.
    pub position_r2: Scores,
    /// And on the displacement from the first position of its trial.
    pub displacement_r2: Scores,
    /// Preferred heading of each unit, radians; null: none.
    pub direction: Vec<Number>,
    /// Place fields of each unit.
    pub fields: Vec<usize>,
    /// Bins of the largest of each.
    pub largest_field: Vec<usize>,
    /// Largest rate of each map.
    pub peak: Vec<Number>,
    /// Mean rate of each map.
    pub mean: Vec<Number>,
}

/// A score of all units.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SpatialScores")]
pub struct Scores {
    /// Of each unit; null: it has none.
    pub value: Vec<Number>,
    /// Share of shifted activity with as much, by rank; null: nothing was shifted.
    pub p: Vec<Number>,
    /// Units with p below 0.05; one in twenty is by chance.
    pub units: usize,
    /// What 95 of 100 shifted units stay below.
    pub level: Number,
}

impl Entry {
    /// Of what was found.
    pub fn of(found: &Spatial, _: &Context) -> Self {
        let units = &found.units;
        let numbers = |f: &dyn Fn(&Unit) -> f64| units.iter().map(|u| Number(f(u))).collect::<Vec<_>>();
        let scores = |s: usize| Scores {
            value: numbers(&|u| u.scores[s].value),
            p: numbers(&|u| u.scores[s].p),
            units: found.above(s),
            level: Number(found.level[s]),
        };
        let map = found.map.as_ref();
        Self {
            units: found.names.clone(),
            position: map.map_or_else(Vec::new, |m| m.of.clone()),
            range: map.map_or_else(Vec::new, |m| m.range.iter().map(|r| r.map(Number)).collect()),
            bins: map.map_or(0, |m| m.places.bins[0]),
            shuffles: found.shuffles,
            information: scores(0),
            border: scores(1),
            grid: scores(2),
            head_direction: scores(3),
            position_r2: scores(4),
            displacement_r2: scores(5),
            direction: numbers(&|u| u.direction),
            fields: units.iter().map(|u| u.fields).collect(),
            largest_field: units.iter().map(|u| u.largest).collect(),
            peak: numbers(&|u| u.peak),
            mean: numbers(&|u| u.mean),
        }
    }
}

impl Spatial {
    /// Units whose score has a chance below 0.05.
    pub fn above(&self, score: usize) -> usize {
        self.units.iter().filter(|u| u.scores[score].p < CHANCE).count()
    }
}
