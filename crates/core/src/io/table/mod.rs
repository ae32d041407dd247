//! Numeric tables: CSV, Parquet, Arrow IPC, npy, npz, MATLAB's and HDF5; a row is a time step.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use super::alf;
use super::archive::Archive;
use super::error::{Error, Problem};
use super::hdf5::Recording;
use super::held;
use super::sniff::{self, Family};
use super::steady;

#[cfg(feature = "tables")]
mod arrow;
#[cfg(feature = "tables")]
mod contained;
mod csv;
#[cfg(feature = "tables")]
mod frame;
mod json_lines;
mod npy_columns;
mod npy_file;
mod npy_fortran;
#[cfg(feature = "tables")]
mod parquet;
mod pattern;
mod session;
pub(super) mod source;
mod tensor_file;
mod types;
mod write;

#[cfg(feature = "tables")]
pub use frame::{cells, frame};
pub use pattern::match_columns;
pub use session::{Session, session};
pub use types::{Chunk, Column, ColumnInfo, Kind, ReadTable, Schema, Table, Values};
pub use write::{Cells, TableFormat, encode, write};

use source::{Block, Part, Pick, Source, Watched};

/// What is read here, for messages.
const EXPECTED: &str = match cfg!(feature = "tables") {
    true => "a table as CSV, Parquet, Arrow IPC, npy, npz, mat, HDF5, NWB or netCDF-4",
    false => "a table as CSV, npy, npz, mat, HDF5, NWB or netCDF-4",
};

/// Read piece by piece a file may hold so many times what it may when it is held whole.
const PIECES: u64 = 16;

/// Reads a table, told by its content and, failing that, by its extension.
///
/// # Formats
/// - CSV: comma, semicolon, tab, bar or blanks, told by the first hundred records or a line `sep=;`; quotes; LF,
///   CRLF or CR; UTF-8 with or without a byte order mark. Lines that start with `#`, `%` or `//` before the table
///   are comments, the last of them its names if it has as many. A first row of numbers only means that there are
///   no names, and the columns are `c0`, `c1`, ...; a nameless column is called so too. But 0, 1, ..., n-1 are
///   names, as pandas writes them, unless the next row continues the count (n, n+1, ... or 1, 2, ..., n), and so are
///   different whole numbers above columns of decimals. Empty fields and the marks of pandas, C libraries and
///   spreadsheets (`n/a`, `None`, `-nan(ind)`, `#N/A`, a dash, ...) are missing, `true` and `false` are 1 and 0. A
///   comma or point in a number is decimal or parts thousands, whichever all numbers of the sample allow.
/// - Parquet and Arrow IPC (file or stream; feature `tables`, on by default): integers, floats, decimals, booleans, times, text,
///   dictionaries of these; a list `v` of one length becomes `v0`, `v1`, ...
/// - npy and npz: a vector is one column, a matrix is rows by columns, and three dimensions are trials,
///   time, columns: a leading column `trial`, then the rows of trial 0, of trial 1, ... Columns are
///   `x0`, `x1`, ..., in an npz `<array>0`, `<array>1`, ...; the fields of a structured array have their own names.
/// - MATLAB's files before 7.3: an array as of an npz, a field of a struct as `struct.field`; it is held in memory.
/// - HDF5, and what is HDF5 within (MATLAB 7.3, netCDF-4, NWB): a dataset by its path, or the end of it, as an array of an npz;
///   dimension scales name the columns, and `scale_factor`, `add_offset` and `_FillValue` are applied. Of NWB also a time series
///   (data * conversion + offset), and spikes counted in bins: `units@20ms`, or in each trial, `units@20ms:trials`.
/// - A folder of ALF (`spikes.times.npy`, `spikes.clusters.npy`, `trials.*`): `spikes@20ms`, `spikes@20ms:trials`, or an array by its
///   name (`wheel.position`).
///
/// Columns that only count or name the rows ([`Schema::index`]) are read if asked for by name.
///
/// # Errors
/// A missing, damaged, foreign or empty file; a column or array that is not there; see [`Problem`].
///
/// ```
/// use nullcline_core::io::table::{ReadTable, read};
///
/// let path = "../../datasets/ibl_activity.csv".as_ref();
/// let whole = read(path, &ReadTable::default()).unwrap();
/// assert_eq!((whole.rows, whole.columns.len(), whole.format), (400, 20, "csv"));
/// assert_eq!(whole.numbers("h0").unwrap()[0], -0.397558);
/// // Some columns, in the order asked for.
/// let columns = ["h3", "h1"].map(String::from);
/// let two = read(path, &ReadTable { columns: Some(&columns), ..ReadTable::default() }).unwrap();
/// assert_eq!(two.columns[1].values, whole.column("h1").unwrap().values);
/// ```
pub fn read(path: &Path, what: &ReadTable<'_>) -> Result<Table, Error> {
    steady::reading(path, || read_whole(path, what))
}

