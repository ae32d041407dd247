//! Which dataset is read, and what its columns are called.

use std::collections::HashSet;

use super::super::super::error::Problem;
use super::super::attributes::{Attribute, Value, attributes, named};
use super::super::dataset::Dataset;
use super::super::file::Hdf5;
use super::super::header;
use super::super::matlab;
use super::super::tree::{Entry, resolve, tree};
use super::super::types::Type;
use super::super::values;
use super::array::{Array, Lead};
use super::beside::{beside, group, is_row_of};
use super::meaning::Meaning;

/// What netCDF notes at a dimension that has no values of its own.
const BARE: &str = "This is a netCDF dimension but not a netCDF variable";

/// Datasets that can be a table, by their paths: numbers of one to three dimensions that are no scale of others.
pub(in super::super) fn candidates(file: &Hdf5, all: &[Entry]) -> Result<Vec<String>, Problem> {
    let mut found = vec![];
    for entry in all {
        entry.sound()?;
        let Some(shape) = &entry.shape else { continue };
        let fits = (1..=3).contains(&shape.len()) && !shape.contains(&0);
        if !fits || matlab::internal(&entry.path) {
            continue;
        }
        let data = Dataset::open(file, &entry.path, entry.address)?;
        let about = attributes(file, &entry.path, &data.messages)?;
        let scale = named(&about, "CLASS").and_then(Attribute::text) == Some("DIMENSION_SCALE");
        let values = matlab::class(&about).is_none_or(|c| matlab::is_numeric(c, &about));
        if matches!(data.kind, Type::Number { .. }) && !scale && values {
            found.push(entry.path.trim_start_matches('/').to_owned());
        }
    }
    Ok(found)
}

/// The dataset called `array`, by its path (its parts joined by `/` or `.`) or, where only one has it, by the end of its path;
/// without a name the only one there is.
pub(in super::super) fn chosen(file: &Hdf5, array: Option<&str>) -> Result<String, Problem> {
    // As weights are called too: the parts of a path joined by dots.
    let written = array.into_iter().flat_map(|name| [name.to_owned(), name.replace('.', "/")]);
    for name in written {
        match resolve(file, &name) {
            Err(Problem::MissingArray { .. }) => {}
            Err(error) => return Err(error),
            Ok(_) => return Ok(format!("/{}", name.trim_matches('/'))),
        }
    }
    let listed = tree(file)?;
    let arrays = candidates(file, &listed)?;
    let ends = |a: &&String| array.is_none_or(|name| a.rsplit('/').next() == Some(name.trim_matches('/')));
    let mut found = arrays.iter().filter(ends);
    match (found.next(), found.next(), array) {
        (Some(only), None, None) if empty_beside(only, &listed).is_some() => Err(Problem::Unsupported {
            place: format!("`{}`", empty_beside(only, &listed).unwrap_or_default()),
            found: "an array without values".into(),
            expected: "one with values, as rows x columns or trials x rows x columns",
            advice: "what stands beside it is a vector; name that by its path if it is what is meant",
        }),
        (Some(only), None, _) => Ok(format!("/{only}")),
        (None, _, None) => Err(Problem::Unsupported {
            place: "the file".into(),
            found: "no dataset of numbers of one to three dimensions with values".into(),
            expected: "one, as rows x columns or trials x rows x columns",
            advice: "`nullcline inspect` lists what is there, and why it is not read",
        }),
        (None, _, Some(name)) if arrays.is_empty() => Err(Problem::Unsupported {
            place: format!("`{}`", super::super::super::shown::name(name)),
            found: "nothing of that name, and no dataset of numbers of one to three dimensions".into(),
            expected: "one of these",
            advice: "look into the file by h5ls -r",
        }),
        (None, _, Some(name)) => Err(Problem::MissingArray { name: name.into(), arrays }),
        (Some(_), Some(_), None) => match only_with_labels(file, &arrays, &listed) {
            Some(one) => Ok(format!("/{one}")),
            None => Err(Problem::AmbiguousArray { arrays }),
        },
        (Some(_), Some(_), _) => Err(Problem::AmbiguousArray { arrays }),
    }
}

/// An array without values in the group of `vector`, the only dataset that has any.
fn empty_beside<'l>(vector: &str, listed: &'l [Entry]) -> Option<&'l str> {
    let shape = |path: &str| listed.iter().find(|e| e.path.trim_start_matches('/') == path)?.shape.as_deref();
    let alone = shape(vector).is_some_and(|s| s.iter().filter(|n| **n != 1).count() <= 1);
    let empty = |e: &&Entry| {
        e.shape.as_deref().is_some_and(|s| s.len() > 1 && s.contains(&0))
            && group(&e.path) == group(&format!("/{vector}"))
    };
    listed.iter().find(empty).filter(|_| alone).map(|e| e.path.trim_start_matches('/'))
}

