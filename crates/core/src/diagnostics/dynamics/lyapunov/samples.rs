//! Points of an orbit, spread evenly over all that was recorded, in a fixed amount of memory.

use crate::linalg::{col, col_mut};
use faer::Mat;

const ROOM: usize = 400;
/// Points below which a set says nothing.
const ENOUGH: usize = 60;
/// Share of points with their nearest neighbour in their own set above which two sets are apart.
const APART: f64 = 0.9;

/// At least some [`ROOM`] / 2 points once the orbit is long enough, at times that are in step with nothing: evenly spread
/// ones would lie on a torus like a lattice, whose next points are those of one stretch.
pub(super) struct Samples {
    points: Mat<f64>,
    times: Vec<usize>,
    /// Bits of a mixed time that must be zero.
    bits: u32,
}

impl Samples {
    pub(super) fn new(n: usize) -> Self {
        Self { points: Mat::zeros(n, ROOM), times: Vec::with_capacity(ROOM), bits: 0 }
    }

    /// Offers the state after recorded step `t`; offering a step again replaces what it and later ones left.
    pub(super) fn offer(&mut self, t: usize, x: &[f64]) {
        let taken = |t: usize, bits: u32| mixed(t as u64).trailing_zeros() >= bits;
        if !taken(t, self.bits) {
            return;
        }
        self.times.truncate(self.times.partition_point(|s| *s < t));
        while self.times.len() == ROOM {
            self.bits += 1;
            let kept: Vec<usize> = (0..ROOM).filter(|i| taken(self.times[*i], self.bits)).collect();
            for (to, from) in kept.iter().enumerate().filter(|(to, from)| to != *from) {
                let (head, tail) = self.points.as_mut().split_at_col_mut(*from);
                col_mut(head, to).copy_from_slice(col(tail.as_ref(), 0));
            }
            self.times = kept.iter().map(|i| self.times[*i]).collect();
        }
        if taken(t, self.bits) {
            col_mut(self.points.as_mut(), self.times.len()).copy_from_slice(x);
            self.times.push(t);
        }
    }

    fn count(&self) -> usize {
        self.times.len()
    }

    /// Whether there are too few points to say anything.
    pub(super) fn few(&self) -> bool {
        self.count() < ENOUGH
    }

    fn point(&self, i: usize) -> &[f64] {
        col(self.points.as_ref(), i)
    }

    /// Whether both sets lie in the same place: a point's nearest neighbour belongs to either, and the
    /// means agree to ten times what thirds of each are apart.
    pub(super) fn same_place(&self, other: &Self) -> bool {
        if self.few() || other.few() {
            return true;
        }
        let floor = 1e-6 * self.spread().max(other.spread()).max(1e-6);
        let (a, b) = (self.part(0, 1), other.part(0, 1));
        let (gap_a, gap_b) = (self.count() / 10, other.count() / 10);
        let own = 0.5 * (own_share(&a, &b, gap_a, floor) + own_share(&b, &a, gap_b, floor));
        let apart = squared_distance(&mean(&a), &mean(&b)).sqrt();
        own < APART && apart <= 10.0 * self.unrest().hypot(other.unrest()).max(floor)
    }

    /// Whether the last third lies elsewhere than the first.
    pub(super) fn drifts(&self) -> bool {
        if self.few() {
            return false;
        }
        let (a, b) = (self.part(0, 3), self.part(2, 3));
        let floor = 1e-6 * self.spread().max(1e-9);
        let gap = self.count() / 10;
        0.5 * (own_share(&a, &b, gap, floor) + own_share(&b, &a, gap, floor)) > APART
    }

    /// Whether half or more of `other` was visited.
    pub(super) fn covers(&self, other: &Self) -> bool {
        if self.few() || other.few() {
            return false;
        }
        let (mine, theirs) = (self.part(0, 1), other.part(0, 1));
        let gap = other.count() / 10;
        let mut within: Vec<f64> =
            (0..theirs.len()).map(|i| nearest(theirs[i], &theirs, Some((i, gap)))).collect();
        within.sort_by(f64::total_cmp);
        let near = 3.0 * within[within.len() / 2] + 1e-12 * (1.0 + other.spread().powi(2));
        theirs.iter().filter(|p| nearest(p, &mine, None) <= near).count() * 2 >= theirs.len()
    }

    /// Part `i` of `parts` equal ones.
    fn part(&self, i: usize, parts: usize) -> Vec<&[f64]> {
        let size = self.count() / parts;
        (i * size..(i + 1) * size).map(|j| self.point(j)).collect()
    }

    /// Root mean square distance of the means of thirds from their mean, over the root of 2.
    fn unrest(&self) -> f64 {
        let means: Vec<Vec<f64>> = (0..3).map(|i| mean(&self.part(i, 3))).collect();
        let middle = mean(&means.iter().map(|m| &m[..]).collect::<Vec<_>>());
        (means.iter().map(|m| squared_distance(m, &middle)).sum::<f64>() / 6.0).sqrt()
    }

    /// Root mean square distance from the mean.
    pub(super) fn spread(&self) -> f64 {
        let (n, c) = (self.points.nrows(), self.count().max(1) as f64);
        let mut sum = 0.0;
        for i in 0..n {
            let mean = (0..self.count()).map(|j| self.points[(i, j)]).sum::<f64>() / c;
            sum += (0..self.count()).map(|j| (self.points[(i, j)] - mean).powi(2)).sum::<f64>() / c;
        }
        sum.sqrt()
    }
}

/// The output of the splitmix64 generator after state `t`: a bijection without structure.
fn mixed(t: u64) -> u64 {
    let z = t.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn mean(points: &[&[f64]]) -> Vec<f64> {
    let n = points.first().map_or(0, |p| p.len());
    (0..n).map(|i| points.iter().map(|p| p[i]).sum::<f64>() / points.len() as f64).collect()
}

/// Squared distance from `p` to the nearest of `all`, without those within a gap of an index.
fn nearest(p: &[f64], all: &[&[f64]], without: Option<(usize, usize)>) -> f64 {
    let counts = |j: usize| without.is_none_or(|(i, gap)| i.abs_diff(j) > gap);
    let others = all.iter().enumerate().filter(|(j, _)| counts(*j));
    others.map(|(_, q)| squared_distance(p, q)).fold(f64::INFINITY, f64::min)
}

/// Share of `a` whose nearest neighbour, those within `gap` left out, is of `a` and not of `b`;
/// distances below `floor` are equal.
fn own_share(a: &[&[f64]], b: &[&[f64]], gap: usize, floor: f64) -> f64 {
    let floor = floor * floor;
    let one = |i: usize| {
        let (own, other) = (nearest(a[i], a, Some((i, gap))), nearest(a[i], b, None));
        match own.max(floor).total_cmp(&other.max(floor)) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Greater => 0.0,
        }
    };
    (0..a.len()).map(one).sum::<f64>() / a.len().max(1) as f64
}

/// In eight lanes: a plain sum waits for each addition.
fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        for i in 0..8 {
            lanes[i] += (a[i] - b[i]) * (a[i] - b[i]);
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| (a - b) * (a - b)).sum();
    lanes.iter().sum::<f64>() + rest
}
