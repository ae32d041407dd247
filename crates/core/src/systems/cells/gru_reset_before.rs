//! The gated recurrent unit with the reset gate before the product, as first published.

use super::params::{
    B_HH, B_IH, BACK, DOWN, INPUT as CANDIDATE, Params, STATE as GATES, STEP, U, W, gate_scratch,
    params_methods,
};
use crate::linalg::activation::{sigmoid, tanh};
use crate::linalg::pointwise::{add_product, multiply};
use crate::linalg::{Real, col, col_mut, gemm, parts, parts_mut, state_of};
use crate::systems::rule::{Point, Rule};
use faer::{Accum, MatMut, MatRef};

/// The cell of Cho et al. 2014, with PyTorch's sense of z:
/// r = s(W_r h + U_r u + b), z = s(W_z h + U_z u + b), c = tanh(U_n u + W_n (r h) + b),
/// h' = (1-z) c + z h.
///
/// Parameters as in [`Gru`](super::Gru). Tape: r, 1-r, z, 1-z, c, c' (6n rows).
///
/// ```
/// use nullcline_core::systems::{cells::{Gru, GruResetBefore}, rule::linearise};
///
/// // With the candidate's W alone, W = 1: tanh(h / 2) / 2 + h / 2 both ways, r being 1/2 before the product or after.
/// let (mut before, mut after) = (GruResetBefore::new(1, 0), Gru::new(1, 0));
/// before.params_mut().mat_mut(1)[(2, 0)] = 1.0;
/// after.params_mut().mat_mut(1)[(2, 0)] = 1.0;
/// let known = 0.5 * 0.4f64.tanh() + 0.4;
/// for y in [linearise(&before, &[0.8], &[]).0, linearise(&after, &[0.8], &[]).0] {
///     assert!((y[0] - known).abs() < 1e-15);
/// }
/// ```
#[derive(Clone)]
pub struct GruResetBefore<T = f64> {
    n: usize,
    d: usize,
    params: Params<T>,
}

impl<T: Real> GruResetBefore<T> {
    /// A cell of `n` units and `d` inputs with all parameters zero.
    pub fn new(n: usize, d: usize) -> Self {
        Self { n, d, params: Params::stacked(3, n, d) }
    }
    /// The parameters, blocks in the order of the type's documentation.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        &mut self.params
    }
    fn recurrent(&self, gates: usize, count: usize) -> MatRef<'_, T> {
        self.params.mat(W).subrows(gates * self.n, count * self.n)
    }

    /// Cotangents of the pre-activations in rows r, z, n of `ga`, and of r h in `grh`.
    fn gate(&self, at: Point<T>, gy: MatRef<T>, mut ga: MatMut<T>, mut grh: MatMut<T>) {
        let n = self.n;
        let (b, k) = (at.tape.ncols(), gy.ncols());
        for j in 0..k {
            let s = state_of(j, b, k);
            let (t, h, gy, g) = (col(at.tape, s), col(at.x, s), col(gy, j), col_mut(ga.as_mut(), j));
            for i in 0..n {
                let (z, not_z, c, slope) = (t[2 * n + i], t[3 * n + i], t[4 * n + i], t[5 * n + i]);
                g[n + i] = gy[i] * (h[i] - c) * z * not_z;
                g[2 * n + i] = gy[i] * not_z * slope;
            }
        }
        let gn = ga.as_ref().subrows(2 * n, n);
        self.params.pull(BACK, [(W, 2 * n, gn)], grh.as_mut());
        for j in 0..k {
            let s = state_of(j, b, k);
            let (t, h, g) = (col(at.tape, s), col(at.x, s), col(grh.as_ref(), j));
            for (i, v) in col_mut(ga.as_mut(), j)[..n].iter_mut().enumerate() {
                *v = g[i] * h[i] * t[i] * t[n + i];
            }
        }
    }
}

