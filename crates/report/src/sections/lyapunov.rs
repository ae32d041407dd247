//! Lyapunov spectra.

use super::{Context, Rendered, Shown, Units, words};
use crate::Error;
use crate::figures::{self, SpectrumSeries};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::network::Exponents;
use nullcline_core::diagnostics::dynamics::lyapunov::{Attractor, Kind, Lyapunov, Status};

impl Shown for Exponents {
    fn sentence(&self, context: &Context) -> Option<String> {
        Some(describe(self, context))
    }

    /// Of what rests the fixed points tell more.
    fn answer(&self, context: &Context) -> Vec<String> {
        let main = self.result.attractors.first();
        let rests = main.is_some_and(|a| a.kind == Kind::FixedPoint && a.status != Status::Unsettled);
        if rests && !self.driven { vec![] } else { vec![describe(self, context)] }
    }

    fn rendered(&self, context: &Context) -> Result<Rendered, Error> {
        lyapunov(self, context)
    }
}

/// Difference at half the time step, in parts of the first exponent, that is not spoken of.
const HALF: f64 = 1e-3;
/// Standard error, in nats per step, above which an exponent near zero says nothing yet.
const WIDE: f64 = 0.005;

/// The main attractor in a sentence.
fn describe(found: &Exponents, context: &Context) -> String {
    let (result, driven) = (&found.result, found.driven);
    let Some(a) = result.attractors.first() else { return "No attractor was reached.".into() };
    let largest = a.exponent(0);
    let first = largest.value;
    if a.status == Status::Unsettled {
        return format!(
            "No attractor is told: {} have not settled in the steps allowed. Over {} λ₁ is {} {} so far, without an error.",
            words::count(result.trajectories, "initial state"),
            words::count(a.steps, "step"),
            words::number(first),
            context.rate()
        );
    }
    let value = format!("{} {}", words::with_error(largest), context.rate());
    let what = match (driven, a.kind) {
        (true, _) => "Under the given input".to_owned(),
        (false, Kind::FixedPoint) => format!("Attractor 1 is {}", rest(found, 0)),
        (false, Kind::Cycle(p)) => format!("Attractor 1 is a cycle of period {p}"),
        (false, Kind::Moving) => "On attractor 1 the network does not come to rest".into(),
    };
    let n = result.settled().count();
    let all = words::count(result.trajectories, "initial state");
    let share = match (n, result.unsettled()) {
        (1, None) => String::new(),
        (_, None) if continuum(result) => {
            format!(" ({all} rest in {n} different places, as on a continuum of fixed points)")
        }
        (1, Some(u)) => {
            format!(" ({} of {all}; {} have not settled)", words::percent(a.share), words::percent(u.share))
        }
        (_, None) => format!(" ({} of {all}, which reach {n} attractors)", words::percent(a.share)),
        (_, Some(u)) => format!(
            " ({} of {all}, which reach {n} attractors; {} have not settled)",
            words::percent(a.share),
            words::percent(u.share)
        ),
    };
    let clear = largest.std_error.is_some_and(|e| first.abs() > 4.0 * e.max(1e-12));
    let verdict = if !first.is_finite() {
        "every perturbation vanishes within doubles".into()
    } else if clear && first > 0.0 && a.kind == Kind::FixedPoint {
        format!(
            "λ₁ = {value}: unstable, a perturbation leaves it and grows by e in {}",
            context.duration(1.0 / first)
        )
    } else if clear && first > 0.0 {
        format!("λ₁ = {value}: chaotic, a perturbation grows by e in {}", context.duration(1.0 / first))
    } else if clear && a.kind == Kind::FixedPoint {
        format!(
            "λ₁ = {value}: what displaces it is forgotten by a factor e in {}",
            context.duration(-1.0 / first)
        )
    } else if clear {
        format!(
            "λ₁ = {value}: not chaotic, a perturbation is forgotten by a factor e in {}",
            context.duration(-1.0 / first)
        )
    } else if largest.std_error.is_none_or(|e| e > WIDE / result.time_step) {
        format!("λ₁ = {value}: not told from zero by this much data")
    } else if a.kind == Kind::FixedPoint {
        format!("λ₁ = {value}: neutral, as on a continuous attractor or at a bifurcation")
    } else if driven {
        format!("λ₁ = {value}: neutral, not told from zero")
    } else {
        format!("λ₁ = {value}: neutral, as on a limit cycle, a torus or a continuous attractor")
    };
    let comma = if driven { "," } else { ";" };
    format!("{what}{share}{comma} {verdict}.")
}

