//! The Rossler flow.

use super::small::{Small, theta_methods};

/// dx/dt = -y - z, dy/dt = x + a y, dz/dt = b + z (x - c).
///
/// Exponents at 0.2, 0.2, 5.7: 0.0714, 0, -5.3943 (Sprott, Chaos and Time-Series Analysis, 2003).
///
/// Source: Rossler, Phys. Lett. A 57 (1976) 397.
#[derive(Clone, Debug)]
pub struct Rossler {
    theta: [f64; 3],
}

impl Rossler {
    /// The system with the given parameters.
    pub fn new(a: f64, b: f64, c: f64) -> Self {
        Self { theta: [a, b, c] }
    }
}

impl Default for Rossler {
    fn default() -> Self {
        Self::new(0.2, 0.2, 5.7)
    }
}

impl Small for Rossler {
    const DIM: usize = 3;
    const NAMES: &'static [&'static str] = &["a", "b", "c"];

    theta_methods!();
    fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]) {
        let [a, b, c] = self.theta;
        y.copy_from_slice(&[-x[1] - x[2], x[0] + a * x[1], b + x[2] * (x[0] - c)]);
        j.copy_from_slice(&[0.0, 1.0, x[2], -1.0, a, 0.0, -1.0, 0.0, x[0] - c]);
    }
    fn sensitivity(&self, x: &[f64], d: &mut [f64]) {
        d[1] = x[1];
        d[5] = 1.0;
        d[8] = -x[2];
    }
}
