//! Conditions of a recording's trials: columns of its own table, or of a table of trials.

use super::columns::Columns;
use super::lists::distinct;
use super::{Config, Error};
use crate::io::error::listed;
use crate::io::shown::count;
use crate::io::table::{all_labels, labels, schema};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

/// What was varied from trial to trial.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// Each thing varied.
    pub factors: Vec<Factor>,
    /// The level of each factor, of each trial.
    pub of_trial: Vec<Vec<usize>>,
}

/// A thing varied from trial to trial.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Its column.
    pub name: String,
    /// Its values, numbers ascending or texts in order.
    pub levels: Vec<String>,
}

/// Levels of a factor at most: a number that never comes again is no condition.
const LEVELS: usize = 100;

impl Conditions {
    /// The conditions that are named, of trials numbered by place; none where none are.
    pub(super) fn read(
        config: &Config,
        array: Option<&str>,
        columns: &Columns,
        trials: Option<&[usize]>,
    ) -> Result<Option<Self>, Error> {
        let Some(list) = &config.recording.conditions else { return Ok(None) };
        let names = distinct("--conditions", list).map_err(Error::Config)?;
        let Some(trials) = trials else {
            return Err(Error::Config(
                "--conditions are those of trials: name their column with --trial".into(),
            ));
        };
        let names: Vec<String> = names.into_iter().map(String::from).collect();
        let texts = match &config.recording.labels {
            Some(table) => of_table(config, array, columns, trials, table, &names)?,
            None => of_rows(&config.file, array, columns, trials, &names)?,
        };
        let file = config.recording.labels.as_deref().unwrap_or(&config.file);
        let mut factors = vec![];
        let mut of_trial = vec![vec![]; texts.first().map_or(0, Vec::len)];
        for (name, texts) in names.iter().zip(&texts) {
            let levels = ordered(texts);
            if !(2..=LEVELS).contains(&levels.len()) {
                let message = format!(
                    "--conditions {name}: {} in {}, expected two to {LEVELS} that trials share",
                    count(levels.len(), "value"),
                    count(texts.len(), "trial")
                );
                return Err(Error::input(file, message));
            }
            for (trial, text) in of_trial.iter_mut().zip(texts) {
                trial.push(levels.iter().position(|l| l == text).unwrap_or(0));
            }
            factors.push(Factor { name: name.clone(), levels });
        }
        let found = Self { factors, of_trial };
        if found.levels().iter().try_fold(1usize, |all, l| all.checked_mul(*l)).is_none() {
            return Err(Error::Config(format!(
                "--conditions {list}: more combinations than can be numbered"
            )));
        }
        Ok(Some(found))
    }

    /// The factors that are `kept`, by their place.
    pub fn only(&self, kept: &dyn Fn(usize) -> bool) -> Self {
        fn chosen<T: Clone>(all: &[T], kept: &dyn Fn(usize) -> bool) -> Vec<T> {
            all.iter().enumerate().filter(|(k, _)| kept(*k)).map(|(_, one)| one.clone()).collect()
        }
        Self {
            factors: chosen(&self.factors, kept),
            of_trial: self.of_trial.iter().map(|levels| chosen(levels, kept)).collect(),
        }
    }

    /// Levels of each factor.
    pub fn levels(&self) -> Vec<usize> {
        self.factors.iter().map(|f| f.levels.len()).collect()
    }

    /// How many combinations there are, with trials or without.
    pub fn combinations(&self) -> usize {
        self.levels().iter().product()
    }

    /// The combination of each trial, the last factor fastest.
    pub fn numbered(&self) -> Vec<usize> {
        let levels = self.levels();
        self.of_trial.iter().map(|t| t.iter().zip(&levels).fold(0, |k, (l, all)| k * all + l)).collect()
    }

    /// The name of a combination, as `stimulus 2, choice left`.
    pub fn name(&self, combination: usize) -> String {
        let mut rest = combination;
        let mut parts: Vec<String> = self
            .factors
            .iter()
            .rev()
            .map(|f| {
                let level = &f.levels[rest % f.levels.len()];
                rest /= f.levels.len();
                format!("{} {level}", f.name)
            })
            .collect();
        parts.reverse();
        parts.join(", ")
    }
}

