//! A cell with its constants.

use super::{CellKind, Error};
use crate::linalg::activation::Activation;

/// How a flow advances: classical Runge-Kutta steps, or Euler steps, whose map is then the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheme {
    /// Time step.
    pub dt: f64,
    /// Euler steps instead of Runge-Kutta.
    pub euler: bool,
}

/// A kind of cell with the constants that are not trained.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// [`Vanilla`](crate::systems::cells::Vanilla).
    Vanilla {
        /// Nonlinearity f.
        activation: Activation,
    },
    /// [`Gru`](crate::systems::cells::Gru) or [`GruResetBefore`](crate::systems::cells::GruResetBefore).
    Gru {
        /// The reset gate before the recurrent product, not after.
        reset_before: bool,
    },
    /// [`Lstm`](crate::systems::cells::Lstm).
    Lstm,
    /// [`Rate`](crate::systems::cells::Rate).
    Rate {
        /// Nonlinearity f.
        activation: Activation,
        /// Time constants, one a unit.
        tau: Vec<f64>,
        /// Discretisation.
        scheme: Scheme,
    },
    /// [`Current`](crate::systems::cells::Current).
    Current {
        /// Nonlinearity f.
        activation: Activation,
        /// Time constants, one a unit.
        tau: Vec<f64>,
        /// Discretisation.
        scheme: Scheme,
    },
}

impl Cell {
    /// The kind, without the constants.
    pub fn kind(&self) -> CellKind {
        match self {
            Self::Vanilla { .. } => CellKind::Vanilla,
            Self::Gru { .. } => CellKind::Gru,
            Self::Lstm => CellKind::Lstm,
            Self::Rate { .. } => CellKind::Rate,
            Self::Current { .. } => CellKind::Current,
        }
    }
    /// The nonlinearity, where it is a choice.
    pub fn activation(&self) -> Option<Activation> {
        match self {
            Self::Vanilla { activation }
            | Self::Rate { activation, .. }
            | Self::Current { activation, .. } => Some(*activation),
            _ => None,
        }
    }

    /// The constants as the entries of a file's metadata: names and values that are read back exactly.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![("cell", self.kind().name().to_owned())];
        if let Some(f) = self.activation() {
            all.push(("activation", f.name().to_owned()));
        }
        match self {
            Self::Gru { reset_before } => {
                all.push(("reset", if *reset_before { "before" } else { "after" }.to_owned()));
            }
            Self::Rate { tau, scheme, .. } | Self::Current { tau, scheme, .. } => {
                all.push(("tau", tau.iter().map(f64::to_string).collect::<Vec<_>>().join(",")));
                all.extend(scheme.settings());
            }
            Self::Vanilla { .. } | Self::Lstm => {}
        }
        all
    }

    /// Whether every constant is in its range, for a first layer of `n` units.
    pub(super) fn check(&self, n: usize) -> Result<(), Error> {
        match self {
            Self::Rate { tau, scheme, .. } | Self::Current { tau, scheme, .. } => {
                if tau.len() != n {
                    return Err(Error::TimeConstants { found: tau.len(), units: n });
                }
                tau.iter().try_for_each(|t| positive("tau", *t))?;
                positive("dt", scheme.dt)
            }
            Self::Vanilla { .. } | Self::Gru { .. } | Self::Lstm => Ok(()),
        }
    }
}

impl Scheme {
    fn settings(self) -> [(&'static str, String); 2] {
        let name = if self.euler { "euler" } else { "rk4" };
        [("dt", self.dt.to_string()), ("scheme", name.to_owned())]
    }
}

fn positive(name: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(Error::Constant { name, value, expected: "a positive number" })
}
