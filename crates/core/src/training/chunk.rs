//! A few sequences of a batch on their way through time and back.

use super::dropout::Dropout;
use super::loss::{Sums, compare};
use super::model::{Model, Readout};
use crate::linalg::{Real, col, col_mut, gemm, outer, pointwise};
use crate::systems::rule::{Point, parameter_count};
use crate::tasks::{Batch, Objective};
use faer::{Accum, Mat, MatMut, MatRef};
use std::ops::Range;

/// Columns in one product of the parameters' gradient: enough for the product to run at its
/// full rate, few enough for what it reads to be in the cache still (measured at n = 512).
const SEGMENT: usize = 128;
/// Segments, at least, so that two threads can share the way back of one chunk.
const PARTS: usize = 2;

/// What is asked of every chunk.
pub(super) struct Request<'a> {
    pub batch: &'a Batch,
    pub objective: Objective,
    pub dropout: Option<Dropout>,
    /// Sum of the weights of the whole batch.
    pub counted: f64,
}

/// The sequences `own` of a batch, w of them: column t w + j is step t of the j-th.
pub(super) struct Chunk<T: Real> {
    own: Range<usize>,
    all: usize,
    steps: usize,
    /// Results of the last pass.
    pub sums: Sums,
    /// Inputs, d x T w.
    u: Mat<T>,
    /// States, n x (T + 1) w.
    x: Mat<T>,
    tape: Mat<T>,
    /// Columns of a segment: whole steps.
    segment: usize,
    /// Of a segment on its way back, and of the one before it.
    scratch: [Mat<T>; 2],
    /// Outputs, then the loss's gradient with respect to them, o x T w.
    y: Mat<T>,
    /// The loss's gradient with respect to the states after each step, n x T w.
    g: Mat<T>,
    /// The same one step back, n x w; in the end that of the initial states.
    back: Mat<T>,
    /// Dropout's factors, and the read-out's input under them, m x T w; empty before the first use.
    mask: Mat<T>,
    seen: Mat<T>,
    gu: Option<Mat<T>>,
    grad: Vec<T>,
}

