//! Rows of a recording held in memory, with the targets that belong to them.

use crate::analyses::beside::Places;
use crate::analyses::columns::{Columns, LARGEST_EXACT};
use crate::analyses::conditions::Conditions;
use crate::analyses::labels::LabelTable;
use crate::analyses::{Config, Error};
use crate::io::table::{Column, ReadTable, Values, labels, read};
use crate::job::Observer;
use faer::Mat;
use std::collections::BTreeSet;
use std::path::Path;

/// Numbers held at most (80 MB); above that every second row, or third, is taken.
pub const VALUES: usize = 10_000_000;
/// Whole numbers of so many values or fewer may be labels.
const WHOLE: usize = 20;
/// Texts of more values than this are no labels.
const TEXTS: usize = 50;

/// A table in memory.
pub struct Held {
    /// Units by rows, n x T.
    pub x: Mat<f64>,
    /// The trial of each row.
    pub trials: Option<Vec<usize>>,
    /// Whether each row continues the one before it, nothing left out between them.
    pub follows: Vec<bool>,
    /// The targets on these rows.
    pub targets: Vec<Target>,
    /// One row in so many is held.
    pub every: usize,
    /// Conditions of the trials.
    pub conditions: Option<Conditions>,
    /// Trials that lack a row, by a missing value or a gap in time: their steps are not those of the others.
    pub broken: BTreeSet<usize>,
    /// Positions and headings on these rows.
    pub places: Places,
}

/// A column that activity may tell of.
pub struct Target {
    /// The column's name.
    pub name: String,
    /// Numbers, NaN where missing; labels are counted from 0 in order.
    pub values: Vec<f64>,
    /// What it can be.
    pub kind: TargetKind,
}

/// What a target can be.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetKind {
    /// One of two labels or more, in order.
    Labels(Vec<String>),
    /// A number of more than two values: how many, and the values themselves as numbers, ascending, and as written, where they are
    /// few whole numbers, which may be labels as well.
    Number(usize, Option<Vec<(f64, String)>>),
    /// Not usable, and why.
    Unusable(String),
}

impl Held {
    /// The rows of the units that are complete, of `rows` in the file.
    pub fn read(
        config: &Config,
        array: Option<&str>,
        columns: &Columns,
        trials: Option<&[usize]>,
        conditions: Option<&Conditions>,
        rows: usize,
        observer: &dyn Observer,
    ) -> Result<Self, Error> {
        let n = columns.units.len();
        let every = (n * rows).div_ceil(VALUES).max(1);
        let (mut values, mut kept, mut row) = (Vec::with_capacity(n * rows.div_ceil(every)), vec![], 0);
        let step = trials.map(steps);
        let (taken, mut lacking) =
            (|k: usize| step.as_ref().map_or(k, |s| s[k]).is_multiple_of(every), vec![]);
        observer.start("holding", rows as u64);
        columns.stream(&config.file, array, &mut |chunk| {
            for r in (0..chunk.rows).filter(|r| taken(row + r)) {
                if chunk.columns.iter().all(|c| c[r].is_finite()) {
                    values.extend(chunk.columns.iter().map(|c| c[r]));
                    kept.push(row + r);
                } else {
                    lacking.push(row + r);
                }
            }
            row += chunk.rows;
            observer.at(row as u64);
            Ok(())
        })?;
        observer.finish();
        let unbroken = |a: usize, b: usize| b - a == every && (a + 1..=b).all(|place| columns.follows(place));
        let follows: Vec<bool> = (0..kept.len()).map(|t| t > 0 && unbroken(kept[t - 1], kept[t])).collect();
        let broken = trials.map_or_else(BTreeSet::new, |all| {
            let gaps = (1..kept.len()).filter(|t| !follows[*t] && all[kept[*t]] == all[kept[t - 1]]);
            let found = lacking.into_iter().chain(gaps.map(|t| kept[t])).map(|k| all[k]);
            found.chain(columns.broken()).collect()
        });
        Ok(Self {
            x: Mat::from_fn(n, kept.len(), |i, t| values[t * n + i]),
            follows,
            broken,
            trials: trials.map(|all| kept.iter().map(|r| all[*r]).collect()),
            targets: targets(config, array, columns, trials, &kept)?,
            places: Places::read(config, array, &kept.iter().map(|p| columns.row(*p)).collect::<Vec<_>>())?,
            every,
            conditions: conditions.cloned(),
        })
    }

    /// The rows on which all of `targets` have a value.
    pub fn complete(&self, targets: &[&Target]) -> Vec<usize> {
        let whole = |t: &usize| targets.iter().all(|c| c.values[*t].is_finite());
        (0..self.x.ncols()).filter(whole).collect()
    }

    /// Units on some rows.
    pub fn on(&self, rows: &[usize]) -> Mat<f64> {
        Mat::from_fn(self.x.nrows(), rows.len(), |i, t| self.x[(i, rows[t])])
    }

