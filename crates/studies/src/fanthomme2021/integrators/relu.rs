//! ReLU integrators of one channel, trained on the proxy loss (fanthomme2021, 7.4.2, A.9, A.10).

use super::plane::vectors;
use faer::Mat;
use nullcline_core::diagnostics::dynamics::integrator::{Curvature, Gradient, Integrals, Proxy, Weights};
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::lanczos::End;
use nullcline_core::linalg::steep::Steep;

/// A network of ReLU that was trained from W = 0 by gradient descent on (7.31).
pub struct Relu {
    /// s.
    pub scale: f64,
    /// gamma.
    pub decay: f64,
    /// W.
    pub recurrent: Mat<f64>,
    /// e, n x 1.
    pub encoder: Mat<f64>,
    /// d, 1 x n.
    pub decoder: Mat<f64>,
    /// The loss before each step, the last after all.
    pub losses: Vec<f64>,
}

impl Relu {
    /// n units, independent encoder and decoder of unit norm; ends at the loss `goal`, after `most` steps, or where the loss is no number
    /// or has grown a million times.
    pub fn trained(n: usize, scale: f64, decay: f64, rate: f64, [most, goal]: [f64; 2], seed: u64) -> Self {
        let [encoder, decoder] = vectors(n, 0.0, [1.0, 1.0], seed);
        let recurrent = Mat::zeros(n, n);
        let mut net = Self { scale, decay, recurrent, encoder, decoder, losses: vec![] };
        net.descend(rate, most as usize, goal);
        net
    }

    fn proxy(&self) -> Proxy {
        let goal = Integrals { scale: vec![self.scale], decay: vec![self.decay] };
        Proxy::signs(goal, Steep::plain(Activation::Relu), self.recurrent.nrows())
    }

    fn weights(&self) -> Weights<'_> {
        Weights {
            recurrent: self.recurrent.as_ref(),
            encoder: self.encoder.as_ref(),
            decoder: self.decoder.as_ref(),
        }
    }

    /// More steps.
    pub fn descend(&mut self, rate: f64, most: usize, goal: f64) {
        let n = self.recurrent.nrows();
        let (mut proxy, mut gradient) = (self.proxy(), Gradient::zeros(n, 1));
        for step in 0..=most {
            let loss = proxy.gradient(self.weights(), &mut gradient).total();
            self.losses.push(loss);
            if step == most || loss <= goal || !(loss < 1e6 * self.losses[0]) {
                return;
            }
            for j in 0..n {
                let g = gradient.recurrent.col(j);
                self.recurrent.col_mut(j).iter_mut().zip(g.iter()).for_each(|(w, g)| *w -= rate * g);
            }
        }
    }

    /// The last loss.
    pub fn loss(&self) -> f64 {
        self.losses.last().copied().unwrap_or(f64::NAN)
    }

    /// The ends of the spectrum of the Hessian.
    pub fn hessian(&self, most: usize) -> Option<[End; 2]> {
        let mut proxy = self.proxy();
        Curvature::new(&mut proxy, self.weights()).ends(most, 1e-9)
    }

    /// Singular values, and the dot products l.d, l.e, r.d, r.e of the first pair, r.e not negative.
    pub fn leading(&self) -> Option<Leading> {
        let svd = self.recurrent.svd().ok()?;
        let values: Vec<f64> = svd.S().column_vector().iter().copied().collect();
        let column = |m: faer::MatRef<f64>| -> Vec<f64> { m.col(0).iter().copied().collect() };
        let (mut l, mut r) = (column(svd.U()), column(svd.V()));
        let e: Vec<f64> = self.encoder.col(0).iter().copied().collect();
        let d: Vec<f64> = self.decoder.row(0).iter().copied().collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        if dot(&r, &e) < 0.0 {
            l.iter_mut().chain(&mut r).for_each(|v| *v = -*v);
        }
        let dots = [dot(&l, &d), dot(&l, &e), dot(&r, &d), dot(&r, &e)];
        Some(Leading { values, dots })
    }
}

/// The first singular values, and what their vectors point along.
pub struct Leading {
    /// Decreasing.
    pub values: Vec<f64>,
    /// l.d, l.e, r.d, r.e.
    pub dots: [f64; 4],
}

/// The least singular value of an integrator of rank one with independent encoder and decoder of unit norm, many units.
///
/// Formula: 2 gamma for s up to 1/2, 2 gamma (s + 1/(4 s)) above; new, sharper than 2 gamma max(s, 1) (A.53), which it approaches. With
/// l = cos a d + sin a e and r = cos b e + sin b d conditions (A.51) read sigma cos a cos b = 2 gamma s and tan a + tan b = 1/s, so that
/// sigma = 2 gamma s sqrt((1 + tan^2 a)(1 + tan^2 b)), least at tan a tan b = min(1, 1/(4 s^2)).
///
/// ```
/// use nullcline_studies::fanthomme2021::integrators::relu::least_sigma;
///
/// assert_eq!([0.3, 0.5, 1.0].map(|s| least_sigma(s, 1.0)), [2.0, 2.0, 2.5]);
/// assert!((least_sigma(10.0, 1.0) / 20.0 - 1.0025).abs() < 1e-12);
/// ```
pub fn least_sigma(scale: f64, decay: f64) -> f64 {
    if scale <= 0.5 { 2.0 * decay } else { 2.0 * decay * (scale + 0.25 / scale) }
}

/// A rate at which descent from W = 0 converges: 0.1 / max(1, s^2), half of where the authors saw it diverge.
pub fn rate(scale: f64) -> f64 {
    0.1 / (scale * scale).max(1.0)
}
