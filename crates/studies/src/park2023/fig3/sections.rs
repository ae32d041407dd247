//! The page's parts: a figure and a table for each system, and the spectra side by side.

use super::examples::{Example, TRIALS, Which};
use super::measure::{Measured, SHOWN};
use super::survey::{Fate, Set, Survey};
use crate::common::*;
use nullcline_core::linalg::col;
use nullcline_report::figures::component_label;
use nullcline_report::sections::words::{self, number, percent};

const WORDS: &str = "Trajectories from ten initial states in the plane of their first two principal \
                     components (dots: ends); activity of up to ten units; one unit from ten initial \
                     states; the adjoint backward in time from ten terminal vectors of unit length; leading \
                     Lyapunov exponents (ours with standard errors) beside the published bars.";

pub(super) fn section(example: &Example, measured: &Measured) -> Result<Section, Error> {
    let parts = [
        plane(example, measured)?,
        activity(example, measured)?,
        one_unit(example, measured)?,
        backward(example, measured)?,
        spectrum(example, measured)?,
    ];
    let title = format!("{}. {}", example.which.letter(), example.which.title());
    let attractor = measured.attractor();
    let mut section =
        Section { notes: measured.lyapunov.warnings.clone(), ..Section::new(example.which.id(), &title) }
            .fact("Parameters", &example.origin)
            .figures([panels("system", &title, WORDS, &parts, 3)?])
            .tables([table(example, measured)]);
    if measured.lyapunov.attractors.len() > 1 {
        section = section.fact("Attractors reached", measured.lyapunov.attractors.len().to_string());
    }
    if let Some(cycle) = &measured.cycle {
        section = section.fact(format!("Period ({})", example.plan.time), number(cycle.period.value));
    }
    Ok(section.fact("Steps recorded", attractor.steps.to_string()))
}

/// Exponents of the five systems side by side.
pub(super) fn overview(all: &[(Example, Measured)]) -> Drawn {
    let one = |(e, m): &(Example, Measured)| spectrum(e, m)?.named("part", e.which.title(), "");
    let parts = all.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    let caption = "Leading Lyapunov exponents of the five systems: ours with standard errors, the published \
                   bars, and, where asked for, what the authors' procedure gives.";
    panels("spectra", "Lyapunov spectra", caption, &parts, 3)
}

fn third(x: &str, y: &str) -> Axes {
    Axes { height: 82.0, ..Axes::new(x, y).wide(THIRD) }
}

fn plane(example: &Example, measured: &Measured) -> Drawn {
    let Some(pca) = &measured.pca else { return lines(&[], &third("PC 1", "PC 2")) };
    // Ten chaotic trajectories would hide one another.
    let shown = if example.which == Which::Chaos { 1 } else { measured.states.states.len() };
    let mut series = vec![];
    for (k, states) in measured.states.states.iter().take(shown).enumerate() {
        let place = |t: usize| pca.project(col(states.as_ref(), t), 2);
        let path = (0..states.ncols()).map(place).map(|p| [p[0], p.get(1).copied().unwrap_or(0.0)]);
        let path = points("", path).ink(tone(k, TRIALS));
        let end = points("", path.points.last().copied()).ink(Ink::Series(4));
        series.extend([path, end]);
    }
    let ratio = |k: usize| pca.explained_variance_ratio.get(k).copied().unwrap_or(f64::NAN);
    let label = |k: usize| component_label(k, ratio(k - 1)).replace(" of variance", "");
    lines(&series, &third(&label(1), &label(2)))?.named("plane", "Trajectories", "")
}

fn time_label(example: &Example) -> String {
    format!("Time ({})", example.plan.time)
}

fn activity(example: &Example, measured: &Measured) -> Drawn {
    let states = &measured.states.states[0];
    let shown = states.nrows().min(10);
    let series: Vec<Series> = (0..shown).map(|i| unit(measured, 0, i).ink(tone(i, shown))).collect();
    let axes = third(&time_label(example), "Activity");
    lines(&series, &axes)?.named("activity", "Activity from one initial state", "")
}

fn unit(measured: &Measured, trial: usize, unit: usize) -> Series {
    let states = &measured.states.states[trial];
    points("", (0..states.ncols()).map(|t| [t as f64 * measured.states.time_step, states[(unit, t)]]))
}

fn one_unit(example: &Example, measured: &Measured) -> Drawn {
    let series: Vec<Series> = (0..TRIALS).map(|k| unit(measured, k, 0).ink(tone(k, TRIALS))).collect();
    let axes = third(&time_label(example), "Activity of unit 1");
    lines(&series, &axes)?.named("unit", "One unit, ten initial states", "")
}

