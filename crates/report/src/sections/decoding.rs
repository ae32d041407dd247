//! Labels read off activity, and how well.

use super::{Rendered, Shown, left, words};
use crate::figures;
use crate::page::Section;
use crate::tables::{Table, TableOut};
use crate::{Error, Figure};
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::{Decoded, Decodings, Features};
use nullcline_core::diagnostics::geometry::decoding::{By, Decoding, Permuted, Separation};
use nullcline_core::numbers::Estimate;

impl Shown for Decodings {
    fn sentence(&self, _: &Context) -> Option<String> {
        Some(describe(&self.targets))
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        decoding(self)
    }
}

/// Units above which weights are not drawn one by one.
const DRAWN: usize = 40;

/// Probability of a test by permutation from which an accuracy is not called above chance.
const LEVEL: f64 = 0.05;

/// The findings in a sentence.
fn describe(done: &[Decoded]) -> String {
    let one = |d: &Decoded| {
        d.fits.first().map(|(_, _, f)| {
            let accuracy = share(f.cross_validated);
            let chance = words::percent(f.chance);
            // Where classes are unequal an accuracy can be below the largest one's share and above that of labels dealt anew.
            let dealt = |p: &Permuted| format!("labels dealt anew {}; p = {}", words::percent(p.mean), words::p(p.p));
            let test = f.permuted.map_or(String::new(), |p| match f.cross_validated.value <= f.chance {
                true => format!("; {}", dealt(&p)),
                false => format!("; p = {}", words::p(p.p)),
            });
            let told = if f.permuted.is_some_and(|p| p.p >= LEVEL) {
                format!(
                    "{} is not decoded above chance: {accuracy} of the rows left out are told rightly (chance {chance}{test})",
                    d.name
                )
            } else {
                format!(
                    "{} is decoded with {accuracy} of the rows left out told rightly (chance {chance}{test})",
                    d.name
                )
            };
            format!("{told}{}", alike(f).map_or(String::new(), |a| format!(", {a}")))
        })
    };
    format!("{}.", done.iter().filter_map(one).collect::<Vec<_>>().join("; "))
}

/// What the accuracy rests on where rows follow each other and no trials are given.
fn alike(f: &Decoding) -> Option<String> {
    let By::Blocks { count, range, .. } = f.by else { return None };
    Some(format!(
        "but rows are alike over about {}, and without --trial errors and test rest on {} of successive rows",
        words::count(range, "row"),
        words::count(count, "block")
    ))
}

fn share(e: Estimate) -> String {
    format!("{} %", words::with_error(e.times(100.0)))
}

/// Accuracies, weights and errors of every target.
fn decoding(found: &Decodings) -> Result<Rendered, Error> {
    let (done, units) = (&found.targets[..], &found.units[..]);
    let mut warnings: Vec<String> = found.left.iter().map(left::said).collect();
    for d in done {
        warnings.extend(d.fits.iter().filter_map(|(f, i, fit)| said(d, *f, *i, fit, units.len())));
    }
    for d in done {
        warnings.extend(d.fits.first().and_then(|f| few(d, &f.2)));
        warnings.extend(without_error(d));
    }
    let mut list = vec![accuracies(done)?];
    for d in done.iter().take(3).filter(|d| units.len() <= DRAWN && d.labels.len() == 2) {
        if let Some(score) = d.fits.first().and_then(|f| f.2.fit.scores.first()) {
            let label = format!("Weight for {}", d.name);
            let figure = figures::bars(units, &score.weights, &score.std_error, &label)?;
            list.push(figure.named(
                &format!("weights_{}", list.len()),
                &format!("Read-out of {}", d.name),
                "Weights of the units with an intercept; bars are one standard error.",
            )?);
        }
    }
    let facts = done.iter().flat_map(|d| d.fits.first().map_or(vec![], |f| facts(d, &f.2)));
    let section = Section {
        id: "decoding".into(),
        title: "Labels in the activity".into(),
        intro: vec![describe(done)],
        method: method(done),
        facts: facts.collect(),
        figures: list,
        tables: vec![accuracy_table(done), confusion_table(done), weight_table(done, units)],
        notes: warnings.clone(),
        ..Section::default()
    };
    Ok(Rendered { section, warnings })
}

