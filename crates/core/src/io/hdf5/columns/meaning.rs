//! What a stored number means: packed values, and those that stand for a missing one.

use std::cmp::Ordering::Equal;

use super::super::super::dtype::Dtype;
use super::super::super::table::Values;
use super::super::super::table::source::Part;
use super::super::attributes::{Attribute, Value, named};
use super::super::dataset::Dataset;
use super::super::types::Type;

/// x = factor * stored + offset, but for stored numbers that mean a missing value (CF conventions 1.11, sections 2.5.1 and 8.1).
#[derive(Clone, Debug, Default, PartialEq)]
pub(in super::super) struct Meaning {
    pub factor: Option<f64>,
    pub offset: Option<f64>,
    pub missing: Vec<f64>,
    /// Stored numbers outside of these are missing (section 2.5.1).
    pub valid: Option<(f64, f64)>,
    /// What is added to negative numbers that stand for unsigned ones (`_Unsigned`).
    pub unsigned: Option<f64>,
}

impl Meaning {
    /// What the attributes of a netCDF variable say; where they name no missing value, netCDF's own for values never written.
    pub(in super::super) fn of(data: &Dataset, about: &[Attribute]) -> Self {
        let number = |name: &str| named(about, name).and_then(Attribute::number);
        let mut missing = vec![];
        for name in ["_FillValue", "missing_value"] {
            if let Some(Value::Numbers(values)) = named(about, name).map(|a| &a.value) {
                missing.extend_from_slice(values);
            }
        }
        let netcdf = ["DIMENSION_LIST", "_Netcdf4Dimid"].iter().any(|name| named(about, name).is_some());
        if let Type::Number { dtype, big_endian } = data.kind
            && (netcdf && missing.is_empty() && dtype.width() > 1 && data.fill.iter().any(|b| *b != 0))
        {
            dtype.decode(&data.fill, big_endian, &mut missing);
        }
        let range = match named(about, "valid_range").map(|a| &a.value) {
            Some(Value::Numbers(v)) if v.len() == 2 => (Some(v[0]), Some(v[1])),
            _ => (number("valid_min"), number("valid_max")),
        };
        let valid = match range {
            (None, None) => None,
            (a, b) => Some((a.unwrap_or(f64::NEG_INFINITY), b.unwrap_or(f64::INFINITY))),
        };
        let text = |name: &str| named(about, name).and_then(Attribute::text).map(str::to_lowercase);
        let unsigned = match data.kind {
            Type::Number { dtype, .. } if text("_Unsigned").as_deref() == Some("true") => {
                Some(2f64.powi(8 * dtype.width() as i32))
            }
            _ => None,
        };
        Self { factor: number("scale_factor"), offset: number("add_offset"), missing, valid, unsigned }
    }

    fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    fn means_missing(&self, stored: f64) -> bool {
        self.valid.is_some_and(|(a, b)| stored < a || stored > b)
            || self
                .missing
                .iter()
                .any(|m| m.partial_cmp(&stored) == Some(Equal) || (m.is_nan() && stored.is_nan()))
    }

    /// What a stored number means; nothing where it stands for a missing value.
    pub(in super::super) fn of_number(&self, stored: f64) -> Option<f64> {
        let number = self.unsigned.filter(|_| stored < 0.0).map_or(stored, |whole| stored + whole);
        (!self.means_missing(number)).then(|| self.value(number))
    }

    fn value(&self, stored: f64) -> f64 {
        let scaled = self.factor.map_or(stored, |factor| stored * factor);
        self.offset.map_or(scaled, |offset| scaled + offset)
    }

    /// Appends the numbers that stand at `place` in rows of `width` bytes.
    pub(in super::super) fn decode(
        &self,
        dtype: Dtype,
        big_endian: bool,
        bytes: &[u8],
        width: usize,
        place: usize,
        part: &mut Part,
    ) {
        let values = bytes.chunks_exact(width).filter_map(|row| row.get(place..place + dtype.width()));
        if let (true, Values::Number(all)) = (self.is_plain(), &mut part.values) {
            match (dtype, big_endian) {
                // The types of nearly all recordings, without a call a value.
                (Dtype::F64, false) => {
                    all.extend(values.map(|v| f64::from_le_bytes(v.try_into().unwrap_or_default())));
                }
                (Dtype::F32, false) => {
                    all.extend(
                        values.map(|v| f64::from(f32::from_le_bytes(v.try_into().unwrap_or_default()))),
                    );
                }
                _ => values.for_each(|v| dtype.decode(v, big_endian, all)),
            }
            return;
        }
        let mut stored = Vec::with_capacity(1);
        for value in values {
            stored.clear();
            dtype.decode(value, big_endian, &mut stored);
            let mut number = stored.first().copied().unwrap_or(f64::NAN);
            if let Some(whole) = self.unsigned.filter(|_| number < 0.0) {
                number += whole;
            }
            match &mut part.values {
                _ if self.means_missing(number) => part.push_missing(),
                Values::Number(all) => all.push(self.value(number)),
                Values::Text(all) => all.push(match self.is_plain() {
                    true => whole(dtype, big_endian, value).unwrap_or_else(|| number.to_string()),
                    false => self.value(number).to_string(),
                }),
            }
        }
    }
}

/// A whole number of eight bytes, to its last digit.
fn whole(dtype: Dtype, big_endian: bool, bytes: &[u8]) -> Option<String> {
    let bytes = bytes.try_into().ok()?;
    let bits = if big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) };
    match dtype {
        Dtype::I64 => Some(bits.cast_signed().to_string()),
        Dtype::U64 => Some(bits.to_string()),
        _ => None,
    }
}
