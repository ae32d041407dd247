//! The gated recurrent unit in continuous time.

use super::facts::Initial;
use super::gru::Gru;
use super::gru_reset_before::GruResetBefore;
use super::kind::{Cell, CellKind, FlowKind, Layer, Scheme};
use super::leak::Leaky;
use crate::linalg::Real;
use crate::systems::rule::Rule;

/// tau h' = (1 - z) (c - h), the field to which a GRU is the step of unit length.
///
/// With GRU(h, u) = (1-z) c + z h it is -h + GRU(h, u): [`Leaky`] with a GRU inside. An Euler step of dt goes a = dt / tau of the
/// way, h' = h + a (1 - z) (c - h), the leaky GRU of krishna2024's program.
///
/// Source: Jordan, Sokol & Park, Front. Comput. Neurosci. 15 (2021) 678158, eq. 5.
///
/// ```
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::cells::{Cell, GRU_FLOW, Scheme, named};
///
/// let cell = Cell::gru_flow(true, vec![0.1; 3], Scheme { dt: 0.02, euler: true });
/// assert_eq!(cell.kind(), named("gru-flow").unwrap());
/// // Without weights z is 1/2 and c is 0: a tenth of the state goes in a step of a fifth of tau.
/// let rule = cell.layer::<f64>(2, 3);
/// let (y, _, _) = nullcline_core::systems::rule::linearise(rule.as_ref(), &[1.0, 0.5, 0.0], &[0.0, 0.0]);
/// assert!((y[0] - 0.9).abs() < 1e-15 && (y[1] - 0.45).abs() < 1e-15);
/// ```
pub static GRU_FLOW: CellKind = CellKind {
    gates: &["r", "z", "n"],
    aliases: &[("h", "n"), ("c", "n"), ("a", "n")],
    drives: 3,
    has_reset: true,
    flow: Some(FlowKind {
        untimed: None,
        system: |cell, d, n, theta| {
            let tau = cell.tau.clone();
            match cell.reset_before {
                true => cell.timed(Leaky::of(GruResetBefore::new(n, d), tau), theta),
                false => cell.timed(Leaky::of(Gru::new(n, d), tau), theta),
            }
        },
    }),
    initial: Initial::UNIFORM,
    ..CellKind::new("gru_flow", "continuous-time GRU", Layer { single: layer, double: layer })
};

fn layer<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    let tau = cell.tau.clone();
    match cell.reset_before {
        true => cell.discretised(Leaky::of(GruResetBefore::<T>::new(n, d), tau)),
        false => cell.discretised(Leaky::of(Gru::<T>::new(n, d), tau)),
    }
}

impl Cell {
    /// A GRU in continuous time: whether the reset gate acts before the product, time constants, one a unit, and discretisation.
    pub fn gru_flow(reset_before: bool, tau: Vec<f64>, scheme: Scheme) -> Self {
        Self { reset_before, tau, scheme: Some(scheme), ..Self::new(&GRU_FLOW, &[]) }
    }
}
