//! The page of a pipeline: every cell a click away, numbers over cells.

use super::cells::{Cell, State};
use super::merge::{Numbers, free};
use super::text::Pipeline;
use crate::report::Figure;
use crate::report::figures::{Axes, Ink, Series, THIRD, lines, panels, scatter};
use crate::report::page::Section;
use crate::report::sections::words;
use crate::report::tables::{Cells, Table, TableOut};
use std::collections::BTreeMap;

/// Quantities of a job that are drawn, at most.
const DRAWN: usize = 12;
/// Entries of one list among them, at most.
const ENTRIES: usize = 3;
/// Letters for which a small panel has room.
const ROOM: usize = 24;
/// Curves in a figure, at most.
const CURVES: usize = 60;
/// Numbers that people ask for first, where they are.
const FIRST: [&str; 12] = [
    "pca.participation_ratio",
    "pca.components_for_90",
    "recurrent.spectral_radius",
    "lyapunov.exponents[0]",
    "lyapunov.kaplan_yorke_dimension",
    "lyapunov.entropy_rate",
    "fixed_points.certified",
    "task.accuracy",
    "training.test_loss",
    "training.validation_loss",
    "gaussian.gamma",
    "potts.gamma_opt",
];

/// What the page is made of.
pub(super) struct Index<'a> {
    pub pipeline: &'a Pipeline,
    pub found: &'a [Numbers<'a>],
    pub cells: &'a [Cell],
    pub states: &'a [State],
    pub joined: &'a [String],
}

type Drawn = Result<Option<Figure>, crate::report::Error>;

/// All sections, and what is said first.
pub(super) fn sections(
    index: &Index,
    tables: [TableOut; 2],
    compared: Vec<(Section, Vec<String>)>,
) -> Result<(Vec<Section>, Vec<String>), crate::report::Error> {
    let mut findings = vec![counted(index)];
    let mut all = vec![];
    for (section, told) in compared {
        findings.extend(told);
        all.push(section);
    }
    for step in &index.pipeline.steps {
        let own: Vec<&Numbers> = index.found.iter().filter(|n| n.cell.step == step.name).collect();
        let id = format!("job_{}", step.name.replace('-', "_"));
        let mut section = Section::new(&id, format!("{} ({})", step.name, step.kind));
        let mut figures = vec![];
        figures.extend(quantities(&own)?);
        figures.extend(exponents(&own)?);
        if let Some((figure, table)) = claims(&own)? {
            figures.push(figure);
            section = section.tables([table]);
        }
        if own.is_empty() {
            section = section.intro("No cell of it is done.");
        }
        all.push(section.figures(figures));
    }
    let numbers = Section::new("numbers", "All numbers")
        .intro("long: a row a number, with its error; wide: a row a cell, for data frames.")
        .tables(tables);
    all.insert(0, Section::new("cells", "Cells").tables([cells(index)]));
    all.push(numbers);
    Ok((all, findings))
}

fn counted(index: &Index) -> String {
    let jobs = index.pipeline.steps.len();
    let failed = index.cells.len() - index.found.len();
    let most = words::count(index.found.len(), "cell");
    let rest = if failed > 0 { format!("; {} missing", words::count(failed, "cell")) } else { String::new() };
    format!(
        "{most} of {} {} done{rest}.",
        words::count(jobs, "job"),
        if index.found.len() == 1 { "is" } else { "are" }
    )
}

