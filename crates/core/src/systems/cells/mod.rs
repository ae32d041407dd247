//! Recurrent cells, one a file, and stacks of them.

mod antisymmetric;
mod cornn;
mod current;
mod gated_antisymmetric;
mod gru;
mod gru_reset_before;
mod leak;
mod lipschitz;
mod lstm;
mod params;
mod rate;
mod skewed;
mod stack;
mod vanilla;

pub use antisymmetric::Antisymmetric;
pub use cornn::CoRnn;
pub use current::Current;
pub use gated_antisymmetric::GatedAntisymmetric;
pub use gru::Gru;
pub use gru_reset_before::GruResetBefore;
pub use lipschitz::Lipschitz;
pub use lstm::Lstm;
pub use params::Params;
pub use rate::Rate;
pub use skewed::Skewed;
pub use stack::Stack;
pub use vanilla::Vanilla;

use crate::linalg::Real;
use faer::{MatMut, MatRef};

/// Largest |s''| of the logistic function, 1/(6 sqrt 3).
const SIGMOID_CURVATURE: f64 = 0.096_225_044_864_937_63;
/// Largest |t''| of tanh, 4/(3 sqrt 3).
const TANH_CURVATURE: f64 = 0.769_800_358_919_501;

/// Room for three gates of `n` units and for one more, `k` columns each.
fn gate_scratch<T: Real>(scratch: MatMut<T>, n: usize, k: usize) -> (MatMut<T>, MatMut<T>) {
    let (three, one) = scratch.subcols_mut(0, k).split_at_row_mut(3 * n);
    (three, one.subrows_mut(0, n))
}

/// Euclidean norm of row `i`.
fn row_norm<T: Real>(m: MatRef<T>, i: usize) -> f64 {
    (0..m.ncols()).map(|j| m[(i, j)].to_f64().powi(2)).sum::<f64>().sqrt()
}

/// sum_j |m_ij v_j| of row `i`: the size on which the rounding error of a dot product depends.
fn magnitude<T: Real>(m: MatRef<T>, i: usize, v: MatRef<T>) -> f64 {
    (0..m.ncols()).map(|j| (m[(i, j)].to_f64() * v[(j, 0)].to_f64()).abs()).sum()
}

/// gamma_k = k eps / (1 - k eps), the rounding error constant of a sum of k products.
fn gamma(k: usize) -> f64 {
    let e = k as f64 * f64::EPSILON;
    e / (1.0 - e)
}