/// One entry of the adjoint against time, or its size where it explodes.
fn backward(example: &Example, measured: &Measured) -> Drawn {
    let explodes = example.which == Which::Chaos;
    let mut series = vec![];
    for (k, a) in measured.adjoints.iter().enumerate() {
        let value = |j: usize| match &a.psi {
            _ if explodes => a.log_norm[0][j] / std::f64::consts::LN_10,
            Some(psi) => psi[(0, j)] * a.log_norm[0][j].exp(),
            None => f64::NAN,
        };
        let at = (0..a.horizons.len()).map(|j| [a.horizons[j], value(j)]);
        series.push(points("", at).ink(tone(k, TRIALS)));
    }
    let name = if explodes { "log₁₀ |ψ|" } else { "ψ of unit 1" };
    let axes = third(&format!("Time before the end ({})", example.plan.time), name);
    let axes = axes.reference("", Reference::Across(0.0));
    lines(&series, &axes)?.named("adjoint", "Adjoint, backward", "")
}

fn spectrum(example: &Example, measured: &Measured) -> Drawn {
    let at = |shift: f64| (0..SHOWN).map(|k| k as f64 + 1.0 + shift).collect::<Vec<f64>>();
    let a = measured.attractor();
    let mut series = vec![Series::new("ours", &at(-0.15), &a.exponents).errors(&a.std_error)];
    series.push(Series::new("published", &at(0.0), &example.which.bars()).ink(Ink::Black));
    if let Some((_, reproduced)) = &measured.reproduced {
        series.push(Series::new("their procedure", &at(0.15), reproduced).ink(Ink::Series(1)));
    }
    let axes = third("Index", &format!("Exponent ({})", example.plan.rate));
    let axes =
        Axes { x_whole: true, x_range: Some([0.5, 6.5]), ..axes }.reference("", Reference::Across(0.0));
    scatter(&series, &axes)?.named("spectrum", "Lyapunov exponents", "")
}

fn table(example: &Example, measured: &Measured) -> TableOut {
    let a = measured.attractor();
    let reproduced = measured.reproduced.as_ref().map(|(_, r)| r);
    let missing = if reproduced.is_some() { "" } else { " (with --as-published)" };
    Table::of(&indices(SHOWN))
        .column("index", "", |k| k + 1)
        .columns(["exponent", "std_error"], |k| [a.exponents[*k], a.std_error[*k]])
        .column("published", "", |k| example.which.bars()[*k])
        .column("as_published", "", |k| reproduced.map(|r| r[*k]))
        .named(
            "exponents",
            format!(
                "Leading exponents ({}): ours, the published bars, and what the authors' procedure \
                 gives{missing}.",
                example.plan.rate
            ),
        )
}

/// What networks drawn by eq. (S3) do.
pub(super) fn draws(survey: &Survey) -> Result<Section, Error> {
    let sets = [&survey.chaotic, &survey.periodic];
    let series = |set: &Set, place: usize| {
        let mut leading: Vec<(f64, f64)> =
            set.draws.iter().filter_map(|d| Some((*d.exponents.first()?, *d.errors.first()?))).collect();
        leading.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (y, error): (Vec<f64>, Vec<f64>) = leading.into_iter().unzip();
        let x: Vec<f64> = (0..y.len()).map(|k| (k as f64 + 0.5) / y.len() as f64).collect();
        Series::new(&format!("n = {}", set.n), &x, &y).errors(&error).ink(Ink::Series(place))
    };
    let axes =
        Axes::new("Share of the draws", "Largest exponent (1/s)").reference("", Reference::Across(0.0));
    let figure = scatter(&[series(sets[0], 0), series(sets[1], 1)], &axes)?;
    let caption =
        "Largest Lyapunov exponent of each draw of S3 with g = 1.8, in order. Bars are one standard error.";
    let figure = figure.named("draws", "Exponents of random networks", caption)?;
    let rows: Vec<(&Set, usize)> =
        sets.into_iter().flat_map(|s| (0..s.draws.len()).map(move |k| (s, k))).collect();
    let mut table = Table::of(&rows)
        .column("n", "", |r| r.0.n)
        .column("draw", "", |r| r.1 + 1)
        .column("fate", "", |r| r.0.draws[r.1].fate.name())
        .column("positive", "", |r| r.0.draws[r.1].positive());
    for i in 0..4 {
        table = table
            .column(&format!("exponent_{}", i + 1), "per_s", |r| r.0.draws[r.1].exponents.get(i).copied());
    }
    let caption = "Every draw: what it does from one initial state, and its four leading exponents.";
    let mut section = Section::new("draws", "Random networks drawn as printed")
        .intro(
            "Networks of eq. S2 with matrices of eq. S3, followed for 500 time constants and measured over \
             up to 500 (2000 for the preset `paper`) more. A draw is chaotic where its largest exponent is \
             above 1/s (a hundredth of 1/τ) and above three standard errors.",
        )
        .figures([figure])
        .tables([table.named("draws", caption)]);
    for set in sets {
        for fate in Fate::ALL {
            let share = percent(set.share(fate).value);
            let draws = words::count(set.draws.len(), "draw");
            section = section.fact(format!("n = {}: {}", set.n, fate.name()), format!("{share} of {draws}"));
        }
    }
    Ok(section)
}
