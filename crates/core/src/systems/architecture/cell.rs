//! A cell with its constants.

use super::{CellKind, Error};
use crate::linalg::activation::Activation;
use crate::systems::cells::Skewed;

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
    /// [`Antisymmetric`](crate::systems::cells::Antisymmetric).
    Antisymmetric {
        /// Step.
        epsilon: f64,
        /// Damping.
        gamma: f64,
    },
    /// [`GatedAntisymmetric`](crate::systems::cells::GatedAntisymmetric).
    GatedAntisymmetric {
        /// Step.
        epsilon: f64,
        /// Damping.
        gamma: f64,
    },
    /// [`CoRnn`](crate::systems::cells::CoRnn).
    CoRnn {
        /// Time step.
        dt: f64,
        /// Stiffness.
        gamma: f64,
        /// Damping.
        epsilon: f64,
    },
    /// [`Lipschitz`](crate::systems::cells::Lipschitz).
    Lipschitz {
        /// Law of the linear part A.
        linear: Skewed,
        /// Law of the recurrent matrix W.
        recurrent: Skewed,
        /// Discretisation.
        scheme: Scheme,
    },
}

impl Cell {
    /// The cell of a kind. `number` gives its constants by the names of [`CellKind::constants`], `time` time constants, if
    /// told that it has any, and the discretisation of a flow; of `activation` and `reset_before` it takes what it has.
    ///
    /// # Errors
    /// Those of `number` and `time`.
    pub fn of<E>(
        kind: CellKind,
        (activation, reset_before): (Activation, bool),
        number: impl Fn(&'static str) -> Result<f64, E>,
        time: impl FnOnce(bool) -> Result<(Vec<f64>, Scheme), E>,
    ) -> Result<Self, E> {
        let skewed = |beta, gamma| Ok(Skewed { beta: number(beta)?, gamma: number(gamma)? });
        Ok(match kind {
            CellKind::Vanilla => Self::Vanilla { activation },
            CellKind::Gru => Self::Gru { reset_before },
            CellKind::Lstm => Self::Lstm,
            CellKind::Rate => {
                let (tau, scheme) = time(true)?;
                Self::Rate { activation, tau, scheme }
            }
            CellKind::Current => {
                let (tau, scheme) = time(true)?;
                Self::Current { activation, tau, scheme }
            }
            CellKind::Antisymmetric => {
                Self::Antisymmetric { epsilon: number("epsilon")?, gamma: number("gamma")? }
            }
            CellKind::GatedAntisymmetric => {
                Self::GatedAntisymmetric { epsilon: number("epsilon")?, gamma: number("gamma")? }
            }
            CellKind::CoRnn => {
                Self::CoRnn { dt: number("dt")?, gamma: number("gamma")?, epsilon: number("epsilon")? }
            }
            CellKind::Lipschitz => Self::Lipschitz {
                linear: skewed("beta_a", "gamma_a")?,
                recurrent: skewed("beta_w", "gamma_w")?,
                scheme: time(false)?.1,
            },
        })
    }

    /// The kind, without the constants.
    pub fn kind(&self) -> CellKind {
        match self {
            Self::Vanilla { .. } => CellKind::Vanilla,
            Self::Gru { .. } => CellKind::Gru,
            Self::Lstm => CellKind::Lstm,
            Self::Rate { .. } => CellKind::Rate,
            Self::Current { .. } => CellKind::Current,
            Self::Antisymmetric { .. } => CellKind::Antisymmetric,
            Self::GatedAntisymmetric { .. } => CellKind::GatedAntisymmetric,
            Self::CoRnn { .. } => CellKind::CoRnn,
            Self::Lipschitz { .. } => CellKind::Lipschitz,
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
            Self::Antisymmetric { epsilon, gamma } | Self::GatedAntisymmetric { epsilon, gamma } => {
                all.extend([("epsilon", epsilon.to_string()), ("gamma", gamma.to_string())]);
            }
            Self::CoRnn { dt, gamma, epsilon } => {
                let constants = [("dt", dt), ("gamma", gamma), ("epsilon", epsilon)];
                all.extend(constants.map(|(name, v)| (name, v.to_string())));
            }
            Self::Lipschitz { linear, recurrent, scheme } => {
                let a = [("beta_a", linear.beta), ("gamma_a", linear.gamma)];
                let w = [("beta_w", recurrent.beta), ("gamma_w", recurrent.gamma)];
                all.extend(a.into_iter().chain(w).map(|(name, v)| (name, v.to_string())));
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
            Self::Antisymmetric { epsilon, gamma } | Self::GatedAntisymmetric { epsilon, gamma } => {
                positive("epsilon", *epsilon)?;
                damping("gamma", *gamma)
            }
            Self::CoRnn { dt, gamma, epsilon } => {
                positive("dt", *dt)?;
                damping("gamma", *gamma)?;
                damping("epsilon", *epsilon)
            }
            Self::Lipschitz { linear, recurrent, scheme } => {
                share("beta_a", linear.beta)?;
                share("beta_w", recurrent.beta)?;
                damping("gamma_a", linear.gamma)?;
                damping("gamma_w", recurrent.gamma)?;
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
    within(name, value, value > 0.0, "a positive number")
}

fn damping(name: &'static str, value: f64) -> Result<(), Error> {
    within(name, value, value >= 0.0, "zero or a positive number")
}

fn share(name: &'static str, value: f64) -> Result<(), Error> {
    within(name, value, (0.0..=1.0).contains(&value), "a number from 0 to 1")
}

fn within(name: &'static str, value: f64, holds: bool, expected: &'static str) -> Result<(), Error> {
    if holds && value.is_finite() { Ok(()) } else { Err(Error::Constant { name, value, expected }) }
}
