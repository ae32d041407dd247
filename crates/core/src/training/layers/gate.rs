//! Shares that sum to one.

use crate::linalg::{Real, col, col_mut};
use faer::{MatMut, MatRef};

/// y = log softmax(a) of every column, without overflow: a - max - log sum exp(a - max).
///
/// Shapes: both r x k.
pub fn log_softmax<T: Real>(a: MatRef<T>, mut y: MatMut<T>) {
    for j in 0..a.ncols() {
        let (a, y) = (col(a, j), col_mut(y.as_mut(), j));
        let top = a.iter().copied().fold(a[0], |m, v| if v > m { v } else { m });
        let sum = a.iter().map(|v| (*v - top).exp().to_f64()).sum::<f64>();
        let log = T::of(sum.ln());
        y.iter_mut().zip(a).for_each(|(y, a)| *y = *a - top - log);
    }
}

/// Turns the cotangent of y = log softmax(a) into that of a: g - exp(y) sum g.
pub fn log_softmax_back<T: Real>(y: MatRef<T>, mut g: MatMut<T>) {
    for j in 0..y.ncols() {
        let (y, g) = (col(y, j), col_mut(g.as_mut(), j));
        let sum = g.iter().fold(T::ZERO, |s, g| s + *g);
        g.iter_mut().zip(y).for_each(|(g, y)| *g -= y.exp() * sum);
    }
}
