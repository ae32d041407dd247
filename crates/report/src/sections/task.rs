//! What a network does at its task.

use super::stores::place;
use super::{Context, Rendered, Shown, Units, words};
use crate::Error;
use crate::figure::Figure;
use crate::figures::{self, Axes, Ink, Series};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::network::{Asked, AtTask, Course, InSpace};

mod growth;

/// Outputs and conditions that are drawn, at most.
const DRAWN: usize = 6;

impl Shown for AtTask {
    fn sentence(&self, _: &Context) -> Option<String> {
        Some(describe(self))
    }

    fn answer(&self, _: &Context) -> Vec<String> {
        vec![describe(self)]
    }

    fn rendered(&self, context: &Context) -> Result<Rendered, Error> {
        let mut figures = vec![];
        figures.extend(examples(self, context)?);
        figures.extend(self.space.as_ref().map(|s| space(s, self)).transpose()?);
        figures.extend(courses(self, context)?);
        let notes = self.notes.clone();
        let section = Section {
            id: "task".into(),
            title: "At its task".into(),
            intro: std::iter::once(describe(self)).chain(growth::words(self, context)).collect(),
            method: vec![what_counts(self)],
            facts: facts(self),
            figures,
            tables: tables(self).into_iter().chain(growth::table(self, context)).collect(),
            notes: notes.clone(),
            ..Section::default()
        };
        Ok(Rendered { section, warnings: notes })
    }
}

/// How the trials went, in a sentence.
fn describe(f: &AtTask) -> String {
    let trials = words::count(f.trials, "trial");
    match (f.asked, f.all_right) {
        (Asked::Nothing, _) => {
            format!("Shown {trials}, whose file has no targets that the read-out can be held against.")
        }
        (_, Some([right, of])) if right == of => {
            format!("It is right on every step that counts in all of {trials}.")
        }
        (_, Some([right, of])) => format!(
            "It is right on {} of the steps that count, and on all of them in {right} of {}.",
            words::percent_with_error(f.right),
            words::count(of, "trial")
        ),
        (_, None) if !f.loss.value.is_finite() => {
            format!("Over {trials} no step counts: the mask is zero on all of them, or targets are missing.")
        }
        (_, None) => format!(
            "Over {trials} the outputs differ from their targets by a mean square of {}{}.",
            words::with_error(f.loss),
            beside(f)
        ),
    }
}

/// The loss beside that of outputs that never change.
fn beside(f: &AtTask) -> String {
    match f.constant.map(|c| (c, f.loss.value / c)) {
        Some((_, share)) if share < 1.0 => {
            format!(", {} % of what outputs that never change miss them by", words::number(100.0 * share))
        }
        Some((constant, share)) if share.is_finite() => format!(
            ", more than outputs that never change would, {}: it is not at this task",
            words::number(constant)
        ),
        _ => String::new(),
    }
}

fn what_counts(f: &AtTask) -> String {
    let loss = match f.asked {
        Asked::Nothing => {
            return "Each trial starts in the state that its file gives, or in the origin.".into();
        }
        Asked::Values => {
            "The loss of a trial is the mean over the steps that count, and over outputs, of (y − y*)²"
        }
        Asked::Classes => {
            "The loss of a trial is the mean over the steps that count of −ln softmax(y) of the right class, in nats"
        }
    };
    let right = match (f.asked, &f.levels) {
        (Asked::Classes, _) => "; a step is right where the output of its class is the largest",
        (_, Some(_)) => {
            "; a step is right where every output is nearest to its own target among the values that its targets have"
        }
        _ => "; its targets have many values, so that no step is called right or wrong",
    };
    format!(
        "{loss}{right}. Errors are standard errors over trials. Each trial starts in the state that its file gives, or in the origin."
    )
}

