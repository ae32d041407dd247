//! Tables as polars frames, and frames as columns to write.

use std::io::{self, Write};

use polars::error::PolarsError;
use polars::prelude::{
    Column as Series, CompatLevel, DataFrame, DataType, Float64Chunked, IntoColumn, StringChunked,
};
use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowSchema, Field};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::write::{
    CompressionOptions, FileWriter, StatisticsOptions, Version, WriteOptions, get_dtype_encoding,
    row_group_iter, to_parquet_schema,
};

use super::super::error::Problem;
use super::write::{borrowed, rows};
use super::{Cells, Table, Values};

/// Rows of a row group.
const GROUP: usize = 1 << 20;

impl Table {
    /// The table as a polars frame, for joins, groups and pivots.
    ///
    /// Missing values are null: in a column that has some, NaN among numbers and empty texts.
    ///
    /// ```
    /// use nullcline_core::io::table::{self, Cells, ReadTable, TableFormat};
    /// use nullcline_core::polars::prelude::{IntoLazy, col};
    ///
    /// let path = std::env::temp_dir().join(format!("nullcline-frame-{}.parquet", std::process::id()));
    /// let trial = Cells::Int(vec![0, 0, 1]);
    /// table::write(&path, TableFormat::Parquet, &[("trial", trial), ("rate", Cells::Float(vec![1.0, 3.0, 5.0]))])?;
    /// let frame = table::read(&path, &ReadTable::default())?.frame()?;
    /// let means = frame.lazy().group_by_stable([col("trial")]).agg([col("rate").mean()]).collect()?;
    /// assert_eq!(means.column("rate")?.f64()?.to_vec(), [Some(2.0), Some(5.0)]);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Columns that were changed so that they differ in length or share a name.
    pub fn frame(&self) -> Result<DataFrame, Problem> {
        let columns = self.columns.iter().map(|column| {
            let name = column.name.as_str().into();
            match &column.values {
                Values::Number(values) if column.nulls > 0 => {
                    numbers(name, values.iter().map(|v| (!v.is_nan()).then_some(*v)))
                }
                Values::Number(values) => numbers(name, values.iter().copied().map(Some)),
                Values::Text(values) if column.nulls > 0 => {
                    let values = values.iter().map(|v| (!v.is_empty()).then_some(v.as_str()));
                    values.collect::<StringChunked>().with_name(name).into_column()
                }
                Values::Text(values) => Series::new(name, values),
            }
        });
        let lengths = self.columns.iter().map(|column| match &column.values {
            Values::Number(values) => (column.name.as_str(), values.len()),
            Values::Text(values) => (column.name.as_str(), values.len()),
        });
        rows(lengths)?;
        DataFrame::new_infer_height(columns.collect()).map_err(|e| failed(&e))
    }
}

/// Named columns as a polars frame; reals that are not finite are null.
///
/// A table with a row for each exponent becomes one with a row for each run:
///
/// ```
/// use nullcline_core::io::table::{Cells, frame};
/// use nullcline_core::polars::{frame::PivotColumnNaming, prelude::*};
///
/// let long = frame(&[
///     ("run", Cells::Int(vec![1, 1, 2, 2])),
///     ("index", Cells::Int(vec![1, 2, 1, 2])),
///     ("exponent", Cells::Float(vec![0.1, -0.4, 0.2, -0.3])),
/// ])?;
/// let columns = long.select(["index"])?.unique_stable(None, UniqueKeepStrategy::First, None)?;
/// let one = |name: &str| by_name([name], true, false);
/// let wide = long.lazy().pivot(
///     one("index"), Arc::new(columns), one("run"), one("exponent"),
///     element().first(), true, "_".into(), PivotColumnNaming::Auto,
/// ).collect()?;
/// assert_eq!(wide.get_column_names(), ["run", "1", "2"]);
/// assert_eq!(wide.column("2")?.f64()?.to_vec(), [Some(-0.4), Some(-0.3)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Problem::UnequalColumns`] or [`Problem::DuplicateColumn`].
pub fn frame<N: AsRef<str>>(columns: &[(N, Cells)]) -> Result<DataFrame, Problem> {
    let rows = rows(columns.iter().map(|(name, cells)| (name.as_ref(), cells.len())))?;
    of(&borrowed(columns), rows)
}

fn of(columns: &[(&str, &Cells)], rows: usize) -> Result<DataFrame, Problem> {
    let columns = columns.iter().map(|(name, cells)| {
        let name = (*name).into();
        match cells {
            Cells::Float(values) => numbers(name, values.iter().map(|v| v.is_finite().then_some(*v))),
            Cells::Int(values) => Series::new(name, values),
            Cells::Text(values) => Series::new(name, values),
            Cells::Bool(values) => Series::new(name, values),
        }
    });
    DataFrame::new(rows, columns.collect()).map_err(|e| failed(&e))
}

