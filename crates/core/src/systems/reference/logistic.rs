//! The logistic map.

use super::small::{Small, theta_methods};

/// x' = r x (1 - x). Its exponent at r = 4 is log 2 exactly.
#[derive(Clone, Debug)]
pub struct Logistic {
    theta: [f64; 1],
}

impl Logistic {
    /// The system with the given parameters.
    pub fn new(r: f64) -> Self {
        Self { theta: [r] }
    }
}

impl Default for Logistic {
    fn default() -> Self {
        Self::new(4.0)
    }
}

impl Small for Logistic {
    const DIM: usize = 1;
    const NAMES: &'static [&'static str] = &["r"];

    theta_methods!();
    fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]) {
        let [r] = self.theta;
        y[0] = r * x[0] * (1.0 - x[0]);
        j[0] = r * (1.0 - 2.0 * x[0]);
    }
    fn sensitivity(&self, x: &[f64], d: &mut [f64]) {
        d[0] = x[0] * (1.0 - x[0]);
    }
}
