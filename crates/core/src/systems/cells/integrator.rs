//! The integrator network: inputs are encoded into the state before the recurrent weights act.

use super::facts::{Constant, Initial};
use super::kind::{Cell, CellKind, Layer};
use super::params::{BACK, DOWN, Params, STEP, params_methods};
use super::proof::{gamma, magnitude, row_norm};
use super::response::through_gains;
use crate::linalg::activation::Activation;
use crate::linalg::ball::{Ball, dot};
use crate::linalg::steep::Steep;
use crate::linalg::{Real, col, col_mut, gemm, state_of};
use crate::systems::couplings::Couplings;
use crate::systems::recurrence::{Read, Recurrence};
use crate::systems::rule::{Bounds, Point, Rule};
use faer::{Accum, Mat, MatMut, MatRef};

/// h' = f(W (h + E u) + b).
pub static INTEGRATOR: CellKind = CellKind {
    has_activation: true,
    activation: Activation::Identity,
    encodes: true,
    // Encoders of unit norm, W = 0 (fanthomme2021, 7.3.2).
    initial: Initial {
        normal: Some(|name, _, n| if name == "weight_ih" { 1.0 / n.sqrt() } else { 0.0 }),
        ..Initial::UNIFORM
    },
    constants: &[
        Constant { usual: Some(|f| if logistic(f) { 50.0 } else { 1.0 }), ..Constant::positive("slope") },
        Constant { usual: Some(|f| if logistic(f) { 0.1 } else { 0.0 }), ..Constant::any("threshold") },
    ],
    ..CellKind::new("integrator", "integrator network ({})", Layer { single: layer, double: layer })
};

const fn logistic(f: Activation) -> bool {
    matches!(f, Activation::Sigmoid)
}

fn layer<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    let [slope, threshold] = cell.values();
    Box::new(Integrator::new(n, d, Steep { activation: cell.nonlinearity(), slope, threshold }))
}

/// The cell h' = f(W (h + E u) + b) with f(a) = phi(slope (a - threshold)): Fanthomme and Monasson 2021, (7.1) and (7.2).
///
/// Parameters: `weight_ih` the encoders E as columns (n x d), `weight_hh` W (n x n), `bias` b (n), which the paper has not. At the kink of
/// ReLU the derivative is 1/2 (see [`Steep`]), so that training may start from W = 0. Tape: the gains f'(a), then h + E u, 2n rows.
///
/// ```
/// use faer::mat;
/// use nullcline_core::linalg::{activation::Activation, steep::Steep};
/// use nullcline_core::systems::{cells::Integrator, rule::linearise};
///
/// let mut cell = Integrator::new(2, 1, Steep::plain(Activation::Relu));
/// cell.params_mut().mat_mut(0).copy_from(mat![[1.0], [0.0]]);
/// cell.params_mut().mat_mut(1).copy_from(mat![[0.0, 2.0], [-1.0, 0.0]]);
/// // W ((1, 1) + 3 (1, 0)) = (2, -4), the second below its kink; the input passes W before it is seen.
/// let (y, j, du) = linearise(&cell, &[1.0, 1.0], &[3.0]);
/// assert_eq!((y, j, du), (vec![2.0, 0.0], mat![[0.0, 2.0], [0.0, 0.0]], mat![[0.0], [0.0]]));
/// ```
#[derive(Clone)]
pub struct Integrator<T = f64> {
    n: usize,
    d: usize,
    activation: Steep,
    params: Params<T>,
}

const E: usize = 0;
const W: usize = 1;
const B: usize = 2;

impl Integrator {
    /// The cell without its parameters.
    pub fn cell(f: Steep) -> Cell {
        Cell { activation: Some(f.activation), ..Cell::new(&INTEGRATOR, &[f.slope, f.threshold]) }
    }
}

impl<T: Real> Integrator<T> {
    /// A cell of `n` units and `d` inputs with all parameters zero.
    pub fn new(n: usize, d: usize, activation: Steep) -> Self {
        let params = Params::zeros(&[("weight_ih", n, d), ("weight_hh", n, n), ("bias", n, 1)]);
        Self { n, d, activation, params }
    }
    /// The parameters, blocks in the order of the type's documentation.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        &mut self.params
    }
}

