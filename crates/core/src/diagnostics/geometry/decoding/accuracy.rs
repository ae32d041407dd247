//! Accuracy on samples left out: its value, its error, and its test against labels dealt anew.

use super::features::{Features, Rule};
use super::split::{folds, members, parted};
use super::{By, Error, Options};
use crate::diagnostics::geometry::correlation::successive;
use crate::linalg::random::{Rng, Use, shuffled, stream, uniform};
use crate::numbers::Estimate;
use crate::numbers::student::widening;
use rayon::prelude::*;

/// Partitions drawn to see how much accuracy depends on them.
const PARTITIONS: u64 = 10;
/// Folds of those partitions at most.
const PARTS: usize = 5;
/// Permutations at most, and at least where there is a test at all.
const PERMUTATIONS: [usize; 2] = [99, 999];
/// Seconds on one core, about, that permutations may take; with the fewest of them ten times as long.
const SECONDS: f64 = 4.0;

/// A test of the accuracy against labels dealt anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Permuted {
    /// (1 + number of accuracies at least the one found) / (1 + permutations): one-sided (Phipson & Smyth 2010).
    pub p: f64,
    /// Mean accuracy over permutations.
    pub mean: f64,
    /// Their standard deviation, divisor permutations - 1.
    pub deviation: f64,
    /// Permutations.
    pub count: usize,
}

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

/// A training part and a tested one.
struct Fold {
    train: Vec<usize>,
    test: Vec<usize>,
    z: faer::Mat<f64>,
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

fn mean(v: &[f64]) -> f64 {
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

/// The test; none where even the fewest permutations would take too long.
fn permutations(
    features: &Features,
    groups: &Groups,
    y: &[usize],
    found: f64,
    folds: &[Fold],
    o: &Options,
) -> Result<Option<Permuted>, Error> {
    let classes = y.iter().max().map_or(1, |m| m + 1);
    let parameters = (features.z.nrows() * (classes - 1)) as f64;
    // About four steps a fit, each with an information of p^2 T operations, exponentials of every class, and a factor: a count of
    // operations, not a clock, so that every machine makes as many.
    let step =
        y.len() as f64 * (parameters * parameters / 4.0 + 40.0 * classes as f64) + parameters.powi(3) / 4.0;
    let one = 4e-9 * step * folds.len() as f64;
    let [least, most] = PERMUTATIONS;
    let count = match o.permutations {
        Some(count) => count,
        None if one * least as f64 > 10.0 * SECONDS => 0,
        None => ((SECONDS / one) as usize).clamp(least, most),
    };
    if count == 0 {
        return Ok(None);
    }
    let of = |index: u64| {
        let mut rng = stream(o.seed, Use::Permutation, index);
        let dealt = dealt(groups, y, &mut rng);
        Ok(mean(&crossed(features, folds, &dealt, None, 1e4, false)?.folds))
    };
    let all: Vec<f64> = (0..count as u64).into_par_iter().map(of).collect::<Result<_, Error>>()?;
    // Labels dealt as they were give the same accuracy but for rounding.
    let above = all.iter().filter(|a| **a >= found - 1e-12).count();
    let centre = mean(&all);
    let square: f64 = all.iter().map(|a| (a - centre).powi(2)).sum();
    Ok(Some(Permuted {
        p: (1 + above) as f64 / (1 + count) as f64,
        mean: centre,
        deviation: (square / (count.max(2) - 1) as f64).sqrt(),
        count,
    }))
}

/// Labels as they might stand if they had nothing to do with the activity.
///
/// Of trials, and of samples by themselves: the sequence of each goes to another, from a random place on and round its end, which deals
/// labels that are constant in trials to other trials. Of samples that are alike: all labels are shifted round by one random lag.
fn dealt(groups: &Groups, y: &[usize], rng: &mut Rng) -> Vec<usize> {
    let below = |n: usize, rng: &mut Rng| (uniform(rng, 0.0, n as f64) as usize).min(n - 1);
    if let By::Blocks { gap, .. } = groups.by {
        let lag = (gap + 1 + below(y.len().saturating_sub(2 * gap + 1).max(1), rng)) % y.len();
        return (0..y.len()).map(|t| y[(t + lag) % y.len()]).collect();
    }
    let mut out = y.to_vec();
    let order = shuffled(groups.members.len(), rng);
    for (to, from) in groups.members.iter().zip(order) {
        let from = &groups.members[from];
        let first = if from.len() > 1 { below(from.len(), rng) } else { 0 };
        to.iter().enumerate().for_each(|(i, t)| out[*t] = y[from[(first + i) % from.len()]]);
    }
    out
}
