//! The same under the L1 penalty.

use super::GaussianConfig;
use super::data::{Data, unusable};
use super::model::{Chosen, GaussianModel, Reason};
use super::sweep::{Found, debias, levels, model};
use crate::analyses::Error;
use crate::inference::gaussian::lasso::{Options, graphical_lasso};
use crate::inference::gaussian::roots::{Roots, log_grid};
use crate::inference::gaussian::sparse::{
    Likelihoods, couplings, largest, likelihoods, roots, sweep, validate,
};
use crate::inference::gaussian::validation::{Validation, covariances};
use crate::job::Observer;

/// Strengths without --gamma.
const COUNT: usize = 40;

pub fn l1(config: &GaussianConfig, data: &Data, observer: &dyn Observer) -> Result<GaussianModel, Error> {
    let fail = |e: crate::inference::gaussian::lasso::Error| unusable(&config.file, e);
    let c = &data.covariance.matrix;
    let most = largest(c.as_ref());
    let mut gammas = match &config.gammas {
        Some(gammas) => gammas.clone(),
        None if most > 0.0 => log_grid(0.01 * most, most, COUNT),
        None => vec![1.0],
    };
    gammas.sort_by(f64::total_cmp);
    let pair = (c.clone(), data.truth.as_ref().map_or(c, |truth| &truth.matrix).clone());
    observer.start("graphical lasso", 0);
    let curve = sweep(std::slice::from_ref(&pair), &gammas).map_err(fail)?.remove(0);
    observer.finish();
    let (mut found, mut validation) = (Roots::default(), None);
    if data.truth.is_some() {
        found = roots(std::slice::from_ref(&pair), &gammas, std::slice::from_ref(&curve)).map_err(fail)?;
    } else if let (Some(rows), Some(fold)) = (&data.rows, &data.fold) {
        observer.start("cross-validating", 0);
        let folds: Vec<_> = covariances(rows.as_ref(), fold, !config.uncentered)
            .into_iter()
            .map(|(train, test, _)| config.scale.apply_both(train.as_ref(), test.as_ref()))
            .collect();
        let of_folds = validate(&folds, &gammas).map_err(fail)?;
        found = of_folds.roots();
        validation = Some(of_folds);
        observer.finish();
    }
    let (gamma, by) = choose(config, &gammas, &curve, &found, validation.as_ref(), data.truth.is_some());
    let solution = graphical_lasso(c.as_ref(), gamma, &Options::default()).map_err(fail)?;
    let chosen = likelihoods(&solution, pair.0.as_ref(), pair.1.as_ref());
    let debiased = debias(config, data, &solution.theta);
    let (j, chosen_at) = (couplings(&solution), Chosen { gamma, mu: chosen.mu, by });
    Ok(GaussianModel {
        gap: Some(curve.iter().map(|l| l.gap).fold(chosen.gap, f64::max)),
        pairs: Some(curve.iter().map(|l| l.pairs as f64).collect()),
        ..model(
            config,
            data,
            Found { curve: levels(&curve), roots: found, validation, chosen: chosen_at, j, debiased },
        )
    })
}

fn choose(
    config: &GaussianConfig,
    gammas: &[f64],
    curve: &[Likelihoods],
    found: &Roots,
    validation: Option<&Validation>,
    truth: bool,
) -> (f64, Reason) {
    if let Some(at) = config.at {
        return (at, Reason::Asked);
    }
    if validation.is_none() && !truth {
        return (gammas[gammas.len() / 2], Reason::Middle);
    }
    let at = |g: usize| validation.map_or(curve[g].test, |v| v.test[g].value);
    let best = (0..gammas.len()).max_by(|a, b| at(*a).total_cmp(&at(*b))).unwrap_or(0);
    let near = |g: &f64| (g / gammas[best]).ln().abs();
    let inside = best > 0 && best + 1 < gammas.len();
    match found.opt.iter().copied().filter(|_| inside).min_by(|a, b| near(a).total_cmp(&near(b))) {
        Some(gamma) if validation.is_some() => (gamma, Reason::CrossValidated),
        Some(gamma) => (gamma, Reason::Truth),
        None if best == 0 => (gammas[0], Reason::LowerEnd),
        None => (gammas[best], Reason::UpperEnd),
    }
}
