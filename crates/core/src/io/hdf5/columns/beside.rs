//! What stands beside an array and tells something of its trials or rows: a value for each, in the same group.

use super::super::super::error::Problem;
use super::super::super::table::Values;
use super::super::super::table::source::Part;
use super::super::attributes::{Attribute, Value, attributes, named};
use super::super::dataset::Dataset;
use super::super::file::Hdf5;
use super::super::matlab;
use super::super::tree::Entry;
use super::super::types::Type;
use super::super::values;
use super::array::{Array, Lead};
use super::choose::is_time;
use super::meaning::Meaning;

/// Columns that are taken, and values of all of them that are held; what lies as the rows do is read with them.
const MOST: usize = 64;
const LARGEST: u64 = 1 << 21;

/// Values of trials or of rows, with their names.
pub(in super::super) struct Beside {
    pub lead: Vec<Lead>,
    pub names: Vec<String>,
}

/// Whether a shape is that of `count` values and nothing else.
pub(in super::super) fn is_row_of(shape: &[u64], count: u64) -> bool {
    let longer = shape.iter().filter(|n| **n != 1).count();
    shape.iter().fold(1u64, |n, d| n.saturating_mul(*d)) == count && longer == 1 && count > 1
}

/// The group in which something lies.
pub(in super::super) fn group(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |p| p.0)
}

/// The dimension scale of the first dimension, where there is one.
fn first_scale(about: &[Attribute]) -> Option<u64> {
    match named(about, "DIMENSION_LIST").map(|a| &a.value) {
        Some(Value::References(axes)) => axes.first()?.first().copied(),
        _ => None,
    }
}

/// The vectors in the group of `array` with a value for each of its trials or, where it has none, its rows; `names` are taken.
///
/// # Errors
/// As of reading any of them.
pub(in super::super) fn beside(
    file: &Hdf5,
    array: &Array,
    about: &[Attribute],
    listed: &[Entry],
    names: &[String],
) -> Result<Beside, Problem> {
    let mut found = Beside { lead: vec![], names: vec![] };
    let trials = array.data.shape.len() == 3;
    let count = if trials { array.shape.trials } else { array.shape.time };
    if array.data.shape.len() < 2 {
        return Ok(found);
    }
    let mut held = 0;
    let axis = first_scale(about);
    let last = |e: &Entry| e.path.rsplit('/').next().unwrap_or_default().to_lowercase();
    // Times of the steps of trials are known by their name.
    let of_step = |e: &Entry| {
        let steps = e.shape.as_deref().is_some_and(|s| is_row_of(s, array.shape.time));
        trials && steps && is_time(&last(e))
    };
    let fits = |e: &&Entry| {
        let shape = e.shape.as_deref().is_some_and(|s| is_row_of(s, count)) || of_step(e);
        shape && group(&e.path) == group(&array.data.path) && !matlab::internal(&e.path)
    };
    for entry in listed.iter().filter(fits) {
        let name = entry.path.rsplit('/').next().unwrap_or_default().to_owned();
        let free = !names.contains(&name) && !found.names.contains(&name);
        if !free || entry.damaged || found.names.len() >= MOST {
            continue;
        }
        let data = Dataset::open(file, &entry.path, entry.address)?;
        let own = attributes(file, &entry.path, &data.messages)?;
        // A vector along another dimension of the same length says nothing of this one.
        let other = first_scale(&own).is_some_and(|a| axis.is_some_and(|b| a != b)) && !of_step(entry);
        let class = matlab::class(&own).is_none_or(|c| matlab::is_numeric(c, &own));
        if other || !class || data.null {
            continue;
        }
        let meaning = Meaning::of(&data, &own);
        if let (Type::Number { .. }, 1, false) = (&data.kind, data.shape.len(), trials) {
            found.lead.push(Lead::Along(Box::new(data), meaning));
            found.names.push(name);
            continue;
        }
        held += count;
        if held > LARGEST {
            break;
        }
        let values = match data.kind {
            Type::Number { .. } => {
                let of = |v: f64| meaning.of_number(v).unwrap_or(f64::NAN);
                Values::Number(values::numbers(file, &data)?.into_iter().map(of).collect())
            }
            _ if data.kind.is_text() => Values::Text(values::texts(file, &data)?),
            _ => continue,
        };
        found.lead.push(match trials {
            true if of_step(entry) => Lead::OfStep(values),
            true => Lead::OfTrial(values),
            false => Lead::OfRow(values),
        });
        found.names.push(name);
    }
    Ok(found)
}

/// Appends what is told of each of the places.
pub(in super::super) fn told(values: &Values, places: impl Iterator<Item = u64>, part: &mut Part) {
    for place in places {
        let at = usize::try_from(place).unwrap_or(usize::MAX);
        match values {
            Values::Number(all) => match all.get(at).filter(|v| !v.is_nan()) {
                Some(v) => part.push_number(*v),
                None => part.push_missing(),
            },
            Values::Text(all) => match all.get(at) {
                Some(v) => part.push_text(v.clone()),
                None => part.push_missing(),
            },
        }
    }
}
