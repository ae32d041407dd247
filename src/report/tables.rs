//! Tidy tables as CSV or Parquet.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::Error;

/// The values of one column.
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
            Cells::Float(v) => v.len(),
            Cells::Int(v) => v.len(),
            Cells::Text(v) => v.len(),
            Cells::Bool(v) => v.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn field(&self, row: usize) -> String {
        match self {
            Cells::Float(v) => v.get(row).map_or_else(String::new, |v| float(*v)),
            Cells::Int(v) => v.get(row).map_or_else(String::new, i64::to_string),
            Cells::Text(v) => v.get(row).cloned().unwrap_or_default(),
            Cells::Bool(v) => v.get(row).map_or_else(String::new, bool::to_string),
        }
    }

    fn array(&self) -> ArrayRef {
        match self {
            Cells::Float(v) => {
                let values = v.iter().map(|v| v.is_finite().then_some(*v));
                Arc::new(values.collect::<Float64Array>())
            }
            Cells::Int(v) => Arc::new(Int64Array::from(v.clone())),
            Cells::Text(v) => Arc::new(StringArray::from_iter_values(v)),
            Cells::Bool(v) => Arc::new(BooleanArray::from(v.clone())),
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
    Parquet,
}

impl TableFormat {
    /// The file extension, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            TableFormat::Csv => "csv",
            TableFormat::Parquet => "parquet",
        }
    }
}

/// A table to be written: named columns of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct TableOut {
    /// File stem.
    pub name: String,
    /// What the table holds, in a sentence.
    pub caption: String,
    /// Names, with units where there are any, and values.
    pub columns: Vec<(String, Cells)>,
}

impl TableOut {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |c| c.1.len())
    }

    /// The file's name.
    pub fn file_name(&self, format: TableFormat) -> String {
        format!("{}.{}", self.name, format.extension())
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// [`Error::Ragged`] if columns differ in length, [`Error::Table`] if the encoder fails.
    ///
    /// # Remarks
    /// In CSV a number is the shortest text that reads back to the same bits, and an empty field if
    /// it is not finite; in Parquet it is null then.
    pub fn encode(&self, format: TableFormat) -> Result<Vec<u8>, Error> {
        for (name, cells) in &self.columns {
            if cells.len() != self.rows() {
                return Err(Error::Ragged {
                    table: self.name.clone(),
                    column: name.clone(),
                    found: cells.len(),
                    expected: self.rows(),
                });
            }
        }
        let bytes = match format {
            TableFormat::Csv => self.csv().map_err(|e| e.to_string()),
            TableFormat::Parquet => self.parquet().map_err(|e| e.to_string()),
        };
        bytes.map_err(|reason| Error::Table { table: self.name.clone(), reason })
    }

    fn csv(&self) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        if self.columns.is_empty() {
            return Ok(Vec::new());
        }
        writer.write_record(self.columns.iter().map(|c| &c.0))?;
        for row in 0..self.rows() {
            writer.write_record(self.columns.iter().map(|c| c.1.field(row)))?;
        }
        Ok(writer.into_inner()?)
    }

    fn parquet(&self) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let columns = self.columns.iter().map(|(name, cells)| {
            let nullable = matches!(cells, Cells::Float(_));
            (name, cells.array(), nullable)
        });
        let batch = RecordBatch::try_from_iter_with_nullable(columns)?;
        let options = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(options))?;
        writer.write(&batch)?;
        Ok(writer.into_inner()?)
    }
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
