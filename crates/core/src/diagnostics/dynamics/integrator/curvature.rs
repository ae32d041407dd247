//! The Hessian of the proxy loss, by its products.

use super::proxy::Proxy;
use super::{Gradient, Weights};
use crate::linalg::lanczos::{End, ends};
use crate::linalg::{col, gemm};
use faer::{Accum, Mat, MatRef};

/// The second derivative of the proxy loss with respect to W, at some weights.
///
/// Formula: the gradient's derivative along a direction X, exact but for what lies at the kinks of ReLU, whose Dirac terms (A.48) and
/// (A.49) also leave out of a minimum. The printed (A.50) lacks Heaviside factors in its cross terms, and (A.49) an index.
///
/// ```
/// use faer::{Mat, mat};
/// use nullcline_core::diagnostics::dynamics::integrator::{Curvature, Integrals, Proxy, Weights};
/// use nullcline_core::linalg::{activation::Activation, steep::Steep};
///
/// // One linear unit, e = d = 1: L = 2 (w - s gamma)^2 + 2 (w^2 - gamma w)^2, both signs alike.
/// let (one, w) = (mat![[1.0]], mat![[0.9]]);
/// let weights = Weights { recurrent: w.as_ref(), encoder: one.as_ref(), decoder: one.as_ref() };
/// let goal = Integrals { scale: vec![1.0], decay: vec![0.9] };
/// let mut proxy = Proxy::signs(goal, Steep::plain(Activation::Identity), 1);
/// let mut along = Mat::zeros(1, 1);
/// Curvature::new(&mut proxy, weights).times(one.as_ref(), &mut along);
/// // At w = gamma, s = 1: 4 + 4 gamma^2.
/// assert!((along[(0, 0)] - (4.0 + 4.0 * 0.81)).abs() < 1e-13);
/// ```
pub struct Curvature<'a> {
    proxy: &'a Proxy,
    weights: Weights<'a>,
}

impl<'a> Curvature<'a> {
    /// At `weights`.
    pub fn new(proxy: &'a mut Proxy, weights: Weights<'a>) -> Self {
        let (n, d) = (weights.units(), weights.channels());
        proxy.gradient(weights, &mut Gradient::zeros(n, d));
        // What reached f(a) is needed before f' is multiplied in.
        let room = &mut proxy.room;
        gemm(room.back.as_mut(), Accum::Replace, weights.decoder.transpose(), room.readout.as_ref());
        gemm(room.back.as_mut(), Accum::Add, weights.recurrent.transpose(), room.state.as_ref());
        Self { proxy, weights }
    }

    /// The product with the direction X, n x n, into `out`.
    pub fn times(&self, x: MatRef<f64>, out: &mut Mat<f64>) {
        let Weights { recurrent: w, encoder: e, decoder: d } = self.weights;
        let (room, z) = (&self.proxy.room, self.proxy.samples());
        let twice = |m: &mut Mat<f64>| {
            for b in 0..m.ncols() {
                let share = 2.0 * self.proxy.weight(b);
                m.col_mut(b).iter_mut().for_each(|v| *v *= share);
            }
        };
        let times = |m: &mut Mat<f64>, gain: &Mat<f64>| {
            for b in 0..m.ncols() {
                m.col_mut(b).iter_mut().zip(gain.col(b).iter()).for_each(|(v, g)| *v *= g);
            }
        };
        let image = x * e;
        let current = &image * z;
        let mut rates = current.clone();
        times(&mut rates, &room.gains);
        let mut readout = d * &rates;
        let mut state = x * &room.rates + w * &rates - &image * &room.decayed;
        twice(&mut readout);
        twice(&mut state);
        let mut back = d.transpose() * &readout + x.transpose() * &room.state + w.transpose() * &state;
        times(&mut back, &room.gains);
        let f = self.proxy.activation();
        let bend = Mat::from_fn(back.nrows(), back.ncols(), |i, b| {
            f.curvature(room.rates[(i, b)], room.gains[(i, b)]) * room.back[(i, b)] * current[(i, b)]
        });
        let to_image = (back + bend) * z.transpose() - &state * room.decayed.transpose();
        *out = state * room.rates.transpose() + &room.state * rates.transpose() + to_image * e.transpose();
    }

    /// The smallest and largest eigenvalue, by Lanczos' method in `most` products at most.
    pub fn ends(&self, most: usize, tolerance: f64) -> Option<[End; 2]> {
        let n = self.weights.units();
        let mut out = Mat::zeros(n, n);
        ends(n * n, most, tolerance, |x, y| {
            self.times(MatRef::from_column_major_slice(x, n, n), &mut out);
            for (j, part) in y.chunks_exact_mut(n).enumerate() {
                part.copy_from_slice(col(out.as_ref(), j));
            }
        })
    }
}
