//! The npy format: a header, then the values of one array.

use std::io::{self, Read, Write};

use super::dtype::Dtype;
use super::error::Problem;

const FORMAT: &str = "npy";
/// Longer headers belong to structured arrays, which are not read.
const LARGEST_HEADER: u64 = 1 << 16;

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
    Object,
    /// Complex, structured, time: as numpy describes it.
    Other(String),
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
        if &head[..6] != b"\x93NUMPY" {
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
        let element = element(field(&text, "descr").ok_or_else(|| damaged("no `descr`"))?)
            .ok_or_else(|| damaged("a `descr` that is no dtype"))?;
        let order = field(&text, "fortran_order").ok_or_else(|| damaged("no `fortran_order`"))?;
        let fortran_order = match order {
            o if o.starts_with("True") => true,
            o if o.starts_with("False") => false,
            _ => return Err(damaged("a `fortran_order` that is neither True nor False")),
        };
        let shape = field(&text, "shape")
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
        let mut values = Vec::new();
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

    /// The error for data that end after `items` items, or fail otherwise.
    pub(crate) fn ended(&self, array: &str, items: usize, source: io::Error) -> Problem {
        let place = format!("array `{array}`");
        let Element::Number { dtype, .. } = self.element else { return self.not_numbers(array) };
        match source.kind() {
            io::ErrorKind::UnexpectedEof => Problem::Truncated {
                format: FORMAT,
                place,
                found: (items * dtype.width()) as u64,
                expected: (self.count * dtype.width()) as u64,
            },
            _ => Problem::read(FORMAT, &place, source),
        }
    }

    /// The error for an array that holds no real numbers.
    pub(crate) fn not_numbers(&self, array: &str) -> Problem {
        let found = match &self.element {
            Element::Object => return Problem::ObjectArray { array: array.into() },
            Element::Unicode { characters, .. } => format!("text of {characters} characters"),
            Element::Other(descr) => format!("items of dtype {descr}"),
            Element::Number { dtype, .. } => dtype.name().to_string(),
        };
        Problem::Unsupported {
            place: format!("array `{array}`"),
            found,
            expected: "real numbers",
            advice: "save it with a numeric dtype: array.astype(float)",
        }
    }
}

/// What follows `'key':` in the header's Python dictionary.
fn field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let quoted = [format!("'{key}':"), format!("\"{key}\":")];
    let at = quoted.iter().find_map(|k| text.find(k.as_str()).map(|i| i + k.len()))?;
    Some(text[at..].trim_start())
}

fn shape(text: &str) -> Option<Vec<usize>> {
    let (inside, _) = text.strip_prefix('(')?.split_once(')')?;
    // Numpy of Python 2 wrote long integers, `3L`.
    let sizes = inside.split(',').map(|s| s.trim().trim_end_matches('L')).filter(|s| !s.is_empty());
    sizes.map(|s| s.parse().ok()).collect()
}

fn element(text: &str) -> Option<Element> {
    let quote = text.chars().next()?;
    if quote == '[' {
        return Some(Element::Other("structured".into()));
    }
    if quote != '\'' && quote != '"' {
        return None;
    }
    let (descr, _) = text[1..].split_once(quote)?;
    let big_endian = descr.starts_with('>');
    let number = |dtype| Some(Element::Number { dtype, big_endian });
    match descr.trim_start_matches(['<', '>', '|', '=']) {
        code if Dtype::numpy(code).is_some() => number(Dtype::numpy(code)?),
        "O" | "O8" | "O4" => Some(Element::Object),
        text if text.starts_with('U') => {
            Some(Element::Unicode { characters: text[1..].parse().ok()?, big_endian })
        }
        other if other.is_ascii() && !other.is_empty() => Some(Element::Other(descr.into())),
        _ => None,
    }
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
    let sizes = shape.iter().map(|d| format!("{d},")).collect::<Vec<_>>().join(" ");
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({sizes}), }}");
    // Numpy aligns the data to 64 bytes, the header ending in a newline.
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let length = u16::try_from(header.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "too many dimensions for an npy header"))?;
    writer.write_all(b"\x93NUMPY\x01\x00")?;
    writer.write_all(&length.to_le_bytes())?;
    writer.write_all(header.as_bytes())?;
    data.iter().try_for_each(|value| writer.write_all(&value.to_le_bytes()))
}
