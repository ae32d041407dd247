//! What is known of one point: proof, eigenvalues, stability.

use super::census::Found;
use super::certificate::certify;
use super::kinks::kinks;
use super::residual::Residual;
use super::solver::Zero;
use super::stability::{Growth, Stability};
use super::{FixedPoint, Label, Mode};
use crate::linalg::eigen::{Order, modes};
use crate::linalg::frobenius;
use crate::systems::rule::linearise;
use crate::systems::time::System;
use faer::{Mat, c64};

/// The point with everything that its neighbourhood tells; `keep` modes with eigenvectors, `all_known` where it is
/// one of a proven list.
pub fn describe(
    system: &dyn System,
    found: Found,
    input: &[f64],
    keep: usize,
    all_known: bool,
) -> FixedPoint {
    let mut residual = Residual::new(system, input);
    let n = residual.dim();
    let state = found.root.state;
    let mut g = vec![0.0; n];
    let speed = residual.value(&state, &mut g);
    let zero = found.root.zero;
    let certified = if zero == Zero::Isolated { certify(&mut residual, &state) } else { None };
    let (_, jacobian, input_jacobian) = linearise(system.field(), &state, input);
    let all = modes(jacobian.as_ref(), Order::of(system.is_flow()));
    let eigenvalues = all.as_ref().map(|m| m.values.clone()).unwrap_or_default();
    let kinks = kinks(system, &state, input, all_known);
    let alone = all_known || zero != Zero::Continuum;
    let (stability, unstable, isolated) = match (&kinks, &all) {
        (Some(k), _) => (k.stability, k.unstable, k.isolated.unwrap_or(alone)),
        (None, Some(all)) => {
            let growth = Growth::new(system, all, frobenius(jacobian.as_ref()), zero);
            (growth.stability(zero, found.attracts), growth.unstable(), alone)
        }
        (None, None) => (Stability::Undecided, 0, alone),
    };
    let growth = |v: &c64| system.growth(v.re, v.im);
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
        certified: certified.or(found.certified),
        isolated,
        critical: zero == Zero::Critical,
        stability,
        kinks,
        eigenvalues,
        unstable,
        modes,
        input_jacobian,
        start: None,
        hits: found.hits[0],
        state,
    }
}