/// The fixed point at which attractor `k` rests.
fn rest(found: &Exponents, k: usize) -> String {
    match found.rests_at.get(k) {
        Some(Some(p)) => format!("fixed point {}", p + 1),
        _ => "a fixed point".into(),
    }
}

/// Whether every attractor is a fixed point whose first exponent is zero within its error.
fn continuum(result: &Lyapunov) -> bool {
    let neutral = |a: &Attractor| {
        let first = a.exponent(0);
        first.std_error.is_none_or(|e| first.value.abs() <= 4.0 * e.max(1e-12))
    };
    result.settled().all(|a| a.kind == Kind::FixedPoint && neutral(a)) && result.settled().count() > 2
}

/// What each entry is called.
fn labels(found: &Exponents) -> Vec<String> {
    let one = |(k, a): (usize, &Attractor)| match (a.status, found.rests_at.get(k)) {
        (Status::Unsettled, _) => "not settled".into(),
        (_, Some(Some(p))) => format!("attractor {} (point {})", k + 1, p + 1),
        _ => format!("attractor {}", k + 1),
    };
    found.result.attractors.iter().enumerate().map(one).collect()
}

/// Page and tables of the exponents.
fn lyapunov(found: &Exponents, context: &Context) -> Result<Rendered, Error> {
    let result = &found.result;
    let main = result.attractors.first();
    let labels: Vec<String> = labels(found);
    let series: Vec<SpectrumSeries> = result
        .attractors
        .iter()
        .zip(&labels)
        .take(4)
        .map(|(a, label)| SpectrumSeries {
            label: label.clone(),
            exponents: &a.exponents,
            std_error: &a.std_error,
        })
        .collect();
    let mut list = vec![figures::spectrum(&series, context.rate())?];
    if let Some(a) = main.filter(|a| !a.history.time.is_empty()) {
        let rows: Vec<Vec<f64>> =
            (0..a.exponents.len()).map(|i| a.history.exponents.iter().map(|h| h[i]).collect()).collect();
        let unit = if context.steps { "steps" } else { "" };
        let figure = figures::convergence(&a.history.time, &rows, &a.std_error, context.rate(), unit)?;
        let caption = format!("Attractor 1. {}", figure.caption);
        list.push(figure.named("convergence", "Convergence of the exponents of attractor 1", &caption)?);
    }
    let mut warnings = result.warnings.clone();
    for (a, label) in result.attractors.iter().zip(&labels) {
        if a.checks.zero_exponent.is_some_and(|z| !z.holds) {
            warnings.push(format!(
                "{label}: a flow that does not rest must have an exponent of zero, and none is within its error: \
                 raise --steps or lower --dt."
            ));
        }
        if let Some((i, sigmas)) = a.checks.farthest_at_half_step(a, HALF * a.exponents[0].abs())
            && sigmas > 5.0
        {
            warnings.push(format!(
                "{label}: exponent {} is {} at half the time step, {} before: lower --dt.",
                i + 1,
                words::with_error(a.checks.half_steps[i]),
                words::with_error(a.exponent(i)),
            ));
        }
    }
    let method = vec![
        "Mean rates at which small perturbations of the state grow (positive: chaos) or are forgotten (negative), by \
         orthonormalised tangents; ± is one standard error, from batch means that account for correlation."
            .into(),
    ];
    let section = Section {
        id: "lyapunov".into(),
        title: "Lyapunov exponents".into(),
        intro: vec![describe(found, context)],
        method,
        facts: main.map_or_else(Vec::new, |a| facts(a, context)),
        figures: list,
        tables: tables(result),
        notes: warnings.clone(),
        ..Section::default()
    };
    let mut rendered = Rendered { section, warnings };
    limits(found, &mut rendered);
    Ok(rendered)
}

/// What the exponents leave out: other sequences, longer inputs, further exponents.
fn limits(found: &Exponents, rendered: &mut Rendered) {
    if found.sequences > 1 {
        rendered.warnings.push(format!(
            "The exponents are those along the longest of the {} input sequences.",
            found.sequences
        ));
    }
    if let Some(recorded) = found.short {
        let steps = words::count(recorded, "step");
        let warning =
            format!("The exponents are over {steps} of input alone: those of a longer input may differ.");
        rendered.section.notes.push(warning.clone());
        rendered.warnings.push(warning);
    }
    let [k, n] = found.computed;
    if !found.asked && k < n {
        let note = format!("The {k} largest of {n} exponents were computed (--exponents {n} for all).");
        rendered.section.notes.push(note);
    }
}

