//! The test of an accuracy against labels dealt anew.

use super::accuracy::{Fold, Groups, mean};
use super::chords::Chords;
use super::features::Features;
use super::{By, Error, Options};
use crate::linalg::random::{Rng, Use, shuffled, stream, uniform};
use rayon::prelude::*;

/// Permutations at least, where there is a test at all.
const LEAST: usize = 99;
/// Seconds on one core, about, that permutations may take; with the fewest of them twenty times as long.
const SECONDS: f64 = 0.4;
/// Steps of a fit, about, in what it costs.
const STEPS: f64 = 10.0;
/// Steps of Newton's method, about: with a penalty, and up to planes that part the classes and with a penalty from there.
const NEWTON: [f64; 2] = [10.0, 40.0];
/// Fits that tell whether labels dealt anew are parted by planes.
const PILOT: usize = 4;

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

/// The test; none where even the fewest permutations would take too long.
pub(super) fn permutations(
    features: &Features,
    groups: &Groups,
    y: &[usize],
    found: f64,
    folds: &[Fold],
    o: &Options,
) -> Result<Option<Permuted>, Error> {
    let classes = y.iter().max().map_or(1, |m| m + 1);
    let deal = |index: u64| dealt(groups, y, &mut stream(o.seed, Use::Permutation, index));
    let count = o.permutations.unwrap_or_else(|| {
        let first: Vec<Vec<usize>> = (0..PILOT as u64).map(deal).collect();
        let parted = Chords::of(features, &folds[0], classes).left(&first) as f64 / PILOT as f64;
        affordable(features, [y.len(), classes, folds.len()], parted).min(o.most.max(LEAST))
    });
    if count == 0 {
        return Ok(None);
    }
    let dealt: Vec<Vec<usize>> = (0..count as u64).into_par_iter().map(deal).collect();
    let mut shares = vec![vec![]; count];
    for fold in folds {
        let chords = Chords::of(features, fold, classes);
        let each: Vec<Vec<f64>> = dealt
            .par_chunks(chords.together())
            .map(|labels| chords.shares(labels))
            .collect::<Result<_, Error>>()?;
        shares.iter_mut().zip(each.into_iter().flatten()).for_each(|(s, one)| s.push(one));
    }
    let all: Vec<f64> = shares.iter().map(|s| mean(s)).collect();
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

/// How many permutations may be made if Newton's method does a share `parted` of them: a count of operations, not a clock, so that
/// every machine makes as many.
fn affordable(features: &Features, [samples, classes, folds]: [usize; 3], parted: f64) -> usize {
    let (size, others) = (features.z.nrows() as f64, (classes - 1) as f64);
    // Products at some 2e10 operations a second, exponentials at some 1e8.
    let parameters = size * others;
    // An information of p^2 T operations a step, and a factor.
    let newton = 4e-10
        * (samples as f64 * (parameters * parameters / 4.0 + 40.0 * classes as f64)
            + parameters.powi(3) / 4.0);
    let chords = samples as f64 * (4.0 * size * others / 2e10 + classes as f64 / 2e8);
    let one = folds as f64
        * (STEPS * (1.0 - parted) * chords + NEWTON[usize::from(!features.penalised())] * parted * newton);
    if one * LEAST as f64 > 20.0 * SECONDS { 0 } else { ((SECONDS / one) as usize).max(LEAST) }
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
