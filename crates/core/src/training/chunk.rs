//! A few sequences of a batch on their way through time and back.

use super::bptt::Noise;
use super::dropout::Dropout;
use super::loss::{Sums, compare};
use super::model::{Model, Readout};
use super::record::Record;
use crate::linalg::{Real, col, col_mut, gemm, outer, pointwise};
use crate::systems::noise::Stream;
use crate::systems::rule::parameter_count;
use crate::tasks::{Batch, Objective};
use faer::{Accum, Mat, MatMut, MatRef};
use std::ops::Range;

/// What is asked of every chunk.
pub(super) struct Request<'a> {
    pub batch: &'a Batch,
    pub objective: Objective,
    pub dropout: Option<Dropout>,
    pub noise: Option<Noise>,
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
    record: Record<T>,
    /// Outputs, then the loss's gradient with respect to them, o x T w.
    y: Mat<T>,
    /// Dropout's factors, and the read-out's input under them, m x T w; empty before the first use.
    mask: Mat<T>,
    seen: Mat<T>,
    /// What the encoder sees, c x w; no row without one.
    codes: Mat<T>,
    /// The noise of each sequence, where there is any.
    noise: Vec<Stream>,
    grad: Vec<T>,
}

impl<T: Real> Chunk<T> {
    pub fn new(model: &Model<T>, steps: usize, all: usize, own: Range<usize>) -> Self {
        let (columns, width) = (steps * own.len(), own.len());
        Self {
            record: Record::new(model.rule.as_ref(), steps, own.len()),
            own,
            all,
            steps,
            sums: Sums::default(),
            y: Mat::zeros(model.outputs(), columns),
            mask: Mat::zeros(0, 0),
            seen: Mat::zeros(0, 0),
            codes: Mat::zeros(model.codes(), width),
            noise: vec![],
            grad: vec![T::ZERO; model.parameter_count()],
        }
    }
    pub fn want_input_gradient(&mut self) {
        self.record.gu = Some(Mat::zeros(self.record.u.nrows(), self.record.u.ncols()));
    }
    pub fn set_initial(&mut self, x: MatRef<T>) {
        let w = self.own.len();
        self.record.x.as_mut().subcols_mut(0, w).copy_from(x.subcols(self.own.start, w));
    }
    pub fn sequences(&self) -> Range<usize> {
        self.own.clone()
    }
    pub fn states(&self) -> MatRef<'_, T> {
        self.record.x.as_ref()
    }
    pub fn initial_gradient(&self) -> MatRef<'_, T> {
        self.record.back.as_ref()
    }
    pub fn input_gradient(&self) -> Option<MatRef<'_, T>> {
        self.record.gu.as_ref().map(|g| g.as_ref())
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
        self.begin(model, request);
        self.forward(model, request.batch);
        self.drop(&model.readout, request.dropout);
        let mut y = std::mem::replace(&mut self.y, Mat::new());
        let mut sums = Sums::default();
        y.fill(T::ZERO);
        let own = &*self;
        own.runs(request.batch, 0..own.steps, |run| {
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
        let readout = &model.readout;
        self.read_out_gradient(readout, request);
        let count = parameter_count(model.rule.as_ref());
        let (w, m) = (self.own.len(), readout.weight.ncols());
        let Self { record, grad, y, mask, codes, own, all, steps, .. } = self;
        record.backward(model.rule.as_ref(), *steps, &mut grad[..count], |columns, mut g| {
            g.fill(T::ZERO);
            let from = columns.start;
            each_run(request.batch, *all, own, from / w..columns.end / w, |run| {
                let mut g = g.as_mut().subcols_mut(run.start - from, run.len()).subrows_mut(readout.first, m);
                let gy = y.as_ref().subcols(run.start, run.len());
                gemm(g.as_mut(), Accum::Replace, readout.weight.transpose(), gy);
                if request.dropout.is_some() {
                    for (k, c) in run.enumerate() {
                        let mask = col(mask.as_ref(), c);
                        col_mut(g.as_mut(), k).iter_mut().zip(mask).for_each(|(g, mask)| *g *= *mask);
                    }
                }
            });
        });
        if let Some(e) = &model.encoder {
            let (at, n) = (model.encoder_at(), e.nrows());
            let g = MatMut::from_column_major_slice_mut(&mut grad[at..], n, e.ncols());
            outer::add_outer(g, record.back.as_ref(), codes.as_ref());
        }
        sums
    }

    /// The initial states and the streams of noise.
    fn begin(&mut self, model: &Model<T>, request: &Request) {
        let (w, first) = (self.own.len(), self.own.start);
        if let (Some(e), Some(start)) = (&model.encoder, &request.batch.start) {
            for j in 0..w {
                let from = col(start.as_ref(), first + j);
                let codes = col_mut(self.codes.as_mut(), j).iter_mut();
                codes.zip(from).for_each(|(c, v)| *c = T::of(*v));
            }
            let x = self.record.x.as_mut().subcols_mut(0, w);
            gemm(x, Accum::Replace, e.as_ref(), self.codes.as_ref());
        }
        self.noise.clear();
        let streams = |n: Noise| (first..first + w).map(move |j| n.amount.stream(n.seed, n.pass, j));
        self.noise.extend(request.noise.into_iter().flat_map(streams));
    }

    fn forward(&mut self, model: &Model<T>, batch: &Batch) {
        let w = self.own.len();
        for k in 0..self.steps * w {
            let s = self.source(k);
            for (u, v) in col_mut(self.record.u.as_mut(), k).iter_mut().zip(col(batch.inputs.as_ref(), s)) {
                *u = T::of(*v);
            }
        }
        for t in 0..self.steps {
            self.record.step(model.rule.as_ref(), t);
            for (j, noise) in self.noise.iter_mut().enumerate() {
                noise.add(col_mut(self.record.x.as_mut(), (t + 1) * w + j));
            }
        }
    }

    /// Draws dropout's factors and the read-out's input under them.
    fn drop(&mut self, readout: &Readout<T>, dropout: Option<Dropout>) {
        let Some(dropout) = dropout else { return };
        let (m, columns, w) = (readout.weight.ncols(), self.record.u.ncols(), self.own.len());
        if self.mask.ncols() != columns {
            (self.mask, self.seen) = (Mat::zeros(m, columns), Mat::zeros(m, columns));
        }
        for j in 0..w {
            dropout.fill(self.mask.as_mut(), j, w, self.own.start + j);
        }
        let shown = self.record.states(self.steps).subrows(readout.first, m);
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
        let shown = self.record.x.as_ref().subrows(readout.first, readout.weight.ncols());
        shown.subcols(self.own.len() + run.start, run.len())
    }

    fn runs(&self, batch: &Batch, within: Range<usize>, act: impl FnMut(Range<usize>)) {
        each_run(batch, self.all, &self.own, within, act);
    }

    /// Gradients of the read-out's parameters.
    fn read_out_gradient(&mut self, readout: &Readout<T>, request: &Request) {
        let (o, m) = (readout.weight.nrows(), readout.weight.ncols());
        let mut grad = std::mem::take(&mut self.grad);
        let end = grad.len() - self.codes.nrows() * self.record.x.nrows();
        let (gd, gc) = grad[end - o * (m + 1)..end].split_at_mut(o * m);
        let mut gd = MatMut::from_column_major_slice_mut(gd, o, m);
        self.runs(request.batch, 0..self.steps, |run| {
            let gy = self.y.as_ref().subcols(run.start, run.len());
            outer::add_outer(gd.as_mut(), gy, self.seen(readout, request.dropout, run));
            pointwise::add_columns([gc], gy);
        });
        self.grad = grad;
    }
}

/// Calls `act` with the columns of each run of steps, of those `within`, in which something is counted for the sequences
/// `own` of `all`.
fn each_run(
    batch: &Batch,
    all: usize,
    own: &Range<usize>,
    within: Range<usize>,
    mut act: impl FnMut(Range<usize>),
) {
    let w = own.len();
    let counts = |t: usize| batch.weights[t * all..(t + 1) * all][own.clone()].iter().any(|v| *v != 0.0);
    let mut t = within.start;
    while t < within.end {
        let end = (t..within.end).find(|s| !counts(*s)).unwrap_or(within.end);
        if end > t {
            act(t * w..end * w);
        }
        t = end + 1;
    }
}
