//! How activity moves: steps and spread.

use super::{Groups, Sample};
use crate::linalg::col;
use crate::numbers::Estimate;
use crate::numbers::jackknife::of_means;
use rayon::prelude::*;

/// A mean over the groups of a sample: the sum of each, and what it is weighted by.
#[derive(Clone, Debug)]
pub struct Means {
    groups: Vec<[f64; 2]>,
}

impl Means {
    /// Lengths |x_{t+1} - x_t| of steps.
    pub fn of_steps(s: &Sample) -> Self {
        let mut groups = vec![[0.0; 2]; s.groups()];
        for t in (1..s.x.ncols()).filter(|t| s.joined(*t)) {
            let (a, b) = (col(s.x.as_ref(), t - 1), col(s.x.as_ref(), t));
            let square: f64 = a.iter().zip(b).map(|(a, b)| (b - a).powi(2)).sum();
            let [sum, weight] = &mut groups[s.group[t]];
            *sum += square.sqrt();
            *weight += 1.0;
        }
        Self { groups }
    }

    /// Variances within each group of two rows or more, summed over coordinates (divisor rows - 1).
    pub fn of_variances(s: &Sample) -> Self {
        let mut rows: Vec<Vec<usize>> = vec![vec![]; s.groups()];
        s.group.iter().enumerate().for_each(|(t, g)| rows[*g].push(t));
        let one = |rows: &Vec<usize>| {
            let n = rows.len() as f64;
            let along = |i: usize| {
                let mean = rows.iter().map(|t| s.x[(i, *t)]).sum::<f64>() / n;
                rows.iter().map(|t| (s.x[(i, *t)] - mean).powi(2)).sum::<f64>() / (n - 1.0)
            };
            if rows.len() > 1 { [(0..s.x.nrows()).map(along).sum::<f64>(), 1.0] } else { [0.0; 2] }
        };
        Self { groups: rows.par_iter().map(one).collect() }
    }

    /// The mean, with the error between groups; [`Estimate::NONE`] where there is nothing.
    pub fn estimate(&self) -> Estimate {
        let held: Vec<(Vec<f64>, f64)> =
            self.groups.iter().filter(|g| g[1] > 0.0).map(|[sum, weight]| (vec![*sum], *weight)).collect();
        if held.is_empty() { Estimate::NONE } else { of_means(&held, |m| m[0]) }
    }

    /// The mean over that of `other`, with the error between groups of both, or between pairs.
    ///
    /// ```
    /// use nullcline_core::diagnostics::geometry::comparison::{Groups, Means, Sample};
    ///
    /// // Trials of any size, and each of them once more, twice as large: of pairs the ratio is 2 for certain.
    /// let of = |scale: f64| Sample {
    ///     x: faer::mat![[0.0, scale, 0.0, 5.0 * scale, 0.0, 3.0 * scale]],
    ///     group: vec![0, 0, 1, 1, 2, 2],
    ///     follows: vec![true; 6],
    /// };
    /// let (first, second) = (Means::of_steps(&of(1.0)), Means::of_steps(&of(2.0)));
    /// let (pairs, apart) = (second.over(&first, Groups::Paired), second.over(&first, Groups::Apart));
    /// assert!(pairs.value == 2.0 && pairs.error() == 0.0);
    /// assert!(apart.value == 2.0 && apart.error() > 0.5);
    /// ```
    pub fn over(&self, other: &Self, groups: Groups) -> Estimate {
        if groups == Groups::Apart {
            return self.estimate().over(other.estimate());
        }
        let pairs: Vec<(Vec<f64>, f64)> = (self.groups.iter().zip(&other.groups))
            .filter(|(a, b)| a[1] > 0.0 && b[1] > 0.0)
            .map(|(a, b)| (vec![a[0], a[1], b[0], b[1]], 1.0))
            .collect();
        if pairs.is_empty() { Estimate::NONE } else { of_means(&pairs, |m| m[0] * m[3] / (m[1] * m[2])) }
    }
}

/// The mean length |x_{t+1} - x_t| of steps, with the error between groups.
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::{Sample, step_length};
///
/// let x = faer::mat![[0.0, 3.0, 3.0, 0.0, 1.0], [0.0, 4.0, 5.0, 0.0, 0.0]];
/// let s = Sample { x, group: vec![0, 0, 0, 1, 1], follows: vec![false, true, true, false, true] };
/// assert!((step_length(&s).value - 7.0 / 3.0).abs() < 1e-12);
/// ```
pub fn step_length(s: &Sample) -> Estimate {
    Means::of_steps(s).estimate()
}

/// The mean over groups of the variance within each, summed over coordinates (divisor rows - 1), with the error between groups.
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::{Sample, total_variance};
///
/// // 2 and 8 + 2: the mean of each group counts for nothing.
/// let x = faer::mat![[7.0, 9.0, 0.0, 4.0], [5.0, 5.0, 1.0, 3.0]];
/// let s = Sample { x, group: vec![0, 0, 1, 1], follows: vec![true; 4] };
/// assert!((total_variance(&s).value - 6.0).abs() < 1e-12);
/// ```
pub fn total_variance(s: &Sample) -> Estimate {
    Means::of_variances(s).estimate()
}
