//! Which columns of a table play which part.

use super::{Error, RecordingSettings};
use crate::io::table::{Kind, ReadTable, Values, match_columns, read, schema};
use std::path::Path;

/// Which columns play which part.
pub(super) struct Columns {
    pub units: Vec<String>,
    /// Target columns of this table; none where `--targets` names another array.
    pub targets: Vec<String>,
    pub trial: Option<String>,
    pub rows: Option<usize>,
    pub format: &'static str,
}

impl Columns {
    /// The columns of `file` that `r` chooses.
    pub fn choose(file: &Path, r: &RecordingSettings, array: Option<&str>) -> Result<Self, Error> {
        let schema = schema(file, array)?;
        let names = schema.names();
        let one = |option: &str, name: &Option<String>| match name {
            Some(n) if !names.contains(n) => Err(Error::input(
                file,
                format!("{option} {n}: no such column; the columns are {}", listed(&names)),
            )),
            other => Ok(other.clone()),
        };
        let trial = one("--trial", &r.trial)?;
        let time = one("--time", &r.time)?;
        // A three-dimensional array comes with a column `trial` of the reader's own.
        let trial = trial.or_else(|| {
            (schema.columns[0].name == "trial" && schema.format.starts_with("np")).then(|| "trial".into())
        });
        // Each pattern of a list must mean something: a mistyped name is not to be passed over.
        let choose = |option: &str, list: &str| {
            let parts = if names.iter().any(|n| n == list) { vec![list] } else { list.split(',').collect() };
            match parts.into_iter().find(|p| match_columns(&names, p).is_empty()) {
                None => Ok(match_columns(&names, list)),
                Some(p) => Err(Error::input(
                    file,
                    format!("{option} {p}: no such column; the columns are {}", listed(&names)),
                )),
            }
        };
        // In an npz, --targets may name an array of its own, which is no column of this one.
        let other = |t: &&str| array.is_some() && match_columns(&names, t).is_empty();
        let targets = match r.targets.as_deref().filter(|t| !other(t)) {
            Some(t) => choose("--targets", t)?,
            None => vec![],
        };
        let aside = |n: &String| Some(n) == trial.as_ref() || Some(n) == time.as_ref() || targets.contains(n);
        let units: Vec<String> = match r.units.as_deref().filter(|u| Some(*u) != array) {
            Some(list) => choose("--units", list)?.into_iter().filter(|n| !aside(n)).collect(),
            None => names.iter().filter(|n| !aside(n)).cloned().collect(),
        };
        for c in schema.columns.iter().filter(|c| units.contains(&c.name)) {
            let found = match &c.kind {
                Kind::Number => continue,
                Kind::Text => "text",
                Kind::Other(kind) => kind,
            };
            let message = format!(
                "column `{}` holds {found}, expected numbers: choose the units with --units 'PATTERN', or name it as \
                 --trial, --time or --targets",
                c.name
            );
            return Err(Error::input(file, message));
        }
        if units.is_empty() {
            return Err(Error::input(file, "no column is left for the units"));
        }
        Ok(Self { units, targets, trial, rows: schema.rows, format: schema.format })
    }

    /// The trial of each row, numbered from 0 in order of appearance.
    ///
    /// # Errors
    /// A row without one: which rows belong together is then not known.
    pub fn trials(&self, file: &Path, array: Option<&str>) -> Result<Option<Vec<usize>>, Error> {
        let Some(trial) = &self.trial else { return Ok(None) };
        let table = read(file, &ReadTable { array, columns: Some(std::slice::from_ref(trial)) })?;
        let labels: Vec<String> = match &table.columns[0].values {
            Values::Number(v) => v.iter().map(f64::to_string).collect(),
            Values::Text(v) => v.clone(),
        };
        let missing = |l: &String| l.is_empty() || l == "NaN";
        if let Some(row) = labels.iter().position(missing) {
            let message = format!(
                "column `{trial}`, row {row}: a missing value, expected the trial of every row: fill it in or take the row out"
            );
            return Err(Error::input(file, message));
        }
        let mut known = std::collections::HashMap::new();
        let number = |l: String| {
            let next = known.len();
            *known.entry(l).or_insert(next)
        };
        Ok(Some(labels.into_iter().map(number).collect()))
    }
}

pub(super) fn listed(names: &[String]) -> String {
    let mut text = names.iter().take(12).map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    if names.len() > 12 {
        text.push_str(&format!(" and {} more", names.len() - 12));
    }
    text
}
