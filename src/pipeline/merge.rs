//! Numbers of all cells side by side.

use super::cells::{Cell, State, plain};
use super::compare::compared;
use super::flat::{Quantity, quantities};
use super::gallery;
use super::index::{Index, sections};
use super::joined::Joined;
use super::text::Pipeline;
use crate::io::table::{ReadTable, Values, read as read_table};
use crate::report::folder::{Folder, LIST, Origin, Target};
use crate::report::page::Page;
use crate::report::runner::Failure;
use crate::report::tables::{Cells, TableOut};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Cells of a pipeline with their numbers.
pub struct Merged {
    /// The page.
    pub page: PathBuf,
    /// Cells that are done, and all.
    pub done: [usize; 2],
    /// What was found, a sentence each.
    pub findings: Vec<String>,
    /// What nothing was found for.
    pub warnings: Vec<String>,
    /// Cells that are not there, and why.
    pub missing: Vec<String>,
}

/// Missing cells that are told one by one, at most.
const TOLD: usize = 20;

/// A cell that is done.
pub(super) struct Numbers<'a> {
    pub cell: &'a Cell,
    /// Columns of the user's own table.
    pub own: BTreeMap<String, String>,
    pub all: Vec<Quantity>,
    /// Lyapunov exponents of the attractor that most states reach.
    pub exponents: Vec<f64>,
    /// Claims of a study, each with its verdict and what was measured.
    pub claims: Vec<(String, String, f64)>,
    /// The figure beside its answer, as section/name.
    pub lead: Option<String>,
}

impl Numbers<'_> {
    /// An entry of a column: a varied option, a column of the user's own, `input` or `job`.
    pub fn entry(&self, column: &str) -> Option<String> {
        let varied = self.cell.varied.get(column).map(plain);
        varied.or_else(|| self.own.get(column).cloned()).or_else(|| match column {
            "input" | "file" => Some(self.cell.input.clone()).filter(|i| !i.is_empty()),
            "job" => Some(self.cell.step.clone()),
            other => self.cell.settings.get(other).map(plain),
        })
    }

    pub fn quantity(&self, name: &str) -> Option<&Quantity> {
        self.all.iter().find(|q| q.name == name)
    }
}

/// Lays the numbers of all cells that are done side by side: tables, figures, a page.
///
/// # Errors
/// Summaries that cannot be read, and a folder that cannot be written to.
pub fn merge(pipeline: &Pipeline, cells: &[Cell], joined: &Joined) -> Result<Merged, Failure> {
    let out = &pipeline.out;
    let (mut found, mut missing, mut warnings) = (vec![], vec![], vec![]);
    let states: Vec<State> = cells.iter().map(|c| c.state(out)).collect();
    for (k, cell) in cells.iter().enumerate() {
        match states[k] {
            State::Done => {
                let summary = read(&cell.folder(out).join("summary.json"))?;
                let own = joined.rows.get(k).cloned().flatten().unwrap_or_default();
                let exponents = summary["modules"]["lyapunov"]["exponents"].as_array();
                found.push(Numbers {
                    cell,
                    own,
                    all: quantities(&summary),
                    exponents: exponents.into_iter().flatten().filter_map(Value::as_f64).collect(),
                    claims: claims(&cell.folder(out).join("claims.csv")),
                    lead: summary["lead"].as_str().map(str::to_owned),
                });
            }
            State::Failed => missing.push(format!("{} failed: {}", cell.name, error(&cell.failure(out)))),
            State::Changed => missing.push(cell.changed(out)),
            State::Open => missing.push(format!("{} is not done", cell.name)),
        }
    }
    if !joined.rows.is_empty() {
        let none = joined.rows.iter().filter(|r| r.is_none()).count();
        if none > 0 {
            warnings.push(format!("The table of your own has no row for {none} of {} cells.", cells.len()));
        }
    }
    let told = warnings.len();
    warnings.extend(missing.iter().take(TOLD).cloned());
    if missing.len() > TOLD {
        warnings.push(format!("And {} more.", missing.len() - TOLD));
    }
    let missing = warnings[told..].to_vec();
    let compared = compared(&pipeline.compare, &found, &mut warnings)?;
    let tables = [long(&found), wide(&found, cells, &joined.columns)];
    let index = Index { pipeline, found: &found, cells, states: &states, joined: &joined.columns };
    let (sections, findings) = sections(&index, tables, compared)?;
    let stem = stem(pipeline);
    let page = Page {
        title: stem.clone(),
        subject: format!("{} of {} cells", found.len(), cells.len()),
        answer: findings.clone(),
        meta: vec![
            ("Pipeline".into(), pipeline.file.display().to_string()),
            ("nullcline".into(), env!("CARGO_PKG_VERSION").into()),
        ],
        warnings: warnings.clone(),
        sections,
        rerun: pipeline.command.clone(),
        tables: pipeline.tables,
        figures: pipeline.figures,
        ..Page::default()
    };
    let folder = folder(pipeline)?;
    folder.write_page(&page)?;
    folder.write("summary.json", summary(pipeline, cells, &states, &warnings))?;
    let (place, _) = folder.commit()?;
    if let Some(gallery) = &pipeline.gallery {
        gallery::write(pipeline, gallery, &found)?;
    }
    warnings.retain(|w| !missing.contains(w));
    Ok(Merged {
        page: place.join("report.html"),
        done: [found.len(), cells.len()],
        findings,
        warnings,
        missing,
    })
}

