//! The page's parts: a figure and a table for each system, and the spectra side by side.

use super::examples::{Example, TRIALS, Which};
use super::measure::{Measured, SHOWN};
use super::survey::{Fate, Set, Survey};
use crate::Error;
use nullcline_core::linalg::col;
use nullcline_report::Figure;
use nullcline_report::figures::{
    Axes, Ink, Reference, Series, THIRD, component_label, lines, panels, scatter,
};
use nullcline_report::page::Section;
use nullcline_report::sections::words::{count, number, percent};
use nullcline_report::tables::{Cells, TableOut};

const WORDS: &str = "Trajectories from ten initial states in the plane of their first two principal components \
    (dots: ends); activity of up to ten units; one unit from ten initial states; the adjoint backward in time \
    from ten terminal vectors of unit length; leading Lyapunov exponents (ours with standard errors) beside the \
    published bars.";

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
    let mut facts = vec![("Parameters".to_string(), example.origin.clone())];
    if measured.lyapunov.attractors.len() > 1 {
        facts.push(("Attractors reached".into(), measured.lyapunov.attractors.len().to_string()));
    }
    if let Some(cycle) = &measured.cycle {
        facts.push((format!("Period ({})", example.plan.time), number(cycle.period.value)));
    }
    facts.push(("Steps recorded".into(), attractor.steps.to_string()));
    Ok(Section {
        id: example.which.id().into(),
        title: title.clone(),
        facts,
        figures: vec![panels("system", &title, WORDS, &parts, 3)?],
        tables: vec![table(example, measured)],
        notes: measured.lyapunov.warnings.clone(),
        ..Section::default()
    })
}

/// Exponents of the five systems side by side.
pub(super) fn overview(all: &[(Example, Measured)]) -> Result<Figure, Error> {
    let parts =
        all.iter().map(|(e, m)| spectrum(e, m)?.named("part", e.which.title(), "").map_err(Error::from));
    let parts: Vec<Figure> = parts.collect::<Result<_, _>>()?;
    let caption = "Leading Lyapunov exponents of the five systems: ours with standard errors, the published bars, and, \
        where asked for, what the authors' procedure gives.";
    Ok(panels("spectra", "Lyapunov spectra", caption, &parts, 3)?)
}

fn third(x: &str, y: &str) -> Axes {
    Axes { height: 82.0, ..Axes::new(x, y).wide(THIRD) }
}

fn tone(k: usize) -> Ink {
    Ink::Tone(k as f64 / (TRIALS - 1) as f64)
}

fn plane(example: &Example, measured: &Measured) -> Result<Figure, Error> {
    let Some(pca) = &measured.pca else { return Ok(lines(&[], &third("PC 1", "PC 2"))?) };
    // Ten chaotic trajectories would hide one another.
    let shown = if example.which == Which::Chaos { 1 } else { measured.states.states.len() };
    let mut series = vec![];
    for (k, states) in measured.states.states.iter().take(shown).enumerate() {
        let points: Vec<[f64; 2]> = (0..states.ncols())
            .map(|t| pca.project(col(states.as_ref(), t), 2))
            .map(|p| [p[0], p.get(1).copied().unwrap_or(0.0)])
            .collect();
        let end = points.last().copied().into_iter().collect();
        series.push(Series { points, ink: tone(k), ..Series::default() });
        series.push(Series { points: end, ink: Ink::Series(4), ..Series::default() });
    }
    let ratio = |k: usize| pca.explained_variance_ratio.get(k).copied().unwrap_or(f64::NAN);
    let label = |k: usize| component_label(k, ratio(k - 1)).replace(" of variance", "");
    Ok(lines(&series, &third(&label(1), &label(2)))?.named("plane", "Trajectories", "")?)
}

fn time_label(example: &Example) -> String {
    format!("Time ({})", example.plan.time)
}

fn activity(example: &Example, measured: &Measured) -> Result<Figure, Error> {
    let states = &measured.states.states[0];
    let shown = states.nrows().min(10);
    let series =
        (0..shown).map(|i| unit(measured, 0, i).ink(Ink::Tone(i as f64 / (shown.max(2) - 1) as f64)));
    let series: Vec<Series> = series.collect();
    let axes = third(&time_label(example), "Activity");
    Ok(lines(&series, &axes)?.named("activity", "Activity from one initial state", "")?)
}

fn unit(measured: &Measured, trial: usize, unit: usize) -> Series {
    let states = &measured.states.states[trial];
    let points = (0..states.ncols()).map(|t| [t as f64 * measured.states.time_step, states[(unit, t)]]);
    Series { points: points.collect(), ..Series::default() }
}

