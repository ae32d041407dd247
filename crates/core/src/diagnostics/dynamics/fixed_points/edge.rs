//! Saddles on the boundaries between basins of attraction, by bisection.

use super::options::WORK;
use super::residual::{Residual, distance};
use super::solver::newton;
use crate::linalg::norm;
use crate::systems::time::{Drive, Stepper, System};
use rayon::prelude::*;

/// Pairs of stable points tried at most, the nearest first.
const PAIRS: usize = 32;
/// Steps after which an orbit that has reached no stable point counts as undecided.
const STEPS: usize = 400;
/// Bisections: the boundary is located to 2^-30 of the distance.
const HALVINGS: usize = 30;

/// Candidates for saddles between each pair of `stable` points: an orbit that starts on the boundary of
/// their basins passes by the saddle on it, and Newton's method does the rest from where q is least.
///
/// Source: edge tracking, Skufca, Yorke & Eckhardt 2006, Phys. Rev. Lett. 96, 174101.
pub fn edges(system: &dyn System, input: &[f64], stable: &[&[f64]]) -> Vec<Vec<f64>> {
    let apart = |(i, j): (usize, usize)| distance(stable[i], stable[j]);
    let mut pairs: Vec<(usize, usize)> =
        (0..stable.len()).flat_map(|i| (0..i).map(move |j| (j, i))).collect();
    pairs.sort_by(|p, q| apart(*p).total_cmp(&apart(*q)));
    // Every step costs about the products with two matrices.
    let one = (HALVINGS * STEPS) as f64 * 2.0 * (system.step().dim() as f64).powi(2);
    pairs.truncate(PAIRS.min((WORK / one) as usize));
    pairs
        .into_par_iter()
        .map_init(
            || (Residual::new(system, input), Orbit::new(system, input, stable)),
            |(residual, orbit), (a, b)| {
                let mut x = orbit.boundary(a, b)?;
                x = orbit.slowest(residual, x);
                newton(residual, &mut x, 60, 60, &|_| 1.0, &|_, _| 1.0);
                Some(x)
            },
        )
        .flatten()
        .collect()
}

struct Orbit<'a> {
    state: Stepper<'a>,
    stable: &'a [&'a [f64]],
}

impl<'a> Orbit<'a> {
    fn new(system: &'a dyn System, input: &'a [f64], stable: &'a [&'a [f64]]) -> Self {
        let origin = vec![0.0; system.step().dim()];
        Self { state: Stepper::new(system.step(), Drive::Constant(input), &origin, 1), stable }
    }

    /// The stable point that the orbit from `x` reaches.
    fn fate(&mut self, x: &[f64]) -> Option<usize> {
        self.state.set_x(x);
        for t in 0..STEPS {
            self.state.step();
            if t % 8 != 0 {
                continue;
            }
            let near = |s: &&[f64]| distance(self.state.x(), s) < 1e-2 * (1.0 + norm(s));
            if let Some(k) = self.stable.iter().position(near) {
                return Some(k);
            }
        }
        None
    }

    /// A point of the segment from `a` to `b` at which the basin of `a` ends.
    fn boundary(&mut self, a: usize, b: usize) -> Option<Vec<f64>> {
        let (from, to) = (self.stable[a], self.stable[b]);
        let at = |s: f64| -> Vec<f64> { from.iter().zip(to).map(|(a, b)| a + s * (b - a)).collect() };
        let (mut inside, mut outside) = (0.0, 1.0);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (inside + outside);
            if self.fate(&at(middle))? == a { inside = middle } else { outside = middle }
        }
        Some(at(inside))
    }

    /// The state of least q along the orbit from `x`, before it leaves the boundary for good.
    fn slowest(&mut self, residual: &mut Residual, x: Vec<f64>) -> Vec<f64> {
        let mut g = vec![0.0; x.len()];
        self.state.set_x(&x);
        let mut best = (residual.value(&x, &mut g), x);
        // Near its end the orbit slows down at the stable point: only what comes before counts.
        let (mut rising, mut last) = (0, best.0);
        for _ in 0..STEPS {
            self.state.step();
            let q = residual.value(self.state.x(), &mut g);
            if q < best.0 {
                best = (q, self.state.x().to_vec());
            }
            rising = if q > last { rising + 1 } else { 0 };
            last = q;
            if rising >= 5 && best.0 < 1e-2 * q {
                break;
            }
        }
        best.1
    }
}
