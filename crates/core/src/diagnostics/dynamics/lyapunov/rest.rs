//! An orbit on its way to a fixed point, and the fixed point with its exponents.

use crate::systems::time::{Drive, System};

/// A fixed point with its exponents.
#[derive(Clone)]
pub(super) struct FixedPoint {
    pub(super) x: Vec<f64>,
    /// How far from `x` the zero of the residual may lie: rounding leaves a degenerate one free.
    pub(super) slack: f64,
    /// All n, decreasing, nats per unit time; minus infinity where an eigenvalue is zero within
    /// its error.
    pub(super) exponents: Vec<f64>,
    pub(super) errors: Vec<f64>,
    /// Units are at a kink: no linear map holds around the point.
    pub(super) kinked: bool,
    pub(super) note: Option<String>,
}

impl FixedPoint {
    /// Whether the first exponent is zero within its error.
    pub(super) fn neutral(&self) -> bool {
        self.exponents[0].abs() <= 4.0 * self.errors[0]
    }

    pub(super) fn unstable(&self) -> bool {
        self.exponents[0] > 0.0 && !self.neutral()
    }
}

/// A zero of the residual and how well it is known.
pub(super) struct Root {
    pub(super) x: Vec<f64>,
    pub(super) slack: f64,
    /// Direction of the last step, of length 1; empty where the last step was zero.
    pub(super) along: Vec<f64>,
}

/// An orbit of the constant drive that has come from `origin` to `x`.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'a> {
    pub(super) system: &'a dyn System,
    pub(super) drive: Drive<'a>,
    pub(super) x: &'a [f64],
    pub(super) origin: &'a [f64],
}

pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// 1 + the largest coordinate.
pub(super) fn size(x: &[f64]) -> f64 {
    1.0 + x.iter().fold(0.0f64, |a, v| a.max(v.abs()))
}

/// Equal to 1e-6 of the largest coordinate, or of 1, and what is not known.
pub(super) fn close(x: &[f64], y: &[f64], slack: f64) -> bool {
    let scale = 1.0 + x.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    x.iter().zip(y).all(|(x, y)| (x - y).abs() <= 1e-6 * scale + slack)
}
