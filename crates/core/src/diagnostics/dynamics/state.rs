//! One trajectory of a driven system, step by step, without tangents.

use super::lyapunov::Drive;
use crate::linalg::{col, col_mut};
use crate::systems::rule::{Point, Rule, Workspace};
use faer::{Mat, MatMut};

/// A state that large has left every attractor.
const ESCAPED: f64 = 1e12;

/// The state, its input and the tape of the last step.
pub(super) struct State<'a> {
    pub(super) rule: &'a dyn Rule,
    drive: Drive<'a>,
    /// Steps made since the initial state.
    pub(super) time: usize,
    x: Mat<f64>,
    next: Mat<f64>,
    saved: (usize, Mat<f64>),
    u: Mat<f64>,
    ws: Workspace,
}

impl<'a> State<'a> {
    /// A trajectory from `x`, with scratch for `width` tangents.
    pub(super) fn new(rule: &'a dyn Rule, drive: Drive<'a>, x: &[f64], width: usize) -> Self {
        let (n, d) = (rule.dim(), rule.inputs());
        let x = Mat::from_fn(n, 1, |i, _| x[i]);
        let mut u = Mat::zeros(d, 1);
        if let Drive::Constant(v) = drive {
            col_mut(u.as_mut(), 0).copy_from_slice(v);
        }
        let (next, saved) = (x.clone(), (0, x.clone()));
        Self { rule, drive, time: 0, x, next, saved, u, ws: Workspace::new(rule, 1, width) }
    }

    /// A trajectory that continues at step `time` from `x`.
    pub(super) fn fork(rule: &'a dyn Rule, drive: Drive<'a>, x: &[f64], time: usize, width: usize) -> Self {
        Self { time, ..Self::new(rule, drive, x, width) }
    }

    /// Computes the next state and the tape; the state moves on [`commit`](Self::commit).
    pub(super) fn evaluate(&mut self) {
        if let Drive::Sequence(inputs) = self.drive {
            for i in 0..self.u.nrows() {
                self.u[(i, 0)] = inputs[(i, self.time)];
            }
        }
        self.ws.eval(self.rule, self.x.as_ref(), self.u.as_ref(), self.next.as_mut());
    }

    /// The point last evaluated, and scratch for products there.
    pub(super) fn point(&mut self) -> (Point<'_>, MatMut<'_, f64>) {
        let Workspace { tape, scratch } = &mut self.ws;
        (Point { x: self.x.as_ref(), u: self.u.as_ref(), tape: tape.as_ref() }, scratch.as_mut())
    }

    /// Moves to the state last computed.
    pub(super) fn commit(&mut self) {
        std::mem::swap(&mut self.x, &mut self.next);
        self.time += 1;
    }

    /// Moves by `steps`; false as soon as the state has escaped.
    pub(super) fn run(&mut self, steps: usize) -> bool {
        for s in 1..=steps {
            self.evaluate();
            self.commit();
            if s % 64 == 0 && self.escaped() {
                return false;
            }
        }
        !self.escaped()
    }

    pub(super) fn escaped(&self) -> bool {
        !self.x().iter().all(|v| v.abs() <= ESCAPED)
    }

    pub(super) fn x(&self) -> &[f64] {
        col(self.x.as_ref(), 0)
    }

    pub(super) fn set_x(&mut self, x: &[f64]) {
        col_mut(self.x.as_mut(), 0).copy_from_slice(x);
    }

    pub(super) fn drive(&self) -> Drive<'a> {
        self.drive
    }

    /// Keeps the present state for [`restore`](Self::restore).
    pub(super) fn save(&mut self) {
        self.saved.0 = self.time;
        self.saved.1.copy_from(&self.x);
    }

    pub(super) fn restore(&mut self) {
        self.time = self.saved.0;
        self.x.copy_from(&self.saved.1);
    }
}
