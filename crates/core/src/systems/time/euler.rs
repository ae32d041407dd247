//! The explicit Euler scheme as a rule.

use super::forward_to_field;
use crate::linalg::{Real, col, col_mut};
use crate::systems::couplings::Couplings;
use crate::systems::recurrence::Recurrence;
use crate::systems::rule::{Bounds, Point, Rule};
use faer::reborrow::IntoConst;
use faer::{MatMut, MatRef};

/// The map x + dt F(x, u) of a field F.
///
/// With a rate cell of unit time constant it is the leaky network h' = (1-a) h + a f(W h + U u + b),
/// a = dt. Its gradients are those of the discrete scheme, exactly.
///
/// ```
/// use nullcline_core::systems::{cells::Rate, rule::linearise, time::Euler};
/// use nullcline_core::linalg::activation::Activation;
///
/// // Without weights a rate network forgets: h' = (1 - dt / tau) h.
/// let leaky = Euler::new(Rate::new(0, Activation::Tanh, vec![1.0, 2.0]), 0.5);
/// assert_eq!(linearise(&leaky, &[1.0, 1.0], &[]).0, [0.5, 0.75]);
/// ```
#[derive(Clone)]
pub struct Euler<R> {
    field: R,
    dt: f64,
}

impl<R> Euler<R> {
    /// The Euler map of `field` with step `dt`.
    pub fn new(field: R, dt: f64) -> Self {
        Self { field, dt }
    }

    /// out = a + dt out, column by column; column j of `out` pairs with column j of `a`.
    fn advance<T: Real>(&self, a: MatRef<T>, mut out: MatMut<T>) {
        let dt = T::of(self.dt);
        for j in 0..out.ncols() {
            for (o, a) in col_mut(out.as_mut(), j).iter_mut().zip(col(a, j)) {
                *o = *a + dt * *o;
            }
        }
    }

    /// gk = dt gy, the cotangent of the field.
    fn scaled<'a, T: Real>(&self, gy: MatRef<T>, gk: MatMut<'a, T>) -> MatRef<'a, T> {
        let mut gk = gk.subcols_mut(0, gy.ncols());
        for j in 0..gy.ncols() {
            for (k, g) in col_mut(gk.as_mut(), j).iter_mut().zip(col(gy, j)) {
                *k = T::of(self.dt) * *g;
            }
        }
        gk.into_const()
    }
}

impl<T: Real, R: Rule<T>> Rule<T> for Euler<R> {
    forward_to_field!();
    fn tape_rows(&self) -> usize {
        self.field.tape_rows()
    }
    fn scratch_rows(&self) -> usize {
        self.field.scratch_rows() + self.field.dim()
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, tape: MatMut<T>, scratch: MatMut<T>) {
        let inner = scratch.split_at_row_mut(self.field.dim()).1;
        self.field.eval(x, u, y.as_mut(), tape, inner);
        self.advance(x, y);
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let inner = scratch.split_at_row_mut(self.field.dim()).1;
        self.field.jvp(at, dx, du, dy.as_mut(), inner);
        self.advance(dx, dy);
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let (gk, inner) = scratch.split_at_row_mut(self.field.dim());
        let gk = self.scaled(gy, gk);
        self.field.vjp(at, gk, gx.as_mut(), gu, inner);
        for j in 0..gx.ncols() {
            for (x, g) in col_mut(gx.as_mut(), j).iter_mut().zip(col(gy, j)) {
                *x += *g;
            }
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let (gk, inner) = scratch.split_at_row_mut(self.field.dim());
        self.field.param_vjp(at, self.scaled(gy, gk), grad, inner);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let (gk, inner) = scratch.split_at_row_mut(self.field.dim());
        self.field.param_vjp_after(at, gk.as_ref().subcols(0, gy.ncols()), grad, inner);
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, scratch: MatMut<T>) -> bool {
        let inner = scratch.split_at_row_mut(self.field.dim()).1;
        if !self.field.fold(at, j.as_mut(), inner) {
            return false;
        }
        for c in 0..j.ncols() {
            let column = col_mut(j.as_mut(), c);
            for v in column.iter_mut() {
                *v *= T::of(self.dt);
            }
            column[c] += T::ONE;
        }
        true
    }
    /// x + dt F = x where F = 0.
    fn recurrence(&self, input: &[f64]) -> Option<Recurrence> {
        let field = self.field.recurrence(input)?;
        field.zeros.then_some(Recurrence { zeros: false, ..field })
    }
    fn couplings(&self) -> Option<Couplings> {
        self.field.couplings()
    }
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<Bounds> {
        let b = self.field.bounds(at, radius)?;
        let size = col(at.x, 0).iter().map(|v| v.to_f64().powi(2)).sum::<f64>().sqrt();
        Some(Bounds {
            slope: 1.0 + self.dt * b.slope,
            curvature: self.dt * b.curvature,
            rounding: self.dt * b.rounding + 4.0 * f64::EPSILON * size,
        })
    }
}
