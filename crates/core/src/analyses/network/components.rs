//! The principal components of a network's trajectories.

use super::task::{Conditions, Ending};
use super::{Run, on_plane};
use crate::analyses::{Components, HeldPoints, LineGroups, Projections, Rows};
use crate::diagnostics::dynamics::fixed_points::{FixedPoint, Mode};
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
            numbers: self.orbits.shown().collect(),
            points: placed(pca, self.points_known()),
            directions: self.points_known().map(|p| unstable(pca, p)).collect(),
            held: self.held.get().into_iter().flatten().map(|h| held(pca, h)).collect(),
            groups: self.groups(),
            projections: self.projections(pca),
        }
    }

    /// Trajectories by the condition of their trial; where there is none by the fixed point at which they end.
    fn groups(&self) -> Option<LineGroups> {
        if let Some(Conditions { label: Some(label), names, of }) = self.trials.as_ref().map(Conditions::new)
        {
            let of = self.orbits.shown().map(|k| of[k]).collect();
            return Some(LineGroups { label: Some(label), names, of });
        }
        if self.trials.is_none() && self.driven() {
            return None;
        }
        let ends = self.ends()?;
        let mut reached: Vec<usize> = ends.iter().filter_map(at_point).collect();
        reached.sort_unstable();
        reached.dedup();
        let group = |k: usize| reached.binary_search(&at_point(&ends[k])?).ok();
        let of = self.orbits.shown().map(group).collect();
        let names = reached.iter().map(|p| (p + 1).to_string()).collect::<Vec<_>>();
        (!names.is_empty()).then_some(LineGroups { label: None, names, of })
    }

    /// Trajectories in the plane of the first two components.
    pub(super) fn lines(&self) -> Vec<Vec<[f64; 2]>> {
        let Some(pca) = self.pca.as_ref().filter(|p| p.components.ncols() >= 2) else { return vec![] };
        self.states().map(|line| line.map(|x| on_plane(pca, x)).collect()).collect()
    }

    /// The states of each trajectory that is shown.
    fn states(&self) -> impl Iterator<Item = impl Iterator<Item = &[f64]>> {
        self.orbits
            .shown()
            .map(|k| &self.orbits.states[k])
            .map(|s| (0..s.ncols()).map(|t| col(s.as_ref(), t)))
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

fn placed<'p>(pca: &Pca, points: impl Iterator<Item = &'p FixedPoint>) -> Vec<(FixedPoint, [f64; 3])> {
    points.map(|p| (p.clone(), in_space(pca, &p.state))).collect()
}

fn held(pca: &Pca, (input, points): &(Vec<f64>, Vec<FixedPoint>)) -> HeldPoints {
    HeldPoints {
        input: input.clone(),
        points: placed(pca, points.iter()),
        directions: points.iter().map(|p| unstable(pca, p)).collect(),
    }
}

fn at_point(end: &Ending) -> Option<usize> {
    match end {
        Ending::Point(p) => Some(*p),
        _ => None,
    }
}

/// The unstable eigenvectors of a point on the first three components.
fn unstable(pca: &Pca, p: &FixedPoint) -> Vec<[f64; 3]> {
    let known = if p.kinks.is_none() { p.unstable.min(p.modes.len()) } else { 0 };
    let along = |v: &[f64]| {
        let k = pca.components.ncols().min(3);
        [0, 1, 2].map(|j| {
            if j < k { col(pca.components.as_ref(), j).iter().zip(v).map(|(a, b)| a * b).sum() } else { 0.0 }
        })
    };
    let part =
        |m: &Mode| m.right.iter().map(|z| if m.value.im < 0.0 { z.im } else { z.re }).collect::<Vec<_>>();
    p.modes[..known].iter().map(|m| along(&part(m))).collect()
}

/// Coordinates on the first three components.
pub(super) fn in_space(pca: &Pca, x: &[f64]) -> [f64; 3] {
    let p = pca.project(x, 3.min(pca.components.ncols()));
    [0, 1, 2].map(|k| p.get(k).copied().unwrap_or(0.0))
}
