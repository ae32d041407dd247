//! What a recorded table holds, and groups of units, in the summary.

use super::number::{Number, each, rows};
use crate::analyses::activity::{Groups, Weights};
use crate::analyses::{self, Context};
use crate::diagnostics::geometry::clusters::Linkage;
use schemars::JsonSchema;
use serde::Serialize;

/// What a recorded table holds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Activity {
    /// Units.
    pub units: usize,
    /// Rows used.
    pub rows: usize,
    /// Trials; null: none given.
    pub trials: Option<usize>,
    /// Missing values of all units.
    pub missing_values: usize,
    /// Rows left out for them.
    pub dropped_rows: usize,
    /// Units that never change.
    pub constant_units: usize,
    /// Of each unit over the rows used.
    pub mean: Vec<Number>,
    /// Of each unit, divisor rows - 1.
    pub standard_deviation: Vec<Number>,
}

/// Units grouped by the correlation of their activity.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Clusters {
    /// Their number.
    pub clusters: usize,
    /// Whether --clusters gave their number.
    pub given: bool,
    /// Distance between clusters.
    pub linkage: Linkage,
    /// Mean silhouette.
    pub silhouette: Number,
    /// Number of clusters and mean silhouette.
    pub silhouettes: Vec<(usize, Number)>,
    /// Units of each.
    pub sizes: Vec<usize>,
    /// Of each unit, from 0 along the tree; null: constant.
    pub label: Vec<Option<usize>>,
    /// Units along the tree.
    pub order: Vec<String>,
    /// Units that never change and belong to none.
    pub constant: Vec<String>,
    /// Weights within and between clusters, of a network.
    pub matrices: Vec<Matrix>,
}

/// Weights within and between clusters, without those of a unit on itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ClusteredMatrix")]
pub struct Matrix {
    /// The matrix.
    pub name: String,
    /// Mean weight within clusters.
    pub within: Number,
    /// Its standard error, by the jackknife over units.
    pub within_std_error: Number,
    /// Mean weight between clusters.
    pub between: Number,
    /// Its standard error.
    pub between_std_error: Number,
    /// The first less the second.
    pub difference: Number,
    /// Its standard error.
    pub difference_std_error: Number,
    /// Of random assignments of units to clusters.
    pub p: Option<Number>,
    /// How many of these were made.
    pub permutations: Option<usize>,
    /// Onto a cluster (row) from another (column).
    pub mean: Vec<Vec<Number>>,
}

impl Activity {
    /// Of what was found.
    pub fn of(found: &analyses::Activity, _: &Context) -> Self {
        let units = &found.units;
        Self {
            units: units.len(),
            rows: found.rows,
            trials: found.trials,
            missing_values: units.iter().map(|u| u.missing).sum(),
            dropped_rows: found.dropped,
            constant_units: units.iter().filter(|u| u.deviation == 0.0).count(),
            mean: each(units, |u| u.mean),
            standard_deviation: each(units, |u| u.deviation),
        }
    }
}

impl Clusters {
    /// Of what was found.
    pub fn of(g: &Groups, _: &Context) -> Self {
        let c = &g.found;
        let names = |list: &[usize]| list.iter().map(|u| g.units[*u].clone()).collect();
        Self {
            clusters: c.count,
            given: c.given,
            linkage: g.linkage,
            silhouette: Number(c.silhouette()),
            silhouettes: c.silhouettes.iter().map(|(k, s)| (*k, Number(*s))).collect(),
            sizes: c.sizes(),
            label: c.label.clone(),
            order: names(&c.order),
            constant: names(&c.constant),
            matrices: g.weights.iter().map(Matrix::of).collect(),
        }
    }
}

impl Matrix {
    fn of(w: &Weights) -> Self {
        let b = &w.blocks;
        Self {
            name: w.name.clone(),
            within: Number(b.within.value),
            within_std_error: Number(b.within.error()),
            between: Number(b.between.value),
            between_std_error: Number(b.between.error()),
            difference: Number(b.difference.value),
            difference_std_error: Number(b.difference.error()),
            p: b.test.map(|t| Number(t.p)),
            permutations: b.test.map(|t| t.count),
            mean: rows(&b.mean),
        }
    }
}
