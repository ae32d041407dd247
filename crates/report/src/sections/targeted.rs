//! Axes of task variables.

use super::{Rendered, Shown, left, words};
use crate::figures::{Axes, Reference, Series, lines, points_with_errors};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use crate::{Error, Figure};
use nullcline_core::analyses::Context;
use nullcline_core::analyses::activity::TargetedAxes;
use nullcline_core::analyses::activity::demixed::cut;

/// Conditions drawn at most.
const LINES: usize = 12;

impl Shown for TargetedAxes {
    fn sentence(&self, _: &Context) -> Option<String> {
        let name = |v: usize| &self.variables[v].name;
        let one = |(a, b, e): &(usize, usize, _)| {
            format!("{} and {} at {} degrees", name(*a), name(*b), words::with_error(*e))
        };
        let angles: Vec<String> = self.angles.iter().take(3).map(one).collect();
        (!angles.is_empty()).then(|| format!("Axes of task variables: {}.", angles.join(", ")))
    }

    fn answer(&self, context: &Context) -> Vec<String> {
        self.sentence(context).into_iter().collect()
    }

    fn rendered(&self, _: &Context) -> Result<Rendered, Error> {
        let mut notes: Vec<String> = self.left.iter().map(left::said).collect();
        notes.extend(cut(self.steps, self.longest));
        let unknown = self.variables.iter().any(|v| v.norm.std_error.is_none());
        notes
            .extend(unknown.then(|| "No errors are given: they take five trials of a condition.".to_owned()));
        let coded = |v: &nullcline_core::analyses::activity::targeted::Variable| {
            let pairs: Vec<String> =
                v.coding.iter().map(|(l, c)| format!("{l} = {}", words::number(*c))).collect();
            format!("{} ({})", v.name, pairs.join(", "))
        };
        let coding: Vec<String> = self.variables.iter().map(coded).collect();
        let mut section = Section::new("targeted_axes", "Axes of task variables")
            .intro(format!(
                "Units, in standard deviations from their means, were regressed on the task variables over trials at every step: {}. \
                 Coefficients were kept in the first {} of the means of conditions; each variable's axis is that of the step where \
                 they are largest, made orthogonal to those before it.",
                coding.join("; "),
                words::count(self.components, "principal component")
            ))
            .fact("Trials", self.trials.to_string())
            .fact("Steps", self.steps.to_string());
        for v in &self.variables {
            section = section
                .fact(format!("Step of the largest coefficients, {}", v.name), words::with_error(v.at));
        }
        for (a, b, angle) in &self.angles {
            let names = format!("{}, {}", self.variables[*a].name, self.variables[*b].name);
            section = section.fact(format!("Angle between {names} (degrees)"), words::with_error(*angle));
        }
        section = section.figures([norms(self)?]);
        for v in 0..self.variables.len() {
            section = section.figures([course(self, v)?]);
        }
        if !self.angles.is_empty() {
            section = section.figures([angles(self)?]);
        }
        section = section.tables([axes(self), courses(self)]);
        Ok(Rendered { section: Section { notes: notes.clone(), ..section }, warnings: notes })
    }
}

fn norms(t: &TargetedAxes) -> Result<Figure, Error> {
    let time: Vec<f64> = (0..t.steps).map(|s| s as f64).collect();
    let series: Vec<Series> = t.variables.iter().map(|v| Series::new(&v.name, &time, &v.norms)).collect();
    let caption = "Norm over units of the regression coefficients of each task variable at every step.";
    lines(&series, &Axes::new("Step", "Norm of coefficients"))?.named(
        "norms",
        "Coefficients over time",
        caption,
    )
}

fn course(t: &TargetedAxes, v: usize) -> Result<Figure, Error> {
    let time: Vec<f64> = (0..t.steps).map(|s| s as f64).collect();
    let one = |q: usize| Series::new(&t.conditions[q], &time, &t.courses[v][q * t.steps..(q + 1) * t.steps]);
    let shown = t.conditions.len().min(LINES);
    let series: Vec<Series> = (0..shown).map(one).collect();
    let axes = Axes::new("Step", "Along the axis").reference("", Reference::Across(0.0));
    let name = &t.variables[v].name;
    let few = match t.conditions.len() {
        all if all > shown => format!(" The first {shown} of {all} conditions."),
        _ => String::new(),
    };
    let caption =
        format!("Means of conditions along the axis of {name}, in standard deviations of units.{few}");
    lines(&series, &axes)?.named(&format!("axis{}", v + 1), &format!("Along the axis of {name}"), &caption)
}

fn angles(t: &TargetedAxes) -> Result<Figure, Error> {
    let name = |v: usize| t.variables[v].name.as_str();
    let labels: Vec<String> =
        t.angles.iter().map(|(a, b, _)| format!("{}, {}", name(*a), name(*b))).collect();
    let values: Vec<f64> = t.angles.iter().map(|a| a.2.value).collect();
    let errors: Vec<f64> = t.angles.iter().map(|a| a.2.error()).collect();
    let caption = "Angles between axes before they are made orthogonal, with one standard error over trials.";
    points_with_errors(&labels, &values, &errors, "Angle (degrees)")?.named(
        "angles",
        "Angles between axes",
        caption,
    )
}

fn axes(t: &TargetedAxes) -> TableOut {
    let rows: Vec<(usize, &String)> = t.units.iter().enumerate().collect();
    let names =
        t.variables.iter().flat_map(|v| ["", "_std_error"].map(|end| format!("axis_{}{end}", v.name)));
    Table::of(&rows)
        .column("unit", "", |r| r.1.as_str())
        .each(names, |r, k| {
            let e = t.axes[k / 2][r.0];
            if k % 2 == 0 { e.value } else { e.error() }
        })
        .named("axes", "Orthogonal axes of the task variables, with standard errors over trials.")
}

fn courses(t: &TargetedAxes) -> TableOut {
    let rows: Vec<usize> = (0..t.conditions.len() * t.steps).collect();
    let names = t.variables.iter().map(|v| format!("axis_{}", v.name));
    Table::of(&rows)
        .column("condition", "", |r| t.conditions[r / t.steps].as_str())
        .column("step", "", |r| r % t.steps)
        .each(names, |r, k| t.courses[k][*r])
        .named("courses", "Means of conditions along the axes, in standard deviations of units.")
}
