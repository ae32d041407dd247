//! Room, squares and residuals.

use crate::linalg::{Real, col, col_mut};
use crate::training::layers::Tape;
use faer::{Mat, MatMut, MatRef};

/// y += x.
pub(super) fn add<T: Real>(y: &mut [T], x: &[T]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += *x);
}

/// Makes a matrix of that size, whatever it holds.
pub(in super::super) fn sized<T: Real>(m: &mut Mat<T>, rows: usize, columns: usize) {
    if (m.nrows(), m.ncols()) != (rows, columns) {
        *m = Mat::zeros(rows, columns);
    }
}

/// Sum of squared differences.
pub(in super::super) fn square<T: Real>(a: MatRef<T>, b: MatRef<T>) -> f64 {
    let one = |j: usize| {
        let pairs = col(a, j).iter().zip(col(b, j));
        pairs.map(|(a, b)| (*a - *b).to_f64().powi(2)).sum::<f64>()
    };
    (0..a.ncols()).map(one).sum()
}

/// Leaves `scale` (output - target) as the cotangent of the output.
pub(in super::super) fn residual<T: Real>(tape: &mut Tape<T>, target: MatRef<T>, scale: T) {
    for j in 0..target.ncols() {
        let (mut g, y) = tape.both(j);
        difference(g.as_mut(), y, target.subcols(j, 1), scale);
    }
}

/// g = scale (a - b), a column each.
fn difference<T: Real>(g: MatMut<T>, a: MatRef<T>, b: MatRef<T>, scale: T) {
    let pairs = col(a, 0).iter().zip(col(b, 0));
    col_mut(g, 0).iter_mut().zip(pairs).for_each(|(g, (a, b))| *g = scale * (*a - *b));
}