fn read_whole(path: &Path, what: &ReadTable<'_>) -> Result<Table, Error> {
    let fail = |problem| Error::new(path, problem);
    let mut source = open(path, what.array)?;
    let schema = source.schema().clone();
    let mut picks = match what.columns {
        Some(names) => select(&schema, names).map_err(fail)?,
        None => {
            let data = |k: &usize| !schema.index.contains(&schema.columns[*k].name);
            let all = (0..schema.columns.len()).filter(data);
            all.map(|column| Pick { column, text: false }).collect()
        }
    };
    picks.retain(|p| !matches!(schema.columns[p.column].kind, Kind::Other(_)));
    if let Some(rows) = schema.rows {
        let all = (rows as u64).saturating_mul(picks.len() as u64);
        let place = format!("{rows} rows of {} columns", picks.len());
        Problem::afford(place, all, held::allowed(path)).map_err(fail)?;
    }
    let unread = schema.columns.iter().find_map(|c| match &c.kind {
        Kind::Other(found) => Some((c.name.clone(), found.clone())),
        _ => None,
    });
    if let (Some((column, found)), true) = (unread, picks.is_empty()) {
        return Err(fail(Problem::ColumnType { column, found }));
    }
    for pick in &mut picks {
        pick.text = schema.columns[pick.column].kind == Kind::Text;
    }
    let parts = loop {
        match collect(path, source.as_mut(), &picks) {
            // A CSV whose first text stands far down: that column, and others like it, are text after all.
            Err(error) if matches!(error.kind(), Problem::TextValue { .. }) => {
                let texts = source.texts(&picks)?;
                if !texts.contains(&true) {
                    return Err(error);
                }
                picks.iter_mut().zip(texts).for_each(|(pick, text)| pick.text |= text);
            }
            Err(error) => return Err(error),
            Ok(parts) => break parts,
        }
    };
    let rows = parts.first().map_or(0, Part::len);
    if rows == 0 {
        return Err(fail(Problem::NoRows { rows, columns: schema.columns.len() }));
    }
    let name = |p: &Pick| schema.columns[p.column].name.clone();
    let columns = picks.iter().zip(parts).map(|(p, part)| Column {
        name: name(p),
        values: part.values,
        nulls: part.nulls,
    });
    let skipped = schema.columns.iter().filter(|_| what.columns.is_none()).filter_map(|c| match &c.kind {
        _ if schema.index.contains(&c.name) => Some(format!("{}: tells something of the rows", c.name)),
        Kind::Other(found) => Some(format!("{}: type {found} is no number and no text", c.name)),
        _ => None,
    });
    Ok(Table {
        columns: columns.collect(),
        rows,
        format: schema.format,
        skipped: skipped.collect(),
        array_name: schema.array_name,
    })
}

