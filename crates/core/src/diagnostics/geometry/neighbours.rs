//! Nearest neighbours by a k-d tree, those of a point's own group left out where it has one.

use crate::linalg::col;
use faer::{Mat, MatRef};

/// Points that are looked through one by one.
const LEAF: usize = 12;

/// Points in a k-d tree.
///
/// Source: Friedman, Bentley & Finkel, ACM Trans. Math. Softw. 3, 209 (1977), split at the median of the widest coordinate.
pub struct Tree {
    /// Points in the order of the tree, d x N.
    points: Mat<f64>,
    /// The group of each.
    group: Vec<usize>,
    /// Coordinate that is split at the middle of a range, by that middle.
    axis: Vec<usize>,
}

/// A search under way.
struct Search<'a> {
    tree: &'a Tree,
    at: &'a [f64],
    skip: usize,
}

/// The group of no point.
pub const NOBODY: usize = usize::MAX;

impl Tree {
    /// Of the columns of `x`, d x N, each of which is in a group.
    ///
    /// ```
    /// use nullcline_core::diagnostics::geometry::neighbours::{NOBODY, Tree};
    ///
    /// let line = faer::Mat::from_fn(1, 5, |_, i| i as f64);
    /// let tree = Tree::of(line.as_ref(), &[0, 0, 1, 1, 1]);
    /// // Squared distances of the two nearest, and how many lie within a squared distance, the farthest of them last.
    /// let mut found = vec![];
    /// tree.nearest(&[2.2], 2, NOBODY, &mut found);
    /// assert!((found[0] - 0.04).abs() < 1e-12 && (found[1] - 0.64).abs() < 1e-12);
    /// let (count, farthest) = tree.within(&[2.2], 1.5, 1);
    /// assert!(count == 1 && (farthest - 1.44).abs() < 1e-12);
    /// ```
    pub fn of(x: MatRef<f64>, group: &[usize]) -> Self {
        let n = x.ncols();
        let mut order: Vec<usize> = (0..n).collect();
        let mut axis = vec![0; n];
        split(x, &mut order, &mut axis);
        Self {
            points: Mat::from_fn(x.nrows(), n, |i, j| x[(i, order[j])]),
            group: order.iter().map(|j| group[*j]).collect(),
            axis,
        }
    }

    /// Squared distances of the `k` points nearest to `at`, ascending, fewer where there are no more; those of group `skip` are none.
    pub fn nearest(&self, at: &[f64], k: usize, skip: usize, found: &mut Vec<f64>) {
        found.clear();
        if k > 0 {
            Search { tree: self, at, skip }.nearest(0, self.group.len(), k, found);
        }
    }

    /// How many points lie within the squared distance `reach` of `at`, and the largest squared distance among them, 0 of none.
    pub fn within(&self, at: &[f64], reach: f64, skip: usize) -> (usize, f64) {
        let (mut count, mut farthest) = (0, 0.0);
        Search { tree: self, at, skip }.within(0, self.group.len(), reach, &mut count, &mut farthest);
        (count, farthest)
    }
}

