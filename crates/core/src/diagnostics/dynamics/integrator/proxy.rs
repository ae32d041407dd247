//! The proxy loss: what makes a network of any nonlinearity an integrator, with no input seen.

use super::{Gradient, Integrals, Weights};
use crate::linalg::steep::Steep;
use crate::linalg::wide::product;
use crate::linalg::{Real, col, col_mut, gemm};
use faer::{Accum, Mat, MatRef};

/// The proxy loss of a network whose activation is f.
///
/// Formula (7.35), (7.36), for samples z_b of the integrals with weights w_b and a_b = sum_c z_(b,c) W e_c:
/// L = sum_b w_b { sum_c (d_c . f(a_b) - s_c gamma_c z_(b,c))^2 + |W f(a_b) - sum_c gamma_c z_(b,c) W e_c|^2 }, the second bracket once
/// for each z. With z = 1 and -1 of weight one and f = ReLU it is (7.31). The printed gradient (A.47) has s gamma where gamma e stands.
///
/// ```
/// use faer::mat;
/// use nullcline_core::diagnostics::dynamics::integrator::{Gradient, Integrals, Proxy, Weights};
/// use nullcline_core::linalg::{activation::Activation, steep::Steep};
///
/// // Two units for the two signs: W (1, -1)^T = (1, -1) gamma / 2 ... and d = (1, -1), e = (1, -1) / 2 integrate with scale 1.
/// let (g, e, d) = (0.9, mat![[0.5], [-0.5]], mat![[1.0, -1.0]]);
/// let w = mat![[g, -g], [-g, g]];
/// let weights = Weights { recurrent: w.as_ref(), encoder: e.as_ref(), decoder: d.as_ref() };
/// let goal = Integrals { scale: vec![1.0], decay: vec![g] };
/// let mut proxy = Proxy::signs(goal, Steep::plain(Activation::Relu), 2);
/// let found = proxy.gradient(weights, &mut Gradient::zeros(2, 1));
/// assert!(found.total() < 1e-30);
/// ```
pub struct Proxy<T = f64> {
    goal: Integrals,
    activation: Steep,
    /// z, D x B.
    samples: Mat<T>,
    /// w_b.
    weights: Vec<f64>,
    pub(super) room: ProxyRoom<T>,
}

/// The two brackets of the proxy loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parts {
    /// What the decoders say of the integrals (7.33).
    pub readout: f64,
    /// Whether the current stays along the images of the encoders (7.34).
    pub state: f64,
}

impl Parts {
    /// The loss.
    pub fn total(self) -> f64 {
        self.readout + self.state
    }
}

/// What a pass leaves; B columns each.
pub(super) struct ProxyRoom<T> {
    /// W e_c, n x D.
    pub image: Mat<T>,
    /// gamma_c z_c, D x B.
    pub decayed: Mat<T>,
    /// f(a) and f'(a), n x B.
    pub rates: Mat<T>,
    pub gains: Mat<T>,
    /// 2 w times the residuals of both brackets, D x B and n x B.
    pub readout: Mat<T>,
    pub state: Mat<T>,
    /// The gradient with respect to f(a), then a, n x B.
    pub back: Mat<T>,
    /// The gradient with respect to the images, n x D.
    pub to_image: Mat<T>,
}

impl<T: Real> Proxy<T> {
    /// Of samples z, D x B, and the weight of each, for `n` units.
    pub fn new(goal: Integrals, activation: Steep, samples: Mat<T>, weights: Vec<f64>, n: usize) -> Self {
        let (d, b) = (samples.nrows(), samples.ncols());
        let wide = || Mat::zeros(n, b);
        let room = ProxyRoom {
            image: Mat::zeros(n, d),
            decayed: Mat::zeros(d, b),
            rates: wide(),
            gains: wide(),
            readout: Mat::zeros(d, b),
            state: wide(),
            back: wide(),
            to_image: Mat::zeros(n, d),
        };
        Self { goal, activation, samples, weights, room }
    }

    /// The mean over samples z, D x B, for `n` units: Monte Carlo where they are drawn (7.36).
    pub fn mean(goal: Integrals, activation: Steep, samples: Mat<T>, n: usize) -> Self {
        let b = samples.ncols();
        Self::new(goal, activation, samples, vec![1.0 / b as f64; b], n)
    }

    /// The sum over z = 1 and z = -1 of one channel, which says all where f is ReLU or linear (7.31).
    pub fn signs(goal: Integrals, activation: Steep, n: usize) -> Self {
        let samples = Mat::from_fn(1, 2, |_, b| T::of(if b == 0 { 1.0 } else { -1.0 }));
        Self::new(goal, activation, samples, vec![1.0; 2], n)
    }

