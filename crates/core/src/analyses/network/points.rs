//! Fixed points of a network, and its flow in the plane of two components.

use super::{Flow, Plane, Points, Run, on_plane, read_out};
use crate::diagnostics::dynamics::fixed_points::{self, FixedPoint, FixedPoints};
use crate::diagnostics::dynamics::flow_field::flow_field;
use crate::diagnostics::geometry::pca::Pca;
use std::sync::atomic::{AtomicU64, Ordering};

impl Run<'_> {
    /// The fixed and slow points under the constant input; sought once.
    fn points(&self) -> &FixedPoints {
        self.points.get_or_init(|| self.search())
    }

    /// Those points, if a module sought them.
    pub(super) fn points_known(&self) -> impl Iterator<Item = &FixedPoint> {
        self.points.get().into_iter().flat_map(|p| &p.points)
    }

    fn search(&self) -> FixedPoints {
        let system = self.network.system.as_ref();
        let s = self.settings;
        let mut options = fixed_points::Options::for_dimension(system.field().dim());
        let usual = options.starts;
        options.starts = s.starts.unwrap_or(usual);
        options.second_starts = options.starts.div_ceil(2);
        options.budget = options.budget.saturating_mul(options.starts) / usual;
        options.noise = s.noise.unwrap_or(options.noise);
        options.slow_threshold = s.slow_threshold.unwrap_or(options.slow_threshold);
        options.seed = self.seed;
        let done = AtomicU64::new(0);
        self.observer.start("fixed points", options.starts as u64);
        let pool = self.orbits.pooled();
        let found = fixed_points::fixed_points(system, pool.as_ref(), &self.input, &options, &|| {
            self.observer.at(done.fetch_add(1, Ordering::Relaxed) + 1);
        });
        self.observer.finish();
        found
    }

    pub(super) fn fixed_points(&self) -> Points {
        let result = self.points();
        let outputs = self.network.readout.as_ref().map_or_else(Vec::new, |r| {
            let states: Vec<&[f64]> = result.points.iter().map(|p| self.output_of(&p.state)).collect();
            read_out(r, &states)
        });
        let plane = self.pca.as_ref().filter(|p| p.components.ncols() >= 2).map(|p| self.plane(p));
        Points { result: result.clone(), outputs, plane, driven: self.driven() }
    }

    /// The plane of the first two components, with what lies in it.
    fn plane(&self, pca: &Pca) -> Plane {
        Plane {
            lines: self.lines(),
            points: self.points().points.iter().map(|p| on_plane(pca, &p.state)).collect(),
            shares: [pca.explained_variance_ratio[0], pca.explained_variance_ratio[1]],
        }
    }

    pub(super) fn flow_field(&self, pca: &Pca) -> Flow {
        let plane = self.plane(pca);
        let range = |k: usize| {
            let values = plane.lines.iter().flatten().chain(&plane.points).map(|p| p[k]);
            let (lo, hi) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
            let pad = 0.1 * (hi - lo).max(1e-9);
            [lo - pad, hi + pad]
        };
        let axes = pca.components.as_ref().subcols(0, 2);
        let system = self.network.system.as_ref();
        let field = flow_field(system, &pca.mean, axes, &self.input, range(0), range(1), 21);
        Flow { field, plane, points: self.points().clone() }
    }
}
