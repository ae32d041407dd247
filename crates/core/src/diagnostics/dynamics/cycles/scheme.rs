//! Steps of any length of a flow under a constant input, with their tangents and cotangents.

use crate::linalg::{col, col_mut};
use crate::systems::rule::{Point, Rule, column, column_mut};
use crate::systems::time::dop853::Dop853;
use faer::{Mat, MatMut};

/// The eighth-order scheme with everything that its last step recorded.
pub(super) struct Scheme<'a> {
    field: &'a dyn Rule,
    input: Mat<f64>,
    /// Where the last step began.
    start: Mat<f64>,
    tape: Mat<f64>,
    scratch: Mat<f64>,
    moved: Mat<f64>,
}

impl<'a> Scheme<'a> {
    /// Room for `width` tangents of `field` under the input `u`.
    pub(super) fn new(field: &'a dyn Rule, u: &[f64], width: usize) -> Self {
        let (n, width) = (field.dim(), width.max(1));
        let scheme = Dop853 { field, h: 0.0 };
        Self {
            field,
            input: Mat::from_fn(u.len(), 1, |i, _| u[i]),
            start: Mat::zeros(n, 1),
            tape: Mat::zeros(scheme.tape_rows(), 1),
            scratch: Mat::zeros(scheme.scratch_rows(), width),
            moved: Mat::zeros(n, width),
        }
    }

    /// The velocity dx/dt at `x`; tangents of the step before can no longer be had.
    pub(super) fn velocity(&mut self, x: &[f64]) -> Vec<f64> {
        let mut f = vec![0.0; x.len()];
        let tape = self.tape.as_mut().subrows_mut(0, self.field.tape_rows());
        self.field.eval(column(x), self.input.as_ref(), column_mut(&mut f), tape, self.scratch.as_mut());
        f
    }

    /// Moves `x` by a step of `h`.
    pub(super) fn step(&mut self, x: &mut [f64], h: f64) {
        col_mut(self.start.as_mut(), 0).copy_from_slice(x);
        let scheme = Dop853 { field: self.field, h };
        let (start, input) = (self.start.as_ref(), self.input.as_ref());
        scheme.eval(start, input, column_mut(x), self.tape.as_mut(), self.scratch.as_mut());
    }

    /// Moves tangents (n x k) over the step last made, of length `h`.
    pub(super) fn push(&mut self, mut v: MatMut<f64>, h: f64) {
        let at = Point { x: self.start.as_ref(), u: self.input.as_ref(), tape: self.tape.as_ref() };
        let mut moved = self.moved.as_mut().subcols_mut(0, v.ncols());
        Dop853 { field: self.field, h }.jvp(at, v.as_ref(), moved.as_mut(), self.scratch.as_mut());
        v.copy_from(moved);
    }

    /// Moves a cotangent backward over the step last made, of length `h`: z = J^T z.
    pub(super) fn pull(&mut self, z: &mut [f64], h: f64) {
        let at = Point { x: self.start.as_ref(), u: self.input.as_ref(), tape: self.tape.as_ref() };
        let mut moved = self.moved.as_mut().subcols_mut(0, 1);
        Dop853 { field: self.field, h }.vjp(at, column(z), moved.as_mut(), self.scratch.as_mut());
        z.copy_from_slice(col(moved.as_ref(), 0));
    }
}
