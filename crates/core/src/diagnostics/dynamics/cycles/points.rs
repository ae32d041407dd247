//! Periodic points of a map, by Newton's method on F^p(x) = x.

use super::circle::rotation;
use super::section::distance;
use super::{Cycle, Error, Multiplier};
use crate::linalg::product::{LogEigenvalue, product_eigenvalues};
use crate::linalg::solve::Lu;
use crate::linalg::{col_mut, norm};
use crate::numbers::Estimate;
use crate::systems::rule::linearise;
use crate::systems::time::System;
use faer::Mat;

const ITERATIONS: usize = 30;
/// Iterations after which an orbit that is not nearly closed is given up.
const HOPELESS: usize = 8;
const CLOSED: f64 = 1e-9;

/// The orbit of `steps` steps from `x` and the Jacobians along it.
fn orbit(system: &dyn System, x: &[f64], input: &[f64], steps: usize) -> (Vec<Vec<f64>>, Vec<Mat<f64>>) {
    let (mut states, mut factors) = (vec![x.to_vec()], Vec::new());
    for s in 0..steps {
        let (y, j, _) = linearise(system.step(), &states[s], input);
        states.push(y);
        factors.push(j);
    }
    (states, factors)
}

fn extent(states: &[Vec<f64>]) -> f64 {
    let side = |i: usize| {
        let at = states.iter().map(|s| s[i]);
        at.clone().fold(f64::NEG_INFINITY, f64::max) - at.fold(f64::INFINITY, f64::min)
    };
    norm(&(0..states[0].len()).map(side).collect::<Vec<_>>())
}

/// Newton's steps to a point that `steps` steps bring back: what they leave, the point, and how many there were.
fn closed(
    system: &dyn System,
    x: &[f64],
    input: &[f64],
    steps: usize,
) -> Result<(f64, Vec<f64>, usize), Error> {
    let n = x.len();
    let mut lu = Lu::new(n);
    let (mut best, mut at) = ((f64::INFINITY, x.to_vec(), 0), x.to_vec());
    for iteration in 0..ITERATIONS {
        let (states, factors) = orbit(system, &at, input, steps);
        let gap: Vec<f64> = states[steps].iter().zip(&at).map(|(y, x)| y - x).collect();
        let residual = norm(&gap) / extent(&states).max(f64::MIN_POSITIVE);
        if !residual.is_finite() {
            break;
        }
        if best.0 < CLOSED && residual >= 0.5 * best.0 {
            break;
        }
        if iteration >= HOPELESS && best.0 > 1e-3 {
            break;
        }
        if residual < best.0 {
            best = (residual, at.clone(), iteration);
        }
        let mut a = Mat::<f64>::identity(n, n);
        for f in &factors {
            a = f * &a;
        }
        for i in 0..n {
            a[(i, i)] -= 1.0;
        }
        if residual == 0.0 || !lu.factor(a.as_ref()) {
            break;
        }
        let mut b = Mat::zeros(n, 1);
        col_mut(b.as_mut(), 0).copy_from_slice(&gap);
        lu.solve(b.as_mut());
        at.iter_mut().enumerate().for_each(|(i, x)| *x -= b[(i, 0)]);
    }
    match best.0 > CLOSED {
        true => Err(Error::NotConverged { residual: best.0, iterations: ITERATIONS }),
        false => Ok(best),
    }
}

/// The periodic point of `steps` steps near `x`.
pub(in crate::diagnostics::dynamics) fn refine(
    system: &dyn System,
    x: &[f64],
    input: &[f64],
    steps: usize,
) -> Result<Cycle, Error> {
    let (residual, point, iterations) = closed(system, x, input, steps)?;
    let (states, factors) = orbit(system, &point, input, steps);
    let size = extent(&states);
    // The least number of steps that closes the orbit.
    if let Some(p) =
        (1..steps).filter(|p| steps.is_multiple_of(*p)).find(|p| distance(&states[*p], &point) < 1e-7 * size)
    {
        return if p > 1 { refine(system, &point, input, p) } else { Err(Error::Collapsed) };
    }
    if size < 1e-9 * (1.0 + norm(&point)) {
        return Err(Error::Collapsed);
    }
    let (values, coupling) = product_eigenvalues(&factors).ok_or(Error::NotFinite)?;
    let time = steps as f64 * system.time_step();
    let error = (coupling + (x.len() * steps) as f64 * f64::EPSILON) / time;
    // What closing the orbit leaves open moves the multipliers of the next turn.
    let (next, _) =
        product_eigenvalues(&orbit(system, &states[steps], input, steps).1).ok_or(Error::NotFinite)?;
    let moved = |v: &LogEigenvalue, w: &LogEigenvalue| {
        let d = (v.log_modulus - w.log_modulus).abs() / time;
        if d.is_finite() { d } else { 0.0 }
    };
    let multipliers = values
        .iter()
        .zip(&next)
        .map(|(v, w)| Multiplier {
            log_modulus: v.log_modulus,
            argument: v.argument,
            exponent: Estimate::new(v.log_modulus / time, error + moved(v, w), 0),
        })
        .collect();
    let again: Vec<Vec<f64>> =
        (0..=steps * 32usize.div_ceil(steps)).map(|t| states[t % steps].clone()).collect();
    // Truncation is meant: a whole number of turns.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let turns = rotation(&again).map(|r| (r.value * steps as f64).round() as usize);
    Ok(Cycle {
        point,
        period: Estimate::exact(time, 0),
        returns: steps,
        steps,
        residual,
        extent: size,
        iterations,
        multipliers,
        tangent: None,
        turns,
    })
}
