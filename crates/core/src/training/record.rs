//! What a rule went through on its way through time, and the way back over its products.

use crate::linalg::{Real, col_mut, pointwise};
use crate::systems::rule::{Point, Rule};
use faer::{Mat, MatMut, MatRef};
use std::ops::Range;

/// Columns in one product of the parameters' gradient: enough for the product to run at its
/// full rate, few enough for what it reads to be in the cache still (measured at n = 512).
const SEGMENT: usize = 128;
/// Segments, at least, so that two threads can share the way back of one record.
const PARTS: usize = 2;

/// Sequences side by side, w of them: column t w + j is step t of the j-th.
pub(super) struct Record<T: Real> {
    w: usize,
    /// Whether it can go back.
    kept: bool,
    /// Inputs, d x T w.
    pub u: Mat<T>,
    /// States, n x (T + 1) w; the first w columns are the initial ones.
    pub x: Mat<T>,
    /// What the rule recorded at each step, tape rows x T w; of the last alone where there is no way back.
    tape: Mat<T>,
    /// Of a segment on its way back, and of the one before it.
    way: [Segment<T>; 2],
    /// The loss's gradient with respect to the states one step back, n x w; in the end that of the initial states.
    pub back: Mat<T>,
    /// The loss's gradient with respect to the inputs, where it is wanted.
    pub gu: Option<Mat<T>>,
}

/// Room for a segment on its way back.
struct Segment<T> {
    /// The loss's gradient with respect to the states after each step.
    g: Mat<T>,
    scratch: Mat<T>,
}

impl<T: Real> Record<T> {
    /// Room for `steps` steps of `w` sequences.
    pub fn new(rule: &dyn Rule<T>, steps: usize, w: usize) -> Self {
        let (n, columns) = (rule.dim(), steps * w);
        let zeros = |rows| Mat::zeros(rows, segment(steps, w));
        let mut x = Mat::zeros(n, columns + w);
        (0..w).for_each(|j| rule.rest(col_mut(x.as_mut(), j)));
        Self {
            w,
            kept: true,
            u: Mat::zeros(rule.inputs(), columns),
            x,
            tape: Mat::zeros(rule.tape_rows(), columns),
            way: [(); 2].map(|()| Segment { g: zeros(n), scratch: zeros(rule.scratch_rows()) }),
            back: Mat::zeros(n, w),
            gu: None,
        }
    }

    /// The same without a way back.
    pub fn forward(rule: &dyn Rule<T>, steps: usize, w: usize) -> Self {
        Self { kept: false, tape: Mat::zeros(rule.tape_rows(), w), ..Self::new(rule, steps, w) }
    }

    /// Steps that there is room for.
    pub fn room(&self) -> usize {
        self.u.ncols() / self.w
    }

    /// Makes room for twice as many steps, keeping what was recorded.
    pub fn grow(&mut self) {
        let (steps, w) = (2 * self.room(), self.w);
        let to = |m: &mut Mat<T>, columns| m.resize_with(m.nrows(), columns, |_, _| T::ZERO);
        to(&mut self.u, steps * w);
        to(&mut self.x, (steps + 1) * w);
        if self.kept {
            to(&mut self.tape, steps * w);
            for s in &mut self.way {
                to(&mut s.g, segment(steps, w));
                to(&mut s.scratch, segment(steps, w));
            }
        }
    }

    /// Step `t` of all sequences, from their states and inputs.
    pub fn step(&mut self, rule: &dyn Rule<T>, t: usize) {
        let (c, w) = (t * self.w, self.w);
        let (x, y) = self.x.as_mut().split_at_col_mut(c + w);
        rule.eval(
            x.as_ref().subcols(c, w),
            self.u.as_ref().subcols(c, w),
            y.subcols_mut(0, w),
            self.tape.as_mut().subcols_mut(if self.kept { c } else { 0 }, w),
            self.way[0].scratch.as_mut(),
        );
    }

    /// States after the first `steps` steps, n x T w.
    pub fn states(&self, steps: usize) -> MatRef<'_, T> {
        self.x.as_ref().subcols(self.w, steps * self.w)
    }

    /// Backward through the first `steps` steps, adding the gradient of the rule's parameters to `grad`: a segment of steps
    /// after the other; while the next is under way, the parameters' gradient of the last is summed, on another thread if one
    /// is free. `loss` fills in, for a segment's columns, what the loss says of the states after those steps, n x columns.
    pub fn backward(
        &mut self,
        rule: &dyn Rule<T>,
        steps: usize,
        grad: &mut [T],
        mut loss: impl FnMut(Range<usize>, MatMut<T>) + Send,
    ) {
        let (w, segment) = (self.w, segment(steps, self.w));
        let Self { x, u, tape, way: [ahead, behind], back, gu, .. } = self;
        let (x, u, tape) = (x.as_ref(), u.as_ref(), tape.as_ref());
        let point =
            |c: usize, w: usize| Point { x: x.subcols(c, w), u: u.subcols(c, w), tape: tape.subcols(c, w) };
        let (mut ahead, mut behind) = (ahead, behind);
        let (mut end, mut done) = (steps * w, steps * w);
        while done > 0 {
            // Steps from `start` to `end` go back; those from `end` to `done` went back before.
            let start = end.saturating_sub(segment);
            let steps_back = || {
                let mut g = ahead.g.as_mut().subcols_mut(0, end - start);
                if end > start {
                    loss(start..end, g.as_mut());
                }
                for c in (start..end).step_by(w).rev() {
                    let mut g = g.as_mut().subcols_mut(c - start, w);
                    if c + w < steps * w {
                        pointwise::add(g.as_mut(), back.as_ref());
                    }
                    let gu = gu.as_mut().map(|gu| gu.as_mut().subcols_mut(c, w));
                    let scratch = ahead.scratch.as_mut().subcols_mut(c - start, w);
                    rule.vjp(point(c, w), g.as_ref(), back.as_mut(), gu, scratch);
                }
            };
            let sum = || {
                if done > end {
                    let (at, width) = (point(end, done - end), done - end);
                    let g = behind.g.as_ref().subcols(0, width);
                    let scratch: MatMut<T> = behind.scratch.as_mut().subcols_mut(0, width);
                    rule.param_vjp_after(at, g, grad, scratch);
                }
            };
            rayon::join(steps_back, sum);
            std::mem::swap(&mut ahead, &mut behind);
            (done, end) = (end, start);
        }
    }
}

/// Columns of a segment: whole steps.
fn segment(steps: usize, w: usize) -> usize {
    SEGMENT.div_ceil(w).min(steps.div_ceil(PARTS)).max(1) * w
}