/// A row a cell, with its page.
fn cells(index: &Index) -> TableOut {
    let chief = chief(&index.found.iter().collect::<Vec<_>>(), 4);
    let done: BTreeMap<&str, &Numbers> = index.found.iter().map(|n| (n.cell.name.as_str(), n)).collect();
    let rows: Vec<(&Cell, &State)> = index.cells.iter().zip(index.states).collect();
    let page = |c: &Cell| match done.contains_key(c.name.as_str()) {
        true => format!("{}/report.html", c.name),
        false => c.name.clone(),
    };
    let mut table = Table::of(&rows)
        .column("page", "", |(c, _)| page(c))
        .column("state", "", |(_, s)| s.name())
        .column("input", "", |(c, _)| c.input.clone());
    let mut taken: Vec<String> = ["page", "state", "input"].map(str::to_owned).to_vec();
    let varied: std::collections::BTreeSet<&String> =
        index.cells.iter().flat_map(|c| c.varied.keys()).collect();
    for key in varied {
        let name = free("option", key, taken.iter());
        taken.push(name.clone());
        table =
            table.column(&name, "", |(c, _)| c.varied.get(key).map_or(String::new(), super::cells::plain));
    }
    for key in index.joined {
        let name = free("own", key, taken.iter());
        taken.push(name.clone());
        table = table.column(&name, "", |(c, _)| {
            done.get(c.name.as_str()).and_then(|n| n.own.get(key).cloned()).unwrap_or_default()
        });
    }
    for name in &chief {
        table = table.column(name, "", |(c, _)| {
            let found = done.get(c.name.as_str()).and_then(|n| n.quantity(name));
            found.map_or(crate::numbers::Estimate::NONE, |q| q.estimate)
        });
    }
    table.named("cells", "Every cell: its page, what was varied, and some of its numbers.")
}

/// Quantities that say most: those that people ask for, then those that differ between cells.
fn chief(own: &[&Numbers], most: usize) -> Vec<String> {
    let Some(first) = own.first() else { return vec![] };
    let values = |name: &str| -> Option<Vec<f64>> {
        own.iter().map(|n| n.quantity(name).map(|q| q.estimate.value).filter(|v| v.is_finite())).collect()
    };
    let differs = |v: &Vec<f64>| v.len() == 1 || v.windows(2).any(|w| w[0].total_cmp(&w[1]).is_ne());
    let mut all: Vec<String> =
        FIRST.iter().filter(|n| values(n).is_some()).map(|n| (*n).to_owned()).collect();
    for q in &first.all {
        if all.len() >= most {
            break;
        }
        let list = |name: &str| name.split_once('[').map(|(list, _)| list.to_owned());
        let entries =
            list(&q.name).map_or(0, |own| all.iter().filter(|n| list(n).as_ref() == Some(&own)).count());
        // Checks are of the method.
        let said = !all.contains(&q.name) && !q.name.contains(".checks.") && entries < ENTRIES;
        if said && values(&q.name).as_ref().is_some_and(differs) {
            all.push(q.name.clone());
        }
    }
    all.truncate(most);
    all
}

/// The last part of a name.
pub(super) fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Each chief quantity over cells, with errors.
fn quantities(own: &[&Numbers]) -> Drawn {
    if own.len() < 2 {
        return Ok(None);
    }
    let (mut shown, mut cut) = (vec![], vec![]);
    for name in chief(own, DRAWN) {
        let label = cut_to(&short(&name).replace('_', " "), ROOM);
        if label.ends_with('…') {
            cut.push(name.clone());
        }
        let of: Vec<_> = own.iter().filter_map(|n| n.quantity(&name)).collect();
        let x: Vec<f64> = (1..=of.len()).map(|k| k as f64).collect();
        let y: Vec<f64> = of.iter().map(|q| q.estimate.value).collect();
        let error: Vec<f64> = of.iter().map(|q| q.estimate.error()).collect();
        let axes = Axes { x_whole: true, ..Axes::new("cell", &label).wide(THIRD) };
        let series = Series::new("", &x, &y).errors(&error).ink(Ink::Series(0));
        shown.push(scatter(&[series], &axes)?.named("quantity", &name, "")?);
    }
    if shown.is_empty() {
        return Ok(None);
    }
    let mut caption =
        "Numbers over cells, in the order of the table, with standard errors where they are known."
            .to_owned();
    if !cut.is_empty() {
        caption.push_str(&format!(" Names that are cut: {}.", cut.join(", ")));
    }
    panels("quantities", "Numbers over cells", &caption, &shown, 3).map(Some)
}

