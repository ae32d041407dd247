//! Principal components, from arrays in memory or from a stream of rows.

mod jackknife;
mod memory;
mod moments;

pub(super) use moments::triangular;

use crate::linalg::col;
use crate::numbers::Estimate;
use faer::{Mat, MatRef};
use memory::Memory;
use moments::Moments;

/// Most blocks kept for the error bars; when reached, neighbours are merged.
const BLOCKS: usize = 20;

/// Blocks below which there is no error.
const LEAST: usize = 5;
/// Blocks are at least so many times the rows that count as one.
const LENGTHS: f64 = 4.0;

/// Principal components in the making: feed it rows, in order, in chunks of any size.
///
/// Memory: at most 20 triangular factors of n x n, whatever the number of rows.
///
/// Rows are taken less the first one, and in units of a power of two near the largest of them, so that means far from zero
/// cost no digits and no square leaves the range of numbers.
///
/// ```
/// use faer::Mat;
/// use nullcline_core::diagnostics::geometry::pca::{Accumulator, pca};
///
/// let x = Mat::from_fn(3, 200, |i, t| ((i + 1) as f64 * 0.37 * t as f64).sin());
/// let mut parts = Accumulator::new(3);
/// for chunk in [0..50, 50..51, 51..200] {
///     parts.add(x.get(.., chunk));
/// }
/// let (streamed, whole) = (parts.finish().unwrap(), pca(x.as_ref()).unwrap());
/// for (a, b) in streamed.explained_variance.iter().zip(&whole.explained_variance) {
///     assert!((a - b).abs() < 1e-12);
/// }
/// ```
pub struct Accumulator {
    n: usize,
    blocks: Vec<Moments>,
    per_block: usize,
    memory: Memory,
    /// The first row.
    origin: Vec<f64>,
    /// log2 of the unit; none before anything differs from the first row.
    exponent: Option<i32>,
}

/// 2^e in two factors, which are finite together where one alone may not be.
fn powers(e: i32) -> [f64; 2] {
    [(e / 2).into(), (e - e / 2).into()].map(f64::exp2)
}

impl Accumulator {
    /// For n variables.
    pub fn new(n: usize) -> Self {
        let (memory, origin) = (Memory::new(), vec![]);
        Self { n, blocks: Vec::new(), per_block: 0, memory, origin, exponent: None }
    }

