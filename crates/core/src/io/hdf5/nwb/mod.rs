//! NWB (Neurodata Without Borders 2): spikes of units in bins, trials, time series.

use std::rc::Rc;

use super::super::error::Problem;
use super::super::spikes::{Bins, Spikes};
use super::super::table::{Schema, Session};
use super::attributes::{Attribute, attributes, named};
use super::columns::array::{Array, Lead};
use super::columns::choose;
use super::columns::meaning::Meaning;
use super::dataset::Dataset;
use super::file::Hdf5;
use super::tree::{Entry, resolve, tree};
use super::values;

mod trials;
mod units;

use units::Units;

/// What an NWB file holds; none if the file is no NWB.
///
/// # Errors
/// A damaged file.
pub(in crate::io) fn contents(file: &Hdf5) -> Result<Option<Session>, Problem> {
    let about = choose::about(file, "/")?.unwrap_or_default();
    let Some(version) = named(&about, "nwb_version").and_then(Attribute::text) else { return Ok(None) };
    let mut found = Session { version: version.to_owned(), ..Session::default() };
    let all = tree(file)?;
    all.iter().try_for_each(Entry::sound)?;
    let length =
        |path: String| -> Option<&Entry> { all.iter().find(|e| e.path == path && e.shape.is_some()) };
    let rows = |e: &Entry| e.shape.as_ref().and_then(|s| s.first()).copied().unwrap_or(0);
    for group in all.iter().filter(|e| e.kind == "group") {
        let within = |name: &str| length(format!("{}/{name}", group.path));
        if within("spike_times").is_some() && within("spike_times_index").is_some() {
            found.units.push((group.path.clone(), within("id").map_or(0, rows)));
        } else if let (Some(starts), Some(_)) = (within("start_time"), within("stop_time")) {
            found.intervals.push((group.path.clone(), rows(starts)));
        } else if let Some(data) = within("data") {
            let timed = within("timestamps").is_some() || within("starting_time").is_some();
            let shape = data.shape.clone().unwrap_or_default();
            if timed && (1..=2).contains(&shape.len()) && !shape.contains(&0) {
                found.series.push((group.path.clone(), shape));
            }
        }
    }
    Ok(Some(found))
}

/// The table of units at `path`, such as `units`, counted in `bins`.
///
/// # Errors
/// No such table of units or of intervals, and as [`Spikes::new`].
pub(super) fn spikes(file: &Rc<Hdf5>, path: &str, bins: &Bins) -> Result<Spikes, Problem> {
    let units = Box::new(Units::open(file, path)?);
    let trials = bins.intervals.as_deref().map(|name| trials::trials(file, name)).transpose()?;
    Spikes::new(("nwb", path), units, bins.width, trials, file.allowance())
}

/// The only array of an NWB file; none if it is no NWB.
///
/// # Errors
/// An NWB file with several: the error lists them.
pub(super) fn only_array(file: &Hdf5) -> Result<Option<String>, Problem> {
    let Some(contents) = contents(file)? else { return Ok(None) };
    let arrays = contents.arrays();
    match arrays.as_slice() {
        [] => Ok(None),
        [only] if !only.contains('@') => Ok(Some(format!("/{only}"))),
        _ => Err(Problem::AmbiguousArray { arrays }),
    }
}

/// A time series as a table, if `path` is one or the data of one; x = data * conversion + offset, and a column `time` (s).
pub(super) fn series(file: &Hdf5, path: &str) -> Result<Option<(Array, Schema)>, Problem> {
    let group = path.strip_suffix("/data").unwrap_or(path);
    let Some(about) = choose::about(file, group)? else { return Ok(None) };
    let is_series = named(&about, "neurodata_type").is_some();
    let dataset = |name: &str| -> Result<Option<Dataset>, Problem> {
        let path = format!("{group}/{name}");
        match resolve(file, &path) {
            Ok(address) => Dataset::open(file, &path, address).map(Some),
            Err(Problem::MissingArray { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    };
    if !is_series {
        return Ok(None);
    }
    let Some(data) = dataset("data")? else {
        return match path == group {
            true => Err(no_series(path, dataset("spike_times")?.is_some())),
            false => Ok(None),
        };
    };
    if data.shape.len() > 2 {
        return Err(Problem::Unsupported {
            place: format!("series `{group}`"),
            found: format!("samples of {} dimensions, as of pictures", data.shape.len() - 1),
            expected: "one number a sample, or a vector",
            advice: "save it as time x columns",
        });
    }
    let own = attributes(file, &data.path, &data.messages)?;
    let number = |name: &str| named(&own, name).and_then(Attribute::number);
    let meaning = Meaning { factor: number("conversion"), offset: number("offset"), ..Meaning::default() };
    let name = group.rsplit('/').next().unwrap_or(group);
    let columns =
        (0..data.shape.get(1).copied().unwrap_or(1).min(1 << 20)).map(|k| format!("{name}{k}")).collect();
    let mut array = Array::new(file, data, meaning, false)?;
    let mut lead = vec![];
    if let Some(time) = times(file, &dataset, &array)? {
        array.lead.push(time);
        lead.push("time".to_owned());
    }
    let mut schema = array.schema(&lead, columns);
    schema.array_name = Some(group.trim_start_matches('/').to_owned());
    Ok(Some((array, schema)))
}

/// The times of a series: its own, or regular ones.
fn times(
    file: &Hdf5,
    dataset: &dyn Fn(&str) -> Result<Option<Dataset>, Problem>,
    array: &Array,
) -> Result<Option<Lead>, Problem> {
    if let Some(stamps) = dataset("timestamps")? {
        if stamps.shape.len() != 1 || stamps.shape.first() != array.data.shape.first() {
            let (found, expected) = (stamps.elements().unwrap_or(0) as usize, array.shape.time as usize);
            return Err(Problem::UnequalColumns { column: "timestamps".into(), found, expected });
        }
        return Ok(Some(Lead::Along(Box::new(stamps), Meaning::default())));
    }
    let Some(starting) = dataset("starting_time")? else { return Ok(None) };
    let about = attributes(file, &starting.path, &starting.messages)?;
    let rate = named(&about, "rate").and_then(Attribute::number).filter(|r| *r > 0.0);
    let start = values::numbers(file, &starting)?.first().copied();
    Ok(start.zip(rate).map(|(start, rate)| Lead::Regular { start, rate }))
}

fn no_series(path: &str, spikes: bool) -> Problem {
    let (found, advice) = match spikes {
        true => (
            "spike times",
            "say how wide the bins are to be: units@20ms, or for each trial units@20ms:trials",
        ),
        false => ("a group without data", "name a time series, or a dataset"),
    };
    let place = format!("`{}`", super::super::shown::name(path));
    Problem::Unsupported { place, found: found.into(), expected: "a time series", advice }
}
