//! The branch points of a diagram, and along which of their branches somebody has been.

use super::equation::Metric;
use super::results::{Bifurcation, BifurcationKind};

/// Distance within which two points are one.
const SAME: f64 = 1e-6;

/// Distance within which a branch of doubled period that turns in p has come to a flip: there two cycles of half the period meet, and the
/// place is known to the root of the rounding.
pub const AT_FLIP: f64 = 1e-4;

/// A branch point and the four ways from it.
struct Crossing {
    period: usize,
    z: Vec<f64>,
    /// Directions away from it, and whether somebody has been there.
    rays: Vec<(Vec<f64>, bool)>,
    origin: (usize, usize),
}

/// The branch points met so far.
pub struct Crossings {
    metric: Metric,
    all: Vec<Crossing>,
    /// Flips, and whether the branch of double period is known.
    flips: Vec<(usize, Vec<f64>, bool)>,
}

/// Where a branch is to be followed from.
pub struct Ways {
    /// Steps of the map that close.
    pub period: usize,
    /// The branch point.
    pub z: Vec<f64>,
    /// Directions to follow.
    pub rays: Vec<Vec<f64>>,
    /// The branch and the bifurcation where it was found.
    pub origin: (usize, usize),
}

/// (x, p) of a bifurcation.
pub fn place(b: &Bifurcation) -> Vec<f64> {
    b.state.iter().copied().chain([b.p]).collect()
}

impl Crossings {
    /// None so far.
    pub fn new(metric: Metric) -> Self {
        Self { metric, all: vec![], flips: vec![] }
    }

    /// Records that a branch of that period comes to `b` in the direction `t`; whether it need not go on.
    pub fn arrive(&mut self, period: usize, b: &Bifurcation, t: &[f64], origin: (usize, usize)) -> bool {
        let z = place(b);
        if b.kind == BifurcationKind::Flip && !b.tangents.is_empty() {
            self.flips.push((period, z, false));
            return false;
        }
        if let Some(flip) =
            self.flips.iter_mut().find(|f| 2 * f.0 == period && self.metric.distance(&f.1, &z) < AT_FLIP)
        {
            flip.2 = true;
            return true;
        }
        let crosses = matches!(b.kind, BifurcationKind::Transcritical | BifurcationKind::Pitchfork);
        if !crosses || b.tangents.len() != 2 {
            return false;
        }
        let known = self.all.iter().position(|c| c.period == period && self.metric.distance(&c.z, &z) < SAME);
        let k = known.unwrap_or_else(|| {
            let back = |t: &Vec<f64>| t.iter().map(|t| -t).collect::<Vec<f64>>();
            let rays = b.tangents.iter().flat_map(|t| [(t.clone(), false), (back(t), false)]).collect();
            self.all.push(Crossing { period, z, rays, origin });
            self.all.len() - 1
        });
        let back: Vec<f64> = t.iter().map(|t| -t).collect();
        let been = self.mark(k, &back);
        let ahead = self.mark(k, t);
        been || ahead
    }

    /// Marks the ray of crossing `k` nearest to `t`; whether it was so already.
    fn mark(&mut self, k: usize, t: &[f64]) -> bool {
        let metric = self.metric;
        let Some(c) = self.all.get_mut(k) else { return false };
        let nearest = c.rays.iter_mut().max_by(|a, b| metric.dot(&a.0, t).total_cmp(&metric.dot(&b.0, t)));
        nearest.is_some_and(|ray| std::mem::replace(&mut ray.1, true))
    }

    /// Marks the ray `t` of the crossing at `z`; whether somebody had been there.
    pub fn take(&mut self, ways: &Ways, t: &[f64]) -> bool {
        let found = self
            .all
            .iter()
            .position(|c| c.period == ways.period && self.metric.distance(&c.z, &ways.z) < SAME);
        found.is_some_and(|k| self.mark(k, t))
    }

    /// The first crossing from which somebody still has to go.
    pub fn next(&self) -> Option<Ways> {
        let c = self.all.iter().find(|c| c.rays.iter().any(|r| !r.1))?;
        let rays = c.rays.iter().filter(|r| !r.1).map(|r| r.0.clone()).collect();
        Some(Ways { period: c.period, z: c.z.clone(), rays, origin: c.origin })
    }

    /// Whether the doubled branch of the flip at `z` is known; it is from now on.
    pub fn take_flip(&mut self, period: usize, z: &[f64]) -> bool {
        let metric = self.metric;
        let flip = self.flips.iter_mut().find(|f| f.0 == period && metric.distance(&f.1, z) < SAME);
        flip.is_none_or(|f| std::mem::replace(&mut f.2, true))
    }
}