    /// Adds the columns of `x`, n x t, as t further rows.
    pub fn add(&mut self, x: MatRef<f64>) {
        if x.ncols() == 0 {
            return;
        }
        if self.per_block == 0 {
            self.per_block = x.ncols().div_ceil(BLOCKS).max(1);
            self.origin = col(x, 0).to_vec();
        }
        let x = self.scaled(x);
        (0..x.ncols()).for_each(|t| self.memory.add(col(x.as_ref(), t)));
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

    /// Rows less the first in the unit, which grows with the largest; what was added before is brought along.
    fn scaled(&mut self, x: MatRef<f64>) -> Mat<f64> {
        let mut moved = Mat::from_fn(self.n, x.ncols(), |i, t| x[(i, t)] - self.origin[i]);
        let most = moved.norm_max();
        if most > 0.0 && most.is_finite() {
            let exponent = most.log2().floor() as i32;
            let before = self.exponent.unwrap_or(exponent);
            if exponent > before {
                for by in powers(before - exponent) {
                    self.blocks.iter_mut().for_each(|b| b.scale(by));
                    self.memory.scale(by);
                }
            }
            self.exponent = Some(exponent.max(before));
        }
        if let Some(e) = self.exponent {
            for by in powers(-e) {
                moved.col_iter_mut().for_each(|c| c.iter_mut().for_each(|v| *v *= by));
            }
        }
        moved
    }

    /// The components of everything added.
    ///
    /// `None` with fewer than two rows, no variable, no variance at all, or values that are not finite or too far apart for
    /// their difference to be.
    pub fn finish(&self) -> Option<Pca> {
        let n = self.n;
        let all = self.blocks.iter().fold(Moments::new(n), |a, b| a.merge(b));
        if all.rows < 2 || n == 0 {
            return None;
        }
        let svd = all.r.thin_svd().ok()?;
        let scale = (all.rows - 1) as f64;
        let kept = all.r.nrows().min(n).min(all.rows - 1);
        let lengths: Vec<f64> = (0..n).map(|i| crate::linalg::norm(col(all.r.as_ref(), i))).collect();
        let along = |j: usize| (0..n).map(|i| (svd.V()[(i, j)] * lengths[i]).powi(2)).sum::<f64>().sqrt();
        // Below the rounding of what it is made of a value is none; of units of all sizes small ones are real.
        let rounding = 8.0 * f64::EPSILON * (n as f64).sqrt();
        let value =
            |j: usize| Some(svd.S().column_vector()[j]).filter(|s| *s > rounding * along(j)).unwrap_or(0.0);
        let variance: Vec<f64> = (0..kept).map(|j| value(j).powi(2) / scale).collect();
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
        let time = self.memory.time();
        let parts = self.parts(all.rows, time);
        let mut errors = jackknife::errors(&all, &parts, components.as_ref());
        if let Some(e) = &mut errors {
            e.unknown(&variance);
        }
        let [half, rest] = powers(self.exponent.unwrap_or(0));
        let back = |v: f64| v * half * rest;
        // Squares of numbers beyond 1e154, or below 1e-154, are no numbers.
        let squared = |v: f64| {
            let v = v * half * half * rest * rest;
            if v.is_normal() { v } else { f64::NAN }
        };
        let mut cumulative = 0.0;
        let for_90 = ratio.iter().position(|r| {
            cumulative += r;
            cumulative >= 0.9
        });
        Some(Pca {
            rows: all.rows,
            mean: self.origin.iter().zip(&all.mean).map(|(o, m)| o + back(*m)).collect(),
            deviation: (0..n).map(|i| back(lengths[i] / scale.sqrt())).collect(),
            blocks: if errors.is_some() { parts.len() } else { 0 },
            correlation_time: time,
            components_for_90: for_90.map_or(k, |p| p + 1),
            participation_ratio: match &errors {
                Some(e) => Estimate::new(participation(&variance), e.participation, parts.len()),
                None => Estimate::unknown(participation(&variance), 0),
            },
            explained_variance: variance
                .into_iter()
                .map(|v| if v > 0.0 { squared(v) } else { 0.0 })
                .collect(),
            std_error: errors.map_or_else(|| vec![f64::NAN; k], |e| e.ratios),
            explained_variance_ratio: ratio,
            components,
        })
    }

    /// The blocks joined to as many as each outlasts four times the rows that count as one; empty with fewer than five.
    fn parts(&self, rows: usize, time: f64) -> Vec<Moments> {
        let independent = rows as f64 / time;
        let count = ((independent / LENGTHS) as usize).min(self.blocks.len());
        if count < LEAST {
            return vec![];
        }
        let (mut parts, mut done) = (vec![], 0);
        for b in &self.blocks {
            // A block belongs to the part in which its middle lies.
            let part = (done + b.rows / 2) * count / rows;
            done += b.rows;
            match parts.last_mut() {
                Some((at, last)) if *at == part => *last = Moments::merge(last, b),
                _ => parts.push((part, b.clone())),
            }
        }
        parts.into_iter().map(|p| p.1).collect()
    }
}

/// (sum v)^2 / sum v^2, the number of directions that carry the variance.
///
/// Source: Gao et al. 2017; 1 for one direction, n for n equal ones.
///
/// ```
/// use nullcline_core::diagnostics::geometry::pca::participation;
///
/// assert_eq!(participation(&[2.0; 5]), 5.0);
/// assert_eq!(participation(&[3.0, 1.0]), 1.6);
/// ```
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
    /// Standard deviation of each variable, divisor rows - 1, n.
    pub deviation: Vec<f64>,
    /// Unit components as columns, n x k, by decreasing variance; the largest entry is positive.
    pub components: Mat<f64>,
    /// Variance along each, divisor rows - 1; 0 where nothing is left but rounding, NaN beyond the range of numbers.
    pub explained_variance: Vec<f64>,
    /// The same as shares of the total.
    pub explained_variance_ratio: Vec<f64>,
    /// Standard errors of the shares; NaN with fewer than five blocks, and where one component of several carries all or nothing.
    pub std_error: Vec<f64>,
    /// (sum of variances)^2 / sum of their squares.
    pub participation_ratio: Estimate,
    /// Blocks of successive rows that the errors are between; zero where the rows are too few for errors.
    pub blocks: usize,
    /// Successive rows that count as one for the mean: 1 where rows are independent.
    pub correlation_time: f64,
    /// Components that carry 90 % of the variance.
    pub components_for_90: usize,
}

impl Pca {
    /// Coordinates of a state along the first `k` components.
    ///
    /// Formula: v_i . (x - mean) for the first k components v_i, or all there are.
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
/// Errors are by jackknife over blocks of successive columns, 5 to 20, each four times as long as the correlation time or longer (see
/// `examples/coverage/dimension.rs` for their coverage); with fewer such blocks there are none.
///
/// Formula: with R of the centred rows, R = U S V^T, components are V's columns and variances S^2 / (rows - 1), as numpy's `cov` has it
/// (`ddof=1`); shares and participation ratio do not depend on the divisor. Variables are centred and not scaled.
///
/// ```
/// use nullcline_core::diagnostics::geometry::pca::pca;
///
/// // All variance along (3, 4) / 5.
/// let along = [-1.0, 0.0, 1.0, 2.0, -2.0];
/// let x = faer::Mat::from_fn(2, 5, |i, t| 7.0 + [3.0, 4.0][i] * along[t]);
/// let found = pca(x.as_ref()).unwrap();
/// assert!((found.explained_variance[0] - 25.0 * 10.0 / 4.0).abs() < 1e-10);
/// assert!((found.components[(0, 0)] - 0.6).abs() < 1e-12 && (found.components[(1, 0)] - 0.8).abs() < 1e-12);
/// assert!((found.participation_ratio.value - 1.0).abs() < 1e-12 && found.components_for_90 == 1);
/// // Five rows are too few for an error, which is then not known.
/// assert_eq!(found.participation_ratio.std_error, None);
/// assert!((found.project(&[7.0 + 3.0, 7.0 + 4.0], 1)[0] - 5.0).abs() < 1e-12);
/// ```
pub fn pca(x: MatRef<f64>) -> Option<Pca> {
    let mut all = Accumulator::new(x.nrows());
    all.add(x);
    all.finish()
}
