//! Distances between points that are neighbours in space, not in time.

use crate::linalg::{col, power};
use faer::{Mat, MatRef};
use rayon::prelude::*;

/// Distances between points, but for those that follow one another closely.
pub struct Distances {
    /// The distance of points i > j stands at (i (i - 1)) / 2 + j; infinite where their places in time are too near.
    pairs: Vec<f64>,
    /// Points.
    pub points: usize,
    /// Points that were left out, each being equal to one that stays.
    pub equal: usize,
}

impl Distances {
    /// Euclidean distances of the columns of `x`, n x N, of which the i-th was taken at time i; those at most `window` apart in time
    /// are no neighbours. Of points that are equal one stays: a distance of zero has no logarithm.
    ///
    /// Memory: 4 N^2 bytes.
    ///
    /// Source: the window is that of Theiler, Phys. Rev. A 34, 2427 (1986).
    pub fn of(x: MatRef<f64>, window: usize) -> Self {
        // In a unit near the largest value, so that no square leaves the range of numbers.
        let unit = power(x.norm_max());
        let x = Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)] / unit);
        let mut kept: Vec<usize> = (0..x.ncols()).collect();
        let same = |a: &usize, b: &usize| {
            let mut order = col(x.as_ref(), *a)
                .iter()
                .zip(col(x.as_ref(), *b))
                .map(|(a, b)| (a + 0.0).total_cmp(&(b + 0.0)));
            order.find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        };
        kept.sort_by(same);
        kept.dedup_by(|a, b| same(a, b).is_eq());
        kept.sort_unstable();
        let row = |i: usize| -> Vec<f64> {
            let one = |j: usize| {
                if kept[i] - kept[j] <= window {
                    return f64::INFINITY;
                }
                let (a, b) = (col(x.as_ref(), kept[i]), col(x.as_ref(), kept[j]));
                unit * a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
            };
            (0..i).map(one).collect()
        };
        let rows: Vec<Vec<f64>> = (0..kept.len()).into_par_iter().map(row).collect();
        Self { pairs: rows.concat(), points: kept.len(), equal: x.ncols() - kept.len() }
    }

    /// The distance of two points; infinite of a point from itself.
    pub fn between(&self, i: usize, j: usize) -> f64 {
        let (low, high) = (i.min(j), i.max(j));
        if low == high { f64::INFINITY } else { self.pairs[high * (high - 1) / 2 + low] }
    }

    /// The finite ones of all pairs i > j, as (distance, i, j).
    pub(super) fn all(&self) -> impl Iterator<Item = (f64, usize, usize)> + '_ {
        let pairs = (0..self.points).flat_map(|i| (0..i).map(move |j| (i, j)));
        self.pairs.iter().zip(pairs).filter(|(d, _)| d.is_finite()).map(|(d, (i, j))| (*d, i, j))
    }
}
