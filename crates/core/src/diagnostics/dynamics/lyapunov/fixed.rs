//! Fixed points that a trajectory comes to, and the exponents there.

use super::kink;
use super::rest::{Arrival, FixedPoint, Root, distance, size};
use crate::linalg::condition::eigenvalues_with_errors;
use crate::linalg::solve::Lu;
use crate::systems::rule::{column_mut, linearise};
use crate::systems::time::{Drive, Stepper, System};

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
