//! The integral over the sphere of eq. 2.7, by a contour integral.

use nullcline_core::inference::gaussian::ensemble::{log_z, multiplier};
use std::f64::consts::PI;

/// Steps of the trapezoidal rule on either half of the contour.
const STEPS: usize = 2000;
/// Logarithm of a share of the integrand below which it is left out.
const NOTHING: f64 = -60.0;

/// One matrix of couplings, by its eigenvalues.
pub(super) struct Sphere {
    /// The second line of eq. 2.7.
    pub saddle: f64,
    /// The logarithm of the integral of its first line.
    pub exact: f64,
    /// Variances 1/(mu - j_k) that the constraint on the mean gives.
    pub c: Vec<f64>,
    /// Variances along the eigenvectors on the sphere, over these.
    pub ratios: Vec<f64>,
}

impl Sphere {
    /// Couplings with eigenvalues `j`.
    ///
    /// Formula: Z = (2 pi)^(n/2)/(4 pi i) times the integral over mu, right of all j_k, of exp(n mu/2) prod (mu - j_k)^(-1/2), the delta function
    /// being an inverse Laplace transform; on the hyperbola mu* + g (1 - cosh t + i sinh t), g = mu* - j_max, the integrand falls
    /// exponentially, and the trapezoidal rule converges geometrically.
    pub fn new(j: &[f64]) -> Self {
        let n = j.len() as f64;
        let (_, saddle) = log_z(j);
        let (mu, gap) = multiplier(j);
        let top = mu - gap;
        let d: Vec<f64> = j.iter().map(|j| gap + (top - j)).collect();
        let end = (1.0 + 0.4 / gap + 200.0 / (n * gap)).acosh();
        let step = end / STEPS as f64;
        let mut total = 0.0;
        let mut inverse = vec![0.0; d.len()];
        for k in 0..=STEPS {
            let t = step * k as f64;
            let (cosh, sinh) = (t.cosh(), t.sinh());
            // cosh t - 1 without cancellation.
            let left = 2.0 * gap * (0.5 * t).sinh().powi(2);
            let up = gap * sinh;
            let (mut size, mut phase) = (-0.5 * n * left, 0.5 * n * up);
            for d in &d {
                let re = d - left;
                size -= 0.25 * ((re * re + up * up) / (d * d)).ln();
                phase -= 0.5 * up.atan2(re);
            }
            if size < NOTHING {
                continue;
            }
            let weight = if k == 0 { 1.0 } else { 2.0 } * gap * step * size.exp();
            let re = weight * (cosh * phase.cos() - sinh * phase.sin());
            let im = weight * (cosh * phase.sin() + sinh * phase.cos());
            total += re;
            for (sum, d) in inverse.iter_mut().zip(&d) {
                let along = d - left;
                *sum += (re * along + im * up) / (along * along + up * up);
            }
        }
        Self {
            saddle,
            exact: saddle + 0.5 * n * (2.0 * PI).ln() + (total / (4.0 * PI)).ln(),
            c: d.iter().map(|d| d.recip()).collect(),
            ratios: inverse.iter().zip(&d).map(|(sum, d)| sum * d / total).collect(),
        }
    }

    fn n(&self) -> f64 {
        self.c.len() as f64
    }

    /// What the logarithm exceeds the second line of eq. 2.7 and (n/2) log 2 pi by.
    pub fn left(&self) -> f64 {
        self.exact - self.saddle - 0.5 * self.n() * (2.0 * PI).ln()
    }

    /// What a Gaussian fluctuation of mu about its saddle point makes of that.
    pub fn gaussian(&self) -> f64 {
        -0.5 * (4.0 * PI * self.c.iter().map(|c| c * c).sum::<f64>()).ln()
    }

    /// Mean |ratio - 1|.
    pub fn off(&self) -> f64 {
        self.ratios.iter().map(|r| (r - 1.0).abs()).sum::<f64>() / self.n()
    }

    /// The mean square over n, less 1: 0 on the sphere.
    pub fn radius(&self) -> f64 {
        self.ratios.iter().zip(&self.c).map(|(r, c)| r * c).sum::<f64>() / self.n() - 1.0
    }
}

/// The logarithm of the integral without couplings, n even: pi^(n/2) n^(n/2 - 1)/(n/2 - 1)!.
pub(super) fn without_couplings(n: usize) -> f64 {
    let half = n / 2;
    let factorial: f64 = (1..half).map(|k| (k as f64).ln()).sum();
    half as f64 * PI.ln() + (half as f64 - 1.0) * (n as f64).ln() - factorial
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integral_is_that_of_known_ones() {
        for n in [8, 10, 400] {
            let found = Sphere::new(&vec![0.0; n]);
            assert!((found.exact / without_couplings(n) - 1.0).abs() < 1e-12, "{n}: {}", found.exact);
            assert!(found.ratios.iter().all(|r| (r - 1.0).abs() < 1e-10));
        }
        // Of four variables, half with +s, the share u of the norm in these is uniform: Z = Z(0) sinh(2 s)/(2 s), and their mean square is
        // 2 <u> = 1 + coth(2 s) - 1/(2 s).
        for s in [0.3f64, 2.0] {
            let found = Sphere::new(&[s, -s, s, -s]);
            let law = without_couplings(4) + ((2.0 * s).sinh() / (2.0 * s)).ln();
            assert!((found.exact - law).abs() < 1e-10, "{} {law}", found.exact);
            let square = 1.0 + (2.0 * s).tanh().recip() - 0.5 / s;
            assert!((found.ratios[0] * found.c[0] - square).abs() < 1e-10);
            assert!(found.radius().abs() < 1e-12);
        }
    }
}
