//! The resetting path integrator and the gradient of all its losses.

mod pieces;
mod resetting;

use pieces::add;
pub(super) use pieces::{residual, sized, square};

use super::batch::{Averaging, Losses, Shown, Transitions, Walks, Weights};
use super::memory::Trace;
use super::models::Models;
use super::modules::{Module, Modules, Recurrence};
use crate::linalg::{Real, col, col_mut};
use crate::training::layers::Tape;
use faer::{Mat, MatRef};

/// The resetting path integrator, with room for a batch.
///
/// Formula: with v_t what is seen after action t (V of the image, or what stands for it), g_t = G(v_t),
/// h_0 = V(s_0), h_t = g_t D(h_(t-1), P(a_t)) + (1 - g_t) v_t, displacement_t = I(V(s_0), h_t);
/// losses |displacement - target|^2 (eq. 8.1), |V(s') - D(V(s), P(a))|^2 (8.4) and |a - I(V(s), V(s'))|^2 (8.5), added as in eq. 8.10.
/// (Eq. 8.9 prints the gate of s_t beside V(s_(t+1)); the image that is gated is meant, as in the program.)
///
/// Shapes: states m x (T b), displacements and log shares 2 x (T b), column t b + j.
///
/// Source: fanthomme2021, eqs. 8.1 to 8.10.
#[derive(Clone, Debug)]
pub struct Integrator<T = f64> {
    modules: Modules,
    visual: Tape<T>,
    action: Tape<T>,
    direct: Tape<T>,
    inverse: Tape<T>,
    gating: Tape<T>,
    /// Of a trajectory's steps.
    seen: Mat<T>,
    gated: Mat<T>,
    shares: Mat<T>,
    before: Mat<T>,
    states: Mat<T>,
    pairs: Mat<T>,
    /// Cotangents of what is seen, of states, of the inputs of D, I, G and of shares.
    seen_g: Mat<T>,
    states_g: Mat<T>,
    before_g: Mat<T>,
    pairs_g: Mat<T>,
    gated_g: Mat<T>,
    shares_g: Mat<T>,
    trace: Trace<T>,
    models: Models<T>,
}

impl<T: Real> Integrator<T> {
    /// An integrator that has seen nothing yet.
    pub fn new(modules: Modules) -> Self {
        let tape = |module| modules.layers(module).tape(0);
        let none = Mat::new;
        Self {
            visual: tape(Module::Visual),
            action: tape(Module::Action),
            direct: tape(Module::Direct),
            inverse: tape(Module::Inverse),
            gating: tape(Module::Gate),
            seen: none(),
            gated: none(),
            shares: none(),
            before: none(),
            states: none(),
            pairs: none(),
            seen_g: none(),
            states_g: none(),
            before_g: none(),
            pairs_g: none(),
            gated_g: none(),
            shares_g: none(),
            trace: Trace::new(),
            models: Models::new(&modules),
            modules,
        }
    }

