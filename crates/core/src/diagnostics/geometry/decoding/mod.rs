//! What activity tells of a label or of a number: read-outs, and how well they do on what they have not seen.

mod accuracy;
mod chords;
mod error;
mod features;
mod linear;
mod logistic;
mod newton;
mod permuted;
mod pulling;
mod split;

pub use error::Error;
pub use linear::{Linear, linear};
pub use logistic::{Logistic, Multinomial, Score, Separation, logistic, multinomial};
pub use permuted::Permuted;

use super::correlation::correlation;
use crate::numbers::Estimate;
use crate::numbers::student::widening;
use accuracy::{Groups, accuracy, bounded, counts, proportion};
use faer::{Mat, MatRef};
use features::Features;

/// How a label is decoded.
///
/// Defaults: with an intercept, no ridge, a third of the samples tested, five folds, permutations and groups chosen, seed 1.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether the planes may miss the origin.
    pub intercept: bool,
    /// Weight of |w|^2 / 2 against the likelihood of all samples.
    pub ridge: f64,
    /// Share of the samples that are tested in the one split.
    pub test: f64,
    /// Folds of the cross-validation.
    pub folds: usize,
    /// Permutations of the test; none: 99 or more by what they cost, none at all where 99 would take long.
    pub permutations: Option<usize>,
    /// How many they are at most where they are chosen by what they cost.
    pub most: usize,
    /// What depends on what; none: trials where they are given, else by what the samples are like.
    pub by: Option<By>,
    /// Seed of split, folds and permutations.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            intercept: true,
            ridge: 0.0,
            test: 0.33,
            folds: 5,
            permutations: None,
            most: 999,
            by: None,
            seed: 1,
        }
    }
}

/// Which samples are taken to depend on each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum By {
    /// Those of a trial.
    Trials,
    /// None: samples that follow each other are not alike.
    Samples,
    /// Those of a block of successive samples, since they are alike and no trials are given.
    Blocks {
        /// Blocks.
        count: usize,
        /// Samples left out of training beside those tested.
        gap: usize,
        /// Lag over which samples are alike.
        range: usize,
    },
}

named! {
    By:
    Self::Trials => "trials",
    Self::Samples => "rows",
    Self::Blocks { .. } => "blocks",
}

/// A read-out of a label with its accuracies, shares of samples told rightly.
#[derive(Clone, Debug)]
pub struct Decoding {
    /// Fitted to all samples.
    pub fit: Multinomial,
    /// Of the fit to the training part, on that part.
    pub train: f64,
    /// Of the same on the tested part; error by the spread between its groups, not known above 1/2, which no share is off by.
    pub test: Estimate,
    /// Samples trained on and tested in the split.
    pub split: [usize; 2],
    /// Mean over folds of the accuracy on what was left out; error not known above 1/2.
    pub cross_validated: Estimate,
    /// The accuracy on each fold.
    pub folds: Vec<f64>,
    /// Samples of each class (row) that were told as each (column) when left out in a fold.
    pub confusion: Vec<Vec<usize>>,
    /// The test of the cross-validated accuracy.
    pub permuted: Option<Permuted>,
    /// Which samples stay together.
    pub by: By,
    /// Groups of them: trials, blocks, or samples.
    pub groups: usize,
    /// Share of the commonest class: the accuracy of who looks at nothing.
    pub chance: f64,
    /// Samples of each class.
    pub classes: Vec<usize>,
}

/// Decodes `y` (T, classes from 0) from the columns of `x`, n x T; samples of one of `groups` (T), such as a trial, stay together
/// in splits and folds. Without groups, and where successive samples are alike, folds are blocks of successive samples, and
/// training keeps away from tested samples by the lag over which they are.
///
/// The error of the cross-validated accuracy A is that of A as an estimate of its mean over recordings like this: the accuracy on new
/// trials expected of a read-out that is trained on (1 - 1 / folds) of as many. Formula: with R_g of N_g samples of group g right,
///
/// SE^2 = (t / 2)^2 (V_g + (K - 1) / 2 V_p),
///
/// V_g that of a ratio of sums over G groups, as a proportion with two right and two wrong samples added (Agresti & Coull 1998), V_p the
/// variance of A over ten random partitions into K <= 5 folds, t Student's two-sided 95.45 % quantile for G - 1 degrees. V_g leaves out
/// that samples which train on each other are right together; of that part, which is of second degree in the samples, the
/// partition decides which pairs count, so that V_p is 1 / (K - 1) of its variance and V_g holds half of it already. It
/// is half of all at chance, where errors by V_g or by the spread of folds are too small by a third, and vanishes where the
/// read-out is well determined. Coverage: `examples/coverage/decoding.rs`.
///
/// # Errors
/// As [`logistic`], for training parts too; a share or a number of folds that cannot be.
///
/// ```
/// use nullcline_core::diagnostics::geometry::decoding::{By, Options, decode};
/// use nullcline_core::linalg::random::{Use, normal, stream};
///
/// // Twenty trials of five samples; the first unit tells the label of the trial, the second nothing.
/// let mut rng = stream(2, Use::Fixture, 0);
/// let trial: Vec<usize> = (0..100).map(|t| t / 5).collect();
/// let y: Vec<usize> = trial.iter().map(|g| g % 2).collect();
/// let x = faer::Mat::from_fn(2, 100, |i, t| normal(&mut rng) + if i == 0 { 4.0 * y[t] as f64 } else { 0.0 });
/// let options = Options { permutations: Some(99), ..Options::default() };
/// let found = decode(x.as_ref(), &y, Some(&trial), &options).unwrap();
/// assert!(found.cross_validated.value > 0.9 && found.cross_validated.error() > 0.0);
/// assert_eq!((found.by, found.groups, found.chance), (By::Trials, 20, 0.5));
/// assert!(found.permuted.unwrap().p < 0.05);
/// ```
pub fn decode(
    x: MatRef<f64>,
    y: &[usize],
    groups: Option<&[usize]>,
    options: &Options,
) -> Result<Decoding, Error> {
    let o = options;
    let classes = y.iter().max().map_or(0, |m| m + 1).max(2);
    logistic::checked(x, y, classes, o.ridge)?;
    if let Some(g) = groups.filter(|g| g.len() != y.len()) {
        return Err(Error::Lengths { labels: g.len(), samples: y.len() });
    }
    if !(o.test > 0.0 && o.test < 1.0) {
        return Err(Error::Share { found: o.test });
    }
    let groups = Groups::of(y.len(), groups, o.by.unwrap_or_else(|| by(x, groups, None, o.folds)));
    if o.folds < 2 || o.folds > groups.members.len() {
        return Err(Error::Folds { folds: o.folds, groups: groups.members.len() });
    }
    let features = Features::of(x, o.intercept, o.ridge)?;
    let whole = features.rule(features.z.as_ref(), y, None, 1.0)?;
    let dependent = (groups.by != By::Samples).then_some(&groups.of[..]);
    let fit = logistic::described(&features, &whole, y, dependent)?;
    let (split, train, test) = split_once(&features, &groups, y, &whole, o)?;
    let found = accuracy(&features, &groups, y, &whole, o)?;
    let mut confusion = vec![vec![0; classes]; classes];
    y.iter().zip(&found.crossed.given).for_each(|(y, given)| confusion[*y][*given] += 1);
    let counted: Vec<usize> = (0..classes).map(|c| y.iter().filter(|y| **y == c).count()).collect();
    Ok(Decoding {
        train,
        test,
        split,
        cross_validated: found.estimate,
        folds: found.crossed.folds,
        confusion,
        permuted: found.permuted,
        by: groups.by,
        groups: groups.members.len(),
        chance: counted.iter().max().map_or(0.0, |m| *m as f64 / y.len() as f64),
        classes: counted,
        fit,
    })
}

