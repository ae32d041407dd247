//! Densities by Gaussian kernels of Scott's width, and the divergence that was published of them.

use crate::diagnostics::geometry::products::{centred, means, product};
use crate::linalg::eigen::symmetric;
use crate::linalg::random::{Rng, normal};
use crate::linalg::{col, gemm};
use faer::{Accum, Mat, MatRef};
use rand::RngExt;
use rayon::prelude::*;

/// Points drawn in the published recipe.
pub const DRAWS: usize = 2500;
/// Ends to which ratios of densities are cut there.
pub const CLIP: [f64; 2] = [1e-7, 1e7];

/// A density as a sum of Gaussian kernels.
///
/// Formula: p(x) = (1/n) sum_i N(x; x_i, h^2 C), C the covariance of the points (divisor n - 1), h = n^(-1 / (d + 4)).
///
/// Source: Scott, Multivariate Density Estimation (1992), eq. 6.44; as `gaussian_kde` of scipy has it by default.
pub struct Kernel {
    mean: Vec<f64>,
    /// Points less their mean, with kernels of covariance 1, d x n.
    points: Mat<f64>,
    /// To such coordinates, d x d, and back.
    forth: Mat<f64>,
    back: Mat<f64>,
    /// Logarithm of what turns the sum of kernels into a density.
    scale: f64,
}

impl Kernel {
    /// Of the columns of `x`, d x n; `None` where they lie in a plane, or are fewer than two.
    ///
    /// ```
    /// use nullcline_core::diagnostics::geometry::comparison::Kernel;
    ///
    /// // scipy 1.17: gaussian_kde([0, 1, 2, 4, 8])([0, 3]).
    /// let points = faer::mat![[0.0, 1.0, 2.0, 4.0, 8.0]];
    /// let p = Kernel::of(points.as_ref()).unwrap().density(faer::mat![[0.0, 3.0]].as_ref());
    /// for (p, known) in p.iter().zip([0.097_923_951_225_350_84, 0.105_096_938_031_015_84]) {
    ///     assert!((p - known).abs() < 1e-14, "{p}");
    /// }
    /// ```
    pub fn of(x: MatRef<f64>) -> Option<Self> {
        let (d, n) = (x.nrows(), x.ncols());
        if n < 2 || d == 0 {
            return None;
        }
        let y = centred(x);
        let c = product(y.as_ref(), y.as_ref());
        let (values, vectors) = symmetric(c.as_ref())?;
        let least = d as f64 * f64::EPSILON * values[d - 1];
        if !values.iter().all(|v| *v > least) {
            return None;
        }
        let h = (n as f64).powf(-1.0 / (d as f64 + 4.0));
        let width: Vec<f64> = values.iter().map(|v| h * (v / (n - 1) as f64).sqrt()).collect();
        let forth = Mat::from_fn(d, d, |i, j| vectors[(j, i)] / width[i]);
        let mut points = Mat::zeros(d, n);
        gemm(points.as_mut(), Accum::Replace, forth.as_ref(), y.as_ref());
        let volume: f64 = width.iter().map(|w| w.ln()).sum();
        Some(Self {
            mean: means(x),
            points,
            forth,
            back: Mat::from_fn(d, d, |i, j| vectors[(i, j)] * width[j]),
            scale: -(n as f64).ln() - 0.5 * d as f64 * (2.0 * std::f64::consts::PI).ln() - volume,
        })
    }

    /// The density at the columns of `at`, d x m; zero where no kernel reaches.
    pub fn density(&self, at: MatRef<f64>) -> Vec<f64> {
        let moved = super::along(at, &self.mean, self.forth.transpose());
        let one = |j: usize| {
            let y = col(moved.as_ref(), j);
            let kernel = |i: usize| {
                let square: f64 =
                    col(self.points.as_ref(), i).iter().zip(y).map(|(a, b)| (a - b).powi(2)).sum();
                (-0.5 * square).exp()
            };
            (0..self.points.ncols()).map(kernel).sum::<f64>() * self.scale.exp()
        };
        (0..moved.ncols()).into_par_iter().map(one).collect()
    }

    /// Points drawn from it, d x `count`.
    pub fn draw(&self, count: usize, rng: &mut Rng) -> Mat<f64> {
        let d = self.mean.len();
        let mut y = Mat::zeros(d, count);
        for j in 0..count {
            let of = rng.random_range(0..self.points.ncols());
            (0..d).for_each(|i| y[(i, j)] = self.points[(i, of)] + normal(rng));
        }
        let mut x = Mat::zeros(d, count);
        gemm(x.as_mut(), Accum::Replace, self.back.as_ref(), y.as_ref());
        Mat::from_fn(d, count, |i, j| x[(i, j)] + self.mean[i])
    }
}

/// The mean of ln(q / p) over points drawn from q, each ratio cut to 1e-7 to 1e7, nats.
///
/// Source: Krishna et al. 2024, as their program has it.
///
/// ```
/// use nullcline_core::diagnostics::geometry::comparison::clipped;
///
/// let e = std::f64::consts::E;
/// assert!((clipped(&[e, 1.0], &[1.0, 0.0]) - 0.5 * (1.0 + 1e7f64.ln())).abs() < 1e-12);
/// ```
pub fn clipped(q: &[f64], p: &[f64]) -> f64 {
    q.iter().zip(p).map(|(q, p)| (q / p).clamp(CLIP[0], CLIP[1]).ln()).sum::<f64>() / q.len() as f64
}
