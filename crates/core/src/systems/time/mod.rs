//! What a rule means in time: maps, flows, and the schemes that discretise flows.

pub mod dop853;
mod euler;
mod rk4;
mod stepper;

pub use euler::Euler;
pub use rk4::Rk4;
pub use stepper::{Drive, ESCAPED, Stepper};

use super::rule::{Point, Rule};
use faer::{MatMut, MatRef};

/// A rule with its meaning in time.
///
/// A map is its own field and its own step. A flow has dx/dt for its field, and for its step the scheme that integrates it over
/// [`time_step`](Self::time_step): what is asked of the field (fixed points, cycles) does not depend on that, exponents and
/// trajectories do as far as the scheme is exact.
pub trait System: Send + Sync {
    /// The rule that advances the state by [`time_step`](Self::time_step).
    fn step(&self) -> &dyn Rule;
    /// The rule whose fixed points (a map) or zeros (a flow) are sought.
    fn field(&self) -> &dyn Rule;
    /// True when [`field`](Self::field) is dx/dt, false when it is the map itself.
    fn is_flow(&self) -> bool;
    /// Time that one [`step`](Self::step) takes; 1 for a map that discretises nothing.
    fn time_step(&self) -> f64;
    /// The same flow with half the time step; none for a map.
    fn halved(&self) -> Option<Box<dyn System>> {
        None
    }
    /// Rate of growth, in nats per unit time, of a mode whose eigenvalue of the field's Jacobian
    /// is `re + i im`: the real part for a flow, log|eigenvalue| / time step for a map.
    fn growth(&self, re: f64, im: f64) -> f64 {
        if self.is_flow() { re } else { re.hypot(im).ln() / self.time_step() }
    }
}

/// A map x(t+1) = F(x(t), u(t)), of time step 1 unless it discretises a flow.
///
/// ```
/// use nullcline_core::systems::{reference::Logistic, time::{Map, System}};
///
/// let map = Map::new(Logistic::default());
/// assert_eq!((map.is_flow(), map.time_step()), (false, 1.0));
/// // A mode that doubles a step grows at log 2 nats; with a step of 0.1 at ten times that per unit time.
/// assert!((map.growth(-2.0, 0.0) - 2f64.ln()).abs() < 1e-15);
/// assert!((Map::with_time_step(Logistic::default(), 0.1).growth(2.0, 0.0) - 10.0 * 2f64.ln()).abs() < 1e-12);
/// ```
pub struct Map<R> {
    rule: R,
    time_step: f64,
}

impl<R: Rule> Map<R> {
    /// A map whose time is counted in steps.
    pub fn new(rule: R) -> Self {
        Self { rule, time_step: 1.0 }
    }
    /// A map that advances time by `time_step`.
    pub fn with_time_step(rule: R, time_step: f64) -> Self {
        Self { rule, time_step }
    }
}

impl<R: Rule> System for Map<R> {
    fn step(&self) -> &dyn Rule {
        &self.rule
    }
    fn field(&self) -> &dyn Rule {
        &self.rule
    }
    fn is_flow(&self) -> bool {
        false
    }
    fn time_step(&self) -> f64 {
        self.time_step
    }
}

/// A flow dx/dt = F(x, u), advanced by classical Runge-Kutta steps of `dt` with u held constant.
///
/// ```
/// use nullcline_core::systems::{reference::Linear, rule::linearise, time::{Flow, System}};
///
/// // dx/dt = -x over 0.1: 1 - h + h^2 / 2 - h^3 / 6 + h^4 / 24.
/// let decay = Linear::new(faer::mat![[-1.0]].as_ref(), faer::Mat::zeros(1, 0).as_ref());
/// let flow = Flow::new(decay, 0.1);
/// let (h, next) = (0.1f64, linearise(flow.step(), &[1.0], &[]).0[0]);
/// assert!((next - (1.0 - h + h * h / 2.0 - h.powi(3) / 6.0 + h.powi(4) / 24.0)).abs() < 1e-15);
/// assert_eq!(linearise(flow.field(), &[1.0], &[]).0, [-1.0]);
/// assert_eq!(flow.halved().unwrap().time_step(), 0.05);
/// ```
pub struct Flow<R> {
    step: Rk4<R>,
}

