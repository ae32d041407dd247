//! The posterior of the couplings at a finite temperature: what it is, and chains that sample it.
//!
//! Formula: p_beta(J) ~ exp(-beta E(J)) with E = (gamma/4) tr J^2 - (alpha/2) tr(J C_emp) + alpha log Z(J), a density
//! with respect to the independent entries J_ij, i <= j, of symmetric matrices. The diagonal is among them: J* has
//! one, and tr J^2 penalises it. Along J + t I, log Z grows by n t/2 and only the penalty holds the chain. At low
//! temperature each of the n(n+1)/2 entries adds 1/(2 beta) to the mean of E - E(J*).
//!
//! Source: eqs. 2.75, 2.6, 2.7; the canonical temperature of eq. 2.5 is beta = n.
//!
//! Two samplers: single entries ([`metropolis`]), as in the thesis, with the energy followed incrementally; and
//! Hamiltonian dynamics in the data's eigenbasis ([`hmc`]), scaled by the curvature at the estimate. Which mixes better, for
//! alpha = gamma = 5, sigma = 0.5 (`cargo run --release --example posterior_speed 5`; one chain; effective draws of the energy):
//!
//! | n | beta | sampler | accepted | tau (energies) | per 1000 energies | per second |
//! |---|---|---|---|---|---|---|
//! | 2 | n | Metropolis | 0.31 | 11.5 ± 0.6 | 43 | 11,000 |
//! | 2 | n | Langevin | 0.63 | 1.35 ± 0.01 | 371 | 110,000 |
//! | 2 | n | Hamiltonian | 0.87 | 1.8 | 283 | 77,000 |
//! | 20 | n | Metropolis | 0.43 | 800 ± 150 | 0.62 | 50 |
//! | 20 | n | Langevin | 0.67 | 5.5 ± 0.1 | 90 | 1,600 |
//! | 20 | n | Hamiltonian | 0.84 | 5.3 ± 0.2 | 94 | 2,200 |
//! | 20 | 1e6 | Metropolis | 0.42 | 870 ± 150 | 0.58 | 70 |
//! | 20 | 1e6 | Langevin | 0.64 | 5.4 ± 0.1 | 92 | 2,300 |
//! | 20 | 1e6 | Hamiltonian | 0.83 | 5.1 ± 0.1 | 98 | 3,500 |
//! | 100 | 1e6 | Metropolis | 0.44 | 7,700, too short to tell | 0.07 | 7 |
//! | 100 | 1e6 | Langevin | 0.95 | 34 ± 10 | 15 | 32 |
//! | 100 | 1e6 | Hamiltonian | 0.85 | 10 ± 2 | 50 | 160 |
//!
//! Trajectories give 45 times as many effective draws a second as single entries at n = 20, and at least 20 times at
//! n = 100; an energy costs 8 and 28 us at n = 20, 10 and 320 us at n = 100. Seconds are those of a busy machine and may be a few times
//! shorter; what is counted an energy does not depend on it. Langevin chains at n = 100 were too short to settle their step.

mod adapt;
pub mod energy;
pub mod hmc;
pub mod metropolis;
pub mod run;
mod window;

pub use super::spectrum::Error;

use super::likelihood::likelihoods;
use super::map::Map;
use super::spectrum::{Basis, Spectrum, check};
use crate::linalg::random::{Rng, normal};
use crate::linalg::{col, gemm};
use faer::{Accum, Mat, MatRef};

/// Data, penalty and estimate: everything but the temperature.
#[derive(Clone, Debug)]
pub struct Posterior {
    /// Samples over variables, p / n.
    pub alpha: f64,
    /// The regularisation strength.
    pub gamma: f64,
    /// The empirical covariance, n x n.
    pub data: Mat<f64>,
    /// The covariance of the test data, n x n.
    pub test: Mat<f64>,
    /// Eigenbasis of the empirical covariance.
    pub basis: Basis,
    /// The estimate J*, n x n.
    pub map: Mat<f64>,
    /// Eigenvalues of J*, in the basis' order.
    pub map_values: Vec<f64>,
    /// Eigenvalues of C* = (mu* - J*)^-1.
    pub map_covariance: Vec<f64>,
    /// Everything measured at J*.
    pub at_map: Point,
}

/// What is measured on one matrix of couplings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// E(J), eq. 2.75's exponent over -beta.
    pub energy: f64,
    /// |J - J*|, Frobenius.
    pub distance: f64,
    /// E(J) with the test covariance in place of the data's.
    pub test_energy: f64,
    /// L_test = tr(J C_test)/2 - log Z(J), eq. 2.14.
    pub test: f64,
    /// L_train = tr(J C_emp)/2 - log Z(J), eq. 2.13.
    pub train: f64,
}

