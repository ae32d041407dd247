//! The batch loss of an integrator and its gradient, by products as large as they can be.

use crate::linalg::steep::Steep;
use crate::linalg::{Real, col, col_mut, gemm};
use crate::tasks::{Batch, Targets};
use faer::{Accum, Mat, MatMut, MatRef};
use rayon::prelude::*;

/// Weights of an integrator: W, n x n; the encoders as columns, n x D; the decoders as rows, D x n.
#[derive(Clone, Copy)]
pub struct Integrating<'a, T> {
    /// W.
    pub recurrent: MatRef<'a, T>,
    /// The e_c.
    pub encoder: MatRef<'a, T>,
    /// The d_c.
    pub decoder: MatRef<'a, T>,
}

/// Sequences that go through all steps together: what they leave stays in a near cache, and products with them have their full rate.
const CHUNK: usize = 256;
/// Parts of the gradient of W, on threads of their own.
const PARTS: usize = 4;

/// Memory for the batch loss (7.5) of a network h_t = f(W (h_(t-1) + E x_t)), y = D h, from h = 0:
/// L = < sum_c sum_t (y_(c,t) - ybar_(c,t))^2 >, the mean over the sequences of a batch.
///
/// Formula: backpropagation through time. Currents are W h_(t-1) + (W E) x_t, and the first step has no state before it, so that of
/// T steps T - 1 are products with all units, three times: forward, back, and into the gradient of W. With g_t the gradient with
/// respect to the currents of step t, G = sum_t g_t x_t^T, that of W is sum_t g_t h_(t-1)^T + G E^T, that of E is W^T G.
///
/// ```
/// use faer::mat;
/// use nullcline_core::linalg::{activation::Activation, steep::Steep};
/// use nullcline_core::tasks::{Integrate, Signal, Sizes, Split, Task};
/// use nullcline_core::training::integration::{Integrating, Sequences};
///
/// // One unit, e = d = 1, W = gamma: a perfect integrator.
/// let batch = Integrate::new(vec![1.0], vec![0.9], Signal::White, 5, Sizes::default(), 1).batch(Split::Train, &[0, 1]);
/// let (w, one) = (mat![[0.9]], mat![[1.0]]);
/// let weights = Integrating { recurrent: w.as_ref(), encoder: one.as_ref(), decoder: one.as_ref() };
/// let mut room = Sequences::new(1, 1, 5, 2, Steep::plain(Activation::Identity));
/// assert!(room.loss(weights, &batch) < 1e-28);
/// ```
pub struct Sequences<T> {
    activation: Steep,
    steps: usize,
    sequences: usize,
    /// W E, n x D.
    image: Mat<T>,
    chunks: Vec<Chunk<T>>,
    /// G.
    to_image: Mat<T>,
}

/// Some of the sequences; column t w + k is step t of sequence k of w.
struct Chunk<T> {
    /// The first of them in a batch, and w.
    first: usize,
    width: usize,
    /// Inputs, D x T w.
    x: Mat<T>,
    /// h_t and f', n x T w.
    rates: Mat<T>,
    gains: Mat<T>,
    /// Residuals, then the gradient with respect to y, D x T w.
    y: Mat<T>,
    /// The gradient with respect to the currents, n x T w.
    currents: Mat<T>,
    /// What these add to G and to the transpose of the gradient of D, n x D.
    to_image: Mat<T>,
    to_decoder: Mat<T>,
    loss: f64,
}

impl<T: Real> Chunk<T> {
    fn new(n: usize, channels: usize, steps: usize, first: usize, width: usize) -> Self {
        let wide = |rows: usize| Mat::zeros(rows, steps * width);
        Self {
            first,
            width,
            x: wide(channels),
            rates: wide(n),
            gains: wide(n),
            y: wide(channels),
            currents: wide(n),
            to_image: Mat::zeros(n, channels),
            to_decoder: Mat::zeros(n, channels),
            loss: 0.0,
        }
    }

    /// Columns of a step.
    fn at(&self, t: usize) -> std::ops::Range<usize> {
        t * self.width..(t + 1) * self.width
    }

    /// States, residuals and the loss.
    fn forward(&mut self, of: &Sequences<T>, weights: Integrating<T>, batch: &Batch, targets: MatRef<f64>) {
        let w = self.width;
        let from = |k: usize| k / w * batch.sequences + self.first + k % w;
        for k in 0..self.x.ncols() {
            let given = col(batch.inputs.as_ref(), from(k));
            col_mut(self.x.as_mut(), k).iter_mut().zip(given).for_each(|(x, v)| *x = T::of(*v));
        }
        for t in 0..of.steps {
            let at = self.at(t);
            let x = self.x.as_ref().subcols(at.start, w);
            let (before, now) = self.rates.as_mut().split_at_col_mut(at.start);
            let mut now = now.subcols_mut(0, w);
            gemm(now.as_mut(), Accum::Replace, of.image.as_ref(), x);
            if t > 0 {
                let before = before.as_ref().subcols(at.start - w, w);
                gemm(now.as_mut(), Accum::Add, weights.recurrent, before);
            }
            for (k, j) in at.enumerate() {
                of.activation.apply(col_mut(now.as_mut(), k), col_mut(self.gains.as_mut(), j));
            }
        }
        gemm(self.y.as_mut(), Accum::Replace, weights.decoder, self.rates.as_ref());
        self.loss = 0.0;
        for k in 0..self.y.ncols() {
            for (y, target) in col_mut(self.y.as_mut(), k).iter_mut().zip(col(targets, from(k))) {
                let off = y.to_f64() - target;
                self.loss += off * off;
                *y = T::of(off);
            }
        }
    }