impl<R: Rule> Flow<R> {
    /// The flow of `field` in steps of `dt`.
    pub fn new(field: R, dt: f64) -> Self {
        Self { step: Rk4::new(field, dt) }
    }
}

impl<R: Rule + Clone + 'static> System for Flow<R> {
    fn step(&self) -> &dyn Rule {
        &self.step
    }
    fn field(&self) -> &dyn Rule {
        self.step.field()
    }
    fn is_flow(&self) -> bool {
        true
    }
    fn time_step(&self) -> f64 {
        self.step.dt()
    }
    fn halved(&self) -> Option<Box<dyn System>> {
        Some(Box::new(Flow::new(self.step.field().clone(), self.step.dt() / 2.0)))
    }
}

/// Forwards dimensions and parameters of a discretisation to its `field`.
macro_rules! forward_to_field {
    () => {
        fn dim(&self) -> usize {
            self.field.dim()
        }
        fn inputs(&self) -> usize {
            self.field.inputs()
        }
        fn layout(&self) -> Vec<crate::systems::rule::Block> {
            self.field.layout()
        }
        fn rest(&self, x: &mut [T]) {
            self.field.rest(x);
        }
        fn read_params(&self, theta: &mut [T]) {
            self.field.read_params(theta);
        }
        fn write_params(&mut self, theta: &[T]) {
            self.field.write_params(theta);
        }
        fn range(&self, i: usize) -> [f64; 2] {
            self.field.range(i)
        }
        fn degree(&self) -> Option<i32> {
            self.field.degree()
        }
    };
}
pub(crate) use forward_to_field;

/// A boxed rule is a rule, so that a system can be built from what a file says.
impl<T: crate::linalg::Real> Rule<T> for Box<dyn Rule<T>> {
    fn dim(&self) -> usize {
        self.as_ref().dim()
    }
    fn inputs(&self) -> usize {
        self.as_ref().inputs()
    }
    fn tape_rows(&self) -> usize {
        self.as_ref().tape_rows()
    }
    fn scratch_rows(&self) -> usize {
        self.as_ref().scratch_rows()
    }
    fn layout(&self) -> Vec<super::rule::Block> {
        self.as_ref().layout()
    }
    fn read_params(&self, theta: &mut [T]) {
        self.as_ref().read_params(theta);
    }
    fn write_params(&mut self, theta: &[T]) {
        self.as_mut().write_params(theta);
    }
    fn eval(&self, x: MatRef<T>, u: MatRef<T>, y: MatMut<T>, tape: MatMut<T>, scratch: MatMut<T>) {
        self.as_ref().eval(x, u, y, tape, scratch);
    }
    fn jvp(&self, at: Point<T>, dx: MatRef<T>, du: Option<MatRef<T>>, dy: MatMut<T>, scratch: MatMut<T>) {
        self.as_ref().jvp(at, dx, du, dy, scratch);
    }
    fn vjp(&self, at: Point<T>, gy: MatRef<T>, gx: MatMut<T>, gu: Option<MatMut<T>>, scratch: MatMut<T>) {
        self.as_ref().vjp(at, gy, gx, gu, scratch);
    }
    fn param_vjp(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        self.as_ref().param_vjp(at, gy, grad, scratch);
    }
    fn param_vjp_after(&self, at: Point<T>, gy: MatRef<T>, grad: &mut [T], scratch: MatMut<T>) {
        self.as_ref().param_vjp_after(at, gy, grad, scratch);
    }
    fn fold(&self, at: Point<T>, j: MatMut<T>, scratch: MatMut<T>) -> bool {
        self.as_ref().fold(at, j, scratch)
    }
    fn rest(&self, x: &mut [T]) {
        self.as_ref().rest(x);
    }
    fn range(&self, i: usize) -> [f64; 2] {
        self.as_ref().range(i)
    }
    fn degree(&self) -> Option<i32> {
        self.as_ref().degree()
    }
    fn bounds(&self, at: Point<T>, radius: f64) -> Option<super::rule::Bounds> {
        self.as_ref().bounds(at, radius)
    }
    fn recurrence(&self, input: &[f64]) -> Option<super::recurrence::Recurrence> {
        self.as_ref().recurrence(input)
    }
    fn couplings(&self) -> Option<super::couplings::Couplings> {
        self.as_ref().couplings()
    }
}
