//! Two FitzHugh-Nagumo units that pull on each other.

use super::small::{Small, theta_methods};

/// dx_i/dt = x_i (a - x_i)(x_i - 1) - y_i + k (x_j - x_i), dy_i/dt = b_i x_i - c y_i, in the order
/// x_1, y_1, x_2, y_2.
///
/// Exponents at the default parameters: 0.00710, 0, -0.0513, -0.187 (the tests of JiTCODE:
/// Ansmann, Chaos 28 (2018) 043116).
#[derive(Clone, Debug)]
pub struct CoupledFitzHughNagumo {
    theta: [f64; 5],
}

impl CoupledFitzHughNagumo {
    /// The system with the given parameters.
    pub fn new(a: f64, b1: f64, b2: f64, c: f64, k: f64) -> Self {
        Self { theta: [a, b1, b2, c, k] }
    }
}

impl Default for CoupledFitzHughNagumo {
    fn default() -> Self {
        Self::new(-0.025794, 0.0065, 0.0135, 0.02, 0.128)
    }
}

impl Small for CoupledFitzHughNagumo {
    const DIM: usize = 4;
    const NAMES: &'static [&'static str] = &["a", "b1", "b2", "c", "k"];

    theta_methods!();
    fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]) {
        let [a, b1, b2, c, k] = self.theta;
        for (i, b) in [b1, b2].into_iter().enumerate() {
            let (v, w, other) = (x[2 * i], x[2 * i + 1], x[2 - 2 * i]);
            y[2 * i] = v * (a - v) * (v - 1.0) - w + k * (other - v);
            y[2 * i + 1] = b * v - c * w;
            let column = &mut j[8 * i..8 * i + 8];
            column[2 * i] = (a - v) * (v - 1.0) - v * (v - 1.0) + v * (a - v) - k;
            column[2 * i + 1] = b;
            column[2 - 2 * i] = k;
            column[4 + 2 * i] = -1.0;
            column[4 + 2 * i + 1] = -c;
        }
    }
    fn sensitivity(&self, x: &[f64], d: &mut [f64]) {
        for i in 0..2 {
            let (v, w, other) = (x[2 * i], x[2 * i + 1], x[2 - 2 * i]);
            d[2 * i] = v * (v - 1.0);
            d[4 + 4 * i + 2 * i + 1] = v;
            d[12 + 2 * i + 1] = -w;
            d[16 + 2 * i] = other - v;
        }
    }
}
