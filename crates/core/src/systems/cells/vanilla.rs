//! The vanilla (Elman) recurrent cell.

use super::facts::{Initial, Region};
use super::kind::{Cell, CellKind, Layer};
use super::params::{B_HH, B_IH, BACK, DOWN, Params, STEP, U, W, params_methods};
use super::proof::{gamma, magnitude, row_norm};
use super::response::{response, through_gains};
use crate::linalg::activation::Activation;
use crate::linalg::{Real, col, col_mut, frobenius, state_of};
use crate::systems::couplings::Couplings;
use crate::systems::recurrence::Recurrence;
use crate::systems::rule::{Bounds, Point, Rule};
use faer::{MatMut, MatRef};

/// h' = f(W h + U u + b).
pub static VANILLA: CellKind = CellKind {
    usual: true,
    has_activation: true,
    initial: Initial { oscillators: Some((0, Region::Tanh)), ..Initial::UNIFORM },
    ..CellKind::new("vanilla", "vanilla {} network", Layer { single: layer, double: layer })
};

fn layer<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    Box::new(Vanilla::new(n, d, cell.nonlinearity()))
}

/// The cell h' = f(W h + U u + b_ih + b_hh), as PyTorch's `nn.RNN` layer.
///
/// Parameters: `weight_ih` U (n x d), `weight_hh` W (n x n), `bias_ih`, `bias_hh` (n).
/// Tape: the gains f'(a), n rows.
///
/// ```
/// use faer::mat;
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::{cells::Vanilla, rule::linearise};
///
/// let mut cell = Vanilla::new(2, 1, Activation::Relu);
/// let [u, w, b] = [0, 1, 2];
/// cell.params_mut().mat_mut(u).copy_from(mat![[1.0], [0.0]]);
/// cell.params_mut().mat_mut(w).copy_from(mat![[0.0, 2.0], [-1.0, 0.0]]);
/// cell.params_mut().mat_mut(b).copy_from(mat![[0.5], [0.5]]);
/// // [2 h2 + u + 1/2]+ and [-h1 + 1/2]+, the second below its kink.
/// let (y, j, du) = linearise(&cell, &[1.0, 1.0], &[3.0]);
/// assert_eq!((y, j, du), (vec![5.5, 0.0], mat![[0.0, 2.0], [0.0, 0.0]], mat![[1.0], [0.0]]));
/// ```
#[derive(Clone)]
pub struct Vanilla<T = f64> {
    n: usize,
    d: usize,
    activation: Activation,
    params: Params<T>,
}

impl Vanilla {
    /// The cell without its parameters.
    pub fn cell(activation: Activation) -> Cell {
        Cell { activation: Some(activation), ..Cell::new(&VANILLA, &[]) }
    }
}

impl<T: Real> Vanilla<T> {
    /// A cell of `n` units and `d` inputs with all parameters zero.
    pub fn new(n: usize, d: usize, activation: Activation) -> Self {
        Self { n, d, activation, params: Params::stacked(1, n, d) }
    }
    /// The nonlinearity f.
    pub fn activation(&self) -> Activation {
        self.activation
    }
    /// The parameters, blocks in the order of the type's documentation.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        &mut self.params
    }
}

impl<T: Real> Rule<T> for Vanilla<T> {
    params_methods!();
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
        self.n
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, mut tape: MatMut<T>, _: MatMut<T>) {
        self.params.push(STEP, 0, [(W, x), (U, u)], &[B_IH, B_HH], y.as_mut());
        for j in 0..x.ncols() {
            self.activation.apply(col_mut(y.as_mut(), j), col_mut(tape.as_mut(), j));
        }
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, _: MatMut<T>) {
        response(dy.as_mut(), self.params.mat(W), dx, self.params.mat(U), du);
        let (b, k) = (at.tape.ncols(), dx.ncols());
        for j in 0..k {
            let gain = col(at.tape, state_of(j, b, k));
            for (v, g) in col_mut(dy.as_mut(), j).iter_mut().zip(gain) {
                *v *= *g;
            }
        }
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let mut ga = scratch.subrows_mut(0, self.n).subcols_mut(0, gy.ncols());
        through_gains(at, gy, ga.as_mut());
        self.params.pull(BACK, [(W, 0, ga.as_ref())], gx);
        if let Some(gu) = gu {
            self.params.pull(DOWN, [(U, 0, ga.as_ref())], gu);
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let mut ga = scratch.subrows_mut(0, self.n).subcols_mut(0, gy.ncols());
        through_gains(at, gy, ga.as_mut());
        self.param_vjp_after(at, gy, grad, ga);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let ga = scratch.as_ref().subrows(0, self.n).subcols(0, gy.ncols());
        self.params.add_outer(grad, U, ga, at.u);
        self.params.add_outer(grad, W, ga, at.x);
        self.params.add_biases(grad, ga);
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, _: MatMut<T>) -> bool {
        let (gain, w) = (col(at.tape, 0), self.params.mat(W));
        for c in 0..self.n {
            let w = col(w, c);
            for (i, v) in col_mut(j.as_mut(), c).iter_mut().enumerate() {
                *v = gain[i] * w[i];
            }
        }
        true
    }
    fn range(&self, _: usize) -> [f64; 2] {
        self.activation.range()
    }
    /// A bounded f maps all states into the box of its values.
    fn degree(&self) -> Option<i32> {
        self.activation.bounded().then_some(1)
    }
    fn recurrence(&self, input: &[f64]) -> Option<Recurrence> {
        let (w, u) = (self.params.mat(W), self.params.mat(U));
        let biases = [self.params.vec(B_IH), self.params.vec(B_HH)];
        Some(Recurrence::new(w, u, input, &biases, self.activation))
    }
    fn couplings(&self) -> Option<Couplings> {
        let biases = [self.params.vec(B_IH), self.params.vec(B_HH)];
        Some(Couplings::new(self.params.mat(W), self.params.mat(U), &biases))
    }
    /// With row norms w_i of [W U]: |D^2 F_i| <= max|f''| w_i^2, hence the Lipschitz constant
    /// max|f''| sqrt(sum w_i^4). For ReLU the Jacobian is constant on the ball, and the constant 0,
    /// where no pre-activation can change sign: |a_i| > w_i radius.
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<Bounds> {
        let (w, u) = (self.params.mat(W), self.params.mat(U));
        let curvature = self.activation.max_curvature();
        let (mut fourth, mut error) = (0.0, 0.0);
        for i in 0..self.n {
            let size = row_norm(w, i).hypot(row_norm(u, i));
            let bias = self.params.vec(B_IH)[i].to_f64() + self.params.vec(B_HH)[i].to_f64();
            if curvature.is_none() {
                let dot = |m: MatRef<T>, v: MatRef<T>| -> f64 {
                    (0..m.ncols()).map(|j| m[(i, j)].to_f64() * v[(j, 0)].to_f64()).sum()
                };
                if (dot(w, at.x) + dot(u, at.u) + bias).abs() <= size * radius {
                    return None;
                }
            }
            fourth += size.powi(4);
            let sum = magnitude(w, i, at.x) + magnitude(u, i, at.u) + bias.abs();
            let slope = self.activation.max_slope();
            error += (gamma(self.n + self.d + 3) * sum * slope + 4.0 * f64::EPSILON).powi(2);
        }
        let slope = self.activation.max_slope() * frobenius(w).hypot(frobenius(u));
        Some(Bounds { slope, curvature: curvature.unwrap_or(0.0) * fourth.sqrt(), rounding: error.sqrt() })
    }
}
