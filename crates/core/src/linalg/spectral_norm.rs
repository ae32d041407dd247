//! The spectral norm without a whole decomposition.

use super::lanczos::{End, iterate};
use super::random::{Use, normal, stream};
use super::{gemm, norm};
use faer::{Accum, Mat, MatMut, MatRef};

/// Steps before the iteration starts again from its best vector.
const LONGEST: usize = 60;
const RESTARTS: usize = 8;
/// Residual of the eigenvalue |A|^2, relative, at which it counts as found: an upper bound of its error.
const TOLERANCE: f64 = 1e-12;

/// The largest singular value of `a` (r x n), by Lanczos' method on A^T A with full
/// reorthogonalisation; zero for an empty matrix, NaN where an entry is not finite.
///
/// `guess` (n) is where the search starts, and holds the right singular vector afterwards: that of a
/// matrix nearby saves steps. A vector of zeros will do.
///
/// ```
/// use nullcline_core::linalg::spectral_norm::spectral_norm;
///
/// let mut guess = [0.0, 0.0];
/// let norm = spectral_norm(faer::mat![[3.0, 0.0], [0.0, -4.0]].as_ref(), &mut guess);
/// assert!((norm - 4.0).abs() < 1e-12 && guess[1].abs() > 0.999);
/// ```
pub fn spectral_norm(a: MatRef<f64>, guess: &mut [f64]) -> f64 {
    let n = a.ncols();
    let size = super::frobenius(a);
    if n == 0 || a.nrows() == 0 || size == 0.0 || !size.is_finite() {
        return if size.is_finite() { size } else { f64::NAN };
    }
    // Some of everything, so that a guess orthogonal to the answer does no harm.
    let mut rng = stream(0, Use::Tangent, n as u64);
    let known = norm(guess);
    let known = if known > 0.0 && known.is_finite() { 1.0 / known } else { 0.0 };
    guess.iter_mut().for_each(|g| {
        *g = if known > 0.0 { *g * known } else { 0.0 } + 0.3 * normal(&mut rng) / (n as f64).sqrt();
    });
    for _ in 0..RESTARTS {
        if let Some(value) = lanczos(a, guess) {
            return value;
        }
    }
    a.singular_values().map_or(f64::NAN, |s| s.first().copied().unwrap_or(0.0))
}

/// One run; the value if it has converged. `v` receives the best vector either way.
fn lanczos(a: MatRef<f64>, v: &mut [f64]) -> Option<f64> {
    let (start, n) = (v.to_vec(), a.ncols());
    let mut image = Mat::<f64>::zeros(a.nrows(), 1);
    let square = |x: MatRef<f64>, y: MatMut<f64>| {
        gemm(image.as_mut(), Accum::Replace, a, x);
        gemm(y, Accum::Replace, a.transpose(), image.as_ref());
    };
    iterate(&start, LONGEST, 6, square, |known| {
        let k = known.values.len();
        let End { value, residual } = known.end(k - 1);
        let converged = residual <= TOLERANCE * value || k == n;
        if known.last || converged {
            known.vector(k - 1, v);
        }
        converged.then(|| value.max(0.0).sqrt())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::normal_matrix;

    #[test]
    fn agrees_with_the_decomposition() {
        for (r, n) in [(1, 1), (3, 3), (40, 40), (30, 100), (150, 150)] {
            let a = normal_matrix(&mut stream(6, Use::Fixture, n as u64), r, n);
            let exact = a.singular_values().unwrap()[0];
            let mut guess = vec![0.0; n];
            assert!((spectral_norm(a.as_ref(), &mut guess) / exact - 1.0).abs() < 1e-11, "{r} x {n}");
            assert!((spectral_norm(a.as_ref(), &mut guess) / exact - 1.0).abs() < 1e-11, "{r} x {n}");
        }
        // Two equal largest values, a guess orthogonal to the answer, and nothing at all.
        let a = Mat::from_fn(4, 4, |i, j| if i == j { [2.0, 2.0, 1.0, 0.0][i] } else { 0.0 });
        assert!((spectral_norm(a.as_ref(), &mut [0.0, 0.0, 1.0, 0.0]) - 2.0).abs() < 1e-12);
        assert!(spectral_norm(Mat::zeros(3, 3).as_ref(), &mut [0.0; 3]).abs() < 1e-300);
    }
}
