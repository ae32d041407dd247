//! The Lipschitz recurrent network.

use super::facts::{Constant, Initial, Second};
use super::kind::{Cell, CellKind, FlowKind, Layer, Scheme};
use super::params::{Params, params_methods};
use super::proof::{TANH_CURVATURE, gamma, magnitude, row_norm};
use super::response::{response, through_gains};
use super::skewed::Skewed;
use crate::linalg::activation::Activation;
use crate::linalg::{Real, col, col_mut, frobenius, gemm, state_of};
use crate::systems::rule::{Bounds, Point, Rule};
use faer::{Accum, Mat, MatMut, MatRef};

const U: usize = 0;
const W: usize = 1;
const A: usize = 2;
const B: usize = 3;

/// dh/dt = A h + tanh(W h + U u + b).
pub static LIPSCHITZ: CellKind = CellKind {
    second: Some(Second { block: "weight_hl", role: ["w_lin", "A"], shown: "linear" }),
    constants: &[
        Constant::share("beta_a"),
        Constant::damping("gamma_a"),
        Constant::share("beta_w"),
        Constant::damping("gamma_w"),
    ],
    flow: Some(FlowKind {
        untimed: Some("their linear part is their time constant"),
        system: |cell, d, n, theta| cell.timed(field(cell, d, n), theta),
    }),
    initial: Initial {
        normal: Some(|block, d, n| match block {
            "bias" => 0.0,
            "weight_ih" => (2.0 / (d + n)).sqrt(),
            _ => 1.0 / n,
        }),
        any_form: false,
        ..Initial::UNIFORM
    },
    acting: Some(|cell, w, a| {
        let [linear, recurrent] = laws(cell);
        let linear = a.map(|a| ("linear", linear.matrix(a)));
        [("recurrent", recurrent.matrix(w))].into_iter().chain(linear).collect()
    }),
    ..CellKind::new("lipschitz", "Lipschitz network", Layer { single: layer, double: layer })
};

fn layer<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    cell.discretised(field::<T>(cell, d, n))
}

fn field<T: Real>(cell: &Cell, d: usize, n: usize) -> Lipschitz<T> {
    let [linear, recurrent] = laws(cell);
    Lipschitz::new(n, d, linear, recurrent)
}

/// The laws of A and W.
fn laws(cell: &Cell) -> [Skewed; 2] {
    let [beta_a, gamma_a, beta_w, gamma_w] = cell.values();
    [Skewed { beta: beta_a, gamma: gamma_a }, Skewed { beta: beta_w, gamma: gamma_w }]
}

/// The field dh/dt = A h + tanh(W h + U u + b) of Erichson et al., ICLR 2021 (arXiv:2006.12070), where A
/// and W are [`Skewed`] matrices of free ones; the paper takes beta from 1/2 to 1.
///
/// Under [`Euler`](crate::systems::time::Euler) it is the network that the paper trains with step
/// epsilon = dt. Parameters: `weight_ih` U (n x d), `weight_hh` the free matrix of W, `weight_hl` that of
/// the linear part A (n x n), `bias` b (n). Tape: the gains 1 - tanh^2, n rows.
///
/// ```
/// use nullcline_core::systems::{cells::{Lipschitz, Skewed}, rule::linearise};
///
/// // Without free weights A = -gamma_A I and W = -gamma_W I.
/// let law = |gamma| Skewed { beta: 0.75, gamma };
/// let (y, _, _) = linearise(&Lipschitz::new(1, 0, law(0.5), law(2.0)), &[0.3], &[]);
/// assert!((y[0] - (-0.15 - 0.6f64.tanh())).abs() < 1e-15);
/// ```
#[derive(Clone)]
pub struct Lipschitz<T = f64> {
    n: usize,
    d: usize,
    linear_law: Skewed,
    recurrent_law: Skewed,
    params: Params<T>,
    linear: Mat<T>,
    recurrent: Mat<T>,
}

impl Lipschitz {
    /// The cell without its parameters: the laws of A and W, and the discretisation.
    pub fn cell(linear: Skewed, recurrent: Skewed, scheme: Scheme) -> Cell {
        let constants = [linear.beta, linear.gamma, recurrent.beta, recurrent.gamma];
        Cell { scheme: Some(scheme), ..Cell::new(&LIPSCHITZ, &constants) }
    }
}

