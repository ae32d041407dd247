//! The oscillator of van der Pol.

use super::small::{Small, theta_methods};

/// dx/dt = y, dy/dt = mu (1 - x^2) y - x.
///
/// Period at mu = 1: 6.6632868593231301896996820305 (Amore, Boyd, Fernandez, Appl. Math. Comput. 316
/// (2018) 1).
#[derive(Clone, Debug)]
pub struct VanDerPol {
    theta: [f64; 1],
}

impl VanDerPol {
    /// The system with the given parameter.
    pub fn new(mu: f64) -> Self {
        Self { theta: [mu] }
    }
}

impl Default for VanDerPol {
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl Small for VanDerPol {
    const DIM: usize = 2;
    const NAMES: &'static [&'static str] = &["mu"];

    theta_methods!();
    fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]) {
        let (mu, p, v) = (self.theta[0], x[0], x[1]);
        y[0] = v;
        y[1] = mu * (1.0 - p * p) * v - p;
        j.copy_from_slice(&[0.0, -2.0 * mu * p * v - 1.0, 1.0, mu * (1.0 - p * p)]);
    }
    fn sensitivity(&self, x: &[f64], d: &mut [f64]) {
        d[1] = (1.0 - x[0] * x[0]) * x[1];
    }
}