fn collect(path: &Path, source: &mut dyn Source, picks: &[Pick]) -> Result<Vec<Part>, Error> {
    let mut parts: Vec<Part> = picks.iter().map(|p| Part::empty(p.text)).collect();
    let (mut taken, limit) = (0u64, held::allowed(path));
    // Few rows at a time where they are wide.
    source.visit(picks, ((1 << 22) / picks.len().max(1)).clamp(1, 1 << 16), &mut |block| {
        taken = block.parts.iter().fold(taken, |n, part| n.saturating_add(part.bytes()));
        let place = format!("the table of {} columns", picks.len());
        Problem::afford(place, taken / 8, limit).map_err(|problem| Error::new(path, problem))?;
        parts.iter_mut().zip(block.parts).for_each(|(all, new)| all.append(new));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(parts)
}

/// Gives a column to `f` as labels, one a row: text as it stands, whole numbers to the last digit, missing ones empty.
///
/// # Errors
/// As [`read`].
///
/// ```
/// use nullcline_core::io::table::{Cells, TableFormat, labels, write};
///
/// let path = std::env::temp_dir().join(format!("nullcline-doc-labels-{}.csv", std::process::id()));
/// write(&path, TableFormat::Csv, &[("side", Cells::Text(vec!["left".into(), "right".into()]))]).unwrap();
/// let mut seen = vec![];
/// labels(&path, None, "side", &mut |label| seen.push(label.to_owned())).unwrap();
/// std::fs::remove_file(&path).unwrap();
/// assert_eq!(seen, ["left", "right"]);
/// ```
pub fn labels(path: &Path, array: Option<&str>, column: &str, f: &mut dyn FnMut(&str)) -> Result<(), Error> {
    each_label(path, array, &[column.to_owned()], &mut |_, label| f(label))
}

/// Columns as [`labels`], all read together.
///
/// # Errors
/// As [`read`].
pub fn all_labels(path: &Path, array: Option<&str>, columns: &[String]) -> Result<Vec<Vec<String>>, Error> {
    let mut all = vec![vec![]; columns.len()];
    each_label(path, array, columns, &mut |k, label| all[k].push(label.to_owned()))?;
    Ok(all)
}

/// Gives the labels of each of the columns to `f`, with the column's place.
fn each_label(
    path: &Path,
    array: Option<&str>,
    columns: &[String],
    f: &mut dyn FnMut(usize, &str),
) -> Result<(), Error> {
    let fail = |problem| Error::new(path, problem);
    let mut source = open(path, array)?;
    let all = source.schema().columns.len();
    let mut picks = select(source.schema(), columns).map_err(fail)?;
    picks.iter_mut().for_each(|pick| pick.text = true);
    worth(source.schema(), picks.len(), path)?;
    let mut rows = 0;
    source.visit(&picks, 1 << 14, &mut |block| {
        rows += block.rows;
        for (k, part) in block.parts.into_iter().enumerate() {
            if let Values::Text(labels) = part.values {
                labels.iter().for_each(|l| f(k, if csv::is_missing(l) { "" } else { l }));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if rows == 0 { Err(fail(Problem::NoRows { rows, columns: all })) } else { Ok(()) }
}

/// What is written in one row, from 0, of a column: a mark of a missing value as it stands.
///
/// # Errors
/// As [`read`].
pub fn raw_label(
    path: &Path,
    array: Option<&str>,
    column: &str,
    row: usize,
) -> Result<Option<String>, Error> {
    let mut source = open(path, array)?;
    let mut picks =
        select(source.schema(), &[column.to_owned()]).map_err(|problem| Error::new(path, problem))?;
    picks[0].text = true;
    let (mut before, mut found) = (0, None);
    source.visit(&picks, 1 << 12, &mut |mut block| {
        if row < before + block.rows {
            if let Some(Part { values: Values::Text(mut values), .. }) = block.parts.pop() {
                found = Some(values.swap_remove(row - before));
            }
            return Ok(ControlFlow::Break(()));
        }
        before += block.rows;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// The first numbers of a column, at most `rows`; none if it holds text.
///
/// # Errors
/// As [`read`].
///
/// ```
/// use nullcline_core::io::table::first_numbers;
///
/// let found = first_numbers("../../datasets/ibl_activity.csv".as_ref(), None, "h1", 2).unwrap();
/// assert_eq!(found, Some(vec![-0.253413, -0.66984]));
/// ```
pub fn first_numbers(
    path: &Path,
    array: Option<&str>,
    column: &str,
    rows: usize,
) -> Result<Option<Vec<f64>>, Error> {
    let mut source = open(path, array)?;
    let picks = select(source.schema(), &[column.to_owned()]).map_err(|problem| Error::new(path, problem))?;
    let mut found = None;
    let mut take = |mut block: Block| {
        if let Some(Part { values: Values::Number(values), .. }) = block.parts.pop() {
            found = Some(values);
        }
        Ok(ControlFlow::Break(()))
    };
    match source.visit(&picks, rows.max(1), &mut take) {
        Err(error) if !matches!(error.kind(), Problem::TextValue { .. }) => Err(error),
        _ => Ok(found),
    }
}

/// What a table holds, without reading its values; `array` names one of an npz.
///
/// # Errors
/// As [`read`], as far as they show without the values.
///
/// ```
/// use nullcline_core::io::table::{Kind, schema};
///
/// let found = schema("../../datasets/ibl_activity.csv".as_ref(), None).unwrap();
/// assert_eq!(found.names()[..2], ["h0", "h1"]);
/// // A CSV does not tell its rows without being read.
/// assert!(found.columns.iter().all(|c| c.kind == Kind::Number) && found.rows.is_none());
/// ```
pub fn schema(path: &Path, array: Option<&str>) -> Result<Schema, Error> {
    Ok(open(path, array)?.schema().clone())
}

/// Gives the numbers of `columns` to `f`, at most `rows_per_chunk` rows at a time, in order.
///
/// Memory is bounded by the chunk and what the format makes one read at a time: pages of Parquet, a record
/// batch of Arrow, a record of CSV, a megabyte of npy or npz. Of an array of three dimensions in Fortran order as
/// many trials are held as fit into 64 MiB, one at least. Only an array in Fortran order in a compressed npz is
/// unpacked whole, up to 1 GiB.
///
/// # Errors
/// As [`read`]; a text in a column is an error that names column, row and value. An error of `f` ends
/// the reading and is returned.
///
/// ```
/// use nullcline_core::io::table::stream;
///
/// let (mut rows, mut sum) = (0, 0.0);
/// let columns = ["h0".to_owned()];
/// stream("../../datasets/ibl_activity.csv".as_ref(), &columns, None, 64, &mut |chunk| {
///     rows += chunk.rows;
///     sum += chunk.columns[0].iter().sum::<f64>();
///     assert!(chunk.rows <= 64);
///     Ok(())
/// })
/// .unwrap();
/// assert!(rows == 400 && (sum / 400.0).abs() < 1.0);
/// ```
pub fn stream(
    path: &Path,
    columns: &[String],
    array: Option<&str>,
    rows_per_chunk: usize,
    f: &mut dyn FnMut(Chunk) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut source = open(path, array)?;
    let schema = source.schema().clone();
    let picks = select(&schema, columns).map_err(|problem| Error::new(path, problem))?;
    worth(&schema, picks.len(), path)?;
    let mut rows = 0;
    source.visit(&picks, rows_per_chunk.max(1), &mut |block| {
        let mut chunk = Chunk { rows: block.rows, columns: Vec::with_capacity(block.parts.len()) };
        for (pick, part) in picks.iter().zip(block.parts) {
            match part.values {
                Values::Number(values) => chunk.columns.push(values),
                Values::Text(values) => {
                    let problem = source::first_text(&schema.columns[pick.column].name, &values, rows);
                    return Err(Error::new(path, problem));
                }
            }
        }
        rows += block.rows;
        f(chunk).map(ControlFlow::Continue)
    })?;
    match rows {
        0 => Err(Error::new(path, Problem::NoRows { rows, columns: schema.columns.len() })),
        _ => Ok(()),
    }
}

/// Fails at rows without end in a file of hardly any length: piece by piece they fill no memory, but a day.
fn worth(schema: &Schema, columns: usize, path: &Path) -> Result<(), Error> {
    let rows = schema.rows.unwrap_or(0);
    let place = format!("{rows} rows of {columns} columns, all of them");
    let limit = held::allowed(path).saturating_mul(PIECES);
    Problem::afford(place, (rows as u64).saturating_mul(columns.max(1) as u64), limit)
        .map_err(|problem| Error::new(path, problem))
}

fn select(schema: &Schema, names: &[String]) -> Result<Vec<Pick>, Problem> {
    let places: HashMap<&str, usize> =
        schema.columns.iter().enumerate().map(|(k, c)| (c.name.as_str(), k)).collect();
    let find = |name: &String| match places.get(name.as_str()).copied() {
        Some(column) => match &schema.columns[column].kind {
            Kind::Other(found) => Err(Problem::ColumnType { column: name.clone(), found: found.clone() }),
            _ => Ok(Pick { column, text: false }),
        },
        None => Err(Problem::MissingColumn { name: name.clone(), columns: schema.names() }),
    };
    names.iter().map(find).collect()
}

/// An npy file as a table whose columns are called after `name`.
pub(super) fn array(path: &Path, name: &str) -> Result<Box<dyn Source>, Error> {
    let (held, source) = (steady::hold(), npy_file::open_named(path, name)?);
    Ok(Box::new(Watched { path: path.into(), source: Box::new(source), _held: held }))
}

fn open(path: &Path, array: Option<&str>) -> Result<Box<dyn Source>, Error> {
    if let Some(names) = held::names(path) {
        let file = npy_file::open_held(path, names, array)?;
        source::unique_names(file.schema()).map_err(|problem| Error::new(path, problem))?;
        return Ok(Box::new(file));
    }
    let held = steady::hold();
    if path.is_dir() && alf::holds(path) {
        let source = alf::open(path, array)?;
        source::unique_names(source.schema()).map_err(|problem| Error::new(path, problem))?;
        return Ok(source);
    }
    let family = sniff::family(path)?;
    let source: Result<Box<dyn Source>, Error> = match family {
        Family::Text => csv::open(path).map(|s| Box::new(s) as _),
        #[cfg(feature = "tables")]
        Family::Parquet => parquet::open(path).map(|s| Box::new(s) as _),
        #[cfg(feature = "tables")]
        Family::ArrowFile | Family::ArrowStream => {
            arrow::open(path, family == Family::ArrowFile).map(|s| Box::new(s) as _)
        }
        Family::Npy => npy_file::open_npy(path).map(|s| Box::new(s) as _),
        Family::Zip => npy_file::open_npz(path, array).map(|s| Box::new(s) as _),
        Family::Matlab => tensor_file::open(path, array).map(|s| Box::new(s) as _),
        Family::Hdf5 => match Recording::open(path, array) {
            Ok(recording) => Ok(Box::new(recording)),
            Err(problem) => Err(Error::new(path, problem)),
        },
        _ => return Err(sniff::unexpected(path, family, EXPECTED)),
    };
    let source = source?;
    if family == Family::Zip {
        let sound = Archive::open(path, source.schema().format).and_then(|mut a| a.verify(u64::MAX));
        sound.map_err(|problem| Error::new(path, problem))?;
    }
    source::unique_names(source.schema()).map_err(|problem| Error::new(path, problem))?;
    Ok(Box::new(Watched { path: path.into(), source, _held: held }))
}
