//! Labels read off activity, and how well.

use super::{Rendered, words};
use crate::diagnostics::geometry::decoding::{Decoding, Separation};
use crate::report::figures;
use crate::report::page::Section;
use crate::report::summary::{number, numbers};
use crate::report::tables::{Cells, TableOut};
use crate::report::{Error, Figure};
use serde_json::{Value, json};

/// What a label is read off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Features {
    /// All units.
    Units,
    /// Coordinates on the first two principal components.
    Plane,
}

impl Features {
    fn name(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::Plane => "plane",
        }
    }
}

/// One label, decoded in several ways; the first is the one that the finding gives.
pub struct Decoded {
    /// The target.
    pub name: String,
    /// Its two values, the decoded one last.
    pub labels: [String; 2],
    /// Rows with a value.
    pub rows: usize,
    /// Trials, where rows of one were kept together.
    pub trials: Option<usize>,
    /// From what, with an intercept or without, and how well.
    pub fits: Vec<(Features, bool, Decoding)>,
}

/// Units above which weights are not drawn one by one.
const DRAWN: usize = 40;

/// The findings in a sentence.
pub fn describe(done: &[Decoded]) -> String {
    let one = |d: &Decoded| {
        d.fits.first().map(|(_, _, f)| {
            format!(
                "{} is decoded with {} of the rows left out told rightly (chance {})",
                d.name,
                share(f.cross_validated.value, f.cross_validated.std_error),
                words::percent(f.chance)
            )
        })
    };
    format!("{}.", done.iter().filter_map(one).collect::<Vec<_>>().join("; "))
}

fn share(value: f64, error: f64) -> String {
    format!("{} %", words::with_error(100.0 * value, 100.0 * error))
}

/// `units` are the names, `remarks` what was left out.
pub fn decoding(done: &[Decoded], units: &[String], remarks: Vec<String>) -> Result<Rendered, Error> {
    let mut warnings = remarks;
    for d in done {
        warnings.extend(d.fits.iter().filter_map(|(f, i, fit)| said(d, *f, *i, fit, units.len())));
    }
    let mut list = vec![accuracies(done)?];
    for d in done.iter().take(3).filter(|_| units.len() <= DRAWN) {
        if let Some((_, _, fit)) = d.fits.first() {
            let label = format!("Weight for {}", d.name);
            let figure = figures::bars(units, &fit.fit.weights, &fit.fit.std_error, &label)?;
            list.push(figure.named(
                &format!("weights_{}", list.len()),
                &format!("Read-out of {}", d.name),
                "Weights of the units with an intercept; bars are one standard error.",
            )?);
        }
    }
    let by = if done.iter().any(|d| d.trials.is_some()) {
        "Rows of a trial stay together in splits and folds."
    } else {
        "Rows were split one by one: where neighbours in time are alike, that flatters the accuracy, and --trial keeps \
         rows of a trial together."
    };
    let intro = format!(
        "Logistic regression of each two-valued target on all units and on the first two principal components, with and \
         without an intercept: the accuracy on a third of the rows left out, and on each of several folds left out in turn. \
         {by}"
    );
    let facts = done.iter().filter_map(|d| {
        let (_, _, f) = d.fits.first()?;
        Some((
            format!("Accuracy for {}", d.name),
            format!(
                "{} (chance {})",
                share(f.cross_validated.value, f.cross_validated.std_error),
                words::percent(f.chance)
            ),
        ))
    });
    let section = Section {
        id: "decoding".into(),
        title: "Labels in the activity".into(),
        intro: vec![intro],
        facts: facts.collect(),
        figures: list,
        tables: vec![accuracy_table(done), weight_table(done, units)],
        notes: warnings.clone(),
        ..Section::default()
    };
    let json = json!({ "targets": done.iter().map(entry).collect::<Vec<_>>() });
    Ok(Rendered { json, section, warnings })
}

/// What to say of one fit.
fn said(d: &Decoded, features: Features, intercept: bool, f: &Decoding, units: usize) -> Option<String> {
    let with = if intercept { "with" } else { "without" };
    let what = format!("{} from the {} {with} an intercept", d.name, features.name());
    match f.fit.separation {
        Separation::Overlap | Separation::Untested if features == Features::Units && f.fit.rank < units => {
            Some(format!(
                "{what}: the units vary in {} of {units} directions; the weights are the shortest of all equally good ones.",
                f.fit.rank
            ))
        }
        Separation::Overlap | Separation::Untested => None,
        Separation::Complete | Separation::Quasi => {
            let how =
                if f.fit.separation == Separation::Complete { "completely" } else { "but for rows on it" };
            let dims = if features == Features::Units && f.fit.rank < units {
                format!(", in the {} of {units} directions in which the units vary", f.fit.rank)
            } else {
                String::new()
            };
            Some(format!(
                "{what}: a plane parts the two labels {how}{dims}, so that the likelihood has no maximum; the weights are \
                 those of a weak ridge ({}, in units of size one), without errors. See the accuracy on rows left out.",
                words::number(f.fit.ridge)
            ))
        }
    }
}

