//! Linear least squares: rows met once, regressions with tests, lines.

pub mod grouped;
pub mod regression;
mod rows;

pub use rows::{Rows, Solution, Whitened, rows};

use super::Estimate;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::linalg::triangular_solve::solve_upper_triangular_in_place;
use faer::{Mat, MatMut, MatRef, Par};

/// The triangular factor R of `m` = Q R, t x k, which is overwritten; k x k.
fn triangular(m: MatMut<f64>) -> Mat<f64> {
    let (n, k) = (m.nrows(), m.ncols());
    let mut m = m;
    let least = n.min(k);
    let block = qr::recommended_block_size::<f64>(n, k);
    let mut h = Mat::zeros(block, least);
    let mut memory =
        MemBuffer::new(qr::qr_in_place_scratch::<f64>(n, k, block, Par::Seq, Default::default()));
    qr::qr_in_place(m.as_mut(), h.as_mut(), Par::Seq, MemStack::new(&mut memory), Default::default());
    Mat::from_fn(k, k, |i, j| if i <= j && i < least { m[(i, j)] } else { 0.0 })
}

/// (R^T R)^-1 = R^-1 R^-T of a triangular factor of full rank, so that nothing is squared.
fn inverse(r: MatRef<f64>) -> Mat<f64> {
    let mut back = Mat::<f64>::identity(r.nrows(), r.nrows());
    solve_upper_triangular_in_place(r, back.as_mut(), Par::Seq);
    &back * back.transpose()
}

/// The slope b of y = a + b x, with the error of independent residuals of equal variance; of fewer than three points the error
/// is not known.
///
/// Formula: b = sum (x - mean x)(y - mean y) / S, S = sum (x - mean x)^2, SE^2 = sum e^2 / (t - 2) / S. Since it rests on t - 2
/// degrees of freedom, n is t - 1.
///
/// ```
/// use nullcline_core::numbers::least_squares::slope;
///
/// let b = slope(&[0.0, 1.0, 2.0, 3.0], &[1.0, 3.1, 4.9, 7.0]);
/// assert!((b.value - 1.98).abs() < 1e-12 && b.n == 3);
/// ```
pub fn slope(x: &[f64], y: &[f64]) -> Estimate {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sxx: f64 = x.iter().map(|x| (x - mx).powi(2)).sum();
    let value = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / sxx;
    let rest: f64 = x.iter().zip(y).map(|(x, y)| (y - my - value * (x - mx)).powi(2)).sum();
    match x.len() {
        0..3 => Estimate::unknown(value, x.len().saturating_sub(1)),
        t => Estimate::new(value, (rest / (n - 2.0) / sxx).sqrt(), t - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOPE: f64 = 1.0246753246753246;
    const ERROR: f64 = 0.04072486519962504;

    /// scipy 1.17: stats.linregress([0, 1, 2, 4, 7], [0.1, 0.9, 2.2, 3.8, 7.3]).
    #[test]
    fn a_line_s_slope_and_error_are_scipys() {
        let found = slope(&[0.0, 1.0, 2.0, 4.0, 7.0], &[0.1, 0.9, 2.2, 3.8, 7.3]);
        assert!((found.value - SLOPE).abs() < 1e-12 && found.n == 4, "{found:?}");
        assert!((found.std_error.unwrap() - ERROR).abs() < 1e-12, "{found:?}");
        assert_eq!(slope(&[0.0, 1.0], &[2.0, 5.0]), Estimate::unknown(3.0, 1));
    }

    #[test]
    fn a_regression_s_line_is_that_line() {
        let (x, y) = ([0.0, 1.0, 2.0, 4.0, 7.0], [0.1, 0.9, 2.2, 3.8, 7.3]);
        let b = regression::least_squares(&y, &[&x], true).unwrap().slopes[0].estimate;
        let line = slope(&x, &y);
        assert!((b.value - line.value).abs() < 1e-14 && b.n == line.n);
        assert!((b.error() - line.error()).abs() < 1e-14);
    }
}
