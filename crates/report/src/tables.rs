//! Tidy tables: built once from the rows of a result, then CSV, Parquet or a part of the page.

use super::Error;
use nullcline_core::io::error::Problem;
use nullcline_core::io::table::encode;
use nullcline_core::numbers::Estimate;

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
    ///
    /// ```
    /// use nullcline_report::tables::{Table, TableFormat};
    ///
    /// let table = Table::of(&[1.0, f64::NAN]).column("rate", "1/s", |r| *r).named("rates", "Rates of units.");
    /// assert_eq!(table.file_name(TableFormat::Csv), "rates.csv");
    /// let text = String::from_utf8(table.encode(TableFormat::Csv).unwrap()).unwrap();
    /// assert_eq!(text.lines().count(), 3);
    /// ```
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
    ///     .sort(["attractor"], SortMultipleOptions::default())
    ///     .collect()?;
    /// assert_eq!(largest.column("exponent")?.f64()?.to_vec(), [Some(0.1), Some(0.2)]);
    /// assert_eq!(largest.column("kind")?.str()?.get(1), Some("cycle"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    #[cfg(feature = "tables")]
    pub fn frame(&self) -> Result<nullcline_core::polars::prelude::DataFrame, Error> {
        nullcline_core::io::table::frame(&self.columns).map_err(|problem| self.failed(problem))
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

/// A table in the making: one row a result, one closure a column.
///
/// # Shapes and units
/// A column's name ends in its unit, where one is given: `("period", "steps")` is the column `period_steps`. What a column
/// holds follows from the closure ([`Entry`]): numbers, counts, words, yes or no, or an estimate, which gives two columns.
///
/// # Example
/// ```
/// use nullcline_core::numbers::Estimate;
/// use nullcline_report::tables::{Cells, Table};
///
/// struct Run { cell: &'static str, units: usize, loss: Estimate, solved: bool }
/// let runs = [
///     Run { cell: "gru", units: 64, loss: Estimate::new(0.012, 0.002, 5), solved: true },
///     Run { cell: "tanh", units: 64, loss: Estimate::new(1.39, 0.01, 5), solved: false },
/// ];
/// let table = Table::of(&runs)
///     .column("cell", "", |r| r.cell)
///     .column("units", "", |r| r.units)
///     .column("loss", "nats", |r| r.loss)
///     .column("solved", "", |r| r.solved)
///     .named("runs", "Test loss of every run.");
/// assert_eq!((table.rows(), table.columns.len()), (2, 5));
/// assert_eq!(table.columns[2], ("loss_nats".into(), Cells::Float(vec![0.012, 1.39])));
/// assert_eq!(table.columns[3], ("loss_std_error".into(), Cells::Float(vec![0.002, 0.01])));
/// ```
#[derive(Clone, Debug)]
pub struct Table<'a, R> {
    rows: &'a [R],
    columns: Vec<(String, Cells)>,
}

impl<'a, R> Table<'a, R> {
    /// A table of these rows, without columns as yet.
    pub fn of(rows: &'a [R]) -> Self {
        Self { rows, columns: vec![] }
    }

    /// With the column `name`, its values in `unit` (none: empty), or the two of an estimate.
    pub fn column<E: Entry>(mut self, name: &str, unit: &str, f: impl Fn(&'a R) -> E) -> Self {
        let values = self.rows.iter().map(f).collect();
        self.columns.extend(E::columns(name, unit, values));
        self
    }

    /// With a column of numbers for each of `names`, filled by one closure.
    pub fn columns<const N: usize>(
        mut self,
        names: [impl Into<String>; N],
        f: impl Fn(&'a R) -> [f64; N],
    ) -> Self {
        let values: Vec<[f64; N]> = self.rows.iter().map(f).collect();
        let column = |k: usize| Cells::Float(values.iter().map(|v| v[k]).collect());
        self.columns.extend(names.into_iter().enumerate().map(|(k, name)| (name.into(), column(k))));
        self
    }

    /// With a column of numbers for each of any number of `names`, filled by one closure of the row and the name's place.
    pub fn each(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
        f: impl Fn(&'a R, usize) -> f64,
    ) -> Self {
        let column = |k: usize| Cells::Float(self.rows.iter().map(|r| f(r, k)).collect());
        let all = names.into_iter().enumerate().map(|(k, name)| (name.into(), column(k)));
        self.columns.extend(all.collect::<Vec<_>>());
        self
    }

    /// With a column for each of these named numbers.
    pub fn numbers(self, numbers: &[Named<R>]) -> Self {
        numbers.iter().fold(self, |table, (name, f)| table.column(name, "", f))
    }

    /// The finished table, written as `name` and explained by `caption`.
    pub fn named(self, name: &str, caption: impl Into<String>) -> TableOut {
        TableOut { name: name.into(), caption: caption.into(), columns: self.columns }
    }
}

/// A column's name, and its number in a row.
pub type Named<'n, R> = (&'n str, fn(&R) -> f64);

/// What a row of a [`Table`] can hold.
pub trait Entry: Sized {
    /// The columns of these values, one a row.
    fn columns(name: &str, unit: &str, values: Vec<Self>) -> Vec<(String, Cells)>;
}

/// A column's name with its unit.
fn with_unit(name: &str, unit: &str) -> String {
    if unit.is_empty() { name.into() } else { format!("{name}_{unit}") }
}

macro_rules! entry {
    ($($kind:ty => $cells:ident($one:expr)),* $(,)?) => {$(
        impl Entry for $kind {
            fn columns(name: &str, unit: &str, values: Vec<Self>) -> Vec<(String, Cells)> {
                vec![(with_unit(name, unit), Cells::$cells(values.into_iter().map($one).collect()))]
            }
        }
    )*};
}

entry! {
    f64 => Float(|v| v),
    Option<f64> => Float(|v| v.unwrap_or(f64::NAN)),
    usize => Int(|v| v as i64),
    u64 => Int(|v| v as i64),
    i64 => Int(|v| v),
    bool => Bool(|v| v),
    String => Text(|v| v),
    &str => Text(str::to_owned),
}

impl Entry for Estimate {
    fn columns(name: &str, unit: &str, values: Vec<Self>) -> Vec<(String, Cells)> {
        let part = |f: fn(&Self) -> f64| Cells::Float(values.iter().map(f).collect());
        let value = (with_unit(name, unit), part(|m| m.value));
        vec![value, (format!("{name}_std_error"), part(Self::error))]
    }
}