impl<T: Real> Rule<T> for Integrator<T> {
    params_methods!();
    fn dim(&self) -> usize {
        self.n
    }
    fn inputs(&self) -> usize {
        self.d
    }
    /// Inputs pass W: the current is W (h + E u).
    fn couplings(&self) -> Option<Couplings> {
        let mut encoded = Mat::zeros(self.n, self.d);
        if self.d > 0 {
            gemm(encoded.as_mut(), Accum::Replace, self.params.mat(W), self.params.mat(E));
        }
        Some(Couplings::new(self.params.mat(W), encoded.as_ref(), &[self.params.vec(B)]))
    }
    fn tape_rows(&self) -> usize {
        2 * self.n
    }
    fn scratch_rows(&self) -> usize {
        2 * self.n
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, tape: MatMut<T>, _: MatMut<T>) {
        let (mut gains, mut seen) = tape.split_at_row_mut(self.n);
        seen.copy_from(x);
        if self.d > 0 {
            gemm(seen.as_mut(), Accum::Add, self.params.mat(E), u);
        }
        self.params.push(STEP, 0, [(W, seen.as_ref())], &[B], y.as_mut());
        for j in 0..x.ncols() {
            self.activation.apply(col_mut(y.as_mut(), j), col_mut(gains.as_mut(), j));
        }
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let (b, k) = (at.tape.ncols(), dx.ncols());
        match du.filter(|_| self.d > 0) {
            Some(du) => {
                let mut seen = scratch.subrows_mut(0, self.n).subcols_mut(0, k);
                seen.copy_from(dx);
                gemm(seen.as_mut(), Accum::Add, self.params.mat(E), du);
                gemm(dy.as_mut(), Accum::Replace, self.params.mat(W), seen.as_ref());
            }
            None => gemm(dy.as_mut(), Accum::Replace, self.params.mat(W), dx),
        }
        for j in 0..k {
            let gain = &col(at.tape, state_of(j, b, k))[..self.n];
            col_mut(dy.as_mut(), j).iter_mut().zip(gain).for_each(|(v, g)| *v *= *g);
        }
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let mut ga = scratch.subrows_mut(0, self.n).subcols_mut(0, gy.ncols());
        through_gains(at, gy, ga.as_mut());
        self.params.pull(BACK, [(W, 0, ga.as_ref())], gx.as_mut());
        if let Some(gu) = gu {
            self.params.pull(DOWN, [(E, 0, gx.as_ref())], gu);
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let mut scratch = scratch;
        let ga = scratch.as_mut().subrows_mut(0, self.n).subcols_mut(0, gy.ncols());
        through_gains(at, gy, ga);
        self.param_vjp_after(at, gy, grad, scratch);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let (ga, rest) = scratch.subcols_mut(0, gy.ncols()).split_at_row_mut(self.n);
        let ga = ga.as_ref();
        if self.d > 0 {
            let mut back = rest.subrows_mut(0, self.n);
            self.params.pull(BACK, [(W, 0, ga)], back.as_mut());
            self.params.add_outer(grad, E, back.as_ref(), at.u);
        }
        self.params.add_outer(grad, W, ga, at.tape.subrows(self.n, self.n));
        self.params.add_columns(grad, B, ga);
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, _: MatMut<T>) -> bool {
        let (gain, w) = (&col(at.tape, 0)[..self.n], self.params.mat(W));
        for c in 0..self.n {
            let w = col(w, c);
            col_mut(j.as_mut(), c).iter_mut().zip(gain).zip(w).for_each(|((v, g), w)| *v = *g * *w);
        }
        true
    }
    fn range(&self, _: usize) -> [f64; 2] {
        self.activation.activation.range()
    }
    /// A bounded f maps all states into the box of its values.
    fn degree(&self) -> Option<i32> {
        self.activation.activation.bounded().then_some(1)
    }
    /// With row norms w_i of [W, W E] and slope s: |D^2 F_i| <= s^2 max|phi''| w_i^2, the constant s^2 max|phi''| sqrt(sum w_i^4). For
    /// ReLU the Jacobian is constant on the ball where no current can pass its threshold.
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<Bounds> {
        let (w, f) = (self.params.mat(W), self.activation);
        let (steep, curvature) = (f.slope * f.activation.max_slope(), f.activation.max_curvature());
        let seen: Vec<f64> = (0..self.n).map(|j| at.tape[(self.n + j, 0)].to_f64()).collect();
        let reach: Vec<f64> = (0..self.n)
            .map(|j| at.x[(j, 0)].to_f64().abs() + magnitude(self.params.mat(E), j, at.u))
            .collect();
        let mut encoded = Mat::zeros(self.n, self.d);
        if self.d > 0 {
            gemm(encoded.as_mut(), Accum::Replace, w, self.params.mat(E));
        }
        let (mut square, mut fourth, mut error) = (0.0, 0.0, 0.0);
        for i in 0..self.n {
            let size = row_norm(w, i).hypot(row_norm(encoded.as_ref(), i));
            let shift = self.params.vec(B)[i].to_f64() - f.threshold;
            let sum = |v: &[f64], part: fn(f64) -> f64| -> f64 {
                v.iter().enumerate().map(|(j, v)| part(w[(i, j)].to_f64() * v)).sum()
            };
            if curvature.is_none() && (sum(&seen, |v| v) + shift).abs() <= size * radius {
                return None;
            }
            square += size * size;
            fourth += size.powi(4);
            let sum = sum(&reach, f64::abs) + self.params.vec(B)[i].to_f64().abs() + f.threshold.abs();
            error += (gamma(self.n + self.d + 4) * sum * steep + 4.0 * f64::EPSILON).powi(2);
        }
        let bend = f.slope * f.slope * curvature.unwrap_or(0.0);
        Some(Bounds { slope: steep * square.sqrt(), curvature: bend * fourth.sqrt(), rounding: error.sqrt() })
    }
    /// Of slope one, whose equation has W itself; c = W E u + b - threshold with its rounding error.
    fn recurrence(&self, input: &[f64]) -> Option<Recurrence> {
        if (self.activation.slope - 1.0).abs() > 0.0 {
            return None;
        }
        let (w, e) = (self.params.mat(W), self.params.mat(E));
        let number = |x: T| Ball::exact(x.to_f64());
        let encoded: Vec<Ball> = (0..self.n)
            .map(|i| dot((0..self.d).map(|c| (number(e[(i, c)]), Ball::exact(input[c])))))
            .collect();
        let shift = Ball::exact(self.activation.threshold);
        let drive = (0..self.n)
            .map(|i| {
                let image = dot((0..self.n).map(|j| (number(w[(i, j)]), encoded[j])));
                image + number(self.params.vec(B)[i]) - shift
            })
            .collect();
        let weight = Mat::from_fn(self.n, self.n, |i, j| w[(i, j)].to_f64());
        let activation = self.activation.activation;
        Some(Recurrence { weight, rounded: 0.0, drive, activation, read: Read::Rates, zeros: false })
    }
}
