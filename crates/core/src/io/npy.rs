//! The npy format: a header, then the values of one array.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::advice;
use super::dtype::Dtype;
use super::error::Problem;
use super::held::Opened;
use super::literal::Literal;

const FORMAT: &str = "npy";
const MAGIC: &[u8] = b"\x93NUMPY";
/// No honest header is longer.
const LARGEST_HEADER: u64 = 1 << 20;
/// Long names around many fields, or of fields of many items, could make names without end.
const LONGEST_NAMES: usize = 1 << 26;
/// Values for which there is room before any is read.
const AT_ONCE: usize = 1 << 20;

/// What an array's items are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    Number {
        dtype: Dtype,
        big_endian: bool,
    },
    /// Text of a fixed number of four-byte characters.
    Unicode {
        characters: usize,
        big_endian: bool,
    },
    /// Text of a fixed number of bytes.
    Bytes {
        length: usize,
    },
    /// A date or a duration: whole numbers of its unit.
    Time {
        big_endian: bool,
    },
    /// Named fields, one after the other.
    Structured {
        fields: Vec<Field>,
        width: usize,
    },
    Object,
    /// Complex and other types: as numpy describes it.
    Other(String),
}

/// A field of a structured array: `items` values from byte `offset` of each record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub name: String,
    pub offset: usize,
    pub element: Element,
    pub items: Option<usize>,
}

/// The header of an array.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub element: Element,
    pub fortran_order: bool,
    pub shape: Vec<usize>,
    /// Items, the product of the shape.
    pub count: usize,
    /// Bytes before the first item.
    pub start: u64,
}

impl Header {
    /// Reads the header of the array called `array` in messages.
    pub(crate) fn read(reader: &mut impl Read, array: &str) -> Result<Self, Problem> {
        let place = format!("the header of array `{array}`");
        let failed = |e| Problem::read(FORMAT, &place, e);
        let mut head = [0u8; 8];
        reader.read_exact(&mut head).map_err(failed)?;
        if &head[..6] != MAGIC {
            return Err(Problem::damaged(FORMAT, place, "no numpy signature"));
        }
        let (length, prefix) = if head[6] == 1 {
            let mut bytes = [0u8; 2];
            reader.read_exact(&mut bytes).map_err(failed)?;
            (u64::from(u16::from_le_bytes(bytes)), 10)
        } else {
            let mut bytes = [0u8; 4];
            reader.read_exact(&mut bytes).map_err(failed)?;
            (u64::from(u32::from_le_bytes(bytes)), 12)
        };
        if length > LARGEST_HEADER {
            return Err(Problem::TooLarge { place, unit: "bytes", found: length, limit: LARGEST_HEADER });
        }
        let mut text = Vec::new();
        reader.by_ref().take(length).read_to_end(&mut text).map_err(failed)?;
        if (text.len() as u64) < length {
            return Err(Problem::Truncated {
                format: FORMAT,
                place,
                found: text.len() as u64,
                expected: length,
            });
        }
        let text = String::from_utf8_lossy(&text);
        let damaged = |detail: &str| Problem::damaged(FORMAT, place.as_str(), detail);
        let header = Literal::parse(&text).ok_or_else(|| damaged("no Python dictionary"))?;
        let element = element(header.get("descr").ok_or_else(|| damaged("no `descr`"))?)
            .ok_or_else(|| damaged("a `descr` that is no dtype, or one of too many names"))?;
        let fortran_order = match header.get("fortran_order") {
            Some(Literal::Bool(order)) => *order,
            Some(Literal::Whole(order @ 0..=1)) => *order == 1,
            _ => return Err(damaged("no `fortran_order` that is True or False")),
        };
        let shape = header
            .get("shape")
            .and_then(shape)
            .ok_or_else(|| damaged("no `shape` of non-negative integers"))?;
        let count = shape
            .iter()
            .try_fold(1usize, |n, d| n.checked_mul(*d))
            .filter(|n| n.checked_mul(8).is_some())
            .ok_or_else(|| damaged("a `shape` with more items than memory can address"))?;
        Ok(Self { element, fortran_order, shape, count, start: prefix + length })
    }

    /// The values in C order, for a header of numbers.
    pub(crate) fn numbers(&self, reader: &mut impl Read, array: &str) -> Result<Vec<f64>, Problem> {
        let Element::Number { dtype, big_endian } = self.element else {
            return Err(self.not_numbers(array));
        };
        let mut values = Vec::with_capacity(self.count.min(AT_ONCE));
        let mut buffer = vec![0u8; 1 << 16];
        let mut left = self.count;
        while left > 0 {
            let items = left.min(buffer.len() / dtype.width());
            let bytes = &mut buffer[..items * dtype.width()];
            reader.read_exact(bytes).map_err(|e| self.ended(array, values.len(), e))?;
            dtype.decode(bytes, big_endian, &mut values);
            left -= items;
        }
        Ok(if self.fortran_order { to_c_order(&values, &self.shape) } else { values })
    }

