//! The direct and the inverse model on single transitions.

use super::batch::{Averaging, Transitions, Weights};
use super::integrator::{residual, sized, square};
use super::modules::{Module, Modules};
use crate::linalg::{Real, col, col_mut};
use crate::training::layers::Tape;
use faer::{Mat, MatMut, MatRef};

/// Room for transitions.
#[derive(Clone, Debug)]
pub(super) struct Models<T> {
    action: Tape<T>,
    direct: Tape<T>,
    inverse: Tape<T>,
    /// [V(s); P(a)] and [V(s); V(s')], and their cotangents.
    before: Mat<T>,
    pairs: Mat<T>,
    before_g: Mat<T>,
    pairs_g: Mat<T>,
}

impl<T: Real> Models<T> {
    pub fn new(modules: &Modules) -> Self {
        let tape = |module| modules.layers(module).tape(0);
        Self {
            action: tape(Module::Action),
            direct: tape(Module::Direct),
            inverse: tape(Module::Inverse),
            before: Mat::new(),
            pairs: Mat::new(),
            before_g: Mat::new(),
            pairs_g: Mat::new(),
        }
    }

    /// Losses of the direct and the inverse model; `reps` are the representations before, then those after the actions.
    pub fn forward(
        &mut self,
        modules: &Modules,
        theta: &[T],
        reps: MatRef<T>,
        transitions: &Transitions<T>,
        averaging: Averaging,
    ) -> (f64, f64) {
        let (m, c) = (modules.representation(), transitions.actions.ncols());
        let part = |module| &theta[modules.range(module)];
        for mat in [&mut self.before, &mut self.pairs] {
            sized(mat, 2 * m, c);
        }
        let tapes = [&mut self.action, &mut self.direct, &mut self.inverse];
        for (tape, module) in tapes.into_iter().zip([Module::Action, Module::Direct, Module::Inverse]) {
            modules.layers(module).exactly(tape, c);
        }
        let actions = transitions.actions.as_ref();
        modules.layers(Module::Action).forward(part(Module::Action), actions, &mut self.action, 0..c);
        for j in 0..c {
            let (before, after) = (col(reps, j), col(reps, c + j));
            for (mat, second) in [(&mut self.before, col(self.action.output(), j)), (&mut self.pairs, after)]
            {
                let (upper, lower) = col_mut(mat.as_mut(), j).split_at_mut(m);
                upper.copy_from_slice(before);
                lower.copy_from_slice(second);
            }
        }
        let (direct, inverse) = (modules.layers(Module::Direct), modules.layers(Module::Inverse));
        direct.forward(part(Module::Direct), self.before.as_ref(), &mut self.direct, 0..c);
        inverse.forward(part(Module::Inverse), self.pairs.as_ref(), &mut self.inverse, 0..c);
        let after = reps.subcols(c, c);
        (
            square(self.direct.output(), after) * averaging.share(m * c, c),
            square(self.inverse.output(), actions) * averaging.share(2 * c, c),
        )
    }

    /// Adds to `grad` the gradient of the modules but V, and to `reps` the cotangents of representations, those before, then those after.
    pub fn backward(
        &mut self,
        modules: &Modules,
        theta: &[T],
        transitions: &Transitions<T>,
        weights: &Weights,
        averaging: Averaging,
        mut reps: MatMut<T>,
        grad: &mut [T],
    ) {
        let (m, c) = (modules.representation(), transitions.actions.ncols());
        for mat in [&mut self.before_g, &mut self.pairs_g] {
            sized(mat, 2 * m, c);
        }
        let scale = |weight: f64, numbers| T::of(2.0 * weight * averaging.share(numbers, c));
        let after = self.pairs.as_ref().subrows(m, m);
        residual(&mut self.direct, after, scale(weights.direct, m * c));
        for j in 0..c {
            let g = self.direct.both(j).0;
            col_mut(reps.as_mut(), c + j).iter_mut().zip(col(g.as_ref(), 0)).for_each(|(r, g)| *r -= *g);
        }
        residual(&mut self.inverse, transitions.actions.as_ref(), scale(weights.inverse, 2 * c));
        let models = [
            (Module::Direct, &mut self.direct, &self.before, &mut self.before_g),
            (Module::Inverse, &mut self.inverse, &self.pairs, &mut self.pairs_g),
        ];
        for (module, tape, items, items_g) in models {
            let (layers, own) = (modules.layers(module), modules.range(module));
            layers.pull(&theta[own.clone()], tape, 0..c, Some(items_g.as_mut()));
            layers.gradient(items.as_ref(), tape, 0..c, &mut grad[own]);
        }
        for j in 0..c {
            for (to, g) in [
                (j, &col(self.before_g.as_ref(), j)[..m]),
                (j, &col(self.pairs_g.as_ref(), j)[..m]),
                (c + j, &col(self.pairs_g.as_ref(), j)[m..]),
            ] {
                col_mut(reps.as_mut(), to).iter_mut().zip(g).for_each(|(r, g)| *r += *g);
            }
        }
        self.action.cotangent(0..c).copy_from(self.before_g.as_ref().subrows(m, m));
        let (action, own) = (modules.layers(Module::Action), modules.range(Module::Action));
        action.pull(&theta[own.clone()], &mut self.action, 0..c, None);
        action.gradient(transitions.actions.as_ref(), &self.action, 0..c, &mut grad[own]);
    }
}
