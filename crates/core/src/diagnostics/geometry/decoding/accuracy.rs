//! Accuracy on samples left out: its value and its error.

use super::features::{Features, Rule};
use super::permuted::{Permuted, permutations};
use super::split::{folds, members, parted};
use super::{By, Error, Options};
use crate::diagnostics::geometry::correlation::successive;
use crate::numbers::Estimate;
use crate::numbers::student::widening;
use rayon::prelude::*;

/// Partitions drawn to see how much accuracy depends on them.
const PARTITIONS: u64 = 10;
/// Folds of those partitions at most.
const PARTS: usize = 5;

/// Samples in the groups that stay together, and how far from what is tested they may be trained on.
pub(super) struct Groups {
    pub members: Vec<Vec<usize>>,
    /// The group of each sample.
    pub of: Vec<usize>,
    pub by: By,
}

impl Groups {
    /// Trials where they are given; else blocks of successive samples where those are alike, else each sample by itself.
    pub fn of(samples: usize, trials: Option<&[usize]>, by: By) -> Self {
        let blocks: Option<Vec<usize>> = match by {
            By::Blocks { count, .. } => Some(successive(samples, count)),
            _ => trials.map(<[usize]>::to_vec),
        };
        let members = members(samples, blocks.as_deref());
        let mut of = vec![0; samples];
        for (g, m) in members.iter().enumerate() {
            m.iter().for_each(|t| of[*t] = g);
        }
        Self { members, of, by }
    }

    /// Samples left out beside tested ones; `blocks` of them are tested together in a partition of blocks at random.
    pub fn gap(&self, at_random: bool) -> usize {
        match self.by {
            By::Blocks { gap, count, .. } if at_random => gap.min(self.of.len() / count / 4),
            By::Blocks { gap, .. } => gap,
            _ => 0,
        }
    }

    /// The fold of each group: blocks in order, others at random.
    fn folds(&self, o: &Options) -> Vec<usize> {
        match self.by {
            By::Blocks { count, .. } => (0..count).map(|g| g * o.folds / count).collect(),
            _ => folds(&self.members, o.folds, o.seed, 0),
        }
    }
}

/// Accuracies of a partition: each fold's features and the classes of all samples.
pub(super) struct Crossed {
    /// The class each sample was given by the rule that had not seen it.
    pub given: Vec<usize>,
    /// Share told rightly of each fold.
    pub folds: Vec<f64>,
}

/// A training part, with its features, and a tested one.
pub(super) struct Fold {
    pub train: Vec<usize>,
    pub test: Vec<usize>,
    pub z: faer::Mat<f64>,
}

fn prepared(features: &Features, groups: &Groups, fold: &[usize], count: usize, gap: usize) -> Vec<Fold> {
    let one = |f: usize| {
        let (train, test) = parted(&groups.members, &|g| fold[g] == f, gap);
        Fold { z: features.on(&train), train, test }
    };
    (0..count).into_par_iter().map(one).collect()
}

/// The classes given over the folds; `strict`: a training part of one class is an error.
fn crossed(
    features: &Features,
    folds: &[Fold],
    y: &[usize],
    start: Option<&Rule>,
    exact: f64,
    strict: bool,
) -> Result<Crossed, Error> {
    let each: Vec<Vec<usize>> = folds
        .par_iter()
        .enumerate()
        .map(|(f, fold)| {
            let labels: Vec<usize> = fold.train.iter().map(|t| y[*t]).collect();
            if strict && labels.iter().all(|l| *l == labels[0]) {
                let reason = format!("all {} samples are of one class", labels.len());
                return Err(Error::Part { part: format!("the training part of fold {}", f + 1), reason });
            }
            let rule = features.rule(fold.z.as_ref(), &labels, start, exact)?;
            Ok(features.classes(&rule, &fold.test))
        })
        .collect::<Result<_, Error>>()?;
    let mut given = vec![0; y.len()];
    let mut shares = vec![];
    for (fold, classes) in folds.iter().zip(&each) {
        let right = fold.test.iter().zip(classes).filter(|(t, c)| y[**t] == **c).count();
        fold.test.iter().zip(classes).for_each(|(t, c)| given[*t] = *c);
        shares.push(right as f64 / fold.test.len() as f64);
    }
    Ok(Crossed { given, folds: shares })
}

