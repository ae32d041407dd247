//! Fixed points of a network, and its flow in the plane of two components.

use super::{Run, on_plane, read_out};
use crate::figures::{PlanePoint, component_label};
use crate::pipeline::{Error, Observer};
use crate::sections::{self, Rendered};
use nullcline_core::diagnostics::dynamics::fixed_points::{self, FixedPoints};
use nullcline_core::diagnostics::dynamics::flow_field::{FlowField, flow_field};
use nullcline_core::diagnostics::geometry::pca::Pca;
use std::sync::atomic::{AtomicU64, Ordering};

impl Run<'_> {
    pub(super) fn search(&self, observer: &dyn Observer) -> FixedPoints {
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
        observer.start("fixed points", options.starts as u64);
        let pool = self.orbits.pooled();
        let found = fixed_points::fixed_points(system, pool.as_ref(), &self.input, &options, &|| {
            observer.at(done.fetch_add(1, Ordering::Relaxed) + 1);
        });
        observer.finish();
        found
    }

    pub(super) fn fixed_points(&self, points: &FixedPoints) -> Result<Rendered, Error> {
        let outputs = self.network.readout.as_ref().map_or_else(Vec::new, |r| {
            let states: Vec<&[f64]> = points.points.iter().map(|p| self.output_of(&p.state)).collect();
            read_out(r, &states)
        });
        let lines = self.lines();
        let plane = self.pca.as_ref().filter(|p| p.components.ncols() >= 2).map(|p| {
            let label = |i: usize| component_label(i + 1, p.explained_variance_ratio[i]);
            (places(p, points), [label(0), label(1)])
        });
        let plane = plane.as_ref().map(|(places, labels)| sections::Plane {
            lines: &lines,
            points: places,
            labels: labels.clone(),
        });
        let mut rendered = sections::fixed_points(points, &self.context, &outputs, plane)?;
        if self.driven() {
            rendered.section.intro.push(
                "The input of this run varies in time (--inputs), and a network has no fixed points under such an \
                 input: these are those under the constant input above, which --input sets."
                    .into(),
            );
        }
        Ok(rendered)
    }

    pub(super) fn flow_field(&self, pca: &Pca, points: &FixedPoints) -> Result<Rendered, Error> {
        let lines = self.lines();
        let places = places(pca, points);
        let range = |k: usize| {
            let values = lines.iter().flatten().map(|p| p[k]).chain(places.iter().map(|p| p.at[k]));
            let (lo, hi) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
            let pad = 0.1 * (hi - lo).max(1e-9);
            [lo - pad, hi + pad]
        };
        let plane = pca.components.as_ref().subcols(0, 2);
        let system = self.network.system.as_ref();
        let field: FlowField = flow_field(system, &pca.mean, plane, &self.input, range(0), range(1), 21);
        let ratio = [pca.explained_variance_ratio[0], pca.explained_variance_ratio[1]];
        Ok(sections::flow_field(&field, &places, &lines, ratio, &self.context)?)
    }
}

fn places(pca: &Pca, points: &FixedPoints) -> Vec<PlanePoint> {
    let one = |p: &fixed_points::FixedPoint| PlanePoint {
        at: on_plane(pca, &p.state),
        kind: sections::point_kind(p),
    };
    points.points.iter().map(one).collect()
}
