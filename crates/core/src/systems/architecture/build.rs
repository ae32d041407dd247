//! An architecture to a rule and to a system.

use super::{Architecture, Cell, Scheme};
use crate::linalg::Real;
use crate::systems::cells::{
    Antisymmetric, CoRnn, Current, GatedAntisymmetric, Gru, GruResetBefore, Lipschitz, Lstm, Rate, Stack,
    Vanilla,
};
use crate::systems::rule::Rule;
use crate::systems::time::{Euler, Flow, Map, Rk4, System};

impl Architecture {
    /// The rule that advances the state by one step, with all parameters zero.
    ///
    /// Flows are discretised by their scheme; several layers are a [`Stack`].
    pub fn rule<T: Real>(&self) -> Box<dyn Rule<T>> {
        let mut layers: Vec<Box<dyn Rule<T>>> = self.layers().map(|(d, n)| layer(&self.cell, d, n)).collect();
        if layers.len() == 1 { layers.remove(0) } else { Box::new(Stack::new(layers)) }
    }

    /// The system with the parameters `theta`, in the order of the rule's layout.
    ///
    /// # Panics
    /// If `theta` has another length than the rule's parameters.
    pub fn system(&self, theta: &[f64]) -> Box<dyn System> {
        let d = self.inputs;
        match &self.cell {
            Cell::Rate { activation, tau, scheme } => {
                timed(Rate::new(d, *activation, tau.clone()), theta, *scheme)
            }
            Cell::Current { activation, tau, scheme } => {
                timed(Current::new(d, *activation, tau.clone()), theta, *scheme)
            }
            Cell::Lipschitz { linear, recurrent, scheme } => {
                timed(Lipschitz::new(self.units[0], d, *linear, *recurrent), theta, *scheme)
            }
            _ => {
                let mut rule = self.rule();
                rule.write_params(theta);
                Box::new(Map::new(rule))
            }
        }
    }
}

fn layer<T: Real>(cell: &Cell, d: usize, n: usize) -> Box<dyn Rule<T>> {
    match cell {
        Cell::Vanilla { activation } => Box::new(Vanilla::new(n, d, *activation)),
        Cell::Gru { reset_before: false } => Box::new(Gru::new(n, d)),
        Cell::Gru { reset_before: true } => Box::new(GruResetBefore::new(n, d)),
        Cell::Lstm => Box::new(Lstm::new(n, d)),
        Cell::Rate { activation, tau, scheme } => {
            discretised(Rate::<T>::new(d, *activation, tau.clone()), *scheme)
        }
        Cell::Current { activation, tau, scheme } => {
            discretised(Current::<T>::new(d, *activation, tau.clone()), *scheme)
        }
        Cell::Antisymmetric { epsilon, gamma } => Box::new(Antisymmetric::new(n, d, *epsilon, *gamma)),
        Cell::GatedAntisymmetric { epsilon, gamma } => {
            Box::new(GatedAntisymmetric::new(n, d, *epsilon, *gamma))
        }
        Cell::CoRnn { dt, gamma, epsilon } => Box::new(CoRnn::new(n, d, *dt, *gamma, *epsilon)),
        Cell::Lipschitz { linear, recurrent, scheme } => {
            discretised(Lipschitz::<T>::new(n, d, *linear, *recurrent), *scheme)
        }
    }
}

fn discretised<T: Real, R: Rule<T> + 'static>(field: R, scheme: Scheme) -> Box<dyn Rule<T>> {
    if scheme.euler { Box::new(Euler::new(field, scheme.dt)) } else { Box::new(Rk4::new(field, scheme.dt)) }
}

fn timed<R: Rule + Clone + 'static>(mut field: R, theta: &[f64], scheme: Scheme) -> Box<dyn System> {
    field.write_params(theta);
    if scheme.euler {
        Box::new(Map::with_time_step(Euler::new(field, scheme.dt), scheme.dt))
    } else {
        Box::new(Flow::new(field, scheme.dt))
    }
}
