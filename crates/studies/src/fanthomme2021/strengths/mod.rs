//! Regularisation strengths against the sampling ratio, over many true models and data sets.

pub(super) mod drawing;
pub(super) mod fit;

use super::models::{Model, failed};
use crate::common::*;
use fit::Limit;
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::inference::gaussian::pooled::pooled;
use nullcline_core::inference::gaussian::predict::{cross_spread, likelihood_gap};
use nullcline_core::inference::gaussian::roots::{Strength, log_grid};
use nullcline_core::inference::gaussian::samples::draw;
use nullcline_core::inference::gaussian::spectrum::Spectrum;
use nullcline_core::inference::gaussian::sweep::{Outcome, outcome};
use nullcline_core::job::Observer;
use nullcline_core::linalg::random::{Use, stream};

/// Strengths of single data sets that are looked at: beyond the thesis's grid of 5e-4 to 1e4 on both sides.
pub(super) const RANGE: (f64, f64) = (1e-4, 1e5);
/// Variables of the thesis's figures.
pub(super) const PRINTED: usize = 1000;
/// The same of all data sets together, in units of the prediction.
const UNITS: (f64, f64) = (1e-3, 1e3);
/// Sampling ratios from which limits are extrapolated: corrections are powers of about 10/alpha,
pub(super) const MANY: f64 = 30.0;
/// and of gamma/alpha; from this multiple of gamma.
pub(super) const MANY_GAMMA: f64 = 2.0;
/// Coefficients of the extrapolation in 1/(alpha + gamma): quadratic.
const TERMS: usize = 3;
/// What the next term of such an extrapolation may leave, as a share.
pub(super) const TRUNCATED: f64 = 2e-3;

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
    /// Data sets.
    pub sets: usize,
    /// Means over the models of n / tr J^2 (eq. 2.20), (n + 1) / tr J^2, and the general gamma_opt.
    pub thesis: f64,
    pub cross: f64,
    pub opt: f64,
    /// Roots of single data sets, the first of each: gamma_opt (the maximum), gamma_cross, gamma_half.
    pub roots: [Estimate; 3],
    /// Data sets with more than one extremum or crossing.
    pub several: usize,
    /// gamma_cross of all data sets together in units of (n + 1) / tr J^2, and gamma_opt in those of its own formula; NaN
    /// without one.
    pub pooled_cross: Estimate,
    pub pooled_opt: Estimate,
    /// Mean over the models of the relative spread of gamma_cross that theory gives at many samples.
    pub spread: f64,
    /// (L_test(gamma_opt) - L(J))/n.
    pub gap: Estimate,
    /// Largest violation of eq. 2.16.
    pub identity: f64,
}

impl Row {
    /// The root of the mean residual with its jackknife error over data sets; NaN without one.
    pub fn together(&self, strength: Strength) -> Estimate {
        let (root, unit) = match strength {
            Strength::Opt => (self.pooled_opt, self.opt),
            _ => (self.pooled_cross, self.cross),
        };
        Estimate { n: self.sets, ..root.times(unit) }
    }

    /// Relative standard deviation of gamma_cross over data sets.
    pub fn measured_spread(&self) -> f64 {
        let mean = self.roots[1];
        mean.error() * (mean.n as f64).sqrt() / mean.value
    }

    /// Whether there are so many samples that a few terms of the expansion suffice.
    pub fn many(&self) -> bool {
        self.alpha >= 0.999 * MANY && self.alpha >= MANY_GAMMA * self.cross
    }

