//! Rows of activity beside the variables that a network follows, and the weights among its units.

use super::{By, Left};
use crate::analyses::{Error, Module};
use crate::linalg::norm;
use crate::numbers::least_squares::grouped::{Grouped, grouped};
use faer::{Mat, MatRef};

/// Variables looked at, at most.
pub(in crate::analyses) const VARIABLES: usize = 16;
/// Groups of trials or blocks left out one at a time, at most.
pub(in crate::analyses) const GROUPS: usize = 20;
/// A variable whose part outside the span of those before it is smaller than this share of it is their sum.
const SUM: f64 = 1e-5;

/// What is known of the currents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrentsFrom {
    /// W h + U u of a network in its trials.
    Network,
    /// The states of a network whose leak acts on currents, without their biases.
    States,
    /// W h of recorded activity: inputs are not known.
    Recurrent,
    /// They were recorded.
    Recorded,
}

named! {
    CurrentsFrom:
    Self::Network => "weights, states and inputs",
    Self::States => "states",
    Self::Recurrent => "weights and recorded activity",
    Self::Recorded => "recording",
}

/// Rows of units and variables.
pub(in crate::analyses) struct Followed {
    pub units: Vec<String>,
    /// What units give, n x T; none where currents alone were recorded.
    pub rates: Option<Mat<f64>>,
    /// What units receive, n x T.
    pub currents: Option<(CurrentsFrom, Mat<f64>)>,
    pub names: Vec<String>,
    /// Variables, D x T.
    pub y: Mat<f64>,
    /// The group of each row that errors leave out together.
    pub groups: Vec<usize>,
    pub by: By,
    /// W, n x n.
    pub weights: Option<Mat<f64>>,
    /// Read-out, o x n.
    pub readout: Option<Mat<f64>>,
    pub left: Vec<Left>,
    /// Fits through the origin.
    pub through_origin: bool,
    pub rank: Option<usize>,
    pub seed: u64,
}

impl Followed {
    /// The fit of `z`, n x T, on `x`.
    pub fn fit(&self, module: Module, x: MatRef<f64>, z: MatRef<f64>) -> Result<Grouped, Error> {
        grouped(x, z, &self.groups, !self.through_origin)
            .map_err(|e| Error::Numbers(format!("{}: {e}", module.name())))
    }
}

/// Variables by name, with their values on each row.
pub(in crate::analyses) type Named = (String, Vec<f64>);

/// Those of the variables that vary and are no sums of those before them, as rows, and what is left out of the others.
pub(in crate::analyses) fn independent(all: Vec<Named>, offset: bool) -> (Vec<String>, Mat<f64>, Vec<Left>) {
    let (mut names, mut kept, mut axes, mut left) = (vec![], vec![], Vec::<Vec<f64>>::new(), vec![]);
    let mut beyond = vec![];
    for (name, values) in all {
        if kept.len() == VARIABLES {
            beyond.push(name);
            continue;
        }
        let mean = if offset { values.iter().sum::<f64>() / values.len() as f64 } else { 0.0 };
        let mut rest: Vec<f64> = values.iter().map(|v| v - mean).collect();
        let size = norm(&rest);
        // Twice, so that it is orthogonal to rounding.
        for axis in axes.iter().chain(&axes) {
            let along: f64 = axis.iter().zip(&rest).map(|(a, v)| a * v).sum();
            rest.iter_mut().zip(axis).for_each(|(v, a)| *v -= along * a);
        }
        let length = norm(&rest);
        let constant = !(size > 1e-12 * norm(&values));
        if constant || !(length > SUM * size) {
            let why = if constant { "does not vary" } else { "is a sum of the targets before it" };
            left.push(Left::Unusable { target: name, why: why.into() });
            continue;
        }
        axes.push(rest.iter().map(|v| v / length).collect());
        names.push(name);
        kept.push(values);
    }
    if let (Some(first), Some(last)) = (beyond.first().cloned(), beyond.last().cloned()) {
        left.push(Left::Beyond { looked: VARIABLES, first, last, count: beyond.len() });
    }
    let rows = kept.first().map_or(0, Vec::len);
    (names, Mat::from_fn(kept.len(), rows, |c, t| kept[c][t]), left)
}

/// Parts of successive groups, 20 at most, and how many there are.
pub(in crate::analyses) fn parts(groups: &[usize]) -> (usize, Vec<usize>) {
    let mut all = groups.to_vec();
    all.sort_unstable();
    all.dedup();
    let parts = GROUPS.min(all.len());
    (all.len(), groups.iter().map(|g| all.partition_point(|a| a < g) * parts / all.len()).collect())
}
