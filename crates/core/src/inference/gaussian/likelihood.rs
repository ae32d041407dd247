//! Likelihoods of training, test and generated data at one gamma, and their slopes.

use super::map::Map;
use std::ops::Deref;

/// What one estimate says of the data: all sums over the n variables, per sample, (n/2) log 2 pi dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// The regularisation strength.
    pub gamma: f64,
    /// The multiplier of the spherical constraint.
    pub mu: f64,
    /// log Z(J*) = (n mu - log det(mu - J*))/2 (eq. 2.7).
    pub log_z: f64,
    /// Of the training data, tr(J* C_emp)/2 - log Z (eq. 2.13).
    pub train: f64,
    /// Of the test covariance, tr(J* C_test)/2 - log Z (eq. 2.14).
    pub test: f64,
    /// Of data that the model generates, tr(J* C*)/2 - log Z (eq. 2.15).
    pub generated: f64,
    /// tr J*^2.
    pub sum_j_squared: f64,
}

/// The levels of an L2 estimate, with their slopes and residuals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likelihoods {
    /// mu, log Z and likelihoods, which are reached as fields of this.
    pub levels: Levels,
    /// d mu / d gamma (eq. 2.35).
    pub d_mu: f64,
    /// d log Z / d gamma (eq. 2.29 with n/2 in place of n, which the print lacks).
    pub d_log_z: f64,
    /// d L_test / d gamma (eq. 2.24), zero at gamma_opt.
    pub d_test: f64,
    /// 2 (L_gen - L_test) = tr J*(C* - C_test), zero at gamma_cross.
    pub cross: f64,
    /// 2 L_gen - L_train - L_test, zero at gamma_half.
    pub half: f64,
    /// |L_gen - L_train + gamma tr J*^2 / (2 alpha)| over the largest term, zero by eq. 2.16.
    pub identity: f64,
}

impl Deref for Likelihoods {
    type Target = Levels;
    fn deref(&self) -> &Levels {
        &self.levels
    }
}

impl Likelihoods {
    /// alpha tr J*(C_emp - C_test) / tr J*^2 - gamma, the residual of gamma_cross as printed in eq. 2.22.
    pub fn res_cross(&self, alpha: f64) -> f64 {
        2.0 * alpha * (self.train - self.test) / self.sum_j_squared - self.gamma
    }
}

/// Likelihoods at the map's gamma.
///
/// Formula: with 1/c* = mu - j*, L_x = (mu (tr C_x - n) - sum_k (x_k/c*_k + log c*_k))/2, which does not cancel where
/// mu is large, L_gen = -(n + sum log c*_k)/2; dj = (alpha c*^2 mu' - j)/(c* D), mu' = (sum j/(c* D) - tr J*/gamma)/(alpha sum c*/D), the
/// thesis's A_k, B_k (eqs. 2.25-2.35) without cancellation: tr J* = alpha (tr C_emp - n)/gamma is known, and 1/(c* D) is taken
/// relative to 1/(alpha + gamma), its limit at large gamma.
///
/// Source: eqs. 2.12-2.16, 2.24-2.35.
///
/// ```
/// use nullcline_core::inference::gaussian::{likelihood::likelihoods, map::Map, spectrum::Spectrum};
///
/// // Tested on what it was trained on.
/// let c = vec![0.2, 0.8, 2.0];
/// let spectrum = Spectrum::new(3.0, c.clone(), c).unwrap();
/// let mut map = Map::new(&spectrum);
/// map.solve(0.7).unwrap();
/// let found = likelihoods(&map);
/// assert!((found.train - found.test).abs() < 1e-13);
/// // L_gen = L_train - gamma tr J^2 / (2 alpha): a model's own samples are less likely than what it was made of.
/// assert!((found.generated - found.train + 0.7 * found.sum_j_squared / 6.0).abs() < 1e-13);
/// assert!(found.identity < 1e-13);
/// ```
pub fn likelihoods(map: &Map) -> Likelihoods {
    let spectrum = map.spectrum;
    let (gamma, mu, alpha, n) = (map.gamma, map.mu, spectrum.alpha, spectrum.n() as f64);
    let trace = alpha * spectrum.excess / gamma;
    let (mut weighted, mut weights) = (0.0, 0.0);
    for k in 0..map.c.len() {
        let star = map.c[k];
        weighted += map.j[k] * alpha * (1.0 - star) * (1.0 + star) / (star * map.d[k]);
        weights += star / map.d[k];
    }
    let d_mu = ((weighted + trace) / (alpha + gamma) - trace / gamma) / (alpha * weights);
    let mut sum = Sums { train: mu * spectrum.excess, ..Sums::default() };
    for k in 0..map.c.len() {
        let (star, j, c, t) = (map.c[k], map.j[k], spectrum.c[k], spectrum.t[k]);
        let log = star.ln();
        let slope = (alpha * star * star * d_mu - j) / (star * map.d[k]);
        sum.log += log;
        sum.train -= c / star + log;
        sum.test += mu * (t - 1.0) - t / star - log;
        sum.squares += j * j;
        sum.d_log_z += star * slope;
        sum.d_test += (t - star) * slope;
        sum.cross += j * (star - t);
        sum.half += j * (star - 0.5 * (c + t));
    }
    let (train, test, generated) = (0.5 * sum.train, 0.5 * sum.test, -0.5 * (n + sum.log));
    let penalty = gamma * sum.squares / (2.0 * alpha);
    let largest = [train.abs(), generated.abs(), penalty.abs()].into_iter().fold(0.0, f64::max);
    let log_z = 0.5 * (n * mu + sum.log);
    Likelihoods {
        levels: Levels { gamma, mu, log_z, train, test, generated, sum_j_squared: sum.squares },
        d_mu,
        d_log_z: 0.5 * sum.d_log_z,
        d_test: 0.5 * sum.d_test,
        cross: sum.cross,
        half: sum.half,
        identity: (generated - (train - penalty)).abs() / largest.max(f64::MIN_POSITIVE),
    }
}

#[derive(Default)]
struct Sums {
    log: f64,
    train: f64,
    test: f64,
    squares: f64,
    d_log_z: f64,
    d_test: f64,
    cross: f64,
    half: f64,
}
