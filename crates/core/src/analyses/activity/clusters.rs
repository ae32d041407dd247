//! Units grouped by correlation, of a recording or of a network's states.

use crate::analyses::network::Source;
use crate::analyses::{AnalysisSettings, Error};
use crate::diagnostics::geometry::clusters::{self, Blocks, Clusters, Linkage, Options, blocks};
use faer::{Mat, MatRef};

/// Units in groups, and the weights within and between them.
pub struct Groups {
    /// The tree and its groups.
    pub found: Clusters,
    /// Distance between clusters.
    pub linkage: Linkage,
    /// Names of all units.
    pub units: Vec<String>,
    /// What was correlated.
    pub of: Grouped,
    /// Matrices of weights among the units.
    pub weights: Vec<Weights>,
    /// One row in so many was held.
    pub every: usize,
}

/// What units are correlated over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouped {
    /// Recorded rows.
    Rows,
    /// States along trajectories.
    States(Source),
}

/// A matrix of weights among the units.
pub struct Weights {
    /// Its name.
    pub name: String,
    /// Weights onto unit i (row) from unit j (column).
    pub matrix: Mat<f64>,
    /// Their means by cluster.
    pub blocks: Blocks,
}

/// How often labels are dealt anew for the test of weights.
pub(crate) struct Permutations {
    pub count: usize,
    pub seed: u64,
}

/// Clusters of the rows of `x`, n x T, named `units`; `matrices` (n x n) are ordered and tested by them.
pub(crate) fn clusters(
    x: MatRef<f64>,
    units: &[String],
    of: Grouped,
    matrices: &[(String, Mat<f64>)],
    permutations: Permutations,
    settings: &AnalysisSettings,
) -> Result<Groups, Error> {
    let linkage: Linkage = settings.linkage.unwrap_or_default();
    let options = Options { linkage, clusters: settings.clusters };
    let found = clusters::clusters(x, &options).map_err(|e| match e {
        clusters::Error::Number { .. } => Error::Config(format!("--clusters: {e}")),
        e => Error::Numbers(format!("clusters: {e}")),
    })?;
    let weights = matrices.iter().map(|(name, w)| Weights {
        name: name.clone(),
        blocks: blocks(w.as_ref(), &found.label, permutations.count, permutations.seed),
        matrix: w.clone(),
    });
    let weights = weights.collect();
    Ok(Groups { found, linkage, units: units.to_vec(), of, weights, every: 1 })
}
