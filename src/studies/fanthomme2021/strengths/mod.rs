//! Regularisation strengths against the sampling ratio, over many true models and data sets.

pub(super) mod drawing;
pub(super) mod fit;

use super::models::{Model, failed, parallel};
use super::{largest, mean};
use crate::inference::gaussian::ensemble::Ensemble;
use crate::inference::gaussian::pooled::{Pooled, pooled};
use crate::inference::gaussian::predict::{cross_spread, likelihood_gap};
use crate::inference::gaussian::roots::{Strength, log_grid};
use crate::inference::gaussian::samples::draw;
use crate::inference::gaussian::sweep::{Outcome, outcome};
use crate::linalg::random::{Use, stream};
use crate::pipeline::Observer;
use crate::studies::{Error, Preset};
use fit::Limit;

/// Strengths of single data sets that are looked at: beyond the thesis's grid of 5e-4 to 1e4 on both sides.
pub(super) const RANGE: (f64, f64) = (1e-4, 1e5);
/// The same of all data sets together, in units of the prediction.
const UNITS: (f64, f64) = (1e-3, 1e3);
/// Sampling ratios from which limits are extrapolated.
pub(super) const MANY: f64 = 10.0;
/// Coefficients of the extrapolation in 1/(alpha + gamma): quadratic.
const TERMS: usize = 3;

/// The thesis's sampling ratios.
pub(super) fn alphas() -> Vec<f64> {
    [vec![0.005, 0.01, 0.03, 0.06], log_grid(0.1, 100.0, 25)].concat()
}

/// Variables, true models of each ensemble, data sets of each model and sampling ratio.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub n: usize,
    pub models: usize,
    pub draws: usize,
}

impl Size {
    pub fn of(preset: Preset, quick: (usize, usize, usize)) -> Self {
        match preset {
            Preset::Quick => Self { n: quick.0, models: quick.1, draws: quick.2 },
            Preset::Paper => Self { n: 1000, models: 8, draws: 10 },
        }
    }
}

/// One line of a figure: an ensemble and its name.
#[derive(Clone)]
pub(super) struct Case {
    pub name: String,
    pub sigma: f64,
    pub ensemble: Ensemble,
}

/// A true model and what is predicted of it.
struct Predicted {
    model: Model,
    cross: f64,
    opt: f64,
}

/// All data sets of one ensemble at one sampling ratio.
pub(super) struct Row {
    pub case: usize,
    /// Samples over variables, after rounding.
    pub alpha: f64,
    pub n: usize,
    /// Means over the models of n / tr J^2 (eq. 2.20), (n + 1) / tr J^2, and the general gamma_opt.
    pub thesis: f64,
    pub cross: f64,
    pub opt: f64,
    pub outcomes: Vec<Outcome>,
    /// gamma_cross of all data sets together in units of (n + 1) / tr J^2, and gamma_opt in those of its own formula.
    pub pooled_cross: Vec<Pooled>,
    pub pooled_opt: Vec<Pooled>,
    /// Mean over the models of the relative spread of gamma_cross that theory gives at many samples.
    pub spread: f64,
}

impl Row {
    /// Mean over data sets of their first root, its error, and how many have one.
    pub fn roots(&self, strength: Strength) -> (f64, f64, usize) {
        mean(self.outcomes.iter().filter_map(|o| match strength {
            Strength::Opt => o.best.map(|b| b.gamma),
            _ => o.roots.of(strength).first().copied(),
        }))
    }

    /// The root of the mean residual and its error; NaN without one.
    pub fn together(&self, strength: Strength) -> (f64, f64) {
        let (all, unit) = match strength {
            Strength::Opt => (&self.pooled_opt, self.opt),
            _ => (&self.pooled_cross, self.cross),
        };
        all.first().map_or((f64::NAN, f64::NAN), |p| (unit * p.value, unit * p.error))
    }

    /// Relative standard deviation of gamma_cross over data sets.
    pub fn measured_spread(&self) -> f64 {
        let (mean, error, n) = self.roots(Strength::Cross);
        error * (n as f64).sqrt() / mean
    }

    /// Mean of (L_test(gamma_opt) - L(J))/n and its error.
    pub fn gap(&self) -> (f64, f64) {
        let (mean, error, _) = mean(self.outcomes.iter().map(|o| o.gap));
        (mean, error)
    }

    /// The gap in units of -(n + 1)/(4 (alpha + gamma) n), with gamma its prediction.
    pub fn gap_in_units(&self) -> (f64, f64) {
        let unit = likelihood_gap(self.n, self.alpha + self.cross);
        let (gap, error) = self.gap();
        (gap / unit, (error / unit).abs())
    }

    /// The variable in which limits are extrapolated.
    fn small(&self) -> f64 {
        (self.alpha + self.cross).recip()
    }
}

