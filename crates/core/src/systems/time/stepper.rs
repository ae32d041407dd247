//! One trajectory of a driven system, step by step, with the products at each step.

use crate::linalg::{col, col_mut, gemm};
use crate::systems::rule::{Point, Rule, Workspace};
use faer::{Accum, Mat, MatMut, MatRef};

/// A state that large has left every attractor.
pub const ESCAPED: f64 = 1e12;

/// The input of a system in time.
///
/// ```
/// use nullcline_core::systems::{reference::Linear, time::{Drive, Stepper}};
///
/// // x' = x + u sums its input.
/// let sum = Linear::new(faer::mat![[1.0]].as_ref(), faer::mat![[1.0]].as_ref());
/// let inputs = faer::mat![[1.0, 2.0, 4.0]];
/// for (drive, known) in [(Drive::Constant(&[2.0]), 6.0), (Drive::Sequence(inputs.as_ref()), 7.0)] {
///     let mut orbit = Stepper::new(&sum, drive, &[0.0], 1);
///     orbit.run(3);
///     assert_eq!((orbit.x()[0], orbit.time()), (known, 3));
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Drive<'a> {
    /// The same input at every step, d numbers.
    Constant(&'a [f64]),
    /// One column a step, d x T, used once and never repeated.
    Sequence(MatRef<'a, f64>),
}

impl Drive<'_> {
    /// Writes the input of step `t` to `u`, d numbers.
    pub fn write(&self, t: usize, u: &mut [f64]) {
        match self {
            Self::Constant(v) => u.copy_from_slice(v),
            Self::Sequence(m) => u.iter_mut().enumerate().for_each(|(i, v)| *v = m[(i, t)]),
        }
    }
}

/// A state that a rule moves under its input, and what the rule recorded at the last step.
///
/// No method but the constructors allocates.
///
/// ```
/// use nullcline_core::systems::{reference::Henon, time::{Drive, Stepper}};
///
/// let henon = Henon::default();
/// let mut orbit = Stepper::new(&henon, Drive::Constant(&[]), &[0.1, 0.1], 1);
/// assert!(orbit.run(1000));
/// assert!(orbit.x()[0].abs() < 1.5);
/// ```
pub struct Stepper<'a> {
    rule: &'a dyn Rule,
    drive: Drive<'a>,
    time: usize,
    x: Mat<f64>,
    next: Mat<f64>,
    saved: (usize, Mat<f64>),
    u: Mat<f64>,
    ws: Workspace,
}

impl<'a> Stepper<'a> {
    /// A trajectory from `x`, with scratch for `width` tangents.
    ///
    /// # Panics
    /// If `x` or a constant input has another length than the rule's.
    pub fn new(rule: &'a dyn Rule, drive: Drive<'a>, x: &[f64], width: usize) -> Self {
        let mut u = Mat::zeros(rule.inputs(), 1);
        if let Drive::Constant(_) = drive {
            drive.write(0, col_mut(u.as_mut(), 0));
        }
        let x = Mat::from_fn(rule.dim(), 1, |i, _| x[i]);
        let (next, saved) = (x.clone(), (0, x.clone()));
        Self { rule, drive, time: 0, x, next, saved, u, ws: Workspace::new(rule, 1, width) }
    }

    /// A trajectory that continues at step `time` from `x`.
    pub fn fork(rule: &'a dyn Rule, drive: Drive<'a>, x: &[f64], time: usize, width: usize) -> Self {
        Self { time, ..Self::new(rule, drive, x, width) }
    }

