//! Angles: tests of uniformity, of a direction, and of any other law.

use statrs::distribution::{ContinuousCDF, Normal};
use std::f64::consts::TAU;

/// A test of angles against the uniform law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// The statistic: a mean resultant length, its part along a direction, or Kuiper's V.
    pub statistic: f64,
    /// Where the angles gather, radians from -pi to pi, as the test takes them; NaN of Kuiper's.
    pub direction: f64,
    /// Chance of a statistic at least as large if angles are uniform; NaN of fewer than two.
    pub p: f64,
}

/// Rayleigh's test of the angles times `multiple`: whether they gather at `multiple` directions an equal turn apart.
///
/// Formula: R = |sum exp(i m theta)| / n; p = exp(sqrt(1 + 4n + 4 (n^2 - (nR)^2)) - 1 - 2n).
///
/// Shapes and units: `angles` in radians; the direction is that of m theta, so that it is 0 where they gather at multiples of 2 pi / m.
///
/// Source: Zar, Biostatistical Analysis (1999), eq. 27.4; Mardia & Jupp, Directional Statistics (2000), 6.3.1.
///
/// ```
/// use nullcline_core::numbers::circular::rayleigh;
///
/// // Two opposite directions: none as they are, one at twice the angle.
/// let angles: Vec<f64> = (0..20).map(|k| 0.1 + std::f64::consts::PI * f64::from(k % 2)).collect();
/// assert!(rayleigh(&angles, 1).statistic < 1e-12 && rayleigh(&angles, 1).p > 0.9);
/// let twice = rayleigh(&angles, 2);
/// assert!((twice.statistic - 1.0).abs() < 1e-12 && (twice.direction - 0.2).abs() < 1e-12 && twice.p < 1e-8);
/// ```
pub fn rayleigh(angles: &[f64], multiple: u32) -> Test {
    let n = angles.len() as f64;
    let [c, s] = mean(angles, multiple);
    let r = c.hypot(s);
    let p = ((1.0 + 4.0 * n + 4.0 * n * n * (1.0 - r * r).max(0.0)).sqrt() - 1.0 - 2.0 * n).exp();
    Test { statistic: r, direction: s.atan2(c), p: if n < 2.0 { f64::NAN } else { p.min(1.0) } }
}

/// Rayleigh's test of the angles times `multiple` for the direction 0, one-sided: whether they gather at the multiples of
/// 2 pi / `multiple`.
///
/// Formula: V = sum cos(m theta) / n, p = 1 - Phi(V sqrt(2n)); negative V where they gather half-way between those.
///
/// Source: Mardia & Jupp, Directional Statistics (2000), 6.3.1, "known mean direction".
///
/// ```
/// use nullcline_core::numbers::circular::towards;
///
/// let quarter = std::f64::consts::FRAC_PI_2;
/// let on: Vec<f64> = (0..40).map(|k| quarter * f64::from(k % 4)).collect();
/// let between: Vec<f64> = on.iter().map(|a| a + 0.5 * quarter).collect();
/// assert!(towards(&on, 4).p < 1e-12 && towards(&between, 4).p > 0.999);
/// ```
pub fn towards(angles: &[f64], multiple: u32) -> Test {
    let n = angles.len() as f64;
    let [v, _] = mean(angles, multiple);
    let p = Normal::standard().sf(v * (2.0 * n).sqrt());
    Test { statistic: v, direction: 0.0, p: if n < 2.0 { f64::NAN } else { p } }
}

/// Kuiper's test of the angles against the uniform law, for any departure, whatever the origin of angles.
///
/// Formula: V = max(F_n - F) + max(F - F_n); z = V (sqrt n + 0.155 + 0.24 / sqrt n), p = 2 sum_j (4 j^2 z^2 - 1) exp(-2 j^2 z^2).
///
/// Source: Kuiper, Proc. Koninkl. Nederl. Akad. A 63, 38 (1960); Stephens, J. Royal Stat. Soc. B 32, 115 (1970) for finite n.
///
/// ```
/// use nullcline_core::numbers::circular::kuiper;
///
/// let even: Vec<f64> = (0..50).map(|k| 0.3 + std::f64::consts::TAU * f64::from(k) / 50.0).collect();
/// // The least V that there is, 1 / n.
/// assert!((kuiper(&even).statistic - 0.02).abs() < 1e-12 && kuiper(&even).p > 0.99);
/// let half: Vec<f64> = even.iter().map(|a| a / 2.0).collect();
/// assert!(kuiper(&half).p < 1e-6);
/// ```
pub fn kuiper(angles: &[f64]) -> Test {
    let n = angles.len() as f64;
    let mut at: Vec<f64> = angles.iter().map(|a| a.rem_euclid(TAU) / TAU).collect();
    at.sort_by(f64::total_cmp);
    let above = at.iter().enumerate().map(|(k, u)| (k as f64 + 1.0) / n - u).fold(0.0, f64::max);
    let below = at.iter().enumerate().map(|(k, u)| u - k as f64 / n).fold(0.0, f64::max);
    let statistic = above + below;
    let root = n.sqrt();
    let p = tail(statistic * (root + 0.155 + 0.24 / root));
    Test { statistic, direction: f64::NAN, p: if n < 2.0 { f64::NAN } else { p } }
}

/// Mean cosine and sine of the angles times `multiple`.
fn mean(angles: &[f64], multiple: u32) -> [f64; 2] {
    let n = angles.len() as f64;
    let m = f64::from(multiple);
    let sum = |f: fn(f64) -> f64| angles.iter().map(|a| f(m * a)).sum::<f64>() / n;
    [sum(f64::cos), sum(f64::sin)]
}

/// The tail of Kuiper's law.
fn tail(z: f64) -> f64 {
    // The series has lost its meaning where the tail is 1 to six digits.
    if z < 0.4 {
        return 1.0;
    }
    let term = |j: f64| (4.0 * j * j * z * z - 1.0) * (-2.0 * j * j * z * z).exp();
    (1..=100).map(|j| 2.0 * term(f64::from(j))).sum::<f64>().clamp(0.0, 1.0)
}