/// A table, the names of the columns that lead, and those of its own.
type Named = (Array, Vec<String>, Vec<String>);

/// A dataset as a table, with the names of the columns that lead and of its own: dimension scales give both.
pub(in super::super) fn open(file: &Hdf5, path: &str) -> Result<Named, Problem> {
    let data = Dataset::open(file, path, resolve(file, path)?)?;
    let about = attributes(file, path, &data.messages)?;
    let meaning = Meaning::of(&data, &about);
    let class = matlab::class(&about);
    if let Some(class) = class.filter(|c| !matlab::is_numeric(*c, &about)) {
        return Err(Problem::Unsupported {
            place: data.place(),
            found: format!("a variable of MATLAB that is {}", matlab::words(class)),
            expected: "numbers",
            advice: "name a numeric variable",
        });
    }
    let listed = tree(file)?;
    let dimensions = dimensions(&about, &listed);
    let turned = turned(&data, &dimensions)? || timed_across(&data, path, &listed);
    let mut array = Array::new(file, data, meaning, class.is_some() || turned)?;
    let mut lead: Vec<String> = array.lead.iter().map(|_| "trial".to_owned()).collect();
    let base = path.rsplit('/').next().unwrap_or(path).to_owned();
    let base = base.as_str();
    let numbered = |n: u64| (0..n).map(|k| format!("{base}{k}")).collect::<Vec<_>>();
    let mut columns = numbered(array.shape.columns);
    let Some(Value::References(axes)) = named(&about, "DIMENSION_LIST").map(|a| &a.value) else {
        return with_beside(file, (array, lead, columns), &about, &listed);
    };
    let scale = |axis: usize| -> Result<Option<(String, Dataset)>, Problem> {
        let Some(address) = axes.get(axis).and_then(|all| all.first()) else { return Ok(None) };
        let Some(entry) = listed.iter().find(|e| e.address == *address && e.shape.is_some()) else {
            return Ok(None);
        };
        let data = Dataset::open(file, &entry.path, *address)?;
        let about = attributes(file, &entry.path, &data.messages)?;
        let bare = named(&about, "NAME").and_then(Attribute::text).is_some_and(|n| n.starts_with(BARE));
        let fits = data.shape.len() == 1 && data.shape.first() == array.data.shape.get(axis);
        let name = entry.path.rsplit('/').next().unwrap_or_default().to_owned();
        Ok((!bare && fits).then_some((name, data)))
    };
    let rank = array.data.shape.len();
    let (first, last) = if turned { (rank - 1, 0) } else { (0, rank - 1) };
    let (rows, across) =
        (if rank < 3 { scale(first)? } else { None }, if rank > 1 { scale(last)? } else { None });
    if let Some((_, data)) = across {
        columns = labels(file, &data, base)?.unwrap_or(columns);
    }
    if let Some((name, data)) =
        rows.filter(|(n, d)| matches!(d.kind, Type::Number { .. }) && !columns.contains(n))
    {
        let meaning = Meaning::of(&data, &attributes(file, &data.path, &data.messages)?);
        array.lead.push(Lead::Along(Box::new(data), meaning));
        lead.push(name);
    }
    with_beside(file, (array, lead, columns), &about, &listed)
}

/// A table with what stands beside it in its group.
fn with_beside(
    file: &Hdf5,
    (mut array, mut lead, columns): Named,
    about: &[Attribute],
    listed: &[Entry],
) -> Result<Named, Problem> {
    let taken: Vec<String> = lead.iter().chain(&columns).cloned().collect();
    let found = beside(file, &array, about, listed, &taken)?;
    array.lead.extend(found.lead);
    lead.extend(found.names);
    Ok((array, lead, columns))
}

/// The only array that all others stand beside, each a value for each of its trials or rows; by its path.
fn only_with_labels(file: &Hdf5, arrays: &[String], all: &[Entry]) -> Option<String> {
    let shape = |path: &str| {
        let entry = all.iter().find(|e| e.path.trim_start_matches('/') == path)?;
        entry.shape.as_deref()
    };
    let wide = |path: &&String| shape(path).is_some_and(|s| s.iter().filter(|n| **n != 1).count() > 1);
    let mut large = arrays.iter().filter(wide);
    let (one, None) = (large.next()?, large.next()) else { return None };
    let sizes = shape(one)?;
    // Of MATLAB's the last dimension is the first.
    let address = all.iter().find(|e| e.path.trim_start_matches('/') == *one)?.address;
    let messages = header::messages(file, one, address).ok()?;
    let reversed = matlab::class(&attributes(file, one, &messages).ok()?).is_some();
    let count = if reversed { *sizes.last()? } else { *sizes.first()? };
    // Times may be of its columns, or of the steps of its trials.
    let fits = |path: &str, s: &[u64]| {
        let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
        is_row_of(s, count) || is_time(&name) && sizes.iter().any(|n| is_row_of(s, *n))
    };
    let labels = |path: &String| {
        path == one || group(path) == group(one) && shape(path).is_some_and(|s| fits(path, s))
    };
    arrays.iter().all(labels).then(|| one.clone())
}