fn facts(a: &Attractor, context: &Context) -> Vec<(String, String)> {
    let mut facts = vec![
        (
            "First exponent of attractor 1".into(),
            format!("{} {}", words::with_error(a.exponent(0)), context.rate()),
        ),
        ("Its Kaplan–Yorke dimension".into(), words::with_error(a.kaplan_yorke_dimension)),
        ("Its entropy rate".into(), format!("{} {}", words::with_error(a.entropy_rate), context.rate())),
        ("Recorded steps".into(), format!("{} ({})", a.steps, a.stopped.name())),
    ];
    if let Some(s) = a.checks.sum_rule {
        let text =
            format!("{} apart over {}", words::number(s.difference.abs()), words::count(s.steps, "step"));
        facts.push(("Check: sum of exponents against mean log|det J|".into(), text));
    }
    if let Some(e) = a.checks.two_trajectories {
        facts.push(("Check: first exponent from two trajectories".into(), words::with_error(e)));
    }
    if let Some(e) = a.checks.eigenvalues {
        facts.push(("Check: largest distance of QR from the eigenvalues".into(), words::number(e)));
    }
    if let Some(z) = a.checks.zero_exponent {
        let verdict = if z.holds { "holds" } else { "fails" };
        facts.push((
            "Check: zero exponent of a flow".into(),
            format!("{} ({verdict})", words::with_error(z.closest)),
        ));
    }
    if let Some(e) = a.checks.half_step {
        facts.push(("Check: first exponent at half the time step".into(), words::with_error(e)));
    }
    if let Some((i, sigmas)) = a.checks.farthest_at_half_step(a, 0.0) {
        let text = format!(
            "exponent {}: {} against {} ({sigmas:.1} errors)",
            i + 1,
            words::with_error(a.checks.half_steps[i]),
            words::with_error(a.exponent(i))
        );
        facts.push((
            format!("Check: of {} exponents at half the time step, the farthest", a.checks.half_steps.len()),
            text,
        ));
    }
    facts
}

fn tables(result: &Lyapunov) -> Vec<TableOut> {
    let mut rows = vec![];
    for (k, a) in result.attractors.iter().enumerate() {
        let errors = a.exponents.iter().zip(&a.std_error).enumerate();
        rows.extend(errors.map(|(i, (v, e))| (k + 1, i + 1, [*v, *e])));
    }
    let exponents = Table::of(&rows)
        .column("attractor", "", |r| r.0)
        .column("index", "", |r| r.1)
        .columns(["exponent", "std_error"], |r| r.2)
        .named(
            "exponents",
            "Lyapunov exponents of each attractor, with standard errors; empty where minus infinity.",
        );
    let all: Vec<_> = result.attractors.iter().enumerate().collect();
    let attractors = Table::of(&all)
        .column("attractor", "", |(k, _)| k + 1)
        .column("kind", "", |(_, a)| a.kind.to_string())
        .column("status", "", |(_, a)| a.status.name())
        .column("share", "", |(_, a)| a.share)
        .columns(["first_exponent", "std_error"], |(_, a)| [a.exponents[0], a.std_error[0]])
        .columns(["kaplan_yorke_dimension", "kaplan_yorke_std_error"], |(_, a)| {
            [a.kaplan_yorke_dimension.value, a.kaplan_yorke_dimension.error()]
        })
        .column("entropy_rate", "", |(_, a)| a.entropy_rate)
        .column("steps", "", |(_, a)| a.steps)
        .named(
            "attractors",
            "Attractors by the share of initial states that reach them; in the last row of status unsettled, what has not settled.",
        );
    let mut tables = vec![attractors, exponents];
    if let Some(a) = result.attractors.first().filter(|a| !a.history.time.is_empty()) {
        let (h, rows) = (&a.history, (0..a.history.time.len()).collect::<Vec<_>>());
        let leading = a.exponents.len().min(16);
        let table = Table::of(&rows)
            .column("time", "", |t| h.time[*t])
            .each((1..=leading).map(|i| format!("exponent{i}")), |t, i| h.exponents[*t][i]);
        tables.push(table.named("history", "Running means of the leading exponents of attractor 1."));
    }
    tables
}
