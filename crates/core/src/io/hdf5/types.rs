//! What the values of a dataset are.

use hdf5_reader::Datatype;
use hdf5_reader::StringPadding::SpacePad;
use hdf5_reader::io::Cursor;
use hdf5_reader::messages::datatype;
use hdf5_reader::{EnumMember, ReferenceType, StringSize, VarLenKind};

use super::super::dtype::Dtype;
use super::super::error::Problem;
use super::fail::{damaged, told};

/// What the values of a dataset are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Number {
        dtype: Dtype,
        big_endian: bool,
    },
    /// Text of a fixed number of bytes.
    Text {
        spaces: bool,
    },
    /// Text in a heap.
    Heap {
        spaces: bool,
    },
    Complex,
    /// References to objects of the file.
    References,
    /// Anything else, in words.
    Other(String),
}

impl Type {
    /// The name for people.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Number { dtype, .. } => dtype.name().into(),
            Self::Text { .. } | Self::Heap { .. } => "text".into(),
            Self::Complex => "complex numbers".into(),
            Self::References => "references to other datasets".into(),
            Self::Other(words) => words.clone(),
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text { .. } | Self::Heap { .. })
    }
}

const FIXED: u8 = 0;
const FLOAT: u8 = 1;
const BITS: u8 = 4;
const ENUM: u8 = 8;

/// Places of a float's exponent and fraction (location and size of each) and its bias.
const FLOATS: [([u8; 4], u32, Dtype); 6] = [
    ([52, 11, 0, 52], 1023, Dtype::F64),
    ([23, 8, 0, 23], 127, Dtype::F32),
    ([10, 5, 0, 10], 15, Dtype::F16),
    ([7, 8, 0, 7], 127, Dtype::Bf16),
    ([3, 4, 0, 3], 7, Dtype::F8E4M3),
    ([2, 5, 0, 2], 15, Dtype::F8E5M2),
];

/// The type that a datatype message tells, and the bytes of one value.
pub(super) fn read(place: &str, body: &[u8]) -> Result<(Type, usize), Problem> {
    let parsed = datatype::parse(&mut Cursor::new(body), body.len()).map_err(|e| told(place, e))?;
    let width = parsed.size as usize;
    if width == 0 {
        return Err(damaged(place, "a type of no bytes"));
    }
    if let Some(number) = number(body, width) {
        return Ok((number, width));
    }
    Ok((of(&parsed.datatype, body), width))
}

/// The type of a value that no message of its own describes, as an attribute's.
pub(super) fn of(datatype: &Datatype, body: &[u8]) -> Type {
    match datatype {
        Datatype::String { size: StringSize::Fixed(_), padding, .. } => {
            Type::Text { spaces: *padding == SpacePad }
        }
        Datatype::VarLen { kind: VarLenKind::String, padding, .. } => {
            Type::Heap { spaces: *padding == SpacePad }
        }
        Datatype::Enum { base, members } if is_bool(base, members) => {
            Type::Number { dtype: Dtype::Bool, big_endian: false }
        }
        Datatype::Enum { base, .. } if body.first().is_some_and(|c| c & 15 == ENUM) => {
            // The base type follows the eight bytes of every type.
            let inner = body.get(8..).unwrap_or_default();
            number(inner, size(base)).unwrap_or_else(|| Type::Other("an enumeration of no numbers".into()))
        }
        Datatype::Compound { fields, .. } => match fields.as_slice() {
            [a, b]
                if matches!((&a.datatype, &b.datatype), (Datatype::FloatingPoint { .. }, y) if *y == a.datatype)
                    && matches!((&*a.name, &*b.name), ("r", "i") | ("real", "imag") | ("re", "im")) =>
            {
                Type::Complex
            }
            fields => Type::Other(format!("records of {} fields", fields.len())),
        },
        Datatype::Reference { ref_type: ReferenceType::Object, .. } => Type::References,
        Datatype::Reference { .. } => Type::Other("references to regions".into()),
        Datatype::VarLen { .. } => Type::Other("lists of different lengths".into()),
        Datatype::Array { .. } => Type::Other("arrays in an array".into()),
        Datatype::Opaque { size, .. } => Type::Other(format!("opaque values of {size} bytes")),
        Datatype::Bitfield { size, .. } => Type::Other(format!("bits in {size} bytes")),
        Datatype::FixedPoint { size, .. } => Type::Other(format!("integers of an odd kind in {size} bytes")),
        Datatype::FloatingPoint { size, .. } => Type::Other(format!("floats of an odd kind in {size} bytes")),
        Datatype::Enum { .. } => Type::Other("an enumeration of no numbers".into()),
        Datatype::String { .. } => Type::Other("text of no length".into()),
    }
}

fn size(datatype: &Datatype) -> usize {
    match datatype {
        Datatype::FixedPoint { size, .. } | Datatype::FloatingPoint { size, .. } => usize::from(*size),
        _ => 0,
    }
}

/// h5py's booleans: FALSE and TRUE of one byte.
fn is_bool(base: &Datatype, members: &[EnumMember]) -> bool {
    let named = |m: &EnumMember, name: &str, value: u8| m.name == name && m.value == [value];
    let pair = |a, b| named(a, "FALSE", 0) && named(b, "TRUE", 1);
    size(base) == 1 && matches!(members, [a, b] if pair(a, b) || pair(b, a))
}

/// Integers and floats, told by the bytes of their description: class and version, flags, size, first bit, bits; a float's
/// exponent and fraction.
fn number(body: &[u8], width: usize) -> Option<Type> {
    let [head, flags, _, _, _, _, _, _, bit, bit_, bits, bits_, rest @ ..] = body else { return None };
    let (first, bits) = (u16::from_le_bytes([*bit, *bit_]), u16::from_le_bytes([*bits, *bits_]));
    if first != 0 || usize::from(bits) != width.checked_mul(8)? {
        return None;
    }
    let dtype = match head & 15 {
        FIXED => match (flags & 8 > 0, width) {
            (true, 1) => Dtype::I8,
            (true, 2) => Dtype::I16,
            (true, 4) => Dtype::I32,
            (true, 8) => Dtype::I64,
            (false, 1) => Dtype::U8,
            (false, 2) => Dtype::U16,
            (false, 4) => Dtype::U32,
            (false, 8) => Dtype::U64,
            _ => return None,
        },
        BITS if width == 1 => Dtype::Bool,
        // Bit 6 of the flags is the order of a VAX.
        FLOAT if flags & 0x40 == 0 => {
            let (places, bias) = rest.split_first_chunk::<4>()?;
            let bias = u32::from_le_bytes(*bias.first_chunk()?);
            let known = FLOATS.iter().find(|(p, b, d)| p == places && *b == bias && d.width() == width);
            known.map(|(_, _, dtype)| *dtype)?
        }
        _ => return None,
    };
    Some(Type::Number { dtype, big_endian: flags & 1 > 0 })
}