    /// Its modules.
    pub fn modules(&self) -> &Modules {
        &self.modules
    }
    /// States after every action of the last batch.
    pub fn states(&self) -> MatRef<'_, T> {
        self.states.as_ref()
    }
    /// Displacements that it told.
    pub fn displacements(&self) -> MatRef<'_, T> {
        self.inverse.output()
    }
    /// log g and log (1 - g); of networks that are reset.
    pub fn log_shares(&self) -> MatRef<'_, T> {
        self.shares.as_ref()
    }

    /// Gates i, f, g and o of a memory after every action of the last batch, 4 m x (T b); of its losses, for a gradient leaves slopes there.
    pub fn memory_gates(&self) -> Option<MatRef<'_, T>> {
        let memory = self.modules.recurrence() != Recurrence::Resetting;
        memory.then(|| self.trace.gates_after(self.trace.gates().ncols() - self.states.ncols()))
    }

    /// Losses of a batch; those without data are zero.
    ///
    /// # Panics
    /// If parameters, trajectories or transitions have other shapes than the modules and each other.
    pub fn losses(
        &mut self,
        theta: &[T],
        walks: Option<&Walks<T>>,
        transitions: Option<&Transitions<T>>,
        averaging: Averaging,
    ) -> Losses {
        self.check(theta, walks, transitions);
        self.see(theta, walks, transitions);
        let mut losses = Losses::default();
        if let Some(walks) = walks {
            losses.integration = self.forward(theta, walks, averaging);
        }
        if let Some(transitions) = transitions {
            let first = walks.map_or(0, |w| w.images.ncols());
            let reps = self.visual.output().subcols(first, 2 * transitions.actions.ncols());
            (losses.direct, losses.inverse) =
                self.models.forward(&self.modules, theta, reps, transitions, averaging);
        }
        losses
    }

    /// Adds to `grad` the gradient of the weighted losses of a batch (eq. 8.10), through all steps; returns the losses.
    ///
    /// # Panics
    /// As [`Integrator::losses`].
    pub fn gradient(
        &mut self,
        theta: &[T],
        walks: Option<&Walks<T>>,
        transitions: Option<&Transitions<T>>,
        weights: &Weights,
        averaging: Averaging,
        grad: &mut [T],
    ) -> Losses {
        assert_eq!(grad.len(), theta.len(), "as many slopes as parameters");
        let losses = self.losses(theta, walks, transitions, averaging);
        let (k, c) = (walks.map_or(0, |w| w.images.ncols()), transitions.map_or(0, |t| t.actions.ncols()));
        self.visual.cotangent(0..k + 2 * c).fill(T::ZERO);
        if let Some(walks) = walks {
            self.backward(theta, walks, weights.integration, averaging, grad);
        }
        if let Some(transitions) = transitions {
            let reps = self.visual.cotangent(k..k + 2 * c);
            self.models.backward(&self.modules, theta, transitions, weights, averaging, reps, grad);
        }
        let own = self.modules.range(Module::Visual);
        let visual = self.modules.layers(Module::Visual);
        visual.pull(&theta[own.clone()], &mut self.visual, 0..k + 2 * c, None);
        let grad = &mut grad[own];
        if let Some(walks) = walks {
            visual.gradient(walks.images.as_ref(), &self.visual, 0..k, grad);
        }
        if let Some(transitions) = transitions {
            visual.gradient(transitions.before.as_ref(), &self.visual, k..k + c, grad);
            visual.gradient(transitions.after.as_ref(), &self.visual, k + c..k + 2 * c, grad);
        }
        losses
    }

    fn check(&self, theta: &[T], walks: Option<&Walks<T>>, transitions: Option<&Transitions<T>>) {
        let (pixels, m) = (self.modules.image(), self.modules.representation());
        assert_eq!(theta.len(), self.modules.parameters(), "parameters");
        assert!(walks.is_none_or(|w| w.fits(pixels, m)), "trajectories do not fit the modules");
        assert!(transitions.is_none_or(|t| t.fits(pixels)), "transitions do not fit the modules");
        let alone = self.modules.recurrence() == Recurrence::Memory;
        assert!(!(alone && transitions.is_some()), "a memory alone has no inverse model");
    }

    /// Representations of all images: trajectories', those before and those after an action.
    fn see(&mut self, theta: &[T], walks: Option<&Walks<T>>, transitions: Option<&Transitions<T>>) {
        let visual = self.modules.layers(Module::Visual);
        let theta = &theta[self.modules.range(Module::Visual)];
        let images = walks.map(|w| &w.images).into_iter();
        let all: Vec<&Mat<T>> =
            images.chain(transitions.into_iter().flat_map(|t| [&t.before, &t.after])).collect();
        visual.room(&mut self.visual, all.iter().map(|m| m.ncols()).sum());
        let mut first = 0;
        for images in all {
            let at = first..first + images.ncols();
            first = at.end;
            visual.forward(theta, images.as_ref(), &mut self.visual, at);
        }
    }

    /// The loss of path integration.
    fn forward(&mut self, theta: &[T], walks: &Walks<T>, averaging: Averaging) -> f64 {
        let (m, b, columns) = (self.modules.representation(), walks.count, walks.steps * walks.count);
        let whole = 0..columns;
        for (mat, rows) in [
            (&mut self.seen, m),
            (&mut self.shares, 2),
            (&mut self.before, 2 * m),
            (&mut self.states, m),
            (&mut self.pairs, self.modules.layers(Module::Inverse).inputs()),
        ] {
            sized(mat, rows, columns);
        }
        for (tape, module) in [
            (&mut self.action, Module::Action),
            (&mut self.direct, Module::Direct),
            (&mut self.inverse, Module::Inverse),
            (&mut self.gating, Module::Gate),
        ] {
            self.modules.layers(module).exactly(tape, columns);
        }
        let actions = walks.actions.as_ref();
        let own = self.modules.range(Module::Action);
        self.modules.layers(Module::Action).forward(&theta[own], actions, &mut self.action, whole.clone());
        self.observe(walks);
        match self.modules.recurrence() {
            Recurrence::Resetting => self.reset(theta, walks),
            _ => self.remember(theta, b),
        }
        if self.modules.recurrence() == Recurrence::Memory {
            self.pairs.copy_from(&self.states);
        } else {
            for j in 0..columns {
                let (start, now) = col_mut(self.pairs.as_mut(), j).split_at_mut(m);
                start.copy_from_slice(col(self.visual.output(), j % b));
                now.copy_from_slice(col(self.states.as_ref(), j));
            }
        }
        let pairs = self.pairs.as_ref();
        let own = self.modules.range(Module::Inverse);
        self.modules.layers(Module::Inverse).forward(&theta[own], pairs, &mut self.inverse, whole);
        square(self.inverse.output(), walks.targets.as_ref()) * averaging.share(2 * columns, b)
    }

    /// States of the memory, which the first representation primes.
    fn remember(&mut self, theta: &[T], b: usize) {
        let (m, columns) = (self.modules.representation(), self.seen.ncols());
        let memory = self.modules.memory();
        self.trace.room(memory, columns + b, b);
        for j in 0..columns + b {
            let (seen, code) = col_mut(self.trace.items.as_mut(), j).split_at_mut(m);
            match j.checked_sub(b) {
                None => {
                    seen.copy_from_slice(col(self.visual.output(), j));
                    code.fill(T::ZERO);
                }
                Some(k) => {
                    seen.copy_from_slice(col(self.seen.as_ref(), k));
                    code.copy_from_slice(col(self.action.output(), k));
                }
            }
        }
        self.trace.forward(memory, &theta[self.modules.range(Module::Memory)], b);
        self.states.copy_from(self.trace.after(b));
    }

    /// What is seen after each action.
    fn observe(&mut self, walks: &Walks<T>) {
        let reps = self.visual.output();
        for (j, shown) in walks.shown.iter().enumerate() {
            let seen = col_mut(self.seen.as_mut(), j);
            match shown {
                Shown::Image(c) => seen.copy_from_slice(col(reps, *c)),
                Shown::Shuffled(c, order) => {
                    let from = col(reps, *c);
                    seen.iter_mut().zip(order).for_each(|(v, i)| *v = from[*i as usize]);
                }
                Shown::Nothing => seen.fill(T::ZERO),
            }
        }
    }

    /// Cotangents of all parts but V's layers, and the gradient of their parameters.
    fn backward(&mut self, theta: &[T], walks: &Walks<T>, weight: f64, averaging: Averaging, grad: &mut [T]) {
        let (m, b, columns) = (self.modules.representation(), walks.count, walks.steps * walks.count);
        let whole = 0..columns;
        for (mat, rows) in [
            (&mut self.seen_g, m),
            (&mut self.shares_g, 2),
            (&mut self.before_g, 2 * m),
            (&mut self.states_g, m),
            (&mut self.pairs_g, self.modules.layers(Module::Inverse).inputs()),
        ] {
            sized(mat, rows, columns);
        }
        let scale = T::of(2.0 * weight * averaging.share(2 * columns, b));
        residual(&mut self.inverse, walks.targets.as_ref(), scale);
        let inverse = self.modules.layers(Module::Inverse);
        let own = self.modules.range(Module::Inverse);
        inverse.pull(&theta[own.clone()], &mut self.inverse, whole.clone(), Some(self.pairs_g.as_mut()));
        inverse.gradient(self.pairs.as_ref(), &self.inverse, whole.clone(), &mut grad[own]);
        if self.modules.recurrence() == Recurrence::Memory {
            self.states_g.copy_from(&self.pairs_g);
        } else {
            self.states_g.copy_from(self.pairs_g.as_ref().subrows(m, m));
            for j in whole.clone() {
                add(col_mut(self.visual.cotangent(0..b), j % b), &col(self.pairs_g.as_ref(), j)[..m]);
            }
        }
        match self.modules.recurrence() {
            Recurrence::Resetting => self.unreset(theta, walks, grad),
            _ => self.forget(theta, b, grad),
        }
        let (action, own) = (self.modules.layers(Module::Action), self.modules.range(Module::Action));
        action.pull(&theta[own.clone()], &mut self.action, whole.clone(), None);
        action.gradient(walks.actions.as_ref(), &self.action, whole, &mut grad[own]);
        self.unsee(walks);
    }

    /// Through the memory.
    fn forget(&mut self, theta: &[T], b: usize, grad: &mut [T]) {
        let (m, columns) = (self.modules.representation(), self.seen.ncols());
        let (memory, own) = (self.modules.memory(), self.modules.range(Module::Memory));
        self.trace.backward(memory, &theta[own.clone()], self.states_g.as_ref(), b, &mut grad[own]);
        let (first, later) = self.trace.items_g.as_ref().split_at_col(b);
        for j in 0..b {
            add(col_mut(self.visual.cotangent(0..b), j), &col(first, j)[..m]);
        }
        self.seen_g.copy_from(later.subrows(0, m));
        self.action.cotangent(0..columns).copy_from(later.subrows(m, m));
    }

    /// From what was seen to the representations of images.
    fn unsee(&mut self, walks: &Walks<T>) {
        let mut reps = self.visual.cotangent(0..walks.images.ncols());
        for (j, shown) in walks.shown.iter().enumerate() {
            let g = col(self.seen_g.as_ref(), j);
            match shown {
                Shown::Image(c) => add(col_mut(reps.as_mut(), *c), g),
                Shown::Shuffled(c, order) => {
                    let rep = col_mut(reps.as_mut(), *c);
                    order.iter().zip(g).for_each(|(i, g)| rep[*i as usize] += *g);
                }
                Shown::Nothing => {}
            }
        }
    }
}

impl Averaging {
    /// What a sum of squares of `numbers` over `items` trajectories or transitions is multiplied by.
    pub(super) fn share(self, numbers: usize, items: usize) -> f64 {
        match self {
            Self::Printed => (items as f64).recip(),
            Self::Coded => (numbers as f64).recip(),
        }
    }
}