impl<T: Real> Chunk<T> {
    pub fn new(model: &Model<T>, steps: usize, all: usize, own: Range<usize>) -> Self {
        let (rule, w) = (&model.rule, own.len());
        let (n, columns) = (rule.dim(), steps * w);
        let segment = SEGMENT.div_ceil(w).min(steps.div_ceil(PARTS)).max(1) * w;
        Self {
            own,
            all,
            steps,
            sums: Sums::default(),
            u: Mat::zeros(rule.inputs(), columns),
            x: Mat::zeros(n, columns + w),
            tape: Mat::zeros(rule.tape_rows(), columns),
            segment,
            scratch: [(); 2].map(|()| Mat::zeros(rule.scratch_rows(), segment)),
            y: Mat::zeros(model.outputs(), columns),
            g: Mat::zeros(n, columns),
            back: Mat::zeros(n, w),
            mask: Mat::zeros(0, 0),
            seen: Mat::zeros(0, 0),
            gu: None,
            grad: vec![T::ZERO; model.parameter_count()],
        }
    }
    pub fn want_input_gradient(&mut self) {
        self.gu = Some(Mat::zeros(self.u.nrows(), self.u.ncols()));
    }
    pub fn set_initial(&mut self, x: MatRef<T>) {
        let w = self.own.len();
        self.x.as_mut().subcols_mut(0, w).copy_from(x.subcols(self.own.start, w));
    }
    pub fn sequences(&self) -> Range<usize> {
        self.own.clone()
    }
    pub fn states(&self) -> MatRef<'_, T> {
        self.x.as_ref()
    }
    pub fn initial_gradient(&self) -> MatRef<'_, T> {
        self.back.as_ref()
    }
    pub fn input_gradient(&self) -> Option<MatRef<'_, T>> {
        self.gu.as_ref().map(|g| g.as_ref())
    }
    pub fn grad(&self) -> &[T] {
        &self.grad
    }

    /// The column of the batch that column `k` here belongs to.
    fn source(&self, k: usize) -> usize {
        let w = self.own.len();
        k / w * self.all + self.own.start + k % w
    }

    /// The loss; the outputs' gradient is left in `y`.
    pub fn loss(&mut self, model: &Model<T>, request: &Request) -> Sums {
        self.forward(model, request.batch);
        self.drop(&model.readout, request.dropout);
        let mut y = std::mem::replace(&mut self.y, Mat::new());
        let mut sums = Sums::default();
        y.fill(T::ZERO);
        self.each_run(request.batch, |own, run| {
            let mut y = y.as_mut().subcols_mut(run.start, run.len());
            let seen = own.seen(&model.readout, request.dropout, run.clone());
            gemm(y.as_mut(), Accum::Replace, model.readout.weight.as_ref(), seen);
            for k in 0..y.ncols() {
                for (y, b) in col_mut(y.as_mut(), k).iter_mut().zip(&model.readout.bias) {
                    *y += *b;
                }
            }
            let Batch { targets, weights, .. } = request.batch;
            let source = |k| own.source(run.start + k);
            sums += compare(request.objective, y, targets, weights, request.counted, source);
        });
        self.y = y;
        sums
    }

    /// The loss and, in `grad`, `back` and `gu`, this chunk's part of its gradient.
    pub fn gradient(&mut self, model: &Model<T>, request: &Request) -> Sums {
        let sums = self.loss(model, request);
        self.grad.fill(T::ZERO);
        self.read_out_gradient(model, request);
        self.backward(model);
        sums
    }

    /// Backward through time, a segment of steps after the other; while the next is under way, the
    /// parameters' gradient of the last is summed, on another thread if one is free.
    fn backward(&mut self, model: &Model<T>) {
        let (rule, w, segment) = (&model.rule, self.own.len(), self.segment);
        let Self { x, u, tape, scratch: [ahead, behind], g, back, gu, grad, .. } = self;
        let (x, u, tape) = (x.as_ref(), u.as_ref(), tape.as_ref());
        let point =
            |c: usize, w: usize| Point { x: x.subcols(c, w), u: u.subcols(c, w), tape: tape.subcols(c, w) };
        let grad = &mut grad[..parameter_count(rule.as_ref())];
        let (mut ahead, mut behind) = (ahead, behind);
        let (mut end, mut done) = (self.steps * w, self.steps * w);
        while done > 0 {
            // Steps from `start` to `end` go back; those from `end` to `done` went back before.
            let start = end.saturating_sub(segment);
            let (mut g, gone) = g.as_mut().split_at_col_mut(end);
            let steps = || {
                for c in (start..end).step_by(w).rev() {
                    let gu = gu.as_mut().map(|gu| gu.as_mut().subcols_mut(c, w));
                    let scratch = ahead.as_mut().subcols_mut(c - start, w);
                    rule.vjp(point(c, w), g.as_ref().subcols(c, w), back.as_mut(), gu, scratch);
                    if c > 0 {
                        pointwise::add(g.as_mut().subcols_mut(c - w, w), back.as_ref());
                    }
                }
            };
            let sum = || {
                if done > end {
                    let (at, width) = (point(end, done - end), done - end);
                    let g = gone.as_ref().subcols(0, width);
                    rule.param_vjp_after(at, g, grad, behind.as_mut().subcols_mut(0, width));
                }
            };
            rayon::join(steps, sum);
            std::mem::swap(&mut ahead, &mut behind);
            (done, end) = (end, start);
        }
    }

    fn forward(&mut self, model: &Model<T>, batch: &Batch) {
        let w = self.own.len();
        for k in 0..self.steps * w {
            let s = self.source(k);
            for (u, v) in col_mut(self.u.as_mut(), k).iter_mut().zip(col(batch.inputs.as_ref(), s)) {
                *u = T::of(*v);
            }
        }
        for t in 0..self.steps {
            let c = t * w;
            let (x, y) = self.x.as_mut().split_at_col_mut(c + w);
            model.rule.eval(
                x.as_ref().subcols(c, w),
                self.u.as_ref().subcols(c, w),
                y.subcols_mut(0, w),
                self.tape.as_mut().subcols_mut(c, w),
                self.scratch[0].as_mut(),
            );
        }
    }

    /// Draws dropout's factors and the read-out's input under them.
    fn drop(&mut self, readout: &Readout<T>, dropout: Option<Dropout>) {
        let Some(dropout) = dropout else { return };
        let (m, columns, w) = (readout.weight.ncols(), self.u.ncols(), self.own.len());
        if self.mask.ncols() != columns {
            (self.mask, self.seen) = (Mat::zeros(m, columns), Mat::zeros(m, columns));
        }
        for j in 0..w {
            dropout.fill(self.mask.as_mut(), j, w, self.own.start + j);
        }
        let shown = self.x.as_ref().subcols(w, columns).subrows(readout.first, m);
        for k in 0..columns {
            let (mask, x) = (col(self.mask.as_ref(), k), col(shown, k));
            for (i, s) in col_mut(self.seen.as_mut(), k).iter_mut().enumerate() {
                *s = mask[i] * x[i];
            }
        }
    }

    /// What the read-out sees in those columns.
    fn seen(&self, readout: &Readout<T>, dropout: Option<Dropout>, run: Range<usize>) -> MatRef<'_, T> {
        if dropout.is_some() {
            return self.seen.as_ref().subcols(run.start, run.len());
        }
        let shown = self.x.as_ref().subrows(readout.first, readout.weight.ncols());
        shown.subcols(self.own.len() + run.start, run.len())
    }

    /// Calls `act` with the columns of each run of steps in which something is counted.
    fn each_run(&self, batch: &Batch, mut act: impl FnMut(&Self, Range<usize>)) {
        let w = self.own.len();
        let counts = |t: usize| {
            let row = &batch.weights[t * self.all..(t + 1) * self.all];
            row[self.own.clone()].iter().any(|v| *v != 0.0)
        };
        let mut t = 0;
        while t < self.steps {
            let end = (t..self.steps).find(|s| !counts(*s)).unwrap_or(self.steps);
            if end > t {
                act(self, t * w..end * w);
            }
            t = end + 1;
        }
    }

    /// Gradients of the read-out's parameters and, in `g`, of what it sees.
    fn read_out_gradient(&mut self, model: &Model<T>, request: &Request) {
        let readout = &model.readout;
        let (o, m) = (readout.weight.nrows(), readout.weight.ncols());
        let (mut g, mut grad) = (std::mem::replace(&mut self.g, Mat::new()), std::mem::take(&mut self.grad));
        let start = grad.len() - o * (m + 1);
        let (gd, gc) = grad[start..].split_at_mut(o * m);
        let mut gd = MatMut::from_column_major_slice_mut(gd, o, m);
        g.fill(T::ZERO);
        self.each_run(request.batch, |own, run| {
            let gy = own.y.as_ref().subcols(run.start, run.len());
            let seen = own.seen(readout, request.dropout, run.clone());
            outer::add_outer(gd.as_mut(), gy, seen);
            pointwise::add_columns(gc, gy);
            let mut g = g.as_mut().subcols_mut(run.start, run.len()).subrows_mut(readout.first, m);
            gemm(g.as_mut(), Accum::Replace, readout.weight.transpose(), gy);
            if request.dropout.is_some() {
                for k in 0..gy.ncols() {
                    for (g, mask) in
                        col_mut(g.as_mut(), k).iter_mut().zip(col(own.mask.as_ref(), run.start + k))
                    {
                        *g *= *mask;
                    }
                }
            }
        });
        (self.g, self.grad) = (g, grad);
    }
}
