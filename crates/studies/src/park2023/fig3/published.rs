//! The published bars of Fig. 3, and the procedure that made them.

use super::examples::Which;
use faer::{Mat, MatRef};
use nullcline_core::linalg::qr::Qr;
use nullcline_core::systems::rule::{Workspace, column, column_mut, linearise};
use nullcline_core::systems::time::System;

impl Which {
    /// The six published bars, read from the vector figure, largest first: in 1/unit time for A to C, in 1/s for D and E.
    pub fn bars(self) -> [f64; 6] {
        match self {
            Self::OneFixedPoint => [-0.342, -0.451, -0.518, -0.568, -0.737, -0.855],
            Self::TwoFixedPoints => [-0.660, -0.974, -1.011, -1.011, -1.021, -1.031],
            Self::LineAttractor => [-0.90, -1.10, -2.77, -2.85, -2.89, -2.91],
            Self::Chaos => [24.5, 18.5, 12.4, 4.93, -0.40, -7.95],
            Self::LimitCycle => [0.106, -5.39, -6.79, -9.15, -9.31, -9.46],
        }
    }
}

/// The authors' grid: `points` over `span`, tangents from point `from` on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Procedure {
    pub span: f64,
    pub points: usize,
    pub from: usize,
}

impl Procedure {
    /// What the authors' procedure gives from the state `x`, largest first.
    ///
    /// Formula: Q R = (1 + J(x_k) dt) Q at every point of the grid from `from` on, with dt = span / points
    /// and Q = 1 at first; exponents are sum log|r_ii| / span. The tangent map is of first order, and the
    /// span also counts the points before `from`, at which nothing is summed.
    pub fn exponents(&self, system: &dyn System, x: &[f64]) -> Vec<f64> {
        let n = x.len();
        let interval = self.span / (self.points - 1) as f64;
        let weight = self.span / self.points as f64;
        let mut walk = Walk::new(system, x);
        let (mut q, mut sums) = (Mat::<f64>::identity(n, n), vec![0.0; n]);
        let (mut qr, mut r) = (Qr::new(n, n), Mat::zeros(n, n));
        for k in 0..self.points {
            if k >= self.from {
                let (_, mut m, _) = linearise(system.field(), &walk.x, &[]);
                for j in 0..n {
                    m.col_mut(j).iter_mut().for_each(|v| *v *= weight);
                    m[(j, j)] += 1.0;
                }
                q = &m * &q;
                qr.factor(q.as_mut(), r.as_mut());
                sums.iter_mut().enumerate().for_each(|(i, s)| *s += r[(i, i)].ln() / self.span);
            }
            walk.advance(interval);
        }
        sums.sort_by(|a, b| b.total_cmp(a));
        sums
    }
}

/// A trajectory by the system's own steps, shortened where they do not fit.
struct Walk<'a> {
    system: &'a dyn System,
    ws: Workspace,
    x: Vec<f64>,
    y: Vec<f64>,
}

impl<'a> Walk<'a> {
    fn new(system: &'a dyn System, x: &[f64]) -> Self {
        let ws = Workspace::new(system.field(), 1, 1);
        Self { system, ws, x: x.to_vec(), y: vec![0.0; x.len()] }
    }

    /// Runge-Kutta steps of equal length, at most that of the system's.
    fn advance(&mut self, time: f64) {
        let count = (time / self.system.time_step() - 1e-9).ceil().max(1.0);
        let h = time / count;
        for _ in 0..count as usize {
            let stages = [0.0, 0.5, 0.5, 1.0];
            let mut total = vec![0.0; self.x.len()];
            let mut slope = vec![0.0; self.x.len()];
            for (a, w) in stages.into_iter().zip([1.0, 2.0, 2.0, 1.0]) {
                let at: Vec<f64> = self.x.iter().zip(&slope).map(|(x, k)| x + a * h * k).collect();
                let none: MatRef<f64> = column(&[]);
                self.ws.eval(self.system.field(), column(&at), none, column_mut(&mut self.y));
                slope.copy_from_slice(&self.y);
                total.iter_mut().zip(&slope).for_each(|(t, k)| *t += w * k);
            }
            self.x.iter_mut().zip(&total).for_each(|(x, t)| *x += h / 6.0 * t);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::park2023::networks::rate;
    use nullcline_core::linalg::activation::Activation;
    use nullcline_core::systems::time::Flow;

    /// At a fixed point every step is the same: log(1 + l dt) / dt times the share of the span.
    #[test]
    fn a_diagonal_system_has_its_first_order_exponents() {
        let w = Mat::from_fn(2, 2, |i, j| if i == j { [0.5, -1.0][i] } else { 0.0 });
        let flow = Flow::new(rate(w.as_ref(), &[0.0; 2], Activation::Identity), 0.1);
        let procedure = Procedure { span: 10.0, points: 100, from: 20 };
        let found = procedure.exponents(&flow, &[1.0, -2.0]);
        for (found, l) in found.iter().zip([-0.5f64, -2.0]) {
            assert!((found - 0.8 * (1.0 + 0.1 * l).ln() / 0.1).abs() < 1e-12, "{found}");
        }
    }

    #[test]
    fn states_follow_the_flow() {
        let w = Mat::zeros(1, 1);
        let flow = Flow::new(rate(w.as_ref(), &[0.0], Activation::Identity), 0.05);
        let mut walk = Walk::new(&flow, &[1.0]);
        walk.advance(1.01);
        // Fourth order: (0.05)^4 / 120 is 5e-8.
        assert!((walk.x[0] - (-1.01f64).exp()).abs() < 1e-7);
    }
}
