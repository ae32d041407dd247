//! Demixed principal components.

use super::{Rendered, Shown, left, words};
use crate::figures::{Axes, Ink, Reference, Series, bars, lines};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use crate::{Error, Figure};
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::{DemixedComponents, demixed};
use nullcline_core::diagnostics::geometry::demixed::{Axis, Chosen, Component, Significance};

/// Components whose course is drawn.
const DRAWN: usize = 6;
/// Conditions drawn at most in one course.
const LINES: usize = 12;

impl Shown for DemixedComponents {
    fn sentence(&self, _: &Context) -> Option<String> {
        let mut order: Vec<usize> =
            (0..self.names.len()).filter(|k| self.signal[*k].value.is_finite()).collect();
        order.sort_by(|a, b| self.signal[*b].value.total_cmp(&self.signal[*a].value));
        let one = |k: &usize| format!("{} {}", self.names[*k], words::percent_with_error(self.signal[*k]));
        let parts: Vec<String> = order.iter().take(3).map(one).collect();
        let first: Vec<&Axis> =
            self.significance.iter().flat_map(|s| &s.axes).filter(|a| a.place == 0).collect();
        let told: Vec<String> = first.iter().map(|a| told(self, a)).collect();
        let told =
            if told.is_empty() { String::new() } else { format!(" Held-out trials: {}.", told.join("; ")) };
        (!parts.is_empty())
            .then(|| format!("Of the variance that comes again between trials: {}.{told}", parts.join(", ")))
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        let mut notes: Vec<String> = self.left.iter().map(left::said).collect();
        notes.extend(demixed::cut(self.plan.steps, self.longest));
        if self.chosen.is_none() {
            notes.push(
                "A condition has a single trial: components are not regularised, and shares have no error."
                    .into(),
            );
        }
        if self.chosen.as_ref().is_some_and(|c| c.best + 1 == c.ridges.len()) {
            notes.push(
                "The strongest regularisation predicts best: hardly anything comes again from trial to trial.".into(),
            );
        }
        let factors: Vec<String> =
            self.factors.iter().map(|f| format!("{} ({})", f.name, f.levels.join(", "))).collect();
        let [least, most] = self.trials;
        let trials = if least == most { least.to_string() } else { format!("{least} to {most}") };
        let found = &self.found.components;
        let share: f64 = found.iter().map(|c| c.explained.max(0.0)).sum();
        let mut section = Section::new("dpca", "Demixed components")
            .intro(format!(
                "Means over trials are a sum of what is the same in all conditions (time), what depends on each factor, and on their \
                 combinations, each with its change in time: {}. Each part has decoders that read it off the units and encoders that \
                 say where it stands; every condition counts alike, whatever its number of trials.",
                factors.join("; ")
            ))
            .intro(
                "Shares of means hold the noise that is left in them; signal shares are of what half of the trials has in common with \
                 the other half, and do not.",
            )
            .fact("Conditions", self.conditions.len().to_string())
            .fact("Trials of a condition", trials)
            .fact("Steps", self.plan.steps.to_string())
            .fact("Regularisation lambda", words::number(self.found.lambda))
            .fact(format!("Reconstructed by {}, one by one", words::count(found.len(), "component")), words::percent(share));
        section = section.figures([signal(self)?]);
        if let Some(s) = &self.significance {
            for axis in s.axes.iter().filter(|a| a.place == 0).take(DRAWN) {
                section = section.figures([held_out(self, s, axis)?]);
            }
            section = section.intro(judged(s)).tables([decoded(self, s)]);
        }
        for (k, c) in found.iter().enumerate().take(DRAWN) {
            section = section.figures([course(self, k, c)?]);
        }
        if let Some(chosen) = &self.chosen {
            section = section.figures([regularised(chosen)?]);
        }
        section = section.tables([marginals(self), components(self), weights(self), courses(self)]);
        Ok(Rendered { section: Section { notes: notes.clone(), ..section }, warnings: notes })
    }
}

