//! The section of `distill conventional`.

use super::STUDENT;
use super::figures::{places, portrait_of};
use super::radd::exponent_fact;
use crate::Error;
use crate::figures::{Axes, Series, lines};
use crate::page::Section;
use crate::sections::{Rendered, words};
use crate::tables::Table;
use nullcline_core::analyses::distill::Conventional;
use nullcline_core::training::distillation::Row;
use nullcline_core::training::optimiser::Method;

/// States drawn in the plane.
const STATES: usize = 100;

/// What was found, a sentence each.
pub fn describe(c: &Conventional) -> Vec<String> {
    let moduli: Vec<String> = c.eigenvalues.iter().map(|v| words::number(v.re.hypot(v.im))).collect();
    vec![
        format!(
            "After {} the student finds the teacher's class most probable at {} % of steps; its probabilities are {} nats \
             from the teacher's.",
            words::count(c.settings.steps, "gradient step"),
            words::number(100.0 * c.agreement),
            words::number(c.divergence)
        ),
        format!("Moduli of the recurrent matrix's eigenvalues: {}.", moduli.join(", ")),
    ]
}

/// The section of `distill conventional`.
///
/// # Errors
/// [`Error::Font`] if the embedded font cannot be read.
pub fn conventional(c: &Conventional) -> Result<Rendered, Error> {
    let column = |f: fn(&Row) -> f64| c.curve.iter().map(f).collect::<Vec<f64>>();
    let step = column(|r| r.step as f64);
    let series = [
        Series::new("cross entropy", &step, &column(|r| r.loss)),
        Series::new("divergence from the teacher", &step, &column(|r| r.divergence)),
    ];
    let positive = c.curve.iter().all(|r| r.divergence > 0.0);
    let axes = Axes { y_log: positive, ..Axes::new("Gradient step", "Loss (nats)") };
    let caption = "Soft cross entropy of the sessions as they were met, and what is left of it without the teacher's own \
                   entropy.";
    let mut figures = vec![lines(&series, &axes)?.named("curve", "Training curve", caption)?];
    if let Some(field) = &c.field {
        let points = places(&c.points, |i| [c.points.points[i].state[0], c.points.points[i].state[1]]);
        let line = (0..c.states.ncols().min(STATES)).map(|t| [c.states[(0, t)], c.states[(1, t)]]).collect();
        let caption = "The student's step from each state without input, its fixed points, and its first states under the \
                       longest sequence of inputs (red).";
        figures.push(portrait_of(field, &points, &[line], c.units, ["h0", "h1"])?.named(
            "phase_portrait",
            "Phase portrait of the student",
            caption,
        )?);
    }
    let optimiser = match c.settings.method {
        Method::Sgd { momentum } => format!("gradient descent with momentum {}", words::number(momentum)),
        Method::Adam { .. } => "Adam".into(),
    };
    let mut facts = vec![
        ("Units of the student".to_owned(), c.units.to_string()),
        ("Gradient steps".into(), c.settings.steps.to_string()),
        ("Optimiser".into(), format!("{optimiser}, rate {}", words::number(c.settings.rate))),
        ("Same most probable class".into(), format!("{} % of steps", words::number(100.0 * c.agreement))),
        ("Divergence from the teacher".into(), format!("{} nats", words::number(c.divergence))),
    ];
    facts.extend(exponent_fact("student", &c.exponents));
    let table = Table::of(&c.curve)
        .column("step", "", |r| r.step)
        .column("loss", "nats", |r| r.loss)
        .column("divergence", "nats", |r| r.divergence)
        .column("gradient_norm", "", |r| r.gradient_norm)
        .named("curve", "Means over the sessions since the row before.");
    let intro = "The student is a tanh network with a read-out, trained through time to give the teacher's output \
                 probabilities on the teacher's inputs: it sees no state of the teacher. One sequence is one gradient step.";
    let section = Section {
        id: "distillation".into(),
        title: "Conventional distillation".into(),
        intro: vec![],
        method: vec![intro.into()],
        facts,
        figures,
        tables: vec![table],
        notes: vec![],
        files: vec![STUDENT.into()],
    };
    Ok(Rendered { section, warnings: vec![] })
}
