//! Adjoints, tangents and the time-time Jacobian.

use super::{Context, Rendered, Shown, Units, words};
use crate::Error;
use crate::Figure;
use crate::figures::{self, Axes, Ink, Reference, Series, SpectrumSeries};
use crate::page::Section;
use crate::tables::{Table, TableOut};
use nullcline_core::analyses::network::Sensitivity;
use nullcline_core::numbers::Estimate;

impl Shown for Sensitivity {
    fn sentence(&self, context: &Context) -> Option<String> {
        Some(describe(self, context))
    }

    fn rendered(&self, context: &Context) -> Result<Rendered, Error> {
        adjoint(self, context)
    }
}

/// Numbers of the adjoint written at most.
const CELLS: usize = 2_000_000;
/// Largest relative change of psi^T Delta that rounding explains.
const IDENTITY: f64 = 1e-8;
/// Discretisation error of a log norm above which it is said.
const COARSE: f64 = 1e-6;

/// The rates in a sentence.
fn describe(s: &Sensitivity, context: &Context) -> String {
    let e = &s.ensemble;
    if !e.rate.value.is_finite() {
        return "No rates of adjoints and tangents can be told: they vanish or overflow within doubles."
            .into();
    }
    let rate = words::with_error(e.rate);
    let verb = if e.rate.value < 0.0 { "shrink" } else { "grow" };
    let head = format!("Adjoints {verb} backward, at a rate of {rate} {}", context.rate());
    let other = words::with_error(e.forward_rate);
    match (s.backward, s.forward) {
        (Some(b), Some(f)) => {
            let exponent = words::with_error(b.exponent);
            let verdict = match (b.agrees, f.agrees) {
                (true, true) => "both agree with",
                (true, false) => "the first agrees, the second does not, with",
                (false, true) => "the second agrees, the first does not, with",
                (false, false) => "neither agrees with",
            };
            format!(
                "{head}, tangents forward at {other}: {verdict} {exponent}, the mean first exponent \
                 of the attractors that these trajectories reach, within errors."
            )
        }
        _ if s.trials.is_some() => format!("{head}, tangents forward at {other}."),
        _ => format!("{head}, tangents forward at {other}; there is no exponent to compare them with."),
    }
}

/// Values, and their errors.
fn parted(all: &[Estimate]) -> (Vec<f64>, Vec<f64>) {
    all.iter().map(|e| (e.value, e.error())).unzip()
}

/// Page and tables of the sensitivities.
fn adjoint(s: &Sensitivity, context: &Context) -> Result<Rendered, Error> {
    let e = &s.ensemble;
    let (log_norm, error) = parted(&e.log_norm());
    let (log_tangent, tangent_error) = parted(&e.log_tangent());
    let log_frobenius = e.mean_of(|m| &m.log_frobenius);
    let log_spectral = e.mean_of(|m| &m.log_spectral);
    let log_singular = e.mean_of(|m| &m.log_singular_values);
    let horizon = e.horizons().last().copied().unwrap_or(0.0);
    let finite: Vec<f64> = log_singular.iter().map(|l| l / horizon).collect();
    let notes = warnings(s, context);
    let left_out = s.left_out.iter().map(|(j, e)| format!("Adjoints: initial state {j} is left out: {e}."));
    let warnings = left_out.chain(notes.iter().cloned()).collect();
    let section = Section {
        id: "adjoint".into(),
        title: "Sensitivity: adjoints and tangents".into(),
        intro: vec![describe(s, context)],
        method: method(s, context),
        facts: facts(s, context),
        figures: vec![
            backward_figure(s, context, [&log_norm, &error, &log_frobenius, &log_spectral])?,
            singular_figure(s, context, &finite)?,
            forward_figure(s, context, &log_tangent, &tangent_error)?,
        ],
        tables: tables(s, context, &log_singular, &finite),
        notes,
        ..Section::default()
    };
    Ok(Rendered { section, warnings })
}

