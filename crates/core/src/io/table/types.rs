//! Tables, their columns, and what is to be read of them.

use super::super::error::Problem;
use super::source;

/// Columns that a table may have: a name and a place of each are kept.
pub(super) const MOST_COLUMNS: usize = 1 << 20;

/// A table in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns in the order of the file, or in the order asked for.
    pub columns: Vec<Column>,
    /// Rows of every column; at least one.
    pub rows: usize,
    /// `csv`, `parquet`, `arrow`, `npy` or `npz`.
    pub format: &'static str,
    /// The array of an npz that was read.
    pub array_name: Option<String>,
    /// Columns that were not asked for by name and are no data, as `name: why`: of types that are no numbers and
    /// no text, and those that count the rows.
    pub skipped: Vec<String>,
}

/// One named column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The name; unique in its table.
    pub name: String,
    /// The values, one a row.
    pub values: Values,
    /// Missing values: NaN among numbers, empty among text. A NaN stored as such in a binary format is
    /// a value, and not counted.
    pub nulls: usize,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers; booleans as 0 and 1, times as counts in their own unit, missing ones as NaN.
    Number(Vec<f64>),
    /// Text; missing ones empty.
    Text(Vec<String>),
}

impl Column {
    /// The numbers of the column.
    ///
    /// # Errors
    /// A column of text: the problem names the first row with one.
    pub fn numbers(&self) -> Result<&[f64], Problem> {
        match &self.values {
            Values::Number(values) => Ok(values),
            Values::Text(values) => Err(source::first_text(&self.name, values, 0)),
        }
    }
}

impl Table {
    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The numbers of the column called `name`.
    ///
    /// # Errors
    /// No such column, or one of text: the problem names the first row with a text.
    pub fn numbers(&self, name: &str) -> Result<&[f64], Problem> {
        let missing = || Problem::MissingColumn {
            name: name.into(),
            columns: self.columns.iter().map(|c| c.name.clone()).collect(),
        };
        self.column(name).ok_or_else(missing)?.numbers()
    }
}

/// What to read of a table; the default is all of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadTable<'a> {
    /// Which array of an npz; needed only where there are several.
    pub array: Option<&'a str>,
    /// Which columns, in this order; others are not read where the format allows it.
    pub columns: Option<&'a [String]>,
}

/// What a table holds, told without reading its values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// The columns in the order of the file.
    pub columns: Vec<ColumnInfo>,
    /// Rows, where the format tells without reading the values (all but CSV).
    pub rows: Option<usize>,
    /// `csv`, `parquet`, `arrow`, `npy`, `npz` or `matlab`.
    pub format: &'static str,
    /// The array of an npz or of MATLAB's.
    pub array_name: Option<String>,
    /// Columns that name or count the rows, as pandas and R write them: no part of the data.
    pub index: Vec<String>,
    /// How the text was understood, where it can be meant otherwise.
    pub notes: Vec<String>,
}

impl Schema {
    /// The column names in the order of the file.
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|c| c.name.clone()).collect()
    }
}

/// A column, without its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnInfo {
    /// The name; unique in its table.
    pub name: String,
    /// What the values are; in a CSV judged by the first thousand rows.
    pub kind: Kind,
}

/// What the values of a column are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Numbers.
    Number,
    /// Text.
    Text,
    /// A type that is not read, by its name in the file.
    Other(String),
}

/// Some consecutive rows of the columns asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chunk {
    /// Rows of every column.
    pub rows: usize,
    /// The columns in the order asked for; missing values are NaN.
    pub columns: Vec<Vec<f64>>,
}
