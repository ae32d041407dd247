//! Principal components, from arrays in memory or from a stream of rows.

use super::super::Estimate;
use crate::linalg::col;
use faer::{Mat, MatRef, Side};

/// Most blocks kept for the error bars; when reached, neighbours are merged.
const BLOCKS: usize = 20;

/// Running mean and triangular factor of the centred rows seen so far.
#[derive(Clone)]
struct Moments {
    rows: usize,
    mean: Vec<f64>,
    /// R with R^T R = sum of (x - mean)(x - mean)^T, n x n.
    r: Mat<f64>,
}

impl Moments {
    fn new(n: usize) -> Self {
        Self { rows: 0, mean: vec![0.0; n], r: Mat::zeros(n, n) }
    }

    /// Of the columns of `x`, n x t.
    fn of(x: MatRef<f64>) -> Self {
        let (n, t) = (x.nrows(), x.ncols());
        let mean: Vec<f64> =
            (0..n).map(|i| (0..t).map(|j| x[(i, j)]).sum::<f64>() / t.max(1) as f64).collect();
        let centred = Mat::from_fn(t.max(n), n, |j, i| if j < t { x[(i, j)] - mean[i] } else { 0.0 });
        Self { rows: t, r: triangular(centred), mean }
    }

    /// Both together: the factors are stacked with the step between the means, sqrt(p q / (p+q)) d.
    ///
    /// Source: Chan, Golub & LeVeque 1983, for the means; the factor is never squared.
    fn merge(&self, other: &Self) -> Self {
        if self.rows == 0 || other.rows == 0 {
            return if self.rows == 0 { other.clone() } else { self.clone() };
        }
        let n = self.mean.len();
        let (p, q) = (self.rows as f64, other.rows as f64);
        let weight = (p * q / (p + q)).sqrt();
        let stacked = Mat::from_fn(2 * n + 1, n, |i, j| match i {
            i if i < n => self.r[(i, j)],
            i if i < 2 * n => other.r[(i - n, j)],
            _ => weight * (other.mean[j] - self.mean[j]),
        });
        let mean = self.mean.iter().zip(&other.mean).map(|(a, b)| a + (b - a) * q / (p + q)).collect();
        Self { rows: self.rows + other.rows, mean, r: triangular(stacked) }
    }
}

/// The n x n triangular factor of a tall matrix.
fn triangular(tall: Mat<f64>) -> Mat<f64> {
    let n = tall.ncols();
    let r = tall.qr().R().to_owned();
    Mat::from_fn(n, n, |i, j| if i <= j { r[(i, j)] } else { 0.0 })
}

/// Principal components in the making: feed it rows, in order, in chunks of any size.
///
/// Memory: at most 20 triangular factors of n x n, whatever the number of rows.
pub struct Accumulator {
    n: usize,
    blocks: Vec<Moments>,
    per_block: usize,
}

impl Accumulator {
    /// For n variables.
    pub fn new(n: usize) -> Self {
        Self { n, blocks: Vec::new(), per_block: 0 }
    }

    /// Adds the columns of `x`, n x t, as t further rows.
    pub fn add(&mut self, x: MatRef<f64>) {
        if x.ncols() == 0 {
            return;
        }
        if self.per_block == 0 {
            self.per_block = x.ncols().div_ceil(BLOCKS).max(1);
        }
        let mut first = 0;
        while first < x.ncols() {
            let open = self.blocks.last().map_or(0, |b| b.rows % self.per_block);
            let full = open == 0;
            if full && self.blocks.len() == BLOCKS {
                let pairs: Vec<Moments> = self.blocks.chunks(2).map(|p| p[0].merge(&p[1])).collect();
                self.blocks = pairs;
                self.per_block *= 2;
            }
            let take = (self.per_block - if full { 0 } else { open }).min(x.ncols() - first);
            let chunk = Moments::of(x.subcols(first, take));
            match self.blocks.last_mut() {
                Some(last) if !full => *last = last.merge(&chunk),
                _ => self.blocks.push(chunk),
            }
            first += take;
        }
    }

