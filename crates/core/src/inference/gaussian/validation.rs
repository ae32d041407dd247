//! The regularisation strength from data alone, by cross-validation.

use super::data::{Gathered, Scale};
use super::likelihood::{Levels, Likelihoods};
use super::roots::{Roots, roots};
use super::spectrum::{Basis, Error, Spectrum};
use super::sweep::sweep;
use crate::numbers::{Estimate, jackknife};
use faer::{Mat, MatRef};
use rayon::prelude::*;
use std::ops::Deref;

/// What held-out data say of every gamma: likelihoods as means over the folds, strengths with errors by the jackknife over
/// folds, which are not known where a fold left out leaves no root.
#[derive(Clone, Debug)]
pub struct Validation {
    /// Folds.
    pub folds: usize,
    /// Likelihood of held-out samples at each gamma, extensive, per sample.
    pub test: Vec<Estimate>,
    /// Likelihood of generated samples, of the same models.
    pub generated: Vec<Estimate>,
    /// Likelihood of their training samples.
    pub train: Vec<Estimate>,
    /// Where the mean held-out likelihood is largest; none where that is an end of the range.
    pub opt: Option<Estimate>,
    /// Whether it is largest at the lower end: all regularisation does harm.
    pub least: bool,
    /// Where mean generated and held-out likelihood cross, the crossing nearest to `opt`; none if they do not.
    pub cross: Option<Estimate>,
    /// Where the generated likelihood is the mean of the other two, nearest to `opt`.
    pub half: Option<Estimate>,
    /// Largest violation of eq. 2.16 met, relative to the largest of its terms: 0 but for rounding.
    pub identity: f64,
}

impl Validation {
    /// Mean likelihoods over the folds' `curves`, without strengths.
    pub(super) fn of<L: Deref<Target = Levels>>(curves: &[Vec<L>]) -> Self {
        let count = curves.first().map_or(0, Vec::len);
        let over = |f: fn(&Levels) -> f64| -> Vec<Estimate> {
            let mean = |g: usize| Estimate::mean_of_all(&curves.iter().map(|c| f(&c[g])).collect::<Vec<_>>());
            (0..count).map(mean).collect()
        };
        Self {
            folds: curves.len(),
            test: over(|l| l.test),
            generated: over(|l| l.generated),
            train: over(|l| l.train),
            opt: None,
            least: false,
            cross: None,
            half: None,
            identity: 0.0,
        }
    }

    /// The strengths as lists, each of one or none.
    pub fn roots(&self) -> Roots {
        let list = |e: Option<Estimate>| e.map(|e| e.value).into_iter().collect();
        Roots { opt: list(self.opt), cross: list(self.cross), half: list(self.half) }
    }
}

/// Spectra and eigenbases of the folds: each model is inferred from all samples but a fold's, and tested on those.
///
/// Shapes: `x` is n x p, one sample a column; `fold` gives each sample's fold, as by [`super::data::folds`]. With `center`
/// the training mean is subtracted from both.
///
/// # Errors
/// As for [`Basis::new`], for every fold.
pub fn spectra(
    x: MatRef<f64>,
    fold: &[usize],
    scale: Scale,
    center: bool,
) -> Result<Vec<(Spectrum, Basis)>, Error> {
    let one = |(train, test, p): (Mat<f64>, Mat<f64>, usize)| {
        let (train, test) = scale.apply_both(train.as_ref(), test.as_ref());
        let basis = Basis::new(train.as_ref())?;
        let t = basis.diagonal_of(test.as_ref())?;
        Ok((Spectrum::new(p as f64 / x.nrows() as f64, basis.values.clone(), t)?, basis))
    };
    covariances(x, fold, center).into_par_iter().map(one).collect()
}

/// Training covariance, test covariance and training samples of every fold.
pub fn covariances(x: MatRef<f64>, fold: &[usize], center: bool) -> Vec<(Mat<f64>, Mat<f64>, usize)> {
    let n = x.nrows();
    let count = fold.iter().max().map_or(0, |f| f + 1);
    let gathered: Vec<Gathered> = (0..count)
        .into_par_iter()
        .map(|f| {
            let members: Vec<usize> = (0..x.ncols()).filter(|k| fold[*k] == f).collect();
            Gathered::new(Mat::from_fn(n, members.len(), |i, k| x[(i, members[k])]).as_ref())
        })
        .collect();
    let one = |f: usize| {
        let others = gathered.iter().enumerate().filter(|(g, _)| *g != f).map(|(_, g)| g);
        let train = Gathered::merged(others)?;
        let center = center.then(|| train.mean());
        Some((train.covariance(center), gathered[f].covariance(center), train.p))
    };
    (0..count).filter_map(one).collect()
}

