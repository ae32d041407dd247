//! True models, by what does not need their eigenvectors, and work on all threads.

use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::{Ensemble, Truth};
use nullcline_core::inference::gaussian::map::Map;
use nullcline_core::inference::gaussian::predict::Moments;
use nullcline_core::inference::gaussian::spectrum::Spectrum;
use nullcline_core::linalg::random::{Use, stream};

/// A true model in its own eigenbasis.
pub(super) struct Model {
    /// Eigenvalues of the covariance.
    pub c: Vec<f64>,
    /// Eigenvalues of the couplings, in the same order.
    pub j: Vec<f64>,
    /// L(J), the largest test likelihood there is.
    pub likelihood: f64,
    /// What predictions are made of.
    pub moments: Moments,
}

impl Model {
    /// The model of number `index` in a run seeded with `seed`.
    pub fn draw(ensemble: &Ensemble, n: usize, seed: u64, index: u64) -> Result<Self, Error> {
        let truth = truth(ensemble, n, seed, index)?;
        let (likelihood, moments) = (truth.likelihood(), Moments::of_eigenvalues(&truth.values, truth.mu));
        Ok(Self { c: truth.c, j: truth.values, likelihood, moments })
    }
}

/// The true model of number `index`, with its eigenvectors.
pub(super) fn truth(ensemble: &Ensemble, n: usize, seed: u64, index: u64) -> Result<Truth, Error> {
    let j = ensemble.draw(n, &mut stream(seed, Use::Couplings, index));
    Truth::new(j.as_ref())
        .ok_or_else(|| Error::Numbers("the couplings' eigendecomposition did not converge".into()))
}

/// tr(J* C_test) / tr(J C*), the sides of eq. 2.21, with `couplings` the diagonal of J in the empirical eigenbasis.
pub(super) fn sides_of_2_21(spectrum: &Spectrum, couplings: &[f64], gamma: f64) -> Result<f64, Error> {
    let mut map = Map::new(spectrum);
    map.solve(gamma).map_err(failed)?;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    Ok(dot(&map.j, &spectrum.t) / dot(couplings, &map.c))
}

/// An error of the estimate, in words.
pub(super) fn failed(e: nullcline_core::inference::gaussian::spectrum::Error) -> Error {
    Error::Numbers(e.to_string())
}
