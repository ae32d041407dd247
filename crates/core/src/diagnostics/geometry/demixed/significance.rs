//! Whether demixed axes tell held-out trials apart better than axes of shuffled trials do.

use super::held_out::{Scores, Trials};
use super::marginal::Marginal;
use super::trials::Means;
use crate::linalg::random::{Rng, Use, shuffled, stream};
use faer::MatRef;
use rayon::prelude::*;

/// Components of each marginal that are tested at most.
const TESTED: usize = 3;
/// Steps in a row that must lie above all shuffles.
const WINDOW: usize = 10;
/// Parts of the trials, each held out once.
const FOLDS: usize = 5;
/// Divisions into parts at most.
const DIVISIONS: usize = 10;
/// Operations for which there is one division, and of all at most.
const WORK: [f64; 2] = [2.5e9, 4e10];
/// Numbers held at most for the trials' second moments.
const HELD: usize = 16_000_000;

/// How a test is made.
#[derive(Clone, Copy, Debug)]
pub struct Test<'a> {
    /// mu over the variance of the means.
    pub ridge: f64,
    /// How often trials are shuffled.
    pub shuffles: usize,
    /// Seed of shuffles and divisions.
    pub seed: u64,
    /// Directions in which it is made where all units take too long, n x k; none: all units at any price.
    pub basis: Option<MatRef<'a, f64>>,
}

/// An axis and how well it tells held-out trials apart.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it depends on.
    pub marginal: Marginal,
    /// Its place within the marginal, from 0.
    pub place: usize,
    /// Classes told apart: combinations of the marginal's levels; one over it is chance.
    pub classes: usize,
    /// Share of held-out trials that are told right at each step, every condition counting alike.
    pub accuracy: Vec<f64>,
    /// The highest share of the shuffles at each step, by their first axis of this marginal.
    pub highest: Vec<f64>,
    /// Steps above every shuffle, in runs of ten at least (of all steps, where there are fewer).
    pub above: Vec<bool>,
    /// Share of shuffles, the data among them, whose best mean over ten steps in a row is as high.
    pub p: f64,
}

/// Axes held against shuffled trials.
#[derive(Clone, Debug)]
pub struct Significance {
    /// The first axes of each marginal but time, in the order of the plan.
    pub axes: Vec<Axis>,
    /// How often trials were shuffled.
    pub shuffles: usize,
    /// Parts of which each was held out once.
    pub folds: usize,
    /// Divisions into such parts.
    pub divisions: usize,
    /// Steps over which the share of a shuffle is averaged.
    pub window: usize,
    /// Directions of the units in which it was made.
    pub directions: usize,
}

impl Axis {
    /// The share of a classifier that does not look.
    pub fn chance(&self) -> f64 {
        1.0 / self.classes as f64
    }

    /// The mean share right over all steps.
    pub fn mean(&self) -> f64 {
        self.accuracy.iter().sum::<f64>() / self.accuracy.len() as f64
    }
}

