//! Orbits under noise: many side by side, seen step by step.

use crate::linalg::{Real, col_mut};
use crate::systems::noise::{Amount, Stream};
use crate::systems::rule::{Rule, Workspace};
use faer::{Mat, MatRef};
use rayon::prelude::*;
use std::ops::Range;

/// Orbits that run together, at most.
const TOGETHER: usize = 32;

/// The orbits x(t+1) = F(x(t), u(t)) + s eta(t) of a rule.
pub struct Noisy<'a, T: Real> {
    /// F.
    pub rule: &'a dyn Rule<T>,
    /// Initial states, n x b.
    pub start: MatRef<'a, T>,
    /// Inputs, d x (T b), column t b + j of step t of orbit j; none: zero.
    pub inputs: Option<MatRef<'a, T>>,
    /// The noise; none: 0.
    pub noise: Option<Amount>,
    /// Seed of the noise, and the number of the run under that seed.
    pub seed: (u64, u64),
}

impl<T: Real> Noisy<'_, T> {
    /// Runs `steps` steps. Orbits go in groups, each with what `make` makes of its numbers; `see` is shown the group's states
    /// after each step, n x group. The groups' observers come back in the order of the orbits, the same on any number of threads.
    ///
    /// ```
    /// use faer::{Mat, mat};
    /// use nullcline_core::diagnostics::dynamics::noisy::Noisy;
    /// use nullcline_core::systems::noise::{Amount, Law};
    /// use nullcline_core::systems::reference::Linear;
    ///
    /// // An autoregression x' = 0.9 x + eta has variance 1 / (1 - 0.81).
    /// let rule = Linear::new(mat![[0.9]].as_ref(), Mat::zeros(1, 0).as_ref());
    /// let start = Mat::<f64>::zeros(1, 100);
    /// let noise = Some(Amount { law: Law::Gaussian, scale: 1.0 });
    /// let runs = Noisy { rule: &rule, start: start.as_ref(), inputs: None, noise, seed: (1, 0) };
    /// let squares = runs.run(1000, |_| 0.0, |sum, t, x| if t >= 100 { *sum += x.squared_norm_l2() });
    /// let variance = squares.iter().sum::<f64>() / (900.0 * 100.0);
    /// assert!((variance * 0.19 - 1.0).abs() < 0.04);
    /// ```
    pub fn run<S: Send>(
        &self,
        steps: usize,
        make: impl Fn(Range<usize>) -> S + Sync,
        see: impl Fn(&mut S, usize, MatRef<T>) + Sync,
    ) -> Vec<S> {
        let (n, d, b) = (self.rule.dim(), self.rule.inputs(), self.start.ncols());
        let groups = b.div_ceil(TOGETHER);
        let group = |g: usize| {
            let own = g * b / groups..(g + 1) * b / groups;
            let (w, first) = (own.len(), own.start);
            let mut seen = make(own.clone());
            let mut noise: Vec<Stream> = self
                .noise
                .into_iter()
                .flat_map(|a| own.clone().map(move |j| a.stream(self.seed.0, self.seed.1, j)))
                .collect();
            let (mut x, mut y) = (self.start.subcols(first, w).to_owned(), Mat::zeros(n, w));
            let mut u = Mat::zeros(d, w);
            let mut room = Workspace::new(self.rule, w, w);
            for t in 0..steps {
                if let Some(all) = self.inputs {
                    u.copy_from(all.subcols(t * b + first, w));
                }
                room.eval(self.rule, x.as_ref(), u.as_ref(), y.as_mut());
                for (j, noise) in noise.iter_mut().enumerate() {
                    noise.add(col_mut(y.as_mut(), j));
                }
                std::mem::swap(&mut x, &mut y);
                see(&mut seen, t, x.as_ref());
            }
            seen
        };
        (0..groups).into_par_iter().with_max_len(1).map(group).collect()
    }
}
