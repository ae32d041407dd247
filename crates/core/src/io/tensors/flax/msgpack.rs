//! The items of msgpack, one after the other, each length checked against the bytes that are left.

use super::super::super::error::Problem;
use super::FORMAT;

/// One item; of a collection its length, the items follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Item<'a> {
    Nil,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    Array(usize),
    Map(usize),
    /// What the writer means by a type of its own.
    Ext(u8, &'a [u8]),
}

/// A position in the bytes.
pub(super) struct Items<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Items<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes that are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn damaged(&self, detail: impl ToString) -> Problem {
        Problem::damaged(FORMAT, format!("byte {}", self.at), detail)
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], Problem> {
        let end = usize::try_from(count).ok().and_then(|n| self.at.checked_add(n));
        let taken = end.and_then(|end| self.bytes.get(self.at..end)).ok_or_else(|| Problem::Truncated {
            format: FORMAT,
            place: format!("byte {}", self.at),
            found: self.left() as u64,
            expected: count,
        })?;
        self.at += taken.len();
        Ok(taken)
    }

    /// A big-endian number of `width` (at most 8) bytes.
    fn unsigned(&mut self, width: u64) -> Result<u64, Problem> {
        Ok(self.take(width)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// The length of a collection of items of at least `least` bytes each.
    fn length(&mut self, count: u64, least: u64) -> Result<usize, Problem> {
        match count.saturating_mul(least) <= self.left() as u64 {
            true => Ok(count as usize),
            false => Err(self.damaged(format!("{count} items announced, with {} bytes left", self.left()))),
        }
    }

    fn ext(&mut self, length: u64) -> Result<Item<'a>, Problem> {
        let code = self.unsigned(1)? as u8;
        Ok(Item::Ext(code, self.take(length)?))
    }

    /// The next item.
    pub(super) fn next(&mut self) -> Result<Item<'a>, Problem> {
        let code = self.unsigned(1)? as u8;
        let low = |bits: u8| u64::from(code & bits);
        Ok(match code {
            0..=0x7f => Item::Int(i128::from(code)),
            0xe0..=0xff => Item::Int(i128::from(code as i8)),
            0x80..=0x8f => Item::Map(self.length(low(15), 2)?),
            0x90..=0x9f => Item::Array(self.length(low(15), 1)?),
            0xa0..=0xbf => Item::Text(self.take(low(31))?),
            0xc0 => Item::Nil,
            0xc1 => return Err(self.damaged("a byte that msgpack never uses")),
            0xc2 | 0xc3 => Item::Bool(code == 0xc3),
            0xc4..=0xc6 => {
                let length = self.unsigned(1 << (code - 0xc4))?;
                Item::Bytes(self.take(length)?)
            }
            0xc7..=0xc9 => {
                let length = self.unsigned(1 << (code - 0xc7))?;
                self.ext(length)?
            }
            0xca => Item::Float(f64::from(f32::from_bits(self.unsigned(4)? as u32))),
            0xcb => Item::Float(f64::from_bits(self.unsigned(8)?)),
            0xcc..=0xcf => Item::Int(i128::from(self.unsigned(1 << (code - 0xcc))?)),
            0xd0 => Item::Int(i128::from(self.unsigned(1)? as i8)),
            0xd1 => Item::Int(i128::from(self.unsigned(2)? as i16)),
            0xd2 => Item::Int(i128::from(self.unsigned(4)? as i32)),
            0xd3 => Item::Int(i128::from(self.unsigned(8)? as i64)),
            0xd4..=0xd8 => self.ext(1 << (code - 0xd4))?,
            0xd9..=0xdb => {
                let length = self.unsigned(1 << (code - 0xd9))?;
                Item::Text(self.take(length)?)
            }
            0xdc | 0xdd => {
                let length = self.unsigned(2 << (code - 0xdc))?;
                Item::Array(self.length(length, 1)?)
            }
            0xde | 0xdf => {
                let length = self.unsigned(2 << (code - 0xde))?;
                Item::Map(self.length(length, 2)?)
            }
        })
    }
}
