//! Units of a network grouped by the correlation of their states, and its weights in that order.

use super::Run;
use crate::analyses::Error;
use crate::analyses::activity::{Grouped, Groups, Permutations, clusters};
use faer::Mat;

/// Random assignments of units to clusters that weights are tested against.
const PERMUTATIONS: usize = 999;

impl Run<'_> {
    /// Clusters of the outputs of the top layer, and of its recurrent matrices.
    pub(in crate::analyses) fn clusters(&self) -> Result<Groups, Error> {
        let range = self.network.architecture.output();
        let n = range.len();
        let states = self.orbits.pooled();
        let top = format!("layer{}_", self.network.architecture.units().len() - 1);
        let several = self.network.architecture.units().len() > 1;
        let own = |(name, w): &&(String, Mat<f64>)| {
            (!several || name.starts_with(&top)) && w.nrows() == n && w.ncols() == n
        };
        let matrices: Vec<(String, Mat<f64>)> = self.network.recurrent.iter().filter(own).cloned().collect();
        clusters(
            states.as_ref().subrows(range.start, n),
            &self.context.names[range],
            Grouped::States(self.source()),
            &matrices,
            Permutations { count: PERMUTATIONS, seed: self.seed },
            &self.config.analyses,
        )
    }
}
