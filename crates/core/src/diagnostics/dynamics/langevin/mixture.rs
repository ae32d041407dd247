//! Mixtures of Gaussians: density, score, samples, moments.

use crate::linalg::cholesky::Cholesky;
use crate::linalg::random::{Rng, normal};
use faer::{Mat, MatRef};
use rand::RngExt;

/// p(r) = sum_k w_k N(r; mu_k, Sigma_k) over n variables.
///
/// Formula: score grad log p = -sum_k q_k(r) Sigma_k^-1 (r - mu_k), q_k the posterior probability of part k.
///
/// ```
/// use faer::mat;
/// use nullcline_core::diagnostics::dynamics::langevin::Mixture;
///
/// let p = Mixture::new(vec![(1.0, vec![1.0, 0.0], mat![[4.0, 0.0], [0.0, 1.0]])]).unwrap();
/// let mut score = [0.0; 2];
/// p.score(&[3.0, 1.0], &mut score);
/// // Of a Gaussian -Sigma^-1 (r - mu).
/// assert!((score[0] + 0.5).abs() < 1e-15 && (score[1] + 1.0).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Mixture {
    n: usize,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    weight: f64,
    mean: Vec<f64>,
    covariance: Mat<f64>,
    /// L of the covariance, and its inverse.
    factor: Mat<f64>,
    precision: Mat<f64>,
    /// log w - log det(2 pi Sigma) / 2.
    log_scale: f64,
}

impl Mixture {
    /// Parts of weight, mean and covariance; weights are divided by their sum. None where there is no part, a shape does not fit, a
    /// weight is negative or a covariance is not positive definite.
    pub fn new(parts: Vec<(f64, Vec<f64>, Mat<f64>)>) -> Option<Self> {
        let n = parts.first()?.1.len();
        let sum: f64 = parts.iter().map(|p| p.0).sum();
        let mut room = Cholesky::new(n);
        let part = |(weight, mean, covariance): (f64, Vec<f64>, Mat<f64>)| {
            let fits = mean.len() == n && (covariance.nrows(), covariance.ncols()) == (n, n) && weight >= 0.0;
            if !(fits && room.factor(covariance.as_ref())) {
                return None;
            }
            let mut precision = Mat::zeros(n, n);
            room.inverse(precision.as_mut());
            let factor = covariance.llt(faer::Side::Lower).ok()?.L().to_owned();
            let scale = room.log_det() + n as f64 * std::f64::consts::TAU.ln();
            let log_scale = (weight / sum).ln() - 0.5 * scale;
            Some(Part { weight: weight / sum, mean, covariance, factor, precision, log_scale })
        };
        let parts = parts.into_iter().map(part).collect::<Option<Vec<_>>>()?;
        (sum > 0.0 && sum.is_finite()).then_some(Self { n, parts })
    }

    /// The same covariance around each column of `points`, n x N: a kernel density.
    pub fn of_points(points: MatRef<f64>, covariance: &Mat<f64>) -> Option<Self> {
        let part = |j: usize| (1.0, points.col(j).iter().copied().collect(), covariance.clone());
        Self::new((0..points.ncols()).map(part).collect())
    }

    /// Variables n.
    pub fn dim(&self) -> usize {
        self.n
    }

    /// The law of r + sqrt(v) eta, eta standard normal: covariances Sigma_k + v I.
    pub fn blurred(&self, v: f64) -> Option<Self> {
        let wider = |p: &Part| {
            let more =
                Mat::from_fn(self.n, self.n, |i, j| p.covariance[(i, j)] + if i == j { v } else { 0.0 });
            (p.weight, p.mean.clone(), more)
        };
        Self::new(self.parts.iter().map(wider).collect())
    }

    /// log p(r).
    pub fn log_density(&self, r: &[f64]) -> f64 {
        let mut score = vec![0.0; self.n];
        self.score(r, &mut score)
    }

    /// grad log p(r) into `score`; returns log p(r).
    pub fn score(&self, r: &[f64], score: &mut [f64]) -> f64 {
        let exponent = |p: &Part| {
            let mut q = 0.0;
            for j in 0..self.n {
                let dj = r[j] - p.mean[j];
                let row: f64 = (0..self.n).map(|i| p.precision[(i, j)] * (r[i] - p.mean[i])).sum();
                q += dj * row;
            }
            p.log_scale - 0.5 * q
        };
        let top = self.parts.iter().map(exponent).fold(f64::NEG_INFINITY, f64::max);
        score.fill(0.0);
        let mut sum = 0.0;
        for p in &self.parts {
            let share = (exponent(p) - top).exp();
            sum += share;
            for (j, s) in score.iter_mut().enumerate() {
                let row: f64 = (0..self.n).map(|i| p.precision[(i, j)] * (r[i] - p.mean[i])).sum();
                *s -= share * row;
            }
        }
        score.iter_mut().for_each(|s| *s /= sum);
        top + sum.ln()
    }

