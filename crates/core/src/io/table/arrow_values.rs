//! Arrow arrays, of Parquet and Arrow files alike, as numbers and text.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};

use super::super::error::Problem;
use super::super::shown;
use super::arrow_lists::{List, common_width};
use super::source::{Block, Part, Pick, fits};
use super::{ColumnInfo, Kind, Schema, Values};
use crate::memory;
use std::path::Path;

/// Wider lists are not opened into columns.
const WIDEST_LIST: usize = 1 << 16;

/// How table columns lie in the fields of a file.
pub(super) struct Layout {
    pub schema: Schema,
    slots: Vec<Slot>,
}

/// A field, or one item of a list of `width`.
#[derive(Clone, Copy)]
struct Slot {
    field: usize,
    item: Option<(usize, usize)>,
}

impl Layout {
    /// The columns of `fields`; `first` gives the first rows of some of them, by which the length of lists is known.
    pub(super) fn new(
        fields: &arrow_schema::Schema,
        rows: usize,
        format: &'static str,
        first: impl FnOnce(Vec<usize>) -> Result<Option<RecordBatch>, Problem>,
    ) -> Result<Self, Problem> {
        let mut layout =
            Self { schema: Schema { rows: Some(rows), format, ..Schema::default() }, slots: vec![] };
        let variable = |k: &usize| match fields.field(*k).data_type() {
            DataType::List(of) | DataType::LargeList(of) => kind(of.data_type()) == Kind::Number,
            _ => false,
        };
        let lists: Vec<usize> = (0..fields.fields().len()).filter(variable).collect();
        let batch = if lists.is_empty() || rows == 0 { None } else { first(lists.clone())? };
        for (field, about) in fields.fields().iter().enumerate() {
            let name = about.name();
            let width = match about.data_type() {
                DataType::FixedSizeList(of, width) if kind(of.data_type()) == Kind::Number => {
                    Ok(usize::try_from(*width).unwrap_or(0))
                }
                other => match (lists.binary_search(&field), &batch) {
                    (Ok(i), Some(batch)) => common_width(batch.column(i).as_ref()).map_err(Kind::Other),
                    _ => Err(kind(other)),
                },
            };
            fits(layout.slots.len() + width.as_ref().map_or(1, |w| (*w).min(WIDEST_LIST)))?;
            match width {
                Ok(width) if (1..=WIDEST_LIST).contains(&width) => (0..width).for_each(|item| {
                    layout.add(format!("{name}{item}"), Kind::Number, field, Some((item, width)))
                }),
                Ok(width) => layout.add(name.clone(), Kind::Other(format!("a list of {width}")), field, None),
                Err(kind) => layout.add(name.clone(), kind, field, None),
            }
        }
        layout.schema.index = index(fields, &layout.schema);
        Ok(layout)
    }

    fn add(&mut self, name: String, kind: Kind, field: usize, item: Option<(usize, usize)>) {
        self.schema.columns.push(ColumnInfo { name, kind });
        self.slots.push(Slot { field, item });
    }