fn method(s: &Sensitivity, context: &Context) -> Vec<String> {
    let e = &s.ensemble;
    let vector = match (s.given, e.members[0].log_norm.len()) {
        (true, _) => "the given vector".to_owned(),
        (false, m) => format!("{m} random unit vectors"),
    };
    let count = e.members.len();
    let from = match s.trials {
        Some(all) if all > count => format!("{count} of {all} trials"),
        Some(_) => words::count(count, "trial"),
        None if count == 1 => "one trajectory".into(),
        None => format!("{count} trajectories"),
    };
    let begin = match s.warmup {
        0 => "from its initial state".to_owned(),
        w => format!("after {}", words::count(w, "discarded step")),
    };
    let input = if s.driven { ", under the given inputs" } else { "" };
    let mut text = vec![format!(
        "How what happens at time t acts on the state at the end t₁, over {} along {from} {begin}{input}: the adjoint \
         ψ(t) = (dx(t₁)/dx(t))ᵀ ψ₁ with {vector} for ψ₁, which is the gradient that backpropagation carries, and the \
         whole matrix Ψ(t). A norm that grows backward explodes, one that shrinks vanishes; logarithms are natural.",
        context.duration(e.horizons().last().copied().unwrap_or(0.0))
    )];
    if context.flow {
        text.push(
            "The flow itself is followed here, by steps whose length follows the errors of state and tangents, across \
             the kinks of ReLU units too; the time step decides only the times at which results are given."
                .into(),
        );
    }
    text
}

fn facts(s: &Sensitivity, context: &Context) -> Vec<(String, String)> {
    let e = &s.ensemble;
    let shown = |r: Estimate| format!("{} {}", words::with_error(r), context.rate());
    let mut facts = vec![
        ("Rate of adjoints, backward".into(), shown(e.rate)),
        ("Rate of tangents, forward".into(), shown(e.forward_rate)),
    ];
    if let Some(a) = s.backward {
        facts.push(("Mean first exponent of the attractors reached".into(), shown(a.exponent)));
    }
    let residual = e.largest(|m| m.identity_residual);
    let verdict = if residual <= IDENTITY { "holds" } else { "fails" };
    facts.push((
        "Check: ψᵀ(t) Δ(t) is constant in time".into(),
        format!("relative change {} ({verdict})", words::number(residual)),
    ));
    if context.flow {
        facts.push((
            "Error left by the steps, of any log|ψ|".into(),
            format!("below {}", words::number(e.largest(|m| m.discretisation_error).max(1e-15))),
        ));
        facts.push(("Steps".into(), format!("{} along the first trajectory", e.members[0].steps)));
        let kinks: usize = e.members.iter().map(|m| m.kinks).sum();
        if kinks > 0 {
            facts.push(("Kinks located and crossed".into(), kinks.to_string()));
        }
    }
    facts
}

fn warnings(s: &Sensitivity, context: &Context) -> Vec<String> {
    let e = &s.ensemble;
    let mut all = Vec::new();
    for (name, a) in [("backward rate of adjoints", s.backward), ("forward rate of tangents", s.forward)] {
        if let Some(a) = a.filter(|a| !a.agrees) {
            all.push(format!(
                "The {name} is {} {} away from the mean first exponent of the attractors reached, more than three \
                 standard errors: the horizon is too short, or does not yet see the attractor.",
                words::number(a.difference.abs()),
                context.rate()
            ));
        }
    }
    let residual = e.largest(|m| m.identity_residual);
    if residual > IDENTITY {
        all.push(format!(
            "ψᵀ(t) Δ(t) changes by {} of itself along the trajectory: rounding has eaten the products.",
            words::number(residual)
        ));
    }
    let error = e.largest(|m| m.discretisation_error);
    if error > COARSE {
        all.push(format!(
            "Adjoints: log norms are good to {} only: the trajectory amplifies the errors of its steps.",
            words::number(error)
        ));
    }
    all
}

/// A line of slope `rate` that ends where `values` do.
fn slope(rate: f64, times: &[f64], values: &[f64]) -> Option<(String, Reference)> {
    let (end, last) = (*times.last()?, *values.iter().rfind(|v| v.is_finite())?);
    let from = [0.0, last - rate * end];
    let line = Reference::Curve(vec![from, [end, last]]);
    rate.is_finite().then(|| ("slope λ₁".into(), line))
}

fn time_axis(name: &str, context: &Context) -> String {
    if context.steps { format!("{name} (steps)") } else { name.into() }
}

fn backward_figure(s: &Sensitivity, context: &Context, lists: [&Vec<f64>; 4]) -> Result<Figure, Error> {
    let [log_norm, error, log_frobenius, log_spectral] = lists;
    let times = s.ensemble.horizons();
    let one = if s.given { "|ψ|" } else { "|ψ|, mean" };
    let series = [
        Series::new(one, times, log_norm).errors(error),
        Series::new("‖Ψ‖ Frobenius", times, log_frobenius),
        Series::new("‖Ψ‖ spectral", times, log_spectral),
    ];
    let mut chart = Axes::new(&time_axis("Backward time t₁ − t", context), "Log norm (nats)");
    chart.references.extend(s.exponents.first().and_then(|l| slope(l.value, times, log_norm)));
    let caption = "Norms of the adjoint against the time back from the end. The grey line has the slope of the mean \
                   first exponent of the attractors reached, along which all of them must come to lie.";
    figures::lines(&series, &chart)?.named("log_norms", "Adjoint norms backward in time", caption)
}

