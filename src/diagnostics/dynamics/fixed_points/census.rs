//! The points found so far, each once, with how often it was reached.

use super::residual::distance;
use super::solver::{Root, Zero};
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
    /// Independent starts that ended at it, and at its mirror image.
    pub hits: [usize; 2],
    /// Whether bred starts came to it.
    pub bred: bool,
    /// Of a critical zero: whether the critical direction attracts.
    pub attracts: Option<bool>,
}

/// A list of points without repetition.
pub struct Census {
    /// The points; one of each pair.
    pub list: Vec<Found>,
    /// Whether -x is a point wherever x is.
    pub odd: bool,
}

impl Census {
    /// An empty list; with `odd`, -x is a point wherever x is.
    pub fn new(odd: bool) -> Self {
        Self { list: vec![], odd }
    }

    /// Adds `root` or counts it; returns whether it is new. Roots are one when they lie within their radii,
    /// which follow the conditioning: two zeros that rounding can tell apart stay two.
    pub fn add(&mut self, root: Root, arrival: Arrival) -> bool {
        let slack = 8.0 * f64::EPSILON * (1.0 + norm(&root.state));
        let reach = |f: &Found| f.root.radius + root.radius + slack;
        let mirrored: Vec<f64> = root.state.iter().map(|v| -v).collect();
        let place = self.list.iter().enumerate().find_map(|(i, f)| {
            if distance(&f.root.state, &root.state) <= reach(f) {
                Some((i, 0))
            } else if self.odd && distance(&f.root.state, &mirrored) <= reach(f) {
                Some((i, 1))
            } else {
                None
            }
        });
        let new = place.is_none();
        let (i, side) = place.unwrap_or_else(|| {
            self.list.push(Found { root, hits: [0; 2], bred: false, attracts: None });
            (self.list.len() - 1, 0)
        });
        match arrival {
            Arrival::Independent => self.list[i].hits[side] += 1,
            Arrival::Bred => self.list[i].bred = true,
            Arrival::Given => {}
        }
        new
    }

    /// Whether the mirror image of `f` is another point.
    pub fn paired(&self, f: &Found) -> bool {
        self.odd && norm(&f.root.state) > f.root.radius + 1e-12
    }

    /// Number of points, pairs counted twice.
    pub fn count(&self) -> usize {
        self.list.iter().map(|f| 1 + usize::from(self.paired(f))).sum()
    }

    /// All states, mirror images included, with the place in the list.
    pub fn states(&self) -> Vec<(usize, Vec<f64>)> {
        let mut all = vec![];
        for (i, f) in self.list.iter().enumerate() {
            all.push((i, f.root.state.clone()));
            if self.paired(f) {
                all.push((i, f.root.state.iter().map(|v| -v).collect()));
            }
        }
        all
    }

    /// The points one by one, pairs apart, with their own hits.
    pub fn into_points(self) -> Vec<Found> {
        let mut all = vec![];
        let odd = self.odd;
        for f in self.list {
            if odd && norm(&f.root.state) > f.root.radius + 1e-12 {
                let state = f.root.state.iter().map(|v| -v).collect();
                let root = Root { state, ..f.root.clone() };
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
        unseen(&tally) * if self.odd { 2.0 } else { 1.0 }
    }

    /// The sum of sign det(I - F_x), of -F_x for a flow; none where a derivative is singular.
    pub fn index_sum(&self, n: usize) -> Option<i32> {
        let turn = if n.is_multiple_of(2) { 1 } else { -1 };
        let one = |f: &Found| {
            let sign = (f.root.sign != 0).then_some(turn * f.root.sign)?;
            Some(sign * (1 + i32::from(self.paired(f))))
        };
        self.list.iter().map(one).sum()
    }
}
