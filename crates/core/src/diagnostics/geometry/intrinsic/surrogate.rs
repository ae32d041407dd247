//! Series of the same spectra, and nothing else in common.

use crate::linalg::gemm;
use crate::linalg::random::{Rng, uniform};
use faer::{Accum, Mat, MatRef};

/// A Gaussian-like series with the means, auto- and cross-spectra of `x`, n x T: its Fourier transform with random phases, the same
/// for all units.
///
/// Formula: x_i(t) = sum_f A_i(f) e^(2 pi i f t / T); every A_i(f) is turned by the same random phase for all i, which keeps
/// A_i(f) conj A_j(f), and so all correlations at all lags, around the circle of T rows.
///
/// Memory: 16 T^2 bytes for the table of waves.
///
/// Source: Prichard & Theiler, Phys. Rev. Lett. 73, 951 (1994).
///
/// ```
/// use nullcline_core::diagnostics::geometry::intrinsic::phase_randomised;
/// use nullcline_core::linalg::random::{Use, normal_matrix, stream};
///
/// let mut rng = stream(1, Use::Fixture, 0);
/// let x = normal_matrix(&mut rng, 3, 50);
/// let y = phase_randomised(x.as_ref(), &mut rng);
/// let covariance = |m: &faer::Mat<f64>| {
///     let mean: Vec<f64> = (0..3).map(|i| m.row(i).iter().sum::<f64>() / 50.0).collect();
///     let z = faer::Mat::from_fn(3, 50, |i, t| m[(i, t)] - mean[i]);
///     &z * z.transpose()
/// };
/// assert!((covariance(&x) - covariance(&y)).norm_max() < 1e-9 && (&x - &y).norm_max() > 0.5);
/// ```
pub fn phase_randomised(x: MatRef<f64>, rng: &mut Rng) -> Mat<f64> {
    let (n, t) = (x.nrows(), x.ncols());
    let frequencies = t / 2 + 1;
    let table: Vec<(f64, f64)> =
        (0..t).map(|m| (std::f64::consts::TAU * m as f64 / t as f64).sin_cos()).collect();
    let wave = |s: usize, c: usize| {
        let (sine, cosine) = table[c / 2 * s % t];
        if c.is_multiple_of(2) { cosine } else { sine }
    };
    let waves = Mat::from_fn(t, 2 * frequencies, wave);
    // Real and imaginary part of T A(f), side by side.
    let mut parts = Mat::zeros(n, 2 * frequencies);
    gemm(parts.as_mut(), Accum::Replace, x, waves.as_ref());
    for f in 1..frequencies {
        let phase = uniform(rng, 0.0, std::f64::consts::TAU);
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
    gemm(y.as_mut(), Accum::Replace, parts.as_ref(), waves.transpose());
    y / faer::Scale(t as f64)
}
