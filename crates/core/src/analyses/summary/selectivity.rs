//! Read-outs of targets and regressions of units in the summary.

use super::number::{Number, each, numbers};
use crate::analyses::Context;
use crate::analyses::activity::{self, By, Regressed};
use schemars::JsonSchema;
use serde::Serialize;

/// Read-outs of targets, the angles between them, and units regressed on targets.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Selectivity {
    /// Read-outs.
    pub targets: Vec<ReadOut>,
    /// Angles between them.
    pub angles: Vec<Angle>,
    /// Units regressed on all targets.
    pub regressions: Vec<Regression>,
    /// For the number of tests.
    pub correction: String,
    /// What the errors of slopes allow to depend on each other.
    pub errors: By,
    /// Trials or blocks that errors are between.
    pub groups: Option<usize>,
}

/// The direction that reads off a target.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReadOut {
    /// The target.
    pub name: String,
    /// By logistic regression where it has two values, by least squares otherwise.
    pub kind: activity::ReadOutKind,
    /// Its two values.
    pub labels: Option<Vec<String>>,
    /// Unit vector of weights.
    pub direction: Vec<Number>,
    /// R^2, or McFadden's for two values.
    pub explained: Number,
    /// Of its square, in two components.
    pub share_in_plane: Option<Number>,
    /// Its standard error.
    pub share_in_plane_std_error: Option<Number>,
}

/// Two read-outs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReadOutAngle")]
pub struct Angle {
    /// Their targets.
    pub targets: [String; 2],
    /// Degrees, 0 to 180.
    pub angle: Number,
    /// Its standard error.
    pub angle_std_error: Number,
    /// Between their projections on the plane of two components.
    pub angle_in_plane: Option<Number>,
    /// Its standard error.
    pub angle_in_plane_std_error: Option<Number>,
}

/// Every unit against one target.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Regression {
    /// The target.
    pub name: String,
    /// Rows used.
    pub rows: usize,
    /// A unit each.
    pub slope: Vec<Number>,
    /// Standard errors of the slopes.
    pub std_error: Vec<Number>,
    /// Of a slope of zero.
    pub p: Vec<Number>,
    /// Corrected for the number of units.
    pub p_corrected: Vec<Number>,
    /// Of each unit's regression, on all its targets.
    pub r_squared: Vec<Number>,
    /// Units with a corrected p below 0.05.
    pub selective: usize,
}

impl Selectivity {
    /// Of what was found.
    pub fn of(s: &activity::Selectivity, _: &Context) -> Self {
        Self {
            targets: s.outs.iter().map(ReadOut::of).collect(),
            angles: s.pairs.iter().map(Angle::of).collect(),
            regressions: s.regressions.iter().map(Regression::of).collect(),
            correction: "Holm over units".into(),
            errors: s.by,
            groups: match s.by {
                By::Trials(count) | By::Blocks(count) => Some(count),
                By::Rows => None,
            },
        }
    }
}

impl ReadOut {
    fn of(o: &activity::ReadOut) -> Self {
        Self {
            name: o.name.clone(),
            kind: o.kind(),
            labels: o.labels.clone(),
            direction: numbers(&o.direction()),
            explained: Number(o.explained),
            share_in_plane: o.inside.map(|e| Number(e.value)),
            share_in_plane_std_error: o.inside.map(|e| Number(e.error())),
        }
    }
}

impl Angle {
    fn of(p: &activity::Pair) -> Self {
        Self {
            targets: p.names.clone(),
            angle: Number(p.angle.value),
            angle_std_error: Number(p.angle.error()),
            angle_in_plane: p.within.map(|e| Number(e.value)),
            angle_in_plane_std_error: p.within.map(|e| Number(e.error())),
        }
    }
}

impl Regression {
    fn of(r: &Regressed) -> Self {
        Self {
            name: r.name.clone(),
            rows: r.rows,
            slope: each(&r.slopes, |c| c.estimate.value),
            std_error: each(&r.slopes, |c| c.estimate.error()),
            p: each(&r.slopes, |c| c.p),
            p_corrected: numbers(&r.corrected),
            r_squared: numbers(&r.r_squared),
            selective: r.selective(),
        }
    }
}
