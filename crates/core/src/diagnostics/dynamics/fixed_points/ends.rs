//! Where the starts of the first search ended.

use super::Region;
use super::census::{Arrival, Census, Found};
use super::critical::{Critical, critical};
use super::residual::{Residual, distance};
use super::rounds::Field;
use super::solver::{End, HIDDEN, Root, Zero, stationary, zero};
use crate::linalg::norm;
use rayon::prelude::*;

/// Distance below which two states of little speed are one, relative to 1 + |x|.
const SAME: f64 = 1e-2;
/// q of a point at which rounding may hide a fixed point, relative to (1 + |x|)^2.
const MARGINAL: f64 = 1e-12;
/// Roundings of G below which nothing but rounding is left of it.
const CLEAR: f64 = 32.0;
/// Slow regions kept, and the share of the starts that one has at least.
const REGIONS: usize = 8;
const SHARE: f64 = 0.01;
/// Largest q of a slow region, relative to that of the states in general.
const SLOWER: f64 = 0.01;

/// A state where several starts ended.
pub struct Cluster {
    /// The one of least q.
    pub state: Vec<f64>,
    /// q there.
    pub speed: f64,
    /// Starts.
    pub hits: usize,
}

impl Cluster {
    fn near(&self, x: &[f64]) -> bool {
        distance(x, &self.state) <= SAME * (1.0 + norm(x))
    }
}

fn gather(list: &mut Vec<Cluster>, state: Vec<f64>, speed: f64) {
    match list.iter_mut().find(|c| c.near(&state)) {
        Some(c) => {
            c.hits += 1;
            if speed < c.speed {
                (c.state, c.speed) = (state, speed);
            }
        }
        None => list.push(Cluster { state, speed, hits: 1 }),
    }
}

/// Ends that are no isolated fixed points.
#[derive(Default)]
pub struct Ends {
    /// A sample of any continuum of fixed points.
    pub continuum: Vec<Cluster>,
    /// Minima of q below the threshold of slow points.
    pub slow: Vec<Cluster>,
    minima: Vec<Cluster>,
    unconverged: Vec<f64>,
}

impl Ends {
    /// Sorts `all`; isolated fixed points go to the `census`.
    pub fn sort(all: Vec<End>, census: &mut Census) -> Self {
        let mut ends = Self::default();
        for end in all {
            match end {
                End::Fixed(root) if root.zero == Zero::Continuum => {
                    gather(&mut ends.continuum, root.state, 0.0);
                }
                End::Fixed(root) => _ = census.add(root, Arrival::Independent),
                End::Slow(x, q) => gather(&mut ends.slow, x, q),
                End::Minimum(x, q) => gather(&mut ends.minima, x, q),
                End::Nowhere(q) => ends.unconverged.push(q),
            }
        }
        ends
    }

    /// Adds the origin where G is exactly zero there: to the fixed points, or to the slow points where its
    /// derivative is singular.
    pub fn add_origin(&mut self, residual: &mut Residual, census: &mut Census) {
        let origin = vec![0.0; residual.dim()];
        if residual.value(&origin, &mut origin.clone()) != 0.0 {
            return;
        }
        match zero(residual, &origin) {
            Some(root) if root.zero == Zero::Isolated => _ = census.add(root, Arrival::Given),
            Some(_) => {}
            None => self.slow.push(Cluster { state: origin, speed: 0.0, hits: 0 }),
        }
    }

    /// Adds slow points at which G vanishes to rounding and changes sign to the fixed points, and the origin
    /// where G is exactly zero there.
    pub fn resolve_critical(&self, field: &Field, census: &mut Census) {
        let marginal = |c: &&Cluster| c.speed <= MARGINAL * (1.0 + norm(&c.state)).powi(2);
        // The origin, if it is there, is exact and comes first.
        let candidates: Vec<&Cluster> = self.slow.iter().rev().filter(marginal).collect();
        let found: Vec<Option<Critical>> = candidates
            .par_iter()
            .map_init(|| Residual::new(field.system, field.input), |residual, c| resolved(residual, &c.state))
            .collect();
        for (c, critical) in candidates.into_iter().zip(found) {
            let known = |f: &&mut Found| f.root.zero == Zero::Critical && c.near(&f.root.state);
            if let Some(f) = census.list.iter_mut().find(known) {
                f.hits[0] += c.hits;
                continue;
            }
            let Some(Critical { root, attracts }) = critical else { continue };
            let place = census.list.len();
            if census.add(root, Arrival::Given) {
                census.list[place].hits[0] = c.hits;
                census.list[place].attracts = attracts;
            }
        }
    }

    /// Drops what rounding alone took for fixed or slow points, where all fixed points are known: any continuum, and
    /// slow points where G is its own rounding or, in the noise of the search, has no least value.
    pub fn drop_made_up(&mut self, residual: &mut Residual) {
        self.continuum.clear();
        let mut g = vec![0.0; residual.dim()];
        self.slow.retain(|c| {
            residual.value(&c.state, &mut g);
            let scale = 1.0 + norm(&c.state);
            let noise = residual.bounds(&c.state, 0.0).map_or(16.0 * f64::EPSILON * scale, |b| b.rounding);
            let clear = norm(&g) > CLEAR * noise;
            clear && (c.speed > HIDDEN * scale * scale || stationary(residual, &c.state, &g))
        });
    }

    /// Drops slow points beside fixed points: a local minimum of q there is that point, unfinished.
    pub fn drop_unfinished(&mut self, found: &[Found]) {
        let Self { slow, continuum, .. } = self;
        slow.retain(|s| {
            !found.iter().any(|f| s.near(&f.root.state)) && !continuum.iter().any(|c| s.near(&c.state))
        });
    }

    /// The minima of q above the threshold where many of the `starts` ended and q is well below its `typical`
    /// value, and q of every start that ended at no point.
    pub fn regions(&mut self, starts: usize, typical: f64) -> (Vec<Region>, Vec<f64>) {
        let mut speeds = std::mem::take(&mut self.unconverged);
        let mut minima = std::mem::take(&mut self.minima);
        speeds.extend(minima.iter().flat_map(|m| std::iter::repeat_n(m.speed, m.hits)));
        let many = (SHARE * starts as f64).max(2.0) as usize;
        minima.retain(|m| m.hits >= many && m.speed <= SLOWER * typical);
        minima.sort_by(|a, b| b.hits.cmp(&a.hits).then(a.speed.total_cmp(&b.speed)));
        minima.truncate(REGIONS);
        let region = |m: Cluster| Region { state: m.state, speed: m.speed, starts: m.hits };
        (minima.into_iter().map(region).collect(), speeds)
    }
}

/// The critical zero near `x`; the origin counts as one where G is exactly zero there. None where Newton's method
/// knows it.
fn resolved(residual: &mut Residual, x: &[f64]) -> Option<Critical> {
    let origin = x.iter().all(|v| *v == 0.0);
    let exact = |attracts| {
        let root = Root { state: x.to_vec(), zero: Zero::Critical, radius: 1e-9, sign: 0 };
        Critical { root, attracts }
    };
    let found = match critical(residual, x) {
        Some(found) if origin => {
            Critical { root: Root { state: x.to_vec(), ..found.root }, attracts: found.attracts }
        }
        Some(found) => found,
        None if origin => exact(None),
        None => return None,
    };
    let isolated = zero(residual, &found.root.state).is_some_and(|r| r.zero == Zero::Isolated);
    (!isolated).then_some(found)
}