impl Search<'_> {
    fn distance(&self, j: usize) -> f64 {
        col(self.tree.points.as_ref(), j).iter().zip(self.at).map(|(a, b)| (a - b) * (a - b)).sum()
    }

    /// The two halves of a range, that in which the point lies first, its middle, and the squared distance to the other.
    fn halves(&self, lo: usize, hi: usize) -> ([(usize, usize); 2], usize, f64) {
        let middle = lo + (hi - lo) / 2;
        let axis = self.tree.axis[middle];
        let apart = self.at[axis] - self.tree.points[(axis, middle)];
        let sides = [(lo, middle), (middle + 1, hi)];
        (if apart < 0.0 { sides } else { [sides[1], sides[0]] }, middle, apart * apart)
    }

    fn take(&self, j: usize, k: usize, found: &mut Vec<f64>) {
        if self.tree.group[j] == self.skip {
            return;
        }
        let d = self.distance(j);
        if found.len() < k || found.last().is_some_and(|last| d < *last) {
            found.truncate(k - 1);
            let place = found.partition_point(|f| *f <= d);
            found.insert(place, d);
        }
    }

    fn nearest(&self, lo: usize, hi: usize, k: usize, found: &mut Vec<f64>) {
        if hi - lo <= LEAF {
            (lo..hi).for_each(|j| self.take(j, k, found));
            return;
        }
        let ([near, far], middle, apart) = self.halves(lo, hi);
        self.nearest(near.0, near.1, k, found);
        self.take(middle, k, found);
        if found.len() < k || found.last().is_some_and(|last| apart < *last) {
            self.nearest(far.0, far.1, k, found);
        }
    }

    fn within(&self, lo: usize, hi: usize, reach: f64, count: &mut usize, farthest: &mut f64) {
        let mut one = |j: usize| {
            let d = self.distance(j);
            if d <= reach && self.tree.group[j] != self.skip {
                *count += 1;
                *farthest = farthest.max(d);
            }
        };
        if hi - lo <= LEAF {
            (lo..hi).for_each(one);
            return;
        }
        let ([near, far], middle, apart) = self.halves(lo, hi);
        one(middle);
        self.within(near.0, near.1, reach, count, farthest);
        if apart <= reach {
            self.within(far.0, far.1, reach, count, farthest);
        }
    }
}

/// Orders points so that the middle of each range is the median of it along one coordinate.
fn split(x: MatRef<f64>, order: &mut [usize], axis: &mut [usize]) {
    if order.len() <= LEAF {
        return;
    }
    let width = |i: usize| {
        let ends = order
            .iter()
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], j| [a.min(x[(i, *j)]), b.max(x[(i, *j)])]);
        ends[1] - ends[0]
    };
    let widths: Vec<f64> = (0..x.nrows()).map(width).collect();
    let widest = (0..x.nrows()).fold(0, |best, i| if widths[i] > widths[best] { i } else { best });
    let middle = order.len() / 2;
    order.select_nth_unstable_by(middle, |a, b| x[(widest, *a)].total_cmp(&x[(widest, *b)]));
    axis[middle] = widest;
    let (before, rest) = order.split_at_mut(middle);
    let (own, after) = axis.split_at_mut(middle);
    split(x, before, own);
    split(x, &mut rest[1..], &mut after[1..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal_matrix, stream};

    /// Against all distances, with groups left out, ties and few points included.
    #[test]
    fn a_tree_finds_what_looking_at_all_points_finds() {
        for (d, n, round) in [(1, 40, true), (2, 300, false), (3, 300, true), (5, 7, false)] {
            let x = normal_matrix(&mut stream(3, Use::Fixture, n as u64 + d as u64), d, n);
            let x = Mat::from_fn(d, n, |i, j| if round { x[(i, j)].round() } else { x[(i, j)] });
            let group: Vec<usize> = (0..n).map(|j| j % 7).collect();
            let tree = Tree::of(x.as_ref(), &group);
            let mut found = vec![];
            for j in 0..n {
                let at = col(x.as_ref(), j);
                let distance = |i: usize| -> f64 {
                    col(x.as_ref(), i).iter().zip(at).map(|(a, b)| (a - b) * (a - b)).sum()
                };
                for skip in [group[j], NOBODY] {
                    let mut all: Vec<f64> = (0..n).filter(|i| group[*i] != skip).map(distance).collect();
                    all.sort_by(f64::total_cmp);
                    tree.nearest(at, 4, skip, &mut found);
                    assert_eq!(found, all[..4.min(all.len())]);
                    let inside: Vec<f64> = all.iter().copied().filter(|v| *v <= 0.7).collect();
                    let most = inside.last().copied().unwrap_or(0.0);
                    assert_eq!(tree.within(at, 0.7, skip), (inside.len(), most));
                }
            }
        }
    }
}