    /// The fields that hold the picked columns, in the order of the file.
    pub(super) fn fields(&self, picks: &[Pick]) -> Vec<usize> {
        let mut fields: Vec<usize> = picks.iter().map(|p| self.slots[p.column].field).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// The picked columns of a batch that holds only `fields` and comes after `before` rows.
    ///
    /// Long texts that many rows share take their place in each: within what the file at `path` may take.
    pub(super) fn block(
        &self,
        path: &Path,
        batch: &RecordBatch,
        fields: &[usize],
        picks: &[Pick],
        before: usize,
    ) -> Result<Block, Problem> {
        let name = shown::line(&format!("{}: the rows after {before}", path.display()));
        memory::within(memory::allowed(path), name, || self.parts(batch, fields, picks, before))
    }

    fn parts(
        &self,
        batch: &RecordBatch,
        fields: &[usize],
        picks: &[Pick],
        before: usize,
    ) -> Result<Block, Problem> {
        let mut parts = Vec::with_capacity(picks.len());
        // Items of one list stand together: each list is opened once.
        let mut open: Option<(usize, List)> = None;
        for pick in picks {
            let slot = self.slots[pick.column];
            let at = fields.binary_search(&slot.field).ok().filter(|i| *i < batch.num_columns());
            let column = at.map(|i| batch.column(i));
            let damaged = || Problem::ColumnType {
                column: self.schema.columns[pick.column].name.clone(),
                found: column.map_or_else(|| "nothing".into(), |a| a.data_type().to_string()),
            };
            let (Some(at), Some(array)) = (at, column) else { return Err(damaged()) };
            let part = match slot.item {
                Some((item, width)) => {
                    if open.as_ref().is_none_or(|(field, _)| *field != slot.field) {
                        let name = batch.schema_ref().field(at).name();
                        open =
                            Some((slot.field, List::open(array, width, name, before)?.ok_or_else(damaged)?));
                    }
                    open.as_ref().and_then(|(_, list)| list.item(item)).map(|part| as_asked(part, pick.text))
                }
                None => part(array, pick.text),
            };
            parts.push(part.filter(|p| p.len() == batch.num_rows()).ok_or_else(damaged)?);
        }
        Ok(Block { rows: batch.num_rows(), parts })
    }
}

/// The columns that pandas wrote for its index: by its own words in the file, or by their names.
fn index(fields: &arrow_schema::Schema, schema: &Schema) -> Vec<String> {
    let said = fields.metadata().get("pandas").and_then(|text| serde_json::from_str(text).ok());
    let said: serde_json::Value = said.unwrap_or_default();
    let named: Vec<&str> =
        said["index_columns"].as_array().into_iter().flatten().filter_map(|v| v.as_str()).collect();
    let level = |name: &str| name.starts_with("__index_level_") && name.ends_with("__");
    let names = schema.columns.iter().map(|c| &c.name).filter(|n| level(n) || named.contains(&n.as_str()));
    let all: Vec<String> = names.cloned().collect();
    if all.len() < schema.columns.len() { all } else { vec![] }
}

/// Numbers as text, where that was asked for.
fn as_asked(part: Part, text: bool) -> Part {
    let values = match part.values {
        Values::Number(values) if text => Values::Text(values.iter().map(f64::to_string).collect()),
        values => values,
    };
    Part { values, ..part }
}

fn kind(of: &DataType) -> Kind {
    use DataType::{
        Boolean, Date32, Date64, Dictionary, Duration, LargeUtf8, Time32, Time64, Timestamp, Utf8, Utf8View,
    };
    match of {
        number if number.is_numeric() => Kind::Number,
        Boolean | Timestamp(..) | Date32 | Date64 | Time32(_) | Time64(_) | Duration(_) => Kind::Number,
        Utf8 | LargeUtf8 | Utf8View => Kind::Text,
        Dictionary(_, values) if !matches!(values.as_ref(), Dictionary(..)) => kind(values),
        other => Kind::Other(other.to_string()),
    }
}

/// The values of an array; numbers as text, to the last digit, if asked for.
pub(super) fn part(array: &dyn Array, as_text: bool) -> Option<Part> {
    match array.data_type() {
        DataType::Utf8 => Some(text(array, array.as_string_opt::<i32>()?.iter())),
        DataType::LargeUtf8 => Some(text(array, array.as_string_opt::<i64>()?.iter())),
        DataType::Utf8View => Some(text(array, array.as_string_view_opt()?.iter())),
        DataType::Dictionary(..) => dictionary(array, as_text),
        _ if as_text => Some(text(array, written(array)?.iter().map(|v| v.as_deref()))),
        _ => {
            let mut values = numbers(array)?;
            if array.null_count() > 0 {
                values
                    .iter_mut()
                    .enumerate()
                    .filter(|(i, _)| array.is_null(*i))
                    .for_each(|(_, v)| *v = f64::NAN);
            }
            Some(Part { values: Values::Number(values), nulls: array.null_count() })
        }
    }
}

fn text<'a>(array: &dyn Array, values: impl Iterator<Item = Option<&'a str>>) -> Part {
    let values = values.map(|v| v.unwrap_or_default().to_string()).collect();
    Part { values: Values::Text(values), nulls: array.null_count() }
}

/// Puts the values in the places of their keys.
fn dictionary(array: &dyn Array, as_text: bool) -> Option<Part> {
    let dictionary = array.as_any_dictionary_opt()?;
    let keys = numbers(dictionary.keys())?;
    let values = dictionary.values();
    let key = |row: usize| (!array.is_null(row)).then(|| keys[row] as usize).filter(|k| values.is_valid(*k));
    let keys: Vec<Option<usize>> =
        (0..array.len()).map(|row| if values.is_empty() { None } else { key(row) }).collect();
    let nulls = keys.iter().filter(|k| k.is_none()).count();
    let values = match part(values.as_ref(), as_text)?.values {
        Values::Number(all) => Values::Number(keys.iter().map(|k| k.map_or(f64::NAN, |k| all[k])).collect()),
        Values::Text(all) => {
            Values::Text(keys.iter().map(|k| k.map_or_else(String::new, |k| all[k].clone())).collect())
        }
    };
    Some(Part { values, nulls })
}