/// How a first axis did, in a clause.
fn told(d: &DemixedComponents, axis: &Axis) -> String {
    format!(
        "{} {} right on its first axis (chance {}, p = {})",
        d.name(axis.marginal),
        words::percent(axis.mean()),
        words::percent(axis.chance()),
        words::p(axis.p)
    )
}

fn signal(d: &DemixedComponents) -> Result<Figure, Error> {
    let values: Vec<f64> = d.signal.iter().map(|e| 100.0 * e.value).collect();
    let errors: Vec<f64> = d.signal.iter().map(|e| 100.0 * e.error()).collect();
    let caption = "Share of the variance that half of the trials has in common with the other half, with one standard error.";
    bars(&d.names, &values, &errors, "Signal variance (%)")?.named(
        "marginals",
        "Signal by what was varied",
        caption,
    )
}

/// A component read off the means of conditions, a line each.
fn course(d: &DemixedComponents, k: usize, c: &Component) -> Result<Figure, Error> {
    let (steps, shown) = (d.plan.steps, d.conditions.len().min(LINES));
    let time: Vec<f64> = (0..steps).map(|t| t as f64).collect();
    let one = |q: usize| Series::new(&d.conditions[q], &time, &d.courses[k][q * steps..(q + 1) * steps]);
    let series: Vec<Series> = (0..shown).map(one).collect();
    let axes = Axes::new("Step", "Component").reference("", Reference::Across(0.0));
    let few = if shown < d.conditions.len() {
        format!(" The first {shown} of {} conditions.", d.conditions.len())
    } else {
        String::new()
    };
    let caption = format!(
        "Component {} of {}, read off the means of conditions; it reconstructs {} of the variance.{few}",
        c.place + 1,
        d.of(c),
        words::percent(c.explained)
    );
    let title = format!("{}, component {}", d.of(c), c.place + 1);
    lines(&series, &axes)?.named(&format!("component{}", k + 1), &title, &caption)
}

/// What the test does, in a paragraph.
fn judged(s: &Significance) -> String {
    let times = if s.divisions == 1 { String::new() } else { format!(", {} times", s.divisions) };
    format!(
        "Whether an axis is more than noise is judged by trials held out of its fit ({} parts{times}): each is taken at every step for the \
         class whose mean is nearest on the axis, beside the same with whole trials dealt among the conditions anew, {} times. p is of \
         the best {} in a row, and not corrected for the number of axes.",
        s.folds,
        s.shuffles,
        words::count(s.window, "step")
    )
}

/// Held-out trials told right over time, beside the best of the shuffles.
fn held_out(d: &DemixedComponents, s: &Significance, a: &Axis) -> Result<Figure, Error> {
    let time: Vec<f64> = (0..a.accuracy.len()).map(|t| t as f64).collect();
    let percent = |all: &[f64]| all.iter().map(|v| 100.0 * v).collect::<Vec<_>>();
    let told: Vec<f64> =
        a.accuracy.iter().zip(&a.above).map(|(v, above)| if *above { 100.0 * v } else { f64::NAN }).collect();
    let count = a.above.iter().filter(|above| **above).count();
    let mut series = vec![
        Series::new("held-out trials", &time, &percent(&a.accuracy)),
        Series::new("best of the shuffles", &time, &percent(&a.highest)).ink(Ink::Grey),
    ];
    if count > 0 {
        series.push(Series::new("above all shuffles", &time, &told).ink(Ink::Series(1)));
    }
    let axes = Axes::new("Step", "Told right (%)").reference("chance", Reference::Across(100.0 * a.chance()));
    let caption = format!(
        "Held-out trials told right on the first axis of {}, and the best of {} shuffles at each step; {} of {} lie above all \
         of them, {} in a row at least. p = {}.",
        d.name(a.marginal),
        s.shuffles,
        count,
        words::count(a.above.len(), "step"),
        s.window,
        words::p(a.p)
    );
    let title = format!("Held-out trials by {}", d.name(a.marginal));
    let place = d.plan.marginals().iter().position(|m| *m == a.marginal).unwrap_or(0);
    lines(&series, &axes)?.named(&format!("held_out{place}"), &title, &caption)
}

