//! A table with a row for each trial: joined by what trials are called or, where it does not say, by their order.

use super::Error;
use super::columns::{Columns, LARGEST_EXACT, no_column};
use super::lists::distinct;
use super::trials::is_trial;
use crate::io::error::listed;
use crate::io::shown::count;
use crate::io::table::{Column, ReadTable, labels, match_columns, read, schema};
use std::collections::HashMap;
use std::path::Path;

/// What the trials of a recording or of a network are called.
pub(super) struct Called {
    /// What has them, as a message says it.
    pub whose: &'static str,
    /// The columns that name them; none where nothing does.
    pub columns: Vec<String>,
    /// The label of each column, of each trial.
    pub names: Vec<Vec<String>>,
}

/// The table, its columns not read yet.
pub(super) struct LabelTable<'a> {
    pub path: &'a Path,
    columns: Vec<String>,
}

impl<'a> LabelTable<'a> {
    /// The table of that file.
    pub fn open(path: &'a Path) -> Result<Self, Error> {
        Ok(Self { path, columns: schema(path, None)?.names() })
    }

    /// The columns that are no names of trials.
    pub fn labels(&self, called: &[String]) -> Vec<String> {
        let keys = self.keys(called).unwrap_or_default();
        self.columns.iter().filter(|c| !keys.contains(c)).cloned().collect()
    }

    /// A column as it is written.
    pub fn texts(&self, option: &str, name: &str) -> Result<Vec<String>, Error> {
        if !self.columns.iter().any(|c| c == name) {
            let message =
                format!("{option} {name}: no such column; the columns are {}", listed(&self.columns));
            return Err(Error::input(self.path, message));
        }
        let mut all = vec![];
        labels(self.path, None, name, &mut |label| all.push(label.to_owned()))?;
        Ok(all)
    }

    /// A column as numbers or texts.
    pub fn column(&self, name: &str) -> Result<Column, Error> {
        let names = [name.to_owned()];
        let table = read(self.path, &ReadTable { array: None, columns: Some(&names) })?;
        let missing = || Error::input(self.path, format!("column `{name}` cannot be read"));
        table.columns.into_iter().next().ok_or_else(missing)
    }

    /// The columns that name trials: those of the same names, or else the only one of a usual name.
    fn keys(&self, called: &[String]) -> Option<Vec<String>> {
        if !called.is_empty() && called.iter().all(|c| self.columns.contains(c)) {
            return Some(called.to_vec());
        }
        let usual: Vec<&String> = self.columns.iter().filter(|c| is_trial(c)).collect();
        match usual[..] {
            [one] if called.len() < 2 => Some(vec![one.clone()]),
            _ => None,
        }
    }

    /// What is to be said where rows are taken in their order.
    pub fn by_order(&self, called: &[String]) -> Option<String> {
        let said = || {
            format!("{} names no trials: its rows are taken in the order of the trials.", self.path.display())
        };
        self.keys(called).is_none().then(said)
    }

    /// The row of each trial.
    ///
    /// # Errors
    /// Trials without a row or with two, and tables of another number of rows that do not name theirs.
    pub fn rows(&self, called: &Called) -> Result<Vec<usize>, Error> {
        let total = called.names.len();
        let Some(keys) = self.keys(&called.columns) else {
            let rows = self.texts("--labels", &self.columns[0])?.len();
            if rows == total {
                return Ok((0..total).collect());
            }
            let by = match called.columns.is_empty() {
                true => "`trial`".into(),
                false => called.columns.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(" and "),
            };
            let message = format!(
                "{}, and {} has {}: expected a row for each in their order, or a column {by} that names them",
                count(rows, "row"),
                called.whose,
                count(total, "trial")
            );
            return Err(Error::input(self.path, message));
        };
        let columns: Vec<Vec<String>> =
            keys.iter().map(|k| self.texts("--labels", k)).collect::<Result<_, _>>()?;
        let theirs = |row: usize| -> Vec<String> { columns.iter().map(|c| plain(&c[row])).collect() };
        let mut rows: HashMap<Vec<String>, usize> = HashMap::new();
        let by = keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(" and ");
        for row in 0..columns[0].len() {
            if let Some(first) = rows.insert(theirs(row), row) {
                let message = format!(
                    "column {by}: trial `{}` in rows {} and {}, expected one row a trial",
                    theirs(row).join(", "),
                    first + 1,
                    row + 1
                );
                return Err(Error::input(self.path, message));
            }
        }
        if called.columns.is_empty() {
            return self.counted(&by, &rows, total, called.whose);
        }
        let found: Vec<Option<usize>> = called
            .names
            .iter()
            .map(|name| rows.get(&name.iter().map(|n| plain(n)).collect::<Vec<_>>()).copied())
            .collect();
        match found.iter().position(Option::is_none) {
            None => Ok(found.into_iter().flatten().collect()),
            Some(first) => {
                let message = format!(
                    "column {by}: no row for trial `{}` of {} ({} of {total} trials have none), expected one for each",
                    called.names[first].join(", "),
                    called.whose,
                    found.iter().filter(|f| f.is_none()).count()
                );
                Err(Error::input(self.path, message))
            }
        }
    }

