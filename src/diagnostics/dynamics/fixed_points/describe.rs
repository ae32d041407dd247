//! What is known of one point: proof, eigenvalues, stability.

use super::census::Found;
use super::certificate::certify;
use super::kinks::{Stability, kinks};
use super::residual::Residual;
use super::solver::Zero;
use super::{FixedPoint, Label, Mode};
use crate::linalg::eigen::{Modes, Order, modes};
use crate::linalg::frobenius;
use crate::systems::rule::linearise;
use crate::systems::time::System;
use faer::{Mat, c64};

/// Growth rate below which a mode at one of a continuum of fixed points, or at a critical one, is its own.
const NEUTRAL: f64 = 1e-8;
const CRITICAL: f64 = 1e-6;

/// The point with everything that its neighbourhood tells; `keep` modes with eigenvectors.
pub fn describe(system: &dyn System, found: Found, input: &[f64], keep: usize) -> FixedPoint {
    let mut residual = Residual::new(system, input);
    let n = residual.dim();
    let state = found.root.state;
    let mut g = vec![0.0; n];
    let speed = residual.value(&state, &mut g);
    let zero = found.root.zero;
    let certified = if zero == Zero::Isolated { certify(&mut residual, &state) } else { None };
    let (_, jacobian, input_jacobian) = linearise(system.field(), &state, input);
    let order = if system.is_flow() { Order::RealPart } else { Order::Modulus };
    let all = modes(jacobian.as_ref(), order);
    let eigenvalues = all.as_ref().map(|m| m.values.clone()).unwrap_or_default();
    let growth = |v: &c64| system.growth(v.re, v.im);
    let neutral = match zero {
        Zero::Isolated => 0.0,
        Zero::Continuum => NEUTRAL,
        Zero::Critical => CRITICAL,
    };
    let unstable = eigenvalues.iter().filter(|v| growth(v) > neutral).count();
    let kinks = kinks(system, &state, input);
    let (stability, unstable, isolated) = match (&kinks, &all) {
        (Some(k), _) => (k.stability, k.unstable, k.isolated.unwrap_or(zero != Zero::Continuum)),
        (None, Some(all)) => {
            let size = frobenius(jacobian.as_ref());
            (smooth(system, all, size, zero, found.attracts), unstable, zero != Zero::Continuum)
        }
        (None, None) => (Stability::Undecided, unstable, zero != Zero::Continuum),
    };
    let modes = all.map_or_else(Vec::new, |m| {
        let vector = |m: &Mat<c64>, k: usize| (0..n).map(|i| m[(i, k)]).collect::<Vec<_>>();
        (0..keep.min(n))
            .map(|k| Mode {
                value: m.values[k],
                time_constant: -1.0 / growth(&m.values[k]),
                right: vector(&m.right, k),
                left: m.left.as_ref().map(|l| vector(l, k)),
            })
            .collect()
    });
    FixedPoint {
        label: Label::Fixed,
        speed,
        certified,
        isolated,
        critical: zero == Zero::Critical,
        stability,
        kinks,
        eigenvalues,
        unstable,
        modes,
        input_jacobian,
        hits: found.hits[0],
        state,
    }
}

/// Stability by the eigenvalues where none is critical to rounding; at a critical zero by the side on which G
/// points.
fn smooth(system: &dyn System, all: &Modes, size: f64, zero: Zero, attracts: Option<bool>) -> Stability {
    let n = all.values.len();
    let margin = |k: usize| {
        // Without left vectors (a defective eigenvalue somewhere, as of a matrix of low rank) it is not known.
        let condition = all.left.as_ref().map_or(1e6, |l| l.col(k).norm_l2());
        let rounding = 8.0 * f64::EPSILON * (n as f64).sqrt() * (1.0 + size) * condition;
        match zero {
            Zero::Isolated => rounding,
            Zero::Continuum => rounding.max(NEUTRAL),
            Zero::Critical => rounding.max(CRITICAL),
        }
    };
    let growth = |k: usize| system.growth(all.values[k].re, all.values[k].im);
    if (0..n).any(|k| growth(k) > margin(k)) {
        return Stability::Unstable;
    }
    // An infinitely fast decay (eigenvalue 0 of a map) is beyond any margin.
    let open = (0..n).filter(|k| !(growth(*k) < -margin(*k))).count();
    match (zero, attracts) {
        _ if open == 0 => Stability::Stable,
        (Zero::Continuum, _) => Stability::Neutral,
        (Zero::Critical, Some(true)) if open == 1 => Stability::Stable,
        (Zero::Critical, Some(false)) => Stability::Unstable,
        _ => Stability::Undecided,
    }
}