/// Likelihoods at `gammas` and strengths on \[`low`, `high`\] of the mean over folds.
///
/// The folds' test sets are independent, their training sets overlap, so that errors are approximate.
///
/// # Errors
/// [`Error::Positive`] for gammas or bounds that are not positive.
///
/// ```
/// use nullcline_core::inference::gaussian::data::{Scale, folds};
/// use nullcline_core::inference::gaussian::ensemble::{Ensemble, Truth};
/// use nullcline_core::inference::gaussian::{roots::log_grid, validation};
/// use nullcline_core::linalg::random::{Use, shuffled, stream};
///
/// let couplings = Ensemble::Goe { sigma: 0.7 }.draw(10, &mut stream(5, Use::Couplings, 0));
/// let x = Truth::new(couplings.as_ref()).unwrap().samples(100, &mut stream(5, Use::Samples, 0));
/// let each: Vec<usize> = (0..100).collect();
/// let fold = folds(&each, &shuffled(100, &mut stream(5, Use::Split, 0)), 5).unwrap();
/// let spectra: Vec<_> =
///     validation::spectra(x.as_ref(), &fold, Scale::Trace, true).unwrap().into_iter().map(|s| s.0).collect();
/// let grid = log_grid(0.01, 100.0, 9);
/// let found = validation::validate(&spectra, &grid, (0.01, 100.0)).unwrap();
/// assert_eq!((found.folds, found.test.len()), (5, 9));
/// // Held-out samples are less likely than those of training, at every gamma.
/// assert!(found.test.iter().zip(&found.train).all(|(test, train)| test.value < train.value));
/// ```
pub fn validate(spectra: &[Spectrum], gammas: &[f64], (low, high): (f64, f64)) -> Result<Validation, Error> {
    let curves: Vec<Vec<Likelihoods>> =
        spectra.par_iter().map(|s| sweep(s, gammas)).collect::<Result<_, Error>>()?;
    let (whole, least) = strengths(spectra, low, high)?;
    let near = |gamma: f64| ((gamma / 30.0).max(low), (gamma * 30.0).min(high));
    let mut estimates = [None; 3];
    for (which, estimate) in estimates.iter_mut().enumerate() {
        let Some(gamma) = whole[which] else { continue };
        let left_out: Vec<Option<f64>> = (0..spectra.len())
            .into_par_iter()
            .map(|f| {
                let rest: Vec<Spectrum> =
                    spectra.iter().enumerate().filter(|(g, _)| *g != f).map(|(_, s)| s.clone()).collect();
                let (low, high) = near(gamma);
                Ok(strengths(&rest, low, high)?.0[which])
            })
            .collect::<Result<_, Error>>()?;
        *estimate = Some(jackknife::delete_one(gamma, left_out));
    }
    let [opt, cross, half] = estimates;
    let identity = curves.iter().flatten().map(|l| l.identity).fold(0.0, f64::max);
    Ok(Validation { opt, least, cross, half, identity, ..Validation::of(&curves) })
}

/// The best gamma of the mean likelihoods between the ends, the crossing and the half-way point nearest to it, and whether
/// the lower end is the best instead.
fn strengths(spectra: &[Spectrum], low: f64, high: f64) -> Result<([Option<f64>; 3], bool), Error> {
    let found = roots(spectra, low, high)?;
    let total =
        |gamma: f64| -> Result<f64, Error> { spectra.iter().map(|s| Ok(sweep(s, &[gamma])?[0].test)).sum() };
    let (mut best, mut most) = (None, total(high)?);
    for gamma in &found.opt {
        let value = total(*gamma)?;
        if value >= most {
            (best, most) = (Some(*gamma), value);
        }
    }
    let least = total(low)? > most;
    if least {
        best = None;
    }
    Ok(([best, nearest(&found.cross, best), nearest(&found.half, best)], least))
}

/// The strength of a list that is nearest to `best` in the logarithm; without a best one, the largest.
pub(super) fn nearest(list: &[f64], best: Option<f64>) -> Option<f64> {
    let distance = |g: &f64| best.map_or(-g.ln(), |b| (g / b).ln().abs());
    list.iter().copied().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}