impl Posterior {
    /// The posterior given an empirical covariance of p = `alpha` n samples, measured on `test` as well (both n x n).
    ///
    /// # Errors
    /// Those of [`check`], of [`Basis::new`] and of [`Map::solve`].
    ///
    /// ```
    /// use nullcline_core::inference::gaussian::posterior::Posterior;
    ///
    /// let c = faer::mat![[1.0, 0.4], [0.4, 1.0]];
    /// let posterior = Posterior::new(5.0, 5.0, c.as_ref(), c.as_ref()).unwrap();
    /// assert_eq!((posterior.n(), posterior.entries(), posterior.at_map.distance), (2, 3, 0.0));
    /// // gamma J - alpha C + alpha (mu - J)^-1 = 0 entry by entry: the estimate is symmetric and has a diagonal.
    /// assert!((posterior.map[(0, 1)] - posterior.map[(1, 0)]).abs() < 1e-14 && posterior.map[(0, 1)] > 0.0);
    /// ```
    pub fn new(alpha: f64, gamma: f64, data: MatRef<f64>, test: MatRef<f64>) -> Result<Self, Error> {
        check(test)?;
        let basis = Basis::new(data)?;
        let spectrum = Spectrum::new(alpha, basis.values.clone(), basis.diagonal_of(test)?)?;
        let mut star = Map::new(&spectrum);
        star.solve(gamma)?;
        let log_z = likelihoods(&star).log_z;
        let map = basis.matrix(&star.j);
        let (map_values, map_covariance) = (star.j, star.c);
        let (data, test) = (data.to_owned(), test.to_owned());
        let at_map = Point::default();
        let mut it = Self { alpha, gamma, data, test, basis, map, map_values, map_covariance, at_map };
        it.at_map = it.point(it.map.as_ref(), log_z);
        Ok(it)
    }

    /// Variables.
    pub fn n(&self) -> usize {
        self.data.nrows()
    }

    /// Independent entries, n (n + 1)/2.
    pub fn entries(&self) -> usize {
        self.n() * (self.n() + 1) / 2
    }

    /// What is measured on `j` (n x n, symmetric), given its log Z.
    pub fn point(&self, j: MatRef<f64>, log_z: f64) -> Point {
        let (mut square, mut data, mut test, mut distance) = (0.0, 0.0, 0.0, 0.0);
        for k in 0..self.n() {
            let columns = [self.data.as_ref(), self.test.as_ref(), self.map.as_ref()].map(|m| col(m, k));
            for (i, j) in col(j, k).iter().enumerate() {
                square += j * j;
                data += j * columns[0][i];
                test += j * columns[1][i];
                distance += (j - columns[2][i]).powi(2);
            }
        }
        let penalty = 0.25 * self.gamma * square;
        let (train, test) = (0.5 * data - log_z, 0.5 * test - log_z);
        Point {
            energy: penalty - self.alpha * train,
            distance: distance.sqrt(),
            test_energy: penalty - self.alpha * test,
            test,
            train,
        }
    }

    /// The same posterior for V^T J V, V the data's eigenvectors: the density of its entries is the same function.
    pub fn in_eigenbasis(&self) -> Self {
        let n = self.n();
        let diagonal = |d: &[f64]| Mat::from_fn(n, n, |i, j| if i == j { d[i] } else { 0.0 });
        Self {
            data: diagonal(&self.basis.values),
            test: congruent(self.basis.vectors.transpose(), self.test.as_ref()),
            basis: Basis { values: self.basis.values.clone(), vectors: Mat::identity(n, n) },
            map: diagonal(&self.map_values),
            ..self.clone()
        }
    }

    /// A symmetric matrix whose entries i <= j are normal with the mean and variance of J*'s, the thesis's start.
    ///
    /// Its footnote 5 speaks of the entries above the diagonal; the diagonal is drawn alike.
    pub fn gaussian_start(&self, rng: &mut Rng) -> Mat<f64> {
        let (n, count) = (self.n(), self.entries() as f64);
        let entries = || (0..n).flat_map(|j| (0..=j).map(move |i| self.map[(i, j)]));
        let mean = entries().sum::<f64>() / count;
        let sd = (entries().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt();
        symmetric(n, |_, _| mean + sd * normal(rng))
    }
}

/// A X A^T, symmetric (all n x n).
pub(crate) fn congruent(a: MatRef<f64>, x: MatRef<f64>) -> Mat<f64> {
    let n = x.nrows();
    let (mut half, mut out) = (Mat::zeros(n, n), Mat::zeros(n, n));
    gemm(half.as_mut(), Accum::Replace, a, x);
    gemm(out.as_mut(), Accum::Replace, half.as_ref(), a.transpose());
    Mat::from_fn(n, n, |i, j| 0.5 * (out[(i, j)] + out[(j, i)]))
}

/// A symmetric matrix from its entries i <= j, in the order of columns.
fn symmetric(n: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Mat<f64> {
    let mut m = Mat::zeros(n, n);
    for j in 0..n {
        for i in 0..=j {
            m[(i, j)] = entry(i, j);
            m[(j, i)] = m[(i, j)];
        }
    }
    m
}

#[cfg(test)]
mod tests;