fn facts(d: &Decoded, f: &Decoding) -> Vec<(String, String)> {
    let accuracy = share(f.cross_validated);
    let mut facts = vec![
        (format!("Accuracy for {}", d.name), format!("{accuracy} (chance {})", words::percent(f.chance))),
        (format!("Errors for {} by", d.name), groups(f)),
    ];
    if let Some(p) = f.permuted {
        let value = format!(
            "p = {} ({}: {})",
            words::p(p.p),
            words::count(p.count, "permutation"),
            share(Estimate::new(p.mean, p.deviation, p.count))
        );
        facts.insert(1, (format!("{} with labels dealt anew", d.name), value));
    }
    facts
}

/// What stays together, counted.
fn groups(f: &Decoding) -> String {
    let noun = match f.by {
        By::Trials => "trial",
        By::Samples => "row",
        By::Blocks { .. } => "block",
    };
    words::count(f.groups, noun)
}

/// How the numbers were made.
fn method(done: &[Decoded]) -> Vec<String> {
    let by = |is: &dyn Fn(By) -> bool| done.iter().flat_map(|d| &d.fits).any(|f| is(f.2.by));
    let mut lines = vec![
        "Logistic regression of each target's labels, multinomial for more than two, on all units and on the first two principal \
         components, with and without an intercept: the accuracy on a third of the rows left out, and on each of several folds left \
         out in turn."
            .to_owned(),
        "The error of the cross-validated accuracy is for its mean over recordings like this one; two of it hold that mean in 95 of \
         100. The p-value is the share of labels dealt anew that are told as well."
            .to_owned(),
    ];
    if by(&|b| b == By::Trials) {
        lines.push(
            "Rows of a trial stay together in splits and folds; errors of accuracies and of weights are between trials; to deal \
             labels anew each trial gets those of another, from a random row on."
                .into(),
        );
    }
    if by(&|b| b == By::Samples) {
        lines.push(
            "No trials are given and rows next to each other are not alike: rows were split, and labels dealt, one by one.".into(),
        );
    }
    if by(&|b| matches!(b, By::Blocks { .. })) {
        lines.push(
            "No trials are given, and rows next to each other are alike: folds are blocks of successive rows, training keeps a gap \
             to what is tested, errors are between blocks, and labels are dealt anew by shifting all of them round in time, which is \
             right where they have no trend. --trial says which rows belong together."
                .into(),
        );
    }
    lines
}

/// What to say where the groups are few or no test was made.
fn few(d: &Decoded, f: &Decoding) -> Option<String> {
    if let Some(a) = alike(f) {
        let gap = if let By::Blocks { gap, range, .. } = f.by
            && gap < range
        {
            "; the recording is too short to keep training as far from what is tested, so that the accuracy may flatter"
        } else {
            ""
        };
        return Some(format!("The accuracy for {} stands, {a}{gap}.", d.name));
    }
    if f.permuted.is_none() {
        return Some(format!(
            "The accuracy for {} was not tested by permutation, which would take minutes.",
            d.name
        ));
    }
    (f.by == By::Trials && f.groups < 10).then(|| {
        format!("{} is known in {} only: errors are wide and uncertain themselves.", d.name, groups(f))
    })
}

