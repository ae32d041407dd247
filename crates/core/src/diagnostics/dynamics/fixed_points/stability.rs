//! Whether states near a fixed point return to it, by the growth rates of its modes.

use super::solver::Zero;
use crate::linalg::eigen::Modes;
use crate::systems::time::System;

/// Growth rate below which a mode at one of a continuum of fixed points, or at a critical one, is its own.
const NEUTRAL: f64 = 1e-8;
const CRITICAL: f64 = 1e-6;

/// Whether states near a fixed point return to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// They do.
    Stable,
    /// Some leave.
    Unstable,
    /// They neither return nor leave along a continuum of fixed points, and return otherwise.
    Neutral,
    /// An eigenvalue is critical to rounding: the linearisation does not tell.
    Undecided,
    /// The point is at kinks, and no ray leaves it, nor do its pieces share a contraction that was found.
    UndecidedAtKink,
}

named! {
    Stability:
    Self::Stable => "stable",
    Self::Unstable => "unstable",
    Self::Neutral => "neutral",
    Self::Undecided => "undecided",
    Self::UndecidedAtKink => "undecided at a kink",
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
    pub fn stability(&self, zero: Zero, attracts: Option<bool>) -> Stability {
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
