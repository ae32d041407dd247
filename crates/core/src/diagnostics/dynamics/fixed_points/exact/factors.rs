//! A matrix as a product of thin factors and a remainder of known size.

use crate::linalg::{col, col_mut, norm};
use faer::{Mat, MatRef, Side};

/// W = M N^T + E.
pub struct Factors {
    /// M, n x r.
    pub left: Mat<f64>,
    /// N, n x r.
    pub right: Mat<f64>,
    /// Upper bounds of the row sums of |E|.
    pub rest: Vec<f64>,
}

/// Remainder below which no further column is looked for, relative to W; row sums.
const ROUNDING: f64 = 1e-13;
/// Row sums, and the inverse of those, whose squares a double holds, sums of them too.
const SQUARES: f64 = 1e140;
/// Largest remainder of a matrix said to be of low rank.
const LARGEST: f64 = 1e-3;
/// A higher rank must make the remainder smaller than this share.
const GAIN: f64 = 0.1;

impl Factors {
    /// Factors of the lowest rank up to `most` that leaves hardly more than the best of these ranks does:
    /// rounding, or the digits in which the matrix was stored. None for a matrix of higher rank.
    ///
    /// Columns of largest norm are orthogonalised one after the other (Q); then M N^T = Q X X^T Q^T W with
    /// the eigenvectors X of Q^T W W^T Q. The remainder is that of the factors as stored.
    pub fn of(w: MatRef<f64>, most: usize) -> Option<Self> {
        let n = w.nrows();
        let size = row_sums(w).fold(0.0, f64::max);
        if !(SQUARES.recip()..SQUARES).contains(&size) {
            return None;
        }
        let mut rest = w.to_owned();
        let mut basis = Mat::<f64>::zeros(n, 0);
        let mut left_over = vec![f64::INFINITY];
        while basis.ncols() < most.min(n) && left_over[basis.ncols()] > ROUNDING * size {
            let pivot = (0..n)
                .max_by(|a, b| norm(col(rest.as_ref(), *a)).total_cmp(&norm(col(rest.as_ref(), *b))))?;
            let mut q = Mat::from_fn(n, 1, |i, _| rest[(i, pivot)]);
            for _ in 0..2 {
                let inside = basis.transpose() * &q;
                q -= &basis * inside;
                let length = norm(col(q.as_ref(), 0));
                col_mut(q.as_mut(), 0).iter_mut().for_each(|v| *v /= length);
            }
            rest -= &q * (q.transpose() * &rest);
            basis =
                Mat::from_fn(
                    n,
                    basis.ncols() + 1,
                    |i, j| if j < basis.ncols() { basis[(i, j)] } else { q[(i, 0)] },
                );
            left_over.push(row_sums(rest.as_ref()).fold(0.0, f64::max));
        }
        let best = left_over.iter().fold(f64::INFINITY, |a, b| a.min(*b));
        if !(best <= LARGEST * size) {
            return None;
        }
        let rank = left_over.iter().position(|e| *e * GAIN <= best.max(ROUNDING * size))?;
        let basis = basis.subcols(0, rank);
        let coordinates = basis.transpose() * w;
        let square = &coordinates * coordinates.transpose();
        let turn = square.self_adjoint_eigen(Side::Lower).ok()?.U().to_owned();
        Some(Self::with_rest(w, basis * &turn, coordinates.transpose() * turn))
    }

    /// W = W I, without a remainder.
    pub fn whole(w: MatRef<f64>) -> Self {
        let n = w.nrows();
        Self { left: w.to_owned(), right: Mat::identity(n, n), rest: vec![0.0; n] }
    }

    fn with_rest(w: MatRef<f64>, left: Mat<f64>, right: Mat<f64>) -> Self {
        let (n, r) = (w.nrows(), left.ncols());
        let mut rest = vec![0.0; n];
        for j in 0..n {
            for (i, sum) in rest.iter_mut().enumerate() {
                let (mut product, mut size) = (0.0, w[(i, j)].abs());
                for k in 0..r {
                    let term = left[(i, k)] * right[(j, k)];
                    product += term;
                    size += term.abs();
                }
                *sum += (w[(i, j)] - product).abs() + (r + 4) as f64 * f64::EPSILON * size + 1e-300;
            }
        }
        let grow = 1.0 + (n + r + 8) as f64 * f64::EPSILON;
        rest.iter_mut().for_each(|e| *e *= grow);
        Self { left, right, rest }
    }

    /// r.
    pub fn rank(&self) -> usize {
        self.left.ncols()
    }
}

fn row_sums(m: MatRef<f64>) -> impl Iterator<Item = f64> {
    let mut sums = vec![0.0; m.nrows()];
    for j in 0..m.ncols() {
        sums.iter_mut().zip(col(m, j)).for_each(|(s, v)| *s += v.abs());
    }
    sums.into_iter()
}