/// The columns of a frame, to be written as CSV or Parquet by [`write`](super::write()).
///
/// Null is NaN among numbers, which whole numbers become if some are missing, and empty among texts.
///
/// # Errors
/// [`Problem::ColumnType`] at a column of another type than numbers, text or complete booleans.
pub fn cells(frame: &DataFrame) -> Result<Vec<(String, Cells)>, Problem> {
    frame.columns().iter().map(|column| Ok((column.name().to_string(), cell(column)?))).collect()
}

fn cell(column: &Series) -> Result<Cells, Problem> {
    let whole = column.null_count() == 0;
    let found = match column.dtype() {
        DataType::String => column
            .str()
            .map(|values| Cells::Text(values.iter().map(|v| v.unwrap_or_default().to_owned()).collect())),
        DataType::Boolean if whole => column.bool().map(|v| Cells::Bool(v.iter().flatten().collect())),
        of if of.is_integer() && whole => column
            .strict_cast(&DataType::Int64)
            .and_then(|values| Ok(Cells::Int(values.i64()?.iter().flatten().collect()))),
        of if of.is_primitive_numeric() => column.cast(&DataType::Float64).and_then(|values| {
            Ok(Cells::Float(values.f64()?.iter().map(|v| v.unwrap_or(f64::NAN)).collect()))
        }),
        other => {
            let (column, found) = (column.name().to_string(), other.to_string());
            return Err(Problem::ColumnType { column, found });
        }
    };
    found.map_err(|e| failed(&e))
}

fn numbers(name: polars::prelude::PlSmallStr, values: impl Iterator<Item = Option<f64>>) -> Series {
    values.collect::<Float64Chunked>().with_name(name).into_column()
}

/// Writes columns as Parquet, compressed with Snappy; reals may be missing.
pub(super) fn encode(
    out: &mut (dyn Write + Send),
    columns: &[(&str, &Cells)],
    rows: usize,
) -> Result<(), Problem> {
    parquet(out, &of(columns, rows)?)
}

fn parquet(mut out: &mut (dyn Write + Send), frame: &DataFrame) -> Result<(), Problem> {
    let written = |e: &dyn std::fmt::Display| Problem::writing(io::Error::other(e.to_string()));
    // As Arrow has them longest: every reader knows these types.
    let level = CompatLevel::oldest();
    let field = |column: &Series| {
        let field = column.field().to_arrow(level);
        let missing = column.null_count() > 0 || column.dtype().is_float();
        Field::new(field.name, field.dtype, missing)
    };
    let schema: ArrowSchema = frame.columns().iter().map(field).collect();
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: CompressionOptions::Snappy,
        data_page_size: None,
    };
    let fields = to_parquet_schema(&schema).map_err(|e| written(&e))?.fields().to_vec();
    let arrays: Vec<Box<dyn Array>> = frame
        .columns()
        .iter()
        .map(|column| column.as_materialized_series().rechunk().to_arrow(0, level))
        .collect();
    let mut writer = FileWriter::try_new(&mut out, schema.clone(), options).map_err(|e| written(&e))?;
    for start in (0..frame.height()).step_by(GROUP) {
        let rows = GROUP.min(frame.height() - start);
        let part = arrays.iter().map(|array| array.sliced(start, rows)).collect();
        let batch = RecordBatchT::try_new(rows, schema.clone().into(), part).map_err(|e| written(&e))?;
        let encodings = schema.iter_values().map(|field| get_dtype_encoding(&field.dtype)).collect();
        let group = row_group_iter(batch, encodings, fields.clone(), options);
        writer.write(rows as u64, group).map_err(|e| written(&e))?;
    }
    // The file's own schema says all.
    writer.end(Some(vec![])).map_err(|e| written(&e))?;
    out.flush().map_err(Problem::writing)
}

fn failed(reason: &PolarsError) -> Problem {
    Problem::writing(io::Error::other(reason.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::IntoLazy;

    #[test]
    fn a_frame_comes_back_as_the_columns_it_was_made_of() {
        let columns = [
            ("x".to_owned(), Cells::Float(vec![0.5, -0.0, 1e300])),
            ("n".to_owned(), Cells::Int(vec![i64::MIN, 0, i64::MAX])),
            ("word".to_owned(), Cells::Text(["a", "", "ü"].map(String::from).to_vec())),
            ("flag".to_owned(), Cells::Bool(vec![true, false, true])),
        ];
        assert_eq!(cells(&frame(&columns).unwrap()).unwrap(), columns);
    }

    #[test]
    fn what_is_not_finite_is_null_and_null_is_nan() {
        let columns = [("x", Cells::Float(vec![1.0, f64::INFINITY, f64::NAN]))];
        let frame = frame(&columns).unwrap();
        assert_eq!(frame.column("x").unwrap().null_count(), 2);
        let (_, Cells::Float(back)) = &cells(&frame).unwrap()[0] else { panic!() };
        assert!(back[1].is_nan() && back[2].is_nan());
        let sum = frame.lazy().select([polars::prelude::col("x").sum()]).collect().unwrap();
        assert_eq!(sum.column("x").unwrap().f64().unwrap().get(0), Some(1.0));
    }
}
