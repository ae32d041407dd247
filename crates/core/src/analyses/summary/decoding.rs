//! Labels read off activity in the summary.

use super::number::{Number, numbers};
use crate::analyses::Context;
use crate::analyses::activity::{Decoded, Decodings, Features};
use crate::diagnostics::geometry::decoding::{self, By, Score, Separation};
use schemars::JsonSchema;
use serde::Serialize;

/// Labels read off a recording.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Decoding {
    /// Each of them.
    pub targets: Vec<Target>,
}

/// One label, decoded in several ways.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "DecodedTarget")]
pub struct Target {
    /// The target.
    pub name: String,
    /// In order; of two what is decoded is the second.
    pub labels: Vec<String>,
    /// Rows of each.
    pub counts: Option<Vec<usize>>,
    /// What stays together and what errors are between: trials, rows, or blocks of rows that are alike.
    pub groups: Option<Grouping>,
    /// Rows with a value.
    pub rows: usize,
    /// Trials kept together; null: none given.
    pub trials: Option<usize>,
    /// Share of the commonest label.
    pub chance: Option<Number>,
    /// From units and from the plane of two components, with an intercept and without.
    pub fits: Vec<Fit>,
}

/// What stays together.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Grouping {
    /// What they are.
    pub by: By,
    /// How many.
    pub count: usize,
    /// Of blocks: rows left out of training beside what is tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "usize")]
    pub gap: Option<usize>,
    /// Of blocks: rows over which they are alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "usize")]
    pub range: Option<usize>,
}

/// A read-out of labels by logistic regression, and how well it does. Accuracies are shares of rows told rightly.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "DecodedFit")]
pub struct Fit {
    /// What it is read off.
    pub features: Features,
    /// Whether planes may miss the origin.
    pub intercept: bool,
    /// On the part trained on.
    pub accuracy_train: Number,
    /// On the third left out.
    pub accuracy_test: Number,
    /// Its standard error.
    pub accuracy_test_std_error: Number,
    /// Mean over folds left out.
    pub accuracy_cross_validated: Number,
    /// For its mean over recordings like this.
    pub accuracy_cross_validated_std_error: Number,
    /// Accuracy on each fold.
    pub folds: Vec<Number>,
    /// Rows trained on and tested.
    pub split: [usize; 2],
    /// Rows left out: labels by what they were told as.
    pub confusion: Vec<Vec<usize>>,
    /// The test against labels dealt anew; null: not made.
    pub permutation: Option<Permutation>,
    /// The intercept, of two labels.
    pub bias: Option<Number>,
    /// Its standard error.
    pub bias_std_error: Option<Number>,
    /// A unit each; of the plane a component each; of more than two labels none.
    pub weights: Vec<Number>,
    /// Null where the labels are parted.
    pub weights_std_error: Vec<Number>,
    /// Of more than two labels: a label each.
    pub class_bias: Option<Vec<Number>>,
    /// Of more than two labels: labels by units, their sum zero.
    pub class_weights: Option<Vec<Vec<Number>>>,
    /// Their standard errors.
    pub class_weights_std_error: Option<Vec<Vec<Number>>>,
    /// Nats, of all rows.
    pub log_likelihood: Number,
    /// Directions in which the features vary.
    pub rank: usize,
    /// As used.
    pub ridge: Number,
    /// Whether planes part the labels, so that the likelihood has no maximum.
    pub separation: Separation,
}

/// The test of an accuracy against labels dealt anew.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Permutation {
    /// Share of labels dealt anew that are told as well.
    pub p: Number,
    /// Their mean accuracy.
    pub mean: Number,
    /// Its standard deviation.
    pub standard_deviation: Number,
    /// How often they were dealt.
    pub count: usize,
}

impl Decoding {
    /// Of what was found.
    pub fn of(found: &Decodings, _: &Context) -> Self {
        Self { targets: found.targets.iter().map(Target::of).collect() }
    }
}

impl Target {
    fn of(d: &Decoded) -> Self {
        let first = d.fits.first().map(|f| &f.2);
        Self {
            name: d.name.clone(),
            labels: d.labels.clone(),
            counts: first.map(|f| f.classes.clone()),
            groups: first.map(Grouping::of),
            rows: d.rows,
            trials: d.trials,
            chance: first.map(|f| Number(f.chance)),
            fits: d.fits.iter().map(|(features, intercept, f)| Fit::of(*features, *intercept, f)).collect(),
        }
    }
}

impl Grouping {
    fn of(f: &decoding::Decoding) -> Self {
        let blocks = match f.by {
            By::Blocks { gap, range, .. } => Some((gap, range)),
            _ => None,
        };
        Self { by: f.by, count: f.groups, gap: blocks.map(|b| b.0), range: blocks.map(|b| b.1) }
    }
}

impl Fit {
    fn of(features: Features, intercept: bool, f: &decoding::Decoding) -> Self {
        let scores = &f.fit.scores;
        let two = scores.first().filter(|_| scores.len() == 1);
        let bias = two.and_then(|s| s.intercept);
        let all = |of: &dyn Fn(&Score) -> Vec<Number>| match two {
            Some(_) => None,
            None => Some(scores.iter().map(of).collect::<Vec<_>>()),
        };
        let value = |s: &Score| Number(s.intercept.map_or(f64::NAN, |b| b.value));
        Self {
            features,
            intercept,
            accuracy_train: Number(f.train),
            accuracy_test: Number(f.test.value),
            accuracy_test_std_error: Number(f.test.error()),
            accuracy_cross_validated: Number(f.cross_validated.value),
            accuracy_cross_validated_std_error: Number(f.cross_validated.error()),
            folds: numbers(&f.folds),
            split: f.split,
            confusion: f.confusion.clone(),
            permutation: f.permuted.map(|p| Permutation {
                p: Number(p.p),
                mean: Number(p.mean),
                standard_deviation: Number(p.deviation),
                count: p.count,
            }),
            bias: bias.map(|b| Number(b.value)),
            bias_std_error: bias.map(|b| Number(b.error())),
            weights: two.map_or_else(Vec::new, |s| numbers(&s.weights)),
            weights_std_error: two.map_or_else(Vec::new, |s| numbers(&s.std_error)),
            class_bias: two.is_none().then(|| scores.iter().map(value).collect()),
            class_weights: all(&|s| numbers(&s.weights)),
            class_weights_std_error: all(&|s| numbers(&s.std_error)),
            log_likelihood: Number(f.fit.log_likelihood),
            rank: f.fit.rank,
            ridge: Number(f.fit.ridge),
            separation: f.fit.separation,
        }
    }
}
