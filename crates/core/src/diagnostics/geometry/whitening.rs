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

#[cfg(test)]
mod tests {
    use super::Whitening;
    use faer::Mat;

    /// Features have mean square one and no correlation, and weights of features read off the same from units.
    fn whitens(x: &Mat<f64>, centred: bool, rank: usize) -> Whitening {
        let (white, t) = (Whitening::of(x.as_ref(), centred).unwrap(), x.ncols() as f64);
        assert_eq!(white.rank(), rank);
        let z = white.apply(x.as_ref());
        let square = &z * z.transpose() / faer::Scale(t);
        let off = (&square - Mat::<f64>::identity(rank, rank)).norm_max();
        assert!(off < 1e-12, "{square:?}");
        let weights: Vec<f64> = (1..=rank).map(|k| k as f64).collect();
        let back = white.back(&weights);
        for j in 0..x.ncols() {
            let features: f64 = weights.iter().enumerate().map(|(k, w)| w * z[(k, j)]).sum();
            let units: f64 = (0..x.nrows()).map(|i| back[i] * (x[(i, j)] - white.mean[i])).sum();
            assert!((features - units).abs() < 1e-12 * (1.0 + features.abs()), "{features} {units}");
        }
        white
    }

    #[test]
    fn features_are_uncorrelated_and_of_size_one() {
        let wave = |i: usize, j: usize| ((i * i + 3) as f64 * j as f64 * 0.37).sin() + i as f64;
        whitens(&Mat::from_fn(4, 50, wave), true, 4);
        whitens(&Mat::from_fn(4, 50, wave), false, 4);
        // Units in units that are 1e90 apart.
        whitens(&Mat::from_fn(4, 50, |i, j| 1e30f64.powi(i as i32 - 2) * wave(i, j)), true, 4);
    }

    /// A constant unit, a copy and a sum add no direction; the weights of a copied pair are the shortest: equal.
    #[test]
    fn directions_without_variance_are_left_out() {
        let wave = |k: f64, j: usize| (k * j as f64).sin();
        let x = Mat::from_fn(5, 60, |i, j| match i {
            0 | 1 => wave(0.7, j),
            2 => wave(0.3, j),
            3 => 0.1,
            _ => wave(0.7, j) + wave(0.3, j),
        });
        let white = whitens(&x, true, 2);
        let back = white.back(&[1.0, 1.0]);
        assert!((back[0] - back[1]).abs() < 1e-12 && back[3] == 0.0, "{back:?}");
        // Orthogonal to (1, 0, 1, 0, -1) and (1, -1, 0, 0, 0), along which nothing moves.
        assert!((back[0] + back[2] - back[4]).abs() < 1e-12, "{back:?}");
        assert!(white.size[3] <= 0.0, "{:?}", white.size);
    }

    #[test]
    fn nothing_that_varies_is_none() {
        assert!(Whitening::of(Mat::from_fn(2, 9, |_, _| 0.1).as_ref(), true).is_none());
        assert!(Whitening::of(Mat::from_fn(2, 9, |_, _| f64::NAN).as_ref(), true).is_none());
    }
}
