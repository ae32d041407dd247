//! A table of intervals: when each begins and ends, and what else is said of it.

use super::super::super::error::Problem;
use super::super::super::spikes::Trials;
use super::super::super::table::Values;
use super::super::attributes::{Attribute, Value, named};
use super::super::columns::choose;
use super::super::dataset::Dataset;
use super::super::file::Hdf5;
use super::super::links;
use super::super::tree::resolve;
use super::super::types::Type;
use super::super::values;

/// Columns that say nothing of a trial.
const NO_LABELS: [&str; 5] = ["id", "start_time", "stop_time", "timeseries", "tags"];

/// The table called `name` under `/intervals`, or at that path.
pub(super) fn trials(file: &Hdf5, name: &str) -> Result<Trials, Problem> {
    let own = format!("/intervals/{name}");
    let (path, address) = match resolve(file, &own) {
        Ok(address) => (own, address),
        Err(Problem::MissingArray { .. }) => {
            let path = format!("/{}", name.trim_matches('/'));
            let address = resolve(file, &path).map_err(|error| match error {
                Problem::MissingArray { .. } => unknown(file, name),
                error => error,
            })?;
            (path, address)
        }
        Err(error) => return Err(error),
    };
    let dataset = |name: &str| {
        let path = format!("{path}/{name}");
        Dataset::open(file, &path, resolve(file, &path)?)
    };
    let (starts, stops) = (dataset("start_time")?, dataset("stop_time")?);
    let (starts, stops) = (values::numbers(file, &starts)?, values::numbers(file, &stops)?);
    if starts.len() != stops.len() {
        let (found, expected) = (stops.len(), starts.len());
        return Err(Problem::UnequalColumns { column: "stop_time".into(), found, expected });
    }
    let about = choose::about(file, &path)?.unwrap_or_default();
    let names = match named(&about, "colnames").map(|a: &Attribute| &a.value) {
        Some(Value::Texts(names)) => names.clone(),
        _ => links::of(file, &path, address)?.iter().flat_map(|l| l.iter()).map(|l| l.name.clone()).collect(),
    };
    let mut labels = vec![];
    for name in names.into_iter().filter(|n| !NO_LABELS.contains(&&n[..])) {
        let Ok(data) = dataset(&name) else { continue };
        // Columns of lists have as many values as their lists in all.
        if data.shape != [starts.len() as u64] {
            continue;
        }
        let found = match data.kind {
            Type::Number { .. } => Values::Number(values::numbers(file, &data)?),
            _ if data.kind.is_text() => Values::Text(values::texts(file, &data)?),
            _ => continue,
        };
        labels.push((name, found));
    }
    Ok(Trials { times: starts.into_iter().zip(stops).collect(), labels })
}

/// The error for a table that is not there.
fn unknown(file: &Hdf5, name: &str) -> Problem {
    let found = resolve(file, "/intervals").and_then(|address| links::of(file, "`/intervals`", address));
    let arrays =
        found.ok().flatten().map_or_else(Vec::new, |all| all.iter().map(|l| l.name.clone()).collect());
    match arrays.is_empty() {
        false => Problem::MissingArray { name: name.into(), arrays },
        true => Problem::Unsupported {
            place: format!("`{}`", super::super::super::shown::name(name)),
            found: "no table of intervals".into(),
            expected: "one with start_time and stop_time, as the table of trials",
            advice: "leave it out: units@20ms counts the spikes of the whole recording",
        },
    }
}
