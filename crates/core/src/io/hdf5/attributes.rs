//! Attributes of groups and datasets: short texts and numbers beside the data.

use hdf5_reader::error::Error as Raw;
use hdf5_reader::io::Cursor;
use hdf5_reader::messages::attribute::{self, AttributeMessage};
use hdf5_reader::messages::dataspace::DataspaceType;
use hdf5_reader::messages::{MSG_ATTRIBUTE, MSG_ATTRIBUTE_INFO, attribute_info};
use hdf5_reader::{ByteOrder, Datatype};

use super::super::dtype::Dtype;
use super::super::error::Problem;
use super::dense;
use super::fail::told;
use super::file::Hdf5;
use super::header::Message;
use super::strings::text;
use super::types::{self, Type};

/// Attributes of one object that are looked at.
const MOST_ATTRIBUTES: usize = 1 << 16;

/// An attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Sizes of the dimensions; none for a scalar.
    pub shape: Vec<usize>,
    /// What it holds.
    pub value: Value,
}

/// What an attribute holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Texts, in C order.
    Texts(Vec<String>),
    /// Numbers, in C order; whole ones beyond 2^53 are rounded.
    Numbers(Vec<f64>),
    /// For each element the addresses of the objects that it refers to.
    References(Vec<Vec<u64>>),
    /// Anything else, in words.
    Other(String),
}

impl Attribute {
    /// The only text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Texts(texts) => texts.first().filter(|_| texts.len() == 1).map(String::as_str),
            _ => None,
        }
    }

    /// The only number.
    pub fn number(&self) -> Option<f64> {
        match &self.value {
            Value::Numbers(numbers) => numbers.first().filter(|_| numbers.len() == 1).copied(),
            _ => None,
        }
    }
}

/// The attribute called `name`.
pub(super) fn named<'a>(all: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    all.iter().find(|a| a.name == name)
}

/// The attributes of an object.
pub(super) fn attributes(file: &Hdf5, place: &str, messages: &[Message]) -> Result<Vec<Attribute>, Problem> {
    let mut all = vec![];
    for message in messages {
        match message.kind {
            MSG_ATTRIBUTE => all.extend(one(file, place, &message.body)?),
            MSG_ATTRIBUTE_INFO => {
                let (o, l, body) = (file.offset_size, file.length_size, &message.body[..]);
                let info = attribute_info::parse(&mut Cursor::new(body), o, l, body.len());
                let info = info.map_err(|e| told(place, e))?;
                let (heap, tree) = (info.fractal_heap_address, info.btree_name_index_address);
                dense::each(file, place, heap, tree, &mut |body| {
                    all.extend(one(file, place, body)?);
                    Ok(())
                })?;
            }
            _ => {}
        }
        let (found, limit) = (all.len() as u64, MOST_ATTRIBUTES as u64);
        if found > limit {
            return Err(Problem::TooLarge { place: place.into(), unit: "attributes", found, limit });
        }
    }
    Ok(all)
}

/// The attribute that a message tells; none where it is of a kind that is not read.
fn one(file: &Hdf5, place: &str, body: &[u8]) -> Result<Option<Attribute>, Problem> {
    let (o, l) = (file.offset_size, file.length_size);
    match attribute::parse(&mut Cursor::new(body), o, l, body.len()) {
        Ok(message) => value(file, place, message).map(Some),
        // A type of later versions, or one that the file keeps elsewhere: no number that matters here is of one.
        Err(Raw::UnsupportedDatatypeClass(_) | Raw::UnsupportedEncoding(_)) => Ok(None),
        Err(error) => Err(told(&format!("an attribute of `{place}`"), error)),
    }
}

fn value(file: &Hdf5, place: &str, message: AttributeMessage) -> Result<Attribute, Problem> {
    let AttributeMessage { name, datatype, dataspace, raw_data } = message;
    let place = format!("attribute `{name}` of `{place}`");
    file.take(&place, raw_data.len() as u64 * 8 + name.len() as u64)?;
    let shape: Vec<usize> = match dataspace.dataspace_type {
        DataspaceType::Null => vec![0],
        _ => dataspace.dims.iter().map(|d| usize::try_from(*d).unwrap_or(usize::MAX)).collect(),
    };
    let count = dataspace.num_elements().map_or(0, |n| usize::try_from(n).unwrap_or(usize::MAX));
    let width = raw_data.len().checked_div(count).unwrap_or(0);
    let items = || raw_data.chunks_exact(width.max(1));
    let value = match (types::of(&datatype, &[]), &datatype) {
        (Type::Text { spaces }, _) => Value::Texts(items().map(|v| text(v, spaces)).collect()),
        (Type::Heap { spaces }, _) => {
            let one = |v| file.referred(&place, v, 1).map(|bytes| text(&bytes, spaces));
            Value::Texts(items().map(one).collect::<Result<_, _>>()?)
        }
        (Type::References, _) => Value::References(items().map(|v| vec![address(v)]).collect()),
        (_, Datatype::VarLen { base, .. }) if matches!(**base, Datatype::Reference { size: 8, .. }) => {
            let one = |v| {
                let bytes = file.referred(&place, v, 8)?;
                Ok(bytes.chunks_exact(8).map(address).collect())
            };
            Value::References(items().map(one).collect::<Result<_, Problem>>()?)
        }
        (Type::Number { dtype, big_endian }, _) => Value::Numbers(decoded(dtype, big_endian, &raw_data)),
        (other, _) => match number(&datatype) {
            Some((dtype, big_endian)) => Value::Numbers(decoded(dtype, big_endian, &raw_data)),
            None => Value::Other(other.name()),
        },
    };
    Ok(Attribute { name, shape, value })
}

fn decoded(dtype: Dtype, big_endian: bool, bytes: &[u8]) -> Vec<f64> {
    let mut out = vec![];
    dtype.decode(bytes, big_endian, &mut out);
    out
}

fn address(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(u64::MAX, |b| u64::from_le_bytes(*b))
}

/// The number that a type stands for, its bits in the usual places.
fn number(datatype: &Datatype) -> Option<(Dtype, bool)> {
    let (dtype, order) = match datatype {
        Datatype::FixedPoint { size, signed, byte_order } => {
            let dtype = match (size, signed) {
                (1, true) => Dtype::I8,
                (2, true) => Dtype::I16,
                (4, true) => Dtype::I32,
                (8, true) => Dtype::I64,
                (1, false) => Dtype::U8,
                (2, false) => Dtype::U16,
                (4, false) => Dtype::U32,
                (8, false) => Dtype::U64,
                _ => return None,
            };
            (dtype, byte_order)
        }
        Datatype::FloatingPoint { size: 8, byte_order } => (Dtype::F64, byte_order),
        Datatype::FloatingPoint { size: 4, byte_order } => (Dtype::F32, byte_order),
        Datatype::FloatingPoint { size: 2, byte_order } => (Dtype::F16, byte_order),
        Datatype::Enum { base, .. } => return number(base),
        _ => return None,
    };
    Some((dtype, *order == ByteOrder::BigEndian))
}
