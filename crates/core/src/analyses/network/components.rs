//! The principal components of a network's trajectories.

use super::{Run, on_plane};
use crate::analyses::{Components, Projections, Rows};
use crate::diagnostics::geometry::pca::Pca;
use crate::linalg::col;
use faer::Mat;

impl Run<'_> {
    pub(super) fn components(&self, pca: &Pca) -> Components {
        let length = self.orbits.states.iter().map(|s| s.ncols().saturating_sub(1)).max().unwrap_or(0);
        Components {
            pca: pca.clone(),
            names: self.context.names.clone(),
            rows: Rows::Trajectories { source: self.source(), length },
            lines: self.lines(),
            projections: self.projections(pca),
        }
    }

    /// Trajectories in the plane of the first two components.
    pub(super) fn lines(&self) -> Vec<Vec<[f64; 2]>> {
        let Some(pca) = self.pca.as_ref().filter(|p| p.components.ncols() >= 2) else { return vec![] };
        let line = |s: &Mat<f64>| (0..s.ncols()).map(|t| on_plane(pca, col(s.as_ref(), t))).collect();
        self.orbits.states.iter().map(line).collect()
    }

    fn projections(&self, pca: &Pca) -> Projections {
        let k = pca.components_for_90.max(3).min(pca.components.ncols());
        let (mut label, mut time, mut values) = (vec![], vec![], vec![vec![]; k]);
        for (i, states) in self.orbits.states.iter().enumerate() {
            for t in 0..states.ncols() {
                label.push(i as i64);
                time.push(t as f64 * self.orbits.time_step);
                for (v, x) in values.iter_mut().zip(pca.project(col(states.as_ref(), t), k)) {
                    v.push(x);
                }
            }
        }
        Projections::Trajectories { label, time, values }
    }
}
