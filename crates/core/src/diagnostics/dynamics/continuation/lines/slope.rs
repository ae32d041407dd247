//! The derivative of a rule along a direction of its parameters.

use super::{ParameterLine, evaluated};
use crate::linalg::norm;
use crate::linalg::random::{Use, normal, stream};
use crate::systems::rule::{Point, Workspace, column, column_mut};

/// How the derivative is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// (F_x(theta + dtheta) - F_x(theta)) x, of one tape.
    Tangent,
    /// F(theta + dtheta) - F(theta).
    Value,
    /// dtheta . F_theta^T e_i for each i.
    Adjoint,
}

/// States at which a way is compared with the adjoint.
const STATES: u64 = 4;
/// Their largest difference, relative to the derivative.
const SAME: f64 = 1e-11;

impl ParameterLine<'_> {
    /// The cheapest way that gives what the adjoint gives.
    pub(super) fn fastest(&self) -> Way {
        [Way::Tangent, Way::Value].into_iter().find(|way| self.agrees(*way)).unwrap_or(Way::Adjoint)
    }

    fn agrees(&self, way: Way) -> bool {
        (0..STATES).all(|k| {
            let mut rng = stream(1, Use::Kink, k);
            let x: Vec<f64> = (0..self.dim).map(|_| normal(&mut rng)).collect();
            let p = 0.7 * normal(&mut rng);
            let (a, b) = (self.slope_by(way, &x, p), self.slope_by(Way::Adjoint, &x, p));
            let apart = a.iter().zip(&b).map(|(a, b)| a - b).collect::<Vec<_>>();
            norm(&apart) <= SAME * norm(&b)
        })
    }

    /// F_theta dtheta at x and theta + p dtheta.
    pub(super) fn slope_by(&self, way: Way, x: &[f64], p: f64) -> Vec<f64> {
        let made = self.at(p);
        let (rule, further) = (made.here.field(), made.there.field());
        let n = x.len();
        let (Workspace { tape, mut scratch }, y) = evaluated(rule, x, &self.input, 1);
        let at = Point { x: column(x), u: column(&self.input), tape: tape.as_ref() };
        match way {
            Way::Tangent => {
                let (mut a, mut b) = (vec![0.0; n], vec![0.0; n]);
                further.jvp(at, column(x), None, column_mut(&mut a), scratch.as_mut());
                rule.jvp(at, column(x), None, column_mut(&mut b), scratch.as_mut());
                a.iter().zip(&b).map(|(a, b)| a - b).collect()
            }
            Way::Value => {
                let (_, further) = evaluated(further, x, &self.input, 1);
                further.iter().zip(&y).map(|(a, b)| a - b).collect()
            }
            Way::Adjoint => {
                let mut grad = vec![0.0; self.direction.len()];
                let mut unit = vec![0.0; n];
                let one = |i: usize| {
                    grad.fill(0.0);
                    unit.fill(0.0);
                    unit[i] = 1.0;
                    rule.param_vjp(at, column(&unit), &mut grad, scratch.as_mut());
                    grad.iter().zip(&self.direction).map(|(g, d)| g * d).sum()
                };
                (0..n).map(one).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::activation::Activation::Tanh;
    use crate::linalg::random::normal_matrix;
    use crate::systems::architecture::Architecture;
    use crate::systems::cells::{Cell, Current, Gru, Lstm, Rate, Scheme, Vanilla};
    use crate::systems::rule::parameter_count;

    fn line(plan: &Architecture, block: &str) -> (Vec<f64>, Vec<f64>) {
        let rule = plan.rule::<f64>();
        let theta = normal_matrix(&mut stream(5, Use::Fixture, 0), parameter_count(&rule), 1);
        let (mut base, mut direction) = (vec![], vec![]);
        for b in rule.layout() {
            for _ in 0..b.rows * b.cols {
                let v = 0.5 * theta[(base.len(), 0)];
                let moves = b.name.starts_with(block);
                base.push(if moves { 0.0 } else { v });
                direction.push(if moves { v } else { 0.0 });
            }
        }
        (base, direction)
    }

    /// The derivative is that of central differences, and the cheap ways are taken where they hold.
    #[test]
    fn the_slope_is_the_derivative() {
        let scheme = Scheme { dt: 0.1, euler: false };
        let tau = || vec![0.5, 1.0, 2.0];
        let cases: [(Cell, &[usize], Option<Way>); 6] = [
            (Vanilla::cell(Tanh), &[3], Some(Way::Tangent)),
            (Rate::cell(Tanh, tau(), scheme), &[3], Some(Way::Tangent)),
            (Current::cell(Tanh, tau(), scheme), &[3], Some(Way::Value)),
            (Gru::cell(), &[3], Some(Way::Tangent)),
            (Lstm::cell(), &[3], Some(Way::Tangent)),
            (Vanilla::cell(Tanh), &[3, 2], None),
        ];
        for (cell, units, way) in cases {
            let plan = Architecture::new(cell, 2, units).unwrap();
            let (theta, direction) = line(&plan, "weight_hh");
            let line = ParameterLine::new(&plan, theta, direction, vec![0.3, -0.2]);
            assert!(way.is_none_or(|w| w == line.way), "{:?} of {:?}", line.way, plan.cell().kind());
            let x: Vec<f64> = (0..plan.dim()).map(|i| (1.3 * i as f64 + 0.4).sin()).collect();
            let (p, h) = (0.8, 1e-5);
            let value = |p: f64| evaluated(line.at(p).here.field(), &x, &line.input, 1).1;
            let (up, down) = (value(p + h), value(p - h));
            for (i, d) in line.slope_by(line.way, &x, p).iter().enumerate() {
                assert!((d - (up[i] - down[i]) / (2.0 * h)).abs() < 1e-9);
            }
        }
    }
}