    /// Other samples of the same number.
    pub fn resample(&mut self, draw: impl Fn(usize, usize) -> f64) {
        for b in 0..self.samples.ncols() {
            for c in 0..self.samples.nrows() {
                self.samples[(c, b)] = T::of(draw(c, b));
            }
        }
    }

    /// z, D x B.
    pub(super) fn samples(&self) -> MatRef<'_, T> {
        self.samples.as_ref()
    }
    /// w_b.
    pub(super) fn weight(&self, b: usize) -> f64 {
        self.weights[b]
    }
    /// f.
    pub(super) fn activation(&self) -> Steep {
        self.activation
    }

    /// Both brackets of each sample, weights aside.
    pub fn each(&mut self, weights: Weights<T>) -> Vec<Parts> {
        self.forward(weights);
        let sum = |m: &Mat<T>, b: usize| {
            let twice = 2.0 * self.weights[b];
            col(m.as_ref(), b).iter().map(|v| (v.to_f64() / twice).powi(2)).sum::<f64>()
        };
        let (r, s) = (&self.room.readout, &self.room.state);
        (0..self.weights.len()).map(|b| Parts { readout: sum(r, b), state: sum(s, b) }).collect()
    }

    /// The loss alone.
    pub fn loss(&mut self, weights: Weights<T>) -> Parts {
        self.forward(weights);
        self.parts()
    }

    /// The residuals times 2 w, in the room.
    fn forward(&mut self, weights: Weights<T>) {
        let Self { goal, activation, samples, weights: shares, room } = self;
        let (d, b) = (samples.nrows(), samples.ncols());
        product(room.image.as_mut(), Accum::Replace, weights.recurrent, weights.encoder);
        for k in 0..b {
            for c in 0..d {
                room.decayed[(c, k)] = T::of(goal.decay[c]) * samples[(c, k)];
            }
        }
        gemm(room.rates.as_mut(), Accum::Replace, room.image.as_ref(), samples.as_ref());
        for k in 0..b {
            activation.apply(col_mut(room.rates.as_mut(), k), col_mut(room.gains.as_mut(), k));
        }
        gemm(room.readout.as_mut(), Accum::Replace, weights.decoder, room.rates.as_ref());
        gemm(room.back.as_mut(), Accum::Replace, room.image.as_ref(), room.decayed.as_ref());
        product(room.state.as_mut(), Accum::Replace, weights.recurrent, room.rates.as_ref());
        for k in 0..b {
            let twice = T::of(2.0 * shares[k]);
            for c in 0..d {
                let target = T::of(goal.scale[c]) * room.decayed[(c, k)];
                room.readout[(c, k)] = twice * (room.readout[(c, k)] - target);
            }
            let wanted = col(room.back.as_ref(), k);
            for (v, w) in col_mut(room.state.as_mut(), k).iter_mut().zip(wanted) {
                *v = twice * (*v - *w);
            }
        }
    }

    fn parts(&self) -> Parts {
        let sum = |m: &Mat<T>| -> f64 {
            let column = |b: usize| {
                let squares = col(m.as_ref(), b).iter().map(|v| v.to_f64() * v.to_f64()).sum::<f64>();
                squares / (4.0 * self.weights[b])
            };
            (0..m.ncols()).map(column).sum()
        };
        Parts { readout: sum(&self.room.readout), state: sum(&self.room.state) }
    }

    /// The loss, and its gradient in `gradient`.
    pub fn gradient(&mut self, weights: Weights<T>, gradient: &mut Gradient<T>) -> Parts {
        self.forward(weights);
        let parts = self.parts();
        let Self { samples, room, .. } = self;
        let (w, b) = (weights.recurrent, samples.ncols());
        gemm(room.back.as_mut(), Accum::Replace, weights.decoder.transpose(), room.readout.as_ref());
        product(room.back.as_mut(), Accum::Add, w.transpose(), room.state.as_ref());
        for k in 0..b {
            let gain = col(room.gains.as_ref(), k);
            for (v, g) in col_mut(room.back.as_mut(), k).iter_mut().zip(gain) {
                *v *= *g;
            }
        }
        gemm(room.to_image.as_mut(), Accum::Replace, room.state.as_ref(), room.decayed.transpose());
        room.to_image.as_mut().col_iter_mut().for_each(|c| c.iter_mut().for_each(|v| *v = T::ZERO - *v));
        gemm(room.to_image.as_mut(), Accum::Add, room.back.as_ref(), samples.transpose());
        let (g, e) = (gradient, weights.encoder);
        product(g.recurrent.as_mut(), Accum::Replace, room.state.as_ref(), room.rates.transpose());
        gemm(g.recurrent.as_mut(), Accum::Add, room.to_image.as_ref(), e.transpose());
        gemm(g.encoder.as_mut(), Accum::Replace, w.transpose(), room.to_image.as_ref());
        gemm(g.decoder.as_mut(), Accum::Replace, room.readout.as_ref(), room.rates.transpose());
        parts
    }
}
