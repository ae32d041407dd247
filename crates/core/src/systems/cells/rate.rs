//! The rate network: the leak acts on the rates.

use super::kind::{Cell, CellKind, FlowKind, Layer, Scheme};
use super::leak::Leaky;
use super::params::{B_IH, Params, W};
use super::vanilla::Vanilla;
use crate::linalg::activation::Activation;
use crate::linalg::{Real, col_mut};
use crate::systems::rule::Rule;
use faer::MatRef;

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

/// The field dx/dt = (-x + f(W x + U u + b)) / tau: [`Leaky`] with a [`Vanilla`] cell inside.
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
pub type Rate<T = f64> = Leaky<Vanilla<T>>;

impl Leaky<Vanilla> {
    /// The cell without its parameters: nonlinearity, time constants, one a unit, and discretisation.
    pub fn cell(activation: Activation, tau: Vec<f64>, scheme: Scheme) -> Cell {
        Cell { activation: Some(activation), tau, scheme: Some(scheme), ..Cell::new(&RATE, &[]) }
    }
}

impl<T: Real> Leaky<Vanilla<T>> {
    /// A network of `tau.len()` units and `d` inputs with all parameters zero.
    pub fn new(d: usize, activation: Activation, tau: Vec<f64>) -> Self {
        Self::of(Vanilla::new(tau.len(), d, activation), tau)
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