fn accuracies(done: &[Decoded]) -> Result<Figure, Error> {
    let (mut labels, mut values, mut errors) = (vec![], vec![], vec![]);
    for d in done {
        for (features, intercept, f) in &d.fits {
            let with = if *intercept { "" } else { ", no intercept" };
            labels.push(format!("{}: {}{with}", d.name, features.name()));
            values.push(100.0 * f.cross_validated.value);
            errors.push(100.0 * f.cross_validated.std_error);
        }
        labels.push(format!("{}: chance", d.name));
        values.push(100.0 * d.fits.first().map_or(f64::NAN, |f| f.2.chance));
        errors.push(0.0);
    }
    figures::points_with_errors(&labels, &values, &errors, "Rows told rightly (%)")?.named(
        "accuracy",
        "Accuracy of decoding",
        "Accuracy on folds left out, with one standard error over folds, beside the share of the commoner label.",
    )
}

fn entry(d: &Decoded) -> Value {
    let fit = |(features, intercept, f): &(Features, bool, Decoding)| {
        json!({
            "features": features.name(),
            "intercept": intercept,
            "accuracy_train": number(f.train),
            "accuracy_test": number(f.test.value),
            "accuracy_test_std_error": number(f.test.std_error),
            "accuracy_cross_validated": number(f.cross_validated.value),
            "accuracy_cross_validated_std_error": number(f.cross_validated.std_error),
            "folds": numbers(&f.folds),
            "split": f.split,
            "bias": f.fit.intercept.map(|b| number(b.value)),
            "bias_std_error": f.fit.intercept.map(|b| number(b.std_error)),
            "weights": numbers(&f.fit.weights),
            "weights_std_error": numbers(&f.fit.std_error),
            "log_likelihood": number(f.fit.log_likelihood),
            "rank": f.fit.rank,
            "ridge": number(f.fit.ridge),
            "separation": separation(f.fit.separation),
        })
    };
    let first = d.fits.first().map(|f| &f.2);
    json!({
        "name": d.name,
        "labels": d.labels,
        "counts": first.map(|f| f.classes),
        "rows": d.rows,
        "trials": d.trials,
        "chance": first.map(|f| number(f.chance)),
        "fits": d.fits.iter().map(fit).collect::<Vec<_>>(),
    })
}

fn separation(s: Separation) -> &'static str {
    match s {
        Separation::Overlap => "none",
        Separation::Complete => "complete",
        Separation::Quasi => "quasi-complete",
        Separation::Untested => "untested",
    }
}

fn accuracy_table(done: &[Decoded]) -> TableOut {
    let all: Vec<(&Decoded, &(Features, bool, Decoding))> =
        done.iter().flat_map(|d| d.fits.iter().map(move |f| (d, f))).collect();
    let float = |f: &dyn Fn(&Decoding) -> f64| Cells::Float(all.iter().map(|a| f(&a.1.2)).collect());
    let text = |f: &dyn Fn(&Decoded, Features, bool, &Decoding) -> String| {
        Cells::Text(all.iter().map(|(d, (x, i, fit))| f(d, *x, *i, fit)).collect())
    };
    TableOut {
        name: "accuracy".into(),
        caption: "Shares of rows told rightly: on the training part, on the third left out, and over folds."
            .into(),
        columns: vec![
            ("target".into(), text(&|d, _, _, _| d.name.clone())),
            ("features".into(), text(&|_, x, _, _| x.name().into())),
            ("intercept".into(), text(&|_, _, i, _| if i { "yes" } else { "no" }.into())),
            ("train".into(), float(&|f| f.train)),
            ("test".into(), float(&|f| f.test.value)),
            ("test_std_error".into(), float(&|f| f.test.std_error)),
            ("cross_validated".into(), float(&|f| f.cross_validated.value)),
            ("cross_validated_std_error".into(), float(&|f| f.cross_validated.std_error)),
            ("chance".into(), float(&|f| f.chance)),
            ("log_likelihood".into(), float(&|f| f.fit.log_likelihood)),
            ("ridge".into(), float(&|f| f.fit.ridge)),
            ("separation".into(), text(&|_, _, _, f| separation(f.fit.separation).into())),
        ],
    }
}

/// Weights of the units, with an intercept and without.
fn weight_table(done: &[Decoded], units: &[String]) -> TableOut {
    let (mut target, mut intercept, mut unit, mut value, mut error) =
        (vec![], vec![], vec![], vec![], vec![]);
    for d in done {
        for (_, with, f) in d.fits.iter().filter(|f| f.0 == Features::Units) {
            for (i, name) in units.iter().enumerate() {
                target.push(d.name.clone());
                intercept.push(if *with { "yes" } else { "no" }.to_owned());
                unit.push(name.clone());
                value.push(f.fit.weights[i]);
                error.push(f.fit.std_error[i]);
            }
        }
    }
    TableOut {
        name: "weights".into(),
        caption: "Weights of the units in logits a unit of activity, with standard errors by the Fisher information.".into(),
        columns: vec![
            ("target".into(), Cells::Text(target)),
            ("intercept".into(), Cells::Text(intercept)),
            ("unit".into(), Cells::Text(unit)),
            ("weight".into(), Cells::Float(value)),
            ("std_error".into(), Cells::Float(error)),
        ],
    }
}
