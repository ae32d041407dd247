//! When trials begin and end, and what else is said of them.

use super::super::error::{Error, Problem};
use super::super::spikes::Trials;
use super::super::table::{self, ReadTable, Values};
use super::{Found, file_of};

/// The table of trials: `trials.intervals.npy` with the arrays beside it, or `trials.table.pqt`.
pub(super) fn read(all: &[Found]) -> Result<Trials, Error> {
    let mut found = Trials { times: vec![], labels: vec![] };
    if let Some(path) = file_of(all, "trials", "table") {
        let table = table::read(&path, &ReadTable::default())?;
        let (starts, stops) = (table.numbers("intervals_0"), table.numbers("intervals_1"));
        let (starts, stops) =
            (starts.map_err(|p| Error::new(&path, p))?, stops.map_err(|p| Error::new(&path, p))?);
        found.times = starts.iter().copied().zip(stops.iter().copied()).collect();
        let labels = table.columns.into_iter().filter(|c| !c.name.starts_with("intervals_"));
        found.labels.extend(labels.map(|c| (c.name, c.values)));
        return Ok(found);
    }
    for (_, attribute, path) in all {
        let table = table::read(path, &ReadTable::default())?;
        let numbers = table.columns.iter().filter_map(|c| match &c.values {
            Values::Number(values) => Some(values),
            Values::Text(_) => None,
        });
        let numbers: Vec<&Vec<f64>> = numbers.collect();
        match (&attribute[..], &numbers[..]) {
            ("intervals", [starts, stops]) => {
                found.times = starts.iter().copied().zip(stops.iter().copied()).collect();
            }
            ("intervals", _) => {
                let problem = Problem::Unsupported {
                    place: "the intervals of trials".into(),
                    found: format!("{} columns", table.columns.len()),
                    expected: "two, start and end (s)",
                    advice: "write them again as an array of trials x 2",
                };
                return Err(Error::new(path, problem));
            }
            (_, _) if table.columns.len() == 1 => {
                found.labels.extend(table.columns.into_iter().map(|c| (attribute.clone(), c.values)));
            }
            _ => {}
        }
    }
    let trials = found.times.len();
    found.labels.retain(|(_, values)| match values {
        Values::Number(v) => v.len() == trials,
        Values::Text(v) => v.len() == trials,
    });
    Ok(found)
}
