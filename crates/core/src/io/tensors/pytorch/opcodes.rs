//! The reading of a pickle's bytes: instruction arguments, each length checked.

use super::super::super::error::Problem;

/// A position in the pickle.
pub(super) struct Bytes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The offset of the next byte.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    pub(super) fn take(&mut self, count: u64) -> Result<&'a [u8], Problem> {
        let end = usize::try_from(count).ok().and_then(|n| self.at.checked_add(n));
        let taken = end.and_then(|end| self.bytes.get(self.at..end)).ok_or_else(|| Problem::Truncated {
            format: super::FORMAT,
            place: format!("byte {} of data.pkl", self.at),
            found: (self.bytes.len() - self.at) as u64,
            expected: count,
        })?;
        self.at += taken.len();
        Ok(taken)
    }

    /// A little-endian unsigned integer of `width` (at most 8) bytes.
    pub(super) fn unsigned(&mut self, width: u64) -> Result<u64, Problem> {
        let bytes = self.take(width)?;
        Ok(bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    pub(super) fn float(&mut self) -> Result<f64, Problem> {
        Ok(f64::from_bits(self.unsigned(8)?.swap_bytes()))
    }

    /// Two's complement of `width` bytes; `None` where it needs more than 64 bits.
    pub(super) fn signed(&mut self, width: u64) -> Result<Option<i64>, Problem> {
        if width > 8 {
            self.take(width)?;
            return Ok(None);
        }
        let value = self.unsigned(width)?;
        let shift = 64 - 8 * width as u32;
        Ok(Some(value.checked_shl(shift).map_or(0, |v| (v as i64) >> shift)))
    }

    pub(super) fn text(&mut self, length: u64) -> Result<String, Problem> {
        let at = self.at;
        let bytes = self.take(length)?;
        let text = std::str::from_utf8(bytes)
            .map_err(|e| Problem::damaged(super::FORMAT, format!("byte {at} of data.pkl"), e))?;
        Ok(text.to_string())
    }

    /// The text up to the next line end, for the instructions of old protocols.
    pub(super) fn line(&mut self) -> Result<String, Problem> {
        let at = self.at;
        let line = std::str::from_utf8(self.raw_line()?)
            .map_err(|e| Problem::damaged(super::FORMAT, format!("byte {at} of data.pkl"), e))?;
        Ok(line.to_string())
    }

    /// The bytes up to the next line end.
    pub(super) fn raw_line(&mut self) -> Result<&'a [u8], Problem> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        let line = self.take(length as u64)?;
        self.take(1)?;
        Ok(line)
    }
}