    /// Rows that count trials from 0 or from 1, in whatever order.
    fn counted(
        &self,
        by: &str,
        rows: &HashMap<Vec<String>, usize>,
        total: usize,
        whose: &str,
    ) -> Result<Vec<usize>, Error> {
        let from = |first: usize| -> Option<Vec<usize>> {
            (first..first + total).map(|k| rows.get(&vec![k.to_string()]).copied()).collect()
        };
        let counted = || from(0).or_else(|| from(1)).filter(|_| rows.len() == total);
        counted().ok_or_else(|| {
            let message = format!(
                "column {by}: {} that are not 0 to {} or 1 to {total}, and the {} of {whose} have no names: expected these numbers, \
                 or an array of names beside the trials (--trials-map trial=NAME)",
                count(rows.len(), "name"),
                total.max(1) - 1,
                count(total, "trial"),
            );
            Error::input(self.path, message)
        })
    }
}

impl Columns {
    /// What the trials are called, in the order of their numbers.
    pub fn called(&self, file: &Path, array: Option<&str>) -> Result<Called, Error> {
        let of_rows = self.trials(file, array)?.unwrap_or_default();
        let total = of_rows.iter().max().map_or(0, |m| m + 1);
        let mut names = vec![vec![]; total];
        for (k, column) in self.trial.iter().enumerate() {
            let mut row = 0;
            labels(file, array, column, &mut |label| {
                // Of each trial its first row.
                let name: &mut Vec<String> = &mut names[of_rows[row]];
                if name.len() == k {
                    name.push(label.to_owned());
                }
                row += 1;
            })?;
        }
        // Trials of an array have no names: the reader counts them, from 0.
        let counted = names.iter().enumerate().all(|(k, name)| *name == [k.to_string()]);
        let columns =
            if counted && super::columns::of_arrays(self.format) { vec![] } else { self.trial.clone() };
        Ok(Called { whose: "the recording", columns, names })
    }
}

/// Targets of the table itself, and those of the table of labels, of which `theirs` are the columns; `array`: what is no column of
/// either is an array.
pub(super) fn sides(
    file: &Path,
    list: &str,
    own: &[String],
    theirs: &[String],
    array: bool,
) -> Result<(Vec<String>, Vec<String>), Error> {
    let whole = own.iter().chain(theirs).any(|n| n == list);
    let parts = if whole { vec![list] } else { distinct("--targets", list).map_err(Error::Config)? };
    let (mut of_rows, mut of_labels): (Vec<String>, Vec<String>) = (vec![], vec![]);
    for part in parts {
        let (found, to) = match match_columns(theirs, part) {
            found if found.is_empty() => (match_columns(own, part), &mut of_rows),
            found => (found, &mut of_labels),
        };
        if found.is_empty() && !array {
            let all: Vec<String> = own.iter().chain(theirs).cloned().collect();
            return Err(no_column(file, "--targets", part, &all));
        }
        to.extend(found.into_iter().filter(|name| !to.contains(name)).collect::<Vec<_>>());
    }
    Ok((of_rows, of_labels))
}

/// A label as both tables write it: 3, 3.0 and 3e0 are one number.
fn plain(label: &str) -> String {
    match label.trim().parse::<f64>() {
        Ok(v) if v.is_finite() && v.abs() < LARGEST_EXACT => v.to_string(),
        _ => label.trim().to_owned(),
    }
}
