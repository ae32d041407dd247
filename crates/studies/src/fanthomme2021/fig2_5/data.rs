//! One data set under both penalties.

use crate::common::*;
use crate::fanthomme2021::models::{failed, sides_of_2_21, truth};
use crate::fanthomme2021::strengths::RANGE;
use faer::MatRef;
use nullcline_core::inference::gaussian::ensemble::{Ensemble, Truth};
use nullcline_core::inference::gaussian::lasso::{Options, graphical_lasso};
use nullcline_core::inference::gaussian::roots::{self, Roots, Strength, log_grid};
use nullcline_core::inference::gaussian::samples::covariance;
use nullcline_core::inference::gaussian::sparse::{self, Likelihoods, Pair, couplings, largest};
use nullcline_core::inference::gaussian::spectrum::{Basis, Spectrum, rescaled};
use nullcline_core::linalg::col;
use nullcline_core::linalg::random::{Use, stream};

/// Smallest strength that is looked at, in units of the noise 1/sqrt(p) of a correlation.
const LEAST: f64 = 0.1;
/// Points of the curves of panel A.
const SHOWN: usize = 60;

/// What one data set gives.
pub struct DataSet {
    /// Strengths under L1.
    pub roots: Roots,
    /// Whether the test likelihood is largest inside the grid.
    pub inside: bool,
    /// gamma_cross/gamma_opt under L2.
    pub l2_ratio: f64,
    /// Left over right side of eq. 2.21 at gamma_half, under L1.
    pub half: f64,
    /// The same under L2.
    pub l2_half: f64,
    /// Largest |tr Theta^-1 - n|/n over the grid.
    pub spherical: f64,
    /// Largest difference of L_gen and L_train - gamma sum |J_ij|/2 over the grid, a variable.
    pub identity: f64,
    /// Largest duality gap a variable.
    pub gap: f64,
}

impl DataSet {
    /// The first root; NaN without any.
    pub fn strength(&self, strength: Strength) -> f64 {
        self.roots.of(strength).first().copied().unwrap_or(f64::NAN)
    }
}

/// Panel A: one data set's curves.
pub struct Curves {
    pub n: usize,
    pub gammas: Vec<f64>,
    pub likelihoods: Vec<Likelihoods>,
    pub roots: Roots,
    /// L(J) of the true model.
    pub truth: f64,
}

fn lasso_failed(e: nullcline_core::inference::gaussian::lasso::Error) -> Error {
    Error::Numbers(format!("graphical lasso: {e}"))
}

/// The empirical covariance of p = alpha n samples, rescaled to trace n, beside the true one; and p.
fn pair(truth: &Truth, alpha: f64, seed: u64, index: u64) -> (Pair, usize) {
    let n = truth.c.len();
    let p = ((alpha * n as f64) as usize).max(1);
    let samples = truth.samples(p, &mut stream(seed, Use::Samples, index));
    ((rescaled(covariance(samples.as_ref()).as_ref()), truth.covariance()), p)
}

/// The grid of gamma: from a tenth of a correlation's noise to where no coupling is left.
fn grid(train: MatRef<f64>, p: usize, count: usize) -> Vec<f64> {
    let most = largest(train) * (1.0 + 1e-9);
    log_grid((LEAST / (p as f64).sqrt()).min(0.5 * most), most, count)
}