/// Which quantity is extrapolated.
#[derive(Clone, Copy)]
pub(super) enum Quantity {
    Cross,
    Opt,
    Gap,
}

/// The value at infinitely many samples of a quantity in units of its prediction.
///
/// Expectations of residuals are power series in 1/alpha; written in z = 1/(alpha + gamma), which is of the same order, the
/// shrinkage of weak couplings, a function of alpha/(alpha + gamma) alone, is resummed.
pub(super) fn limit<'a>(rows: impl Iterator<Item = &'a Row>, quantity: Quantity) -> Option<Limit> {
    limit_of(rows, quantity, TERMS)
}

/// [`limit`] with a polynomial of `terms` coefficients.
pub(super) fn limit_of<'a>(
    rows: impl Iterator<Item = &'a Row>,
    quantity: Quantity,
    terms: usize,
) -> Option<Limit> {
    let points: Vec<(f64, f64, f64)> = rows
        .filter(|r| r.alpha >= 0.999 * MANY)
        .map(|r| {
            let pooled = |all: &[Pooled]| all.first().map_or((f64::NAN, f64::NAN), |p| (p.value, p.error));
            let (value, error) = match quantity {
                Quantity::Cross => pooled(&r.pooled_cross),
                Quantity::Opt => pooled(&r.pooled_opt),
                Quantity::Gap => r.gap_in_units(),
            };
            (r.small(), value, error)
        })
        .collect();
    fit::limit(&points, terms)
}

/// Measures every case at every sampling ratio, a thread a row: rows\[case * alphas + alpha\].
///
/// Memory: a thread holds the spectra of one row.
pub(super) fn measure(
    cases: &[Case],
    alphas: &[f64],
    size: Size,
    seed: u64,
    observer: &dyn Observer,
) -> Result<Vec<Row>, Error> {
    let models = parallel(
        "true models",
        cases.len() * size.models,
        |i| i,
        observer,
        |i| {
            let ensemble = &cases[i / size.models].ensemble;
            let model = Model::draw(ensemble, size.n, seed, (i % size.models) as u64)?;
            Ok(Predicted { cross: model.moments.cross(), opt: model.moments.opt(), model })
        },
    )?;
    let count = cases.len() * alphas.len();
    // The largest sampling ratios take longest; they come first, so that no thread waits for another at the end.
    let order = |i: usize| alphas.len() - i % alphas.len();
    parallel("data sets", count, order, observer, |i| {
        let (case, alpha) = (i / alphas.len(), alphas[i % alphas.len()]);
        let models = &models[case * size.models..(case + 1) * size.models];
        row(case, models, alpha, size, seed, i as u64)
    })
}

fn row(
    case: usize,
    models: &[Predicted],
    alpha: f64,
    size: Size,
    seed: u64,
    index: u64,
) -> Result<Row, Error> {
    let n = size.n as f64;
    let p = ((alpha * n).round() as usize).max(1);
    let (mut spectra, mut outcomes, mut of) = (vec![], vec![], vec![]);
    for (m, predicted) in models.iter().enumerate() {
        for k in 0..size.draws {
            let place = (index * models.len() as u64 + m as u64) * size.draws as u64 + k as u64;
            let mut rng = stream(seed, Use::Samples, place);
            let (spectrum, _) = draw(&predicted.model.c, p, true, &[], &mut rng).map_err(failed)?;
            outcomes.push(outcome(&spectrum, predicted.model.likelihood, RANGE).map_err(failed)?);
            spectra.push(spectrum);
            of.push(predicted);
        }
    }
    let scales = |f: fn(&Predicted) -> f64| of.iter().map(|p| f(p)).collect::<Vec<f64>>();
    let pooled =
        |f: fn(&Predicted) -> f64, strength| pooled(&spectra, &scales(f), strength, UNITS).map_err(failed);
    let over = |f: &dyn Fn(&Predicted) -> f64| mean(models.iter().map(f)).0;
    let alpha = p as f64 / n;
    Ok(Row {
        case,
        alpha,
        n: size.n,
        thesis: over(&|p| p.model.moments.thesis()),
        cross: over(&|p| p.cross),
        opt: over(&|p| p.opt),
        pooled_cross: pooled(|p| p.cross, Strength::Cross)?,
        pooled_opt: pooled(|p| p.opt, Strength::Opt)?,
        spread: over(&|p| cross_spread(&p.model.j, &p.model.c, alpha)),
        outcomes,
    })
}

/// Largest violation of eq. 2.16, and in how many data sets it was looked at.
pub(super) fn identity(rows: &[Row]) -> (f64, usize) {
    let all = || rows.iter().flat_map(|r| &r.outcomes);
    (largest(all().map(|o| o.identity)), all().count())
}
