//! Principal components, from arrays in memory or from a stream of rows.

use super::super::Estimate;
use crate::linalg::{col, col_mut};
use faer::{Mat, MatRef};

/// Most blocks kept for the error bars; when reached, neighbours are merged.
const BLOCKS: usize = 20;

/// Running mean and triangular factor of the centred rows seen so far.
#[derive(Clone)]
struct Moments {
    rows: usize,
    mean: Vec<f64>,
    /// R with R^T R = sum of (x - mean)(x - mean)^T, min(rows, n) x n.
    r: Mat<f64>,
}

impl Moments {
    fn new(n: usize) -> Self {
        Self { rows: 0, mean: vec![0.0; n], r: Mat::zeros(0, n) }
    }

    /// Of the columns of `x`, n x t.
    fn of(x: MatRef<f64>) -> Self {
        let (n, t) = (x.nrows(), x.ncols());
        let mut mean = vec![0.0; n];
        for j in 0..t {
            mean.iter_mut().zip(col(x, j)).for_each(|(m, v)| *m += v);
        }
        mean.iter_mut().for_each(|m| *m /= t.max(1) as f64);
        let centred = Mat::from_fn(t, n, |j, i| x[(i, j)] - mean[i]);
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
        let (a, b) = (self.r.nrows(), other.r.nrows());
        let stacked = Mat::from_fn(a + b + 1, n, |i, j| match i {
            i if i < a => self.r[(i, j)],
            i if i < a + b => other.r[(i - a, j)],
            _ => weight * (other.mean[j] - self.mean[j]),
        });
        let mean = self.mean.iter().zip(&other.mean).map(|(a, b)| a + (b - a) * q / (p + q)).collect();
        Self { rows: self.rows + other.rows, mean, r: triangular(stacked) }
    }
}

/// The triangular factor of a tall matrix; a wide one is its own.
pub(super) fn triangular(m: Mat<f64>) -> Mat<f64> {
    let n = m.ncols();
    if m.nrows() <= n {
        return m;
    }
    let qr = m.qr();
    let r = qr.R();
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
        let svd = all.r.thin_svd().ok()?;
        let scale = (all.rows - 1) as f64;
        let kept = all.r.nrows().min(n).min(all.rows - 1);
        let variance: Vec<f64> = (0..kept).map(|i| svd.S().column_vector()[i].powi(2) / scale).collect();
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
        let (ratio_error, participation_error) = self.jackknife(&all, components.as_ref());
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
    ///
    /// Without block b the scatter is S - S_b - c d d^T with d the block's mean less the whole mean and
    /// c = N N_b / (N - N_b). The variance along a component is taken along the component of all data,
    /// which is the leave-one-out eigenvalue to first order; the participation ratio is
    /// (tr S)^2 / |S|_F^2, exactly.
    fn jackknife(&self, all: &Moments, components: MatRef<f64>) -> (Vec<f64>, f64) {
        let (m, k) = (self.blocks.len(), components.ncols());
        if m < 4 {
            return (vec![f64::NAN; k], f64::NAN);
        }
        let whole = all.r.transpose() * &all.r;
        let along = squares(&all.r, components);
        let (mut ratios, mut participations) = (Vec::new(), Vec::new());
        for b in &self.blocks {
            let d: Vec<f64> = b.mean.iter().zip(&all.mean).map(|(b, a)| b - a).collect();
            let (rows, own) = (all.rows as f64, b.rows as f64);
            let c = rows * own / (rows - own);
            let mut rest = &whole - b.r.transpose() * &b.r;
            for j in 0..d.len() {
                for (v, x) in col_mut(rest.as_mut(), j).iter_mut().zip(&d) {
                    *v -= c * x * d[j];
                }
            }
            let total: f64 = (0..d.len()).map(|i| rest[(i, i)]).sum();
            participations.push((total / rest.norm_l2()).powi(2));
            let left_out = squares(&b.r, components);
            let left = (0..k).map(|j| {
                let step: f64 = col(components, j).iter().zip(&d).map(|(v, d)| v * d).sum();
                (along[j] - left_out[j] - c * step * step) / total
            });
            ratios.push(left.collect::<Vec<f64>>());
        }
        let error = |values: &dyn Fn(usize) -> f64| {
            let mean = (0..m).map(values).sum::<f64>() / m as f64;
            let square: f64 = (0..m).map(|b| (values(b) - mean).powi(2)).sum();
            ((m - 1) as f64 / m as f64 * square).sqrt()
        };
        let errors = (0..k).map(|j| error(&|b| ratios[b][j])).collect();
        (errors, error(&|b| participations[b]))
    }
}

/// |R v|^2 for each column v.
fn squares(r: &Mat<f64>, v: MatRef<f64>) -> Vec<f64> {
    let product = r * v;
    (0..v.ncols()).map(|j| col(product.as_ref(), j).iter().map(|x| x * x).sum()).collect()
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
