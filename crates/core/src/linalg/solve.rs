//! Linear systems with one square matrix, factored in place.

use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::lu::partial_pivoting::{factor, inverse, solve};
use faer::perm::PermRef;
use faer::{Mat, MatMut, MatRef, Par};

/// LU factorisation with partial pivoting in memory that is reused.
///
/// ```
/// use nullcline_core::linalg::solve::Lu;
///
/// let mut lu = Lu::new(2);
/// assert!(lu.factor(faer::mat![[0.0, 2.0], [1.0, 0.0]].as_ref()));
/// let mut b = faer::mat![[4.0], [3.0]];
/// lu.solve(b.as_mut());
/// assert_eq!((b, lu.sign()), (faer::mat![[3.0], [2.0]], -1));
/// assert!(!lu.factor(faer::mat![[1.0, 1.0], [1.0, 1.0]].as_ref()));
/// ```
pub struct Lu {
    factors: Mat<f64>,
    forward: Vec<usize>,
    backward: Vec<usize>,
    memory: MemBuffer,
}

impl Lu {
    /// Room for n x n matrices.
    pub fn new(n: usize) -> Self {
        let memory = MemBuffer::new(StackReq::any_of(&[
            factor::lu_in_place_scratch::<usize, f64>(n, n, Par::Seq, Default::default()),
            solve::solve_in_place_scratch::<usize, f64>(n, n, Par::Seq),
            inverse::inverse_scratch::<usize, f64>(n, Par::Seq),
        ]));
        Self { factors: Mat::zeros(n, n), forward: vec![0; n], backward: vec![0; n], memory }
    }

    /// Factors `a`; false if a pivot is zero or not finite.
    pub fn factor(&mut self, a: MatRef<f64>) -> bool {
        self.factors.copy_from(a);
        factor::lu_in_place(
            self.factors.as_mut(),
            &mut self.forward,
            &mut self.backward,
            Par::Seq,
            MemStack::new(&mut self.memory),
            Default::default(),
        );
        let pivots = (0..a.nrows()).map(|i| self.factors[(i, i)]);
        pivots.into_iter().all(|p| p != 0.0 && p.is_finite())
    }

    /// Sign of det a: the pivots' times that of the permutation.
    pub fn sign(&self) -> i32 {
        let n = self.factors.nrows();
        let mut odd = (0..n).filter(|i| self.factors[(*i, *i)] < 0.0).count();
        let mut seen = vec![false; n];
        for i in 0..n {
            let (mut j, mut length) = (i, 0);
            while !seen[j] {
                seen[j] = true;
                j = self.forward[j];
                length += 1;
            }
            odd += if length > 0 { length - 1 } else { 0 };
        }
        if odd.is_multiple_of(2) { 1 } else { -1 }
    }

    /// Replaces `b` by a^-1 b.
    pub fn solve(&mut self, b: MatMut<f64>) {
        let perm = PermRef::new_checked(&self.forward, &self.backward, self.factors.nrows());
        let (l, u) = (self.factors.as_ref(), self.factors.as_ref());
        solve::solve_in_place(l, u, perm, b, Par::Seq, MemStack::new(&mut self.memory));
    }

    /// a^-1, allocated.
    pub fn inverse(&mut self) -> Mat<f64> {
        let n = self.factors.nrows();
        let mut out = Mat::zeros(n, n);
        let perm = PermRef::new_checked(&self.forward, &self.backward, n);
        let (l, u) = (self.factors.as_ref(), self.factors.as_ref());
        inverse::inverse(out.as_mut(), l, u, perm, Par::Seq, MemStack::new(&mut self.memory));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, normal_matrix, stream};

    #[test]
    fn solves_and_inverts() {
        let mut rng = stream(3, Use::Fixture, 0);
        let (a, x) = (normal_matrix(&mut rng, 9, 9), normal_matrix(&mut rng, 9, 2));
        let mut lu = Lu::new(9);
        assert!(lu.factor(a.as_ref()));
        let mut b = &a * &x;
        lu.solve(b.as_mut());
        assert!((&b - &x).norm_max() < 1e-12);
        assert!((&a * lu.inverse() - Mat::<f64>::identity(9, 9)).norm_max() < 1e-12);
        let sign = lu.sign();
        let swapped = Mat::from_fn(9, 9, |i, j| a[(if i < 2 { 1 - i } else { i }, j)]);
        assert!(lu.factor(swapped.as_ref()) && lu.sign() == -sign);
        assert!(lu.factor(Mat::<f64>::identity(9, 9).as_ref()) && lu.sign() == 1);
        assert!(!lu.factor(Mat::zeros(9, 9).as_ref()));
    }
}
