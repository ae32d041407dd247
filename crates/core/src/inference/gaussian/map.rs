//! The closed-form L2 estimate of the couplings at one gamma.

use super::rising::Rising;
use super::spectrum::{Error, Spectrum};
use crate::linalg::vectorised;

/// Newton steps for mu at most; ten suffice nearly everywhere.
const MOST_STEPS: usize = 200;

/// The maximum a posteriori estimate J* at one gamma, by its eigenvalues.
///
/// Formula: gamma J* - alpha C_emp + alpha C* = 0, C* = (mu* - J*)^-1, tr C* = n; with x = gamma mu* - alpha c and
/// D = sqrt(x^2 + 4 alpha gamma), 1/c* = (D + x)/(2 gamma) and j* = 2 alpha (mu* c - 1)/(alpha c + gamma mu* + D).
/// mu* is the root of tr J*(mu) - alpha (tr C_emp - n)/gamma, concave and increasing, by Newton's method inside
/// \[1 + alpha (mean c - 1)/gamma, 1 + alpha (max c - 1)/gamma\]; by eq. 2.8 this is the constraint tr C* = n of eq. 2.11,
/// without its loss of digits at small gamma.
///
/// Source: eqs. 2.8-2.11; the branches are those without cancellation, so that gamma from 1e-8 to 1e8 and zero
/// eigenvalues (p < n) lose no digits.
#[derive(Clone, Debug)]
pub struct Map<'a> {
    /// Data.
    pub spectrum: &'a Spectrum,
    /// The regularisation strength.
    pub gamma: f64,
    /// The multiplier mu* of the spherical constraint.
    pub mu: f64,
    /// Eigenvalues of J*, in the order of the data's.
    pub j: Vec<f64>,
    /// Eigenvalues of C* = (mu* - J*)^-1.
    pub c: Vec<f64>,
    /// D_k of eq. 2.26.
    pub d: Vec<f64>,
    /// Newton steps of the last solution.
    pub steps: usize,
}

impl<'a> Map<'a> {
    /// Room for estimates from these data.
    pub fn new(spectrum: &'a Spectrum) -> Self {
        let zeros = || vec![0.0; spectrum.n()];
        Self { spectrum, gamma: f64::NAN, mu: 1.0, j: zeros(), c: zeros(), d: zeros(), steps: 0 }
    }

    /// Goes to `gamma`, starting at the last mu.
    ///
    /// # Errors
    /// [`Error::Positive`] unless gamma is a positive finite number.
    ///
    /// ```
    /// use nullcline_core::inference::gaussian::{map::Map, spectrum::Spectrum};
    ///
    /// let (alpha, gamma) = (3.0, 0.7);
    /// let spectrum = Spectrum::new(alpha, vec![0.2, 0.8, 2.0], vec![0.5, 1.0, 1.5]).unwrap();
    /// let mut map = Map::new(&spectrum);
    /// map.solve(gamma).unwrap();
    /// // gamma J - alpha C_emp + alpha C = 0, and the model is on the sphere.
    /// for k in 0..3 {
    ///     assert!((gamma * map.j[k] - alpha * spectrum.c[k] + alpha * map.c[k]).abs() < 1e-12);
    ///     assert!((map.c[k] * (map.mu - map.j[k]) - 1.0).abs() < 1e-12);
    /// }
    /// assert!((map.c.iter().sum::<f64>() - 3.0).abs() < 1e-12);
    /// ```
    pub fn solve(&mut self, gamma: f64) -> Result<(), Error> {
        if !(gamma > 0.0 && gamma.is_finite()) {
            return Err(Error::Positive { name: "gamma", value: gamma });
        }
        let (alpha, n) = (self.spectrum.alpha, self.spectrum.n() as f64);
        let (mut sum, mut largest) = (0.0, 0.0f64);
        for c in &self.spectrum.c {
            sum += c;
            largest = largest.max(*c);
        }
        let (low, high) = (1.0 + alpha * (sum / n - 1.0) / gamma, 1.0 + alpha * (largest - 1.0) / gamma);
        let spread = 4.0 * f64::EPSILON * low.abs().max(high.abs());
        self.gamma = gamma;
        let start = self.mu;
        let mut search = Rising::new(low - spread, high + spread, start);
        self.steps = 0;
        while self.steps < MOST_STEPS {
            self.steps += 1;
            let (value, slope) = self.residual(search.x);
            if search.done(value, slope) {
                break;
            }
        }
        self.mu = search.best.0;
        self.fill();
        Ok(())
    }

    /// mean j*(mu) - alpha (mean c - 1)/gamma and its derivative, mean A_k = alpha mean c*/D (eq. 2.27).
    fn residual(&self, mu: f64) -> (f64, f64) {
        let Spectrum { alpha, c, excess, .. } = self.spectrum;
        let (value, slope) = vectorised(
            #[inline(always)]
            || sums(c, *alpha, self.gamma, mu),
        );
        let n = c.len() as f64;
        ((value - alpha * excess / self.gamma) / n, alpha * slope / n)
    }

    fn fill(&mut self) {
        let Spectrum { alpha, c, .. } = self.spectrum;
        for (k, &c) in c.iter().enumerate() {
            (self.j[k], self.c[k], self.d[k]) = eigenvalue(c, *alpha, self.gamma, self.mu);
        }
    }
}

/// j*, c* and D (eqs. 2.10, 2.26).
#[inline(always)]
fn eigenvalue(c: f64, alpha: f64, gamma: f64, mu: f64) -> (f64, f64, f64) {
    let (x, up) = (gamma * mu - alpha * c, gamma * mu + alpha * c);
    let d = (x * x + 4.0 * alpha * gamma).sqrt();
    let far = d + x.abs();
    let star = if x > 0.0 { 2.0 * gamma / far } else { far / (2.0 * alpha) };
    let j = if up > 0.0 { 2.0 * alpha * mu.mul_add(c, -1.0) / (up + d) } else { (up - d) / (2.0 * gamma) };
    (j, star, d)
}

/// Sums of j* and of c*/D.
#[inline(always)]
fn sums(c: &[f64], alpha: f64, gamma: f64, mu: f64) -> (f64, f64) {
    const LANES: usize = 16;
    let (mut values, mut slopes) = ([0.0; LANES], [0.0; LANES]);
    let (blocks, rest) = c.as_chunks::<LANES>();
    for block in blocks {
        for k in 0..LANES {
            let (j, star, d) = eigenvalue(block[k], alpha, gamma, mu);
            values[k] += j;
            slopes[k] += star / d;
        }
    }
    for c in rest {
        let (j, star, d) = eigenvalue(*c, alpha, gamma, mu);
        values[0] += j;
        slopes[0] += star / d;
    }
    (values.iter().sum(), slopes.iter().sum())
}
