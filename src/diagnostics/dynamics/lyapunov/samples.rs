//! Points of an orbit, spread evenly over all that was recorded, in a fixed amount of memory.

use crate::linalg::{col, col_mut};
use faer::Mat;

const ROOM: usize = 400;
/// Irrational, so that no period of the orbit is in step with the sampling.
const RATIO: f64 = 1.618_033_988_749_895;

/// At least half of [`ROOM`] points once the orbit is long enough.
pub(super) struct Samples {
    points: Mat<f64>,
    stride: f64,
    pub(super) count: usize,
}

impl Samples {
    pub(super) fn new(n: usize) -> Self {
        Self { points: Mat::zeros(n, ROOM), stride: RATIO, count: 0 }
    }

    /// Offers the state after recorded step `t`; offering a step again replaces what it left.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn offer(&mut self, t: usize, x: &[f64]) {
        let mut i = (t as f64 / self.stride).ceil() as usize;
        if (i as f64 * self.stride) as usize != t {
            return;
        }
        if i >= ROOM {
            for j in 1..ROOM / 2 {
                let (head, tail) = self.points.as_mut().split_at_col_mut(2 * j);
                col_mut(head, j).copy_from_slice(col(tail.as_ref(), 0));
            }
            self.stride *= 2.0;
            i = (t as f64 / self.stride).ceil() as usize;
            self.count = ROOM / 2;
            if (i as f64 * self.stride) as usize != t {
                return;
            }
        }
        col_mut(self.points.as_mut(), i).copy_from_slice(x);
        self.count = i + 1;
    }

    fn point(&self, i: usize) -> &[f64] {
        col(self.points.as_ref(), i)
    }

    /// Median distance from a point of `self` to the nearest of `other`; within one set, points
    /// close in time do not count.
    pub(super) fn nearest(&self, other: &Self) -> f64 {
        let same = std::ptr::eq(self, other);
        let window = if same { other.count / 10 } else { 0 };
        let mut distances: Vec<f64> = (0..self.count)
            .map(|i| {
                let p = self.point(i);
                (0..other.count)
                    .filter(|j| !same || i.abs_diff(*j) > window)
                    .map(|j| squared_distance(p, other.point(j)))
                    .fold(f64::INFINITY, f64::min)
            })
            .collect();
        distances.sort_by(f64::total_cmp);
        distances.get(distances.len() / 2).map_or(f64::INFINITY, |d| d.sqrt())
    }

    /// Root mean square distance from the mean.
    pub(super) fn spread(&self) -> f64 {
        let (n, c) = (self.points.nrows(), self.count.max(1) as f64);
        let mut sum = 0.0;
        for i in 0..n {
            let mean = (0..self.count).map(|j| self.points[(i, j)]).sum::<f64>() / c;
            sum += (0..self.count).map(|j| (self.points[(i, j)] - mean).powi(2)).sum::<f64>() / c;
        }
        sum.sqrt()
    }
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