fn decoded(d: &DemixedComponents, s: &Significance) -> TableOut {
    let steps = d.plan.steps;
    let rows: Vec<(&Axis, usize)> = s.axes.iter().flat_map(|a| (0..steps).map(move |t| (a, t))).collect();
    Table::of(&rows)
        .column("of", "", |r| d.name(r.0.marginal))
        .column("place", "", |r| r.0.place + 1)
        .column("step", "", |r| r.1)
        .columns(["accuracy", "highest_shuffled"], |r| [r.0.accuracy[r.1], r.0.highest[r.1]])
        .column("above_all_shuffles", "", |r| usize::from(r.0.above[r.1]))
        .named("held_out", "Share of held-out trials that each axis tells right, step by step, beside the best of the shuffles.")
}

fn regularised(c: &Chosen) -> Result<Figure, Error> {
    let axes = Axes { x_log: true, ..Axes::new("mu / variance", "Error") }
        .reference("least", Reference::Upward(c.ridges[c.best]));
    let caption = "Means of training trials reconstructed from test trials: error over the variance of the means, with the standard \
                   deviation over divisions; mu is taken where it is least.";
    lines(&[Series::new("", &c.ridges, &c.error).errors(&c.deviation)], &axes)?.named(
        "regularisation",
        "Cross-validated regularisation",
        caption,
    )
}

fn marginals(d: &DemixedComponents) -> TableOut {
    let rows: Vec<usize> = (0..d.names.len()).collect();
    Table::of(&rows)
        .column("of", "", |k| d.names[*k].as_str())
        .columns(["signal_share", "signal_share_std_error"], |k| [d.signal[*k].value, d.signal[*k].error()])
        .columns(["share_of_means", "share_of_means_std_error"], |k| {
            [d.shares[*k].value, d.shares[*k].error()]
        })
        .named("marginals", "Shares of the variance by what they depend on.")
}

fn components(d: &DemixedComponents) -> TableOut {
    let rows: Vec<(usize, &Component)> = d.found.components.iter().enumerate().collect();
    Table::of(&rows)
        .column("component", "", |r| r.0 + 1)
        .column("of", "", |r| d.of(r.1))
        .column("place", "", |r| r.1.place + 1)
        .column("explained", "", |r| r.1.explained)
        .columns(["accuracy", "chance", "p"], |r| {
            d.judged(r.1).map_or([f64::NAN; 3], |a| [a.mean(), a.chance(), a.p])
        })
        .each(d.names.iter().map(|n| format!("of_{n}")), |r, k| r.1.by_marginal[k])
        .named(
            "components",
            "Share of the variance of means that each component reconstructs, of all and of each part; below zero where it adds error.",
        )
}

fn weights(d: &DemixedComponents) -> TableOut {
    let rows: Vec<(usize, &String)> = d.units.iter().enumerate().collect();
    let count = d.found.components.len();
    let names = (1..=count).flat_map(|k| [format!("decoder{k}"), format!("encoder{k}")]);
    Table::of(&rows)
        .column("unit", "", |r| r.1.as_str())
        .each(names, |r, k| {
            let c = &d.found.components[k / 2];
            if k % 2 == 0 { c.decoder[r.0] } else { c.encoder[r.0] }
        })
        .named("weights", "Decoders and encoders of the components.")
}

fn courses(d: &DemixedComponents) -> TableOut {
    let rows: Vec<usize> = (0..d.conditions.len() * d.plan.steps).collect();
    let names = (1..=d.courses.len()).map(|k| format!("component{k}"));
    Table::of(&rows)
        .column("condition", "", |r| d.conditions[r / d.plan.steps].as_str())
        .column("step", "", |r| r % d.plan.steps)
        .each(names, |r, k| d.courses[k][*r])
        .named("courses", "Components read off the means of conditions.")
}
