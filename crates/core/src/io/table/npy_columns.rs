//! Columns of a numpy array: where they lie in a row, and their values.

use super::super::dtype::Dtype;
use super::super::npy::{Element, characters};
use super::source::Part;
use super::{ColumnInfo, Kind, Values};

/// Where a column lies in the bytes of a row.
pub(super) struct NpyColumn {
    pub offset: usize,
    pub element: Element,
}

/// The columns of a row of `count` items of `element`, named after the array or by their fields.
pub(super) fn columns(element: &Element, count: usize, array: &str) -> Vec<(ColumnInfo, NpyColumn)> {
    let mut all = Vec::new();
    let mut add = |name: String, offset: usize, element: &Element| {
        let kind = match element {
            Element::Number { .. } | Element::Time { .. } => Kind::Number,
            Element::Unicode { .. } | Element::Bytes { .. } => Kind::Text,
            Element::Structured { .. } => Kind::Other("records in records".into()),
            Element::Other(descr) => Kind::Other(descr.clone()),
            Element::Object => Kind::Other("objects".into()),
        };
        all.push((ColumnInfo { name, kind }, NpyColumn { offset, element: element.clone() }));
    };
    match element {
        Element::Structured { fields, .. } => {
            for field in fields {
                match field.items {
                    None => add(field.name.clone(), field.offset, &field.element),
                    Some(items) => {
                        let width = field.element.width().unwrap_or(0);
                        (0..items).for_each(|i| {
                            add(format!("{}{i}", field.name), field.offset + i * width, &field.element)
                        });
                    }
                }
            }
        }
        _ => {
            let width = element.width().unwrap_or(0);
            (0..count).for_each(|k| add(format!("{array}{k}"), k * width, element));
        }
    }
    all
}

impl NpyColumn {
    /// Appends the values that lie in rows of `width` bytes.
    pub(super) fn decode(&self, bytes: &[u8], width: usize, part: &mut Part) {
        let item = self.element.width().unwrap_or(0);
        let values = bytes.chunks_exact(width).filter_map(|row| row.get(self.offset..self.offset + item));
        match (&self.element, &mut part.values) {
            (Element::Number { dtype, big_endian }, Values::Number(all)) => match (dtype, big_endian) {
                // The types of nearly all recordings, without a call a value.
                (Dtype::F64, false) => {
                    all.extend(values.map(|v| f64::from_le_bytes(v.try_into().unwrap_or_default())))
                }
                (Dtype::F32, false) => {
                    all.extend(
                        values.map(|v| f64::from(f32::from_le_bytes(v.try_into().unwrap_or_default()))),
                    );
                }
                _ => values.for_each(|v| dtype.decode(v, *big_endian, all)),
            },
            (Element::Number { dtype, big_endian }, Values::Text(all)) => {
                all.extend(values.map(|v| written(*dtype, *big_endian, v)));
            }
            (Element::Time { big_endian }, _) => {
                for value in values.map(|v| whole(*big_endian, v)) {
                    // Not a time.
                    if value == i64::MIN {
                        part.push_missing();
                    } else {
                        match &mut part.values {
                            Values::Number(all) => all.push(value as f64),
                            Values::Text(all) => all.push(value.to_string()),
                        }
                    }
                }
            }
            (Element::Unicode { big_endian, .. }, Values::Text(all)) => {
                let text = |v| characters(v, *big_endian).map(|c| c.unwrap_or('\u{fffd}')).collect();
                all.extend(values.map(text));
            }
            (Element::Bytes { .. }, Values::Text(all)) => {
                all.extend(values.map(|v| String::from_utf8_lossy(v).trim_end_matches('\0').to_owned()));
            }
            // Other kinds are never picked.
            _ => values.for_each(|_| part.push_missing()),
        }
    }
}

fn whole(big_endian: bool, bytes: &[u8]) -> i64 {
    let bytes = bytes.try_into().unwrap_or_default();
    if big_endian { i64::from_be_bytes(bytes) } else { i64::from_le_bytes(bytes) }
}

/// A number to its last digit.
fn written(dtype: Dtype, big_endian: bool, bytes: &[u8]) -> String {
    match dtype {
        Dtype::I64 => whole(big_endian, bytes).to_string(),
        Dtype::U64 => (whole(big_endian, bytes) as u64).to_string(),
        _ => {
            let mut value = Vec::with_capacity(1);
            dtype.decode(bytes, big_endian, &mut value);
            value.first().map_or_else(String::new, f64::to_string)
        }
    }
}