pub(super) fn mean(v: &[f64]) -> f64 {
    v.iter().sum::<f64>() / v.len() as f64
}

/// The share of right samples and the error of a mean over groups: the variance between groups, taken as that of a proportion of so
/// many independent samples with two right and two wrong ones added (Agresti & Coull 1998), which no sample without a mistake makes zero.
pub(super) fn proportion(groups: &[[f64; 2]]) -> Estimate {
    let sum = groups.iter().fold([0.0, 0.0], |s, g| [s[0] + g[0], s[1] + g[1]]);
    let (value, m) = (sum[0] / sum[1], groups.len() as f64);
    if groups.len() < 2 {
        return Estimate::unknown(value, groups.len());
    }
    let square: f64 = groups.iter().map(|g| (g[0] - value * g[1]).powi(2)).sum();
    let variance = m / (m - 1.0) * square / (sum[1] * sum[1]);
    let spread = value * (1.0 - value);
    let independent = if variance > 0.0 { (spread / variance).clamp(1.0, sum[1]) } else { m };
    let shrunk = (independent * value + 2.0) / (independent + 4.0);
    Estimate::new(value, (shrunk * (1.0 - shrunk) / (independent + 4.0)).sqrt(), groups.len())
}

/// With an error that is not known where no share between 0 and 1 can be so far off: its standard deviation is 1/2 at most.
pub(super) fn bounded(share: Estimate) -> Estimate {
    Estimate { std_error: share.std_error.filter(|e| *e <= 0.5), ..share }
}

/// Right and all samples of each of the groups that `given` covers.
pub(super) fn counts(members: &[Vec<usize>], right: &dyn Fn(usize) -> bool) -> Vec<[f64; 2]> {
    let count = |m: &Vec<usize>| [m.iter().filter(|t| right(**t)).count() as f64, m.len() as f64];
    members.iter().map(count).collect()
}

/// Everything that is known of the accuracy on samples left out.
pub(super) struct Accuracy {
    pub crossed: Crossed,
    pub estimate: Estimate,
    pub permuted: Option<Permuted>,
}

/// Cross-validated accuracy with its error and test; `whole` is the rule of all samples.
pub(super) fn accuracy(
    features: &Features,
    groups: &Groups,
    y: &[usize],
    whole: &Rule,
    o: &Options,
) -> Result<Accuracy, Error> {
    let prepared_folds = prepared(features, groups, &groups.folds(o), o.folds, groups.gap(false));
    let found = crossed(features, &prepared_folds, y, Some(whole), 1.0, true)?;
    let value = mean(&found.folds);
    let between = proportion(&counts(&groups.members, &|t| found.given[t] == y[t]));
    let partitions = partitions(features, groups, y, whole, o)?;
    let widened = widening(groups.members.len() - 1);
    let std_error = between.std_error.map(|e| widened * (e * e + partitions).sqrt());
    let estimate = bounded(Estimate { value, std_error, n: between.n });
    let permuted = permutations(features, groups, y, value, &prepared_folds, o)?;
    Ok(Accuracy { crossed: found, estimate, permuted })
}

/// What pairs of samples that train on each other add to the variance, by how much the accuracy moves with the partition.
fn partitions(
    features: &Features,
    groups: &Groups,
    y: &[usize],
    whole: &Rule,
    o: &Options,
) -> Result<f64, Error> {
    let count = o.folds.min(PARTS).min(groups.members.len() / 2).max(2);
    // One after the other: each holds the features of all its training parts.
    let drawn = (0..PARTITIONS).map(|draw| {
        let fold = folds(&groups.members, count, o.seed, 1 + draw);
        let folds = prepared(features, groups, &fold, count, groups.gap(true));
        if folds.iter().any(|f| f.train.is_empty() || f.test.is_empty()) {
            return Ok(f64::NAN);
        }
        Ok(mean(&crossed(features, &folds, y, Some(whole), 1e4, false)?.folds))
    });
    let drawn: Vec<f64> = drawn.collect::<Result<_, Error>>()?;
    let centre = mean(&drawn);
    let square: f64 = drawn.iter().map(|a| (a - centre).powi(2)).sum();
    Ok((count - 1) as f64 / 2.0 * square / (PARTITIONS - 1) as f64)
}