    /// Whether each of some rows continues the one before it.
    pub fn follows_on(&self, rows: &[usize]) -> Vec<bool> {
        (0..rows.len()).map(|t| t > 0 && rows[t] == rows[t - 1] + 1 && self.follows[rows[t]]).collect()
    }

    /// Trials of some rows.
    pub fn trials_on(&self, rows: &[usize]) -> Option<Vec<usize>> {
        self.trials.as_ref().map(|all| rows.iter().map(|t| all[*t]).collect())
    }
}

/// The step of each row in its trial.
fn steps(trials: &[usize]) -> Vec<usize> {
    let mut next = vec![0; trials.iter().max().map_or(0, |m| m + 1)];
    let step = |t: &usize| {
        next[*t] += 1;
        next[*t] - 1
    };
    trials.iter().map(step).collect()
}

/// The target columns on the rows `kept`: those of the table, of an npz an array of their own, and those of the table of labels.
fn targets(
    config: &Config,
    array: Option<&str>,
    columns: &Columns,
    trials: Option<&[usize]>,
    kept: &[usize],
) -> Result<Vec<Target>, Error> {
    let Some(asked) = &config.recording.targets else { return Ok(vec![]) };
    let mut targets = vec![];
    if !columns.targets.is_empty() || columns.of_labels.is_empty() {
        let mut rows: Vec<usize> = kept.iter().map(|place| columns.row(*place)).collect();
        let file: &Path = &config.file;
        let own = columns.targets.is_empty();
        let table = match own {
            true => read(file, &ReadTable { array: Some(asked), columns: None })?,
            false => read(file, &ReadTable { array, columns: Some(&columns.targets) })?,
        };
        let last = rows.iter().max().map_or(0, |r| r + 1);
        let count = trials.and_then(|t| t.iter().max()).map(|t| t + 1);
        match trials.filter(|_| own && count == Some(table.rows)) {
            // A value a trial.
            Some(trials) => rows = kept.iter().map(|place| trials[*place]).collect(),
            None if table.rows < last => {
                let or = count.map_or_else(String::new, |c| format!(", or as its trials: {c}"));
                let message = format!(
                    "--targets {asked}: {} rows, expected as many as the activity has ({last} or more){or}",
                    table.rows
                );
                return Err(Error::input(file, message));
            }
            None => {}
        }
        let named = |name: &String| name != "trial" || columns.targets.contains(name);
        let from = if own { Some(asked.as_str()) } else { array };
        for c in table.columns.into_iter().filter(|c| named(&c.name)) {
            targets.push(Target::of_column(file, from, c, &rows)?);
        }
    }
    if let (Some(table), false) = (&config.recording.labels, columns.of_labels.is_empty()) {
        let Some(trials) = trials else {
            return Err(Error::Config("--labels are those of trials: name their column with --trial".into()));
        };
        let table = LabelTable::open(table)?;
        let row_of = table.rows(&columns.called(&config.file, array)?)?;
        let rows: Vec<usize> = kept.iter().map(|place| row_of[trials[*place]]).collect();
        for name in &columns.of_labels {
            targets.push(Target::of_column(table.path, None, table.column(name)?, &rows)?);
        }
    }
    Ok(targets)
}

impl Target {
    /// A column of a table on some of its rows.
    pub(in crate::analyses) fn of_column(
        file: &Path,
        array: Option<&str>,
        column: Column,
        rows: &[usize],
    ) -> Result<Self, Error> {
        if let Values::Number(all) = &column.values
            && rows.iter().any(|r| all[*r].abs() >= LARGEST_EXACT)
            && let Some(target) = Self::of_large(file, array, &column.name, rows)?
        {
            return Ok(target);
        }
        if let Values::Number(all) = &column.values
            && let Some(row) = rows.iter().find(|r| all[**r].is_infinite())
        {
            let message = format!(
                "column `{}`, row {}: {}, expected a finite number or none",
                column.name,
                row + 1,
                all[*row]
            );
            return Err(Error::input(file, message));
        }
        Ok(Self::new(column.name, &column.values, rows))
    }