/// The values of an array of numbers in full, none for nulls.
fn written(array: &dyn Array) -> Option<Vec<Option<String>>> {
    macro_rules! whole {
        ($t:ty) => {
            array.as_primitive_opt::<$t>()?.iter().map(|v| v.map(|v| v.to_string())).collect()
        };
    }
    macro_rules! decimal {
        ($t:ty) => {{
            let values = array.as_primitive_opt::<$t>()?;
            let one = |i: usize| values.is_valid(i).then(|| values.value_as_string(i));
            (0..values.len()).map(one).collect()
        }};
    }
    Some(match array.data_type() {
        DataType::Int64 => whole!(Int64Type),
        DataType::UInt64 => whole!(UInt64Type),
        DataType::Date64 => whole!(Date64Type),
        DataType::Timestamp(TimeUnit::Second, _) => whole!(TimestampSecondType),
        DataType::Timestamp(TimeUnit::Millisecond, _) => whole!(TimestampMillisecondType),
        DataType::Timestamp(TimeUnit::Microsecond, _) => whole!(TimestampMicrosecondType),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => whole!(TimestampNanosecondType),
        DataType::Time64(TimeUnit::Microsecond) => whole!(Time64MicrosecondType),
        DataType::Time64(_) => whole!(Time64NanosecondType),
        DataType::Duration(TimeUnit::Second) => whole!(DurationSecondType),
        DataType::Duration(TimeUnit::Millisecond) => whole!(DurationMillisecondType),
        DataType::Duration(TimeUnit::Microsecond) => whole!(DurationMicrosecondType),
        DataType::Duration(TimeUnit::Nanosecond) => whole!(DurationNanosecondType),
        DataType::Decimal32(..) => decimal!(Decimal32Type),
        DataType::Decimal64(..) => decimal!(Decimal64Type),
        DataType::Decimal128(..) => decimal!(Decimal128Type),
        DataType::Decimal256(..) => decimal!(Decimal256Type),
        // The others are exact as f64.
        _ => {
            let values = numbers(array)?;
            values.iter().enumerate().map(|(i, v)| array.is_valid(i).then(|| v.to_string())).collect()
        }
    })
}

/// The values of an array of numbers; those of nulls are arbitrary.
fn numbers(array: &dyn Array) -> Option<Vec<f64>> {
    macro_rules! exact {
        ($t:ty) => {
            array.as_primitive_opt::<$t>()?.values().iter().map(|v| f64::from(*v)).collect()
        };
    }
    macro_rules! rounded {
        ($t:ty) => {
            array.as_primitive_opt::<$t>()?.values().iter().map(|v| *v as f64).collect()
        };
    }
    // Through the decimal text the rounding is correct for every scale.
    macro_rules! decimal {
        ($t:ty) => {{
            let values = array.as_primitive_opt::<$t>()?;
            (0..values.len()).map(|i| values.value_as_string(i).parse().unwrap_or(f64::NAN)).collect()
        }};
    }
    Some(match array.data_type() {
        DataType::Float64 => exact!(Float64Type),
        DataType::Float32 => exact!(Float32Type),
        DataType::Float16 => exact!(Float16Type),
        DataType::Int64 => rounded!(Int64Type),
        DataType::Int32 => exact!(Int32Type),
        DataType::Int16 => exact!(Int16Type),
        DataType::Int8 => exact!(Int8Type),
        DataType::UInt64 => rounded!(UInt64Type),
        DataType::UInt32 => exact!(UInt32Type),
        DataType::UInt16 => exact!(UInt16Type),
        DataType::UInt8 => exact!(UInt8Type),
        DataType::Boolean => {
            array.as_boolean_opt()?.values().iter().map(|b| f64::from(u8::from(b))).collect()
        }
        DataType::Decimal32(..) => decimal!(Decimal32Type),
        DataType::Decimal64(..) => decimal!(Decimal64Type),
        DataType::Decimal128(..) => decimal!(Decimal128Type),
        DataType::Decimal256(..) => decimal!(Decimal256Type),
        DataType::Date32 => exact!(Date32Type),
        DataType::Date64 => rounded!(Date64Type),
        DataType::Timestamp(TimeUnit::Second, _) => rounded!(TimestampSecondType),
        DataType::Timestamp(TimeUnit::Millisecond, _) => rounded!(TimestampMillisecondType),
        DataType::Timestamp(TimeUnit::Microsecond, _) => rounded!(TimestampMicrosecondType),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => rounded!(TimestampNanosecondType),
        DataType::Time32(TimeUnit::Second) => exact!(Time32SecondType),
        DataType::Time32(_) => exact!(Time32MillisecondType),
        DataType::Time64(TimeUnit::Microsecond) => rounded!(Time64MicrosecondType),
        DataType::Time64(_) => rounded!(Time64NanosecondType),
        DataType::Duration(TimeUnit::Second) => rounded!(DurationSecondType),
        DataType::Duration(TimeUnit::Millisecond) => rounded!(DurationMillisecondType),
        DataType::Duration(TimeUnit::Microsecond) => rounded!(DurationMicrosecondType),
        DataType::Duration(TimeUnit::Nanosecond) => rounded!(DurationNanosecondType),
        _ => return None,
    })
}
