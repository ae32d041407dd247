//! Units grouped by correlation, of a recording or of a network's states.

use crate::pipeline::{AnalysisSettings, Error};
use crate::sections::{self, Rendered, Weights};
use faer::{Mat, MatRef};
use nullcline_core::diagnostics::geometry::clusters::{self, Linkage, Options, blocks};

/// How often labels are dealt anew for the test of weights.
pub(crate) struct Permutations {
    pub count: usize,
    pub seed: u64,
}

/// Clusters of the rows of `x`, n x T, named `units`; `matrices` (n x n) are ordered and tested by them.
pub(crate) fn clusters(
    x: MatRef<f64>,
    units: &[String],
    source: &str,
    matrices: &[(String, Mat<f64>)],
    permutations: Permutations,
    settings: &AnalysisSettings,
) -> Result<(String, Rendered), Error> {
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
    let weights: Vec<Weights> = weights.collect();
    let finding = sections::describe_clusters(&found, &weights);
    Ok((finding, sections::clusters(&found, linkage, units, source, &weights)?))
}
