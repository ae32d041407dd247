//! What the bounds of the cells have in common.

use crate::linalg::Real;
use faer::MatRef;

/// Largest |s''| of the logistic function, 1/(6 sqrt 3).
pub(super) const SIGMOID_CURVATURE: f64 = 0.096_225_044_864_937_63;
/// Largest |t''| of tanh, 4/(3 sqrt 3).
pub(super) const TANH_CURVATURE: f64 = 0.769_800_358_919_501;

/// Euclidean norm of row `i`.
pub(super) fn row_norm<T: Real>(m: MatRef<T>, i: usize) -> f64 {
    (0..m.ncols()).map(|j| m[(i, j)].to_f64().powi(2)).sum::<f64>().sqrt()
}

/// sum_j |m_ij v_j| of row `i`: the size on which the rounding error of a dot product depends.
pub(super) fn magnitude<T: Real>(m: MatRef<T>, i: usize, v: MatRef<T>) -> f64 {
    (0..m.ncols()).map(|j| (m[(i, j)].to_f64() * v[(j, 0)].to_f64()).abs()).sum()
}

/// gamma_k = k eps / (1 - k eps), the rounding error constant of a sum of k products.
pub(super) fn gamma(k: usize) -> f64 {
    let e = k as f64 * f64::EPSILON;
    e / (1.0 - e)
}
