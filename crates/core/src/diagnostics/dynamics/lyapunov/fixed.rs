//! Fixed points that a trajectory comes to, and the exponents there.

use super::kink;
use crate::linalg::condition::eigenvalues_with_errors;
use crate::linalg::solve::Lu;
use crate::systems::rule::{column_mut, linearise};
use crate::systems::time::{Drive, Stepper, System};

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

    fn unstable(&self) -> bool {
        self.exponents[0] > 0.0 && !self.neutral()
    }
}

/// A zero of the residual and how well it is known.
pub(super) struct Root {
    pub(super) x: Vec<f64>,
    pub(super) slack: f64,
    /// Direction of the last step, of length 1; empty where the last step was zero.
    along: Vec<f64>,
}

/// An orbit of the constant drive that has come from `origin` to `x`.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'a> {
    pub(super) system: &'a dyn System,
    pub(super) drive: Drive<'a>,
    pub(super) x: &'a [f64],
    pub(super) origin: &'a [f64],
}

impl Arrival<'_> {
    /// Newton's method from a state that moves little in a step; what it finds must be near.
    pub(super) fn near(&self) -> Option<Root> {
        let Drive::Constant(u) = self.drive else { return None };
        let scale = size(self.x);
        let mut state = Stepper::new(self.system.step(), self.drive, self.x, 1);
        state.run(1);
        if distance(state.x(), self.x) > 0.05 * scale {
            return None;
        }
        newton(self.system, u, self.x, scale)
    }

    /// The fixed point at `root`, if the orbit is there for good.
    ///
    /// One that is unstable counts only for an orbit that does not move by a bit.
    pub(super) fn reached(&self, root: &Root) -> Option<FixedPoint> {
        if distance(&root.x, self.x) > 1e-8 * size(self.x) + root.slack {
            return None;
        }
        let point = self.at(root)?;
        if point.unstable() {
            let mut state = Stepper::new(self.system.step(), self.drive, self.x, 1);
            state.run(64);
            return (state.x() == self.x).then_some(point);
        }
        Some(point)
    }

    /// The fixed point at `root`, if an orbit that has come nearer can end there.
    pub(super) fn approached(&self, root: &Root) -> Option<FixedPoint> {
        self.at(root).filter(|p| !p.unstable())
    }

    fn at(&self, root: &Root) -> Option<FixedPoint> {
        let (system, Drive::Constant(u)) = (self.system, self.drive) else { return None };
        let (x0, slack) = (root.x.clone(), root.slack);
        if kink::present(system, u, &x0) {
            return kink::exponents(self, root);
        }
        let (exponents, mut errors) = spectrum(system, u, &x0)?;
        if slack > 1e-9 && !root.along.is_empty() {
            let moved: Vec<f64> = x0.iter().zip(&root.along).map(|(x, d)| x + slack * d).collect();
            let (other, _) = spectrum(system, u, &moved)?;
            for (e, (a, b)) in errors.iter_mut().zip(exponents.iter().zip(&other)) {
                if a.is_finite() && b.is_finite() {
                    *e += (a - b).abs();
                }
            }
        }
        Some(FixedPoint { x: x0, slack, exponents, errors, kinked: false, note: None })
    }
}

pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// 1 + the largest coordinate.
pub(super) fn size(x: &[f64]) -> f64 {
    1.0 + x.iter().fold(0.0f64, |a, v| a.max(v.abs()))
}

/// A zero of the residual near `x`; none when a step leaves the neighbourhood.
///
/// At a degenerate zero of multiplicity m the steps shrink by (m - 1) / m only: once that ratio
/// repeats, the next step is taken as long as all that would follow.
fn newton(system: &dyn System, u: &[f64], x: &[f64], scale: f64) -> Option<Root> {
    let mut point = x.to_vec();
    let (mut last, mut ratio) = (f64::INFINITY, 0.0);
    let (mut slack, mut along) = (0.0, Vec::new());
    let mut lu = Lu::new(point.len());
    for step in 0..=60 {
        let (mut residual, mut j, _) = linearise(system.field(), &point, u);
        if !system.is_flow() {
            for i in 0..point.len() {
                residual[i] -= point[i];
                j[(i, i)] -= 1.0;
            }
        }
        let left = residual.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        let done = |limit: f64, slack: f64, along: &[f64]| {
            (left <= limit * scale).then(|| Root { x: point.clone(), slack, along: along.to_vec() })
        };
        // A continuum of fixed points makes J singular: what residual rounding leaves is enough.
        if left == 0.0 || step == 60 || !lu.factor(j.as_ref()) {
            return done(1e-12, slack, &along);
        }
        lu.solve(column_mut(&mut residual));
        let step = residual.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        if !step.is_finite() || step > 0.1 * scale {
            return done(1e-12, slack, &along);
        }
        if step >= 0.95 * last {
            along = residual.iter().map(|r| r / step).collect();
            return done(1e-11, step, &along);
        }
        let now = step / last;
        let repeats = (now - ratio).abs() < 0.02 && now > 0.3;
        let stretch = if repeats { 1.0 / (1.0 - now) } else { 1.0 };
        (last, ratio) = if repeats { (f64::INFINITY, 0.0) } else { (step, now) };
        point.iter_mut().zip(&residual).for_each(|(p, r)| *p -= stretch * r);
        if repeats {
            (slack, along) = (stretch * step, residual.iter().map(|r| r / step).collect());
        }
        if distance(&point, x) > 0.1 * scale {
            return None;
        }
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
