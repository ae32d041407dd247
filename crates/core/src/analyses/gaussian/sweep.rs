//! The sweep over gamma, the strengths, and the couplings at the best one.

use super::data::{Data, unusable};
use super::model::{Chosen, GaussianModel, Predicted, Reason, Source, Test};
use super::{GaussianConfig, Penalty, units};
use crate::analyses::Error;
use crate::inference::gaussian::debiased::{Debiased, debiased};
use crate::inference::gaussian::likelihood::{Levels, likelihoods};
use crate::inference::gaussian::map::Map;
use crate::inference::gaussian::predict::{Moments, couplings, unbiased_j_squared};
use crate::inference::gaussian::roots::{Roots, log_grid, roots};
use crate::inference::gaussian::spectrum::{Basis, Error as Fault, Spectrum};
use crate::inference::gaussian::sweep::{optimum, sweep};
use crate::inference::gaussian::validation::{Validation, spectra, validate};
use crate::job::Observer;
use crate::numbers::{Estimate, jackknife};
use faer::Mat;
use std::ops::Deref;

/// Where roots are looked for, beyond the grid if that is narrower.
const RANGE: (f64, f64) = (1e-4, 1e4);
/// Largest violation of eq. 2.16 that rounding explains.
const IDENTITY: f64 = 1e-12;

/// Strengths asked for and numbers given are in the data's units, the work in between in those of a covariance of trace n.
pub fn infer(config: &GaussianConfig, data: &Data, observer: &dyn Observer) -> Result<GaussianModel, Error> {
    let inside = units::scaled(config, data.unit);
    let found = match config.penalty {
        Penalty::L2 => l2(&inside, data, observer),
        Penalty::L1 => super::sparse::l1(&inside, data, observer),
    }?;
    Ok(units::given(found, config.penalty, data.unit))
}

fn l2(config: &GaussianConfig, data: &Data, observer: &dyn Observer) -> Result<GaussianModel, Error> {
    let fail = |e: Fault| unusable(&config.file, e);
    let gammas = config.gammas.clone().unwrap_or_else(|| log_grid(1e-2, 1e3, 60));
    let ends = |f: fn(f64, f64) -> f64, end: f64| gammas.iter().copied().fold(end, f);
    let range = (ends(f64::min, RANGE.0), ends(f64::max, RANGE.1));
    let basis = &data.covariance.basis;
    let t = match &data.truth {
        Some(truth) => basis.diagonal_of(truth.matrix.as_ref()).map_err(fail)?,
        None => basis.values.clone(),
    };
    let spectrum = Spectrum::new(data.alpha, basis.values.clone(), t).map_err(fail)?;
    let curve = sweep(&spectrum, &gammas).map_err(fail)?;
    let mut identity = curve.iter().map(|l| l.identity).fold(0.0, f64::max);
    let (mut roots_found, mut validation, mut folds) = (Roots::default(), None, vec![]);
    let mut best = None;
    if data.truth.is_some() {
        roots_found = roots(std::slice::from_ref(&spectrum), range.0, range.1).map_err(fail)?;
        best = optimum(&spectrum, &roots_found.opt, range).map_err(fail)?.map(|l| l.gamma);
    } else if let (Some(rows), Some(fold)) = (&data.rows, &data.fold) {
        observer.start("cross-validating", 0);
        folds = spectra(rows.as_ref(), fold, config.scale, !config.uncentered).map_err(fail)?;
        let all: Vec<Spectrum> = folds.iter().map(|(s, _)| s.clone()).collect();
        let found = validate(&all, &gammas, range).map_err(fail)?;
        identity = identity.max(found.identity);
        roots_found = found.roots();
        best = if found.least { Some(range.0) } else { found.opt.map(|e| e.value) };
        validation = Some(found);
        observer.finish();
    }
    if identity > IDENTITY {
        return Err(Error::Numbers(format!(
            "L_gen and L_train - (gamma / 2 alpha) tr J^2 differ by {identity:.1e}, more than rounding (eq. 2.16)"
        )));
    }
    let without = best.is_none() && (validation.is_some() || data.truth.is_some());
    let mut predicted = predicted(data, &folds);
    let chosen = choose(config, best, validation.is_some(), predicted.as_ref(), range);
    let mut map = Map::new(&spectrum);
    map.solve(chosen.0).map_err(fail)?;
    let at = likelihoods(&map);
    // Without couplings, or with less of them than noise, the formula has nothing to go by.
    if predicted.is_none() && !without && unbiased(data).is_none() && at.sum_j_squared > 0.0 {
        predicted = Some(Predicted {
            gamma: Estimate::unknown(basis.values.len() as f64 / at.sum_j_squared, 0),
            cross: (basis.values.len() + 1) as f64 / at.sum_j_squared,
            opt: None,
            j_squared: at.sum_j_squared,
            from: Source::Inferred,
        });
    }
    let theta: Vec<f64> = map.c.iter().map(|c| c.recip()).collect();
    let debiased = debias(config, data, &basis.matrix(&theta));
    let j = basis.matrix(&map.j);
    let chosen = Chosen { gamma: chosen.0, mu: map.mu, by: chosen.1 };
    Ok(GaussianModel {
        d_test: data.truth.as_ref().map(|_| curve.iter().map(|l| l.d_test).collect()),
        predicted,
        identity: Some(identity),
        range,
        ..model(
            config,
            data,
            Found { curve: levels(&curve), roots: roots_found, validation, chosen, j, debiased },
        )
    })
}

