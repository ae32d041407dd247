//! The antisymmetric recurrent network.

use super::kind::{Cell, CellKind, Layer};
use super::params::{Params, params_methods};
use super::proof::{TANH_CURVATURE, gamma, magnitude, row_norm};
use super::response::response;
use super::skewed::{Skewed, skewed};
use crate::linalg::activation::Activation;
use crate::linalg::{Real, col, col_mut, frobenius, gemm, norm, state_of};
use crate::systems::rule::{Bounds, Point, Rule};
use faer::{Accum, Mat, MatMut, MatRef};

const U: usize = 0;
const W: usize = 1;
const B: usize = 2;

/// h' = h + epsilon tanh((W - W^T - gamma I) h + V u + b).
pub static ANTISYMMETRIC: CellKind =
    skewed("antisymmetric", "antisymmetric network", Layer { single: layer, double: layer });

fn layer<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    let [epsilon, gamma] = cell.values();
    Box::new(Antisymmetric::new(n, d, epsilon, gamma))
}

/// The cell h' = h + epsilon tanh(A h + V u + b) with A = W - W^T - gamma I: Chang, Chen, Haber & Chi,
/// ICLR 2019 (arXiv:1902.09689), forward Euler steps of an ODE whose Jacobian is close to neutral.
///
/// Parameters: `weight_ih` V (n x d), `weight_hh` the whole matrix W (n x n), of which only the
/// antisymmetric part acts and has a gradient, `bias` b (n). Tape: the gains 1 - tanh^2, n rows.
///
/// ```
/// use nullcline_core::systems::{cells::Antisymmetric, rule::linearise};
///
/// // Without weights h' = h + epsilon tanh(-gamma h).
/// let (y, _, _) = linearise(&Antisymmetric::new(1, 0, 0.1, 2.0), &[0.3], &[]);
/// assert!((y[0] - (0.3 - 0.1 * 0.6f64.tanh())).abs() < 1e-15);
/// ```
#[derive(Clone)]
pub struct Antisymmetric<T = f64> {
    n: usize,
    d: usize,
    epsilon: f64,
    law: Skewed,
    params: Params<T>,
    /// A.
    recurrent: Mat<T>,
}

impl Antisymmetric {
    /// The cell without its parameters: step and damping.
    pub fn cell(epsilon: f64, gamma: f64) -> Cell {
        Cell::new(&ANTISYMMETRIC, &[epsilon, gamma])
    }
}

impl<T: Real> Antisymmetric<T> {
    /// A cell of `n` units and `d` inputs with step `epsilon` and damping `gamma`, all parameters zero.
    pub fn new(n: usize, d: usize, epsilon: f64, gamma: f64) -> Self {
        let params = Params::zeros(&[("weight_ih", n, d), ("weight_hh", n, n), ("bias", n, 1)]);
        let law = Skewed { beta: 1.0, gamma };
        let recurrent = law.matrix(params.mat(W));
        Self { n, d, epsilon, law, params, recurrent }
    }

    fn refresh(&mut self) {
        self.law.write(self.params.mat(W), self.recurrent.as_mut());
    }

    /// ga = epsilon gain gy, the cotangent of the pre-activation.
    fn gate(&self, at: Point<T>, gy: MatRef<T>, mut ga: MatMut<T>) {
        let (b, k, epsilon) = (at.tape.ncols(), gy.ncols(), T::of(self.epsilon));
        for j in 0..k {
            let (gain, gy) = (col(at.tape, state_of(j, b, k)), col(gy, j));
            for (i, g) in col_mut(ga.as_mut(), j).iter_mut().enumerate() {
                *g = epsilon * gain[i] * gy[i];
            }
        }
    }
}

