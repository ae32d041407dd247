//! The estimate at many samples: how far it is from μ - C_emp⁻¹, and that from its first order (eqs. 2.43, 2.47).

use super::super::models::{failed, truth};
use super::fluctuations::covariance;
use crate::common::*;
use faer::Mat;
use nullcline_core::inference::gaussian::ensemble::{Ensemble, Truth};
use nullcline_core::inference::gaussian::map::Map as Estimated;
use nullcline_core::inference::gaussian::predict::Moments;
use nullcline_core::inference::gaussian::spectrum::Spectrum;
use nullcline_core::linalg::cholesky::Cholesky;
use nullcline_core::linalg::eigen::symmetric;
use nullcline_core::linalg::random::{Use, stream};

const VARIABLES: usize = 50;
const ALPHAS: [f64; 7] = [10.0, 30.0, 100.0, 1e3, 1e4, 1e5, 1e6];
/// Those from which powers are fitted, and the one at which the distance is told.
const FROM: usize = 2;
const AT: usize = 3;

/// One model at every sampling ratio.
pub(super) struct Approach {
    /// |J* - (μ* - C_emp⁻¹)| over |J*|, γ = (n + 1)/tr J².
    estimate: Vec<f64>,
    /// |C_emp⁻¹ - (1 - U/√p) C⁻¹| over |U C⁻¹/√p|.
    inverse: Vec<f64>,
}

/// The norm of what eq. 2.47 leaves, over that of its first order.
fn remainder(truth: &Truth, empirical: &Mat<f64>) -> Result<f64, Error> {
    let n = VARIABLES;
    let mut factor = Cholesky::new(n);
    if !factor.factor(empirical.as_ref()) {
        return Err(Error::Numbers("a covariance has no inverse".into()));
    }
    let mut inverse = Mat::zeros(n, n);
    factor.inverse(inverse.as_mut());
    let (mut left, mut first) = (0.0, 0.0);
    for j in 0..n {
        for i in 0..n {
            let true_inverse = if i == j { truth.c[i].recip() } else { 0.0 };
            // C^-1 ΔC C^-1.
            let linear = empirical[(i, j)] / (truth.c[i] * truth.c[j]) - true_inverse;
            left += (inverse[(i, j)] - true_inverse + linear).powi(2);
            first += linear * linear;
        }
    }
    Ok((left / first).sqrt())
}

fn distance(truth: &Truth, empirical: &Mat<f64>, alpha: f64) -> Result<f64, Error> {
    let (mut values, _) = symmetric(empirical.as_ref())
        .ok_or_else(|| Error::Numbers("the covariance's eigendecomposition did not converge".into()))?;
    let n = values.len() as f64;
    let scale = n / values.iter().sum::<f64>();
    values.iter_mut().for_each(|v| *v *= scale);
    let spectrum = Spectrum::new(alpha, values, vec![1.0; VARIABLES]).map_err(failed)?;
    let mut map = Estimated::new(&spectrum);
    map.solve(Moments::of_eigenvalues(&truth.values, truth.mu).cross()).map_err(failed)?;
    let away: f64 = map.j.iter().zip(&spectrum.c).map(|(j, c)| (j - (map.mu - c.recip())).powi(2)).sum();
    Ok((away / map.j.iter().map(|j| j * j).sum::<f64>()).sqrt())
}

pub(super) fn measure(models: usize, seed: u64, observer: &dyn Observer) -> Result<Vec<Approach>, Error> {
    parallel("many samples", models, observer, |k| {
        let index = 6000 + k as u64;
        let model = truth(&Ensemble::Goe { sigma: 0.5 }, VARIABLES, seed, index)?;
        let mut found = Approach { estimate: vec![], inverse: vec![] };
        for (place, alpha) in ALPHAS.iter().enumerate() {
            let p = (alpha * VARIABLES as f64).round() as usize;
            let mut rng = stream(seed, Use::Samples, index * ALPHAS.len() as u64 + place as u64);
            let empirical = covariance(&model.c, p, &mut rng);
            found.estimate.push(distance(&model, &empirical, *alpha)?);
            found.inverse.push(remainder(&model, &empirical)?);
        }
        Ok(found)
    })
}

/// The power of alpha, a model each.
fn power(all: &[Approach], f: fn(&Approach) -> &Vec<f64>) -> Estimate {
    let x: Vec<f64> = ALPHAS[FROM..].iter().map(|a| a.ln()).collect();
    mean(all, |s| slope(&x, &f(s)[FROM..].iter().map(|v| v.ln()).collect::<Vec<_>>()).value)
}

pub(super) fn claims(all: &[Approach]) -> Vec<Claim> {
    let power_of = format!("power of α, α from {}, n = {VARIABLES}", ALPHAS[FROM]);
    vec![
        claim("J* tends to μ - C_emp⁻¹ at many samples (eq. 2.43), and as γ/α")
            .is(format!("|J* - it|/|J*|, {power_of}"), power(all, |s| &s.estimate))
            .predicted(-1.0, 0.05)
            .headline()
            .at("fanthomme2021 eq. 2.43"),
        claim("It is that to 1 % at a thousand samples a variable")
            .is(format!("|J* - it|/|J*|, α = {}", ALPHAS[AT]), mean(all, |s| s.estimate[AT]))
            .below(0.01)
            .if_differs("the limit of 1 % is ours; by eq. 2.8 the distance is γ |C*⁻¹ J* C_emp⁻¹| over α |J*|, with γ near 4")
            .at("fanthomme2021 eq. 2.43"),
        claim("C_emp⁻¹ is (1 - U/√(αn)) C⁻¹ to first order in U")
            .is(format!("what is left over the first order, {power_of}"), power(all, |s| &s.inverse))
            .predicted(-0.5, 0.05)
            .at("fanthomme2021 eq. 2.47"),
    ]
}

pub(super) fn figure(all: &[Approach]) -> Drawn {
    let of = |name: &str, f: fn(&Approach) -> &Vec<f64>, ink: usize| {
        curve(name, &ALPHAS, (0..ALPHAS.len()).map(|k| mean(all, |s| f(s)[k]))).ink(Ink::Series(ink)).joined()
    };
    let series = [of("J*, eq. 2.43", |s| &s.estimate, 0), of("inverse, eq. 2.47", |s| &s.inverse, 1)];
    let axes = Axes { width: 1.45 * THIRD, ..Axes::new("sampling ratio α", "relative distance").log_log() };
    scatter(&series, &axes)?.named("many", "Expansions at many samples", "")
}

pub(super) fn table(all: &[Approach]) -> TableOut {
    let rows = indices(ALPHAS.len());
    Table::of(&rows)
        .column("alpha", "", |k| ALPHAS[*k])
        .columns(["estimate", "estimate_error"], |k| pair(mean(all, |s| s.estimate[*k])))
        .columns(["inverse", "inverse_error"], |k| pair(mean(all, |s| s.inverse[*k])))
        .named(
            "many_samples",
            "|J* - (μ* - C_emp⁻¹)|/|J*| at γ = (n + 1)/tr J², and what eq. 2.47 leaves of the inverse over its first order.",
        )
}