/// Different texts in order, numbers as numbers.
fn ordered(texts: &[String]) -> Vec<String> {
    let mut levels: Vec<String> = texts.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect();
    if levels.iter().all(|l| l.parse::<f64>().is_ok_and(f64::is_finite)) {
        let number = |l: &String| l.parse::<f64>().unwrap_or(f64::NAN);
        levels.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    levels
}

/// Columns of the recording's own table: one value in all rows of a trial.
fn of_rows(
    file: &Path,
    array: Option<&str>,
    columns: &Columns,
    trials: &[usize],
    names: &[String],
) -> Result<Vec<Vec<String>>, Error> {
    let all = all_labels(file, array, names)?;
    let of = |(name, all): (&String, &Vec<String>)| {
        of_trials(columns, trials, name, all).map_err(|message| Error::input(file, message))
    };
    names.iter().zip(&all).map(of).collect()
}

/// The value of each trial in a column of values of rows.
fn of_trials(columns: &Columns, trials: &[usize], name: &str, all: &[String]) -> Result<Vec<String>, String> {
    let mut of: Vec<Option<&String>> = vec![None; trials.iter().max().map_or(0, |m| m + 1)];
    for (place, trial) in trials.iter().enumerate() {
        let row = columns.row(place);
        let label = all.get(row).filter(|l| !l.is_empty()).ok_or_else(|| {
            format!(
                "column `{name}`, row {}: a missing value, expected the condition of every row: fill it in or take the trial out",
                row + 1
            )
        })?;
        let known = *of[*trial].get_or_insert(label);
        if known != label {
            return Err(format!(
                "column `{name}`, row {}: `{label}` in a trial that had `{known}`, expected one value a trial: what changes within \
                 a trial is a target (--targets), no condition",
                row + 1
            ));
        }
    }
    Ok(of.into_iter().flatten().cloned().collect())
}

/// Columns of a table with a row for each trial, joined by the trial's column or, where it has none, by the order of trials.
fn of_table(
    config: &Config,
    array: Option<&str>,
    columns: &Columns,
    trials: &[usize],
    table: &Path,
    names: &[String],
) -> Result<Vec<Vec<String>>, Error> {
    let known = schema(table, None)?.names();
    if let Some(name) = names.iter().find(|n| !known.contains(n)) {
        let message = format!("--conditions {name}: no such column; the columns are {}", listed(&known));
        return Err(Error::input(table, message));
    }
    let by = match &columns.trial[..] {
        [column] if known.contains(column) => Some(column),
        _ => None,
    };
    let other = by.filter(|column| !names.contains(column));
    let wanted: Vec<String> = names.iter().chain(other).cloned().collect();
    let values = all_labels(table, None, &wanted)?;
    let (rows, total) = (values[0].len(), trials.iter().max().map_or(0, |m| m + 1));
    let row_of: Vec<usize> = match by.and_then(|column| wanted.iter().position(|w| w == column)) {
        Some(k) => joined(config, array, table, &wanted[k], &values[k])?,
        None if rows == total => (0..total).collect(),
        None => {
            let by = columns.trial.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(" and ");
            let message = format!(
                "{} and the recording {}: expected a row for each in their order, or a column {by} that names them",
                count(rows, "row"),
                count(total, "trial")
            );
            return Err(Error::input(table, message));
        }
    };
    let of = |(name, values): (&String, &Vec<String>)| match row_of.iter().find(|r| values[**r].is_empty()) {
        Some(row) => {
            let message = format!(
                "column `{name}`, row {}: a missing value, expected the condition of every trial",
                row + 1
            );
            Err(Error::input(table, message))
        }
        None => Ok(row_of.iter().map(|r| values[*r].clone()).collect()),
    };
    names.iter().zip(&values).map(of).collect()
}

/// The row of the table of each trial, by the label that both have.
fn joined(
    config: &Config,
    array: Option<&str>,
    table: &Path,
    column: &str,
    theirs: &[String],
) -> Result<Vec<usize>, Error> {
    let mut rows: HashMap<String, usize> = HashMap::new();
    for (row, label) in theirs.iter().enumerate() {
        if let Some(first) = rows.insert(plain(label), row) {
            let message = format!(
                "column `{column}`: trial `{label}` in rows {} and {}, expected one row a trial",
                first + 1,
                row + 1
            );
            return Err(Error::input(table, message));
        }
    }
    let (mut seen, mut of, mut missing) = (HashSet::new(), vec![], None);
    labels(&config.file, array, column, &mut |label| {
        if seen.insert(label.to_owned()) {
            match rows.get(&plain(label)) {
                Some(row) => of.push(*row),
                None => missing = missing.take().or(Some(label.to_owned())),
            }
        }
    })?;
    match missing {
        None => Ok(of),
        Some(label) => {
            let message = format!(
                "column `{column}`: no row for trial `{label}` of the recording, expected one for each"
            );
            Err(Error::input(table, message))
        }
    }
}

/// A label as both tables write it: 3, 3.0 and 3e0 are one number.
fn plain(label: &str) -> String {
    match label.trim().parse::<f64>() {
        Ok(v) if v.is_finite() && v.abs() < super::columns::LARGEST_EXACT => v.to_string(),
        _ => label.trim().to_owned(),
    }
}