    /// The gradient with respect to the currents; `twice` is 2 / b.
    fn backward(&mut self, steps: usize, weights: Integrating<T>, twice: T, wanted: bool) {
        let w = self.width;
        self.y.as_mut().col_iter_mut().for_each(|c| c.iter_mut().for_each(|v| *v *= twice));
        for t in (0..steps).rev() {
            let at = self.at(t);
            let y = self.y.as_ref().subcols(at.start, w);
            let (upto, after) = self.currents.as_mut().split_at_col_mut(at.end);
            let mut now = upto.subcols_mut(at.start, w);
            gemm(now.as_mut(), Accum::Replace, weights.decoder.transpose(), y);
            if t + 1 < steps {
                let after = after.as_ref().subcols(0, w);
                gemm(now.as_mut(), Accum::Add, weights.recurrent.transpose(), after);
            }
            for (k, j) in at.enumerate() {
                let gain = col(self.gains.as_ref(), j);
                col_mut(now.as_mut(), k).iter_mut().zip(gain).for_each(|(v, g)| *v *= *g);
            }
        }
        gemm(self.to_image.as_mut(), Accum::Replace, self.currents.as_ref(), self.x.transpose());
        if wanted {
            gemm(self.to_decoder.as_mut(), Accum::Replace, self.rates.as_ref(), self.y.transpose());
        }
    }
}

impl<T: Real> Sequences<T> {
    /// For `n` units, D channels, and `sequences` sequences of `steps` steps.
    pub fn new(n: usize, channels: usize, steps: usize, sequences: usize, activation: Steep) -> Self {
        let chunk = |first| Chunk::new(n, channels, steps, first, CHUNK.min(sequences - first));
        Self {
            activation,
            steps,
            sequences,
            image: Mat::zeros(n, channels),
            chunks: (0..sequences).step_by(CHUNK).map(chunk).collect(),
            to_image: Mat::zeros(n, channels),
        }
    }

    /// The loss on a batch.
    ///
    /// # Panics
    /// If the batch has other sizes than the room, or classes for targets.
    pub fn loss(&mut self, weights: Integrating<T>, batch: &Batch) -> f64 {
        self.pass(weights, batch, |chunk, of, targets| chunk.forward(of, weights, batch, targets))
    }

    /// The loss on a batch, and its gradients with respect to W, E and D, the last two where they are wanted.
    ///
    /// # Panics
    /// As [`loss`](Self::loss), and for gradients of other shapes than the weights.
    pub fn gradient(
        &mut self,
        weights: Integrating<T>,
        batch: &Batch,
        recurrent: &mut Mat<T>,
        encoder: Option<&mut Mat<T>>,
        decoder: Option<&mut Mat<T>>,
    ) -> f64 {
        let Integrating { recurrent: w, encoder: e, .. } = weights;
        let twice = T::of(2.0 / self.sequences as f64);
        let wanted = decoder.is_some();
        let loss = self.pass(weights, batch, |chunk, of, targets| {
            chunk.forward(of, weights, batch, targets);
            chunk.backward(of.steps, weights, twice, wanted);
        });
        self.to_image.fill(T::ZERO);
        self.chunks.iter().for_each(|c| self.to_image += &c.to_image);
        let part = w.ncols().div_ceil(PARTS).max(1);
        recurrent
            .as_mut()
            .par_col_chunks_mut(part)
            .enumerate()
            .for_each(|(k, to)| self.of_recurrent(k * part, to, e));
        if let Some(g) = encoder {
            gemm(g.as_mut(), Accum::Replace, w.transpose(), self.to_image.as_ref());
        }
        if let Some(g) = decoder {
            g.fill(T::ZERO);
            self.chunks.iter().for_each(|c| *g += c.to_decoder.transpose());
        }
        loss
    }

    /// Columns of the gradient of W from `first` on.
    fn of_recurrent(&self, first: usize, mut to: MatMut<T>, encoder: MatRef<T>) {
        let count = to.ncols();
        let own = encoder.subrows(first, count);
        gemm(to.as_mut(), Accum::Replace, self.to_image.as_ref(), own.transpose());
        for chunk in &self.chunks {
            let (w, later) = (chunk.width, (self.steps - 1) * chunk.width);
            let rates = chunk.rates.as_ref().submatrix(first, 0, count, later);
            gemm(to.as_mut(), Accum::Add, chunk.currents.as_ref().subcols(w, later), rates.transpose());
        }
    }

    /// Has each chunk do its part; the loss.
    fn pass(
        &mut self,
        weights: Integrating<T>,
        batch: &Batch,
        part: impl Fn(&mut Chunk<T>, &Self, MatRef<f64>) + Sync,
    ) -> f64 {
        assert_eq!((batch.steps, batch.sequences), (self.steps, self.sequences), "a batch of other sizes");
        let Targets::Values(targets) = &batch.targets else { panic!("integrals are values") };
        gemm(self.image.as_mut(), Accum::Replace, weights.recurrent, weights.encoder);
        let mut chunks = std::mem::take(&mut self.chunks);
        let of = &*self;
        chunks.par_iter_mut().for_each(|chunk| part(chunk, of, targets.as_ref()));
        self.chunks = chunks;
        self.chunks.iter().map(|c| c.loss).sum::<f64>() / self.sequences as f64
    }
}