/// Makes the folder of all reports this pipeline's, before anything is computed.
///
/// # Errors
/// A folder that is somebody else's, or cannot be made.
pub fn claim(pipeline: &Pipeline, cells: &[Cell]) -> Result<(), Failure> {
    // Nor is a gallery found to be somebody else's when hours are over.
    pipeline.gallery.as_ref().map(|place| gallery::folder(pipeline, place)).transpose()?;
    let folder = folder(pipeline)?;
    if pipeline.out.join(LIST).is_file() {
        return Ok(());
    }
    let states: Vec<State> = cells.iter().map(|c| c.state(&pipeline.out)).collect();
    folder.write("summary.json", summary(pipeline, cells, &states, &[]))?;
    match folder.commit() {
        // Another part was first.
        Err(_) if pipeline.out.join(LIST).is_file() => Ok(()),
        done => done.map(drop).map_err(Failure::from),
    }
}

fn folder(pipeline: &Pipeline) -> Result<Folder, Failure> {
    let target = Target { folder: pipeline.out.clone(), force: false, note: None };
    Ok(Folder::of(&target, Origin::set("run", &stem(pipeline), &pipeline.of))?)
}

pub(super) fn stem(pipeline: &Pipeline) -> String {
    pipeline.file.file_stem().map_or("cells".into(), |s| s.to_string_lossy().into_owned())
}

fn summary(pipeline: &Pipeline, cells: &[Cell], states: &[State], warnings: &[String]) -> String {
    let one = |(c, s): (&Cell, &State)| json!({ "cell": c.name, "identity": c.identity, "state": s.name() });
    crate::report::summary::text(&json!({
        "tool": crate::report::summary::TOOL, "version": env!("CARGO_PKG_VERSION"), "command": pipeline.command,
        "job": { "name": "run", "settings": { "pipeline": pipeline.file.display().to_string() } },
        "modules": { "run": { "cells": cells.iter().zip(states).map(one).collect::<Vec<_>>() } }, "warnings": warnings,
    }))
}

pub(super) fn read(path: &std::path::Path) -> Result<Value, Failure> {
    let wrong = |e: String| Failure::of(crate::analyses::Error::input(path, e));
    let text = std::fs::read_to_string(path).map_err(|e| wrong(format!("cannot be read: {e}")))?;
    serde_json::from_str(&text)
        .map_err(|e| wrong(format!("{e}; remove its folder, and run the pipeline again")))
}

fn error(path: &std::path::Path) -> String {
    let record = std::fs::read_to_string(path).ok().and_then(|t| serde_json::from_str::<Value>(&t).ok());
    record.and_then(|r| r["error"].as_str().map(str::to_owned)).unwrap_or_default()
}

/// Claims of a study's table; none where there is no such table.
fn claims(path: &std::path::Path) -> Vec<(String, String, f64)> {
    let Some(table) = path.is_file().then(|| read_table(path, &ReadTable::default()).ok()).flatten() else {
        return vec![];
    };
    let words = |name: &str| match table.column(name).map(|c| &c.values) {
        Some(Values::Text(all)) => all.clone(),
        _ => vec![],
    };
    let measured = table.numbers("measured").map_or_else(|_| vec![], <[f64]>::to_vec);
    let (claims, verdicts) = (words("claim"), words("verdict"));
    let rows = claims.into_iter().zip(verdicts).enumerate();
    rows.map(|(k, (claim, verdict))| (claim, verdict, measured.get(k).copied().unwrap_or(f64::NAN))).collect()
}

