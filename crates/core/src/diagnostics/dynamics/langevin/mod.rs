//! Denoising and diffusion in a known density: the dynamics that optimal state estimation under noise has (krishna2024).

mod mixture;

pub use mixture::Mixture;

use crate::linalg::random::{Rng, normal};

/// r(t+1) = r(t) + h grad log p(r(t)) + c sqrt(h) eta(t), eta standard normal.
///
/// With h = sigma^2 dt it is krishna2024's quiescent update, c the factor on the deviation of its noise. As h goes to 0 its
/// stationary density is p^(2/c^2) over its integral: p itself at c = sqrt 2 (Langevin sampling), p^2 at c = 1. At finite h a
/// Gaussian direction of variance v has the stationary variance c^2 v / (2 - h / v), exactly ([`stationary_variance`]): too
/// large by the share h / 2v to first order; from h = 2 v on there is none.
#[derive(Clone, Copy, Debug)]
pub struct Langevin<'a> {
    /// p.
    pub density: &'a Mixture,
    /// h.
    pub step: f64,
    /// c.
    pub factor: f64,
}

impl Langevin<'_> {
    /// One step from `r`; `score` is memory of as many numbers.
    pub fn advance(&self, r: &mut [f64], score: &mut [f64], rng: &mut Rng) {
        self.density.score(r, score);
        let size = self.factor * self.step.sqrt();
        r.iter_mut().zip(score.iter()).for_each(|(r, s)| *r += self.step * s + size * normal(rng));
    }
}

/// c^2 v / (2 - h / v); infinite where the recursion does not settle.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::langevin::stationary_variance;
///
/// // x' = (1 - h / v) x + c sqrt(h) eta: s = (1 - h / v)^2 s + c^2 h.
/// let (v, h, c) = (2.0, 0.1, 1.3);
/// let s = stationary_variance(v, h, c);
/// assert!(((1.0 - h / v).powi(2) * s + c * c * h - s).abs() < 1e-14);
/// assert_eq!(stationary_variance(1.0, 2.5, 1.0), f64::INFINITY);
/// ```
pub fn stationary_variance(v: f64, h: f64, c: f64) -> f64 {
    if h < 2.0 * v { c * c * v / (2.0 - h / v) } else { f64::INFINITY }
}

/// The greedy-optimal correction of a state that noise of variance `v` in every direction has moved: E[r | r~] - r~ = v grad log
/// p_v(r~), p_v the density of noisy states.
///
/// Source: Miyasawa (1961); Robbins (1956), Tweedie. In krishna2024 (eq. of the greedy-optimal dynamics) v = sigma^2 dt and p_v is the
/// density of the network's states, noise and all.
///
/// ```
/// use faer::mat;
/// use nullcline_core::diagnostics::dynamics::langevin::{Mixture, denoise};
///
/// // A Gaussian of variance 3 around 1 under noise of variance 1: a quarter of the way back to the mean.
/// let p = Mixture::new(vec![(1.0, vec![1.0], mat![[3.0]])]).unwrap();
/// let mut step = [0.0];
/// denoise(&p.blurred(1.0).unwrap(), 1.0, &[5.0], &mut step);
/// assert!((step[0] + 1.0).abs() < 1e-14);
/// ```
pub fn denoise(noisy: &Mixture, v: f64, r: &[f64], step: &mut [f64]) {
    noisy.score(r, step);
    step.iter_mut().for_each(|s| *s *= v);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, stream};
    use crate::numbers::batch_means;
    use faer::mat;

    /// Four standard errors by batch means around the variance that the recursion has.
    #[test]
    fn variances_of_chains_are_those_of_the_recursion() {
        let p = Mixture::new(vec![(1.0, vec![0.0, 0.0], mat![[1.0, 0.0], [0.0, 0.2]])]).unwrap();
        for factor in [1.0, 2f64.sqrt()] {
            let chain = Langevin { density: &p, step: 0.1, factor };
            let (mut r, mut score, mut rng) = ([0.0; 2], [0.0; 2], stream(1, Use::Chain, 0));
            let mut squares = [vec![], vec![]];
            for t in 0..200_000 {
                chain.advance(&mut r, &mut score, &mut rng);
                if t >= 1000 {
                    (0..2).for_each(|i| squares[i].push(r[i] * r[i]));
                }
            }
            for (own, v) in squares.into_iter().zip([1.0, 0.2]) {
                let (found, known) = (batch_means::mean(&[own]), stationary_variance(v, 0.1, factor));
                assert!((found.value - known).abs() < 4.0 * found.error(), "{factor} {v}: {found:?} {known}");
            }
        }
    }
}
