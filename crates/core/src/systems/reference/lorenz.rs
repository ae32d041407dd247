//! The Lorenz flow.

use super::small::{Small, theta_methods};

/// dx/dt = sigma (y - x), dy/dt = x (rho - z) - y, dz/dt = x y - beta z.
///
/// Exponents at 10, 28, 8/3: 0.9056, 0, -14.5723 (Sprott, Chaos and Time-Series Analysis, 2003);
/// their sum is -(sigma + 1 + beta) exactly.
///
/// Source: Lorenz, J. Atmos. Sci. 20 (1963) 130.
///
/// ```
/// use nullcline_core::systems::{reference::Lorenz, rule::linearise};
///
/// // C+ at x = y = sqrt(beta (rho - 1)), z = rho - 1, is a fixed point.
/// let x = (8.0f64 / 3.0 * 27.0).sqrt();
/// let (v, j, _) = linearise(&Lorenz::default(), &[x, x, 27.0], &[]);
/// assert!(v.iter().all(|v| v.abs() < 1e-12));
/// assert!((j[(0, 0)] + j[(1, 1)] + j[(2, 2)] + 10.0 + 1.0 + 8.0 / 3.0).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Lorenz {
    theta: [f64; 3],
}

impl Lorenz {
    /// The system with the given parameters.
    pub fn new(sigma: f64, rho: f64, beta: f64) -> Self {
        Self { theta: [sigma, rho, beta] }
    }
}

impl Default for Lorenz {
    fn default() -> Self {
        Self::new(10.0, 28.0, 8.0 / 3.0)
    }
}

impl Small for Lorenz {
    const DIM: usize = 3;
    const NAMES: &'static [&'static str] = &["sigma", "rho", "beta"];

    theta_methods!();
    fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]) {
        let [sigma, rho, beta] = self.theta;
        y.copy_from_slice(&[sigma * (x[1] - x[0]), x[0] * (rho - x[2]) - x[1], x[0] * x[1] - beta * x[2]]);
        j.copy_from_slice(&[-sigma, rho - x[2], x[1], sigma, -1.0, x[0], 0.0, -x[0], -beta]);
    }
    fn sensitivity(&self, x: &[f64], d: &mut [f64]) {
        d[0] = x[1] - x[0];
        d[4] = x[0];
        d[8] = -x[2];
    }
}
