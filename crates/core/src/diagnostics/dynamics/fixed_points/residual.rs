//! The equation whose zeros are the fixed points, its Newton step and its size.

use crate::linalg::solve::Lu;
use crate::systems::rule::{Point, Rule, Workspace, column, column_mut};
use crate::systems::time::System;
use argmin::core::{CostFunction, Error, Gradient};
use faer::{Mat, MatMut, MatRef};
use std::cell::RefCell;
use std::rc::Rc;

/// G(x) = F(x, u) - x of a map or F(x, u) of a flow, with everything that one search needs.
pub struct Residual<'a> {
    rule: &'a dyn Rule,
    map: bool,
    u: &'a [f64],
    ws: Workspace,
    jacobian: Mat<f64>,
    lu: Lu,
    /// Right-hand sides and Newton steps.
    step: Vec<f64>,
}

impl<'a> Residual<'a> {
    /// The equation of `system` under the constant input `u`.
    pub fn new(system: &'a dyn System, u: &'a [f64]) -> Self {
        let rule = system.field();
        let n = rule.dim();
        Self {
            rule,
            map: !system.is_flow(),
            u,
            ws: Workspace::new(rule, 1, n),
            jacobian: Mat::zeros(n, n),
            lu: Lu::new(n),
            step: vec![0.0; n],
        }
    }

    /// Dimension of the state.
    pub fn dim(&self) -> usize {
        self.rule.dim()
    }

    /// Writes G(x) to `g`, keeping the tape, and returns q = |G|^2 / 2.
    pub fn value(&mut self, x: &[f64], g: &mut [f64]) -> f64 {
        self.ws.eval(self.rule, column(x), column(self.u), column_mut(g));
        if self.map {
            g.iter_mut().zip(x).for_each(|(g, x)| *g -= x);
        }
        g.iter().map(|g| g * g).sum::<f64>() / 2.0
    }

    /// Writes grad q = (dG/dx)^T G for the state last given to [`value`](Self::value).
    pub fn gradient(&mut self, x: &[f64], g: &[f64], out: &mut [f64]) {
        let Workspace { tape, scratch } = &mut self.ws;
        let at = Point { x: column(x), u: column(self.u), tape: tape.as_ref() };
        self.rule.vjp(at, column(g), column_mut(out), None, scratch.as_mut());
        if self.map {
            out.iter_mut().zip(g).for_each(|(o, g)| *o -= g);
        }
    }

    /// The rule's Jacobian at the state last given to [`value`](Self::value).
    pub fn jacobian(&mut self, x: &[f64]) -> MatRef<'_, f64> {
        let n = x.len();
        let Workspace { tape, scratch } = &mut self.ws;
        let at = Point { x: column(x), u: column(self.u), tape: tape.as_ref() };
        if !self.rule.fold(at, self.jacobian.as_mut(), scratch.as_mut()) {
            let identity = Mat::<f64>::identity(n, n);
            self.rule.jvp(at, identity.as_ref(), None, self.jacobian.as_mut(), scratch.as_mut());
        }
        self.jacobian.as_ref()
    }

    /// dG/dx at the state last given to [`value`](Self::value).
    pub fn derivative(&mut self, x: &[f64]) -> MatRef<'_, f64> {
        self.jacobian(x);
        if self.map {
            for i in 0..x.len() {
                self.jacobian[(i, i)] -= 1.0;
            }
        }
        self.jacobian.as_ref()
    }

    /// The Newton step -(dG/dx)^-1 G at the state last given to [`value`](Self::value), if the
    /// derivative can be inverted.
    pub fn newton_step(&mut self, x: &[f64], g: &[f64]) -> Option<&[f64]> {
        self.derivative(x);
        if !self.lu.factor(self.jacobian.as_ref()) {
            return None;
        }
        self.step.iter_mut().zip(g).for_each(|(s, g)| *s = -g);
        let n = self.step.len();
        self.lu.solve(MatMut::from_column_major_slice_mut(&mut self.step, n, 1));
        self.step.iter().all(|s| s.is_finite()).then_some(&self.step)
    }

    /// Sign of det(dG/dx) as factored by the last [`newton_step`](Self::newton_step).
    pub fn sign(&self) -> i32 {
        self.lu.sign()
    }

    /// Largest entry of what F sends `x` and `-x` to, added: zero for an odd rule, whose fixed points
    /// come in pairs.
    pub fn oddness(&mut self, x: &[f64]) -> f64 {
        let mirrored: Vec<f64> = x.iter().map(|v| -v).collect();
        let (mut a, mut b) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        self.value(x, &mut a);
        self.value(&mirrored, &mut b);
        a.iter().zip(&b).fold(0.0, |m, (a, b)| m.max((a + b).abs()))
    }

    /// (dG/dx)^-1 as factored by the last [`newton_step`](Self::newton_step).
    pub fn inverse(&mut self) -> Mat<f64> {
        self.lu.inverse()
    }

    /// The rule's bounds around the state last given to [`value`](Self::value).
    pub fn bounds(&self, x: &[f64], radius: f64) -> Option<crate::systems::rule::Bounds> {
        self.rule.bounds(self.ws.at(column(x), column(self.u)), radius)
    }

    /// Whether x lies where the rule allows fixed points at all.
    pub fn reachable(&self, x: &[f64]) -> bool {
        x.iter().enumerate().all(|(i, v)| {
            let [lo, hi] = self.rule.range(i);
            let slack = 1e-9 * (1.0 + v.abs());
            *v >= lo - slack && *v <= hi + slack
        })
    }
}