/// Names of the dimensions, by their scales or labels; empty where a dimension has none.
fn dimensions(about: &[Attribute], listed: &[Entry]) -> Vec<String> {
    let name = |address: &u64| {
        let entry = listed.iter().find(|e| e.address == *address);
        entry.and_then(|e| e.path.rsplit('/').next()).unwrap_or_default().to_lowercase()
    };
    match (
        named(about, "DIMENSION_LIST").map(|a| &a.value),
        named(about, "DIMENSION_LABELS").map(|a| &a.value),
    ) {
        (Some(Value::References(axes)), _) => {
            axes.iter().map(|a| a.first().map_or_else(String::new, name)).collect()
        }
        (_, Some(Value::Texts(labels))) => labels.iter().map(|l| l.trim().to_lowercase()).collect(),
        _ => vec![],
    }
}

pub(in super::super) fn is_time(name: &str) -> bool {
    matches!(name, "t" | "frame" | "frames" | "sample" | "samples" | "step" | "steps" | "bin" | "bins")
        || name.starts_with("time")
}

/// Whether a vector of times beside a matrix has a value for each of its columns, and none for each row: units x time.
fn timed_across(data: &Dataset, path: &str, listed: &[Entry]) -> bool {
    let [rows, columns] = data.shape[..] else { return false };
    let times = |count: u64| {
        listed.iter().any(|e| {
            let name = e.path.rsplit('/').next().unwrap_or_default().to_lowercase();
            group(&e.path) == group(path)
                && is_time(&name)
                && e.shape.as_deref().is_some_and(|s| is_row_of(s, count))
        })
    };
    rows != columns && times(columns) && !times(rows)
}

/// Whether the dimensions, by their names, lie in reverse: units x time, or units x time x trials.
///
/// # Errors
/// Time at a place from which reversing does not bring it to the rows.
fn turned(data: &Dataset, names: &[String]) -> Result<bool, Problem> {
    let rank = data.shape.len();
    let times: Vec<usize> = (0..names.len()).filter(|k| is_time(&names[*k])).collect();
    let trials = names.iter().position(|n| n.starts_with("trial") || n.starts_with("epoch"));
    match (rank, &times[..], trials) {
        _ if names.len() != rank => Ok(false),
        (2, [1], None) => Ok(true),
        (3, [1], Some(2)) => Ok(true),
        (2, [0], _) | (3, [1], _) | (1, ..) | (_, [], _) => Ok(false),
        _ => Err(Problem::Unsupported {
            place: data.place(),
            found: format!("dimensions ({})", names.join(", ")),
            expected: "(time, units) or (trials, time, units)",
            advice: "write it again in this order: ds.transpose(\"trial\", \"time\", \"unit\") in xarray",
        }),
    }
}

/// Names of columns out of a scale: texts as they are, whole numbers behind the name of the dataset. None where two would be
/// alike, or a name empty.
fn labels(file: &Hdf5, scale: &Dataset, base: &str) -> Result<Option<Vec<String>>, Problem> {
    let found: Vec<String> = match scale.kind {
        Type::Number { .. } => {
            let numbers = values::numbers(file, scale)?;
            if numbers.iter().any(|n| n.fract().abs() > 0.0 || !n.is_finite()) {
                return Ok(None);
            }
            numbers.iter().map(|n| format!("{base}{n}")).collect()
        }
        _ if scale.kind.is_text() => values::texts(file, scale)?,
        _ => return Ok(None),
    };
    let mut seen = HashSet::new();
    let good = found.iter().all(|n| !n.trim().is_empty() && n != "trial" && seen.insert(n.as_str()));
    drop(seen);
    Ok(good.then_some(found))
}

/// The attributes of the object at `path`, if there is one.
pub(in super::super) fn about(file: &Hdf5, path: &str) -> Result<Option<Vec<Attribute>>, Problem> {
    match resolve(file, path) {
        Err(Problem::MissingArray { .. }) => Ok(None),
        Err(error) => Err(error),
        Ok(address) => {
            let messages = header::messages(file, &format!("`{path}`"), address)?;
            attributes(file, path, &messages).map(Some)
        }
    }
}
