//! From one start to a fixed point, a slow point, or nothing.

use super::certificate::certify;
use super::levenberg::descend;
use super::residual::{Objective, Residual};
use crate::linalg::{frobenius, norm};
use argmin::core::Executor;
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;

/// Where a start ended.
pub enum End {
    /// A zero of G.
    Fixed(Root),
    /// A local minimum of q below the threshold that is not a fixed point, and q there.
    Slow(Vec<f64>, f64),
    /// A local minimum of q above the threshold, and q there.
    Minimum(Vec<f64>, f64),
    /// None of these; with q where the search stopped.
    Nowhere(f64),
}

/// A zero of G as it was found.
#[derive(Clone, Debug)]
pub struct Root {
    /// The state.
    pub state: Vec<f64>,
    /// What surrounds it.
    pub zero: Zero,
    /// Distance within which the zero lies: roots closer than their radii together are one.
    pub radius: f64,
    /// Sign of det(dG/dx), 0 where the derivative is singular.
    pub sign: i32,
}

/// What surrounds a zero of G.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zero {
    /// No other zero nearby.
    Isolated,
    /// G is exactly linear around it and its derivative singular: one of a continuum.
    Continuum,
    /// The derivative is singular to rounding, and G changes sign across the zero, or it is the origin and G exactly
    /// zero there.
    Critical,
}

/// Thresholds of a search.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// Largest q of a slow point.
    pub slow: f64,
}

/// Largest Newton step left at a fixed point, relative to 1 + |x|.
const LAST_STEP: f64 = 1e-9;
/// Largest uncertainty of a fixed point's position by rounding, relative to 1 + |x|, without a proof.
const POSITION: f64 = 1e-6;
/// q below which the search takes no minimum for less than a slow point, relative to (1 + |x|)^2: it may be zero.
pub const HIDDEN: f64 = 1e-22;
/// Largest |grad q| of a local minimum, relative to |dG/dx| |G|.
const STATIONARY: f64 = 1e-3;

/// Minimises q from `x` with L-BFGS (More-Thuente line search); keeps the best state seen. A run whose q
/// stops falling above `worth` is given up.
pub fn minimise(residual: &mut Residual, x: Vec<f64>, iterations: u64, target: f64, worth: f64) -> Vec<f64> {
    let search = MoreThuenteLineSearch::new().with_c(1e-4, 0.9).expect("0 < 1e-4 < 0.9 < 1");
    let solver = LBFGS::new(search, 10);
    let solver = solver.with_tolerance_grad(1e-14).expect("the tolerance is not negative");
    let solver = solver.with_tolerance_cost(0.0).expect("the tolerance is not negative");
    let objective = Objective::new(residual, &x, 4 * iterations as usize, worth);
    let run = Executor::new(objective.share(), solver)
        .configure(|state| state.param(x).max_iters(iterations).target_cost(target))
        .timer(false)
        .run();
    // A failed line search ends the run with an error: the best state is kept either way.
    drop(run);
    objective.best()
}

/// Steps in which |G| must halve where Newton's method starts from a minimum of q: zeros there are near, and the steps that crawl
/// towards a minimum that is none cost more than all others.
const HALVES: usize = 6;

/// Damped Newton steps until |G| stops falling, or takes more than `patience` steps to halve; returns the final |G|.
///
/// `scale` multiplies the step (deflation); it sees the state and the Newton step.
pub fn newton(
    residual: &mut Residual,
    x: &mut Vec<f64>,
    steps: usize,
    patience: usize,
    merit: &dyn Fn(&[f64]) -> f64,
    scale: &dyn Fn(&[f64], &[f64]) -> f64,
) -> f64 {
    let n = x.len();
    let (mut g, mut trial, mut g_trial) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    residual.value(x, &mut g);
    let mut size = norm(&g) * merit(x);
    let mut before = size;
    for k in 0..steps {
        if k > 0 && k % patience == 0 {
            if size > 0.5 * before {
                break;
            }
            before = size;
        }
        let Some(step) = residual.newton_step(x, &g) else { break };
        let step = step.to_vec();
        let factor = scale(x, &step);
        let mut damping = 1.0;
        let improved = loop {
            for i in 0..n {
                trial[i] = x[i] + damping * factor * step[i];
            }
            residual.value(&trial, &mut g_trial);
            let trial_size = norm(&g_trial) * merit(&trial);
            if trial_size < size * (1.0 - 1e-4 * damping) {
                size = trial_size;
                break true;
            }
            damping /= 2.0;
            if damping < 1e-4 {
                break false;
            }
        };
        if !improved {
            residual.value(x, &mut g);
            break;
        }
        std::mem::swap(x, &mut trial);
        std::mem::swap(&mut g, &mut g_trial);
        if size == 0.0 {
            break;
        }
    }
    norm(&g)
}

