//! The principal components of a network's trajectories.

use super::{Run, on_plane};
use crate::figures::StatePoint;
use crate::pipeline::Error;
use crate::sections::{self, Rendered};
use crate::tables::{Cells, TableOut};
use faer::Mat;
use nullcline_core::diagnostics::dynamics::fixed_points::FixedPoints;
use nullcline_core::diagnostics::geometry::pca::Pca;
use nullcline_core::linalg::col;

impl Run<'_> {
    pub(super) fn components(&self, pca: &Pca, points: Option<&FixedPoints>) -> Result<Rendered, Error> {
        let intro = format!(
            "Principal components of the states along {}, {}: dimensions of what these starts do in that time, not of the network.",
            self.source(),
            self.length()
        );
        let space = |x: &[f64]| {
            let p = pca.project(x, 3.min(pca.components.ncols()));
            [0, 1, 2].map(|k| p.get(k).copied().unwrap_or(0.0))
        };
        let line = |s: &Mat<f64>| (0..s.ncols()).map(|t| space(col(s.as_ref(), t))).collect();
        let states: Vec<Vec<[f64; 3]>> = self.orbits.states.iter().map(line).collect();
        let found = points.iter().flat_map(|p| &p.points);
        let found = found.map(|p| StatePoint { at: space(&p.state), kind: sections::point_kind(p) });
        let (points, tables): (Vec<_>, _) = (found.collect(), vec![self.projections(pca)]);
        let mut rendered = sections::pca(pca, &self.context.names, &states, &points, &intro, tables)?;
        rendered.json["trajectories"] = self.orbits.states.len().into();
        rendered.json["length"] = self.longest().into();
        Ok(rendered)
    }

    /// Steps of the longest trajectory.
    fn longest(&self) -> usize {
        self.orbits.states.iter().map(|s| s.ncols().saturating_sub(1)).max().unwrap_or(0)
    }

    /// How long the trajectories are, in words.
    fn length(&self) -> String {
        format!("{} long each", sections::words::count(self.longest(), "step"))
    }

    /// What the trajectories span, in a sentence that says what they are.
    pub(super) fn spans(&self, pca: &Pca) -> String {
        let what = if self.driven() || self.initial.is_some() {
            "Of the states along"
        } else {
            "Of the relaxation along"
        };
        let components = sections::words::carry(pca.components_for_90, pca.mean.len());
        format!("{what} {}, {}, {components}.", self.source(), self.length())
    }

    /// Trajectories in the plane of the first two components.
    pub(super) fn lines(&self) -> Vec<Vec<[f64; 2]>> {
        let Some(pca) = self.pca.as_ref().filter(|p| p.components.ncols() >= 2) else { return vec![] };
        let line = |s: &Mat<f64>| (0..s.ncols()).map(|t| on_plane(pca, col(s.as_ref(), t))).collect();
        self.orbits.states.iter().map(line).collect()
    }

    fn projections(&self, pca: &Pca) -> TableOut {
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
        let mut columns = vec![("trajectory".into(), Cells::Int(label)), ("time".into(), Cells::Float(time))];
        columns
            .extend(values.into_iter().enumerate().map(|(j, v)| (format!("pc{}", j + 1), Cells::Float(v))));
        let caption = "States along the leading principal components.".into();
        TableOut { name: "projections".into(), caption, columns }
    }
}
