//! Returns of a trajectory to a section that is chosen from the trajectory itself.

use crate::linalg::{col, col_mut, norm};
use crate::systems::rule::{Workspace, column, column_mut};
use crate::systems::time::{Drive, Stepper, System};
use faer::Mat;

/// States from which the section is chosen.
const SAMPLES: usize = 2000;
const POWER_STEPS: usize = 60;

/// Returns to a hyperplane crossed in one direction; for a map, every step is a return.
pub(super) struct Returns {
    /// Times of the returns.
    pub(super) times: Vec<f64>,
    /// States at the returns.
    pub(super) points: Vec<Vec<f64>>,
    /// Norm of the sides of the smallest box that holds the trajectory.
    pub(super) extent: f64,
}

impl Returns {
    /// Largest distance between returns `k` apart among the `count` that end `skip` before the last.
    pub(super) fn apart(&self, k: usize, count: usize, skip: usize) -> f64 {
        let end = self.points.len().saturating_sub(skip);
        let from = end.saturating_sub(count + k);
        (from..end.saturating_sub(k))
            .map(|i| distance(&self.points[i], &self.points[i + k]))
            .fold(0.0, f64::max)
    }
}

pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// A trajectory under a constant input.
pub(super) struct Walk<'a> {
    system: &'a dyn System,
    input: &'a [f64],
    state: Stepper<'a>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(system: &'a dyn System, x: &[f64], input: &'a [f64]) -> Self {
        Self { system, input, state: Stepper::new(system.step(), Drive::Constant(input), x, 1) }
    }

    /// Where it is.
    pub(super) fn x(&self) -> &[f64] {
        self.state.x()
    }

    /// Moves by `steps`; false when the state escapes.
    pub(super) fn run(&mut self, steps: usize) -> bool {
        self.state.run(steps)
    }

    /// Length of the next step, relative to the size of the state.
    pub(super) fn stride(&mut self) -> f64 {
        self.state.evaluate();
        distance(self.x(), self.state.other()) / (1.0 + norm(self.x()))
    }

    fn velocity(&self, x: &[f64]) -> Vec<f64> {
        let field = self.system.field();
        let mut out = vec![0.0; x.len()];
        let mut ws = Workspace::new(field, 1, 1);
        ws.eval(field, column(x), column(self.input), column_mut(&mut out));
        out
    }

    /// Follows the trajectory until it has returned `count` times or made `limit` steps; `window` steps
    /// before that choose the section: the hyperplane through their mean, across their first
    /// principal component. `None` when the state escapes.
    pub(super) fn returns(&mut self, window: usize, count: usize, limit: usize) -> Option<Returns> {
        let n = self.x().len();
        let stride = window.div_ceil(SAMPLES).max(1);
        let mut samples = Mat::zeros(n, window / stride);
        let (mut low, mut high) = (self.x().to_vec(), self.x().to_vec());
        for j in 0..samples.ncols() {
            for _ in 0..stride {
                if !self.run(1) {
                    return None;
                }
                for (i, v) in self.x().iter().enumerate() {
                    low[i] = low[i].min(*v);
                    high[i] = high[i].max(*v);
                }
            }
            col_mut(samples.as_mut(), j).copy_from_slice(self.x());
        }
        let extent = norm(&low.iter().zip(&high).map(|(l, h)| h - l).collect::<Vec<_>>());
        let mut out = Returns { times: Vec::new(), points: Vec::new(), extent };
        if !self.system.is_flow() {
            for t in 0..count {
                out.times.push(t as f64);
                out.points.push(self.x().to_vec());
                if !self.run(1) {
                    return None;
                }
            }
            return Some(out);
        }
        let (mean, across) = principal(&samples);
        let height = |x: &[f64]| x.iter().zip(&mean).zip(&across).map(|((x, m), v)| (x - m) * v).sum::<f64>();
        let dt = self.system.time_step();
        let mut before = height(self.x());
        for t in 0..limit {
            if !self.run(1) {
                return None;
            }
            let after = height(self.x());
            if before < 0.0 && after >= 0.0 {
                let (s, point) = self.crossing(dt, &height);
                out.times.push((t as f64 + s) * dt);
                out.points.push(point);
                if out.points.len() == count {
                    break;
                }
            }
            before = after;
        }
        Some(out)
    }

    /// Where the step just made crosses the section: cubic interpolation with the velocities.
    fn crossing(&self, dt: f64, height: &dyn Fn(&[f64]) -> f64) -> (f64, Vec<f64>) {
        let (x, y) = (self.state.other(), self.x());
        let (f, g) = (self.velocity(x), self.velocity(y));
        let at = |s: f64| -> Vec<f64> {
            let (a, b) = ((1.0 + 2.0 * s) * (1.0 - s).powi(2), s * (1.0 - s).powi(2));
            let (c, d) = (s * s * (3.0 - 2.0 * s), s * s * (s - 1.0));
            (0..x.len()).map(|i| a * x[i] + b * dt * f[i] + c * y[i] + d * dt * g[i]).collect()
        };
        let (mut lo, mut hi) = (0.0, 1.0);
        for _ in 0..60 {
            let mid = 0.5 * (lo + hi);
            if height(&at(mid)) < 0.0 { lo = mid } else { hi = mid }
        }
        (hi, at(hi))
    }
}

/// Mean of the columns and their first principal component, by power iteration.
pub(super) fn principal(samples: &Mat<f64>) -> (Vec<f64>, Vec<f64>) {
    let (n, count) = (samples.nrows(), samples.ncols().max(1) as f64);
    let mut mean = vec![0.0; n];
    for j in 0..samples.ncols() {
        mean.iter_mut().zip(col(samples.as_ref(), j)).for_each(|(m, v)| *m += v / count);
    }
    let across = first_component(samples, &mean, &[]);
    (mean, across)
}

/// The direction of largest variance about `mean` at right angles to `done`.
pub(super) fn first_component(samples: &Mat<f64>, mean: &[f64], done: &[Vec<f64>]) -> Vec<f64> {
    let n = mean.len();
    let mut v: Vec<f64> = (0..n).map(|i| 1.0 + 0.1 * (i as f64).sin()).collect();
    for _ in 0..POWER_STEPS {
        let mut next = vec![0.0; n];
        for d in done {
            let along: f64 = v.iter().zip(d).map(|(a, b)| a * b).sum();
            v.iter_mut().zip(d).for_each(|(v, d)| *v -= along * d);
        }
        for j in 0..samples.ncols() {
            let x = col(samples.as_ref(), j);
            let along: f64 = (0..n).map(|i| (x[i] - mean[i]) * v[i]).sum();
            next.iter_mut().zip(x).zip(mean).for_each(|((o, x), m)| *o += along * (x - m));
        }
        let size = norm(&next);
        if size == 0.0 {
            break;
        }
        v = next.iter().map(|o| o / size).collect();
    }
    v
}