/// Data set `index` of p = `alpha` n samples of model `model`.
pub fn data_set(
    ensemble: &Ensemble,
    n: usize,
    alpha: f64,
    count: usize,
    seed: u64,
    model: u64,
    index: u64,
) -> Result<DataSet, Error> {
    let truth = truth(ensemble, n, seed, model)?;
    let (data, p) = pair(&truth, alpha, seed, index);
    let gammas = grid(data.0.as_ref(), p, count);
    let data = std::slice::from_ref(&data);
    let curves = sparse::sweep(data, &gammas).map_err(lasso_failed)?;
    let roots = sparse::roots(data, &gammas, &curves).map_err(lasso_failed)?;
    let (train, test) = (data[0].0.as_ref(), data[0].1.as_ref());
    let at = |k: usize| curves[0][k].test;
    let best = (0..gammas.len()).fold(0, |best, k| if at(k) > at(best) { k } else { best });
    let (mut spherical, mut identity, mut half) = (0.0f64, 0.0f64, f64::NAN);
    for gamma in [&roots.opt, &roots.cross, &roots.half].into_iter().filter_map(|r| r.first()) {
        let s = graphical_lasso(train, *gamma, &Options::default()).map_err(lasso_failed)?;
        let l = sparse::likelihoods(&s, train, test);
        let j = couplings(&s);
        let trace: f64 = (0..n).map(|i| s.sigma[(i, i)]).sum();
        let off: f64 = (0..n).map(|k| norm1(j.as_ref(), k)).sum();
        spherical = spherical.max((trace / n as f64 - 1.0).abs());
        identity = identity.max((l.generated - l.train + 0.5 * gamma * off).abs() / n as f64);
        if roots.half.first() == Some(gamma) {
            half = along(j.as_ref(), test) / along(truth.j.as_ref(), s.sigma.as_ref());
        }
    }
    let (l2_ratio, l2_half) = l2(&truth, train, test, alpha)?;
    let gap = curves[0].iter().map(|l| l.gap).fold(0.0, f64::max) / n as f64;
    let inside = best > 0 && best + 1 < gammas.len();
    Ok(DataSet { roots, inside, l2_ratio, half, l2_half, spherical, identity, gap })
}

/// gamma_cross/gamma_opt and the two sides of eq. 2.21 of the L2 estimate from the same data.
fn l2(truth: &Truth, train: MatRef<f64>, test: MatRef<f64>, alpha: f64) -> Result<(f64, f64), Error> {
    let basis = Basis::new(train).map_err(failed)?;
    let t = basis.diagonal_of(test).map_err(failed)?.into_iter().map(|t| t.max(0.0)).collect();
    let spectrum = Spectrum::new(alpha, basis.values.clone(), t).map_err(failed)?;
    let roots = roots::roots(std::slice::from_ref(&spectrum), RANGE.0, RANGE.1).map_err(failed)?;
    let first = |s: Strength| roots.of(s).first().copied().unwrap_or(f64::NAN);
    let ratio = first(Strength::Cross) / first(Strength::Opt);
    let gamma = first(Strength::Half);
    if gamma.is_nan() {
        return Ok((ratio, f64::NAN));
    }
    let couplings = basis.diagonal_of(truth.j.as_ref()).map_err(failed)?;
    Ok((ratio, sides_of_2_21(&spectrum, &couplings, gamma)?))
}

/// tr(A B) of symmetric matrices.
fn along(a: MatRef<f64>, b: MatRef<f64>) -> f64 {
    (0..a.ncols()).map(|k| col(a, k).iter().zip(col(b, k)).map(|(a, b)| a * b).sum::<f64>()).sum()
}

/// Sum of |A_ik| over i != k.
fn norm1(a: MatRef<f64>, k: usize) -> f64 {
    col(a, k).iter().enumerate().filter(|(i, _)| *i != k).map(|(_, v)| v.abs()).sum()
}

/// The curves of panel A: the first data set of its ensemble.
pub fn likelihood_curves(ensemble: &Ensemble, n: usize, alpha: f64, seed: u64) -> Result<Curves, Error> {
    // A number that no other data set has.
    const OWN: u64 = 1 << 40;
    let truth = truth(ensemble, n, seed, OWN)?;
    let (data, p) = pair(&truth, alpha, seed, OWN);
    let gammas = grid(data.0.as_ref(), p, SHOWN);
    let data = std::slice::from_ref(&data);
    let mut curves = sparse::sweep(data, &gammas).map_err(lasso_failed)?;
    let roots = sparse::roots(data, &gammas, &curves).map_err(lasso_failed)?;
    Ok(Curves { n, gammas, likelihoods: curves.remove(0), roots, truth: truth.likelihood() })
}
