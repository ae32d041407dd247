//! Conditions of a recording's trials: columns of its own table, arrays beside it, or columns of a table of trials.

use super::columns::{Columns, chosen};
use super::labels::{Called, LabelTable};
use super::lists::distinct;
use super::{Config, Error};
use crate::io::shown::count;
use crate::io::table::{all_labels, match_columns, schema};
use std::collections::BTreeSet;
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
        let texts: Vec<Vec<String>> = match &config.recording.labels {
            Some(table) => of_table(table, &columns.called(&config.file, array)?, &names)?,
            None => {
                let all = schema(&config.file, array)?.names();
                let of = |name: &&str| match all.iter().any(|n| n == name) {
                    true => of_rows(&config.file, array, columns, trials, (*name).to_owned()),
                    false => of_array(&config.file, columns, trials, name),
                };
                names.iter().map(of).collect::<Result<_, Error>>()?
            }
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
            factors.push(Factor { name: (*name).to_owned(), levels });
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

/// Columns of the recording that --conditions names; in a file of arrays a name may be that of an array of its own.
pub(super) fn own(file: &Path, list: &str, names: &[String], arrays: bool) -> Result<Vec<String>, Error> {
    if names.iter().any(|n| n == list) {
        return Ok(vec![list.to_owned()]);
    }
    let parts = distinct("--conditions", list).map_err(Error::Config)?;
    let apart =
        |part: &&str| arrays && match_columns(names, part).is_empty() && schema(file, Some(part)).is_ok();
    let kept: Vec<&str> = parts.into_iter().filter(|part| !apart(part)).collect();
    if kept.is_empty() { Ok(vec![]) } else { chosen(file, "--conditions", &kept.join(","), names) }
}

/// A column of the recording's own table: one value in all rows of a trial.
fn of_rows(
    file: &Path,
    array: Option<&str>,
    columns: &Columns,
    trials: &[usize],
    name: String,
) -> Result<Vec<String>, Error> {
    let names = [name];
    let all = all_labels(file, array, &names)?.remove(0);
    of_trials(columns, trials, &names[0], &all).map_err(|message| Error::input(file, message))
}

/// An array beside the recording's: a value a trial, or a row.
fn of_array(file: &Path, columns: &Columns, trials: &[usize], name: &str) -> Result<Vec<String>, Error> {
    let found: Vec<String> = schema(file, Some(name))?.names().into_iter().filter(|n| n != "trial").collect();
    let [column] = &found[..] else {
        let message =
            format!("--conditions {name}: {} columns, expected an array of one value a trial", found.len());
        return Err(Error::input(file, message));
    };
    let all = all_labels(file, Some(name), std::slice::from_ref(column))?.remove(0);
    let count = trials.iter().max().map_or(0, |t| t + 1);
    let last = (0..trials.len()).map(|place| columns.row(place) + 1).max().unwrap_or(0);
    if all.len() == count {
        if let Some(k) = all.iter().position(String::is_empty) {
            let message =
                format!("--conditions {name}: none for trial {}, expected one for every trial", k + 1);
            return Err(Error::input(file, message));
        }
        return Ok(all);
    }
    if all.len() < last {
        let message = format!(
            "--conditions {name}: {} values, expected one for each of {count} trials or of {last} rows",
            all.len()
        );
        return Err(Error::input(file, message));
    }
    of_trials(columns, trials, name, &all).map_err(|message| Error::input(file, message))
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

/// Columns of a table with a row for each trial.
fn of_table(table: &Path, called: &Called, names: &[&str]) -> Result<Vec<Vec<String>>, Error> {
    let table = LabelTable::open(table)?;
    let row_of = table.rows(called)?;
    let one = |name: &&str| {
        let values = table.texts("--conditions", name)?;
        if let Some(row) = row_of.iter().find(|r| values[**r].is_empty()) {
            let message = format!(
                "column `{name}`, row {}: a missing value, expected the condition of every trial",
                row + 1
            );
            return Err(Error::input(table.path, message));
        }
        Ok(row_of.iter().map(|r| values[*r].clone()).collect())
    };
    names.iter().map(one).collect()
}
