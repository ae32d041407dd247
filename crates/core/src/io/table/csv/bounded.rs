//! Records of bounded length: a line without end, or a quote that nobody closed, must not fill the memory.

use std::io::{self, Read};

use super::super::super::error::Problem;

/// Bytes of a record at most: a million columns of 32.
pub(super) const LONGEST_RECORD: u64 = 1 << 25;

/// Stands behind the last line: a record of its own, or, if a quote is still open, the end of the last field.
pub(super) const END: &str = "\u{1c}END\u{1c}";
const TAIL: &[u8] = b"\n\x1cEND\x1c";

/// Text that fails where more than [`LONGEST_RECORD`] bytes are read without [`renew`](Self::renew).
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
    tail: &'static [u8],
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, left: LONGEST_RECORD, tail: TAIL }
    }

    /// Begins a record.
    pub(super) fn renew(&mut self) {
        self.left = LONGEST_RECORD;
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = out.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 && !out.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.inner.read(&mut out[..most])?;
        self.left -= read as u64;
        if read == 0 {
            return self.tail.read(out);
        }
        Ok(read)
    }
}

/// Whether it is the error of a record without end.
pub(super) fn is_too_long(source: &io::Error) -> bool {
    source.kind() == io::ErrorKind::FileTooLarge
}

/// The error for the record that begins at `line`.
pub(super) fn too_long(line: u64) -> Problem {
    let place = format!("the row at line {line} (is a quote left open?)");
    Problem::TooLarge { place, unit: "bytes", found: LONGEST_RECORD + 1, limit: LONGEST_RECORD }
}
