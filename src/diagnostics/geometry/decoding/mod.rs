//! What activity tells of a label or of a number: read-outs, and how well they do on what they have not seen.

mod linear;
mod logistic;
mod newton;
mod split;

pub use linear::{Linear, linear};
pub use logistic::{Logistic, Separation, logistic};

use super::super::Estimate;
use faer::{Mat, MatRef};
use rayon::prelude::*;
use thiserror::Error;

/// Why there is no read-out.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Error {
    /// Nothing to tell apart.
    #[error("all {samples} samples are {}: expected two classes", if *value { "of the second class" } else { "of the first class" })]
    OneClass {
        /// The class.
        value: bool,
        /// Samples.
        samples: usize,
    },
    /// A part of the samples is of one class.
    #[error(
        "{part} has one class only ({reason}): the rarer class needs more samples, in more trials where there are such"
    )]
    Part {
        /// Which part.
        part: String,
        /// What was found.
        reason: String,
    },
    /// As many labels as samples are needed.
    #[error("{labels} labels for {samples} samples, expected as many")]
    Lengths {
        /// Labels.
        labels: usize,
        /// Samples.
        samples: usize,
    },
    /// Too few samples.
    #[error("{found} samples, expected at least {least}")]
    Samples {
        /// Samples.
        found: usize,
        /// Needed.
        least: usize,
    },
    /// A value that is no number.
    #[error("sample {sample}, unit {unit}: {value}, expected a finite number")]
    NotFinite {
        /// Column of the activity.
        sample: usize,
        /// Row of the activity.
        unit: usize,
        /// The value.
        value: f64,
    },
    /// No unit varies.
    #[error("no unit varies: there is nothing to read off")]
    Constant,
    /// A ridge below zero.
    #[error("a ridge of {found}, expected a number not below zero")]
    Ridge {
        /// The ridge.
        found: f64,
    },
    /// A share of tested samples outside (0, 1).
    #[error("a tested share of {found}, expected one above 0 and below 1")]
    Share {
        /// The share.
        found: f64,
    },
    /// Folds that cannot be made.
    #[error(
        "{folds} folds of {groups} trials, or samples where there are no trials: expected from two up to as many folds"
    )]
    Folds {
        /// Folds.
        folds: usize,
        /// Trials, or samples where there are none.
        groups: usize,
    },
    /// The iteration failed.
    #[error("the fit did not converge (gradient {gradient:.1e}): try a ridge")]
    Diverged {
        /// Norm of the mean gradient left.
        gradient: f64,
    },
}

/// How a label is decoded.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether the plane may miss the origin.
    pub intercept: bool,
    /// Weight of |w|^2 / 2 against the likelihood of all samples.
    pub ridge: f64,
    /// Share of the samples that are tested in the one split.
    pub test: f64,
    /// Folds of the cross-validation.
    pub folds: usize,
    /// Seed of split and folds.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { intercept: true, ridge: 0.0, test: 0.33, folds: 5, seed: 1 }
    }
}

/// A read-out of a label with its accuracies, shares of samples told rightly.
#[derive(Clone, Debug)]
pub struct Decoding {
    /// Fitted to all samples.
    pub fit: Logistic,
    /// Of the fit to the training part, on that part.
    pub train: f64,
    /// Of the same on the tested part; error by the spread between its groups.
    pub test: Estimate,
    /// Samples trained on and tested in the split.
    pub split: [usize; 2],
    /// Mean over folds of the accuracy on what was left out, error by their spread (folds share training
    /// samples, so that it is somewhat small).
    pub cross_validated: Estimate,
    /// The accuracy on each fold.
    pub folds: Vec<f64>,
    /// Share of the commoner class: the accuracy of who looks at nothing.
    pub chance: f64,
    /// Samples of the first and the second class.
    pub classes: [usize; 2],
}

