//! Number types as they lie in files, and their reading as f64.

/// A number type of fixed width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dtype {
    F64,
    F32,
    F16,
    Bf16,
    /// Eight bits: four of exponent, three of fraction, no infinities (`float8_e4m3fn`).
    F8E4M3,
    /// Eight bits: the upper half of an `F16` (`float8_e5m2`).
    F8E5M2,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    Bool,
}

/// Appends every `$width` bytes of `$bytes`, read as `$number`, to `$out`.
macro_rules! append {
    ($number:ty, $width:literal, $bytes:expr, $big:expr, $out:expr, $to:expr) => {{
        let (values, _) = $bytes.as_chunks::<$width>();
        if $big {
            $out.extend(values.iter().map(|v| $to(<$number>::from_be_bytes(*v))));
        } else {
            $out.extend(values.iter().map(|v| $to(<$number>::from_le_bytes(*v))));
        }
    }};
}

impl Dtype {
    /// Bytes of one value.
    pub(crate) fn width(self) -> usize {
        match self {
            Self::F64 | Self::I64 | Self::U64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 | Self::U16 => 2,
            Self::I8 | Self::U8 | Self::Bool | Self::F8E4M3 | Self::F8E5M2 => 1,
        }
    }

    /// The name used in [`Tensor::dtype`](super::tensors::Tensor::dtype).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::F8E4M3 => "float8_e4m3fn",
            Self::F8E5M2 => "float8_e5m2",
            Self::I64 => "i64",
            Self::I32 => "i32",
            Self::I16 => "i16",
            Self::I8 => "i8",
            Self::U64 => "u64",
            Self::U32 => "u32",
            Self::U16 => "u16",
            Self::U8 => "u8",
            Self::Bool => "bool",
        }
    }

    /// The type that numpy calls `code`, such as `f4` or `i8`, whatever the byte order.
    pub(crate) fn numpy(code: &str) -> Option<Self> {
        Some(match code {
            "f8" => Self::F64,
            "f4" => Self::F32,
            "f2" => Self::F16,
            "i8" => Self::I64,
            "i4" => Self::I32,
            "i2" => Self::I16,
            "i1" => Self::I8,
            "u8" => Self::U64,
            "u4" => Self::U32,
            "u2" => Self::U16,
            "u1" => Self::U8,
            "b1" => Self::Bool,
            _ => return None,
        })
    }

    /// Appends the values in `bytes` to `out`; bytes short of a whole value are left.
    ///
    /// Integers beyond 2^53 are rounded to the nearest f64.
    pub(crate) fn decode(self, bytes: &[u8], big_endian: bool, out: &mut Vec<f64>) {
        match self {
            Self::F64 => append!(f64, 8, bytes, big_endian, out, f64::from),
            Self::F32 => append!(f32, 4, bytes, big_endian, out, f64::from),
            Self::F16 => append!(half::f16, 2, bytes, big_endian, out, f64::from),
            Self::Bf16 => append!(half::bf16, 2, bytes, big_endian, out, f64::from),
            Self::F8E4M3 => out.extend(bytes.iter().map(|b| e4m3(*b))),
            Self::F8E5M2 => {
                out.extend(bytes.iter().map(|b| half::f16::from_bits(u16::from(*b) << 8).to_f64()))
            }
            Self::I64 => append!(i64, 8, bytes, big_endian, out, |v| v as f64),
            Self::I32 => append!(i32, 4, bytes, big_endian, out, f64::from),
            Self::I16 => append!(i16, 2, bytes, big_endian, out, f64::from),
            Self::I8 => append!(i8, 1, bytes, big_endian, out, f64::from),
            Self::U64 => append!(u64, 8, bytes, big_endian, out, |v| v as f64),
            Self::U32 => append!(u32, 4, bytes, big_endian, out, f64::from),
            Self::U16 => append!(u16, 2, bytes, big_endian, out, f64::from),
            Self::U8 => append!(u8, 1, bytes, big_endian, out, f64::from),
            Self::Bool => out.extend(bytes.iter().map(|b| f64::from(u8::from(*b != 0)))),
        }
    }
}

/// A float of one sign, four exponent (bias 7) and three fraction bits; all ones is NaN, nothing is infinite
/// (Micikevicius et al. 2022, arXiv:2209.05433, table 1).
fn e4m3(bits: u8) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 3 & 15), f64::from(bits & 7));
    let size = match (exponent, bits & 7) {
        (15, 7) => f64::NAN,
        (0, _) => fraction / 8.0 * 2f64.powi(-6),
        _ => (1.0 + fraction / 8.0) * 2f64.powi(exponent - 7),
    };
    if bits >> 7 == 1 { -size } else { size }
}
