//! Leaky networks: a cell towards whose values the state relaxes, with time constants, one a unit.

use crate::linalg::{Real, col, col_mut, norm};
use crate::systems::couplings::Couplings;
use crate::systems::recurrence::Recurrence;
use crate::systems::rule::{Block, Bounds, Point, Rule};
use faer::{MatMut, MatRef};

/// The field dx/dt = (-x + G(x, u)) / tau of a cell G whose state are its outputs.
///
/// Under [`Euler`](crate::systems::time::Euler) it is the leaky network h' = (1-a) h + a G(h, u) with a = dt / tau. Parameters and
/// tape are those of the cell; the time constants tau (one a unit) are not trained.
#[derive(Clone)]
pub struct Leaky<R> {
    pub(super) cell: R,
    leak: Leak,
}

impl<R> Leaky<R> {
    /// The cell with those time constants, one a unit.
    pub fn of(cell: R, tau: Vec<f64>) -> Self {
        Self { cell, leak: Leak(tau) }
    }
}

impl<T: Real, R: Rule<T>> Rule<T> for Leaky<R> {
    fn dim(&self) -> usize {
        self.leak.0.len()
    }
    fn inputs(&self) -> usize {
        self.cell.inputs()
    }
    fn layout(&self) -> Vec<Block> {
        self.cell.layout()
    }
    fn read_params(&self, theta: &mut [T]) {
        self.cell.read_params(theta);
    }
    fn write_params(&mut self, theta: &[T]) {
        self.cell.write_params(theta);
    }
    fn tape_rows(&self) -> usize {
        self.cell.tape_rows()
    }
    fn scratch_rows(&self) -> usize {
        self.dim() + self.cell.scratch_rows()
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, mut y: MatMut<T>, tape: MatMut<T>, scratch: MatMut<T>) {
        self.cell.eval(x, u, y.as_mut(), tape, scratch);
        self.leak.relax(x, y);
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, mut dy: MatMut<T>, scratch: MatMut<T>) {
        self.cell.jvp(at, dx, du, dy.as_mut(), scratch);
        self.leak.relax(dx, dy);
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, mut gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        let (g, inner) = scratch.split_at_row_mut(self.dim());
        let mut g = g.subcols_mut(0, gy.ncols());
        self.leak.slowed(gy, g.as_mut());
        self.cell.vjp(at, g.as_ref(), gx.as_mut(), gu, inner);
        for j in 0..gy.ncols() {
            for (x, g) in col_mut(gx.as_mut(), j).iter_mut().zip(col(g.as_ref(), j)) {
                *x -= *g;
            }
        }
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let (g, inner) = scratch.split_at_row_mut(self.dim());
        let mut g = g.subcols_mut(0, gy.ncols());
        self.leak.slowed(gy, g.as_mut());
        self.cell.param_vjp(at, g.as_ref(), grad, inner);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        let (g, inner) = scratch.split_at_row_mut(self.dim());
        let g = g.as_ref().subcols(0, gy.ncols());
        self.cell.param_vjp_after(at, g, grad, inner);
    }
    fn fold(&self, at: Point<T>, mut j: MatMut<T>, scratch: MatMut<T>) -> bool {
        if !self.cell.fold(at, j.as_mut(), scratch) {
            return false;
        }
        for c in 0..self.dim() {
            self.leak.relax_column(c, col_mut(j.as_mut(), c));
        }
        true
    }
    fn range(&self, i: usize) -> [f64; 2] {
        self.cell.range(i)
    }
    /// The zeros are the fixed points of the cell inside, and det(-F_x) = det(I - D) / prod tau.
    fn degree(&self) -> Option<i32> {
        self.cell.degree()
    }
    /// -x + G(x, u) is 0 where the cell inside is at rest, whatever tau.
    fn recurrence(&self, input: &[f64]) -> Option<Recurrence> {
        Some(Recurrence { zeros: true, ..self.cell.recurrence(input)? })
    }
    fn couplings(&self) -> Option<Couplings> {
        self.cell.couplings()
    }
    /// The bounds of the cell inside, plus the leak's slope 1, over the shortest tau.
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<Bounds> {
        let b = self.cell.bounds(at, radius)?;
        let tau = self.leak.shortest();
        Some(Bounds {
            slope: (1.0 + b.slope) / tau,
            curvature: b.curvature / tau,
            rounding: (b.rounding + 4.0 * f64::EPSILON * norm(col(at.x, 0))) / tau,
        })
    }
}

/// The time constants tau of dx/dt = (-x + v) / tau.
#[derive(Clone)]
pub(super) struct Leak(pub Vec<f64>);

impl Leak {
    /// v = (v - own) / tau, column by column.
    pub fn relax<T: Real>(&self, own: MatRef<T>, mut v: MatMut<T>) {
        for j in 0..own.ncols() {
            let own = col(own, j);
            for (i, v) in col_mut(v.as_mut(), j).iter_mut().enumerate() {
                *v = (*v - own[i]) / T::of(self.0[i]);
            }
        }
    }

    /// out = g / tau, column by column.
    pub fn slowed<T: Real>(&self, g: MatRef<T>, mut out: MatMut<T>) {
        for j in 0..g.ncols() {
            let g = col(g, j);
            for (i, o) in col_mut(out.as_mut(), j).iter_mut().enumerate() {
                *o = g[i] / T::of(self.0[i]);
            }
        }
    }

    /// Column `c` of (J - 1) / tau from that of J.
    pub fn relax_column<T: Real>(&self, c: usize, column: &mut [T]) {
        column[c] -= T::ONE;
        for (v, tau) in column.iter_mut().zip(&self.0) {
            *v /= T::of(*tau);
        }
    }

    /// The shortest time constant.
    pub fn shortest(&self) -> f64 {
        self.0.iter().fold(f64::INFINITY, |a, b| a.min(*b))
    }
}
