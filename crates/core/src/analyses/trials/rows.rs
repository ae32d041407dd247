//! Trials as a table: a row a step, a column of trials.

use super::names::{Map, Role, role};
use super::{Trial, Trials, finished};
use crate::analyses::Error;
use crate::analyses::activity::Target;
use crate::io::table::{Column, ReadTable, Values, labels, match_columns, read as read_table};
use faer::Mat;
use std::path::Path;

pub(super) fn read(path: &Path, map: &Map, [d, o]: [usize; 2]) -> Result<Trials, Error> {
    let table = read_table(path, &ReadTable::default())?;
    let names: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
    let trial = one(path, map, Role::Trial, &names)?;
    let time = one(path, map, Role::Time, &names)?;
    let inputs = several(path, map, Role::Inputs, &names)?;
    if inputs.len() != d {
        let message = format!(
            "{} columns of inputs ({}), expected {d}, as many as the network has: call them input0, input1, ... or say which \
             they are with --trials-map inputs=PATTERN; there are {}",
            inputs.len(),
            if inputs.is_empty() { "none".into() } else { inputs.join(", ") },
            names.join(", ")
        );
        return Err(Error::input(path, message));
    }
    let targets = several(path, map, Role::Targets, &names)?;
    let classes = targets.len() == 1 && o > 1;
    if o > 0 && !targets.is_empty() && targets.len() != o && !classes {
        let message = format!("{} columns of targets, expected {o} or one of classes", targets.len());
        return Err(Error::input(path, message));
    }
    let mask = one(path, map, Role::Mask, &names)?;
    let find = |name: &String| table.columns.iter().find(|c| c.name == *name);
    let numbers = |names: &[String]| -> Result<Vec<&[f64]>, Error> {
        names.iter().filter_map(find).map(|c| values(path, c)).collect()
    };
    let (u, y) = (numbers(&inputs)?, numbers(&targets)?);
    let weights = mask.as_ref().and_then(find).map(|c| values(path, c)).transpose()?;
    let parts = parts(path, trial.as_deref(), table.rows)?;
    let mut trials = Vec::with_capacity(parts.len());
    for (k, part) in parts.iter().enumerate() {
        let (first, steps) = (part.start, part.len());
        if let Some(t) = time.as_ref().and_then(find).map(|c| values(path, c)).transpose()? {
            rises(path, time.as_deref().unwrap_or_default(), &t[part.clone()], first)?;
        }
        let trial = Trial {
            inputs: Mat::from_fn(d, steps, |i, t| u[i][first + t]),
            targets: (o > 0 && y.len() == o).then(|| Mat::from_fn(o, steps, |i, t| y[i][first + t])),
            classes: (classes && y.len() == 1).then(|| y[0][part.clone()].to_vec()),
            weights: weights.map(|w| w[part.clone()].to_vec()),
            initial: None,
        };
        trials.push(finished(path, k, trial, None, o)?);
    }
    let known: Vec<&String> =
        [&trial, &time, &mask].into_iter().flatten().chain(&inputs).chain(&targets).collect();
    let (mut of_trials, mut of_steps) = (vec![], vec![]);
    let kept: Vec<usize> =
        parts.iter().zip(&trials).flat_map(|(p, t)| p.start..p.start + t.steps()).collect();
    let firsts: Vec<usize> = parts.iter().map(|p| p.start).collect();
    for c in table.columns.iter().filter(|c| !known.contains(&&c.name)) {
        let constant = parts.iter().all(|p| p.clone().all(|r| same(&c.values, r, p.start)));
        match constant {
            true => of_trials.push(Target::new(c.name.clone(), &c.values, &firsts)),
            false => of_steps.push(Target::new(c.name.clone(), &c.values, &kept)),
        }
    }
    let names = match &trial {
        None => None,
        Some(column) => {
            let mut all = vec![];
            labels(path, None, column, &mut |label| all.push(label.to_owned()))?;
            Some((column.clone(), firsts.iter().map(|r| all[*r].clone()).collect()))
        }
    };
    Ok(Trials {
        trials,
        labels: of_trials,
        steps: of_steps,
        names,
        told: None,
        hold: vec![],
        notes: table.skipped,
    })
}

fn same(values: &Values, a: usize, b: usize) -> bool {
    match values {
        Values::Number(v) => v[a] - v[b] == 0.0 || (v[a].is_nan() && v[b].is_nan()),
        Values::Text(v) => v[a] == v[b],
    }
}

fn values<'a>(path: &Path, c: &'a Column) -> Result<&'a [f64], Error> {
    c.numbers().map_err(|problem| crate::io::error::Error::new(path, problem).into())
}

/// The column of a role, given or found.
fn one(path: &Path, map: &Map, wanted: Role, names: &[String]) -> Result<Option<String>, Error> {
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(map.find(wanted, &all, path)?.map(str::to_owned))
}

/// The columns of a role: those of the given pattern, or of a usual spelling before a number.
fn several(path: &Path, map: &Map, wanted: Role, names: &[String]) -> Result<Vec<String>, Error> {
    if let Some(pattern) = map.get(wanted) {
        let found = match_columns(names, pattern);
        if found.is_empty() {
            let message = format!("has no column {pattern}; there are {}", names.join(", "));
            return Err(Error::input(path, message));
        }
        return Ok(found);
    }
    let stem = |name: &String| {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        role(stem.trim_end_matches(['_', '-', '.', '[', ' '])) == Some(wanted)
    };
    Ok(names.iter().filter(|n| stem(n)).cloned().collect())
}

/// Rows of each trial: those of equal labels that follow one another.
fn parts(path: &Path, trial: Option<&str>, rows: usize) -> Result<Vec<std::ops::Range<usize>>, Error> {
    let Some(trial) = trial else { return Ok(std::iter::once(0..rows).collect()) };
    let mut of: Vec<String> = vec![];
    labels(path, None, trial, &mut |label| of.push(label.to_owned()))?;
    let (mut parts, mut seen, mut first) = (vec![], std::collections::HashSet::new(), 0);
    for end in 1..=rows {
        if end < rows && of[end] == of[first] {
            continue;
        }
        if !seen.insert(of[first].clone()) {
            let message = format!(
                "column `{trial}`, row {}: trial {} again; sort the rows so that those of a trial follow one another",
                first + 1,
                of[first]
            );
            return Err(Error::input(path, message));
        }
        parts.push(first..end);
        first = end;
    }
    Ok(parts)
}

fn rises(path: &Path, name: &str, t: &[f64], first: usize) -> Result<(), Error> {
    match t.windows(2).position(|p| !(p[1] > p[0])) {
        None => Ok(()),
        Some(at) => {
            let message = format!(
                "column `{name}`, row {}: {} after {}, expected times that rise within a trial",
                first + at + 2,
                t[at + 1],
                t[at]
            );
            Err(Error::input(path, message))
        }
    }
}
