//! The Henon map.

use super::small::{Small, theta_methods};

/// x' = 1 - a x^2 + y, y' = b x.
///
/// Exponents at 1.4, 0.3: 0.41922, -1.62319 (Sprott, Chaos and Time-Series Analysis, 2003); their
/// sum is log|b| exactly.
///
/// Source: Henon, Commun. Math. Phys. 50 (1976) 69.
#[derive(Clone, Debug)]
pub struct Henon {
    theta: [f64; 2],
}

impl Henon {
    /// The system with the given parameters.
    pub fn new(a: f64, b: f64) -> Self {
        Self { theta: [a, b] }
    }
}

impl Default for Henon {
    fn default() -> Self {
        Self::new(1.4, 0.3)
    }
}

impl Small for Henon {
    const DIM: usize = 2;
    const NAMES: &'static [&'static str] = &["a", "b"];

    theta_methods!();
    fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]) {
        let [a, b] = self.theta;
        y.copy_from_slice(&[1.0 - a * x[0] * x[0] + x[1], b * x[0]]);
        j.copy_from_slice(&[-2.0 * a * x[0], b, 1.0, 0.0]);
    }
    fn sensitivity(&self, x: &[f64], d: &mut [f64]) {
        d[0] = -x[0] * x[0];
        d[3] = x[0];
    }
}
