//! log Z of one matrix of couplings and its gradient, by factorisation.

use super::super::ensemble::multiplier;
use super::super::spectrum::Error;
use crate::linalg::cholesky::Cholesky;
use crate::linalg::eigen::symmetric_values;
use crate::linalg::{col, frobenius};
use faer::{Mat, MatRef};

/// Factorisations for one log Z at most; the bracket is halved where Newton's step leaves it.
const MOST_STEPS: usize = 100;

/// log Z(J) = min_mu (n mu - log det(mu - J))/2 and the covariance (mu - J)^-1, its gradient times two.
///
/// Newton's method for the harmonic mean of the eigenvalues of mu - J by tr W and tr W^2, from the last mu, in the
/// bracket mu_last +- |J - J_last|, which contains the root since mu grows with J and shifts along with it.
///
/// Source: eqs. 2.3, 2.7.
///
/// ```
/// use nullcline_core::inference::gaussian::{ensemble::log_z, posterior::energy::LogZ};
///
/// let found = LogZ::new(faer::mat![[0.0, 0.5], [0.5, 0.0]].as_ref()).unwrap();
/// let (mu, value) = log_z(&[-0.5, 0.5]);
/// assert!((found.mu - mu).abs() < 1e-12 && (found.value - value).abs() < 1e-12);
/// ```
pub struct LogZ {
    cholesky: Cholesky,
    shifted: Mat<f64>,
    last: Mat<f64>,
    /// The multiplier.
    pub mu: f64,
    /// log Z(J).
    pub value: f64,
    /// W = (mu - J)^-1 (n x n), trace n.
    pub covariance: Mat<f64>,
    /// Factorisations so far.
    pub factorisations: u64,
}

impl LogZ {
    /// At the symmetric `j` (n x n).
    ///
    /// # Errors
    /// [`Error::Eigen`] for entries that are not finite.
    pub fn new(j: MatRef<f64>) -> Result<Self, Error> {
        let n = j.nrows();
        let values = symmetric_values(j).ok_or(Error::Eigen)?;
        let mut it = Self {
            cholesky: Cholesky::new(n),
            shifted: Mat::zeros(n, n),
            last: j.to_owned(),
            mu: multiplier(&values).0,
            value: 0.0,
            covariance: Mat::zeros(n, n),
            factorisations: 0,
        };
        if it.go(j) { Ok(it) } else { Err(Error::Eigen) }
    }

    /// Goes to `j`; false where its entries are not finite, when nothing here holds any more but a next call may.
    pub fn go(&mut self, j: MatRef<f64>) -> bool {
        let n = j.nrows() as f64;
        let radius = frobenius((j - &self.last).as_ref());
        if !radius.is_finite() {
            return false;
        }
        let reach = radius * (1.0 + 1e-12) + 1e-12 * self.mu.abs().max(1.0);
        let (mut low, mut high) = (self.mu - reach, self.mu + reach);
        let mut mu = self.mu;
        for _ in 0..MOST_STEPS {
            if !self.factor(j, mu) {
                low = mu;
                mu = 0.5 * (low + high);
                continue;
            }
            self.cholesky.inverse(self.covariance.as_mut());
            let trace: f64 = (0..j.nrows()).map(|i| self.covariance[(i, i)]).sum();
            let squares = frobenius(self.covariance.as_ref()).powi(2);
            match trace > n {
                true => low = mu,
                false => high = mu,
            }
            let step = (n / trace - 1.0) * trace * trace / (n * squares);
            if step.abs() <= 1e-10 * mu.abs().max(1.0) {
                // What is left is quadratic in the step, below rounding.
                self.value = 0.5 * (n * mu - self.cholesky.log_det());
                self.mu = mu;
                self.last.copy_from(j);
                return true;
            }
            mu -= step;
            if !(mu > low && mu < high) {
                mu = 0.5 * (low + high);
            }
        }
        false
    }

    /// Becomes another of the same size, but for the count.
    pub(super) fn copy(&mut self, other: &Self) {
        self.last.copy_from(&other.last);
        self.covariance.copy_from(&other.covariance);
        (self.mu, self.value) = (other.mu, other.value);
    }

    fn factor(&mut self, j: MatRef<f64>, mu: f64) -> bool {
        self.factorisations += 1;
        for k in 0..j.ncols() {
            let column = crate::linalg::col_mut(self.shifted.as_mut(), k);
            column.iter_mut().zip(col(j, k)).for_each(|(s, j)| *s = -j);
            column[k] += mu;
        }
        self.cholesky.factor(self.shifted.as_ref())
    }
}