/// How well the axes of each marginal tell held-out trials apart, step by step, beside axes of trials whose conditions are shuffled.
///
/// Formula: trials of every condition are dealt into five parts (fewer where a condition has fewer trials). Axes are fitted to four;
/// each trial x of the fifth is taken at every step for the class whose d . X_m of the training means is nearest to d . x, less what
/// the training means of all factors together and of the marginals within m add to it, so that what one factor does is no evidence of
/// an interaction. Whole trials are then dealt among the conditions anew, and the same done, `shuffles` times. A step counts as
/// told where its share right is above that of every shuffle, in ten steps in a row at least; p compares the largest mean over ten
/// steps in a row, as (1 + shuffles as high) / (1 + shuffles). All axes are held against the first axis of the shuffles.
///
/// Remarks: the p of different axes are not corrected for their number. Shuffling takes every dependence away, so that p asks whether
/// trials of the classes differ at all on that axis. Axes stand in the order of their own fit; the source's programs put them in that of
/// a fit to all trials, those held out among them.
///
/// Source: Kobak et al., eLife 5, e10989 (2016), Materials and methods, on significance of demixed components, and its MATLAB programs
/// `dpca_classificationAccuracy`, `dpca_classificationShuffled` and `dpca_signifComponents`, which hold out one trial of each
/// condition at a time, a hundred times.
///
/// `None` where a condition has fewer than two trials, or nothing varies.
pub fn significance(means: &Means<'_>, test: &Test<'_>) -> Option<Significance> {
    let least = means.trials.iter().map(Vec::len).min().unwrap_or(0);
    if least < 2 || test.shuffles == 0 {
        return None;
    }
    let folds = FOLDS.min(least);
    let total: usize = means.trials.iter().map(Vec::len).sum();
    let fits = (folds * (test.shuffles + 1) * means.plan.marginals().len()) as f64 * 25.0;
    let n = means.x.nrows();
    let most = (WORK[1] / fits).cbrt().min((HELD as f64 / total as f64).sqrt()) as usize;
    let basis = test.basis.filter(|_| n > most).map(|b| b.subcols(0, b.ncols().min(most.max(1))));
    let directions = basis.map_or(n, |b| b.ncols());
    let divisions = (WORK[0] / (fits * (directions as f64).powi(3))).clamp(1.0, DIVISIONS as f64) as usize;
    let trials = Trials::of(means, basis);
    // Shuffle 0 is the data.
    let one = |shuffle: usize| -> Option<Scores> {
        let mut rng = stream(test.seed, Use::Split, (1 << 43) + shuffle as u64);
        let conditions = match shuffle {
            0 => trials.conditions.clone(),
            _ => shuffled(total, &mut rng).into_iter().map(|k| trials.conditions[k]).collect(),
        };
        let axes = if shuffle == 0 { TESTED } else { 1 };
        let mut sum: Option<Scores> = None;
        for _ in 0..divisions {
            let fold = dealt(&conditions, folds, &mut rng);
            let scores = trials.scores(&conditions, &fold, folds, test.ridge, axes)?;
            sum = Some(match sum {
                None => scores,
                Some(before) => before.plus(&scores),
            });
        }
        sum.map(|s| s.over(divisions))
    };
    let all: Vec<Scores> = (0..=test.shuffles).into_par_iter().map(one).collect::<Option<_>>()?;
    let window = WINDOW.min(means.plan.steps);
    let (data, shuffles) = all.split_first()?;
    Some(Significance {
        axes: data.of.iter().filter(|s| s.fits > 0).map(|s| axis(s, shuffles, window)).collect(),
        shuffles: test.shuffles,
        folds,
        divisions,
        window,
        directions,
    })
}

/// The part in which each trial is held out: of every condition as many in each, but for one.
fn dealt(conditions: &[usize], folds: usize, rng: &mut Rng) -> Vec<usize> {
    let count = conditions.iter().max().map_or(0, |m| m + 1);
    let (mut fold, mut next) = (vec![0; conditions.len()], 0);
    for c in 0..count {
        let own: Vec<usize> = (0..conditions.len()).filter(|k| conditions[*k] == c).collect();
        for place in shuffled(own.len(), rng) {
            fold[own[place]] = next % folds;
            next += 1;
        }
    }
    fold
}

fn axis(data: &super::held_out::Score, shuffles: &[Scores], window: usize) -> Axis {
    let first = |s: &&Scores| {
        let found = s.of.iter().find(|o| o.marginal == data.marginal && o.place == 0);
        // A marginal that vanishes tells nothing.
        found.map_or_else(|| vec![1.0 / data.classes as f64; data.right.len()], |o| o.right.clone())
    };
    let others: Vec<Vec<f64>> = shuffles.iter().map(|s| first(&s)).collect();
    let highest: Vec<f64> =
        (0..data.right.len()).map(|t| others.iter().fold(0.0f64, |a, o| a.max(o[t]))).collect();
    let tie = 1e-9;
    let mut above: Vec<bool> = data.right.iter().zip(&highest).map(|(a, h)| *a > h + tie).collect();
    let mut from = 0;
    for end in 0..=above.len() {
        if end < above.len() && above[end] {
            continue;
        }
        if end - from < window {
            above[from..end].fill(false);
        }
        from = end + 1;
    }
    let best = |right: &[f64]| right.windows(window).map(|w| w.iter().sum::<f64>()).fold(0.0f64, f64::max);
    let own = best(&data.right);
    let as_high = others.iter().filter(|o| best(o) >= own - tie).count();
    Axis {
        marginal: data.marginal,
        place: data.place,
        classes: data.classes,
        accuracy: data.right.clone(),
        highest,
        above,
        p: (1 + as_high) as f64 / (1 + others.len()) as f64,
    }
}
