//! Tables out: CSV and Parquet.

use std::collections::HashSet;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use super::super::atomic;
use super::super::error::{Error, Problem};
use super::super::shown::list;
use super::json_lines;

/// The values of a column to write.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Real numbers; those that are not finite are written as missing.
    Float(Vec<f64>),
    /// Whole numbers.
    Int(Vec<i64>),
    /// Words.
    Text(Vec<String>),
    /// `true` or `false`.
    Bool(Vec<bool>),
}

impl Cells {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Bool(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn field(&self, row: usize) -> String {
        match self {
            Self::Float(values) => float(values[row]),
            Self::Int(values) => values[row].to_string(),
            Self::Text(values) => values[row].clone(),
            Self::Bool(values) => values[row].to_string(),
        }
    }
}

/// How tables are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated text (RFC 4180) in UTF-8, with a row of names.
    #[default]
    Csv,
    /// Apache Parquet, compressed with Snappy.
    #[cfg(feature = "tables")]
    Parquet,
    /// JSON lines: an object a row.
    JsonLines,
}

/// Writes columns of so many rows.
type Encoder = fn(&mut (dyn Write + Send), &[(&str, &Cells)], usize) -> Result<(), Problem>;

impl TableFormat {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Csv,
        #[cfg(feature = "tables")]
        Self::Parquet,
        Self::JsonLines,
    ];

    /// The name, which is the extension too, and what writes it.
    fn facts(self) -> (&'static str, Encoder) {
        match self {
            Self::Csv => ("csv", csv),
            #[cfg(feature = "tables")]
            Self::Parquet => ("parquet", super::frame::encode),
            Self::JsonLines => ("jsonl", json_lines::encode),
        }
    }

    /// The file extension, without a dot; on the command line the name.
    pub fn extension(self) -> &'static str {
        self.facts().0
    }

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|f| f.extension() == name)
    }

    /// The names of all, for messages.
    pub fn names() -> String {
        let names: Vec<&str> = Self::ALL.iter().map(|f| f.extension()).collect();
        list(&names, "or")
    }
}

/// Writes a table into a file, whole or not at all.
///
/// # Errors
/// As [`encode`], or a file that cannot be written.
///
/// ```
/// use nullcline_core::io::table::{Cells, ReadTable, TableFormat, read, write};
///
/// let path = std::env::temp_dir().join(format!("nullcline-doc-{}.parquet", std::process::id()));
/// write(&path, TableFormat::Parquet, &[("t", Cells::Int(vec![1, 2])), ("x", Cells::Float(vec![0.5, -1e-300]))]).unwrap();
/// let table = read(&path, &ReadTable::default()).unwrap();
/// std::fs::remove_file(&path).unwrap();
/// assert_eq!(table.numbers("x").unwrap(), [0.5, -1e-300]);
/// ```
pub fn write<N: AsRef<str>>(path: &Path, format: TableFormat, columns: &[(N, Cells)]) -> Result<(), Error> {
    atomic::write(path, |writer| encode(writer, format, columns))
}

/// Writes named columns of equal length into `out`.
///
/// # Errors
/// [`Problem::UnequalColumns`], [`Problem::DuplicateColumn`], or [`Problem::Io`] of `out`.
///
/// # Remarks
/// In CSV a number is the shortest text that reads back to the same bits, and an empty field if it is
/// not finite; in Parquet it is null then.
///
/// ```
/// use nullcline_core::io::table::{Cells, TableFormat, encode};
///
/// let columns = [
///     ("unit", Cells::Text(vec!["a".into(), "b".into()])),
///     ("rate", Cells::Float(vec![0.1, f64::NAN])),
/// ];
/// let mut bytes = Vec::new();
/// encode(&mut bytes, TableFormat::Csv, &columns).unwrap();
/// assert_eq!(String::from_utf8(bytes).unwrap(), "unit,rate\na,0.1\nb,\n");
/// ```
pub fn encode<N: AsRef<str>>(
    mut out: impl Write + Send,
    format: TableFormat,
    columns: &[(N, Cells)],
) -> Result<(), Problem> {
    let columns = borrowed(columns);
    let rows = rows(columns.iter().map(|(name, cells)| (*name, cells.len())))?;
    format.facts().1(&mut out, &columns, rows)
}

/// Columns by name.
pub(super) fn borrowed<N: AsRef<str>>(columns: &[(N, Cells)]) -> Vec<(&str, &Cells)> {
    columns.iter().map(|(name, cells)| (name.as_ref(), cells)).collect()
}

/// The number of rows of named columns; names must differ and lengths agree.
pub(super) fn rows<'a>(columns: impl Iterator<Item = (&'a str, usize)>) -> Result<usize, Problem> {
    let (mut names, mut first) = (HashSet::new(), None);
    for (name, found) in columns {
        let expected = *first.get_or_insert(found);
        if found != expected {
            return Err(Problem::UnequalColumns { column: name.into(), found, expected });
        }
        if !names.insert(name) {
            return Err(Problem::DuplicateColumn { name: name.into() });
        }
    }
    Ok(first.unwrap_or(0))
}

fn csv(out: &mut (dyn Write + Send), columns: &[(&str, &Cells)], rows: usize) -> Result<(), Problem> {
    if columns.is_empty() {
        return Ok(());
    }
    let failed = |e: csv::Error| match e.into_kind() {
        csv::ErrorKind::Io(e) => Problem::writing(e),
        other => failed(format!("{other:?}")),
    };
    let mut out = csv::Writer::from_writer(out);
    out.write_record(columns.iter().map(|(name, _)| name)).map_err(failed)?;
    for row in 0..rows {
        out.write_record(columns.iter().map(|(_, c)| c.field(row))).map_err(failed)?;
    }
    out.flush().map_err(Problem::writing)
}

fn failed(reason: impl Display) -> Problem {
    Problem::writing(io::Error::other(reason.to_string()))
}

fn float(v: f64) -> String {
    let size = v.abs();
    if !v.is_finite() {
        String::new()
    } else if size > 0.0 && !(1e-5..1e16).contains(&size) {
        format!("{v:e}")
    } else {
        format!("{v}")
    }
}