    /// The gap in units of -(n + 1)/(4 (alpha + gamma) n), with gamma its prediction.
    pub fn gap_in_units(&self) -> Estimate {
        let unit = likelihood_gap(self.n, self.alpha + self.cross);
        Estimate::new(self.gap.value / unit, (self.gap.error() / unit).abs(), self.sets)
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

/// The value at infinitely many samples of a quantity in units of its prediction; none with too few rows of many samples.
///
/// Expectations of residuals are power series in 1/alpha; written in z = 1/(alpha + gamma), which is of the same order, the
/// shrinkage of weak couplings, a function of alpha/(alpha + gamma) alone, is resummed.
pub(super) fn limit<'a>(rows: impl Iterator<Item = &'a Row>, quantity: Quantity) -> Option<Limit> {
    let value = |r: &Row| match quantity {
        Quantity::Cross => r.pooled_cross,
        Quantity::Opt => r.pooled_opt,
        Quantity::Gap => r.gap_in_units(),
    };
    let point = |r: &Row| (r.small(), value(r).value, value(r).error());
    let points: Vec<(f64, f64, f64)> = rows.filter(|r| r.many()).map(point).collect();
    // One more than coefficients, so that the fit can fail.
    if points.len() > TERMS { fit::limit(&points, TERMS) } else { None }
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
    let models = parallel("true models", cases.len() * size.models, observer, |i| {
        let ensemble = &cases[i / size.models].ensemble;
        let model = Model::draw(ensemble, size.n, seed, (i % size.models) as u64)?;
        Ok(Predicted { cross: model.moments.cross(), opt: model.moments.opt(), model })
    })?;
    let count = cases.len() * alphas.len();
    // The largest sampling ratios take longest; they come first, so that no thread waits for another at the end.
    let order = |i: usize| alphas.len() - i % alphas.len();
    parallel_by(order, "data sets", count, observer, |i| {
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
    let sets = models.len() * size.draws;
    let of = |k: usize| &models[k / size.draws];
    // Room first, for the reason that `parallel_by` gives.
    let mut spectra: Vec<Spectrum> = (0..sets).map(|_| blank(size.n)).collect();
    let mut found = Found::new(sets);
    for (k, kept) in spectra.iter_mut().enumerate() {
        let mut rng = stream(seed, Use::Samples, index * sets as u64 + k as u64);
        let (spectrum, _) = draw(&of(k).model.c, p, true, &[], &mut rng).map_err(failed)?;
        found.add(&outcome(&spectrum, of(k).model.likelihood, RANGE).map_err(failed)?);
        kept.c.copy_from_slice(&spectrum.c);
        kept.t.copy_from_slice(&spectrum.t);
        (kept.alpha, kept.excess) = (spectrum.alpha, spectrum.excess);
    }
    let scales = |f: fn(&Predicted) -> f64| (0..sets).map(|k| f(of(k))).collect::<Vec<f64>>();
    let together = |f: fn(&Predicted) -> f64, strength| -> Result<Estimate, Error> {
        let roots = pooled(&spectra, &scales(f), strength, UNITS).map_err(failed)?;
        Ok(roots.first().copied().unwrap_or(Estimate::NONE))
    };
    let over = |f: &dyn Fn(&Predicted) -> f64| Estimate::mean(models.iter().map(f)).value;
    let alpha = p as f64 / n;
    Ok(Row {
        case,
        alpha,
        n: size.n,
        sets,
        thesis: over(&|p| p.model.moments.thesis()),
        cross: over(&|p| p.cross),
        opt: over(&|p| p.opt),
        pooled_cross: together(|p| p.cross, Strength::Cross)?,
        pooled_opt: together(|p| p.opt, Strength::Opt)?,
        spread: over(&|p| cross_spread(&p.model.j, &p.model.c, alpha)),
        roots: found.roots.map(Estimate::mean),
        several: found.several,
        gap: Estimate::mean(found.gaps),
        identity: found.identity,
    })
}

/// Room for the spectrum of `n` variables.
fn blank(n: usize) -> Spectrum {
    Spectrum { alpha: 1.0, c: vec![0.0; n], t: vec![0.0; n], excess: 0.0 }
}

/// What single data sets gave.
struct Found {
    roots: [Vec<f64>; 3],
    gaps: Vec<f64>,
    several: usize,
    identity: f64,
}

impl Found {
    fn new(sets: usize) -> Self {
        let room = || Vec::with_capacity(sets);
        Self { roots: [room(), room(), room()], gaps: room(), several: 0, identity: 0.0 }
    }

    fn add(&mut self, o: &Outcome) {
        self.roots[0].extend(o.best.map(|b| b.gamma).filter(|g| *g > RANGE.0));
        self.roots[1].extend(o.roots.cross.first());
        self.roots[2].extend(o.roots.half.first());
        self.gaps.push(o.gap);
        self.several += usize::from(o.roots.opt.len() > 1 || o.roots.cross.len() > 1);
        self.identity = self.identity.max(o.identity);
    }
}

/// The claim that no data set violates eq. 2.16.
pub(super) fn identity<'a>(rows: impl Iterator<Item = &'a Row> + Clone) -> Claim {
    let count = rows.clone().map(|r| r.sets).sum();
    check("L_gen = L_train - γ tr J*²/(2α) (eq. 2.16) in every data set")
        .at("fanthomme2021 eq. 2.16")
        .is(
            "largest difference, relative to the largest term",
            Estimate::exact(largest(rows.map(|r| r.identity)), count),
        )
        .predicted(0.0, 1e-12)
}
