//! Tidy tables as CSV or Parquet.

use super::Error;
use nullcline_core::io::error::Problem;
use nullcline_core::io::table::encode;

pub use nullcline_core::io::table::{Cells, TableFormat};

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
    pub fn encode(&self, format: TableFormat) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let table = || self.name.clone();
        match encode(&mut bytes, format, &self.columns) {
            Ok(()) => Ok(bytes),
            Err(Problem::UnequalColumns { column, found, expected }) => {
                Err(Error::Ragged { table: table(), column, found, expected })
            }
            Err(problem) => Err(Error::Table { table: table(), reason: problem.to_string() }),
        }
    }
}