    /// A sample.
    pub fn sample(&self, rng: &mut Rng, r: &mut [f64]) {
        let (mut u, mut k) = (rng.random::<f64>(), 0);
        while k + 1 < self.parts.len() && u >= self.parts[k].weight {
            u -= self.parts[k].weight;
            k += 1;
        }
        let p = &self.parts[k];
        r.copy_from_slice(&p.mean);
        for j in 0..self.n {
            let z = normal(rng);
            (j..self.n).for_each(|i| r[i] += p.factor[(i, j)] * z);
        }
    }

    /// The mean E(r).
    pub fn mean(&self) -> Vec<f64> {
        (0..self.n).map(|i| self.parts.iter().map(|p| p.weight * p.mean[i]).sum()).collect()
    }

    /// The covariance of r.
    pub fn covariance(&self) -> Mat<f64> {
        let m = self.mean();
        let of = |p: &Part, i: usize, j: usize| {
            p.weight * (p.covariance[(i, j)] + (p.mean[i] - m[i]) * (p.mean[j] - m[j]))
        };
        Mat::from_fn(self.n, self.n, |i, j| self.parts.iter().map(|p| of(p, i, j)).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::random::{Use, stream};
    use faer::mat;

    fn three() -> Mixture {
        Mixture::new(vec![
            (0.5, vec![0.0, 1.0], mat![[0.5, 0.1], [0.1, 0.3]]),
            (0.3, vec![2.0, -1.0], mat![[0.2, 0.0], [0.0, 0.9]]),
            (0.4, vec![-1.5, 0.0], mat![[0.4, -0.2], [-0.2, 0.6]]),
        ])
        .unwrap()
    }

    #[test]
    fn the_score_is_the_slope_of_the_log_density() {
        let (p, h) = (three(), 1e-5);
        for r in [[0.3, 0.4], [1.8, -0.9], [-4.0, 5.0]] {
            let mut score = [0.0; 2];
            p.score(&r, &mut score);
            for i in 0..2 {
                let moved = |by: f64| {
                    let mut r = r;
                    r[i] += by;
                    p.log_density(&r)
                };
                let known = (moved(h) - moved(-h)) / (2.0 * h);
                assert!(
                    (score[i] - known).abs() < 1e-8 * (1.0 + known.abs()),
                    "{r:?} {i}: {} {known}",
                    score[i]
                );
            }
        }
        // The density integrates to one: a sum over a grid.
        let (step, mut mass) = (0.05, 0.0);
        for i in -200..200 {
            for j in -200..200 {
                mass += p.log_density(&[f64::from(i) * step, f64::from(j) * step]).exp() * step * step;
            }
        }
        assert!((mass - 1.0).abs() < 1e-9, "{mass}");
    }

    /// Means and covariances of samples within five standard errors.
    #[test]
    fn samples_have_the_moments() {
        let (p, mut rng, n) = (three(), stream(2, Use::Fixture, 0), 40_000);
        let (mean, cov) = (p.mean(), p.covariance());
        let mut r = [0.0; 2];
        let draws: Vec<[f64; 2]> = (0..n)
            .map(|_| {
                p.sample(&mut rng, &mut r);
                r
            })
            .collect();
        for i in 0..2 {
            let m = draws.iter().map(|r| r[i]).sum::<f64>() / n as f64;
            assert!((m - mean[i]).abs() < 5.0 * (cov[(i, i)] / n as f64).sqrt(), "{m} {}", mean[i]);
            for j in 0..2 {
                let product = |r: &[f64; 2]| (r[i] - mean[i]) * (r[j] - mean[j]);
                let c = draws.iter().map(product).sum::<f64>() / n as f64;
                let spread = draws.iter().map(|r| (product(r) - c).powi(2)).sum::<f64>() / n as f64;
                assert!((c - cov[(i, j)]).abs() < 5.0 * (spread / n as f64).sqrt(), "{i} {j}: {c}");
            }
        }
    }

    #[test]
    fn what_is_no_mixture_is_refused() {
        assert!(Mixture::new(vec![]).is_none());
        assert!(Mixture::new(vec![(1.0, vec![0.0], mat![[-1.0]])]).is_none());
        assert!(Mixture::new(vec![(-1.0, vec![0.0], mat![[1.0]])]).is_none());
        assert!(Mixture::new(vec![(1.0, vec![0.0, 1.0], mat![[1.0]])]).is_none());
    }
}