/// Options of a cell that tell it from others of its job.
fn settings(n: &Numbers) -> String {
    n.cell.varied.iter().map(|(k, v)| format!("{k}={}", plain(v))).collect::<Vec<_>>().join(" ")
}

/// A count, missing where it is not told.
fn told(n: usize) -> f64 {
    if n == 0 { f64::NAN } else { n as f64 }
}

/// One row a number.
fn long(found: &[Numbers]) -> TableOut {
    let rows: Vec<(&Numbers, &Quantity)> =
        found.iter().flat_map(|n| n.all.iter().map(move |q| (n, q))).collect();
    let text = |f: &dyn Fn(&(&Numbers, &Quantity)) -> String| Cells::Text(rows.iter().map(f).collect());
    let columns = vec![
        ("cell".to_owned(), text(&|r| r.0.cell.name.clone())),
        ("input".to_owned(), text(&|r| r.0.cell.input.clone())),
        ("settings".to_owned(), text(&|r| settings(r.0))),
        ("quantity".to_owned(), text(&|r| r.1.name.clone())),
        ("value".to_owned(), Cells::Float(rows.iter().map(|r| r.1.estimate.value).collect())),
        ("std_error".to_owned(), Cells::Float(rows.iter().map(|r| r.1.estimate.error()).collect())),
        ("n".to_owned(), Cells::Float(rows.iter().map(|r| told(r.1.estimate.n)).collect())),
    ];
    TableOut { name: "long".into(), caption: "Every number of every cell.".into(), columns }
}

/// One row a cell.
fn wide(found: &[Numbers], cells: &[Cell], joined: &[String]) -> TableOut {
    let varied: BTreeSet<&String> = found.iter().flat_map(|n| n.cell.varied.keys()).collect();
    let text = |f: &dyn Fn(&Numbers) -> String| Cells::Text(found.iter().map(f).collect());
    let mut columns = vec![
        ("cell".to_owned(), text(&|n| n.cell.name.clone())),
        ("job".to_owned(), text(&|n| n.cell.step.clone())),
        ("needs".to_owned(), text(&|n| n.cell.needs.map_or(String::new(), |k| cells[k].name.clone()))),
        ("input".to_owned(), text(&|n| n.cell.input.clone())),
    ];
    for key in varied {
        let entries = found.iter().map(|n| n.cell.varied.get(key).map(plain)).collect();
        columns.push((free("option", key, columns.iter().map(|c| &c.0)), column(entries)));
    }
    for key in joined {
        let entries = found.iter().map(|n| n.own.get(key).cloned()).collect();
        columns.push((free("own", key, columns.iter().map(|c| &c.0)), column(entries)));
    }
    let mut names: Vec<&String> = vec![];
    let mut seen = BTreeSet::new();
    for q in found.iter().flat_map(|n| &n.all) {
        if seen.insert(&q.name) {
            names.push(&q.name);
        }
    }
    let places: Vec<BTreeMap<&str, f64>> =
        found.iter().map(|n| n.all.iter().map(|q| (q.name.as_str(), q.estimate.value)).collect()).collect();
    let others: Vec<String> = columns.iter().map(|c| c.0.clone()).collect();
    for name in names {
        let values = places.iter().map(|p| p.get(name.as_str()).copied().unwrap_or(f64::NAN)).collect();
        columns.push((free("number", name, others.iter()), Cells::Float(values)));
    }
    TableOut {
        name: "wide".into(),
        caption: "A row a cell: what was varied, your own columns, every number.".into(),
        columns,
    }
}

/// The name of a column, with a word before it where another has it, as often as it takes.
pub(super) fn free<'a>(word: &str, name: &str, taken: impl Iterator<Item = &'a String> + Clone) -> String {
    let mut own = name.to_owned();
    while taken.clone().any(|t| *t == own) {
        own = format!("{word} {own}");
    }
    own
}

/// Numbers where all entries are, words otherwise.
fn column(entries: Vec<Option<String>>) -> Cells {
    let number = |e: &Option<String>| match e.as_deref() {
        None | Some("") => Some(f64::NAN),
        Some(text) => text.parse::<f64>().ok(),
    };
    match entries.iter().map(number).collect::<Option<Vec<f64>>>() {
        Some(numbers) if numbers.iter().all(|v| v.fract() == 0.0 && v.abs() < 1e15) => {
            Cells::Int(numbers.into_iter().map(|v| v as i64).collect())
        }
        Some(numbers) => Cells::Float(numbers),
        None => Cells::Text(entries.into_iter().map(Option::unwrap_or_default).collect()),
    }
}
