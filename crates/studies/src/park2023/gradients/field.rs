//! A rule at one state: its value, and the products that gradients are made of.

use faer::Mat;
use nullcline_core::systems::rule::{Point, Rule, Workspace, column, column_mut, parameter_count};

/// A rule with room for its products.
pub struct Field<'a> {
    rule: &'a dyn Rule,
    room: Workspace,
}

impl<'a> Field<'a> {
    pub fn new(rule: &'a dyn Rule) -> Self {
        Self { rule, room: Workspace::new(rule, 1, rule.dim().max(1)) }
    }

    /// F(x, u).
    pub fn value(&mut self, x: &[f64], u: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; self.rule.dim()];
        self.room.eval(self.rule, column(x), column(u), column_mut(&mut y));
        y
    }

    /// F_x v.
    pub fn push(&mut self, x: &[f64], u: &[f64], v: &[f64]) -> Vec<f64> {
        self.value(x, u);
        let Workspace { tape, scratch } = &mut self.room;
        let at = Point { x: column(x), u: column(u), tape: tape.as_ref() };
        let mut out = vec![0.0; v.len()];
        self.rule.jvp(at, column(v), None, column_mut(&mut out), scratch.as_mut());
        out
    }

    /// F_x' g.
    pub fn pull(&mut self, x: &[f64], u: &[f64], g: &[f64]) -> Vec<f64> {
        self.value(x, u);
        let Workspace { tape, scratch } = &mut self.room;
        let at = Point { x: column(x), u: column(u), tape: tape.as_ref() };
        let mut out = vec![0.0; g.len()];
        self.rule.vjp(at, column(g), column_mut(&mut out), None, scratch.as_mut());
        out
    }

    /// Adds F_w' g to `grad`.
    pub fn parameters(&mut self, x: &[f64], u: &[f64], g: &[f64], grad: &mut [f64]) {
        self.value(x, u);
        let Workspace { tape, scratch } = &mut self.room;
        let at = Point { x: column(x), u: column(u), tape: tape.as_ref() };
        self.rule.param_vjp(at, column(g), grad, scratch.as_mut());
    }

    /// F_w, n x p, a row a state variable.
    pub fn by_parameters(&mut self, x: &[f64], u: &[f64]) -> Mat<f64> {
        let n = self.rule.dim();
        let mut all = Mat::zeros(n, parameter_count(self.rule));
        let mut row = vec![0.0; all.ncols()];
        for i in 0..n {
            let unit: Vec<f64> = (0..n).map(|j| f64::from(i == j)).collect();
            row.fill(0.0);
            self.parameters(x, u, &unit, &mut row);
            row.iter().enumerate().for_each(|(k, v)| all[(i, k)] = *v);
        }
        all
    }
}

/// Nodes of the classical Runge-Kutta scheme.
pub const NODES: [f64; 4] = [0.0, 0.5, 0.5, 1.0];
/// Its weights.
pub const WEIGHTS: [f64; 4] = [1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0];

/// One step of `h` of the classical scheme; `slope` is given the stage's number and the state there.
pub fn advance(x: &[f64], h: f64, mut slope: impl FnMut(usize, &[f64]) -> Vec<f64>) -> Vec<f64> {
    let mut next = x.to_vec();
    let mut last = vec![0.0; x.len()];
    for s in 0..4 {
        let stage: Vec<f64> = x.iter().zip(&last).map(|(x, k)| x + h * NODES[s] * k).collect();
        last = slope(s, &stage);
        next.iter_mut().zip(&last).for_each(|(y, k)| *y += h * WEIGHTS[s] * k);
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use nullcline_core::linalg::activation::Activation;
    use nullcline_core::systems::cells::Rate;

    #[test]
    fn products_are_those_of_differences() {
        let mut rate = Rate::new(1, Activation::Tanh, vec![1.0; 3]);
        let theta: Vec<f64> = (0..parameter_count(&rate)).map(|k| (1.7 * k as f64).sin()).collect();
        rate.write_params(&theta);
        let (x, u, v) = ([0.3, -0.2, 0.5], [0.7], [0.4, 1.0, -0.6]);
        let mut field = Field::new(&rate);
        let moved = |h: f64| x.iter().zip(&v).map(|(x, v)| x + h * v).collect::<Vec<_>>();
        let (a, b) = (field.value(&moved(1e-5), &u), field.value(&moved(-1e-5), &u));
        for (p, (a, b)) in field.push(&x, &u, &v).iter().zip(a.iter().zip(&b)) {
            assert!((p - (a - b) / 2e-5).abs() < 1e-9);
        }
        let (push, g) = (field.push(&x, &u, &v), [0.2, -0.9, 0.1]);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        assert!((dot(&push, &g) - dot(&field.pull(&x, &u, &g), &v)).abs() < 1e-14);
        let all = field.by_parameters(&x, &u);
        for k in 0..theta.len() {
            let at = |h: f64| {
                let mut moved = theta.clone();
                moved[k] += h;
                let mut other = rate.clone();
                other.write_params(&moved);
                Field::new(&other).value(&x, &u)
            };
            let (a, b) = (at(1e-5), at(-1e-5));
            assert!((0..3).all(|i| (all[(i, k)] - (a[i] - b[i]) / 2e-5).abs() < 1e-9), "parameter {k}");
        }
    }

    /// dx/dt = -x: the scheme's own polynomial.
    #[test]
    fn a_step_is_the_classical_one() {
        let h: f64 = 0.3;
        let next = advance(&[2.0], h, |_, x| vec![-x[0]])[0];
        let exact = 2.0 * (1.0 - h + h * h / 2.0 - h.powi(3) / 6.0 + h.powi(4) / 24.0);
        assert!((next - exact).abs() < 1e-15);
    }
}
