//! Limit cycles and periodic points.

use super::{Context, Rendered, Shown, Units, words};
use crate::Error;
use crate::figures::{Boundary, complex_plane, time_series};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::network::{Cycles, Disagreement, Story};
use nullcline_core::diagnostics::dynamics::cycles::{Cycle, Reached, Survey};
use nullcline_core::numbers::Estimate;

impl Shown for Cycles {
    fn sentence(&self, context: &Context) -> Option<String> {
        Some(describe(&self.survey, context))
    }

    fn rendered(&self, context: &Context) -> Result<Rendered, Error> {
        cycles(self, context)
    }
}

/// Multipliers smaller than this are left out of the figure: they would all lie on zero.
const SEEN: f64 = 1e-3;

/// What was found, in a sentence.
fn describe(s: &Survey, context: &Context) -> String {
    let of = words::count(s.starts, "initial state");
    match &s.cycles[..] {
        [] => format!("No cycle: of {of}, {} come to rest, {} go round tori.", s.rest, s.tori.len()),
        [only] => format!(
            "A cycle of period {}, reached from {} of {of}.",
            period(&only.cycle, context),
            only.members.len()
        ),
        [first, ..] => format!(
            "{} cycles; the most visited, of period {}, is reached from {} of {of}.",
            s.cycles.len(),
            period(&first.cycle, context),
            first.members.len()
        ),
    }
}

fn period(c: &Cycle, context: &Context) -> String {
    if context.flow {
        let least = 1e-9 * c.period.value;
        words::with_error(Estimate { std_error: c.period.std_error.map(|e| e.max(least)), ..c.period })
    } else {
        context.duration(c.period.value)
    }
}

/// Page and tables of the cycles.
fn cycles(found: &Cycles, context: &Context) -> Result<Rendered, Error> {
    let s = &found.survey;
    let mut warnings = Vec::new();
    if s.irregular > 0 {
        let of = words::count(s.irregular, "initial state");
        warnings.push(format!("{of} neither repeated nor went round a torus: chaotic, not settled yet (--warmup), or on a circle too slow to tell (their exponents: --modules lyapunov)."));
    }
    if s.diverged > 0 {
        warnings.push(format!("{} diverged.", words::count(s.diverged, "initial state")));
    }
    let mut facts = vec![
        ("At rest".into(), format!("{} of {}", s.rest, words::count(s.starts, "initial state"))),
        ("On tori or circles".into(), s.tori.len().to_string()),
    ];
    let (mut figures, mut tables) = (Vec::new(), Vec::new());
    for (k, r) in s.cycles.iter().enumerate() {
        let (c, id) = (&r.cycle, k + 1);
        facts.push((format!("Period of cycle {id}"), period(c, context)));
        facts.push((format!("Closure of cycle {id}"), format!("{:.1e} of its extent", c.residual)));
        if let Some(t) = c.tangent {
            let text = format!(
                "|multiplier - 1| = {:.1e}, |M f - f| / |f| = {:.1e}",
                t.multiplier_error, t.residual
            );
            facts.push((format!("Direction of motion on cycle {id}"), text));
        }
        if let Some(turns) = c.turns {
            facts.push((format!("Turns in a period of cycle {id}"), turns.to_string()));
        }
        let seen = c.multipliers.iter().filter(|m| m.log_modulus > SEEN.ln());
        let seen = seen.map(|m| [m.argument.cos(), m.argument.sin()].map(|v| v * m.log_modulus.exp()));
        let name = format!("multipliers_{id}");
        let title = format!("Floquet multipliers of cycle {id}");
        let caption = format!("{title}; those of modulus below {SEEN} are left out.");
        let plane = complex_plane(&[(String::new(), seen.collect())], Boundary::UnitCircle, "")?;
        figures.push(plane.named(&name, &title, &caption)?);
        let count = r.states.ncols();
        let time: Vec<f64> = (0..count).map(|j| c.period.value * j as f64 / count as f64).collect();
        let rows: Vec<Vec<f64>> =
            (0..r.states.nrows()).map(|i| (0..count).map(|j| r.states[(i, j)]).collect()).collect();
        let title = format!("One period of cycle {id}");
        let unit = if context.steps { "steps" } else { "" };
        let caption = format!("{title}: the first units.");
        figures.push(time_series(&time, &rows, &context.names, "", unit)?.named(
            &format!("orbit_{id}"),
            &title,
            &caption,
        )?);
        tables.push(multipliers(c, id));
        tables.push(orbit(r, &time, id, context));
    }
    let method = vec![
        "Each initial state is followed under the constant input until its returns to a section repeat; the orbit is then \
         closed by Newton's method, for a flow on the flow itself rather than on its time step. Floquet multipliers say what \
         becomes of a perturbation in one period; their exponents are log|multiplier| over the period."
            .into(),
    ];
    if let Some(against) = &found.disagreements {
        warnings.extend(against.iter().map(disagreement));
    }
    let section = Section {
        id: "cycles".into(),
        title: "Cycles".into(),
        intro: vec![describe(s, context)],
        method,
        facts,
        figures,
        tables,
        notes: warnings.clone(),
        ..Section::default()
    };
    Ok(Rendered { section, warnings })
}

fn disagreement(d: &Disagreement) -> String {
    let other = match d.other {
        Story::Rest => "rest",
        Story::OtherExponents => "a cycle of other exponents",
        Story::OtherPeriod => "a cycle of another period",
        Story::Torus => "a torus",
        Story::Irregular => "neither rest nor repetition",
        Story::Diverged => "divergence",
    };
    format!(
        "Initial state {}: the exponents are those of attractor {}, while the search for cycles finds {other}: \
         one of them has not settled (raise --warmup).",
        d.start + 1,
        d.attractor + 1
    )
}

fn multipliers(c: &Cycle, id: usize) -> TableOut {
    Table::of(&c.multipliers)
        .columns(["log_modulus", "argument"], |m| [m.log_modulus, m.argument])
        .columns(["exponent", "std_error"], |m| [m.exponent.value, m.exponent.error()])
        .named(
            &format!("multipliers_{id}"),
            format!("Floquet multipliers of cycle {id} and their exponents."),
        )
}

fn orbit(r: &Reached, time: &[f64], id: usize, context: &Context) -> TableOut {
    let (names, rows) = (&context.names, (0..time.len()).collect::<Vec<_>>());
    let states = Table::of(&rows).column("time", "", |t| time[*t]).each(names, |t, i| r.states[(i, *t)]);
    let table = match &r.response {
        Some(z) => states.each(names.iter().map(|name| format!("response_{name}")), |t, i| z[(i, *t)]),
        None => states,
    };
    table.named(
        &format!("orbit_{id}"),
        format!("One period of cycle {id}, and of a flow its phase response in radians per unit of state."),
    )
}
