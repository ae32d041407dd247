//! Piecewise-linear recurrent networks: a diagonal linear part, and one nonlinearity, direct or through a hidden layer.

use super::facts::{Constant, Initial, Own, Second};
use super::kind::{Cell, CellKind, Layer};
use super::params::{BACK, DOWN, Params, STEP, params_methods};
use super::proof::{gamma, magnitude, row_norm};
use crate::linalg::activation::Activation;
use crate::linalg::pointwise::add_product;
use crate::linalg::{Real, col, col_mut, frobenius, gemm, state_of};
use crate::systems::recurrence::Recurrence;
use crate::systems::rule::{Bounds, Point, Rule};
use faer::{Accum, MatMut, MatRef};

const DIAGONAL: Own = Own {
    block: "weight_diag",
    role: "diagonal",
    columns: 1,
    what: "a number for each unit that multiplies its state",
    initial: None,
};

/// h' = a h + W f(h) + U u + b.
pub static PLRNN: CellKind = CellKind {
    own: Some(DIAGONAL),
    has_activation: true,
    activation: Activation::Relu,
    initial: Initial { any_form: false, ..Initial::UNIFORM },
    ..CellKind::new("plrnn", "piecewise-linear network ({})", Layer { single: plain, double: plain })
};

/// h' = a h + W1 f(W2 h + b2) + U u + b1.
pub static SHALLOW_PLRNN: CellKind = CellKind {
    own: Some(DIAGONAL),
    hidden: true,
    second: Some(Second { block: "weight_lh", role: ["w_hidden", "W2"], shown: "hidden" }),
    constants: &[Constant::count("hidden")],
    has_activation: true,
    activation: Activation::Relu,
    initial: Initial { any_form: false, ..Initial::UNIFORM },
    acting: Some(|_, w, second| second.map(|s| ("through hidden units", w * s)).into_iter().collect()),
    ..CellKind::new(
        "shallow_plrnn",
        "shallow piecewise-linear network ({})",
        Layer { single: shallow, double: shallow },
    )
};

fn plain<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    Box::new(Plrnn::new(n, d, cell.nonlinearity()))
}

fn shallow<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    let [hidden] = cell.values();
    Box::new(Plrnn::shallow(n, hidden as usize, d, cell.nonlinearity()))
}

const U: usize = 0;
const W: usize = 1;
const A: usize = 2;
const B: usize = 3;
const W2: usize = 4;
const B2: usize = 5;
/// The packed map into the hidden layer, and back from it.
const INTO: usize = super::params::STATE;
const OUT_OF: usize = super::params::INPUT;

/// The piecewise-linear network h' = a h + W f(h) + U u + b (Durstewitz 2017, PLOS Comput. Biol. 13, e1005542, eq. 1), and the shallow one
/// h' = a h + W1 f(W2 h + b2) + U u + b1 of l hidden units (Hess et al. 2023, ICML, eq. 2), a one number a unit, f ReLU unless said
/// otherwise.
///
/// Parameters: `weight_ih` U (n x d), `weight_hh` W or W1 (n x n or n x l), `weight_diag` a (n), `bias_ih` b or b1 (n), of the shallow one
/// `weight_lh` W2 (l x n) and `bias_hh` b2 (l). Tape: f and f' of the n or l units, twice as many rows.
///
/// ```
/// use faer::mat;
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::{cells::Plrnn, rule::linearise};
///
/// let mut cell = Plrnn::new(2, 0, Activation::Relu);
/// cell.params_mut().mat_mut(1).copy_from(mat![[0.0, 2.0], [3.0, 0.0]]);
/// cell.params_mut().mat_mut(2).copy_from(mat![[0.5], [0.25]]);
/// // a h + W [h]+ at (4, -2): the second unit is below its kink.
/// let (y, j, _) = linearise(&cell, &[4.0, -2.0], &[]);
/// assert_eq!((y, j), (vec![2.0, 11.5], mat![[0.5, 0.0], [3.0, 0.25]]));
/// ```
#[derive(Clone)]
pub struct Plrnn<T = f64> {
    n: usize,
    d: usize,
    /// Hidden units of the shallow network.
    hidden: Option<usize>,
    activation: Activation,
    params: Params<T>,
}

impl Plrnn {
    /// The cell without its parameters.
    pub fn cell(activation: Activation) -> Cell {
        Cell { activation: Some(activation), ..Cell::new(&PLRNN, &[]) }
    }
    /// That of `hidden` hidden units, without its parameters.
    pub fn shallow_cell(hidden: usize, activation: Activation) -> Cell {
        Cell { activation: Some(activation), ..Cell::new(&SHALLOW_PLRNN, &[hidden as f64]) }
    }
}