/// |x - k|, never zero.
pub fn gap(x: &[f64], k: &[f64]) -> f64 {
    distance(x, k).max(1e-300)
}

/// |a - b|.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// q as argmin sees it; cost and gradient share the forward pass, and the best state is kept.
pub struct Objective<'r, 'a>(Rc<RefCell<Cached<'r, 'a>>>);

struct Cached<'r, 'a> {
    residual: &'r mut Residual<'a>,
    x: Vec<f64>,
    g: Vec<f64>,
    q: f64,
    best: Vec<f64>,
    best_q: f64,
    /// Evaluations left: argmin bounds neither those of a line search nor its time on NaN.
    left: usize,
    /// The run ends when q stays above this and has stopped falling.
    worth: f64,
    /// Best q at the last look at the progress.
    looked: f64,
}

/// Evaluations between looks at the progress, and the least factor by which q must fall meanwhile.
const LOOK: usize = 100;
const FALL: f64 = 0.9;

impl<'r, 'a> Objective<'r, 'a> {
    /// The objective of `residual`, to be evaluated at most `evaluations` times, fewer where q hardly
    /// falls while it is above `worth`.
    pub fn new(residual: &'r mut Residual<'a>, start: &[f64], evaluations: usize, worth: f64) -> Self {
        let n = residual.dim();
        Self(Rc::new(RefCell::new(Cached {
            residual,
            x: vec![f64::NAN; n],
            g: vec![0.0; n],
            q: f64::NAN,
            best: start.to_vec(),
            best_q: f64::INFINITY,
            left: evaluations,
            worth,
            looked: f64::INFINITY,
        })))
    }
    /// A second handle on the same objective.
    pub fn share(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
    /// The best state seen.
    pub fn best(&self) -> Vec<f64> {
        self.0.borrow().best.clone()
    }
}

impl Cached<'_, '_> {
    fn visit(&mut self, x: &[f64]) -> Result<f64, Error> {
        if self.x != x {
            self.left = self.left.checked_sub(1).ok_or_else(|| Error::msg("out of evaluations"))?;
            if self.left.is_multiple_of(LOOK) {
                if self.best_q > self.worth && self.best_q > FALL * self.looked {
                    return Err(Error::msg("q has stopped falling"));
                }
                self.looked = self.best_q;
            }
            self.x.copy_from_slice(x);
            self.q = self.residual.value(x, &mut self.g);
            if !self.q.is_finite() {
                return Err(Error::msg("the speed is not finite"));
            }
            if self.q < self.best_q {
                self.best_q = self.q;
                self.best.copy_from_slice(x);
            }
        }
        Ok(self.q)
    }
}

impl CostFunction for Objective<'_, '_> {
    type Param = Vec<f64>;
    type Output = f64;
    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        self.0.borrow_mut().visit(x)
    }
}

impl Gradient for Objective<'_, '_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;
    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        let cached = &mut *self.0.borrow_mut();
        cached.visit(x)?;
        let mut out = vec![0.0; x.len()];
        cached.residual.gradient(x, &cached.g, &mut out);
        Ok(out)
    }
}