    /// Whole numbers of more digits than a float has, told apart to the last one and counted from the least; none where some are
    /// written otherwise.
    fn of_large(file: &Path, array: Option<&str>, name: &str, rows: &[usize]) -> Result<Option<Self>, Error> {
        // Beside missing values integers are written as decimals.
        let whole = |label: &str| -> Option<i128> {
            let (digits, rest) = label.trim().split_once('.').unwrap_or((label.trim(), ""));
            rest.bytes().all(|b| b == b'0').then(|| digits.parse().ok()).flatten()
        };
        let (mut all, mut other) = (vec![], false);
        labels(file, array, name, &mut |label| {
            let value = whole(label);
            other |= value.is_none() && !label.is_empty();
            all.push(value);
        })?;
        let kept: Vec<Option<i128>> = rows.iter().map(|r| all.get(*r).copied().flatten()).collect();
        let Some(least) = kept.iter().flatten().min().copied().filter(|_| !other) else { return Ok(None) };
        let from_least = |v: i128| v.saturating_sub(least) as f64;
        let mut distinct: Vec<i128> = kept.iter().flatten().copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let told_apart = distinct.windows(2).all(|d| from_least(d[0]) < from_least(d[1]));
        if !told_apart && (3..=WHOLE).contains(&distinct.len()) {
            // As numbers they would meet; as labels they do not.
            let code = |v: i128| distinct.binary_search(&v).map_or(f64::NAN, |c| c as f64);
            let values = kept.iter().map(|v| v.map_or(f64::NAN, code)).collect();
            let kind = TargetKind::Labels(distinct.iter().map(i128::to_string).collect());
            return Ok(Some(Self { name: name.to_owned(), values, kind }));
        }
        let values = kept.iter().map(|v| v.map_or(f64::NAN, from_least)).collect();
        let distinct = distinct.into_iter().map(|v| (from_least(v), v.to_string())).collect();
        Ok(Some(Self::of_numbers(name.to_owned(), values, distinct)))
    }

    /// The numbers `values`, of which `distinct` are the different ones, ascending, and how they are written.
    fn of_numbers(name: String, mut values: Vec<f64>, distinct: Vec<(f64, String)>) -> Self {
        let whole = distinct.len() <= WHOLE && distinct.iter().all(|(v, _)| v.fract() == 0.0);
        let kind = match &distinct[..] {
            [] => TargetKind::Unusable("has no value".into()),
            [(_, one)] => TargetKind::Unusable(format!("has one value only, {one}")),
            [(a, first), (_, second)] => {
                // Ascending: what is not the first is the second.
                let code = |v: f64| if v.is_finite() { f64::from(v > *a) } else { f64::NAN };
                values.iter_mut().for_each(|v| *v = code(*v));
                TargetKind::Labels(vec![first.clone(), second.clone()])
            }
            _ => TargetKind::Number(distinct.len(), whole.then_some(distinct)),
        };
        Self { name, values, kind }
    }

    /// A column on those rows, and what it can be.
    pub fn new(name: String, values: &Values, rows: &[usize]) -> Self {
        match values {
            Values::Number(all) => {
                let values: Vec<f64> = rows.iter().map(|r| all[*r]).collect();
                if let Some(v) = values.iter().find(|v| v.is_infinite()) {
                    let kind = TargetKind::Unusable(format!(
                        "has the value {v}, expected finite numbers, or NaN for none"
                    ));
                    return Self { name, values: vec![], kind };
                }
                let mut distinct: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
                distinct.sort_by(f64::total_cmp);
                distinct.dedup();
                let distinct = distinct.into_iter().map(|v| (v, v.to_string())).collect();
                Self::of_numbers(name, values, distinct)
            }
            Values::Text(all) => {
                let mut distinct: Vec<&String> =
                    rows.iter().map(|r| &all[*r]).filter(|v| !v.is_empty()).collect();
                distinct.sort();
                distinct.dedup();
                let (values, kind) = match distinct[..] {
                    [] => (vec![], TargetKind::Unusable("has no value".into())),
                    [one] => (vec![], TargetKind::Unusable(format!("has one value only, {one}"))),
                    _ if distinct.len() > TEXTS => {
                        let why = format!("holds {} texts, expected {TEXTS} labels at most", distinct.len());
                        (vec![], TargetKind::Unusable(why))
                    }
                    _ => {
                        let code = |v: &String| distinct.binary_search(&v).map_or(f64::NAN, |c| c as f64);
                        let values = rows.iter().map(|r| code(&all[*r])).collect();
                        (values, TargetKind::Labels(distinct.iter().map(|v| (*v).clone()).collect()))
                    }
                };
                Self { name, values, kind }
            }
        }
    }

    /// The labels and which of them each row has, NaN where missing; none where the target is no label.
    pub fn labels(&self) -> Option<(Vec<String>, Vec<f64>)> {
        match &self.kind {
            TargetKind::Labels(labels) => Some((labels.clone(), self.values.clone())),
            TargetKind::Number(_, Some(distinct)) => {
                let code = |v: &f64| {
                    let at = distinct.partition_point(|d| d.0 < *v);
                    if v.is_finite() { at as f64 } else { f64::NAN }
                };
                let labels = distinct.iter().map(|d| d.1.clone()).collect();
                Some((labels, self.values.iter().map(code).collect()))
            }
            _ => None,
        }
    }

    /// Whether units can be regressed on it: a number, or one of two labels.
    pub fn number(&self) -> bool {
        match &self.kind {
            TargetKind::Labels(labels) => labels.len() == 2,
            TargetKind::Number(..) => true,
            TargetKind::Unusable(_) => false,
        }
    }

    /// Rows without a value.
    pub fn missing(&self) -> usize {
        self.values.iter().filter(|v| !v.is_finite()).count()
    }
}