impl<T: Real> Lipschitz<T> {
    /// A network of `n` units and `d` inputs with the laws of A and W, all parameters zero.
    pub fn new(n: usize, d: usize, linear: Skewed, recurrent: Skewed) -> Self {
        let blocks = [("weight_ih", n, d), ("weight_hh", n, n), ("weight_hl", n, n), ("bias", n, 1)];
        let params = Params::zeros(&blocks);
        Self {
            n,
            d,
            linear_law: linear,
            recurrent_law: recurrent,
            linear: linear.matrix(params.mat(A)),
            recurrent: recurrent.matrix(params.mat(W)),
            params,
        }
    }

    fn refresh(&mut self) {
        self.linear_law.write(self.params.mat(A), self.linear.as_mut());
        self.recurrent_law.write(self.params.mat(W), self.recurrent.as_mut());
    }
}

impl<T: Real> Rule<T> for Lipschitz<T> {
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
        for j in 0..x.ncols() {
            Activation::Tanh.apply(col_mut(y.as_mut(), j), col_mut(tape.as_mut(), j));
        }
        gemm(y, Accum::Add, self.linear.as_ref(), x);
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, _: MatMut<T>) {
        response(dy.as_mut(), self.recurrent.as_ref(), dx, self.params.mat(U), du);
        let (b, k) = (at.tape.ncols(), dx.ncols());
        for j in 0..k {
            let gain = col(at.tape, state_of(j, b, k));
            for (v, g) in col_mut(dy.as_mut(), j).iter_mut().zip(gain) {
                *v *= *g;
            }
        }
        gemm(dy, Accum::Add, self.linear.as_ref(), dx);
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let mut ga = scratch.subrows_mut(0, self.n).subcols_mut(0, gy.ncols());
        through_gains(at, gy, ga.as_mut());
        gemm(gx.as_mut(), Accum::Replace, self.recurrent.transpose(), ga.as_ref());
        gemm(gx, Accum::Add, self.linear.transpose(), gy);
        if let Some(gu) = gu {
            gemm(gu, Accum::Replace, self.params.mat(U).transpose(), ga.as_ref());
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let (mut ga, turned) = scratch.subcols_mut(0, gy.ncols()).split_at_row_mut(self.n);
        let mut turned = turned.subrows_mut(0, self.n);
        through_gains(at, gy, ga.as_mut());
        let ga = ga.as_ref();
        self.params.add_outer(grad, U, ga, at.u);
        self.params.add_columns(grad, B, ga);
        self.recurrent_law.add_gradient(&self.params, grad, W, ga, at.x, turned.as_mut());
        self.linear_law.add_gradient(&self.params, grad, A, gy, at.x, turned);
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, _: MatMut<T>) -> bool {
        let gain = col(at.tape, 0);
        for c in 0..self.n {
            let (w, a) = (col(self.recurrent.as_ref(), c), col(self.linear.as_ref(), c));
            for (i, v) in col_mut(j.as_mut(), c).iter_mut().enumerate() {
                *v = gain[i] * w[i] + a[i];
            }
        }
        true
    }
    /// With row norms w_i of [W U]: slope |A|_F + |[W U]|_F; A h has no curvature, so the Lipschitz
    /// constant is t2 sqrt(sum w_i^4), t2 = 4/(3 sqrt 3).
    fn bounds(&self, at: Point<T>, _: f64) -> Option<Bounds> {
        let (w, a, u) = (self.recurrent.as_ref(), self.linear.as_ref(), self.params.mat(U));
        let (mut fourth, mut error) = (0.0, 0.0);
        for i in 0..self.n {
            fourth += row_norm(w, i).hypot(row_norm(u, i)).powi(4);
            let sum = magnitude(w, i, at.x) + magnitude(u, i, at.u) + self.params.vec(B)[i].to_f64().abs();
            let linear = magnitude(a, i, at.x);
            error += (gamma(self.n + self.d + 5) * (sum + linear) + 4.0 * f64::EPSILON).powi(2);
        }
        Some(Bounds {
            slope: frobenius(a) + frobenius(w).hypot(frobenius(u)),
            curvature: TANH_CURVATURE * fourth.sqrt(),
            rounding: error.sqrt(),
        })
    }
}
