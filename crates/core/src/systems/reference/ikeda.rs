//! The Ikeda map.

use super::small::{Small, theta_methods};

/// x' = 1 + u (x cos t - y sin t), y' = u (x sin t + y cos t), t = 0.4 - 6/(1 + x^2 + y^2).
///
/// The determinant is u^2 everywhere, so that the exponents add up to 2 log u.
///
/// ```
/// use nullcline_core::systems::{reference::Ikeda, rule::linearise};
///
/// let (_, j, _) = linearise(&Ikeda::new(0.9), &[0.3, -0.7], &[]);
/// assert!((j[(0, 0)] * j[(1, 1)] - j[(0, 1)] * j[(1, 0)] - 0.81).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Ikeda {
    theta: [f64; 1],
}

impl Ikeda {
    /// The system with the given parameters.
    pub fn new(u: f64) -> Self {
        Self { theta: [u] }
    }
}

impl Default for Ikeda {
    fn default() -> Self {
        Self::new(0.9)
    }
}

impl Small for Ikeda {
    const DIM: usize = 2;
    const NAMES: &'static [&'static str] = &["u"];

    theta_methods!();
    fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]) {
        let [u] = self.theta;
        let r = 1.0 + x[0] * x[0] + x[1] * x[1];
        let (sin, cos) = (0.4 - 6.0 / r).sin_cos();
        let (p, q) = (u * (x[0] * cos - x[1] * sin), u * (x[0] * sin + x[1] * cos));
        y.copy_from_slice(&[1.0 + p, q]);
        let (tx, ty) = (12.0 * x[0] / (r * r), 12.0 * x[1] / (r * r));
        j.copy_from_slice(&[u * cos - q * tx, u * sin + p * tx, -u * sin - q * ty, u * cos + p * ty]);
    }
    fn sensitivity(&self, x: &[f64], d: &mut [f64]) {
        let (sin, cos) = (0.4 - 6.0 / (1.0 + x[0] * x[0] + x[1] * x[1])).sin_cos();
        d[0] = x[0] * cos - x[1] * sin;
        d[1] = x[0] * sin + x[1] * cos;
    }
}
