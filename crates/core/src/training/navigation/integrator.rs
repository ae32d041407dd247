//! The resetting path integrator and the gradient of all its losses.

use super::batch::{Averaging, Losses, Shown, Transitions, Walks, Weights};
use super::memory::Trace;
use super::models::Models;
use super::modules::{Gate, Module, Modules, Recurrence};
use crate::linalg::{Real, col, col_mut, pointwise};
use crate::training::layers::{Tape, log_softmax, log_softmax_back};
use faer::{Mat, MatMut, MatRef};
use std::ops::Range;

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

    /// States of the direct model, reset by what is seen.
    fn reset(&mut self, theta: &[T], walks: &Walks<T>) {
        let (m, b, columns) = (self.modules.representation(), walks.count, walks.steps * walks.count);
        self.weigh(theta, columns);
        let own = self.modules.range(Module::Direct);
        let (direct, theta_d) = (self.modules.layers(Module::Direct), &theta[own]);
        for t in 0..walks.steps {
            let at = t * b..(t + 1) * b;
            for j in at.clone() {
                let (state, code) = col_mut(self.before.as_mut(), j).split_at_mut(m);
                state.copy_from_slice(match t {
                    0 => col(self.visual.output(), j),
                    _ => col(self.states.as_ref(), j - b),
                });
                code.copy_from_slice(col(self.action.output(), j));
            }
            let before = self.before.as_ref().subcols(at.start, b);
            direct.forward(theta_d, before, &mut self.direct, at.clone());
            for j in at {
                let [kept, fresh] = shares(self.shares.as_ref(), j);
                let (next, seen) = (col(self.direct.output(), j), col(self.seen.as_ref(), j));
                let state = col_mut(self.states.as_mut(), j);
                for (h, (d, v)) in state.iter_mut().zip(next.iter().zip(seen)) {
                    *h = kept * *d + fresh * *v;
                }
            }
        }
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

    /// Shares of the integrated state and of what is seen.
    fn weigh(&mut self, theta: &[T], columns: usize) {
        let (m, gate) = (self.modules.representation(), self.modules.layers(Module::Gate));
        let own = &theta[self.modules.range(Module::Gate)];
        let items = match self.modules.gate {
            Gate::Sigmoid => self.seen.as_ref(),
            Gate::Softmax => {
                sized(&mut self.gated, 2 * m, columns);
                self.gated.as_mut().subrows_mut(0, m).fill(T::ZERO);
                self.gated.as_mut().subrows_mut(m, m).copy_from(&self.seen);
                self.gated.as_ref()
            }
        };
        gate.forward(own, items, &mut self.gating, 0..columns);
        match self.modules.gate {
            Gate::Softmax => log_softmax(self.gating.output(), self.shares.as_mut()),
            Gate::Sigmoid => {
                // log of the logistic functions of a and -a: shares of a beside nought.
                let told = self.gating.output();
                let raw = Mat::from_fn(2, columns, |i, j| if i == 0 { told[(0, j)] } else { T::ZERO });
                log_softmax(raw.as_ref(), self.shares.as_mut());
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

    /// Through the direct model and the gate.
    fn unreset(&mut self, theta: &[T], walks: &Walks<T>, grad: &mut [T]) {
        let (m, b, columns) = (self.modules.representation(), walks.count, walks.steps * walks.count);
        for t in (0..walks.steps).rev() {
            self.unmix(theta, t * b..(t + 1) * b);
        }
        let own = self.modules.range(Module::Direct);
        let direct = self.modules.layers(Module::Direct);
        direct.gradient(self.before.as_ref(), &self.direct, 0..columns, &mut grad[own]);
        self.action.cotangent(0..columns).copy_from(self.before_g.as_ref().subrows(m, m));
        self.unweigh(theta, columns, grad);
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

    /// Through one step: the states' cotangents at columns `at` to those of the step before and of all that the step used.
    fn unmix(&mut self, theta: &[T], at: Range<usize>) {
        let (m, b) = (self.modules.representation(), at.len());
        for j in at.clone() {
            let [kept, fresh] = shares(self.shares.as_ref(), j);
            let g = col(self.states_g.as_ref(), j);
            let (next, seen) = (col(self.direct.output(), j), col(self.seen.as_ref(), j));
            self.shares_g[(0, j)] = kept * pointwise::dot(g, next);
            self.shares_g[(1, j)] = fresh * pointwise::dot(g, seen);
            col_mut(self.seen_g.as_mut(), j).iter_mut().zip(g).for_each(|(s, g)| *s = fresh * *g);
            let next_g = col_mut(self.direct.cotangent(j..j + 1), 0);
            next_g.iter_mut().zip(g).for_each(|(n, g)| *n = kept * *g);
        }
        let direct = self.modules.layers(Module::Direct);
        let gx = self.before_g.as_mut().subcols_mut(at.start, b);
        direct.pull(&theta[self.modules.range(Module::Direct)], &mut self.direct, at.clone(), Some(gx));
        for j in at.clone() {
            let g = &col(self.before_g.as_ref(), j)[..m];
            match at.start {
                0 => add(col_mut(self.visual.cotangent(0..b), j), g),
                _ => add(col_mut(self.states_g.as_mut(), j - b), g),
            }
        }
    }

    /// Through the gate.
    fn unweigh(&mut self, theta: &[T], columns: usize, grad: &mut [T]) {
        let (m, whole, softmax) =
            (self.modules.representation(), 0..columns, self.modules.gate == Gate::Softmax);
        let (gate, own) = (self.modules.layers(Module::Gate), self.modules.range(Module::Gate));
        log_softmax_back(self.shares.as_ref(), self.shares_g.as_mut());
        let rows = if softmax { 2 } else { 1 };
        self.gating.cotangent(whole.clone()).copy_from(self.shares_g.as_ref().subrows(0, rows));
        sized(&mut self.gated_g, gate.inputs(), columns);
        gate.pull(&theta[own.clone()], &mut self.gating, whole.clone(), Some(self.gated_g.as_mut()));
        let items = if softmax { self.gated.as_ref() } else { self.seen.as_ref() };
        gate.gradient(items, &self.gating, whole.clone(), &mut grad[own]);
        let first = if softmax { m } else { 0 };
        for j in whole {
            add(col_mut(self.seen_g.as_mut(), j), &col(self.gated_g.as_ref(), j)[first..]);
        }
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

/// g and 1 - g.
fn shares<T: Real>(log: MatRef<T>, j: usize) -> [T; 2] {
    [log[(0, j)].exp(), log[(1, j)].exp()]
}

/// y += x.
fn add<T: Real>(y: &mut [T], x: &[T]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += *x);
}

/// Makes a matrix of that size, whatever it holds.
pub(super) fn sized<T: Real>(m: &mut Mat<T>, rows: usize, columns: usize) {
    if (m.nrows(), m.ncols()) != (rows, columns) {
        *m = Mat::zeros(rows, columns);
    }
}

/// Sum of squared differences.
pub(super) fn square<T: Real>(a: MatRef<T>, b: MatRef<T>) -> f64 {
    let one = |j: usize| {
        let pairs = col(a, j).iter().zip(col(b, j));
        pairs.map(|(a, b)| (*a - *b).to_f64().powi(2)).sum::<f64>()
    };
    (0..a.ncols()).map(one).sum()
}

/// Leaves `scale` (output - target) as the cotangent of the output.
pub(super) fn residual<T: Real>(tape: &mut Tape<T>, target: MatRef<T>, scale: T) {
    for j in 0..target.ncols() {
        let (mut g, y) = tape.both(j);
        difference(g.as_mut(), y, target.subcols(j, 1), scale);
    }
}

/// g = scale (a - b), a column each.
fn difference<T: Real>(g: MatMut<T>, a: MatRef<T>, b: MatRef<T>, scale: T) {
    let pairs = col(a, 0).iter().zip(col(b, 0));
    col_mut(g, 0).iter_mut().zip(pairs).for_each(|(g, (a, b))| *g = scale * (*a - *b));
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
