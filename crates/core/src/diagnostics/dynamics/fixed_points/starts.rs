//! Where searches start: at visited states, at states of their own, and between known points.

use super::super::trajectories::random_state;
use super::residual::gap;
use crate::linalg::random::{Rng, normal, uniform};
use crate::linalg::{col, norm};
use crate::systems::rule::Rule;
use crate::systems::time::{Drive, Stepper, System};
use faer::{Mat, MatRef};

/// Steps at most between a random state and the start that it becomes.
const FRESH_STEPS: f64 = 64.0;
/// Norms of states, relative to the least, from which a trajectory that passes [`DIVERGED`] has left.
const LEFT: f64 = 100.0;
const DIVERGED: f64 = 1e6;

/// States to start from, and their spread.
pub struct Starts {
    states: Mat<f64>,
    spread: Vec<f64>,
}

impl Starts {
    /// Starts among `states` (columns); where trajectories have diverged, among those before.
    pub fn new(states: MatRef<f64>) -> Self {
        let size: Vec<f64> = (0..states.ncols()).map(|j| norm(col(states, j))).collect();
        let least = size.iter().copied().fold(f64::INFINITY, f64::min);
        let diverged = size.iter().any(|s| !(*s <= DIVERGED * (1.0 + least)));
        let most = if diverged { LEFT * (1.0 + least) } else { f64::INFINITY };
        let kept: Vec<usize> = (0..size.len()).filter(|j| size[*j].is_finite() && size[*j] <= most).collect();
        let states = Mat::from_fn(states.nrows(), kept.len().max(1), |i, j| {
            kept.get(j).map_or(0.0, |k| states[(i, *k)])
        });
        let spread = spread(states.as_ref());
        Self { states, spread }
    }

    /// Norm of the spread: the size of the region that the states visit.
    pub fn scale(&self) -> f64 {
        norm(&self.spread)
    }

    /// A start: one of the states, or a point between two of them (saddles lie between attractors),
    /// with noise.
    pub fn draw(&self, rng: &mut Rng, noise: f64) -> Vec<f64> {
        let states = self.states.as_ref();
        let mut pick = || col(states, index(rng, states.ncols()));
        let (a, b) = (pick(), pick());
        let share = if uniform(rng, 0.0, 1.0) < 0.5 { 0.0 } else { uniform(rng, 0.0, 1.0) };
        let size = noise * 10f64.powf(uniform(rng, -2.0, 0.0));
        let mix = a.iter().zip(b).map(|(a, b)| a + share * (b - a));
        mix.zip(&self.spread).map(|(x, s)| x + size * s * normal(rng)).collect()
    }

    /// A point between a known point and the nearest of three others, with noise.
    pub fn mixture(&self, rng: &mut Rng, known: &[&[f64]]) -> (Vec<f64>, [usize; 2]) {
        let mut pick = || index(rng, known.len());
        let (first, others) = (pick(), [pick(), pick(), pick()]);
        let a = known[first];
        let farther = |k: &usize| if *k == first { f64::INFINITY } else { gap(a, known[*k]) };
        let second = others.into_iter().min_by(|p, q| farther(p).total_cmp(&farther(q))).unwrap_or(others[0]);
        let share = uniform(rng, 0.2, 0.8);
        let mix = a.iter().zip(known[second]).map(|(a, b)| share * a + (1.0 - share) * b);
        let start = mix.zip(&self.spread).map(|(x, s)| x + 0.05 * s * normal(rng)).collect();
        (start, [first, second])
    }

    /// A cross of two known points: each coordinate from one of them, or (as often) from between them,
    /// where saddles lie. With it come the two.
    pub fn cross(&self, rng: &mut Rng, known: &[&[f64]]) -> (Vec<f64>, [usize; 2]) {
        let parents = [index(rng, known.len()), index(rng, known.len())];
        let [a, b] = parents.map(|k| known[k]);
        let coordinate = |((a, b), s): ((&f64, &f64), &f64)| {
            let share = match uniform(rng, 0.0, 3.0) {
                r if r < 1.0 => 0.0,
                r if r < 2.0 => 1.0,
                _ => 0.5,
            };
            a + share * (b - a) + 0.05 * s * normal(rng)
        };
        (a.iter().zip(b).zip(&self.spread).map(coordinate).collect(), parents)
    }

    /// A random state within the rule's range, or, where that has no end, around a visited state at up to
    /// ten times the spread.
    pub fn anywhere(&self, rng: &mut Rng, rule: &dyn Rule) -> Vec<f64> {
        let centre = col(self.states.as_ref(), index(rng, self.states.ncols()));
        let wide = 10f64.powf(uniform(rng, -1.0, 1.0));
        let coordinate = |(i, (c, s)): (usize, (&f64, &f64))| {
            let [lo, hi] = rule.range(i);
            if hi - lo < f64::INFINITY { uniform(rng, lo, hi) } else { c + wide * s * normal(rng) }
        };
        centre.iter().zip(&self.spread).enumerate().map(coordinate).collect()
    }
}

fn index(rng: &mut Rng, count: usize) -> usize {
    (uniform(rng, 0.0, count as f64) as usize).min(count - 1)
}

/// Standard deviation of each coordinate over the states; the mean of them where one is constant.
fn spread(states: MatRef<f64>) -> Vec<f64> {
    let (n, t) = (states.nrows(), states.ncols().max(1) as f64);
    let mut deviation: Vec<f64> = (0..n)
        .map(|i| {
            let row = || (0..states.ncols()).map(|j| states[(i, j)]);
            let mean = row().sum::<f64>() / t;
            (row().map(|v| (v - mean).powi(2)).sum::<f64>() / t).sqrt()
        })
        .collect();
    let typical = (deviation.iter().map(|d| d * d).sum::<f64>() / n.max(1) as f64).sqrt();
    let floor = if typical > 0.0 { 0.1 * typical } else { 1.0 };
    deviation.iter_mut().for_each(|d| *d = d.max(floor));
    deviation
}

/// A random state followed for a random number of steps, if it stays finite.
///
/// Few trajectories miss small basins; a state of its own for every such start does not.
pub fn fresh(rng: &mut Rng, system: &dyn System, input: &[f64]) -> Option<Vec<f64>> {
    let rule = system.step();
    let mut state = Stepper::new(rule, Drive::Constant(input), &random_state(rule, rng), 1);
    for _ in 0..uniform(rng, 0.0, FRESH_STEPS) as usize {
        state.step();
    }
    state.x().iter().all(|v| v.abs() < DIVERGED).then(|| state.x().to_vec())
}