    /// The components of everything added.
    ///
    /// `None` with fewer than two rows, no variable, no variance at all, or values that are not finite.
    pub fn finish(&self) -> Option<Pca> {
        let n = self.n;
        let all = self.blocks.iter().fold(Moments::new(n), |a, b| a.merge(b));
        if all.rows < 2 || n == 0 {
            return None;
        }
        let svd = all.r.svd().ok()?;
        let scale = (all.rows - 1) as f64;
        let variance: Vec<f64> =
            (0..n).map(|i| svd.S().column_vector()[i].powi(2) / scale).take(all.rows - 1).collect();
        let total: f64 = variance.iter().sum();
        if !(total > 0.0) || !total.is_finite() {
            return None;
        }
        let k = variance.len();
        let mut components = Mat::from_fn(n, k, |i, j| svd.V()[(i, j)]);
        for j in 0..k {
            // The sign of a component is free: its largest entry is made positive.
            let c = col(components.as_ref(), j);
            let largest = c.iter().fold(0.0f64, |a, b| if b.abs() > a.abs() { *b } else { a });
            if largest < 0.0 {
                components.col_mut(j).iter_mut().for_each(|v| *v = -*v);
            }
        }
        let ratio: Vec<f64> = variance.iter().map(|v| v / total).collect();
        let (ratio_error, participation_error) = self.jackknife(k, &ratio);
        let mut cumulative = 0.0;
        let for_90 = ratio.iter().position(|r| {
            cumulative += r;
            cumulative >= 0.9
        });
        Some(Pca {
            rows: all.rows,
            mean: all.mean,
            components_for_90: for_90.map_or(k, |p| p + 1),
            participation_ratio: Estimate { value: participation(&variance), std_error: participation_error },
            explained_variance: variance,
            explained_variance_ratio: ratio,
            std_error: ratio_error,
            components,
        })
    }

    /// Standard errors of the variance ratios and of the participation ratio, by leaving out one
    /// block of successive rows at a time; NaN with fewer than four blocks.
    fn jackknife(&self, k: usize, ratio: &[f64]) -> (Vec<f64>, f64) {
        let m = self.blocks.len();
        if m < 4 {
            return (vec![f64::NAN; k], f64::NAN);
        }
        let n = self.n;
        let (mut ratios, mut participations) = (Vec::new(), Vec::new());
        for left_out in 0..m {
            let rest = (0..m).filter(|b| *b != left_out);
            let moments = rest.fold(Moments::new(n), |a, b| a.merge(&self.blocks[b]));
            let gram = moments.r.transpose() * &moments.r;
            let Ok(values) = gram.self_adjoint_eigenvalues(Side::Lower) else {
                return (vec![f64::NAN; k], f64::NAN);
            };
            let values: Vec<f64> = values.into_iter().rev().map(|v| v.max(0.0)).collect();
            let total: f64 = values.iter().sum();
            participations.push(participation(&values));
            ratios.push(values.iter().take(k).map(|v| v / total).collect::<Vec<f64>>());
        }
        let error = |values: &dyn Fn(usize) -> f64| {
            let mean = (0..m).map(values).sum::<f64>() / m as f64;
            let square: f64 = (0..m).map(|b| (values(b) - mean).powi(2)).sum();
            ((m - 1) as f64 / m as f64 * square).sqrt()
        };
        let errors = (0..ratio.len()).map(|j| error(&|b| ratios[b][j])).collect();
        (errors, error(&|b| participations[b]))
    }
}

/// (sum v)^2 / sum v^2, the number of directions that carry the variance.
///
/// Source: Gao et al. 2017; 1 for one direction, n for n equal ones.
pub fn participation(variance: &[f64]) -> f64 {
    let (sum, square) = variance.iter().fold((0.0, 0.0), |(a, b), v| (a + v, b + v * v));
    sum * sum / square
}

/// Principal components of rows of activity.
#[derive(Clone, Debug)]
pub struct Pca {
    /// Rows.
    pub rows: usize,
    /// Mean of each variable, n.
    pub mean: Vec<f64>,
    /// Unit components as columns, n x k, by decreasing variance; the largest entry is positive.
    pub components: Mat<f64>,
    /// Variance along each, divisor rows - 1.
    pub explained_variance: Vec<f64>,
    /// The same as shares of the total.
    pub explained_variance_ratio: Vec<f64>,
    /// Standard errors of the shares.
    pub std_error: Vec<f64>,
    /// (sum of variances)^2 / sum of their squares.
    pub participation_ratio: Estimate,
    /// Components that carry 90 % of the variance.
    pub components_for_90: usize,
}

impl Pca {
    /// Coordinates of a state along the first `k` components.
    pub fn project(&self, x: &[f64], k: usize) -> Vec<f64> {
        (0..k.min(self.components.ncols()))
            .map(|j| {
                let c = col(self.components.as_ref(), j);
                c.iter().zip(x).zip(&self.mean).map(|((c, x), m)| c * (x - m)).sum()
            })
            .collect()
    }
}

/// Principal components of the columns of `x`, n x t, by the singular values of the centred data
/// (through its triangular factor, so that nothing is squared).
///
/// Errors of the shares are by jackknife over 20 blocks of successive columns, which holds when a
/// block outlasts the correlation time.
pub fn pca(x: MatRef<f64>) -> Option<Pca> {
    let mut all = Accumulator::new(x.nrows());
    all.add(x);
    all.finish()
}
