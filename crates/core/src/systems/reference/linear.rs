//! The linear rule, whose exponents are known exactly.

use crate::linalg::{col, col_mut, gemm};
use crate::systems::cells::Params;
use crate::systems::rule::{Block, Point, Rule};
use faer::{Accum, MatMut, MatRef};

/// y = A x + B u.
///
/// As a map its exponents are log|eigenvalue of A|, as a flow the real parts. Parameters: `a`
/// (n x n), `b` (n x d). The tape is empty.
#[derive(Clone)]
pub struct Linear {
    params: Params<f64>,
}

const A: usize = 0;
const B: usize = 1;

impl Linear {
    /// The rule with matrices A (n x n) and B (n x d).
    ///
    /// # Panics
    /// If A is not square or B has another number of rows.
    pub fn new(a: MatRef<f64>, b: MatRef<f64>) -> Self {
        assert!(a.nrows() == a.ncols() && b.nrows() == a.nrows(), "A is n x n and B n x d");
        let mut params = Params::zeros(&[("a", a.nrows(), a.nrows()), ("b", b.nrows(), b.ncols())]);
        params.mat_mut(A).copy_from(a);
        params.mat_mut(B).copy_from(b);
        Self { params }
    }
}

impl Rule for Linear {
    fn dim(&self) -> usize {
        self.params.mat(A).nrows()
    }
    fn inputs(&self) -> usize {
        self.params.mat(B).ncols()
    }
    fn tape_rows(&self) -> usize {
        0
    }
    fn scratch_rows(&self) -> usize {
        0
    }
    fn layout(&self) -> Vec<Block> {
        self.params.layout().to_vec()
    }
    fn read_params(&self, theta: &mut [f64]) {
        theta.copy_from_slice(self.params.theta());
    }
    fn write_params(&mut self, theta: &[f64]) {
        self.params.theta_mut().copy_from_slice(theta);
    }
    fn eval(&self, x: MatRef<f64>, u: MatRef<f64>, mut y: MatMut<f64>, _: MatMut<f64>, _: MatMut<f64>) {
        gemm(y.as_mut(), Accum::Replace, self.params.mat(A), x);
        if self.inputs() > 0 {
            gemm(y, Accum::Add, self.params.mat(B), u);
        }
    }
    fn jvp(&self, _: Point, dx: MatRef<f64>, du: Option<MatRef<f64>>, mut dy: MatMut<f64>, _: MatMut<f64>) {
        gemm(dy.as_mut(), Accum::Replace, self.params.mat(A), dx);
        if let Some(du) = du {
            gemm(dy, Accum::Add, self.params.mat(B), du);
        }
    }
    fn vjp(&self, _: Point, gy: MatRef<f64>, gx: MatMut<f64>, gu: Option<MatMut<f64>>, _: MatMut<f64>) {
        gemm(gx, Accum::Replace, self.params.mat(A).transpose(), gy);
        if let Some(gu) = gu {
            gemm(gu, Accum::Replace, self.params.mat(B).transpose(), gy);
        }
    }
    fn param_vjp(&self, at: Point, gy: MatRef<f64>, grad: &mut [f64], _: MatMut<f64>) {
        self.params.add_outer(grad, A, gy, at.x);
        self.params.add_outer(grad, B, gy, at.u);
    }
    fn fold(&self, _: Point, mut j: MatMut<f64>, _: MatMut<f64>) -> bool {
        for c in 0..self.dim() {
            col_mut(j.as_mut(), c).copy_from_slice(col(self.params.mat(A), c));
        }
        true
    }
}