impl<T: Real> Plrnn<T> {
    /// A network of `n` units and `d` inputs with all parameters zero.
    pub fn new(n: usize, d: usize, activation: Activation) -> Self {
        let params = Params::zeros(&[
            ("weight_ih", n, d),
            ("weight_hh", n, n),
            ("weight_diag", n, 1),
            ("bias_ih", n, 1),
        ]);
        Self { n, d, hidden: None, activation, params }
    }
    /// One of `hidden` hidden units.
    pub fn shallow(n: usize, hidden: usize, d: usize, activation: Activation) -> Self {
        let l = hidden;
        let params = Params::zeros(&[
            ("weight_ih", n, d),
            ("weight_hh", n, l),
            ("weight_diag", n, 1),
            ("bias_ih", n, 1),
            ("weight_lh", l, n),
            ("bias_hh", l, 1),
        ]);
        Self { n, d, hidden: Some(l), activation, params }
    }
    /// The parameters, blocks in the order of the type's documentation.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        &mut self.params
    }
    /// Units that bend.
    fn bending(&self) -> usize {
        self.hidden.unwrap_or(self.n)
    }
    /// da = f' (W2 dx), or f' dx.
    fn bent(&self, at: Point<T>, dx: MatRef<T>, mut da: MatMut<T>) {
        let (b, k, l) = (at.tape.ncols(), dx.ncols(), self.bending());
        match self.hidden {
            Some(_) => gemm(da.as_mut(), Accum::Replace, self.params.mat(W2), dx),
            None => da.copy_from(dx),
        }
        for j in 0..k {
            let gain = &col(at.tape, state_of(j, b, k))[l..];
            col_mut(da.as_mut(), j).iter_mut().zip(gain).for_each(|(v, g)| *v *= *g);
        }
    }
    /// Cotangents of the pre-activations, f' (W^T gy).
    fn back(&self, at: Point<T>, gy: MatRef<T>, mut ga: MatMut<T>) {
        let (b, k, l) = (at.tape.ncols(), gy.ncols(), self.bending());
        self.params.pull(BACK, [(W, 0, gy)], ga.as_mut());
        for j in 0..k {
            let gain = &col(at.tape, state_of(j, b, k))[l..];
            col_mut(ga.as_mut(), j).iter_mut().zip(gain).for_each(|(v, g)| *v *= *g);
        }
    }
    /// Adds a times `x` to `y`.
    fn leak(&self, x: MatRef<T>, mut y: MatMut<T>) {
        for j in 0..x.ncols() {
            add_product(col_mut(y.as_mut(), j), self.params.vec(A), col(x, j));
        }
    }
    /// Row norms of what the units that bend see of the state: those of W2, or 1.
    fn seen(&self, k: usize) -> f64 {
        self.hidden.map_or(1.0, |_| row_norm(self.params.mat(W2), k))
    }
    /// What a unit that bends receives.
    fn received(&self, x: MatRef<T>, k: usize) -> f64 {
        match self.hidden {
            None => x[(k, 0)].to_f64(),
            Some(_) => {
                let row = self.params.mat(W2).row(k);
                let sum: f64 = (0..self.n).map(|i| row[i].to_f64() * x[(i, 0)].to_f64()).sum();
                sum + self.params.vec(B2)[k].to_f64()
            }
        }
    }
}

