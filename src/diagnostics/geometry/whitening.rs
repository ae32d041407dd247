//! Units as uncorrelated features of unit size, directions without variance left out.

use super::pca::triangular;
use crate::linalg::{col, gemm};
use faer::{Accum, Mat, MatRef};

/// The map from units to features z = D^T (x - m), whose mean square is the identity.
pub(super) struct Whitening {
    /// Mean of each unit, n; zeros where features are not centred.
    pub mean: Vec<f64>,
    /// D = sqrt(T) U S^-1, n x k, from x - m = U S V^T.
    pub directions: Mat<f64>,
    /// Mean of |x - m|^2 over the columns.
    pub size: f64,
}

impl Whitening {
    /// Of the columns of `x`, n x T. Singular values up to max(n, T) eps times the largest are null, where the
    /// largest counts the means too, so that a constant unit's rounding is no direction.
    ///
    /// `None` where nothing varies or a value is not finite.
    pub fn of(x: MatRef<f64>, centred: bool) -> Option<Self> {
        let (n, t) = (x.nrows(), x.ncols());
        let mut mean = vec![0.0; n];
        if centred {
            (0..t).for_each(|j| mean.iter_mut().zip(col(x, j)).for_each(|(m, v)| *m += v / t as f64));
        }
        let rows = Mat::from_fn(t, n, |j, i| x[(i, j)] - mean[i]);
        let size = rows.norm_l2().powi(2) / t.max(1) as f64;
        if !size.is_finite() {
            return None;
        }
        let svd = triangular(rows).thin_svd().ok()?;
        let s: Vec<f64> = svd.S().column_vector().iter().copied().collect();
        let offset = (t as f64).sqrt() * mean.iter().fold(0.0f64, |a, m| a.max(m.abs()));
        let least = n.max(t) as f64 * f64::EPSILON * s.first()?.max(offset);
        let rank = s.iter().filter(|s| **s > least).count();
        let root = (t as f64).sqrt();
        let directions = Mat::from_fn(n, rank, |i, k| root * svd.V()[(i, k)] / s[k]);
        (rank > 0).then_some(Self { mean, directions, size })
    }

    /// The number of features.
    pub fn rank(&self) -> usize {
        self.directions.ncols()
    }

    /// Features of the columns of `x`, k x T.
    pub fn apply(&self, x: MatRef<f64>) -> Mat<f64> {
        let centred = Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)] - self.mean[i]);
        let mut z = Mat::zeros(self.rank(), x.ncols());
        let transposed = self.directions.transpose().to_owned();
        gemm(z.as_mut(), Accum::Replace, transposed.as_ref(), centred.as_ref());
        z
    }

    /// Weights of the units, n, that read off the features with weights `b`: the shortest such.
    pub fn back(&self, b: &[f64]) -> Vec<f64> {
        let mut w = vec![0.0; self.mean.len()];
        for (k, b) in b.iter().take(self.rank()).enumerate() {
            w.iter_mut().zip(col(self.directions.as_ref(), k)).for_each(|(w, d)| *w += b * d);
        }
        w
    }
}