    /// Fails unless the array, with its header, fills the `length` bytes of its file or entry.
    pub(crate) fn fill(&self, array: &str, length: u64) -> Result<(), Problem> {
        let Some(item) = self.element.width() else { return Ok(()) };
        let expected = (self.count as u64).checked_mul(item as u64).and_then(|n| n.checked_add(self.start));
        let expected = expected.unwrap_or(u64::MAX);
        let place = format!("array `{array}`");
        if length < expected {
            return Err(Problem::Truncated { format: FORMAT, place, found: length, expected });
        }
        if length > expected {
            let detail =
                format!("{} bytes more than the shape {:?} has room for", length - expected, self.shape);
            return Err(Problem::damaged(FORMAT, place, detail));
        }
        Ok(())
    }

    /// The error for data that end after `items` items, or fail otherwise.
    pub(crate) fn ended(&self, array: &str, items: usize, source: io::Error) -> Problem {
        let place = format!("array `{array}`");
        let Some(width) = self.element.width() else { return self.not_numbers(array) };
        match source.kind() {
            io::ErrorKind::UnexpectedEof => Problem::Truncated {
                format: FORMAT,
                place,
                found: items.saturating_mul(width) as u64,
                expected: self.count.saturating_mul(width) as u64,
            },
            _ => Problem::read(FORMAT, &place, source),
        }
    }

    /// The error for an array that holds no real numbers.
    pub(crate) fn not_numbers(&self, array: &str) -> Problem {
        let (found, advice) = match &self.element {
            Element::Object => {
                return Problem::ObjectArray { array: array.into(), shape: self.shape.clone() };
            }
            Element::Unicode { .. } | Element::Bytes { .. } => {
                ("text".to_owned(), "save it with a numeric dtype: array.astype(float)")
            }
            Element::Structured { fields, .. } => (
                format!("a structured array of {} fields", fields.len()),
                "save it as plain numbers: numpy.lib.recfunctions.structured_to_unstructured(array)",
            ),
            Element::Time { .. } => {
                ("dates or durations".into(), "save them as numbers: array.astype('int64')")
            }
            Element::Other(descr) if descr.contains('c') => (
                format!("complex numbers (dtype {descr})"),
                "save their parts: numpy.concatenate([array.real, array.imag], axis=-1)",
            ),
            Element::Other(descr) => {
                (format!("items of dtype {descr}"), "save it with a numeric dtype: array.astype(float)")
            }
            Element::Number { dtype, .. } => (dtype.name().to_string(), "read it as numbers"),
        };
        let place = format!("array `{array}`");
        Problem::Unsupported { place, found, expected: "real numbers", advice }
    }
}

impl Element {
    /// Columns of one item.
    pub(crate) fn columns(&self) -> usize {
        match self {
            Self::Structured { fields, .. } => {
                fields.iter().fold(0, |n, f| f.items.unwrap_or(1).saturating_add(n))
            }
            _ => 1,
        }
    }

    /// Bytes of one item; none for types of unknown size.
    pub(crate) fn width(&self) -> Option<usize> {
        match self {
            Self::Number { dtype, .. } => Some(dtype.width()),
            Self::Unicode { characters, .. } => characters.checked_mul(4),
            Self::Bytes { length } => Some(*length),
            Self::Time { .. } => Some(8),
            Self::Structured { width, .. } => Some(*width),
            Self::Object => None,
            // Void, complex and long double carry their size: V8, c16, f16.
            Self::Other(descr) => descr.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok(),
        }
    }
}

/// Fails unless the file at `path` holds the array of `header` and nothing else.
pub(crate) fn alone(path: &Path, header: &Header, array: &str) -> Result<(), Problem> {
    let mut file = Opened::open(path)?;
    let length = file.length()?;
    let end = header.element.width().and_then(|w| w.checked_mul(header.count)).map_or(u64::MAX, |w| w as u64);
    let mut next = Vec::new();
    if end.saturating_add(header.start) < length {
        file.seek(SeekFrom::Start(header.start.saturating_add(end))).map_err(Problem::reading)?;
        file.take(6).read_to_end(&mut next).map_err(Problem::reading)?;
    }
    if next == MAGIC {
        let found =
            "several arrays one after the other, without names (as Equinox writes the leaves of a tree)";
        return Err(Problem::UnknownFormat {
            found: found.into(),
            expected: "one array",
            advice: advice::LEAVES,
        });
    }
    header.fill(array, length)
}

/// The characters of a text of four-byte characters, without the zeros at its end; none where there is no such character.
pub(crate) fn characters(bytes: &[u8], big_endian: bool) -> impl Iterator<Item = Option<char>> {
    let code = move |c: &[u8; 4]| if big_endian { u32::from_be_bytes(*c) } else { u32::from_le_bytes(*c) };
    let codes = bytes.as_chunks::<4>().0;
    let end = codes.iter().rposition(|c| code(c) != 0).map_or(0, |last| last + 1);
    codes[..end].iter().map(move |c| char::from_u32(code(c)))
}

fn shape(literal: &Literal) -> Option<Vec<usize>> {
    match literal {
        Literal::Row(sizes) => sizes.iter().map(Literal::size).collect(),
        size => Some(vec![size.size()?]),
    }
}

