//! Units as uncorrelated features of unit size, directions without variance left out.

use super::pca::triangular;
use crate::linalg::qr::Qr;
use crate::linalg::{col, col_mut, gemm, norm, power};
use faer::{Accum, Mat, MatRef};

/// The map from units to features z = D^T (x - m), whose mean square is the identity.
pub(super) struct Whitening {
    /// Mean of each unit, n; zeros where features are not centred.
    pub mean: Vec<f64>,
    /// Root mean square of each unit less m, n; zero for one that does not vary but by rounding.
    pub size: Vec<f64>,
    /// D, n x k, its columns in the span of the samples.
    pub directions: Mat<f64>,
}

impl Whitening {
    /// Of the columns of `x`, n x T. What varies is decided in units of size one: singular values up to max(n, T) eps times
    /// the largest are null, and so is a unit whose size is as much of its mean.
    ///
    /// Formula: with (x - m)_i / size_i = U S V^T, D = sqrt(T) V S^-1 / size.
    ///
    /// `None` where nothing varies or a value is not finite.
    pub fn of(x: MatRef<f64>, centred: bool) -> Option<Self> {
        let (n, t) = (x.nrows(), x.ncols());
        // In a unit near the largest value, so that no square leaves the range of numbers.
        let most = x.norm_max();
        if !(most > 0.0 && most.is_finite()) {
            return None;
        }
        let unit = power(most);
        let scaled = Mat::from_fn(n, t, |i, j| x[(i, j)] / unit);
        let x = scaled.as_ref();
        let mut mean = vec![0.0; n];
        if centred {
            (0..t).for_each(|j| mean.iter_mut().zip(col(x, j)).for_each(|(m, v)| *m += v / t as f64));
        }
        let mut rows = Mat::from_fn(t, n, |j, i| x[(i, j)] - mean[i]);
        let root = (t as f64).sqrt();
        let rounding = n.max(t) as f64 * f64::EPSILON;
        let varying = |(m, s): (&f64, f64)| if s > rounding * m.abs() { s } else { 0.0 };
        let sizes = (0..n).map(|i| norm(col(rows.as_ref(), i)) / root);
        let size: Vec<f64> = mean.iter().zip(sizes).map(varying).collect();
        if !size.iter().all(|s| s.is_finite()) {
            return None;
        }
        for (i, s) in size.iter().enumerate() {
            col_mut(rows.as_mut(), i).iter_mut().for_each(|v| *v = if *s > 0.0 { *v / s } else { 0.0 });
        }
        let svd = triangular(rows).thin_svd().ok()?;
        let s: Vec<f64> = svd.S().column_vector().iter().copied().collect();
        let least = rounding * s.first()?;
        let rank = s.iter().filter(|s| **s > least).count();
        let over = |v: f64, s: f64| if s > 0.0 { v / s } else { 0.0 };
        let mut directions = Mat::from_fn(n, rank, |i, k| over(root * svd.V()[(i, k)] / s[k], size[i]));
        if rank < n {
            // Directions are determined up to what the samples do not reach: the shortest ones are in their span.
            let mut span = Mat::from_fn(n, rank, |i, k| size[i] * svd.V()[(i, k)]);
            let mut unused = Mat::zeros(rank, rank);
            Qr::new(n, rank).factor(span.as_mut(), unused.as_mut());
            directions = &span * (span.transpose() * &directions);
        }
        let mean = mean.into_iter().map(|m| m * unit).collect();
        let size = size.into_iter().map(|s| s * unit).collect();
        let directions = Mat::from_fn(n, rank, |i, k| directions[(i, k)] / unit);
        (rank > 0).then_some(Self { mean, size, directions })
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
