//! Networks whose input or parameters lie on a line.

mod slope;

use super::family::{Family, Kind};
use crate::linalg::activation::Activation;
use crate::linalg::col;
use crate::systems::architecture::Architecture;
use crate::systems::couplings::Couplings;
use crate::systems::rule::{Point, Rule, Workspace, column, column_mut};
use crate::systems::time::System;
use faer::{Mat, MatMut};
use slope::Way;
use std::sync::{Arc, Mutex, PoisonError};

/// Radius of the ball over which a smooth rule has a bounded second derivative.
const FAR: f64 = 1e9;

/// A system under the input u + p du: F(x, p) = F(x, u + p du; theta).
///
/// Shapes: u and du are of length d.
///
/// ```
/// use faer::mat;
/// use nullcline_core::diagnostics::dynamics::continuation::{InputLine, Options, follow};
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::cells::Vanilla;
/// use nullcline_core::systems::time::Map;
///
/// // x' = tanh(2 x + u): two folds, where 2 (1 - x^2) = 1.
/// let mut cell = Vanilla::new(1, 1, Activation::Tanh);
/// cell.params_mut().mat_mut(0).copy_from(mat![[1.0]]);
/// cell.params_mut().mat_mut(1).copy_from(mat![[2.0]]);
/// let map = Map::new(cell);
/// let line = InputLine::new(&map, vec![0.0], vec![1.0]);
/// let branch = follow(&line, &[0.9], 0.0, &Options::between(-1.0, 1.0)).unwrap();
/// let x = 0.5f64.sqrt();
/// let known = x.atanh() - 2.0 * x;
/// assert_eq!(branch.bifurcations.len(), 2);
/// assert!(branch.bifurcations.iter().all(|b| (b.p.abs() - known.abs()).abs() < 1e-12));
/// ```
pub struct InputLine<'a> {
    system: &'a dyn System,
    input: Vec<f64>,
    direction: Vec<f64>,
    kinked: Option<Couplings>,
}

impl<'a> InputLine<'a> {
    /// The line through `input` along `direction`.
    pub fn new(system: &'a dyn System, input: Vec<f64>, direction: Vec<f64>) -> Self {
        let kinked = kinked(system, &input);
        Self { system, input, direction, kinked }
    }

    /// u + p du.
    pub fn input(&self, p: f64) -> Vec<f64> {
        self.input.iter().zip(&self.direction).map(|(u, d)| u + p * d).collect()
    }
}

/// A network with the parameters theta + p dtheta: F(x, p) = F(x, u; theta + p dtheta).
///
/// Shapes: theta and dtheta are flat, in the order of the rule's layout; u is of length d.
///
/// Formula: F_p = F_theta dtheta by the first of these that agrees with the adjoint at random states: the difference of the products
/// with x of the Jacobians with and without dtheta (recurrent weights before a nonlinearity), the difference of F with and without it (a
/// linear part), the adjoint of each coordinate of F.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::continuation::{BifurcationKind, Options, ParameterLine, follow};
/// use nullcline_core::linalg::activation::Activation;
/// use nullcline_core::systems::architecture::Architecture;
/// use nullcline_core::systems::cells::Vanilla;
///
/// // x' = tanh(p x), of the blocks U (none), W and two biases.
/// let plan = Architecture::new(Vanilla::cell(Activation::Tanh), 0, &[1]).unwrap();
/// let line = ParameterLine::new(&plan, vec![0.0; 3], vec![1.0, 0.0, 0.0], vec![]);
/// let branch = follow(&line, &[0.0], 0.5, &Options::between(0.0, 2.0)).unwrap();
/// let fork = &branch.bifurcations[0];
/// assert!(fork.kind == BifurcationKind::Pitchfork && (fork.p - 1.0).abs() < 1e-12);
/// ```
pub struct ParameterLine<'a> {
    plan: &'a Architecture,
    theta: Vec<f64>,
    direction: Vec<f64>,
    input: Vec<f64>,
    way: Way,
    dim: usize,
    flow: bool,
    kinked: bool,
    /// The system of the last p.
    made: Mutex<Option<(u64, Arc<Made>)>>,
}

/// A system, and the one that is a unit of p further.
struct Made {
    here: Box<dyn System>,
    there: Box<dyn System>,
    kinked: Option<Couplings>,
}

impl<'a> ParameterLine<'a> {
    /// The line through `theta` along `direction` under a constant input.
    ///
    /// # Panics
    /// If `theta` or `direction` has another length than the rule's parameters.
    pub fn new(plan: &'a Architecture, theta: Vec<f64>, direction: Vec<f64>, input: Vec<f64>) -> Self {
        assert_eq!(theta.len(), direction.len(), "a direction of the parameters has their length");
        let mut line = Self {
            plan,
            theta,
            direction,
            input,
            way: Way::Adjoint,
            dim: plan.dim(),
            flow: false,
            kinked: false,
            made: Mutex::new(None),
        };
        let one = line.at(1.0);
        (line.flow, line.kinked) = (one.here.is_flow(), one.kinked.is_some());
        line.way = line.fastest();
        line
    }

    /// theta + p dtheta.
    pub fn parameters(&self, p: f64) -> Vec<f64> {
        // Where theta has nothing, p times the direction is as the file has it at p = 1.
        self.theta.iter().zip(&self.direction).map(|(t, d)| t + p * d).collect()
    }