impl<T: Real> Rule<T> for GruResetBefore<T> {
    params_methods!();
    fn dim(&self) -> usize {
        self.n
    }
    fn inputs(&self) -> usize {
        self.d
    }
    fn tape_rows(&self) -> usize {
        6 * self.n
    }
    fn scratch_rows(&self) -> usize {
        4 * self.n
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, mut tape: MatMut<T>, scratch: MatMut<T>) {
        let n = self.n;
        let (a, mut rh) = gate_scratch(scratch, n, x.ncols());
        let (mut gates, mut candidate) = a.split_at_row_mut(2 * n);
        self.params.push(STEP, 0, [(W, x), (U, u)], &[B_IH, B_HH], gates.as_mut());
        for j in 0..x.ncols() {
            let [ar, az] = parts(col(gates.as_ref(), j), n);
            let [r, not_r, z, not_z] = parts_mut(col_mut(tape.as_mut(), j), n);
            sigmoid(ar, r, not_r);
            sigmoid(az, z, not_z);
            multiply(col_mut(rh.as_mut(), j), r, col(x, j));
        }
        let terms = [(W, rh.as_ref()), (U, u)];
        self.params.push(CANDIDATE, 2 * n, terms, &[B_IH, B_HH], candidate.as_mut());
        for j in 0..x.ncols() {
            let [_, _, z, not_z, c, slope] = parts_mut(col_mut(tape.as_mut(), j), n);
            tanh(col(candidate.as_ref(), j), c, slope);
            let y = col_mut(y.as_mut(), j);
            multiply(y, not_z, c);
            add_product(y, z, col(x, j));
        }
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let n = self.n;
        let (b, k) = (at.tape.ncols(), dx.ncols());
        let (mut da, mut drh) = gate_scratch(scratch, n, k);
        da.fill(T::ZERO);
        if let Some(du) = du {
            gemm(da.as_mut(), Accum::Replace, self.params.mat(U), du);
        }
        gemm(da.as_mut().subrows_mut(0, 2 * n), Accum::Add, self.recurrent(0, 2), dx);
        for j in 0..k {
            let s = state_of(j, b, k);
            let (t, h, da, dx) = (col(at.tape, s), col(at.x, s), col(da.as_ref(), j), col(dx, j));
            for (i, v) in col_mut(drh.as_mut(), j).iter_mut().enumerate() {
                *v = t[i] * dx[i] + t[i] * t[n + i] * da[i] * h[i];
            }
        }
        gemm(da.as_mut().subrows_mut(2 * n, n), Accum::Add, self.recurrent(2, 1), drh.as_ref());
        for j in 0..k {
            let s = state_of(j, b, k);
            let (t, h, da, dx) = (col(at.tape, s), col(at.x, s), col(da.as_ref(), j), col(dx, j));
            for (i, v) in col_mut(dy.as_mut(), j).iter_mut().enumerate() {
                let (z, not_z, c, slope) = (t[2 * n + i], t[3 * n + i], t[4 * n + i], t[5 * n + i]);
                *v = not_z * slope * da[2 * n + i] + z * dx[i] + z * not_z * da[n + i] * (h[i] - c);
            }
        }
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let n = self.n;
        let (b, k) = (at.tape.ncols(), gy.ncols());
        let (mut ga, mut grh) = gate_scratch(scratch, n, k);
        self.gate(at, gy, ga.as_mut(), grh.as_mut());
        let rz = ga.as_ref().subrows(0, 2 * n);
        self.params.pull(GATES, [(W, 0, rz)], gx.as_mut());
        for j in 0..k {
            let (t, gy) = (col(at.tape, state_of(j, b, k)), col(gy, j));
            let grh = col(grh.as_ref(), j);
            for (i, g) in col_mut(gx.as_mut(), j).iter_mut().enumerate() {
                *g += t[2 * n + i] * gy[i] + t[i] * grh[i];
            }
        }
        if let Some(gu) = gu {
            self.params.pull(DOWN, [(U, 0, ga.as_ref())], gu);
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], mut scratch: MatMut<T>) {
        let (ga, grh) = gate_scratch(scratch.as_mut(), self.n, gy.ncols());
        self.gate(at, gy, ga, grh);
        self.param_vjp_after(at, gy, grad, scratch);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let (n, k) = (self.n, gy.ncols());
        let (ga, mut rh) = gate_scratch(scratch, n, k);
        for j in 0..k {
            multiply(col_mut(rh.as_mut(), j), &col(at.tape, j)[..n], col(at.x, j));
        }
        let (rz, gn) = ga.as_ref().split_at_row(2 * n);
        self.params.add_outer(grad, U, ga.as_ref(), at.u);
        self.params.add_outer_from(grad, W, 0, rz, at.x);
        self.params.add_outer_from(grad, W, 2 * n, gn, rh.as_ref());
        self.params.add_biases(grad, ga.as_ref());
    }
    /// h' is a mean of h and of a number in (-1, 1), so every attractor lies in [-1, 1].
    fn range(&self, _: usize) -> [f64; 2] {
        [-1.0, 1.0]
    }
    /// h' lies between h and the candidate, so that [-1, 1]^n goes into itself; a fixed point is its own
    /// candidate and lies inside.
    fn degree(&self) -> Option<i32> {
        Some(1)
    }
}
