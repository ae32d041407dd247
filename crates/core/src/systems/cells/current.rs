//! The current network: the leak acts on the currents, the nonlinearity on the outputs.

use super::kind::{Cell, CellKind, FlowKind, Layer, Scheme};
use super::leak::Leak;
use super::params::{BACK, DOWN, Params, STEP, params_methods};
use super::proof::{gamma, magnitude, row_norm};
use crate::linalg::activation::Activation;
use crate::linalg::{Real, col, col_mut, frobenius, gemm, state_of};
use crate::systems::couplings::Couplings;
use crate::systems::recurrence::{Read, Recurrence};
use crate::systems::rule::{Bounds, Point, Rule};
use faer::{Accum, MatMut, MatRef};

/// tau x' = -x + W f(x) + U u + b.
pub static CURRENT: CellKind = CellKind {
    parts: &["x"],
    flow: Some(FlowKind {
        untimed: None,
        system: |cell, d, _, theta| cell.timed(Current::new(d, cell.nonlinearity(), cell.tau.clone()), theta),
    }),
    has_activation: true,
    ..CellKind::new("current", "current network ({})", Layer { single: layer, double: layer })
};

fn layer<T: Real>(cell: &Cell, d: usize, _: usize) -> Box<dyn Rule<T>> {
    cell.discretised(Current::<T>::new(d, cell.nonlinearity(), cell.tau.clone()))
}

/// The field dx/dt = (-x + W f(x) + U u + b) / tau.
///
/// Parameters: `weight_ih` U (n x d), `weight_hh` W (n x n), `bias` (n); the time constants tau
/// (one a unit) are not trained. Tape: f(x) and f'(x), 2n rows.
///
/// ```
/// use faer::mat;
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::{cells::Current, rule::linearise};
///
/// let mut current = Current::new(0, Activation::Relu, vec![0.5, 0.5]);
/// current.params_mut().mat_mut(1).copy_from(mat![[0.0, 3.0], [0.0, 0.0]]);
/// // The nonlinearity is inside the product: 2 (-x1 + 3 [x2]+), and the current x2 may be negative.
/// assert_eq!(linearise(&current, &[1.0, 1.0], &[]).0, [4.0, -2.0]);
/// assert_eq!(linearise(&current, &[1.0, -1.0], &[]).0, [-2.0, 2.0]);
/// ```
#[derive(Clone)]
pub struct Current<T = f64> {
    d: usize,
    activation: Activation,
    leak: Leak,
    params: Params<T>,
}

const U: usize = 0;
const W: usize = 1;
const B: usize = 2;

impl Current {
    /// The cell without its parameters: nonlinearity, time constants, one a unit, and discretisation.
    pub fn cell(activation: Activation, tau: Vec<f64>, scheme: Scheme) -> Cell {
        Cell { activation: Some(activation), tau, scheme: Some(scheme), ..Cell::new(&CURRENT, &[]) }
    }
}

impl<T: Real> Current<T> {
    /// A network of `tau.len()` units and `d` inputs with all parameters zero.
    pub fn new(d: usize, activation: Activation, tau: Vec<f64>) -> Self {
        let n = tau.len();
        let params = Params::zeros(&[("weight_ih", n, d), ("weight_hh", n, n), ("bias", n, 1)]);
        Self { d, activation, leak: Leak(tau), params }
    }
    /// The same with the recurrent matrix W, n x n, and the bias b.
    pub fn with(mut self, w: MatRef<T>, b: &[T]) -> Self {
        self.params.mat_mut(W).copy_from(w);
        col_mut(self.params.mat_mut(B), 0).copy_from_slice(b);
        self
    }
    /// The parameters, blocks in the order of the type's documentation.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        &mut self.params
    }
}