fn facts(f: &AtTask) -> Vec<(String, String)> {
    let [least, most] = f.steps;
    let steps = if least == most { most.to_string() } else { format!("{least} to {most}") };
    let mut facts = vec![("Trials".into(), f.trials.to_string()), ("Steps of a trial".into(), steps)];
    if f.asked != Asked::Nothing {
        facts.push(("Loss".into(), words::with_error(f.loss)));
        facts.extend(f.constant.map(|c| ("Loss of constant outputs".into(), words::number(c))));
    }
    if let Some([right, of]) = f.all_right {
        facts.push(("Steps right".into(), words::percent_with_error(f.right)));
        facts.push(("Trials right throughout".into(), format!("{right} of {of}")));
    }
    if let Some(name) = &f.condition {
        facts.push(("Conditions".into(), format!("{} of `{name}`", f.conditions.len())));
    }
    facts
}

/// A condition with the name of its label: what `1` is the label alone tells.
fn labelled(f: &AtTask, condition: &str) -> String {
    f.condition.as_ref().map_or_else(|| condition.to_owned(), |label| format!("{label} {condition}"))
}

/// The colour of a condition: that of its place in every figure.
fn ink(place: usize) -> Ink {
    Ink::Series(place)
}

/// The width of one of two panels.
fn half() -> f64 {
    1.45 * figures::THIRD
}

/// Some trials whole: outputs, and their targets dashed.
fn examples(f: &AtTask, context: &Context) -> Result<Option<Figure>, Error> {
    let mut panels = vec![];
    for e in &f.examples {
        let time: Vec<f64> = (1..=e.outputs.ncols()).map(|t| t as f64 * f.time_step).collect();
        let row = |m: &faer::Mat<f64>, i: usize| (0..m.ncols()).map(|t| m[(i, t)]).collect::<Vec<f64>>();
        let mut series = vec![];
        for i in 0..e.outputs.nrows().min(DRAWN) {
            let label = format!("output {}", i + 1);
            let one = Series::new(&label, &time, &row(&e.outputs, i)).ink(ink(i));
            series.push(if panels.is_empty() { one } else { one.unlisted() });
            if let Some(targets) = &e.targets {
                let named = if i == 0 { "its target".to_owned() } else { format!("{label}, target") };
                let target = Series::new(&named, &time, &row(targets, i)).ink(ink(i)).dashed();
                series.push(if panels.is_empty() && i == 0 { target } else { target.unlisted() });
            }
        }
        let name =
            if e.condition.is_empty() { String::new() } else { format!(", {}", labelled(f, &e.condition)) };
        let axes = Axes::new(&time_label(context), "Output");
        let title = format!("Trial {}{name}", e.trial + 1);
        panels.push(figures::lines(&series, &axes.wide(half()))?.named("trial", &title, "")?);
    }
    if panels.is_empty() {
        return Ok(None);
    }
    let caption =
        "The first trial of each condition, or the first trials: outputs, and their targets dashed.";
    figures::panels("examples", "Trials", caption, &panels, 2).map(Some)
}

fn time_label(context: &Context) -> String {
    if context.steps { "Step".into() } else { format!("Time ({})", context.time()) }
}

/// Mean outputs of each condition over time.
fn courses(f: &AtTask, context: &Context) -> Result<Option<Figure>, Error> {
    let outputs = f.courses.iter().map(|c| c.output + 1).max().unwrap_or(0);
    if f.conditions.len() < 2 {
        return Ok(None);
    }
    let mut panels = vec![];
    for output in 0..outputs.min(DRAWN) {
        let own: Vec<&Course> = f.courses.iter().filter(|c| c.output == output).collect();
        let mut series = vec![];
        for (k, c) in own.iter().enumerate() {
            let time: Vec<f64> = (1..=c.mean.len()).map(|t| t as f64 * f.time_step).collect();
            let (mean, error): (Vec<f64>, Vec<f64>) = c.mean.iter().map(|e| (e.value, e.error())).unzip();
            let one = Series::new(&labelled(f, &c.condition), &time, &mean).errors(&error).ink(ink(k));
            series.push(if output == 0 { one } else { one.unlisted() });
        }
        let axes = Axes::new(&time_label(context), "Mean output");
        let title = format!("Output {}", output + 1);
        panels.push(figures::lines(&series, &axes.wide(half()))?.named("output", &title, "")?);
    }
    if panels.is_empty() {
        return Ok(None);
    }
    let caption = "Means over the trials of each condition; bands are one standard error.";
    figures::panels("conditions", "Outputs by condition", caption, &panels, 2).map(Some)
}

