//! Fixed points of a network, and its flow in the plane of two components.

use super::task::pooled;
use super::{Flow, HeldInput, Outputs, Plane, Points, Run, UnderInput, held_inputs, on_plane, read_out};
use crate::analyses::Error;
use crate::diagnostics::dynamics::fixed_points::{self, FixedPoint, FixedPoints};
use crate::diagnostics::dynamics::flow_field::flow_field;
use crate::diagnostics::geometry::pca::Pca;
use crate::systems::time::System;
use faer::MatRef;
use std::sync::atomic::{AtomicU64, Ordering};

/// Of so many starts one is made under each input that trials hold.
const HELD_PART: usize = 2;

impl Run<'_> {
    /// The fixed and slow points under the constant input; sought once.
    pub(super) fn points(&self) -> &FixedPoints {
        self.points.get_or_init(|| {
            self.search(self.network.system.as_ref(), &self.input, self.orbits.pooled().as_ref(), 1)
        })
    }

    /// Those points, if a module sought them.
    pub(super) fn points_known(&self) -> impl Iterator<Item = &FixedPoint> {
        self.points.get().into_iter().flat_map(|p| &p.points)
    }

    /// The points under a constant input, from starts at the states `pool`; one of `part` of them unless more are asked for.
    pub(super) fn search(
        &self,
        system: &dyn System,
        input: &[f64],
        pool: MatRef<f64>,
        part: usize,
    ) -> FixedPoints {
        let s = self.settings;
        let mut options = fixed_points::Options::for_dimension(system.field().dim());
        let usual = options.starts;
        options.starts = s.starts.unwrap_or(usual / part);
        options.second_starts = options.starts.div_ceil(2);
        options.budget = options.budget.saturating_mul(options.starts) / usual;
        options.noise = s.noise.unwrap_or(options.noise);
        options.slow_threshold = s.slow_threshold.unwrap_or(options.slow_threshold);
        options.seed = self.seed;
        let done = AtomicU64::new(0);
        self.observer.start("fixed points", options.starts as u64);
        let found = fixed_points::fixed_points(system, pool, input, &options, &|| {
            // Rounds of further starts come on top.
            self.observer.at((done.fetch_add(1, Ordering::Relaxed) + 1).min(options.starts as u64));
        });
        self.observer.finish();
        found
    }

    pub(super) fn fixed_points(&self) -> Result<Points, Error> {
        let result = self.points();
        let held = self.trials.as_ref().map(|t| held_inputs(&t.trials, &t.hold));
        let (found, left_out, varying) =
            held.map_or((vec![], 0, vec![]), |h| (h.inputs, h.left_out, h.varying));
        let under = |held: HeldInput| {
            let whole = held.stretches.is_empty();
            let states =
                if whole { self.orbits.pooled() } else { pooled(&self.orbits.states, &held.stretches) };
            let system = self.network.system.as_ref();
            let result = self.search(system, &held.input, states.as_ref(), HELD_PART);
            UnderInput { outputs: self.outputs_at(&result), plane: self.plane_of(&result), result, held }
        };
        let held: Vec<UnderInput> = found.into_iter().filter(|h| h.input != self.input).map(under).collect();
        self.held
            .get_or_init(|| held.iter().map(|u| (u.held.input.clone(), u.result.points.clone())).collect());
        Ok(Points {
            result: result.clone(),
            outputs: self.outputs_at(result),
            plane: self.plane_of(result),
            stores: self.stores(&result.points),
            held,
            held_left_out: left_out,
            varying,
            driven: self.driven() && self.trials.is_none(),
            curves: self.curves(&self.input, &result.points),
            continued: self.continuations()?,
        })
    }

    /// The read-out's values at points.
    fn outputs_at(&self, result: &FixedPoints) -> Outputs {
        let at = || result.points.iter().map(|p| self.output_of(&p.state)).collect::<Vec<_>>();
        self.network.readout.as_ref().map_or_else(Vec::new, |r| read_out(r, &at()))
    }

    /// The plane of the first two components with those points in it; none where there is no second component.
    fn plane_of(&self, result: &FixedPoints) -> Option<Plane> {
        self.pca.as_ref().filter(|p| p.components.ncols() >= 2).map(|p| self.plane(p, &result.points))
    }

    /// The plane of the first two components, with what lies in it.
    fn plane(&self, pca: &Pca, points: &[FixedPoint]) -> Plane {
        Plane {
            lines: self.lines(),
            points: points.iter().map(|p| on_plane(pca, &p.state)).collect(),
            shares: [pca.explained_variance_ratio[0], pca.explained_variance_ratio[1]],
        }
    }

    pub(super) fn flow_field(&self, pca: &Pca) -> Flow {
        let plane = self.plane(pca, &self.points().points);
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