/// What either penalty finds.
pub struct Found {
    /// Levels at each gamma.
    pub curve: Vec<Levels>,
    /// Strengths.
    pub roots: Roots,
    /// The cross-validation.
    pub validation: Option<Validation>,
    /// The strength of the couplings.
    pub chosen: Chosen,
    /// The couplings.
    pub j: Mat<f64>,
    /// The couplings without the penalty's bias.
    pub debiased: Debiased,
}

/// The couplings without bias, from the penalised precision.
pub fn debias(config: &GaussianConfig, data: &Data, precision: &Mat<f64>) -> Debiased {
    let p = data.alike.map_or(data.alpha * data.names.len() as f64, |a| a.effective);
    debiased(precision.as_ref(), data.covariance.matrix.as_ref(), p, config.scale)
}

/// The levels alone.
pub fn levels<L: Deref<Target = Levels>>(curve: &[L]) -> Vec<Levels> {
    curve.iter().map(|l| **l).collect()
}

/// The report's model without what one penalty alone has, looked at over the range of its curve.
pub fn model(config: &GaussianConfig, data: &Data, found: Found) -> GaussianModel {
    let test = match (&data.truth, &found.validation) {
        (Some(_), _) => {
            let value = found.curve.iter().map(|l| l.test).collect();
            Some(Test { value, std_error: vec![], folds: None })
        }
        (None, Some(v)) => Some(Test::of(v)),
        (None, None) => None,
    };
    GaussianModel {
        about: data.about.clone(),
        covariance: faer::Scale(data.unit) * &data.covariance.matrix,
        penalty: config.penalty,
        names: data.names.clone(),
        alpha: data.alpha,
        samples: data.samples,
        trace: data.trace,
        scale: config.scale,
        range: (found.curve[0].gamma, found.curve[found.curve.len() - 1].gamma),
        curve: found.curve,
        test,
        d_test: None,
        roots: found.roots,
        validation: found.validation,
        predicted: None,
        chosen: found.chosen,
        j: found.j,
        debiased: found.debiased,
        alike: data.alike,
        true_j: data.truth.as_ref().and_then(|truth| couplings(&truth.basis)),
        identity: None,
        gap: None,
        pairs: None,
        edges: config.edges,
    }
}

/// The estimate of sum J^2 without bias.
fn unbiased(data: &Data) -> Option<f64> {
    unbiased_j_squared(&data.covariance.basis.values, data.freedom?)
}

/// The formula's strengths from the true couplings, or from an estimate of sum J^2 without bias.
fn predicted(data: &Data, folds: &[(Spectrum, Basis)]) -> Option<Predicted> {
    let n = data.names.len() as f64;
    if let Some(truth) = &data.truth {
        let m = Moments::of_covariance(&truth.basis.values)?;
        return (m.j_squared > 0.0).then(|| Predicted {
            gamma: Estimate::exact(m.thesis(), 0),
            cross: m.cross(),
            opt: Some(m.opt()),
            j_squared: m.j_squared,
            from: Source::Truth,
        });
    }
    let j_squared = unbiased(data).filter(|s| *s > 0.0)?;
    let lost = data.samples? - data.freedom?;
    let left_out = |(spectrum, basis): &(Spectrum, Basis)| {
        let p = (spectrum.alpha * n).round() as usize;
        unbiased_j_squared(&basis.values, p - lost).filter(|s| *s > 0.0).map(|s| n / s)
    };
    Some(Predicted {
        gamma: jackknife::delete_one(n / j_squared, folds.iter().map(left_out)),
        cross: (n + 1.0) / j_squared,
        opt: None,
        j_squared,
        from: Source::Unbiased,
    })
}

/// The strength at which couplings are written, and why that one.
fn choose(
    config: &GaussianConfig,
    best: Option<f64>,
    validated: bool,
    predicted: Option<&Predicted>,
    range: (f64, f64),
) -> (f64, Reason) {
    match (config.at, best, predicted) {
        (Some(at), ..) => (at, Reason::Asked),
        (None, Some(best), _) if validated => (best, Reason::CrossValidated),
        (None, Some(best), _) => (best, Reason::Truth),
        (None, None, _) if validated || config.truth.is_some() => (range.1, Reason::NoCouplings),
        (None, None, Some(p)) => (p.gamma.value, Reason::Formula),
        (None, None, None) => (1.0, Reason::Nothing),
    }
}