/// Mean states of each condition in the plane of the first two components.
fn space(s: &InSpace, f: &AtTask) -> Result<Figure, Error> {
    let flat = |line: &[[f64; 3]]| -> (Vec<f64>, Vec<f64>) { line.iter().map(|p| (p[0], p[1])).unzip() };
    let mut series = vec![];
    // A mean over trials of all kinds would be near no state that any of them visits.
    let several = f.conditions.len() > 1;
    for (k, (condition, line)) in s.trials.iter().enumerate() {
        let (x, y) = flat(line);
        let behind = condition.filter(|_| several).map_or(Ink::Grey, Ink::Pale);
        series.push(Series::new(&format!("trial {}", k + 1), &x, &y).ink(behind).unlisted());
    }
    for (k, (name, line)) in s.averages.iter().enumerate().filter(|_| several) {
        let (x, y) = flat(line);
        series.push(Series::new(&labelled(f, name), &x, &y).ink(ink(k)));
        for end in [line.first(), line.last()].into_iter().flatten() {
            let label = format!("{}, end", labelled(f, name));
            series.push(Series::new(&label, &[end[0]], &[end[1]]).ink(ink(k)).unlisted());
        }
    }
    let axis = |i: usize| figures::component_label(i + 1, s.shares.get(i).copied().unwrap_or(f64::NAN));
    let means =
        if several { ", and the mean of each condition from its start to its end (dots)" } else { "" };
    let caption = format!(
        "States in the plane of the first two components of the task's activity: some trials ({}){means}.",
        if several { "pale" } else { "grey" }
    );
    figures::lines(&series, &Axes::new(&axis(0), &axis(1)))?.named("states", "States at the task", &caption)
}

fn tables(f: &AtTask) -> Vec<TableOut> {
    let mut all = vec![
        Table::of(&f.conditions)
            .column("condition", "", |c| c.name.clone())
            .column("trials", "", |c| c.trials)
            .column("loss", "", |c| c.loss)
            .column("right", "", |c| c.right)
            .named("conditions", "How the trials of each condition went."),
    ];
    if !f.scores.is_empty() {
        let rows: Vec<usize> = (0..f.scores.len()).collect();
        all.push(
            Table::of(&rows)
                .column("trial", "", |k| k + 1)
                .column("condition", "", |k| f.scores[*k].0.clone())
                .column("loss", "", |k| f.scores[*k].1.loss)
                .column("right", "", |k| f.scores[*k].1.right)
                .column("counted", "steps", |k| f.scores[*k].1.counted)
                .named("trials", "How each trial went."),
        );
    }
    if let Some(e) = &f.endings {
        let names = e.conditions.iter().map(|c| if c.is_empty() { "trials".to_owned() } else { c.clone() });
        all.push(
            Table::of(&e.counts)
                .column("ends_at", "", |(end, _)| place(*end))
                .each(names, |(_, counts), c| counts[c] as f64)
                .named("endings", "Trials of each condition by where they end when they are left alone under the constant input of the fixed points."),
        );
    }
    let rows: Vec<(&Course, usize)> =
        f.courses.iter().flat_map(|c| (0..c.mean.len()).map(move |t| (c, t))).collect();
    if !rows.is_empty() {
        all.push(
            Table::of(&rows)
                .column("condition", "", |r| r.0.condition.clone())
                .column("output", "", |r| r.0.output + 1)
                .column("time", "", |r| (r.1 + 1) as f64 * f.time_step)
                .column("mean", "", |r| r.0.mean[r.1])
                .column("trials", "", |r| r.0.mean[r.1].n)
                .column("target", "", |r| r.0.target.as_ref().map_or(f64::NAN, |t| t[r.1]))
                .named("courses", "Mean outputs of each condition over time, and their mean targets."),
        );
    }
    all
}
