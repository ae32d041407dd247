//! From one start to a fixed point, a slow point, or nothing.

use super::residual::{Objective, Residual};
use crate::linalg::{frobenius, norm};
use argmin::core::Executor;
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;

/// Where a start ended.
pub enum End {
    /// A zero of G.
    Fixed(Vec<f64>, Zero),
    /// A local minimum of q below the threshold that is not a fixed point.
    Slow(Vec<f64>),
    /// Neither; with q where the search stopped.
    Nowhere(f64),
}

/// What surrounds a zero of G.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zero {
    /// No other zero nearby.
    Isolated,
    /// G is exactly linear around it and its derivative singular: one of a continuum.
    Continuum,
}

/// Thresholds of a search.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// Largest q of a slow point.
    pub slow: f64,
}

/// Largest Newton step left at a fixed point, relative to 1 + |x|.
const LAST_STEP: f64 = 1e-9;
/// Largest uncertainty of a fixed point's position by rounding, relative to 1 + |x|.
const POSITION: f64 = 1e-6;
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

/// Damped Newton steps until |G| stops falling; returns the final |G|.
///
/// `scale` multiplies the step (deflation); it sees the state and the Newton step.
pub fn newton(
    residual: &mut Residual,
    x: &mut Vec<f64>,
    steps: usize,
    merit: &dyn Fn(&[f64]) -> f64,
    scale: &dyn Fn(&[f64], &[f64]) -> f64,
) -> f64 {
    let n = x.len();
    let (mut g, mut trial, mut g_trial) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    residual.value(x, &mut g);
    let mut size = norm(&g) * merit(x);
    for _ in 0..steps {
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
/// negligible and rounding cannot have made the zero up (the trap of saturated gates), or G is
/// exactly linear around it.
pub fn zero(residual: &mut Residual, x: &[f64]) -> Option<Zero> {
    let mut g = vec![0.0; x.len()];
    residual.value(x, &mut g);
    let scale = 1.0 + norm(x);
    let size = norm(&g);
    if !(size <= 1e-11 * scale) || !residual.reachable(x) {
        return None;
    }
    let rounding = residual.bounds(x, 1e-8 * scale).map(|b| (b.rounding, b.curvature));
    let isolated = match residual.newton_step(x, &g) {
        Some(step) if norm(step) <= LAST_STEP * scale => {
            let error = rounding.map_or(f64::EPSILON * 16.0 * scale, |b| b.0);
            frobenius(residual.inverse().as_ref()) * error <= POSITION * scale
        }
        _ => false,
    };
    let linear = matches!(rounding, Some((_, curvature)) if curvature == 0.0);
    if isolated { Some(Zero::Isolated) } else { linear.then_some(Zero::Continuum) }
}

/// Follows one start to its end.
pub fn solve(residual: &mut Residual, start: Vec<f64>, thresholds: Thresholds) -> End {
    let free = |_: &[f64]| 1.0;
    let full = |_: &[f64], _: &[f64]| 1.0;
    let mut x = start;
    for (iterations, target) in [(40, 1e-6), (2000, 1e-28)] {
        x = minimise(residual, x, iterations, target, thresholds.slow);
        let mut polished = x.clone();
        newton(residual, &mut polished, 60, &free, &full);
        if let Some(zero) = zero(residual, &polished) {
            return End::Fixed(polished, zero);
        }
    }
    let n = x.len();
    let (mut g, mut gradient) = (vec![0.0; n], vec![0.0; n]);
    let q = residual.value(&x, &mut g);
    residual.gradient(&x, &g, &mut gradient);
    let stiffness = frobenius(residual.derivative(&x));
    let flat = norm(&gradient) <= STATIONARY * stiffness * norm(&g);
    let marginal = q <= 1e-22 * (1.0 + norm(&x)).powi(2);
    if q <= thresholds.slow && (flat || marginal) && residual.reachable(&x) {
        End::Slow(x)
    } else {
        End::Nowhere(q)
    }
}
