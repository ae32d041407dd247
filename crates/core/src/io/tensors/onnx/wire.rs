//! The wire format of protocol buffers: numbered fields, of which those that are not known are passed over.
//!
//! Source: protobuf.dev/programming-guides/encoding.

use super::super::super::error::Problem;
use super::FORMAT;

/// The value of a field.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Number(u64),
    /// Four bytes.
    Word([u8; 4]),
    /// Eight bytes.
    Long([u8; 8]),
    /// A text, bytes, a message, or numbers one after the other.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    pub(super) fn bytes(self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// A text; none for other fields and other bytes.
    pub(super) fn text(self) -> Option<&'a str> {
        self.bytes().and_then(|b| std::str::from_utf8(b).ok())
    }

    pub(super) fn number(self) -> Option<i64> {
        if let Self::Number(n) = self { Some(n as i64) } else { None }
    }

    pub(super) fn float(self) -> Option<f32> {
        if let Self::Word(bytes) = self { Some(f32::from_le_bytes(bytes)) } else { None }
    }
}

/// The fields of a message, in the order of the file.
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    /// What the message is, for errors.
    what: &'static str,
}

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { bytes, what }
    }

    fn damaged(&self, detail: &str) -> Problem {
        Problem::damaged(FORMAT, self.what, format!("{detail}, {} bytes before its end", self.bytes.len()))
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], Problem> {
        let taken = usize::try_from(count).ok().and_then(|n| self.bytes.split_at_checked(n));
        let (taken, rest) = taken.ok_or_else(|| Problem::Truncated {
            format: FORMAT,
            place: self.what.into(),
            found: self.bytes.len() as u64,
            expected: count,
        })?;
        self.bytes = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let bytes = self.take(N as u64)?;
        bytes.first_chunk::<N>().copied().ok_or_else(|| self.damaged("a number that ends too early"))
    }

    fn varint(&mut self) -> Result<u64, Problem> {
        varint(&mut self.bytes).ok_or_else(|| self.damaged("a number that does not end"))
    }

    /// The next field and its value; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Value<'a>)>, Problem> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Long(self.array()?),
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Word(self.array()?),
            kind => return Err(self.damaged(&format!("a field of the unknown kind {kind}"))),
        };
        match tag >> 3 {
            0 => Err(self.damaged("a field of the number 0")),
            field => Ok(Some((field, value))),
        }
    }
}

/// A number of seven bits a byte, the lowest first; none if it ends too early or has more than 64 bits.
pub(super) fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Numbers of a field that may be repeated: all in one, or each in a field of its own.
pub(super) fn varints(value: Value<'_>, take: &mut dyn FnMut(u64)) -> Option<()> {
    match value {
        Value::Number(n) => take(n),
        Value::Bytes(mut bytes) => {
            while !bytes.is_empty() {
                take(varint(&mut bytes)?);
            }
        }
        _ => return None,
    }
    Some(())
}