impl<T: Real> Rule<T> for Current<T> {
    params_methods!();
    fn dim(&self) -> usize {
        self.leak.0.len()
    }
    fn inputs(&self) -> usize {
        self.d
    }
    fn tape_rows(&self) -> usize {
        2 * self.dim()
    }
    fn scratch_rows(&self) -> usize {
        self.dim()
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, tape: MatMut<T>, _: MatMut<T>) {
        let (mut rates, mut gains) = tape.split_at_row_mut(self.dim());
        for j in 0..x.ncols() {
            let r = col_mut(rates.as_mut(), j);
            r.copy_from_slice(col(x, j));
            self.activation.apply(r, col_mut(gains.as_mut(), j));
        }
        self.params.push(STEP, 0, [(W, rates.as_ref()), (U, u)], &[B], y.as_mut());
        self.leak.relax(x, y);
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let n = self.dim();
        let (b, k) = (at.tape.ncols(), dx.ncols());
        let mut dr = scratch.subrows_mut(0, n).subcols_mut(0, k);
        for j in 0..k {
            let (gain, dx) = (&col(at.tape, state_of(j, b, k))[n..], col(dx, j));
            for (i, r) in col_mut(dr.as_mut(), j).iter_mut().enumerate() {
                *r = gain[i] * dx[i];
            }
        }
        gemm(dy.as_mut(), Accum::Replace, self.params.mat(W), dr.as_ref());
        if let Some(du) = du {
            gemm(dy.as_mut(), Accum::Add, self.params.mat(U), du);
        }
        self.leak.relax(dx, dy);
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let n = self.dim();
        let (b, k) = (at.tape.ncols(), gy.ncols());
        let mut g = scratch.subrows_mut(0, n).subcols_mut(0, k);
        self.leak.slowed(gy, g.as_mut());
        self.params.pull(BACK, [(W, 0, g.as_ref())], gx.as_mut());
        for j in 0..k {
            let (gain, g) = (&col(at.tape, state_of(j, b, k))[n..], col(g.as_ref(), j));
            for (i, x) in col_mut(gx.as_mut(), j).iter_mut().enumerate() {
                *x = *x * gain[i] - g[i];
            }
        }
        if let Some(gu) = gu {
            self.params.pull(DOWN, [(U, 0, g.as_ref())], gu);
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let mut g = scratch.subrows_mut(0, self.dim()).subcols_mut(0, gy.ncols());
        self.leak.slowed(gy, g.as_mut());
        self.param_vjp_after(at, gy, grad, g);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let g = scratch.as_ref().subrows(0, self.dim()).subcols(0, gy.ncols());
        self.params.add_outer(grad, U, g, at.u);
        self.params.add_outer(grad, W, g, at.tape.subrows(0, self.dim()));
        self.params.add_columns(grad, B, g);
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, _: MatMut<T>) -> bool {
        let (gain, w) = (&col(at.tape, 0)[self.dim()..], self.params.mat(W));
        for c in 0..self.dim() {
            let w = col(w, c);
            let column = col_mut(j.as_mut(), c);
            for (i, v) in column.iter_mut().enumerate() {
                *v = w[i] * gain[c];
            }
            self.leak.relax_column(c, column);
        }
        true
    }
    /// |x_i| <= sum_j |W_ij| |f| on every attractor where f is bounded and there is no input; with
    /// inputs of unknown size nothing is claimed.
    fn range(&self, i: usize) -> [f64; 2] {
        let [lo, hi] = self.activation.range();
        if self.d > 0 || !lo.is_finite() || !hi.is_finite() {
            return [f64::NEG_INFINITY, f64::INFINITY];
        }
        let b = self.params.vec(B)[i].to_f64();
        let (mut least, mut most) = (b, b);
        for j in 0..self.dim() {
            let w = self.params.mat(W)[(i, j)].to_f64();
            least += (w * lo).min(w * hi);
            most += (w * lo).max(w * hi);
        }
        [least, most]
    }
    /// The zeros are the fixed points of x -> W f(x) + U u + b, which a bounded f maps into a box.
    fn degree(&self) -> Option<i32> {
        self.activation.bounded().then_some(1)
    }
    fn recurrence(&self, input: &[f64]) -> Option<Recurrence> {
        let (w, u) = (self.params.mat(W), self.params.mat(U));
        let all = Recurrence::new(w, u, input, &[self.params.vec(B)], self.activation);
        Some(Recurrence { read: Read::Currents, zeros: true, ..all })
    }
    fn couplings(&self) -> Option<Couplings> {
        let all = Couplings::new(self.params.mat(W), self.params.mat(U), &[self.params.vec(B)]);
        Some(Couplings { of_currents: Some(self.activation), ..all })
    }
    /// D^2 F[v, w] = W (f'' v w) / tau, so max|f''| |W|_F / min tau bounds the Lipschitz constant;
    /// for ReLU it is 0 on a ball in which no x_i changes sign: |x_i| > radius.
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<Bounds> {
        let (w, u) = (self.params.mat(W), self.params.mat(U));
        let x = col(at.x, 0);
        let curvature = match self.activation.max_curvature() {
            Some(c) => c,
            None if x.iter().all(|x| x.to_f64().abs() > radius) => 0.0,
            None => return None,
        };
        let tau = self.leak.shortest();
        let n = self.dim();
        let rates = at.tape.subrows(0, n);
        let error: f64 = (0..n)
            .map(|i| {
                let b = self.params.vec(B)[i].to_f64().abs();
                let sum = magnitude(w, i, rates) + magnitude(u, i, at.u) + b + x[i].to_f64().abs();
                (gamma(n + self.d + 5) * sum + 4.0 * f64::EPSILON * row_norm(w, i)).powi(2)
            })
            .sum();
        let slope = self.activation.max_slope() * frobenius(w);
        Some(Bounds {
            slope: (1.0 + slope).hypot(frobenius(u)) / tau,
            curvature: curvature * frobenius(w) / tau,
            rounding: error.sqrt() / tau,
        })
    }
}
