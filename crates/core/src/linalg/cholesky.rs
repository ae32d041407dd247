//! Cholesky factorisation of one symmetric positive definite matrix.

use super::{col, col_mut};
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::cholesky::llt::{factor, inverse};
use faer::{Mat, MatMut, MatRef, Par};

/// `A = L L^T` in memory that is reused, on the calling thread.
///
/// ```
/// use nullcline_core::linalg::cholesky::Cholesky;
///
/// let mut room = Cholesky::new(2);
/// assert!(room.factor(faer::mat![[4.0, 0.0], [2.0, 3.0]].as_ref()));
/// assert!((room.log_det() - 8f64.ln()).abs() < 1e-14);
/// let mut inverse = faer::Mat::zeros(2, 2);
/// room.inverse(inverse.as_mut());
/// assert!((inverse[(0, 0)] - 3.0 / 8.0).abs() < 1e-14 && (inverse[(0, 1)] + 2.0 / 8.0).abs() < 1e-14);
/// assert!(!room.factor(faer::mat![[1.0, 0.0], [2.0, 1.0]].as_ref()));
/// ```
pub struct Cholesky {
    factor: Mat<f64>,
    memory: MemBuffer,
}

impl Cholesky {
    /// Room for n x n matrices.
    pub fn new(n: usize) -> Self {
        let memory = MemBuffer::new(StackReq::any_of(&[
            factor::cholesky_in_place_scratch::<f64>(n, Par::Seq, Default::default()),
            inverse::inverse_scratch::<f64>(n, Par::Seq),
        ]));
        Self { factor: Mat::zeros(n, n), memory }
    }

    /// Factors the symmetric matrix whose lower triangle is that of `a`; false if a pivot is not
    /// positive or not finite.
    pub fn factor(&mut self, a: MatRef<f64>) -> bool {
        for j in 0..a.ncols() {
            col_mut(self.factor.as_mut(), j)[j..].copy_from_slice(&col(a, j)[j..]);
        }
        let stack = MemStack::new(&mut self.memory);
        let l = self.factor.as_mut();
        let done = factor::cholesky_in_place(l, Default::default(), Par::Seq, stack, Default::default());
        done.is_ok() && (0..a.nrows()).all(|i| self.factor[(i, i)] > 0.0 && self.factor[(i, i)].is_finite())
    }

    /// log det A.
    pub fn log_det(&self) -> f64 {
        (0..self.factor.nrows()).map(|i| 2.0 * self.factor[(i, i)].ln()).sum()
    }

    /// A^-1, both triangles.
    pub fn inverse(&mut self, mut out: MatMut<f64>) {
        let stack = MemStack::new(&mut self.memory);
        inverse::inverse(out.as_mut(), self.factor.as_ref(), Par::Seq, stack);
        for j in 0..out.ncols() {
            for i in 0..j {
                out[(i, j)] = out[(j, i)];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal_matrix, stream};

    #[test]
    fn inverts_and_refuses() {
        let x = normal_matrix(&mut stream(3, Use::Fixture, 0), 9, 20);
        let a = &x * x.transpose();
        let mut cholesky = Cholesky::new(9);
        assert!(cholesky.factor(a.as_ref()));
        assert!((cholesky.log_det() - a.determinant().ln()).abs() < 1e-12);
        let mut w = Mat::zeros(9, 9);
        cholesky.inverse(w.as_mut());
        assert!((&a * w - Mat::<f64>::identity(9, 9)).norm_max() < 1e-12);
        assert!(!cholesky.factor((-a).as_ref()));
        assert!(!cholesky.factor(Mat::from_fn(9, 9, |_, _| f64::NAN).as_ref()));
    }
}
