//! Tables out: CSV and Parquet.

use std::collections::HashSet;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use super::super::atomic;
use super::super::error::{Error, Problem};

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
}

impl TableFormat {
    /// The file extension, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            #[cfg(feature = "tables")]
            Self::Parquet => "parquet",
        }
    }
}

/// Writes a table into a file, whole or not at all.
///
/// # Errors
/// As [`encode`], or a file that cannot be written.
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
pub fn encode<N: AsRef<str>>(
    out: impl Write,
    format: TableFormat,
    columns: &[(N, Cells)],
) -> Result<(), Problem> {
    let rows = rows(columns.iter().map(|(name, cells)| (name.as_ref(), cells.len())))?;
    match format {
        TableFormat::Csv => csv(out, columns, rows),
        #[cfg(feature = "tables")]
        TableFormat::Parquet => super::frame::parquet(out, &super::frame::frame(columns)?),
    }
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

fn csv<N: AsRef<str>>(out: impl Write, columns: &[(N, Cells)], rows: usize) -> Result<(), Problem> {
    if columns.is_empty() {
        return Ok(());
    }
    let failed = |e: csv::Error| match e.into_kind() {
        csv::ErrorKind::Io(e) => Problem::writing(e),
        other => failed(format!("{other:?}")),
    };
    let mut out = csv::Writer::from_writer(out);
    out.write_record(columns.iter().map(|(name, _)| name.as_ref())).map_err(failed)?;
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
