//! Data elements: a tag of type and length, then bytes that fill places of eight.

use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;
use super::FORMAT;
use flate2::read::ZlibDecoder;
use std::fs::File;
use std::io::{self, BufReader, Read, Take};

/// Values for which there is room before any is read.
const AT_ONCE: usize = 1 << 16;

/// Bytes that come one after the other.
pub(super) trait Input: Read {
    /// Passes over `count` bytes.
    fn pass(&mut self, count: u64) -> io::Result<()>;
}

impl Input for BufReader<File> {
    fn pass(&mut self, count: u64) -> io::Result<()> {
        self.seek_relative(i64::try_from(count).map_err(io::Error::other)?)
    }
}

impl Input for ZlibDecoder<Take<&mut BufReader<File>>> {
    fn pass(&mut self, count: u64) -> io::Result<()> {
        match io::copy(&mut self.take(count), &mut io::sink())? {
            passed if passed == count => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// A place in a run of elements.
pub(super) struct Source<'a> {
    input: &'a mut dyn Input,
    big_endian: bool,
    /// Bytes of the run that were read.
    pub(super) at: u64,
    /// Where the run begins in the file, for messages.
    start: u64,
}

/// The tag of an element, and the data of one of at most four bytes, which the tag holds itself.
#[derive(Clone, Copy)]
pub(super) struct Element {
    pub(super) kind: u32,
    pub(super) length: u64,
    small: Option<[u8; 4]>,
}

impl<'a> Source<'a> {
    pub(super) fn new(input: &'a mut dyn Input, big_endian: bool, start: u64) -> Self {
        Self { input, big_endian, at: 0, start }
    }

    pub(super) fn damaged(&self, detail: impl ToString) -> Problem {
        Problem::damaged(
            FORMAT,
            format!("the variable at byte {}, {} bytes into it", self.start, self.at),
            detail,
        )
    }

    fn exact(&mut self, bytes: &mut [u8]) -> Result<(), Problem> {
        let read = self.input.read_exact(bytes);
        read.map_err(|e| Problem::read(FORMAT, &format!("the variable at byte {}", self.start), e))?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Passes over the bytes up to `end`.
    pub(super) fn pass(&mut self, end: u64) -> Result<(), Problem> {
        let count = end.saturating_sub(self.at);
        if count > 0 {
            let passed = self.input.pass(count);
            passed.map_err(|e| Problem::read(FORMAT, &format!("the variable at byte {}", self.start), e))?;
        }
        self.at = self.at.max(end);
        Ok(())
    }

    fn word(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    /// The tag of the next element, which lies before `end`.
    pub(super) fn element(&mut self, end: u64) -> Result<Element, Problem> {
        if end.saturating_sub(self.at) < 8 {
            return Err(self.damaged("it ends where an element of it should begin"));
        }
        let (mut first, mut second) = ([0u8; 4], [0u8; 4]);
        self.exact(&mut first)?;
        self.exact(&mut second)?;
        let tag = self.word(first);
        let element = match tag >> 16 {
            0 => Element { kind: tag, length: u64::from(self.word(second)), small: None },
            length => Element { kind: tag & 0xffff, length: u64::from(length), small: Some(second) },
        };
        let room = if element.small.is_some() { 4 } else { end - self.at };
        match element.length <= room {
            true => Ok(element),
            false => Err(self
                .damaged(format!("an element of {} bytes where there is room for {room}", element.length))),
        }
    }

    /// The bytes of an element that is known to be short.
    pub(super) fn bytes(&mut self, element: Element, end: u64) -> Result<Vec<u8>, Problem> {
        let mut bytes = vec![];
        self.chunks(element, 1, end, &mut |chunk| bytes.extend_from_slice(chunk))?;
        Ok(bytes)
    }

    /// The numbers of an element, each kept as `dtype`.
    pub(super) fn numbers(&mut self, element: Element, dtype: Dtype, end: u64) -> Result<Vec<f64>, Problem> {
        let count = usize::try_from(element.length).unwrap_or(usize::MAX) / dtype.width();
        let mut values = Vec::with_capacity(count.min(AT_ONCE));
        // Room for exactly so many where the file holds them: a vector that doubles takes up to three times as much meanwhile.
        let big_endian = self.big_endian;
        self.chunks(element, dtype.width(), end, &mut |chunk| {
            if values.len() == AT_ONCE {
                values.reserve_exact(count - AT_ONCE);
            }
            dtype.decode(chunk, big_endian, &mut values);
        })?;
        Ok(values)
    }

    /// Whole numbers of an element of one of the integer types of at most 32 bits.
    pub(super) fn integers(&mut self, element: Element, end: u64) -> Result<Vec<i64>, Problem> {
        match stored(element.kind) {
            Some(dtype @ (Dtype::I8 | Dtype::U8 | Dtype::I16 | Dtype::U16 | Dtype::I32 | Dtype::U32)) => {
                Ok(self.numbers(element, dtype, end)?.into_iter().map(|v| v as i64).collect())
            }
            _ => Err(self
                .damaged(format!("an element of type {} where whole numbers were expected", element.kind))),
        }
    }

    /// Hands on the bytes of an element in pieces of whole values, and passes over what fills the last place.
    fn chunks(
        &mut self,
        e: Element,
        width: usize,
        end: u64,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Problem> {
        if let Some(small) = e.small {
            take(small.get(..e.length as usize).unwrap_or_default());
            return Ok(());
        }
        let mut buffer = vec![0u8; (AT_ONCE * width).min(usize::try_from(e.length).unwrap_or(usize::MAX))];
        let mut left = e.length;
        while left > 0 {
            let n = left.min(buffer.len() as u64) as usize;
            let Some(part) = buffer.get_mut(..n) else { break };
            self.exact(part)?;
            take(part);
            left -= n as u64;
        }
        let filled = self.at + (8 - e.length % 8) % 8;
        self.pass(filled.min(end))
    }

    /// Passes over an element and what fills its last place.
    pub(super) fn leave(&mut self, element: Element, end: u64) -> Result<(), Problem> {
        match element.small {
            Some(_) => Ok(()),
            None => self.pass(self.at.saturating_add(element.length.next_multiple_of(8)).min(end)),
        }
    }
}

/// The number type of an element.
pub(super) fn stored(kind: u32) -> Option<Dtype> {
    Some(match kind {
        1 => Dtype::I8,
        2 => Dtype::U8,
        3 => Dtype::I16,
        4 => Dtype::U16,
        5 => Dtype::I32,
        6 => Dtype::U32,
        7 => Dtype::F32,
        9 => Dtype::F64,
        12 => Dtype::I64,
        13 => Dtype::U64,
        _ => return None,
    })
}
