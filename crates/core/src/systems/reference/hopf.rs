//! The normal form of the Hopf bifurcation.

use super::small::{Small, theta_methods};

/// dz/dt = (mu + i omega) z - (1 - i beta) |z|^2 z with z = x + i y.
///
/// For mu > 0 a limit cycle of radius sqrt(mu), frequency omega + beta mu and multipliers 1 and
/// exp(-2 mu T); the asymptotic phase of (r, angle) is angle + beta log(r / sqrt(mu)), exactly.
///
/// ```
/// use nullcline_core::systems::{reference::Hopf, rule::linearise};
///
/// // On the cycle the velocity is along it, and its size r times the frequency.
/// let (mu, omega, beta) = (0.25, 2.0, 0.8);
/// let (v, _, _) = linearise(&Hopf::new(mu, omega, beta), &[0.5, 0.0], &[]);
/// assert!(v[0].abs() < 1e-15 && (v[1] - 0.5 * (omega + beta * mu)).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Hopf {
    theta: [f64; 3],
}

impl Hopf {
    /// The system with the given parameters.
    pub fn new(mu: f64, omega: f64, beta: f64) -> Self {
        Self { theta: [mu, omega, beta] }
    }
}

impl Default for Hopf {
    fn default() -> Self {
        Self::new(0.5, 2.0, 0.7)
    }
}

impl Small for Hopf {
    const DIM: usize = 2;
    const NAMES: &'static [&'static str] = &["mu", "omega", "beta"];

    theta_methods!();
    fn value(&self, x: &[f64], y: &mut [f64], j: &mut [f64]) {
        let [mu, omega, beta] = self.theta;
        let (p, q) = (x[0], x[1]);
        let r = p * p + q * q;
        let (gain, turn) = (mu - r, omega + beta * r);
        y[0] = gain * p - turn * q;
        y[1] = turn * p + gain * q;
        j[0] = gain - 2.0 * p * p - 2.0 * beta * p * q;
        j[1] = turn + 2.0 * beta * p * p - 2.0 * p * q;
        j[2] = -turn - 2.0 * p * q - 2.0 * beta * q * q;
        j[3] = gain + 2.0 * beta * p * q - 2.0 * q * q;
    }
    fn sensitivity(&self, x: &[f64], d: &mut [f64]) {
        let (p, q) = (x[0], x[1]);
        let r = p * p + q * q;
        d.copy_from_slice(&[p, q, -q, p, -r * q, r * p]);
    }
}