fn forward_figure(s: &Sensitivity, context: &Context, log: &[f64], error: &[f64]) -> Result<Figure, Error> {
    let times = s.ensemble.horizons();
    let series = [Series::new("|Δ|, mean", times, log).errors(error).ink(Ink::Series(3))];
    let mut chart = Axes::new(&time_axis("Time t − t₀", context), "Log norm (nats)");
    chart.references.extend(s.exponents.first().and_then(|l| slope(l.value, times, log)));
    let caption = "Norms of random tangents forward in time, beside the slope of the mean first exponent of the attractors reached.";
    figures::lines(&series, &chart)?.named("log_tangents", "Tangent norms forward in time", caption)
}

fn singular_figure(s: &Sensitivity, context: &Context, finite: &[f64]) -> Result<Figure, Error> {
    let (exponents, errors) = parted(&s.exponents);
    let sets = [
        SpectrumSeries { label: "log σ / horizon".into(), exponents: finite, std_error: &[] },
        SpectrumSeries { label: "Lyapunov exponents".into(), exponents: &exponents, std_error: &errors },
    ];
    let caption = "Logarithms of the singular values of dx(t₁)/dx(t₀) over the horizon, which tend to the Lyapunov \
                   exponents as it grows, beside those.";
    let shown = if s.exponents.is_empty() { &sets[..1] } else { &sets };
    figures::spectrum(shown, context.rate())?.named(
        "singular_values",
        "Singular values of the time-time Jacobian",
        caption,
    )
}

fn tables(s: &Sensitivity, context: &Context, log_singular: &[f64], finite: &[f64]) -> Vec<TableOut> {
    let e = &s.ensemble;
    let (log_norm, log_tangent) = (e.log_norm(), e.log_tangent());
    let (log_frobenius, log_spectral) = (e.mean_of(|m| &m.log_frobenius), e.mean_of(|m| &m.log_spectral));
    let rows: Vec<usize> = (0..e.horizons().len()).collect();
    let norms = Table::of(&rows)
        .column("time", "", |k| e.horizons()[*k])
        .column("log_norm", "", |k| log_norm[*k])
        .column("log_frobenius", "", |k| log_frobenius[*k])
        .column("log_spectral", "", |k| log_spectral[*k])
        .column("log_tangent", "", |k| log_tangent[*k])
        .named(
            "norms",
            "Natural logarithms of norms: of the adjoint by time back from the end, of tangents by time from the \
             beginning; means over vectors and trajectories.",
        );
    let rows: Vec<usize> = (0..log_singular.len()).collect();
    let singular = Table::of(&rows)
        .column("index", "", |k| k + 1)
        .column("log_singular_value", "", |k| log_singular[*k])
        .column("finite_time_exponent", "", |k| finite[*k])
        .named(
            "singular_values",
            "Singular values of dx(t₁)/dx(t₀), means of logarithms over the trajectories; empty where zero or \
             beyond what doubles resolve.",
        );
    let rows: Vec<_> = e.members.iter().enumerate().collect();
    let trajectories = Table::of(&rows)
        .column("trajectory", "", |r| r.0)
        .column("rate", "", |r| r.1.rate)
        .column("forward_rate", "", |r| r.1.forward_rate)
        .column("log_spectral", "", |r| r.1.log_spectral.last().copied())
        .column("identity_residual", "", |r| r.1.identity_residual)
        .column("discretisation_error", "", |r| r.1.discretisation_error)
        .named("trajectories", "Rates and checks of each trajectory.");
    let mut tables = vec![norms, singular, trajectories];
    tables.extend(psi(s, context));
    tables
}

/// The adjoint itself, where one vector was given and one trajectory followed.
fn psi(s: &Sensitivity, context: &Context) -> Option<TableOut> {
    let [one] = &s.ensemble.members[..] else { return None };
    let unit = one.psi.as_ref().filter(|p| p.nrows() * p.ncols() <= CELLS)?;
    let rows: Vec<usize> = (0..unit.ncols()).collect();
    let table = Table::of(&rows)
        .column("time", "", |k| one.horizons[*k])
        .each(context.names.iter().map(|name| format!("psi_{name}")), |k, i| {
            unit[(i, *k)] * one.log_norm[0][*k].exp()
        });
    Some(table.named("psi", "The adjoint ψ by time back from the end."))
}
