//! Arrow arrays, of Parquet and Arrow files alike, as numbers and text.

use polars::prelude::pf16;
use polars_arrow::array::{
    Array, BooleanArray, DictionaryArray, DictionaryKey, FixedSizeBinaryArray, PrimitiveArray, Utf8Array,
    Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType as DataType, IntegerType};
use polars_arrow::types::i256;

use super::super::Values;
use super::super::source::Part;

/// Digits behind the point of a decimal, by the format of Arrow.
const LARGEST_SCALE: usize = i8::MAX as usize;

fn of<T: Array>(array: &dyn Array) -> Option<&T> {
    array.as_any().downcast_ref()
}

/// The values of an array; numbers as text, to the last digit, if asked for.
pub(super) fn part(array: &dyn Array, as_text: bool) -> Option<Part> {
    match array.dtype().to_storage() {
        DataType::Utf8 => Some(text(array, of::<Utf8Array<i32>>(array)?.iter())),
        DataType::LargeUtf8 => Some(text(array, of::<Utf8Array<i64>>(array)?.iter())),
        DataType::Utf8View => Some(text(array, of::<Utf8ViewArray>(array)?.iter())),
        DataType::Dictionary(key, ..) => match key {
            IntegerType::Int8 => dictionary::<i8>(array, as_text),
            IntegerType::Int16 => dictionary::<i16>(array, as_text),
            IntegerType::Int32 => dictionary::<i32>(array, as_text),
            IntegerType::Int64 => dictionary::<i64>(array, as_text),
            IntegerType::UInt8 => dictionary::<u8>(array, as_text),
            IntegerType::UInt16 => dictionary::<u16>(array, as_text),
            IntegerType::UInt32 => dictionary::<u32>(array, as_text),
            IntegerType::UInt64 => dictionary::<u64>(array, as_text),
            IntegerType::Int128 | IntegerType::UInt128 => None,
        },
        _ if as_text => Some(text(array, written(array)?.iter().map(|v| v.as_deref()))),
        _ => {
            let mut values = numbers(array)?;
            if let Some(valid) = array.validity() {
                let missing = values.iter_mut().zip(valid.iter()).filter(|(_, valid)| !valid);
                missing.for_each(|(v, _)| *v = f64::NAN);
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
fn dictionary<K: DictionaryKey>(array: &dyn Array, as_text: bool) -> Option<Part> {
    let dictionary = of::<DictionaryArray<K>>(array)?;
    let values = dictionary.values();
    let keys: Vec<Option<usize>> =
        dictionary.keys_iter().map(|key| key.filter(|k| *k < values.len() && values.is_valid(*k))).collect();
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
            of::<PrimitiveArray<$t>>(array)?.iter().map(|v| v.map(|v| v.to_string())).collect()
        };
    }
    Some(match array.dtype().to_storage() {
        DataType::Int64 | DataType::Date64 | DataType::Timestamp(..) => whole!(i64),
        DataType::Time64(_) | DataType::Duration(_) => whole!(i64),
        DataType::UInt64 => whole!(u64),
        other => {
            // The others are exact as f64.
            let values = match decimals(array, other) {
                Some(values) => values,
                None => numbers(array)?.iter().map(f64::to_string).collect(),
            };
            values.into_iter().enumerate().map(|(i, v)| array.is_valid(i).then_some(v)).collect()
        }
    })
}

/// The values of an array of decimal numbers in full; those of nulls are arbitrary.
fn decimals(array: &dyn Array, of_type: &DataType) -> Option<Vec<String>> {
    macro_rules! decimals {
        ($t:ty, $scale:expr, $digits:expr) => {{
            let scale = Some($scale).filter(|scale| *scale <= LARGEST_SCALE)?;
            of::<PrimitiveArray<$t>>(array)?.values().iter().map(|v| decimal(&$digits(v), scale)).collect()
        }};
    }
    Some(match *of_type {
        DataType::Decimal32(_, scale) => decimals!(i32, scale, i32::to_string),
        DataType::Decimal64(_, scale) => decimals!(i64, scale, i64::to_string),
        DataType::Decimal(_, scale) => decimals!(i128, scale, i128::to_string),
        DataType::Decimal256(_, scale) => decimals!(i256, scale, |v: &i256| v.0.to_string()),
        _ => return None,
    })
}

/// A whole number with the point `scale` digits from its end.
fn decimal(whole: &str, scale: usize) -> String {
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    match digits.len().checked_sub(scale) {
        _ if scale == 0 => whole.into(),
        None | Some(0) => format!("{sign}0.{digits:0>scale$}"),
        Some(before) => format!("{sign}{}.{}", &digits[..before], &digits[before..]),
    }
}

/// The values of an array of numbers; those of nulls are arbitrary.
fn numbers(array: &dyn Array) -> Option<Vec<f64>> {
    macro_rules! exact {
        ($t:ty) => {
            of::<PrimitiveArray<$t>>(array)?.values().iter().map(|v| f64::from(*v)).collect()
        };
    }
    macro_rules! rounded {
        ($t:ty) => {
            of::<PrimitiveArray<$t>>(array)?.values().iter().map(|v| *v as f64).collect()
        };
    }
    use DataType::*;
    Some(match array.dtype().to_storage() {
        Float64 => exact!(f64),
        Float32 => exact!(f32),
        Float16 => of::<PrimitiveArray<pf16>>(array)?.values().iter().map(|v| f64::from(v.0)).collect(),
        Int64 | Date64 | Timestamp(..) | Time64(_) | Duration(_) => rounded!(i64),
        Int32 | Date32 | Time32(_) => exact!(i32),
        Int16 => exact!(i16),
        Int8 => exact!(i8),
        UInt64 => rounded!(u64),
        UInt32 => exact!(u32),
        UInt16 => exact!(u16),
        UInt8 => exact!(u8),
        Boolean => of::<BooleanArray>(array)?.values().iter().map(|b| f64::from(u8::from(b))).collect(),
        // Through the decimal text the rounding is correct for every scale.
        other => decimals(array, other)?.iter().map(|v| v.parse().unwrap_or(f64::NAN)).collect(),
    })
}

/// What stands in this array for a decimal of 256 bits, which the decoder takes for 32 bytes.
pub(super) fn wide(array: &dyn Array, decimal: &DataType) -> Option<Box<dyn Array>> {
    let bytes = of::<FixedSizeBinaryArray>(array)?;
    let word = |bytes: &[u8]| bytes.try_into().map_or(0, i128::from_le_bytes);
    let values = bytes.values().chunks_exact(32).map(|v| i256::from_words(word(&v[16..]), word(&v[..16])));
    let values: Vec<i256> = values.collect();
    Some(PrimitiveArray::try_new(decimal.clone(), values.into(), bytes.validity().cloned()).ok()?.boxed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_that_no_writer_makes_is_refused() {
        for (scale, read) in [(127, true), (128, false), (1 << 40, false)] {
            let array = PrimitiveArray::<i128>::from_vec(vec![15]).to(DataType::Decimal(38, scale));
            assert_eq!(part(&array, false).is_some(), read, "{scale}");
        }
    }

    #[test]
    fn thirty_two_bytes_are_a_decimal() {
        let bytes = [[[1, 2].repeat(8), vec![0; 16]].concat(), vec![0xff; 32]].concat();
        let bytes = FixedSizeBinaryArray::new(DataType::FixedSizeBinary(32), bytes.into(), None);
        let array = wide(&bytes, &DataType::Decimal256(50, 3)).unwrap();
        let Values::Text(all) = part(array.as_ref(), true).unwrap().values else { panic!() };
        assert_eq!(all, ["2663688933095924799827743550965088.769", "-0.001"]);
    }

    #[test]
    fn the_point_of_a_decimal_stands_where_its_scale_says() {
        let cases = [("12345", 2, "123.45"), ("-5", 2, "-0.05"), ("0", 2, "0.00"), ("-123", 3, "-0.123")];
        for (whole, scale, expected) in cases {
            assert_eq!(decimal(whole, scale), expected);
        }
        assert_eq!((decimal("7", 0), decimal("1", 12)), ("7".into(), "0.000000000001".into()));
    }
}
