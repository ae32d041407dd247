//! Newton's direction by coordinate descent.

use crate::linalg::{col, vectorised};
use faer::{Mat, MatRef};

/// Share of free entries below which products go through the free ones alone.
const SPARSE: f64 = 0.15;

/// The entries that may move, column by column, with both triangles.
pub struct Active {
    rows: Vec<u32>,
    ends: Vec<usize>,
}

impl Active {
    /// Room for n x n matrices.
    pub fn new(n: usize) -> Self {
        Self { rows: Vec::with_capacity(n * n), ends: Vec::with_capacity(n) }
    }

    /// Takes up the diagonal, and what is not zero or has a gradient C - W beyond lambda.
    pub fn choose(&mut self, c: MatRef<f64>, w: MatRef<f64>, x: MatRef<f64>, lambda: f64) {
        self.rows.clear();
        self.ends.clear();
        for j in 0..c.ncols() {
            let (c, w, x) = (col(c, j), col(w, j), col(x, j));
            let free = |i: &usize| x[*i] != 0.0 || (c[*i] - w[*i]).abs() > lambda;
            self.rows.extend((0..c.len()).filter(free).map(|i| i as u32));
            self.ends.push(self.rows.len());
        }
    }

    fn column(&self, j: usize) -> &[u32] {
        &self.rows[if j == 0 { 0 } else { self.ends[j - 1] }..self.ends[j]]
    }
}

/// The quadratic model around Theta, q(D) = tr((C - W) D) + tr(W D W D) / 2 + lambda |Theta + D|_1,off.
pub struct Model<'a> {
    /// C.
    pub c: MatRef<'a, f64>,
    /// W = Theta^-1.
    pub w: MatRef<'a, f64>,
    /// Theta.
    pub x: MatRef<'a, f64>,
    /// lambda.
    pub lambda: f64,
    /// The entries of D that may move.
    pub active: &'a Active,
}

impl Model<'_> {
    /// Minimises q over one free entry of D after the other, each column in turn; returns the sum of the
    /// squared steps, each in the norm of its own curvature. `v` is scratch of n.
    ///
    /// With v = D w_j the gradient is C_ij - W_ij + w_i v, the curvature W_ij^2 + W_ii W_jj.
    /// Source: Hsieh, Sustik, Dhillon & Ravikumar 2014, section 3.1.
    pub fn sweep(&self, d: &mut Mat<f64>, v: &mut [f64]) -> f64 {
        vectorised(
            #[inline(always)]
            || self.columns(d, v),
        )
    }

    #[inline(always)]
    fn columns(&self, d: &mut Mat<f64>, v: &mut [f64]) -> f64 {
        let n = v.len();
        let sparse = (self.active.rows.len() as f64) < SPARSE * (n * n) as f64;
        let mut moved = 0.0;
        for j in 0..n {
            let (c, w, x) = (col(self.c, j), col(self.w, j), col(self.x, j));
            for (i, v) in v.iter_mut().enumerate() {
                let d = col(d.as_ref(), i);
                *v = if sparse {
                    self.active.column(i).iter().map(|&k| d[k as usize] * w[k as usize]).sum()
                } else {
                    dot(d, w)
                };
            }
            for &i in self.active.column(j) {
                let i = i as usize;
                let column = col(self.w, i);
                let slope = c[i] - w[i] + dot(column, v);
                let curvature = if i == j { w[j] * w[j] } else { w[i] * w[i] + column[i] * w[j] };
                let step = if i == j {
                    -slope / curvature
                } else {
                    let now = x[i] + d[(i, j)];
                    shrink(now - slope / curvature, self.lambda / curvature) - now
                };
                if step != 0.0 {
                    moved += curvature * step * step;
                    d[(i, j)] += step;
                    v[i] += step * w[j];
                    if i != j {
                        d[(j, i)] += step;
                        v[j] += step * w[i];
                    }
                }
            }
        }
        moved
    }
}

/// The minimiser of (y - z)^2 / 2 + t |y|.
#[inline(always)]
pub fn shrink(z: f64, t: f64) -> f64 {
    if z > t {
        z - t
    } else if z < -t {
        z + t
    } else {
        0.0
    }
}

#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 32;
    let mut sums = [0.0; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for k in 0..LANES {
            sums[k] += a[k] * b[k];
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for k in 0..width {
            sums[k] += sums[k + width];
        }
        width /= 2;
    }
    sums[0] + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}