/// Decodes `y` (T) from the columns of `x`, n x T; samples of one of `groups` (T), such as a trial, stay together
/// in splits and folds.
///
/// # Errors
/// As [`logistic`], for every training part too; a share or a number of folds that cannot be.
pub fn decode(
    x: MatRef<f64>,
    y: &[bool],
    groups: Option<&[usize]>,
    options: &Options,
) -> Result<Decoding, Error> {
    let o = options;
    let fit = logistic(x, y, o.intercept, o.ridge)?;
    if let Some(g) = groups.filter(|g| g.len() != y.len()) {
        return Err(Error::Lengths { labels: g.len(), samples: y.len() });
    }
    if !(o.test > 0.0 && o.test < 1.0) {
        return Err(Error::Share { found: o.test });
    }
    let members = split::members(y.len(), groups);
    if o.folds < 2 || o.folds > members.len() {
        return Err(Error::Folds { folds: o.folds, groups: members.len() });
    }
    let part = |groups: &dyn Fn(usize) -> bool| -> Vec<usize> {
        let kept = members.iter().enumerate().filter(|(g, _)| groups(*g));
        kept.flat_map(|(_, m)| m.iter().copied()).collect()
    };
    let train = |samples: &[usize], part: String| {
        let (x, y) = subset(x, y, samples);
        logistic(x.as_ref(), &y, o.intercept, o.ridge).map_err(|e| match e {
            e @ (Error::OneClass { .. } | Error::Constant) => Error::Part { part, reason: e.to_string() },
            e => e,
        })
    };
    let tested = split::split(&members, o.test, o.seed);
    let (rest, held) = (part(&|g| !tested[g]), part(&|g| tested[g]));
    let first = train(&rest, "the training part of the split".into())?;
    let counts: Vec<[f64; 2]> = (0..members.len())
        .filter(|g| tested[*g])
        .map(|g| [first.right(x, y, &members[g]) as f64, members[g].len() as f64])
        .collect();
    let fold = split::folds(&members, o.folds, o.seed);
    let folds: Vec<f64> = (0..o.folds)
        .into_par_iter()
        .map(|f| {
            let fit = train(&part(&|g| fold[g] != f), format!("the training part of fold {}", f + 1))?;
            Ok(fit.accuracy(x, y, &part(&|g| fold[g] == f)))
        })
        .collect::<Result<_, Error>>()?;
    let second = y.iter().filter(|y| **y).count();
    let classes = [y.len() - second, second];
    Ok(Decoding {
        train: first.accuracy(x, y, &rest),
        test: ratio(&counts),
        split: [rest.len(), held.len()],
        cross_validated: mean(&folds),
        folds,
        chance: classes[0].max(classes[1]) as f64 / y.len() as f64,
        classes,
        fit,
    })
}

/// sum a / sum b over groups (a, b), its error by the spread of a - r b between them; NaN for one group.
fn ratio(groups: &[[f64; 2]]) -> Estimate {
    let sum = groups.iter().fold([0.0, 0.0], |s, g| [s[0] + g[0], s[1] + g[1]]);
    let (value, m) = (sum[0] / sum[1], groups.len() as f64);
    let square: f64 = groups.iter().map(|g| (g[0] - value * g[1]).powi(2)).sum();
    let std_error = if groups.len() < 2 { f64::NAN } else { (m / (m - 1.0) * square).sqrt() / sum[1] };
    Estimate { value, std_error }
}

fn mean(values: &[f64]) -> Estimate {
    let m = values.len() as f64;
    let value = values.iter().sum::<f64>() / m;
    let square: f64 = values.iter().map(|v| (v - value).powi(2)).sum();
    Estimate { value, std_error: (square / (m - 1.0) / m).sqrt() }
}

/// Columns and labels of `samples`.
pub fn subset(x: MatRef<f64>, y: &[bool], samples: &[usize]) -> (Mat<f64>, Vec<bool>) {
    let part = Mat::from_fn(x.nrows(), samples.len(), |i, j| x[(i, samples[j])]);
    (part, samples.iter().map(|t| y[*t]).collect())
}

/// Whether activity and labels go together and are numbers.
fn check(x: MatRef<f64>, labels: usize) -> Result<(), Error> {
    let samples = x.ncols();
    if labels != samples {
        return Err(Error::Lengths { labels, samples });
    }
    if samples < 2 {
        return Err(Error::Samples { found: samples, least: 2 });
    }
    for t in 0..samples {
        if let Some(unit) = (0..x.nrows()).find(|i| !x[(*i, t)].is_finite()) {
            return Err(Error::NotFinite { sample: t, unit, value: x[(unit, t)] });
        }
    }
    Ok(())
}