/// A text of at most so many letters.
fn cut_to(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Lyapunov spectra on top of each other.
fn exponents(own: &[&Numbers]) -> Drawn {
    let spectra: Vec<&&Numbers> = own.iter().filter(|n| n.exponents.len() > 1).take(CURVES).collect();
    if spectra.len() < 2 {
        return Ok(None);
    }
    let many = spectra.len() > 6;
    let of = |(k, n): (usize, &&&Numbers)| {
        let x: Vec<f64> = (1..=n.exponents.len()).map(|k| k as f64).collect();
        let series = Series::new(n.cell.name.rsplit('/').next().unwrap_or(""), &x, &n.exponents);
        if many { series.unlisted().ink(Ink::Tone(k as f64 / (spectra.len() - 1) as f64)) } else { series }
    };
    let series: Vec<Series> = spectra.iter().enumerate().map(of).collect();
    let axes = Axes { x_whole: true, ..Axes::new("exponent, in order", "Lyapunov exponent") };
    let caption =
        "Lyapunov spectra of all cells on top of each other, dark to bright in the order of the table.";
    lines(&series, &axes)?.named("spectra", "Spectra", caption).map(Some)
}

/// Claims of studies over cells: how many hold.
fn claims(own: &[&Numbers]) -> Result<Option<(Figure, TableOut)>, crate::report::Error> {
    let mut counts: Vec<(String, [i64; 4])> = vec![];
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for n in own {
        for (text, verdict, measured) in &n.claims {
            let place = ["holds", "differs", "undecided"].iter().position(|v| v == verdict).unwrap_or(3);
            match counts.iter_mut().find(|c| c.0 == *text) {
                Some(row) => row.1[place] += 1,
                None => {
                    let mut row = [0; 4];
                    row[place] = 1;
                    counts.push((text.clone(), row));
                }
            }
            if measured.is_finite() {
                values.entry(text.clone()).or_default().push(*measured);
            }
        }
    }
    if counts.is_empty() {
        return Ok(None);
    }
    let places: Vec<f64> = (1..=counts.len()).map(|k| k as f64).collect();
    let share = |k: usize| -> Vec<f64> {
        counts.iter().map(|(_, c)| c[k] as f64 / c.iter().sum::<i64>() as f64).collect()
    };
    let series = ["holds", "differs", "undecided"]
        .into_iter()
        .enumerate()
        .map(|(k, name)| Series::new(name, &places, &share(k)));
    let axes = Axes { x_whole: true, ..Axes::new("claim, in the order of the table", "share of cells") };
    let caption = "Verdicts over cells of each claim.";
    let figure =
        scatter(&series.collect::<Vec<_>>(), &axes)?.named("claims", "Claims over cells", caption)?;
    let columns = vec![
        ("claim".to_owned(), Cells::Text(counts.iter().map(|c| c.0.clone()).collect())),
        ("holds".to_owned(), Cells::Int(counts.iter().map(|c| c.1[0]).collect())),
        ("differs".to_owned(), Cells::Int(counts.iter().map(|c| c.1[1]).collect())),
        ("undecided".to_owned(), Cells::Int(counts.iter().map(|c| c.1[2]).collect())),
        ("not_tested".to_owned(), Cells::Int(counts.iter().map(|c| c.1[3]).collect())),
        (
            "mean".to_owned(),
            Cells::Float(
                counts
                    .iter()
                    .map(|c| {
                        crate::numbers::Estimate::mean(values.get(&c.0).into_iter().flatten().copied()).value
                    })
                    .collect(),
            ),
        ),
    ];
    let table =
        TableOut { name: "claims".into(), caption: "How many cells each claim holds in.".into(), columns };
    Ok(Some((figure, table)))
}
