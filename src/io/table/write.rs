//! Tables out: CSV and Parquet.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::super::atomic;
use super::super::error::{Error, Problem};

/// The values of a column to write.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnOut {
    /// Numbers; NaN is written as missing.
    Float(Vec<f64>),
    /// Whole numbers.
    Int(Vec<i64>),
    /// Text.
    Text(Vec<String>),
    /// `true` and `false`.
    Bool(Vec<bool>),
}

impl ColumnOut {
    fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Bool(values) => values.len(),
        }
    }

    /// The field in row `row`; numbers in the shortest form that reads back to the same bits.
    fn field(&self, row: usize) -> String {
        match self {
            Self::Float(values) if values[row].is_nan() => String::new(),
            Self::Float(values) => format!("{:?}", values[row]),
            Self::Int(values) => values[row].to_string(),
            Self::Text(values) => values[row].clone(),
            Self::Bool(values) => values[row].to_string(),
        }
    }

    fn array(&self) -> (DataType, ArrayRef) {
        match self {
            Self::Float(values) => {
                let values = values.iter().map(|v| (!v.is_nan()).then_some(*v));
                (DataType::Float64, Arc::new(values.collect::<Float64Array>()))
            }
            Self::Int(values) => (DataType::Int64, Arc::new(Int64Array::from(values.clone()))),
            Self::Text(values) => (DataType::Utf8, Arc::new(StringArray::from_iter_values(values))),
            Self::Bool(values) => (DataType::Boolean, Arc::new(BooleanArray::from(values.clone()))),
        }
    }
}

/// The number of rows; names must differ and lengths agree.
fn rows(columns: &[(&str, ColumnOut)]) -> Result<usize, Problem> {
    let expected = columns.first().map_or(0, |(_, c)| c.len());
    for (i, (name, column)) in columns.iter().enumerate() {
        if column.len() != expected {
            return Err(Problem::UnequalColumns { column: (*name).into(), found: column.len(), expected });
        }
        if columns[..i].iter().any(|(other, _)| other == name) {
            return Err(Problem::DuplicateColumn { name: (*name).into() });
        }
    }
    Ok(expected)
}

/// Writes a CSV file: comma, a header row, LF, NaN as an empty field.
///
/// # Errors
/// Columns of different lengths or equal names, or a file that cannot be written.
pub fn write_csv(path: &Path, columns: &[(&str, ColumnOut)]) -> Result<(), Error> {
    atomic::write(path, |writer| {
        let rows = rows(columns)?;
        let failed = |e: csv::Error| match e.into_kind() {
            csv::ErrorKind::Io(e) => Problem::writing(e),
            other => Problem::writing(std::io::Error::other(format!("{other:?}"))),
        };
        let mut out = csv::Writer::from_writer(writer);
        out.write_record(columns.iter().map(|(name, _)| *name)).map_err(failed)?;
        for row in 0..rows {
            out.write_record(columns.iter().map(|(_, c)| c.field(row))).map_err(failed)?;
        }
        out.flush().map_err(Problem::writing)
    })
}

/// Writes a Parquet file: snappy, NaN as null.
///
/// # Errors
/// Columns of different lengths or equal names, or a file that cannot be written.
pub fn write_parquet(path: &Path, columns: &[(&str, ColumnOut)]) -> Result<(), Error> {
    atomic::write(path, |writer| {
        rows(columns)?;
        let other = |e: &dyn std::fmt::Display| Problem::writing(std::io::Error::other(e.to_string()));
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for (name, column) in columns {
            let (kind, array) = column.array();
            fields.push(Field::new(*name, kind, matches!(column, ColumnOut::Float(_))));
            arrays.push(array);
        }
        let schema = Arc::new(Schema::new(fields));
        let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(|e| other(&e))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut out = ArrowWriter::try_new(&mut *writer, schema, Some(properties)).map_err(|e| other(&e))?;
        out.write(&batch).map_err(|e| other(&e))?;
        out.close().map_err(|e| other(&e))?;
        writer.flush().map_err(Problem::writing)
    })
}
