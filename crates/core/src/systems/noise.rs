//! Noise that is added to states after each step: x(t+1) = F(x(t), u(t)) + s eta(t).

use crate::linalg::Real;
use crate::linalg::normals;
use crate::linalg::random::{Rng, Use, stream};
use rand::RngExt;

/// Numbers drawn at a time.
const BLOCK: usize = 128;

/// The law of eta, each number independent and of single precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// Standard normal.
    Gaussian,
    /// Uniform in [0, 1): mean 1/2, standard deviation 12^(-1/2), so that it also drives all units alike.
    Uniform,
}
named!(Law: Self::Gaussian => "gaussian", Self::Uniform => "uniform");

impl Law {
    /// The law of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Gaussian, Self::Uniform].into_iter().find(|l| l.name() == name)
    }
}

/// Noise of every state variable at every step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amount {
    /// The law of eta.
    pub law: Law,
    /// The factor s, in units of the state, per step.
    pub scale: f64,
}

impl Amount {
    /// The noise of sequence `sequence` of pass `pass` of a run of that seed.
    ///
    /// ```
    /// use nullcline_core::systems::noise::{Amount, Law};
    ///
    /// let noise = Amount { law: Law::Gaussian, scale: 0.1 };
    /// let (mut x, mut again) = ([1.0f64; 3], [1.0f64; 3]);
    /// noise.stream(1, 0, 2).add(&mut x);
    /// noise.stream(1, 0, 2).add(&mut again);
    /// assert!(x == again && x[0] != x[1] && (x[0] - 1.0).abs() < 1.0);
    /// ```
    pub fn stream(self, seed: u64, pass: u64, sequence: usize) -> Stream {
        Stream { amount: self, rng: stream(seed, Use::Noise, (pass << 24) | sequence as u64) }
    }

    /// The mean of s eta, and its standard deviation.
    pub fn moments(self) -> [f64; 2] {
        match self.law {
            Law::Gaussian => [0.0, self.scale],
            Law::Uniform => [0.5 * self.scale, self.scale / 12f64.sqrt()],
        }
    }
}

/// The noise of one sequence, step after step.
#[derive(Clone)]
pub struct Stream {
    amount: Amount,
    rng: Rng,
}

impl Stream {
    /// Adds the next step's noise to a state.
    pub fn add<T: Real>(&mut self, x: &mut [T]) {
        let scale = T::of(self.amount.scale);
        let mut eta = [0.0f32; BLOCK];
        for x in x.chunks_mut(BLOCK) {
            let eta = &mut eta[..x.len()];
            match self.amount.law {
                Law::Gaussian => normals::fill(&mut self.rng, eta),
                Law::Uniform => eta.iter_mut().for_each(|v| *v = self.rng.random()),
            }
            x.iter_mut().zip(eta).for_each(|(x, v)| *x += scale * T::of(f64::from(*v)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and standard deviation within four standard errors.
    #[test]
    fn moments_are_those_of_the_law() {
        for law in [Law::Gaussian, Law::Uniform] {
            let noise = Amount { law, scale: 0.2 };
            let mut x = vec![0.0f64; 40_000];
            noise.stream(1, 7, 3).add(&mut x);
            let n = x.len() as f64;
            let mean = x.iter().sum::<f64>() / n;
            let deviation = (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            let [m, s] = noise.moments();
            assert!((mean - m).abs() < 4.0 * s / n.sqrt(), "{law:?}: {mean} {m}");
            assert!((deviation / s - 1.0).abs() < 4.0 / (2.0 * n).sqrt(), "{law:?}: {deviation} {s}");
        }
    }
}