    /// The rule.
    pub fn rule(&self) -> &'a dyn Rule {
        self.rule
    }
    /// The input in time.
    pub fn drive(&self) -> Drive<'a> {
        self.drive
    }
    /// Steps made since the initial state, which also number the columns of an input sequence.
    pub fn time(&self) -> usize {
        self.time
    }
    /// The state.
    pub fn x(&self) -> &[f64] {
        col(self.x.as_ref(), 0)
    }
    /// The state last computed by [`evaluate`](Self::evaluate); after [`commit`](Self::commit) the state before it.
    pub fn other(&self) -> &[f64] {
        col(self.next.as_ref(), 0)
    }
    /// Puts the state at `x`.
    pub fn set_x(&mut self, x: &[f64]) {
        col_mut(self.x.as_mut(), 0).copy_from_slice(x);
    }
    /// Puts the state at `x` at step `time`.
    pub fn place(&mut self, time: usize, x: &[f64]) {
        self.time = time;
        self.set_x(x);
    }

    /// Computes the next state and the tape; the state moves on [`commit`](Self::commit).
    pub fn evaluate(&mut self) {
        if let Drive::Sequence(_) = self.drive {
            self.drive.write(self.time, col_mut(self.u.as_mut(), 0));
        }
        self.ws.eval(self.rule, self.x.as_ref(), self.u.as_ref(), self.next.as_mut());
    }

    /// The point last evaluated, and scratch for products there.
    pub fn point(&mut self) -> (Point<'_>, MatMut<'_, f64>) {
        let Workspace { tape, scratch } = &mut self.ws;
        (Point { x: self.x.as_ref(), u: self.u.as_ref(), tape: tape.as_ref() }, scratch.as_mut())
    }

    /// Writes the Jacobian of the step last evaluated, n x n, where the rule forms it at little cost; whether it did.
    pub fn fold(&mut self, j: MatMut<f64>) -> bool {
        let rule = self.rule;
        let (at, scratch) = self.point();
        rule.fold(at, j, scratch)
    }

    /// Tangents `v` (n x k) over the step last evaluated, `out` = J v: by way of the Jacobian where there is room for one
    /// that the rule [folds](Rule::fold).
    ///
    /// ```
    /// use faer::{Mat, mat};
    /// use nullcline_core::systems::{reference::Logistic, time::{Drive, Stepper}};
    ///
    /// // The derivative of x' = 4 x (1 - x) along an orbit, by the product of 4 (1 - 2 x).
    /// let map = Logistic::new(4.0);
    /// let mut orbit = Stepper::new(&map, Drive::Constant(&[]), &[0.2], 1);
    /// let (mut v, mut next, mut known) = (mat![[1.0]], Mat::zeros(1, 1), 1.0);
    /// for _ in 0..5 {
    ///     known *= 4.0 * (1.0 - 2.0 * orbit.x()[0]);
    ///     orbit.evaluate();
    ///     orbit.carry(v.as_ref(), next.as_mut(), None);
    ///     orbit.commit();
    ///     std::mem::swap(&mut v, &mut next);
    /// }
    /// assert!((v[(0, 0)] - known).abs() < 1e-9);
    /// ```
    pub fn carry(&mut self, v: MatRef<f64>, out: MatMut<f64>, jacobian: Option<&mut Mat<f64>>) {
        let rule = self.rule;
        let (at, mut scratch) = self.point();
        if let Some(j) = jacobian
            && rule.fold(at, j.as_mut(), scratch.as_mut())
        {
            return gemm(out, Accum::Replace, j.as_ref(), v);
        }
        rule.jvp(at, v, None, out, scratch);
    }

    /// Moves to the state last computed.
    pub fn commit(&mut self) {
        std::mem::swap(&mut self.x, &mut self.next);
        self.time += 1;
    }

    /// Moves by one step.
    pub fn step(&mut self) {
        self.evaluate();
        self.commit();
    }

    /// Moves by `steps`; false as soon as the state has escaped.
    pub fn run(&mut self, steps: usize) -> bool {
        for s in 1..=steps {
            self.step();
            if s % 64 == 0 && self.escaped() {
                return false;
            }
        }
        !self.escaped()
    }

    /// Whether the state has left every bound, [`ESCAPED`], or is not finite.
    pub fn escaped(&self) -> bool {
        !self.x().iter().all(|v| v.abs() <= ESCAPED)
    }

    /// Keeps the present state for [`restore`](Self::restore).
    pub fn save(&mut self) {
        self.saved.0 = self.time;
        self.saved.1.copy_from(&self.x);
    }

    /// Goes back to the state last kept.
    pub fn restore(&mut self) {
        self.time = self.saved.0;
        self.x.copy_from(&self.saved.1);
    }
}
