//! Arrow arrays, of Parquet and Arrow files alike, as numbers and text.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};

use super::super::error::Problem;
use super::source::{Block, Part, Pick};
use super::{ColumnInfo, Kind, Schema, Values};

/// Wider fixed-size lists are not opened into columns.
const WIDEST_LIST: i32 = 1 << 16;

/// How table columns lie in the fields of a file.
pub(super) struct Layout {
    pub schema: Schema,
    slots: Vec<Slot>,
}

/// A field, or one item of a fixed-size list.
#[derive(Clone, Copy)]
struct Slot {
    field: usize,
    item: Option<usize>,
}

impl Layout {
    pub(super) fn new(fields: &arrow_schema::Schema, rows: Option<usize>, format: &'static str) -> Self {
        let mut layout = Self { schema: Schema { rows, format, ..Schema::default() }, slots: Vec::new() };
        for (field, about) in fields.fields().iter().enumerate() {
            match about.data_type() {
                DataType::FixedSizeList(of, width)
                    if kind(of.data_type()) == Kind::Number && (1..=WIDEST_LIST).contains(width) =>
                {
                    for item in 0..*width as usize {
                        layout.add(format!("{}{item}", about.name()), Kind::Number, field, Some(item));
                    }
                }
                other => layout.add(about.name().clone(), kind(other), field, None),
            }
        }
        layout
    }

    fn add(&mut self, name: String, kind: Kind, field: usize, item: Option<usize>) {
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

    /// The picked columns of a batch that holds only `fields`.
    pub(super) fn block(
        &self,
        batch: &RecordBatch,
        fields: &[usize],
        picks: &[Pick],
    ) -> Result<Block, Problem> {
        let mut parts = Vec::with_capacity(picks.len());
        for pick in picks {
            let slot = self.slots[pick.column];
            let column = fields.binary_search(&slot.field).ok().and_then(|i| batch.columns().get(i));
            let part = column.and_then(|array| match slot.item {
                Some(item) => list_item(array.as_ref(), item),
                None => part(array.as_ref()),
            });
            let damaged = || Problem::ColumnType {
                column: self.schema.columns[pick.column].name.clone(),
                found: column.map_or_else(|| "nothing".into(), |a| a.data_type().to_string()),
            };
            parts.push(part.filter(|p| p.len() == batch.num_rows()).ok_or_else(damaged)?);
        }
        Ok(Block { rows: batch.num_rows(), parts })
    }
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

/// One item of every list.
fn list_item(array: &dyn Array, item: usize) -> Option<Part> {
    let lists = array.as_fixed_size_list_opt()?;
    let Part { values: Values::Number(items), .. } = part(lists.values().as_ref())? else { return None };
    let width = usize::try_from(lists.value_length()).ok()?;
    let valid = |row| lists.is_valid(row) && lists.values().is_valid(row * width + item);
    let values: Option<Vec<f64>> = (0..lists.len())
        .map(|row| if lists.is_valid(row) { items.get(row * width + item).copied() } else { Some(f64::NAN) })
        .collect();
    let nulls = (0..lists.len()).filter(|row| !valid(*row)).count();
    Some(Part { values: Values::Number(values?), nulls })
}

fn part(array: &dyn Array) -> Option<Part> {
    match array.data_type() {
        DataType::Utf8 => Some(text(array, array.as_string_opt::<i32>()?.iter())),
        DataType::LargeUtf8 => Some(text(array, array.as_string_opt::<i64>()?.iter())),
        DataType::Utf8View => Some(text(array, array.as_string_view_opt()?.iter())),
        DataType::Dictionary(..) => dictionary(array),
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
fn dictionary(array: &dyn Array) -> Option<Part> {
    let dictionary = array.as_any_dictionary_opt()?;
    let keys = numbers(dictionary.keys())?;
    let values = dictionary.values();
    let key = |row: usize| (!array.is_null(row)).then(|| keys[row] as usize).filter(|k| values.is_valid(*k));
    let keys: Vec<Option<usize>> =
        (0..array.len()).map(|row| if values.is_empty() { None } else { key(row) }).collect();
    let nulls = keys.iter().filter(|k| k.is_none()).count();
    let values = match part(values.as_ref())?.values {
        Values::Number(all) => Values::Number(keys.iter().map(|k| k.map_or(f64::NAN, |k| all[k])).collect()),
        Values::Text(all) => {
            Values::Text(keys.iter().map(|k| k.map_or_else(String::new, |k| all[k].clone())).collect())
        }
    };
    Some(Part { values, nulls })
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
