//! Tidy tables as CSV or Parquet.

use super::Error;
use nullcline_core::io::error::Problem;
use nullcline_core::io::table::{self, encode};
use nullcline_core::polars::prelude::DataFrame;

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
        encode(&mut bytes, format, &self.columns).map_err(|problem| self.failed(problem))?;
        Ok(bytes)
    }

    /// The table as a polars frame, for joins, groups and pivots; reals that are not finite are null.
    ///
    /// ```
    /// use nullcline_core::polars::prelude::*;
    /// use nullcline_report::tables::{Cells, TableOut};
    ///
    /// let table = |name: &str, columns: &[(&str, Cells)]| TableOut {
    ///     name: name.into(),
    ///     caption: String::new(),
    ///     columns: columns.iter().map(|(name, cells)| (name.to_string(), cells.clone())).collect(),
    /// };
    /// let exponents = table("exponents", &[
    ///     ("attractor", Cells::Int(vec![1, 1, 2, 2])),
    ///     ("exponent", Cells::Float(vec![0.1, -0.4, 0.2, f64::NAN])),
    /// ]);
    /// let kinds = table("kinds", &[
    ///     ("attractor", Cells::Int(vec![1, 2])),
    ///     ("kind", Cells::Text(vec!["chaotic".into(), "cycle".into()])),
    /// ]);
    /// let largest = exponents.frame()?.lazy()
    ///     .group_by_stable([col("attractor")])
    ///     .agg([col("exponent").max()])
    ///     .join(kinds.frame()?.lazy(), [col("attractor")], [col("attractor")], JoinArgs::new(JoinType::Left))
    ///     .collect()?;
    /// assert_eq!(largest.column("exponent")?.f64()?.to_vec(), [Some(0.1), Some(0.2)]);
    /// assert_eq!(largest.column("kind")?.str()?.get(1), Some("cycle"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn frame(&self) -> Result<DataFrame, Error> {
        table::frame(&self.columns).map_err(|problem| self.failed(problem))
    }

    fn failed(&self, problem: Problem) -> Error {
        let table = self.name.clone();
        match problem {
            Problem::UnequalColumns { column, found, expected } => {
                Error::Ragged { table, column, found, expected }
            }
            problem => Error::Table { table, reason: problem.to_string() },
        }
    }
}
