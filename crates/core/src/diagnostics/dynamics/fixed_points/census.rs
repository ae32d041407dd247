//! The points found so far, each once, with how often it was reached.

use super::residual::{Residual, distance};
use super::solver::{Root, Zero, zero};
use super::unseen::{Tally, unseen};
use crate::linalg::norm;

/// How a start came to a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Without knowing any point.
    Independent,
    /// From other points.
    Bred,
    /// By symmetry, or without a start.
    Given,
}

/// One point, or under an odd rule the pair x, -x.
#[derive(Clone, Debug)]
pub struct Found {
    /// The point.
    pub root: Root,
    /// Whether its mirror image is a point too, and another.
    pub paired: bool,
    /// Independent starts that ended at it, and at its mirror image.
    pub hits: [usize; 2],
    /// Whether bred starts came to it.
    pub bred: bool,
    /// Of a critical zero: whether the critical direction attracts.
    pub attracts: Option<bool>,
    /// Radius in which it is the only one, where all points are proven.
    pub certified: Option<f64>,
}

impl Found {
    /// A point that no start has reached.
    pub fn new(root: Root) -> Self {
        Self { root, paired: false, hits: [0; 2], bred: false, attracts: None, certified: None }
    }
}

/// A list of points without repetition.
pub struct Census<'a> {
    /// The points; one of each pair.
    pub list: Vec<Found>,
    /// The equation, where it is odd: -x is then a point wherever x is.
    mirror: Option<Residual<'a>>,
}

impl<'a> Census<'a> {
    /// An empty list; with `mirror`, an odd equation, points come in pairs.
    pub fn new(mirror: Option<Residual<'a>>) -> Self {
        Self { list: vec![], mirror }
    }

    /// Adds `root` or counts it; returns whether it is new. Roots are one when they lie within their radii,
    /// which follow the conditioning: two zeros that rounding can tell apart stay two.
    pub fn add(&mut self, root: Root, arrival: Arrival) -> bool {
        let slack = 8.0 * f64::EPSILON * (1.0 + norm(&root.state));
        let mirrored = mirrored(&root.state);
        // The nearest of those within reach.
        let near = |(i, f): (usize, &Found)| {
            let image = if f.paired { distance(&f.root.state, &mirrored) } else { f64::INFINITY };
            let away = [distance(&f.root.state, &root.state), image];
            let side = usize::from(away[1] < away[0]);
            (away[side] <= f.root.radius + root.radius + slack).then_some((away[side], i, side))
        };
        let all = self.list.iter().enumerate().filter_map(near);
        let place = all.min_by(|a, b| a.0.total_cmp(&b.0));
        let (i, side) = place.map_or((self.list.len(), 0), |(_, i, side)| (i, side));
        if place.is_none() {
            let paired = self.is_paired(&root);
            self.list.push(Found { paired, ..Found::new(root) });
        }
        match arrival {
            Arrival::Independent => self.list[i].hits[side] += 1,
            Arrival::Bred => self.list[i].bred = true,
            Arrival::Given => {}
        }
        place.is_none()
    }

    /// Whether the mirror image of `root` is another point: G must be there what it is here.
    fn is_paired(&mut self, root: &Root) -> bool {
        let Some(residual) = &mut self.mirror else { return false };
        if norm(&root.state) <= root.radius + 1e-12 {
            return false;
        }
        let mirrored = mirrored(&root.state);
        match root.zero {
            Zero::Isolated | Zero::Continuum => zero(residual, &mirrored).is_some(),
            // Newton's method says nothing of critical points.
            Zero::Critical => residual.oddness(&root.state) <= 1e-13 * (1.0 + norm(&root.state)),
        }
    }

    /// Number of points, pairs counted twice.
    pub fn count(&self) -> usize {
        self.list.iter().map(|f| 1 + usize::from(f.paired)).sum()
    }

    /// All states, mirror images included, with the place in the list.
    pub fn states(&self) -> Vec<(usize, Vec<f64>)> {
        let mut all = vec![];
        for (i, f) in self.list.iter().enumerate() {
            all.push((i, f.root.state.clone()));
            if f.paired {
                all.push((i, mirrored(&f.root.state)));
            }
        }
        all
    }

    /// The points one by one, pairs apart, with their own hits.
    pub fn into_points(self) -> Vec<Found> {
        let mut all = vec![];
        for f in self.list {
            if f.paired {
                let root = Root { state: mirrored(&f.root.state), ..f.root.clone() };
                all.push(Found { root, hits: [f.hits[1], 0], ..f.clone() });
                all.push(Found { hits: [f.hits[0], 0], ..f });
            } else {
                all.push(Found { hits: [f.hits[0] + f.hits[1], 0], ..f });
            }
        }
        all
    }

    /// Expected number of points that were not found: [`unseen`], a pair being one in the sample.
    pub fn missed(&self) -> f64 {
        let isolated = self.list.iter().filter(|f| f.root.zero != Zero::Continuum);
        let tally = isolated.map(|f| Tally { hits: f.hits.iter().sum(), bred: f.bred }).collect::<Vec<_>>();
        unseen(&tally) * if self.mirror.is_some() { 2.0 } else { 1.0 }
    }

    /// The sum of sign det(I - F_x), of -F_x for a flow; none where a derivative is singular.
    pub fn index_sum(&self, n: usize) -> Option<i32> {
        let turn = if n.is_multiple_of(2) { 1 } else { -1 };
        let one = |f: &Found| {
            let sign = (f.root.sign != 0).then_some(turn * f.root.sign)?;
            Some(sign * (1 + i32::from(f.paired)))
        };
        self.list.iter().map(one).sum()
    }
}

fn mirrored(x: &[f64]) -> Vec<f64> {
    x.iter().map(|v| -v).collect()
}
