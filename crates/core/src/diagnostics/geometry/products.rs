//! Means of activity, activity less its means, and products of both with themselves.

use crate::linalg::{col, gemm};
use faer::{Accum, Mat, MatRef};

/// The mean of each row; zero without columns.
pub(crate) fn means(x: MatRef<f64>) -> Vec<f64> {
    let mut mean = vec![0.0; x.nrows()];
    (0..x.ncols()).for_each(|j| mean.iter_mut().zip(col(x, j)).for_each(|(m, v)| *m += v));
    mean.iter_mut().for_each(|m| *m /= x.ncols().max(1) as f64);
    mean
}

/// Less the mean of each row.
pub(crate) fn centred(x: MatRef<f64>) -> Mat<f64> {
    let mean = means(x);
    Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)] - mean[i])
}

/// A B^T of n x T and m x T.
pub(crate) fn product(a: MatRef<f64>, b: MatRef<f64>) -> Mat<f64> {
    let mut c = Mat::zeros(a.nrows(), b.nrows());
    gemm(c.as_mut(), Accum::Replace, a, b.transpose());
    c
}

/// The sum of the products of entries, tr A^T B.
pub(crate) fn inner(a: MatRef<f64>, b: MatRef<f64>) -> f64 {
    let column = |j: usize| col(a, j).iter().zip(col(b, j)).map(|(a, b)| a * b).sum::<f64>();
    (0..a.ncols()).map(column).sum()
}

/// The sum of the diagonal.
pub(crate) fn trace(a: MatRef<f64>) -> f64 {
    (0..a.nrows()).map(|i| a[(i, i)]).sum()
}
