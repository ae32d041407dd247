//! The recurrence that what is seen resets.

use super::Integrator;
use super::pieces::{add, sized};
use crate::linalg::{Real, col, col_mut, pointwise};
use crate::training::layers::{log_softmax, log_softmax_back};
use crate::training::navigation::batch::Walks;
use crate::training::navigation::modules::{Gate, Module};
use faer::{Mat, MatRef};
use std::ops::Range;

impl<T: Real> Integrator<T> {
    /// States of the direct model, reset by what is seen.
    pub(super) fn reset(&mut self, theta: &[T], walks: &Walks<T>) {
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

    /// log g of representations, m x k.
    pub(in super::super) fn weighed(&mut self, theta: &[T], seen: MatRef<f32>) -> Vec<f64> {
        let columns = seen.ncols();
        self.seen = Mat::from_fn(seen.nrows(), columns, |i, j| T::of(f64::from(seen[(i, j)])));
        sized(&mut self.shares, 2, columns);
        self.modules.layers(Module::Gate).exactly(&mut self.gating, columns);
        self.weigh(theta, columns);
        (0..columns).map(|j| self.shares[(0, j)].to_f64()).collect()
    }

    /// Through the direct model and the gate.
    pub(super) fn unreset(&mut self, theta: &[T], walks: &Walks<T>, grad: &mut [T]) {
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
}

/// g and 1 - g.
fn shares<T: Real>(log: MatRef<T>, j: usize) -> [T; 2] {
    [log[(0, j)].exp(), log[(1, j)].exp()]
}