impl<T: Real> Rule<T> for Antisymmetric<T> {
    params_methods!(refresh);
    fn dim(&self) -> usize {
        self.n
    }
    fn inputs(&self) -> usize {
        self.d
    }
    fn tape_rows(&self) -> usize {
        self.n
    }
    fn scratch_rows(&self) -> usize {
        2 * self.n
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, mut tape: MatMut<T>, _: MatMut<T>) {
        self.params.fill_bias(y.as_mut(), &[B], 0);
        gemm(y.as_mut(), Accum::Add, self.recurrent.as_ref(), x);
        if self.d > 0 {
            gemm(y.as_mut(), Accum::Add, self.params.mat(U), u);
        }
        let epsilon = T::of(self.epsilon);
        for j in 0..x.ncols() {
            let y = col_mut(y.as_mut(), j);
            Activation::Tanh.apply(y, col_mut(tape.as_mut(), j));
            for (v, h) in y.iter_mut().zip(col(x, j)) {
                *v = *h + epsilon * *v;
            }
        }
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, _: MatMut<T>) {
        response(dy.as_mut(), self.recurrent.as_ref(), dx, self.params.mat(U), du);
        let (b, k, epsilon) = (at.tape.ncols(), dx.ncols(), T::of(self.epsilon));
        for j in 0..k {
            let (gain, dx) = (col(at.tape, state_of(j, b, k)), col(dx, j));
            for (i, v) in col_mut(dy.as_mut(), j).iter_mut().enumerate() {
                *v = dx[i] + epsilon * gain[i] * *v;
            }
        }
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let mut ga = scratch.subrows_mut(0, self.n).subcols_mut(0, gy.ncols());
        self.gate(at, gy, ga.as_mut());
        gx.copy_from(gy);
        gemm(gx, Accum::Add, self.recurrent.transpose(), ga.as_ref());
        if let Some(gu) = gu {
            gemm(gu, Accum::Replace, self.params.mat(U).transpose(), ga.as_ref());
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let (ga, turned) = scratch.subcols_mut(0, gy.ncols()).split_at_row_mut(self.n);
        let mut ga = ga;
        self.gate(at, gy, ga.as_mut());
        let ga = ga.as_ref();
        self.params.add_outer(grad, U, ga, at.u);
        self.law.add_gradient(&self.params, grad, W, ga, at.x, turned.subrows_mut(0, self.n));
        self.params.add_columns(grad, B, ga);
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, _: MatMut<T>) -> bool {
        let (gain, epsilon) = (col(at.tape, 0), T::of(self.epsilon));
        for c in 0..self.n {
            let a = col(self.recurrent.as_ref(), c);
            let column = col_mut(j.as_mut(), c);
            for (i, v) in column.iter_mut().enumerate() {
                *v = epsilon * gain[i] * a[i];
            }
            column[c] += T::ONE;
        }
        true
    }
    /// With row norms w_i of [A V]: slope 1 + epsilon |[A V]|_F, |D^2 F_i| <= epsilon t2 w_i^2 and hence
    /// the Lipschitz constant epsilon t2 sqrt(sum w_i^4); t2 = 4/(3 sqrt 3).
    fn bounds(&self, at: Point<T>, _: f64) -> Option<Bounds> {
        let (a, u) = (self.recurrent.as_ref(), self.params.mat(U));
        let (mut fourth, mut error) = (0.0, 0.0);
        for i in 0..self.n {
            fourth += row_norm(a, i).hypot(row_norm(u, i)).powi(4);
            let sum = magnitude(a, i, at.x) + magnitude(u, i, at.u) + self.params.vec(B)[i].to_f64().abs();
            error += (gamma(self.n + self.d + 4) * sum + 4.0 * f64::EPSILON).powi(2);
        }
        Some(Bounds {
            slope: 1.0 + self.epsilon * frobenius(a).hypot(frobenius(u)),
            curvature: self.epsilon * TANH_CURVATURE * fourth.sqrt(),
            rounding: self.epsilon * error.sqrt() + 2.0 * f64::EPSILON * norm(col(at.x, 0)),
        })
    }
}