/// Which accuracies have no error, and why.
fn without_error(d: &Decoded) -> Option<String> {
    let any = |of: &dyn Fn(&Decoding) -> f64| d.fits.iter().any(|f| !of(&f.2).is_finite());
    let which: Vec<&str> = [
        ("on the third left out", any(&|f| f.test.error())),
        ("over folds", any(&|f| f.cross_validated.error())),
    ]
    .into_iter()
    .filter_map(|(name, is)| is.then_some(name))
    .collect();
    let in_all = groups(&d.fits.first()?.2);
    (!which.is_empty()).then(|| {
        format!(
            "Accuracies for {} {} have no error where too few are tested on ({in_all} in all): it would exceed 50 %, which no \
             accuracy is off by.",
            d.name,
            which.join(" and ")
        )
    })
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
        Separation::Flat => Some(format!(
            "{what}: planes part the labels so nearly that the likelihood has no maximum to speak of; the weights are \
             those of a weak ridge ({}, in units of size one), without errors. See the accuracy on rows left out.",
            words::number(f.fit.ridge)
        )),
        Separation::Complete | Separation::Quasi => {
            let how =
                if f.fit.separation == Separation::Complete { "completely" } else { "but for rows on it" };
            let dims = if features == Features::Units && f.fit.rank < units {
                format!(", in the {} of {units} directions in which the units vary", f.fit.rank)
            } else {
                String::new()
            };
            let plane = if d.labels.len() == 2 { "a plane parts" } else { "planes part" };
            Some(format!(
                "{what}: {plane} the {} labels {how}{dims}, so that the likelihood has no maximum; the weights are \
                 those of a weak ridge ({}, in units of size one), without errors. See the accuracy on rows left out.",
                if d.labels.len() == 2 { "two".to_owned() } else { d.labels.len().to_string() },
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
            errors.push(100.0 * f.cross_validated.error());
        }
        labels.push(format!("{}: chance", d.name));
        values.push(100.0 * d.fits.first().map_or(f64::NAN, |f| f.2.chance));
        errors.push(0.0);
    }
    figures::points_with_errors(&labels, &values, &errors, "Rows told rightly (%)")?.named(
        "accuracy",
        "Accuracy of decoding",
        "Accuracy on folds left out, with one standard error, beside the share of the commonest label.",
    )
}

fn yes(so: bool) -> &'static str {
    if so { "yes" } else { "no" }
}

fn accuracy_table(done: &[Decoded]) -> TableOut {
    let all: Vec<(&Decoded, &(Features, bool, Decoding))> =
        done.iter().flat_map(|d| d.fits.iter().map(move |f| (d, f))).collect();
    Table::of(&all)
        .column("target", "", |(d, _)| d.name.as_str())
        .column("features", "", |(_, f)| f.0.name())
        .column("intercept", "", |(_, f)| yes(f.1))
        .column("train", "", |(_, f)| f.2.train)
        .column("test", "", |(_, f)| f.2.test)
        .column("cross_validated", "", |(_, f)| f.2.cross_validated)
        .column("chance", "", |(_, f)| f.2.chance)
        .column("p", "", |(_, f)| f.2.permuted.map(|p| p.p))
        .column("groups", "", |(_, f)| f.2.groups)
        .column("log_likelihood", "", |(_, f)| f.2.fit.log_likelihood)
        .column("ridge", "", |(_, f)| f.2.fit.ridge)
        .column("separation", "", |(_, f)| f.2.fit.separation.name())
        .named(
            "accuracy",
            "Shares of rows told rightly: on the training part, on the third left out, and over folds.",
        )
}

/// How rows left out in a fold were told, by the read-out from all units with an intercept.
fn confusion_table(done: &[Decoded]) -> TableOut {
    let mut rows = vec![];
    for d in done {
        for (label, row) in d.labels.iter().zip(d.fits.first().map_or(&[][..], |f| &f.2.confusion[..])) {
            rows.extend(d.labels.iter().zip(row).map(|(told, count)| (&d.name, label, told, *count)));
        }
    }
    let caption = "Rows left out in a fold, by their label and by what they were told as: all units, with an intercept.";
    Table::of(&rows)
        .column("target", "", |r| r.0.as_str())
        .column("label", "", |r| r.1.as_str())
        .column("told_as", "", |r| r.2.as_str())
        .column("rows", "", |r| r.3)
        .named("confusion", caption)
}

/// Weights of the units, with an intercept and without.
fn weight_table(done: &[Decoded], units: &[String]) -> TableOut {
    let mut rows = vec![];
    for d in done {
        for (_, with, f) in d.fits.iter().filter(|f| f.0 == Features::Units) {
            let of = &d.labels[d.labels.len() - f.fit.scores.len()..];
            for (score, label) in f.fit.scores.iter().zip(of) {
                rows.extend((0..units.len()).map(|i| (&d.name, label, *with, score, i)));
            }
        }
    }
    Table::of(&rows)
        .column("target", "", |r| r.0.as_str())
        .column("label", "", |r| r.1.as_str())
        .column("intercept", "", |r| yes(r.2))
        .column("unit", "", |r| units[r.4].as_str())
        .columns(["weight", "std_error"], |r| [r.3.weights[r.4], r.3.std_error[r.4]])
        .named(
            "weights",
            "Weights of the units in logits a unit of activity, of two labels for the second, with standard errors: between \
             trials or blocks by leaving each out, between rows by the Fisher information.",
        )
}
