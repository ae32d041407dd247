//! What cells share that have one current and one gain a unit: how currents answer tangents, and what comes back through the gains.

use crate::linalg::pointwise::multiply;
use crate::linalg::{Real, col, col_mut, gemm, state_of};
use crate::systems::rule::Point;
use faer::{Accum, MatMut, MatRef};

/// y = A dx + B du; inputs may stand still.
pub(super) fn response<T: Real>(
    mut y: MatMut<T>,
    a: MatRef<T>,
    dx: MatRef<T>,
    b: MatRef<T>,
    du: Option<MatRef<T>>,
) {
    gemm(y.as_mut(), Accum::Replace, a, dx);
    if let Some(du) = du {
        gemm(y, Accum::Add, b, du);
    }
}

/// ga = gain gy, the cotangent of currents: gains are the first rows of the tape.
pub(super) fn through_gains<T: Real>(at: Point<T>, gy: MatRef<T>, mut ga: MatMut<T>) {
    for j in 0..gy.ncols() {
        let gain = &col(at.tape, state_of(j, at.tape.ncols(), gy.ncols()))[..gy.nrows()];
        multiply(col_mut(ga.as_mut(), j), gain, col(gy, j));
    }
}