    fn at(&self, p: f64) -> Arc<Made> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, made)) = &*made
            && *of == p.to_bits()
        {
            return made.clone();
        }
        let here = self.plan.system(&self.parameters(p));
        let kinked = if self.kinked || made.is_none() { kinked(here.as_ref(), &self.input) } else { None };
        let there = self.plan.system(&self.parameters(p + 1.0));
        let new = Arc::new(Made { here, there, kinked });
        *made = Some((p.to_bits(), new.clone()));
        new
    }
}

impl Family for InputLine<'_> {
    fn dim(&self) -> usize {
        self.system.field().dim()
    }
    fn kind(&self) -> Kind {
        kind(self.system.is_flow())
    }
    fn value(&self, x: &[f64], p: f64, y: &mut [f64]) {
        value(self.system.field(), x, &self.input(p), y);
    }
    fn jacobian(&self, x: &[f64], p: f64, j: MatMut<f64>) {
        jacobian(self.system.field(), x, &self.input(p), j);
    }
    fn slope(&self, x: &[f64], p: f64, d: &mut [f64]) {
        let (rule, u, zero) = (self.system.field(), self.input(p), vec![0.0; x.len()]);
        let (ws, _) = evaluated(rule, x, &u, 1);
        let Workspace { tape, mut scratch } = ws;
        let at = Point { x: column(x), u: column(&u), tape: tape.as_ref() };
        rule.jvp(at, column(&zero), Some(column(&self.direction)), column_mut(d), scratch.as_mut());
    }
    fn is_smooth(&self) -> bool {
        smooth(self.system.field(), &self.input)
    }
    fn switches(&self, x: &[f64], p: f64) -> Vec<f64> {
        self.kinked.as_ref().map_or_else(Vec::new, |c| currents(c, x, &self.input(p)))
    }
}

impl Family for ParameterLine<'_> {
    fn dim(&self) -> usize {
        self.dim
    }
    fn kind(&self) -> Kind {
        kind(self.flow)
    }
    fn value(&self, x: &[f64], p: f64, y: &mut [f64]) {
        value(self.at(p).here.field(), x, &self.input, y);
    }
    fn jacobian(&self, x: &[f64], p: f64, j: MatMut<f64>) {
        jacobian(self.at(p).here.field(), x, &self.input, j);
    }
    fn slope(&self, x: &[f64], p: f64, d: &mut [f64]) {
        d.copy_from_slice(&self.slope_by(self.way, x, p));
    }
    fn is_smooth(&self) -> bool {
        smooth(self.at(1.0).here.field(), &self.input)
    }
    fn switches(&self, x: &[f64], p: f64) -> Vec<f64> {
        self.at(p).kinked.as_ref().map_or_else(Vec::new, |c| currents(c, x, &self.input))
    }
}

fn kind(flow: bool) -> Kind {
    if flow { Kind::Flow } else { Kind::Map }
}

/// The rule's memory of `x` under `u`, with room for `width` tangents, and its value.
fn evaluated(rule: &dyn Rule, x: &[f64], u: &[f64], width: usize) -> (Workspace, Vec<f64>) {
    let mut ws = Workspace::new(rule, 1, width.max(1));
    let mut y = vec![0.0; x.len()];
    ws.eval(rule, column(x), column(u), column_mut(&mut y));
    (ws, y)
}

fn value(rule: &dyn Rule, x: &[f64], u: &[f64], y: &mut [f64]) {
    y.copy_from_slice(&evaluated(rule, x, u, 1).1);
}

fn jacobian(rule: &dyn Rule, x: &[f64], u: &[f64], mut j: MatMut<f64>) {
    let n = x.len();
    let Workspace { tape, mut scratch } = evaluated(rule, x, u, 1).0;
    let at = Point { x: column(x), u: column(u), tape: tape.as_ref() };
    if !rule.fold(at, j.as_mut(), scratch.as_mut()) {
        let mut wide = Workspace::new(rule, 1, n);
        rule.jvp(at, Mat::identity(n, n).as_ref(), None, j, wide.scratch.as_mut());
    }
}

/// Whether the rule's second derivative is bounded however far from the origin.
fn smooth(rule: &dyn Rule, input: &[f64]) -> bool {
    let x = vec![0.0; rule.dim()];
    let (ws, _) = evaluated(rule, &x, input, 1);
    let at = Point { x: column(&x), u: column(input), tape: ws.tape.as_ref() };
    rule.bounds(at, FAR).is_some_and(|b| b.curvature > 0.0 && b.curvature.is_finite())
}

/// The currents onto the units of a network whose nonlinearity has a kink, where each unit has one.
fn kinked(system: &dyn System, input: &[f64]) -> Option<Couplings> {
    let rule = system.field();
    let kinked = rule.recurrence(input).is_some_and(|r| r.activation == Activation::Relu);
    rule.couplings().filter(|_| kinked)
}

/// What the kinked nonlinearity of each unit is taken of.
fn currents(of: &Couplings, x: &[f64], u: &[f64]) -> Vec<f64> {
    if of.of_currents.is_some() {
        return x.to_vec();
    }
    let nu = of.currents(column(x), column(u));
    col(nu.as_ref(), 0).iter().zip(&of.bias).map(|(nu, b)| nu + b).collect()
}
