//! Arrays as Flax packs them: shape, name of the type, bytes in C order.

use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;
use super::super::budget::count;
use super::FORMAT;
use super::msgpack::{Item, Items};

/// More dimensions nobody has.
const MOST_DIMENSIONS: usize = 64;

/// An array.
pub(super) struct Array<'a> {
    pub(super) shape: Vec<usize>,
    pub(super) count: usize,
    /// None of complex and other numbers.
    pub(super) dtype: Option<Dtype>,
    /// What numpy calls the type.
    pub(super) called: String,
    pub(super) bytes: &'a [u8],
}

impl<'a> Array<'a> {
    /// The array in the bytes of an extension: `(shape, name, bytes)`, which fill the shape.
    ///
    /// # Errors
    /// Other bytes.
    pub(super) fn read(bytes: &'a [u8], name: &str) -> Result<Self, Problem> {
        let damaged = |detail: &str| Problem::damaged(FORMAT, format!("array `{name}`"), detail);
        let mut items = Items::new(bytes);
        let (Item::Array(3), Item::Array(dimensions @ 0..=MOST_DIMENSIONS)) = (items.next()?, items.next()?)
        else {
            return Err(damaged("no shape, type and bytes"));
        };
        let mut shape = vec![];
        for _ in 0..dimensions {
            shape.push(
                size(items.next()?).ok_or_else(|| damaged("a shape of other than non-negative integers"))?,
            );
        }
        let (Item::Text(called) | Item::Bytes(called)) = items.next()? else {
            return Err(damaged("no name of a type"));
        };
        let (Item::Bytes(bytes) | Item::Text(bytes)) = items.next()? else {
            return Err(damaged("no bytes"));
        };
        let called = String::from_utf8_lossy(called).into_owned();
        let count = count(&shape).ok_or_else(|| damaged("a shape of more values than memory can address"))?;
        let dtype = dtype(&called);
        match dtype.map(|d| count.checked_mul(d.width())) {
            Some(expected) if expected != Some(bytes.len()) => {
                Err(damaged(&format!("{} bytes of {called} for the shape {shape:?}", bytes.len())))
            }
            _ => Ok(Self { shape, count, dtype, called, bytes }),
        }
    }
}

/// A size, if an item is one.
pub(super) fn size(item: Item<'_>) -> Option<usize> {
    if let Item::Int(n) = item { usize::try_from(n).ok() } else { None }
}

/// The type by the name that `numpy.dtype.name` gives it.
fn dtype(name: &str) -> Option<Dtype> {
    Some(match name {
        "float64" => Dtype::F64,
        "float32" => Dtype::F32,
        "float16" => Dtype::F16,
        "bfloat16" => Dtype::Bf16,
        "float8_e4m3fn" => Dtype::F8E4M3,
        "float8_e5m2" => Dtype::F8E5M2,
        "int64" => Dtype::I64,
        "int32" => Dtype::I32,
        "int16" => Dtype::I16,
        "int8" => Dtype::I8,
        "uint64" => Dtype::U64,
        "uint32" => Dtype::U32,
        "uint16" => Dtype::U16,
        "uint8" => Dtype::U8,
        "bool" => Dtype::Bool,
        _ => return None,
    })
}
