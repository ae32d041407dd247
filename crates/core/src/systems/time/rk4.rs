//! The classical Runge-Kutta scheme as a rule.

use super::forward_to_field;
use crate::linalg::{Real, col, col_mut};
use crate::systems::rule::{Point, Rule};
use faer::{MatMut, MatRef};

/// The time-`dt` map of dx/dt = F(x, u) by the classical fourth-order Runge-Kutta scheme.
///
/// Tape: for each stage its state (n rows), then the field's own tape. The input is constant over
/// the step. Gradients are those of the discrete scheme, exactly.
///
/// Source: Hairer, Norsett & Wanner, Solving Ordinary Differential Equations I (1993), section II.1.
#[derive(Clone)]
pub struct Rk4<R> {
    field: R,
    dt: f64,
}

const STAGE: [f64; 4] = [0.0, 0.5, 0.5, 1.0];
const WEIGHT: [f64; 4] = [1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0];

impl<R> Rk4<R> {
    /// The scheme for `field` with step `dt`.
    pub fn new(field: R, dt: f64) -> Self {
        Self { field, dt }
    }
    /// The field dx/dt.
    pub fn field(&self) -> &R {
        &self.field
    }
    /// The time step.
    pub fn dt(&self) -> f64 {
        self.dt
    }

    fn stage<'a, T: Real>(&self, p: Point<'a, T>, s: usize) -> Point<'a, T>
    where
        R: Rule<T>,
    {
        let (n, t) = (self.field.dim(), self.field.tape_rows());
        let block = p.tape.subrows(s * (n + t), n + t);
        Point { x: block.subrows(0, n), u: p.u, tape: block.subrows(n, t) }
    }

    /// gk = dt (weight gy + next gs), the cotangent of stage `s`.
    fn stage_cotangent<T: Real>(&self, s: usize, gy: MatRef<T>, gs: MatRef<T>, mut gk: MatMut<T>) {
        let next = T::of(self.dt * if s < 3 { STAGE[s + 1] } else { 0.0 });
        let weight = T::of(self.dt * WEIGHT[s]);
        for j in 0..gy.ncols() {
            let (gy, gs) = (col(gy, j), col(gs, j));
            for (i, k) in col_mut(gk.as_mut(), j).iter_mut().enumerate() {
                *k = weight * gy[i] + next * gs[i];
            }
        }
    }
}

/// y += a x, column by column.
fn add_scaled<T: Real>(mut y: MatMut<T>, a: T, x: MatRef<T>) {
    for j in 0..y.ncols() {
        for (y, x) in col_mut(y.as_mut(), j).iter_mut().zip(col(x, j)) {
            *y += a * *x;
        }
    }
}

/// out = x + a k, column by column.
fn shifted<T: Real>(mut out: MatMut<T>, x: MatRef<T>, a: T, k: MatRef<T>) {
    for j in 0..x.ncols() {
        let (x, k) = (col(x, j), col(k, j));
        for (i, o) in col_mut(out.as_mut(), j).iter_mut().enumerate() {
            *o = x[i] + a * k[i];
        }
    }
}

impl<T: Real, R: Rule<T>> Rule<T> for Rk4<R> {
    forward_to_field!();
    fn tape_rows(&self) -> usize {
        4 * (self.field.dim() + self.field.tape_rows())
    }
    fn scratch_rows(&self) -> usize {
        2 * self.field.dim() + self.field.inputs() + self.field.scratch_rows()
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, mut tape: MatMut<T>, scratch: MatMut<T>) {
        let (n, t) = (self.field.dim(), self.field.tape_rows());
        let (k, mut inner) = scratch.split_at_row_mut(n);
        let mut k = k.subcols_mut(0, x.ncols());
        y.copy_from(x);
        k.fill(T::ZERO);
        for s in 0..4 {
            let stage = tape.as_mut().subrows_mut(s * (n + t), n + t);
            let (mut xs, ts) = stage.split_at_row_mut(n);
            shifted(xs.as_mut(), x, T::of(self.dt * STAGE[s]), k.as_ref());
            self.field.eval(xs.as_ref(), u, k.as_mut(), ts, inner.as_mut());
            add_scaled(y.as_mut(), T::of(self.dt * WEIGHT[s]), k.as_ref());
        }
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        let n = self.field.dim();
        let (arg, rest) = scratch.split_at_row_mut(n);
        let (k, mut inner) = rest.split_at_row_mut(n);
        let (mut arg, mut k) = (arg.subcols_mut(0, dx.ncols()), k.subcols_mut(0, dx.ncols()));
        dy.copy_from(dx);
        k.fill(T::ZERO);
        for s in 0..4 {
            shifted(arg.as_mut(), dx, T::of(self.dt * STAGE[s]), k.as_ref());
            self.field.jvp(self.stage(at, s), arg.as_ref(), du, k.as_mut(), inner.as_mut());
            add_scaled(dy.as_mut(), T::of(self.dt * WEIGHT[s]), k.as_ref());
        }
    }
    fn vjp(
        &self,
        at: Point<T>,
        gy: MatRef<T>,
        mut gx: MatMut<T>,
        mut gu: Option<MatMut<T>>,
        scratch: MatMut<T>,
    ) {
        let (n, d) = (self.field.dim(), self.field.inputs());
        let (gk, rest) = scratch.split_at_row_mut(n);
        let (gs, rest) = rest.split_at_row_mut(n);
        let (gus, mut inner) = rest.split_at_row_mut(d);
        let w = gy.ncols();
        let (mut gk, mut gs) = (gk.subcols_mut(0, w), gs.subcols_mut(0, w));
        let mut gus = gus.subcols_mut(0, w);
        gx.copy_from(gy);
        gs.fill(T::ZERO);
        if let Some(gu) = &mut gu {
            gu.fill(T::ZERO);
        }
        for s in (0..4).rev() {
            self.stage_cotangent(s, gy, gs.as_ref(), gk.as_mut());
            let stage_gu = gu.is_some().then(|| gus.as_mut());
            self.field.vjp(self.stage(at, s), gk.as_ref(), gs.as_mut(), stage_gu, inner.as_mut());
            add_scaled(gx.as_mut(), T::ONE, gs.as_ref());
            if let Some(gu) = &mut gu {
                add_scaled(gu.as_mut(), T::ONE, gus.as_ref());
            }
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let n = self.field.dim();
        let (gk, rest) = scratch.split_at_row_mut(n);
        let (gs, mut inner) = rest.split_at_row_mut(n);
        let (mut gk, mut gs) = (gk.subcols_mut(0, gy.ncols()), gs.subcols_mut(0, gy.ncols()));
        gs.fill(T::ZERO);
        for s in (0..4).rev() {
            self.stage_cotangent(s, gy, gs.as_ref(), gk.as_mut());
            self.field.param_vjp(self.stage(at, s), gk.as_ref(), grad, inner.as_mut());
            self.field.vjp(self.stage(at, s), gk.as_ref(), gs.as_mut(), None, inner.as_mut());
        }
    }
}