fn element(literal: &Literal) -> Option<Element> {
    let descr = match literal {
        Literal::Text(descr) => descr.as_str(),
        Literal::Row(fields) => return structured(fields),
        _ => return None,
    };
    let big_endian = descr.starts_with('>');
    let code = descr.trim_start_matches(['<', '>', '|', '=']);
    if let Some(dtype) = Dtype::numpy(code) {
        return Some(Element::Number { dtype, big_endian });
    }
    let size = || code.get(1..)?.parse::<usize>().ok();
    match code {
        "O" | "O8" | "O4" => Some(Element::Object),
        // `?` is the bool, `b` and `B` the bytes of the struct module.
        "?" => Some(Element::Number { dtype: Dtype::Bool, big_endian }),
        text if text.starts_with('U') => Some(Element::Unicode { characters: size()?, big_endian }),
        text if text.starts_with(['S', 'a']) => Some(Element::Bytes { length: size()? }),
        time if time.starts_with(['M', 'm']) && time[1..].starts_with('8') => {
            Some(Element::Time { big_endian })
        }
        other if other.is_ascii() && !other.is_empty() => Some(Element::Other(descr.into())),
        _ => None,
    }
}

/// Fields, those in fields by their joined names; padding has no name, what has no bytes no values: both are passed
/// over. None if all columns' names together are longer than [`LONGEST_NAMES`].
fn structured(literals: &[Literal]) -> Option<Element> {
    let (mut fields, mut offset, mut left) = (Vec::new(), 0usize, LONGEST_NAMES);
    for literal in literals {
        let [name, descr, ..] = literal.row()? else { return None };
        // A title may stand before the name.
        let name = match name {
            Literal::Row(both) => both.last()?.text()?,
            name => name.text()?,
        };
        let items = match literal.row()?.get(2) {
            Some(sizes) => Some(shape(sizes)?.iter().try_fold(1usize, |n, d| n.checked_mul(*d))?),
            None => None,
        };
        let element = element(descr)?;
        if element == Element::Object {
            return Some(Element::Object);
        }
        let width = element.width()?;
        let named = |f: &Field| f.name.len().checked_add(name.len() + 1)?.checked_mul(f.items.unwrap_or(1));
        match element {
            _ if name.is_empty() || width == 0 => {}
            Element::Structured { fields: inner, .. } if items.is_none() => {
                for f in inner {
                    left = left.checked_sub(named(&f)?)?;
                    let (name, offset) = (format!("{name}.{}", f.name), offset.checked_add(f.offset)?);
                    fields.push(Field { name, offset, ..f });
                }
            }
            element => {
                let inside = match &element {
                    Element::Structured { fields, .. } => fields.iter().map(|f| f.name.len()).sum(),
                    _ => 0,
                };
                left = left.checked_sub((name.len() + inside + 1).checked_mul(items.unwrap_or(1))?)?;
                fields.push(Field { name: name.into(), offset, element, items });
            }
        }
        offset = offset.checked_add(width.checked_mul(items.unwrap_or(1))?)?;
    }
    (offset > 0 && !fields.is_empty()).then_some(Element::Structured { fields, width: offset })
}

/// Values in Fortran order, in C order.
pub(crate) fn to_c_order(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for size in shape {
        strides.push(stride);
        stride *= size;
    }
    let mut out = Vec::with_capacity(values.len());
    let mut index = vec![0usize; shape.len()];
    for _ in 0..values.len() {
        out.push(values[index.iter().zip(&strides).map(|(i, s)| i * s).sum::<usize>()]);
        for k in (0..shape.len()).rev() {
            index[k] += 1;
            if index[k] < shape[k] {
                break;
            }
            index[k] = 0;
        }
    }
    out
}

/// Writes one array of f64 in C order.
pub(crate) fn write(writer: &mut impl Write, shape: &[usize], data: &[f64]) -> io::Result<()> {
    write_header(writer, "<f8", shape)?;
    data.iter().try_for_each(|value| writer.write_all(&value.to_le_bytes()))
}

/// Writes one array of texts in C order, each as long as the longest, zeros at its end.
pub(crate) fn write_texts(writer: &mut impl Write, shape: &[usize], values: &[String]) -> io::Result<()> {
    let longest = values.iter().map(|v| v.chars().count()).max().unwrap_or(0).max(1);
    write_header(writer, &format!("<U{longest}"), shape)?;
    for value in values {
        let zeros = std::iter::repeat('\0');
        value
            .chars()
            .chain(zeros)
            .take(longest)
            .try_for_each(|c| writer.write_all(&u32::from(c).to_le_bytes()))?;
    }
    Ok(())
}

fn write_header(writer: &mut impl Write, descr: &str, shape: &[usize]) -> io::Result<()> {
    let sizes = shape.iter().map(|d| format!("{d},")).collect::<Vec<_>>().join(" ");
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}");
    // Numpy aligns the data to 64 bytes, the header ending in a newline.
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let length = u16::try_from(header.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "too many dimensions for an npy header"))?;
    writer.write_all(b"\x93NUMPY\x01\x00")?;
    writer.write_all(&length.to_le_bytes())?;
    writer.write_all(header.as_bytes())
}