fn one_unit(example: &Example, measured: &Measured) -> Result<Figure, Error> {
    let series: Vec<Series> = (0..TRIALS).map(|k| unit(measured, k, 0).ink(tone(k))).collect();
    let axes = third(&time_label(example), "Activity of unit 1");
    Ok(lines(&series, &axes)?.named("unit", "One unit, ten initial states", "")?)
}

/// One entry of the adjoint against time, or its size where it explodes.
fn backward(example: &Example, measured: &Measured) -> Result<Figure, Error> {
    let explodes = example.which == Which::Chaos;
    let mut series = vec![];
    for (k, a) in measured.adjoints.iter().enumerate() {
        let value = |j: usize| match &a.psi {
            _ if explodes => a.log_norm[0][j] / std::f64::consts::LN_10,
            Some(psi) => psi[(0, j)] * a.log_norm[0][j].exp(),
            None => f64::NAN,
        };
        let points = (0..a.horizons.len()).map(|j| [a.horizons[j], value(j)]);
        series.push(Series { points: points.collect(), ink: tone(k), ..Series::default() });
    }
    let name = if explodes { "log₁₀ |ψ|" } else { "ψ of unit 1" };
    let axes = third(&format!("Time before the end ({})", example.plan.time), name);
    let axes = axes.reference("", Reference::Across(0.0));
    Ok(lines(&series, &axes)?.named("adjoint", "Adjoint, backward", "")?)
}

fn spectrum(example: &Example, measured: &Measured) -> Result<Figure, Error> {
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
    Ok(scatter(&series, &axes)?.named("spectrum", "Lyapunov exponents", "")?)
}

fn table(example: &Example, measured: &Measured) -> TableOut {
    let a = measured.attractor();
    let reproduced = measured.reproduced.as_ref().map(|(_, r)| r[..SHOWN].to_vec());
    TableOut {
        name: "exponents".into(),
        caption: format!(
            "Leading exponents ({}): ours, the published bars, and what the authors' procedure gives{}.",
            example.plan.rate,
            if reproduced.is_some() { "" } else { " (with --as-published)" }
        ),
        columns: vec![
            ("index".into(), Cells::Int((1..=SHOWN as i64).collect())),
            ("exponent".into(), Cells::Float(a.exponents.clone())),
            ("std_error".into(), Cells::Float(a.std_error.clone())),
            ("published".into(), Cells::Float(example.which.bars().to_vec())),
            ("as_published".into(), Cells::Float(reproduced.unwrap_or_else(|| vec![f64::NAN; SHOWN]))),
        ],
    }
}

/// What networks drawn by eq. (S3) do.
pub(super) fn draws(survey: &Survey) -> Result<Section, Error> {
    let sets = [&survey.chaotic, &survey.periodic];
    let mut facts = vec![];
    for set in sets {
        for fate in Fate::ALL {
            let share = set.share(fate);
            let name = format!("n = {}: {}", set.n, fate.name());
            facts.push((name, format!("{} of {}", percent(share.value), count(set.draws.len(), "draw"))));
        }
    }
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
    let rows = || sets.into_iter().flat_map(|s| s.draws.iter().enumerate().map(move |(k, d)| (s, k, d)));
    let exponent = |i: usize| {
        Cells::Float(rows().map(|(_, _, d)| d.exponents.get(i).copied().unwrap_or(f64::NAN)).collect())
    };
    let mut columns = vec![
        ("n".to_string(), Cells::Int(rows().map(|(s, _, _)| s.n as i64).collect())),
        ("draw".into(), Cells::Int(rows().map(|(_, k, _)| k as i64 + 1).collect())),
        ("fate".into(), Cells::Text(rows().map(|(_, _, d)| d.fate.name().into()).collect())),
        ("positive".into(), Cells::Int(rows().map(|(_, _, d)| d.positive() as i64).collect())),
    ];
    columns.extend((0..4).map(|i| (format!("exponent_{}_per_s", i + 1), exponent(i))));
    let caption = "Every draw: what it does from one initial state, and its four leading exponents.".into();
    let table = TableOut { name: "draws".into(), caption, columns };
    Ok(Section {
        id: "draws".into(),
        title: "Random networks drawn as printed".into(),
        intro: vec![
            "Networks of eq. S2 with matrices of eq. S3, followed for 500 time constants and measured over up to 500 (2000 for \
             the preset `paper`) more. A draw is chaotic where its largest exponent is above 1/s (a hundredth of 1/τ) and above three \
             standard errors."
                .into(),
        ],
        facts,
        figures: vec![figure],
        tables: vec![table],
        ..Section::default()
    })
}