/// What fixed point `x` is, if any: G vanishes to rounding, and either the last Newton step is
/// negligible and rounding cannot have made the zero up (the trap of saturated gates), or the zero is
/// proven, or G is exactly linear around it and its derivative singular.
pub fn zero(residual: &mut Residual, x: &[f64]) -> Option<Root> {
    let mut g = vec![0.0; x.len()];
    residual.value(x, &mut g);
    let scale = 1.0 + norm(x);
    let size = norm(&g);
    if !(size <= 1e-11 * scale) || !residual.reachable(x) {
        return None;
    }
    let root = |zero, radius, sign| Some(Root { state: x.to_vec(), zero, radius, sign });
    let own = residual.bounds(x, 0.0);
    let rounding = own.map_or(f64::EPSILON * 16.0 * scale, |b| b.rounding);
    let step = residual.newton_step(x, &g).map(norm);
    if step.is_some_and(|s| s <= LAST_STEP * scale) {
        let (inverse, sign) = (frobenius(residual.inverse().as_ref()), residual.sign());
        if inverse * rounding <= POSITION * scale {
            return root(Zero::Isolated, 2.0 * inverse * (rounding + size), sign);
        }
    }
    if let Some(radius) = certify(residual, x) {
        return root(Zero::Isolated, radius, residual.sign());
    }
    residual.value(x, &mut g);
    let around = residual.bounds(x, 1e-8 * scale);
    around.filter(|b| b.curvature == 0.0).and_then(|_| root(Zero::Continuum, 1e-2 * scale, 0))
}

/// Newton's method from `start`, and what it found.
pub fn polish(residual: &mut Residual, start: &[f64], steps: usize) -> Option<Root> {
    let mut x = start.to_vec();
    newton(residual, &mut x, steps, steps, &|_| 1.0, &|_, _| 1.0);
    zero(residual, &x)
}

/// The same from a minimum of q, or near one.
fn finish(residual: &mut Residual, minimum: &[f64]) -> Option<Root> {
    let mut x = minimum.to_vec();
    newton(residual, &mut x, 60, HALVES, &|_| 1.0, &|_, _| 1.0);
    zero(residual, &x)
}

/// Whether q has a local minimum at `x`, where G is `g`: its gradient is small beside |dG/dx| |G|, or the
/// minimum of the parabola through q along the gradient is within a thousandth of 1 + |x|.
pub fn stationary(residual: &mut Residual, x: &[f64], g: &[f64]) -> bool {
    let n = x.len();
    let mut gradient = vec![0.0; n];
    residual.gradient(x, g, &mut gradient);
    let slope = norm(&gradient);
    let stiffness = frobenius(residual.derivative(x));
    if n > 1 && slope <= STATIONARY * stiffness * norm(g) {
        return true;
    }
    let scale = 1.0 + norm(x);
    let h = 1e-5 * scale;
    let ahead: Vec<f64> = x.iter().zip(&gradient).map(|(x, d)| x + h * d / slope.max(1e-300)).collect();
    let (mut g_ahead, mut next) = (vec![0.0; n], vec![0.0; n]);
    residual.value(&ahead, &mut g_ahead);
    residual.gradient(&ahead, &g_ahead, &mut next);
    let rise = next.iter().zip(&gradient).map(|(a, b)| (a - b) * b / slope.max(1e-300)).sum::<f64>() / h;
    slope == 0.0 || rise > 0.0 && slope / rise <= STATIONARY * scale
}

/// How far a start is followed.
enum Stage {
    Near,
    Valley,
    Minimum,
}

/// Follows one start to its end.
pub fn solve(residual: &mut Residual, start: Vec<f64>, thresholds: Thresholds) -> End {
    let mut x = start;
    // In a slow valley L-BFGS takes hundreds of steps to a zero; where there is none it finds the least q.
    for stage in [Stage::Near, Stage::Valley, Stage::Minimum] {
        match stage {
            Stage::Near => x = minimise(residual, x, 40, 1e-6, thresholds.slow),
            Stage::Valley => descend(residual, &mut x, 1e-28),
            Stage::Minimum => x = minimise(residual, x, 2000, 1e-28, thresholds.slow),
        }
        if let Some(root) = finish(residual, &x) {
            return End::Fixed(root);
        }
        // On its way to infinity, where q falls for ever.
        if matches!(stage, Stage::Valley) && !residual.reachable(&x) {
            let mut g = vec![0.0; x.len()];
            return End::Nowhere(residual.value(&x, &mut g));
        }
    }
    let mut g = vec![0.0; x.len()];
    let q = residual.value(&x, &mut g);
    let marginal = q <= HIDDEN * (1.0 + norm(&x)).powi(2);
    if !q.is_finite() || !residual.reachable(&x) || !(marginal || stationary(residual, &x, &g)) {
        return End::Nowhere(q);
    }
    if q <= thresholds.slow { End::Slow(x, q) } else { End::Minimum(x, q) }
}