/// What depends on what among the columns of `x`, of which those marked in `follows` follow the one before (none: all do), in as
/// many blocks as `folds` at least.
///
/// ```
/// use nullcline_core::diagnostics::geometry::decoding::{By, by};
/// use nullcline_core::linalg::random::{Use, normal, stream};
///
/// let mut rng = stream(1, Use::Fixture, 0);
/// let noise = faer::Mat::from_fn(2, 500, |_, _| normal(&mut rng));
/// assert_eq!(by(noise.as_ref(), None, None, 5), By::Samples);
/// assert_eq!(by(noise.as_ref(), Some(&[0; 500]), None, 5), By::Trials);
/// let slow = faer::Mat::from_fn(2, 480, |i, t| (0..20).map(|s| noise[(i, t + s)]).sum::<f64>());
/// assert!(matches!(by(slow.as_ref(), None, None, 5), By::Blocks { count, .. } if count >= 5));
/// ```
pub fn by(x: MatRef<f64>, groups: Option<&[usize]>, follows: Option<&[bool]>, folds: usize) -> By {
    if groups.is_some() {
        return By::Trials;
    }
    let Some(found) = correlation(x, follows) else { return By::Samples };
    let rows = x.ncols();
    // Training keeps three fifths of the samples at least.
    By::Blocks { count: found.blocks(rows, folds), gap: found.range.min(rows / 10), range: found.range }
}

/// One third of the groups left out: the samples of both parts, and the accuracies on them.
fn split_once(
    features: &Features,
    groups: &Groups,
    y: &[usize],
    whole: &features::Rule,
    o: &Options,
) -> Result<([usize; 2], f64, Estimate), Error> {
    let tested = split::split(&groups.members, o.test, o.seed);
    let (train, test) = split::parted(&groups.members, &|g| tested[g], groups.gap(true));
    let labels: Vec<usize> = train.iter().map(|t| y[*t]).collect();
    if labels.windows(2).all(|l| l[0] == l[1]) {
        let reason = format!("all {} samples are of one class", labels.len());
        return Err(Error::Part { part: "the training part of the split".into(), reason });
    }
    let rule = features.rule(features.on(&train).as_ref(), &labels, Some(whole), 1.0)?;
    let mut right = vec![false; y.len()];
    for part in [&train, &test] {
        part.iter().zip(features.classes(&rule, part)).for_each(|(t, c)| right[*t] = c == y[*t]);
    }
    let held: Vec<Vec<usize>> =
        groups.members.iter().zip(&tested).filter(|(_, t)| **t).map(|(m, _)| m.clone()).collect();
    let share = proportion(&counts(&held, &|t| right[t]));
    let widened = widening(held.len() - 1);
    let estimate = bounded(Estimate { std_error: share.std_error.map(|e| e * widened), ..share });
    let known = train.iter().filter(|t| right[**t]).count() as f64 / train.len() as f64;
    Ok(([train.len(), test.len()], known, estimate))
}

/// Columns and labels of `samples`.
///
/// ```
/// use nullcline_core::diagnostics::geometry::decoding::subset;
///
/// let (x, y) = subset(faer::mat![[1.0, 2.0, 3.0]].as_ref(), &['a', 'b', 'c'], &[2, 0]);
/// assert_eq!((x, y), (faer::mat![[3.0, 1.0]], vec!['c', 'a']));
/// ```
pub fn subset<L: Copy>(x: MatRef<f64>, y: &[L], samples: &[usize]) -> (Mat<f64>, Vec<L>) {
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
