//! The principal components of a network's trajectories.

use super::{Run, on_plane};
use crate::analyses::{Components, Projections, Rows};
use crate::diagnostics::geometry::pca::Pca;
use crate::linalg::col;

impl Run<'_> {
    pub(super) fn components(&self, pca: &Pca) -> Components {
        let length = self.orbits.states.iter().map(|s| s.ncols().saturating_sub(1)).max().unwrap_or(0);
        Components {
            pca: pca.clone(),
            names: self.context.names.clone(),
            rows: Rows::Trajectories { source: self.source(), length },
            lines: self.states().map(|line| line.map(|x| in_space(pca, x)).collect()).collect(),
            points: self.points_known().map(|p| (p.clone(), in_space(pca, &p.state))).collect(),
            projections: self.projections(pca),
        }
    }

    /// Trajectories in the plane of the first two components.
    pub(super) fn lines(&self) -> Vec<Vec<[f64; 2]>> {
        let Some(pca) = self.pca.as_ref().filter(|p| p.components.ncols() >= 2) else { return vec![] };
        self.states().map(|line| line.map(|x| on_plane(pca, x)).collect()).collect()
    }

    /// The states of each trajectory.
    fn states(&self) -> impl Iterator<Item = impl Iterator<Item = &[f64]>> {
        self.orbits.states.iter().map(|s| (0..s.ncols()).map(|t| col(s.as_ref(), t)))
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

/// Coordinates on the first three components.
pub(super) fn in_space(pca: &Pca, x: &[f64]) -> [f64; 3] {
    let p = pca.project(x, 3.min(pca.components.ncols()));
    [0, 1, 2].map(|k| p.get(k).copied().unwrap_or(0.0))
}
