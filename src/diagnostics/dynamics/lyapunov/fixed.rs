//! Fixed points that a trajectory has come to, and the exact exponents there.

use super::{Drive, state::State};
use crate::linalg::condition::eigenvalues_with_errors;
use crate::linalg::solve::Lu;
use crate::systems::rule::{column_mut, linearise};
use crate::systems::time::System;

/// A fixed point with its exponents.
#[derive(Clone)]
pub(super) struct FixedPoint {
    pub(super) x: Vec<f64>,
    /// All n, decreasing, nats per unit time; minus infinity where an eigenvalue is zero within
    /// its error.
    pub(super) exponents: Vec<f64>,
    pub(super) errors: Vec<f64>,
}

/// The fixed point at which an orbit that has reached `x` rests, or into which it is falling.
///
/// Newton's method from `x`; what it finds counts if it is at `x` to 1e-8, or if it is stable, near,
/// and the orbit comes nearer.
pub(super) fn settled(system: &dyn System, drive: Drive, x: &[f64]) -> Option<FixedPoint> {
    let Drive::Constant(u) = drive else { return None };
    let scale = 1.0 + x.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    let mut state = State::new(system.step(), drive, x, 1);
    state.run(1);
    if distance(state.x(), x) > 0.05 * scale {
        return None;
    }
    let point = newton(system, u, x, scale)?;
    let before = distance(&point, x);
    let (exponents, errors) = spectrum(system, u, &point)?;
    let here = before <= 1e-8 * scale;
    if !here {
        state.run(256);
        let after = distance(&point, state.x());
        let falling = exponents[0] < 0.0 && after < 0.9 * before;
        if !falling {
            return None;
        }
    }
    Some(FixedPoint { x: point, exponents, errors })
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// A zero of the residual near `x`; none when a step leaves the neighbourhood.
fn newton(system: &dyn System, u: &[f64], x: &[f64], scale: f64) -> Option<Vec<f64>> {
    let mut point = x.to_vec();
    let mut last = f64::INFINITY;
    let mut lu = Lu::new(point.len());
    for _ in 0..30 {
        let (mut residual, mut j, _) = linearise(system.field(), &point, u);
        if !system.is_flow() {
            for i in 0..point.len() {
                residual[i] -= point[i];
                j[(i, i)] -= 1.0;
            }
        }
        let size = residual.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        if size <= 1e-15 * scale {
            return Some(point);
        }
        // A continuum of fixed points makes J singular: what residual rounding leaves is enough.
        if !lu.factor(j.as_ref()) {
            return (size <= 1e-12 * scale).then_some(point);
        }
        lu.solve(column_mut(&mut residual));
        let step = residual.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        if !step.is_finite() || step > 0.1 * scale {
            return (size <= 1e-12 * scale).then_some(point);
        }
        if step >= last {
            return (size <= 1e-11 * scale).then_some(point);
        }
        point.iter_mut().zip(&residual).for_each(|(p, r)| *p -= r);
        if distance(&point, x) > 0.1 * scale {
            return None;
        }
        last = step;
    }
    None
}

/// Exponents with bounds of their rounding errors.
fn spectrum(system: &dyn System, u: &[f64], x: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let (_, j, _) = linearise(system.field(), x, u);
    let n = x.len() as f64;
    let mut pairs: Vec<(f64, f64)> = eigenvalues_with_errors(j.as_ref())?
        .into_iter()
        .map(|e| {
            let modulus = e.value.norm();
            let value = system.growth(e.value.re, e.value.im);
            let ulps = 4.0 * n * f64::EPSILON * (1.0 + value.abs());
            if system.is_flow() {
                (value, e.error.max(ulps))
            } else if modulus <= e.error {
                (f64::NEG_INFINITY, f64::NAN)
            } else {
                (value, (e.error / modulus / system.time_step()).max(ulps))
            }
        })
        .collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    Some(pairs.into_iter().unzip())
}
