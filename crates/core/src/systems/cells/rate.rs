//! The rate network: the leak acts on the rates.

use super::kind::{Cell, CellKind, FlowKind, Layer, Scheme};
use super::leak::Leak;
use super::params::{B_IH, Params, W};
use super::vanilla::Vanilla;
use crate::linalg::activation::Activation;
use crate::linalg::{Real, col, col_mut, norm};
use crate::systems::couplings::Couplings;
use crate::systems::recurrence::Recurrence;
use crate::systems::rule::{Block, Bounds, Point, Rule};
use faer::{MatMut, MatRef};

/// tau x' = -x + f(W x + U u + b).
pub static RATE: CellKind = CellKind {
    flow: Some(FlowKind {
        untimed: None,
        system: |cell, d, _, theta| cell.timed(Rate::new(d, cell.nonlinearity(), cell.tau.clone()), theta),
    }),
    has_activation: true,
    ..CellKind::new("rate", "rate network ({})", Layer { single: layer, double: layer })
};

fn layer<T: Real>(cell: &Cell, d: usize, _: usize) -> Box<dyn Rule<T>> {
    cell.discretised(Rate::<T>::new(d, cell.nonlinearity(), cell.tau.clone()))
}

/// The field dx/dt = (-x + f(W x + U u + b)) / tau.
///
/// Under [`Euler`](crate::systems::time::Euler) it is the leaky network
/// h' = (1-a) h + a f(W h + U u + b) with a = dt / tau. Parameters and tape are those of
/// [`Vanilla`]; the time constants tau (one a unit) are not trained.
///
/// ```
/// use faer::mat;
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::{cells::Rate, rule::linearise};
///
/// let mut rate = Rate::new(0, Activation::Identity, vec![2.0, 4.0]);
/// rate.params_mut().mat_mut(1).copy_from(mat![[0.0, 3.0], [0.0, 0.0]]);
/// // dx1/dt = (-x1 + 3 x2) / 2, dx2/dt = -x2 / 4.
/// assert_eq!(linearise(&rate, &[1.0, 1.0], &[]).0, [1.0, -0.25]);
/// ```
#[derive(Clone)]
pub struct Rate<T = f64> {
    cell: Vanilla<T>,
    leak: Leak,
}

impl Rate {
    /// The cell without its parameters: nonlinearity, time constants, one a unit, and discretisation.
    pub fn cell(activation: Activation, tau: Vec<f64>, scheme: Scheme) -> Cell {
        Cell { activation: Some(activation), tau, scheme: Some(scheme), ..Cell::new(&RATE, &[]) }
    }
}

impl<T: Real> Rate<T> {
    /// A network of `tau.len()` units and `d` inputs with all parameters zero.
    pub fn new(d: usize, activation: Activation, tau: Vec<f64>) -> Self {
        Self { cell: Vanilla::new(tau.len(), d, activation), leak: Leak(tau) }
    }
    /// The same with the recurrent matrix W, n x n, and the bias b.
    pub fn with(mut self, w: MatRef<T>, b: &[T]) -> Self {
        let params = self.params_mut();
        params.mat_mut(W).copy_from(w);
        col_mut(params.mat_mut(B_IH), 0).copy_from_slice(b);
        self
    }
    /// The parameters of the cell inside.
    pub fn params_mut(&mut self) -> &mut Params<T> {
        self.cell.params_mut()
    }
}

impl<T: Real> Rule<T> for Rate<T> {
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
        self.cell.fold(at, j.as_mut(), scratch);
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
    /// -x + f(W x + U u + b) is 0 where the cell inside is at rest, whatever tau.
    fn recurrence(&self, input: &[f64]) -> Option<Recurrence> {
        Some(Recurrence { zeros: true, ..self.cell.recurrence(input)? })
    }
    fn couplings(&self) -> Option<Couplings> {
        self.cell.couplings()
    }
    /// The bounds of the vanilla cell inside, plus the leak's slope 1, over the shortest tau.
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
