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
        hits: found.hits[0],
        state,
    }
}

/// Growth rates of modes, with what rounding may have made of them.
pub struct Growth(Vec<[f64; 2]>);

impl Growth {
    /// Those of the modes of a Jacobian of that Frobenius norm, at a zero of that kind.
    pub fn new(system: &dyn System, all: &Modes, size: f64, zero: Zero) -> Self {
        let n = all.values.len();
        // A map's rate is log|eigenvalue| / time step, of slope 1 / time step where it is critical.
        let share = if system.is_flow() { 1.0 } else { 1.0 / system.time_step() };
        let margin = |k: usize| {
            // Without left vectors (a defective eigenvalue somewhere, as of a matrix of low rank) it is not known.
            let condition = all.left.as_ref().map_or(1e6, |l| l.col(k).norm_l2());
            let rounding = share * 8.0 * f64::EPSILON * (n as f64).sqrt() * (1.0 + size) * condition;
            match zero {
                Zero::Isolated => rounding,
                Zero::Continuum => rounding.max(NEUTRAL),
                Zero::Critical => rounding.max(CRITICAL),
            }
        };
        let rate = |k: usize| system.growth(all.values[k].re, all.values[k].im);
        Self((0..n).map(|k| [rate(k), margin(k)]).collect())
    }

    /// Modes that surely grow.
    pub fn unstable(&self) -> usize {
        self.0.iter().filter(|[rate, margin]| rate > margin).count()
    }

    /// Stability by the eigenvalues where none is critical to rounding; at a critical zero by the side on which G
    /// points.
    fn stability(&self, zero: Zero, attracts: Option<bool>) -> Stability {
        if self.unstable() > 0 {
            return Stability::Unstable;
        }
        // An infinitely fast decay (eigenvalue 0 of a map) is beyond any margin.
        let open = self.0.iter().filter(|[rate, margin]| !(*rate < -margin)).count();
        match (zero, attracts) {
            _ if open == 0 => Stability::Stable,
            (Zero::Continuum, _) => Stability::Neutral,
            (Zero::Critical, Some(true)) if open == 1 => Stability::Stable,
            (Zero::Critical, Some(false)) => Stability::Unstable,
            _ => Stability::Undecided,
        }
    }
}
