//! The batch loss of an integrator and its gradient, by products as large as they can be.

use crate::linalg::steep::Steep;
use crate::linalg::wide::product;
use crate::linalg::{Real, col, col_mut, gemm};
use crate::tasks::{Batch, Targets};
use faer::{Accum, Mat, MatRef};

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

/// Memory for the batch loss (7.5) of a network h_t = f(W (h_(t-1) + E x_t)), y = D h, from h = 0:
/// L = < sum_c sum_t (y_(c,t) - ybar_(c,t))^2 >, the mean over the sequences of a batch.
///
/// Formula: backpropagation through time. The first step has no state before it: its current is (W E) x_0, so that of T steps T - 1
/// are products with all units, three times (forward, back, and into the gradient of W, all steps in one product).
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
    /// Inputs, D x T b, step after step.
    x: Mat<T>,
    /// W E, n x D.
    image: Mat<T>,
    /// h_(t-1) + E x_t from the second step on, n x (T - 1) b.
    seen: Mat<T>,
    /// h_t and f', n x T b.
    rates: Mat<T>,
    gains: Mat<T>,
    /// Residuals, then the gradient with respect to y, D x T b.
    y: Mat<T>,
    /// The gradient with respect to the currents, n x T b, and to `seen` of a step, n x b.
    back: Mat<T>,
    step: Mat<T>,
    to_image: Mat<T>,
}

impl<T: Real> Sequences<T> {
    /// For `n` units, D channels, and `sequences` sequences of `steps` steps.
    pub fn new(n: usize, channels: usize, steps: usize, sequences: usize, activation: Steep) -> Self {
        let wide = |rows: usize| Mat::zeros(rows, steps * sequences);
        Self {
            activation,
            steps,
            sequences,
            x: wide(channels),
            image: Mat::zeros(n, channels),
            seen: Mat::zeros(n, (steps - 1) * sequences),
            rates: wide(n),
            gains: wide(n),
            y: wide(channels),
            back: wide(n),
            step: Mat::zeros(n, sequences),
            to_image: Mat::zeros(n, channels),
        }
    }

    /// The loss on a batch.
    ///
    /// # Panics
    /// If the batch has other sizes than the room, or classes for targets.
    pub fn loss(&mut self, weights: Integrating<T>, batch: &Batch) -> f64 {
        assert_eq!((batch.steps, batch.sequences), (self.steps, self.sequences), "a batch of other sizes");
        let Targets::Values(targets) = &batch.targets else { panic!("integrals are values") };
        let b = self.sequences;
        for k in 0..self.x.ncols() {
            let from = col(batch.inputs.as_ref(), k);
            col_mut(self.x.as_mut(), k).iter_mut().zip(from).for_each(|(x, v)| *x = T::of(*v));
        }
        product(self.image.as_mut(), Accum::Replace, weights.recurrent, weights.encoder);
        for t in 0..self.steps {
            let (before, now) = self.rates.as_mut().split_at_col_mut(t * b);
            let mut now = now.subcols_mut(0, b);
            let x = self.x.as_ref().subcols(t * b, b);
            if t == 0 {
                gemm(now.as_mut(), Accum::Replace, self.image.as_ref(), x);
            } else {
                let mut seen = self.seen.as_mut().subcols_mut((t - 1) * b, b);
                seen.copy_from(before.as_ref().subcols((t - 1) * b, b));
                gemm(seen.as_mut(), Accum::Add, weights.encoder, x);
                product(now.as_mut(), Accum::Replace, weights.recurrent, seen.as_ref());
            }
            let mut gains = self.gains.as_mut().subcols_mut(t * b, b);
            for k in 0..b {
                self.activation.apply(col_mut(now.as_mut(), k), col_mut(gains.as_mut(), k));
            }
        }
        gemm(self.y.as_mut(), Accum::Replace, weights.decoder, self.rates.as_ref());
        let mut loss = 0.0;
        for k in 0..self.y.ncols() {
            let target = col(targets.as_ref(), k);
            for (y, target) in col_mut(self.y.as_mut(), k).iter_mut().zip(target) {
                let off = y.to_f64() - target;
                loss += off * off;
                *y = T::of(off);
            }
        }
        loss / b as f64
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
        let loss = self.loss(weights, batch);
        let b = self.sequences;
        let twice = T::of(2.0 / b as f64);
        self.y.as_mut().col_iter_mut().for_each(|c| c.iter_mut().for_each(|v| *v *= twice));
        gemm(self.back.as_mut(), Accum::Replace, weights.decoder.transpose(), self.y.as_ref());
        for t in (0..self.steps).rev() {
            let mut back = self.back.as_mut().subcols_mut(t * b, b);
            if t + 1 < self.steps {
                crate::linalg::pointwise::add(back.as_mut(), self.step.as_ref());
            }
            for k in 0..b {
                let gain = col(self.gains.as_ref(), t * b + k);
                col_mut(back.as_mut(), k).iter_mut().zip(gain).for_each(|(v, g)| *v *= *g);
            }
            if t > 0 {
                product(self.step.as_mut(), Accum::Replace, weights.recurrent.transpose(), back.as_ref());
            }
        }
        let (first, later) = self.back.as_ref().split_at_col(b);
        product(recurrent.as_mut(), Accum::Replace, later, self.seen.transpose());
        gemm(self.to_image.as_mut(), Accum::Replace, first, self.x.as_ref().subcols(0, b).transpose());
        gemm(recurrent.as_mut(), Accum::Add, self.to_image.as_ref(), weights.encoder.transpose());
        if let Some(g) = encoder {
            // W^T of all that reached the currents through E.
            let x = self.x.as_ref().subcols(b, self.x.ncols() - b);
            gemm(self.to_image.as_mut(), Accum::Add, later, x.transpose());
            gemm(g.as_mut(), Accum::Replace, weights.recurrent.transpose(), self.to_image.as_ref());
        }
        if let Some(g) = decoder {
            gemm(g.as_mut(), Accum::Replace, self.y.as_ref(), self.rates.transpose());
        }
        loss
    }
}
