//! Thin QR decompositions with both factors, in memory that is reused.

use super::col_mut;
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::householder;
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::{Conj, Mat, MatMut, Par};

/// A = Q R for n x k matrices, k <= n, by Householder reflections on the calling thread.
///
/// ```
/// use faer::{Mat, mat};
/// use nullcline_core::linalg::qr::Qr;
///
/// let (mut a, mut r) = (mat![[3.0, 1.0], [4.0, 2.0]], Mat::zeros(2, 2));
/// Qr::new(2, 2).factor(a.as_mut(), r.as_mut());
/// assert!((r[(0, 0)] - 5.0).abs() < 1e-14 && r[(1, 1)] > 0.0 && r[(1, 0)] == 0.0);
/// assert!((a.transpose() * &a - Mat::<f64>::identity(2, 2)).norm_max() < 1e-14);
/// ```
pub struct Qr {
    basis: Mat<f64>,
    coefficients: Mat<f64>,
    memory: MemBuffer,
    block: usize,
}

impl Qr {
    /// Room for matrices of at most n x k.
    pub fn new(n: usize, k: usize) -> Self {
        let block = qr::recommended_block_size::<f64>(n, k);
        let memory = MemBuffer::new(StackReq::any_of(&[
            qr::qr_in_place_scratch::<f64>(n, k, block, Par::Seq, Default::default()),
            householder::apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(n, block, k),
        ]));
        Self { basis: Mat::zeros(n, k), coefficients: Mat::zeros(block, k), memory, block }
    }

    /// Replaces `a` (n x k) by Q and writes R (k x k, zeros below the diagonal), r_jj >= 0.
    pub fn factor(&mut self, mut a: MatMut<f64>, mut r: MatMut<f64>) {
        let (n, k) = (a.nrows(), a.ncols());
        let mut basis = self.basis.as_mut().submatrix_mut(0, 0, n, k);
        basis.copy_from(&a);
        let mut h = self.coefficients.as_mut().submatrix_mut(0, 0, self.block, k);
        let stack = MemStack::new(&mut self.memory);
        qr::qr_in_place(basis.as_mut(), h.as_mut(), Par::Seq, stack, Default::default());
        for j in 0..k {
            let column = col_mut(r.as_mut(), j);
            for (i, v) in column.iter_mut().enumerate() {
                *v = if i <= j { basis[(i, j)] } else { 0.0 };
            }
            let unit = col_mut(a.as_mut(), j);
            unit.fill(0.0);
            unit[j] = 1.0;
        }
        householder::apply_block_householder_sequence_on_the_left_in_place_with_conj(
            basis.as_ref(),
            h.as_ref(),
            Conj::No,
            a.as_mut(),
            Par::Seq,
            MemStack::new(&mut self.memory),
        );
        for i in 0..k {
            if r[(i, i)] < 0.0 {
                (i..k).for_each(|j| r[(i, j)] = -r[(i, j)]);
                col_mut(a.as_mut(), i).iter_mut().for_each(|v| *v = -*v);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal_matrix, stream};

    #[test]
    fn factors_multiply_back_with_orthonormal_columns() {
        for (n, k) in [(1, 1), (5, 2), (8, 8), (60, 40), (100, 100)] {
            let a = normal_matrix(&mut stream(4, Use::Fixture, n as u64), n, k);
            let (mut q, mut r) = (a.clone(), Mat::zeros(k, k));
            Qr::new(n, k).factor(q.as_mut(), r.as_mut());
            assert!((&q * &r - &a).norm_max() < 1e-12);
            assert!((q.transpose() * &q - Mat::<f64>::identity(k, k)).norm_max() < 1e-13);
            assert!((0..k).all(|i| r[(i, i)] > 0.0 && (i + 1..k).all(|l| r[(l, i)].abs() < 1e-300)));
        }
    }
}
