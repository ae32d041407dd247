//! Folders of ALF (Open Neurophysiology Environment): spikes by unit, trials, and arrays named `object.attribute`.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{Error, Problem};
use super::held;
use super::spikes::{Bins, Spikes};
use super::table::source::{Pick, Source, Taker};
use super::table::{self, Schema, Session};
use units::Units;

mod trials;
mod units;

/// Folders above the one of the spikes in which trials may lie, as those of a session with several probes do.
const ABOVE: usize = 2;
/// Files of a folder that are looked at.
const MOST_FILES: usize = 10_000;

/// A file by its object and attribute.
type Found = (String, String, PathBuf);

/// The object and the attribute of a file: `_ibl_trials.intervals.npy`, `spikes.times.8f3a.npy`.
fn parts(name: &str) -> Option<(&str, &str)> {
    // A namespace may stand before the object.
    let bare = name.strip_prefix('_').and_then(|n| n.split_once('_')).map_or(name, |(_, rest)| rest);
    let mut all = bare.split('.');
    let (object, attribute) = (all.next()?, all.next()?);
    let known = name.ends_with(".npy") || name.ends_with(".pqt");
    (known && all.next().is_some() && !object.is_empty()).then_some((object, attribute))
}

/// Files of the folder by object and attribute.
fn listed(folder: &Path) -> Vec<Found> {
    let entries = fs::read_dir(folder).into_iter().flatten().take(MOST_FILES).filter_map(Result::ok);
    let named = |e: fs::DirEntry| {
        let name = e.file_name().into_string().ok()?;
        let (object, attribute) = parts(&name)?;
        Some((object.to_owned(), attribute.to_owned(), e.path()))
    };
    let mut all: Vec<_> = entries.filter_map(named).collect();
    all.sort();
    all
}

fn file_of(all: &[Found], object: &str, attribute: &str) -> Option<PathBuf> {
    all.iter().find(|(o, a, _)| o == object && a == attribute).map(|f| f.2.clone())
}

/// Whether a folder holds spikes or trials of ALF.
pub(super) fn holds(folder: &Path) -> bool {
    let all = listed(folder);
    file_of(&all, "spikes", "times").is_some()
        || file_of(&all, "trials", "intervals").is_some()
        || file_of(&all, "trials", "table").is_some()
}

/// Files of trials, in the folder or above it.
fn trials_near(folder: &Path) -> Option<Vec<Found>> {
    let whole = fs::canonicalize(folder).ok()?;
    let near = whole.ancestors().take(ABOVE + 1).map(listed);
    near.map(|all| all.into_iter().filter(|f| f.0 == "trials").collect::<Vec<_>>())
        .find(|all| all.iter().any(|f| f.1 == "intervals" || f.1 == "table"))
}

/// What a folder holds, if it is one of ALF.
pub(super) fn contents(folder: &Path) -> Result<Option<Session>, Error> {
    if !holds(folder) {
        return Ok(None);
    }
    let all = listed(folder);
    let mut found = Session::default();
    if file_of(&all, "spikes", "times").is_some() {
        let units = Units::open(folder, &all)?;
        found.units.push(("/spikes".into(), units.ids.len() as u64));
    }
    if let Some(trials) = trials_near(folder) {
        found.intervals.push(("/intervals/trials".into(), trials::read(&trials)?.times.len() as u64));
    }
    for (object, attribute, path) in &all {
        let series = !matches!(&object[..], "spikes" | "trials" | "clusters" | "templates" | "channels");
        if series && path.extension().is_some_and(|e| e == "npy") {
            let shape = table::schema(path, None)?;
            found.series.push((
                format!("/{object}.{attribute}"),
                vec![shape.rows.unwrap_or(0) as u64, shape.columns.len() as u64],
            ));
        }
    }
    Ok(Some(found))
}

/// The spikes of the folder in bins (`spikes@20ms`, `spikes@20ms:trials`), or one of its arrays.
///
/// # Errors
/// No such array, none named, spikes without the units that they are of, and damaged files.
pub(super) fn open(folder: &Path, array: Option<&str>) -> Result<Box<dyn Source>, Error> {
    let fail = |problem| Error::new(folder, problem);
    let all = listed(folder);
    let arrays = || contents(folder).ok().flatten().map_or_else(Vec::new, |c| c.arrays());
    let Some(name) = array else { return Err(fail(Problem::AmbiguousArray { arrays: arrays() })) };
    let missing = || fail(Problem::MissingArray { name: name.into(), arrays: arrays() });
    let Some(("spikes", bins)) = name.split_once('@') else {
        let (object, attribute) = name.split_once('.').ok_or_else(missing)?;
        let path = file_of(&all, object, attribute).ok_or_else(missing)?;
        return table::array(&path, name);
    };
    let bins = Bins::parse(bins).map_err(fail)?;
    let units = Units::open(folder, &all)?;
    let trials = match bins.intervals.as_deref() {
        None => None,
        Some("trials") => Some(trials::read(&trials_near(folder).ok_or_else(missing)?)?),
        Some(_) => return Err(missing()),
    };
    let allowance = held::allowed(&units.path);
    let spikes =
        Spikes::new(("alf", "spikes"), Box::new(units), bins.width, trials, allowance).map_err(fail)?;
    Ok(Box::new(Binned { folder: folder.to_owned(), schema: spikes.schema(), spikes }))
}

/// Spikes in bins as a table.
struct Binned {
    folder: PathBuf,
    schema: Schema,
    spikes: Spikes,
}

impl Source for Binned {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn visit(&mut self, picks: &[Pick], rows: usize, f: &mut Taker<'_>) -> Result<(), Error> {
        self.spikes.visit(picks, rows, f).map_err(|stopped| stopped.told(&self.folder))
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn names_have_objects_and_attributes() {
        for (name, expected) in [
            ("spikes.times.npy", Some(("spikes", "times"))),
            ("_ibl_trials.intervals.npy", Some(("trials", "intervals"))),
            ("spikes.times.8f3a-11.npy", Some(("spikes", "times"))),
            ("_ibl_trials.table.pqt", Some(("trials", "table"))),
            ("times.npy", None),
            ("spikes.times.csv", None),
            (".npy", None),
        ] {
            assert_eq!(parts(name), expected, "{name}");
        }
    }
}