impl<T: Real> Rule<T> for Plrnn<T> {
    params_methods!();
    fn dim(&self) -> usize {
        self.n
    }
    fn inputs(&self) -> usize {
        self.d
    }
    fn tape_rows(&self) -> usize {
        2 * self.bending()
    }
    fn scratch_rows(&self) -> usize {
        self.bending()
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, tape: MatMut<T>, _: MatMut<T>) {
        let (mut rates, mut gains) = tape.split_at_row_mut(self.bending());
        match self.hidden {
            Some(_) => self.params.push(INTO, 0, [(W2, x)], &[B2], rates.as_mut()),
            None => rates.copy_from(x),
        }
        for j in 0..x.ncols() {
            self.activation.apply(col_mut(rates.as_mut(), j), col_mut(gains.as_mut(), j));
        }
        self.params.push(STEP, 0, [(W, rates.as_ref()), (U, u)], &[B], y.as_mut());
        self.leak(x, y);
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let mut da = scratch.subrows_mut(0, self.bending()).subcols_mut(0, dx.ncols());
        self.bent(at, dx, da.as_mut());
        gemm(dy.as_mut(), Accum::Replace, self.params.mat(W), da.as_ref());
        if let Some(du) = du {
            gemm(dy.as_mut(), Accum::Add, self.params.mat(U), du);
        }
        self.leak(dx, dy);
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let mut ga = scratch.subrows_mut(0, self.bending()).subcols_mut(0, gy.ncols());
        self.back(at, gy, ga.as_mut());
        match self.hidden {
            Some(_) => self.params.pull(OUT_OF, [(W2, 0, ga.as_ref())], gx.as_mut()),
            None => gx.copy_from(ga.as_ref()),
        }
        self.leak(gy, gx);
        if let Some(gu) = gu {
            self.params.pull(DOWN, [(U, 0, gy)], gu);
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let mut ga = scratch.subrows_mut(0, self.bending()).subcols_mut(0, gy.ncols());
        self.back(at, gy, ga.as_mut());
        self.param_vjp_after(at, gy, grad, ga);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let (l, b) = (self.bending(), at.x.ncols());
        let ga = scratch.as_ref().subrows(0, l).subcols(0, gy.ncols());
        self.params.add_outer(grad, U, gy, at.u);
        self.params.add_outer(grad, W, gy, at.tape.subrows(0, l));
        self.params.add_columns(grad, B, gy);
        for j in 0..gy.ncols() {
            let x = col(at.x, state_of(j, b, gy.ncols()));
            add_product(self.params.grad(grad, A), x, col(gy, j));
        }
        if self.hidden.is_some() {
            self.params.add_outer(grad, W2, ga, at.x);
            self.params.add_columns(grad, B2, ga);
        }
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, _: MatMut<T>) -> bool {
        // Through hidden units it is a product of matrices.
        if self.hidden.is_some() {
            return false;
        }
        let (gain, w) = (&col(at.tape, 0)[self.n..], self.params.mat(W));
        for c in 0..self.n {
            let column = col_mut(j.as_mut(), c);
            column.iter_mut().zip(col(w, c)).for_each(|(v, w)| *v = *w * gain[c]);
            column[c] += self.params.vec(A)[c];
        }
        true
    }
    /// With |a| < 1 and a bounded f, h -> (1 - a)^-1 (W f + U u + b) has values in a box.
    fn degree(&self) -> Option<i32> {
        let contracts = self.params.vec(A).iter().all(|a| a.to_f64().abs() < 1.0);
        (contracts && self.activation.bounded()).then_some(1)
    }
    /// h = (1 - a)^-1 (W f(h) + U u + b) of the plain network, where no a is 1; the weights are rounded.
    fn recurrence(&self, input: &[f64]) -> Option<Recurrence> {
        if self.hidden.is_some() {
            return None;
        }
        let left: Vec<f64> = self.params.vec(A).iter().map(|a| 1.0 - a.to_f64()).collect();
        let all = Recurrence::new(
            self.params.mat(W),
            self.params.mat(U),
            input,
            &[self.params.vec(B)],
            self.activation,
        );
        all.divided(&left)
    }
    /// With the norms w_k of the rows of W2 (1 without): D^2 F[v, w] = W (f'' (W2 v)(W2 w)), so that the Lipschitz constant is at most
    /// max|f''| |W|_F sqrt(sum w_k^4) (|W|_F without W2); 0 for ReLU where no pre-activation changes sign on the ball.
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<Bounds> {
        let (w, u, l) = (self.params.mat(W), self.params.mat(U), self.bending());
        let curvature = match self.activation.max_curvature() {
            Some(c) => c,
            None if (0..l).all(|k| self.received(at.x, k).abs() > self.seen(k) * radius) => 0.0,
            None => return None,
        };
        let fourth = match self.hidden {
            Some(_) => (0..l).map(|k| self.seen(k).powi(4)).sum::<f64>().sqrt(),
            None => 1.0,
        };
        let into = |k: usize| match self.hidden {
            Some(_) => {
                let sum = magnitude(self.params.mat(W2), k, at.x) + self.params.vec(B2)[k].to_f64().abs();
                gamma(self.n + 3) * sum * self.activation.max_slope() + 4.0 * f64::EPSILON
            }
            None => 4.0 * f64::EPSILON,
        };
        let rates = at.tape.subrows(0, l);
        let error = |i: usize| {
            let own = (self.params.vec(A)[i] * at.x[(i, 0)]).to_f64().abs();
            let sum =
                magnitude(w, i, rates) + magnitude(u, i, at.u) + self.params.vec(B)[i].to_f64().abs() + own;
            let through: f64 = (0..l).map(|k| w[(i, k)].to_f64().abs() * into(k)).sum();
            (gamma(l + self.d + 5) * sum + through).powi(2)
        };
        let hidden = self.hidden.map_or(1.0, |_| frobenius(self.params.mat(W2)));
        let leak = self.params.vec(A).iter().fold(0.0f64, |m, a| m.max(a.to_f64().abs()));
        let slope = leak + self.activation.max_slope() * frobenius(w) * hidden;
        Some(Bounds {
            slope: slope.hypot(frobenius(u)),
            curvature: curvature * frobenius(w) * fourth,
            rounding: (0..self.n).map(error).sum::<f64>().sqrt(),
        })
    }
}
