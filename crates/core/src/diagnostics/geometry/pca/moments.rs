//! Mean and triangular factor of rows.

use crate::diagnostics::geometry::products::means;
use faer::{Mat, MatRef};

/// Running mean and triangular factor of the centred rows seen so far.
#[derive(Clone)]
pub(super) struct Moments {
    pub rows: usize,
    pub mean: Vec<f64>,
    /// R with R^T R = sum of (x - mean)(x - mean)^T, min(rows, n) x n.
    pub r: Mat<f64>,
}

impl Moments {
    pub fn new(n: usize) -> Self {
        Self { rows: 0, mean: vec![0.0; n], r: Mat::zeros(0, n) }
    }

    /// Of the columns of `x`, n x t.
    pub fn of(x: MatRef<f64>) -> Self {
        let (n, t) = (x.nrows(), x.ncols());
        let mean = means(x);
        let centred = Mat::from_fn(t, n, |j, i| x[(i, j)] - mean[i]);
        Self { rows: t, r: triangular(centred), mean }
    }

    /// Both together: the factors are stacked with the step between the means, sqrt(p q / (p+q)) d.
    ///
    /// Source: Chan, Golub & LeVeque 1983, for the means; the factor is never squared.
    pub fn merge(&self, other: &Self) -> Self {
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

    /// The same rows in other units.
    pub fn scale(&mut self, by: f64) {
        self.mean.iter_mut().for_each(|m| *m *= by);
        self.r.col_iter_mut().for_each(|c| c.iter_mut().for_each(|v| *v *= by));
    }
}

/// The triangular factor of a tall matrix; a wide one is its own.
pub(in crate::diagnostics::geometry) fn triangular(m: Mat<f64>) -> Mat<f64> {
    let n = m.ncols();
    if m.nrows() <= n {
        return m;
    }
    let qr = m.qr();
    let r = qr.R();
    Mat::from_fn(n, n, |i, j| if i <= j { r[(i, j)] } else { 0.0 })
}
