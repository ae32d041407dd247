//! Series of the same spectra, and nothing else in common.

use crate::linalg::gemm;
use crate::linalg::random::{Rng, uniform};
use faer::{Accum, Mat, MatRef};
use std::f64::consts::TAU;

/// The Fourier transform of a series, from which surrogates are drawn: Gaussian-like series with its means, auto- and cross-spectra.
///
/// Formula: x_i(t) = sum_f A_i(f) e^(2 pi i f t / T); every A_i(f) is turned by the same random phase for all i, which keeps
/// A_i(f) conj A_j(f), and so all correlations at all lags, around the circle of T rows.
///
/// Memory: 16 T^2 bytes for the table of waves.
///
/// Source: Prichard & Theiler, Phys. Rev. Lett. 73, 951 (1994).
///
/// ```
/// use nullcline_core::diagnostics::geometry::intrinsic::Spectrum;
/// use nullcline_core::linalg::random::{Use, normal_matrix, stream};
///
/// let mut rng = stream(1, Use::Fixture, 0);
/// let x = normal_matrix(&mut rng, 3, 50);
/// let y = Spectrum::of(x.as_ref()).surrogate(&mut rng);
/// let covariance = |m: &faer::Mat<f64>| {
///     let mean: Vec<f64> = (0..3).map(|i| m.row(i).iter().sum::<f64>() / 50.0).collect();
///     let z = faer::Mat::from_fn(3, 50, |i, t| m[(i, t)] - mean[i]);
///     &z * z.transpose()
/// };
/// assert!((covariance(&x) - covariance(&y)).norm_max() < 1e-9 && (&x - &y).norm_max() > 0.5);
/// ```
pub struct Spectrum {
    /// Cosine and sine of each frequency side by side, T x 2 (T / 2 + 1).
    waves: Mat<f64>,
    /// Real and imaginary part of T A(f), side by side, n x 2 (T / 2 + 1).
    parts: Mat<f64>,
}

impl Spectrum {
    /// Of `x`, n x T, a column a step.
    pub fn of(x: MatRef<f64>) -> Self {
        let (n, t) = (x.nrows(), x.ncols());
        let columns = 2 * (t / 2 + 1);
        let table: Vec<(f64, f64)> = (0..t).map(|m| (TAU * m as f64 / t as f64).sin_cos()).collect();
        let waves = Mat::from_fn(t, columns, |s, c| {
            let (sine, cosine) = table[c / 2 * s % t];
            if c.is_multiple_of(2) { cosine } else { sine }
        });
        let mut parts = Mat::zeros(n, columns);
        gemm(parts.as_mut(), Accum::Replace, x, waves.as_ref());
        Self { waves, parts }
    }

    /// A series of this spectrum with random phases, the same for all units, n x T.
    pub fn surrogate(&self, rng: &mut Rng) -> Mat<f64> {
        let (n, t) = (self.parts.nrows(), self.waves.nrows());
        let mut parts = self.parts.clone();
        for f in 1..t / 2 + 1 {
            let phase = uniform(rng, 0.0, TAU);
            let weight = if 2 * f == t { 1.0 } else { 2.0 };
            // The highest frequency of an even number of rows is real: it turns by half.
            let (sine, cosine) = if 2 * f == t { (0.0, phase.cos().signum()) } else { phase.sin_cos() };
            for i in 0..n {
                let (a, b) = (parts[(i, 2 * f)], parts[(i, 2 * f + 1)]);
                parts[(i, 2 * f)] = weight * (cosine * a + sine * b);
                parts[(i, 2 * f + 1)] = weight * (cosine * b - sine * a);
            }
        }
        let mut y = Mat::zeros(n, t);
        gemm(y.as_mut(), Accum::Replace, parts.as_ref(), self.waves.transpose());
        y / faer::Scale(t as f64)
    }
}
