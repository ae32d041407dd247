//! The pages of a column in a row group, as they stand in the file: their headers are believed no further than their bytes go.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use flate2::Crc;
use polars::error::PolarsError;
use polars_parquet::read::ColumnChunkMetadata;

use super::super::super::error::Problem;
use super::super::contained::contained;
use super::FORMAT;
use super::thrift::walk;
use crate::memory;

/// Bytes in which a page header is looked for, at first and at most.
const HEADER: u64 = 1 << 10;
const LONGEST_HEADER: u64 = 1 << 22;

/// What a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Values of the first form, levels packed with them.
    First,
    /// Values of the second form, which begin with a row.
    Second,
    Dictionary,
    /// What no reader needs.
    Other,
}

/// A page header.
#[derive(Clone, Copy, Debug, Default)]
struct Header {
    /// Its own bytes.
    length: u64,
    kind: i64,
    unpacked: i64,
    packed: i64,
    crc: Option<i64>,
    values: i64,
    encoding: i64,
}

/// A page.
pub(super) struct Page {
    pub content: Content,
    pub values: usize,
    /// How its values are written, by the number of `Encoding` in the format.
    pub encoding: i64,
    /// Bytes to which it unpacks.
    pub unpacked: usize,
    /// Bytes of its header, which come first.
    pub header: usize,
    pub bytes: Vec<u8>,
}

/// The pages that are left of a column.
pub(super) struct Pages<'a> {
    file: &'a File,
    column: String,
    at: u64,
    /// Old writers did not count all headers to a column: the last page may end behind it.
    end: u64,
    length: u64,
    /// Bytes that one page may take.
    limit: u64,
}

impl<'a> Pages<'a> {
    pub(super) fn new(path: &Path, file: &'a File, chunk: &ColumnChunkMetadata) -> Result<Self, Problem> {
        let column = chunk.descriptor().path_in_schema.join(".");
        let place = format!("column `{column}`");
        let range = contained(path, FORMAT, &place, || Ok::<_, PolarsError>(chunk.byte_range()))?;
        let length = file.metadata().map_err(Problem::reading)?.len();
        Ok(Self { file, column, at: range.start, end: range.end, length, limit: memory::allowed(path) })
    }

    /// The place of the next page, for messages.
    pub(super) fn place(&self) -> String {
        format!("column `{}`, byte {}", self.column, self.at)
    }

    fn wrong(&self, detail: &str) -> Problem {
        Problem::damaged(FORMAT, self.place(), detail)
    }

    /// Fails at the first header that is none, or whose page is not in the file.
    pub(super) fn check(mut self) -> Result<(), Problem> {
        while let Some((_, next)) = self.header()? {
            self.at = next;
        }
        Ok(())
    }

    /// The next page.
    pub(super) fn next(&mut self) -> Result<Option<Page>, Problem> {
        let Some((header, next)) = self.header()? else { return Ok(None) };
        let bytes = self.bytes(next - self.at)?;
        let start = usize::try_from(header.length).unwrap_or(usize::MAX);
        let body = bytes.get(start..).ok_or_else(|| self.wrong("a page that ends outside the file"))?;
        if let Some(said) = header.crc {
            let mut crc = Crc::new();
            crc.update(body);
            if crc.sum() != said as u32 {
                return Err(self.wrong("Page CRC checksum mismatch"));
            }
        }
        let content = match header.kind {
            0 => Content::First,
            2 => Content::Dictionary,
            3 => Content::Second,
            _ => Content::Other,
        };
        let size = |claim: i64| usize::try_from(claim).map_err(|_| self.wrong("a page of less than nothing"));
        let (values, unpacked) = (size(header.values)?, size(header.unpacked)?);
        // The decoder makes room for a dictionary by what it claims, too.
        let room = if content == Content::Dictionary { unpacked.max(values) } else { unpacked } as u64;
        if room > self.limit {
            let place = self.place();
            return Err(Problem::TooLarge { place, unit: "bytes", found: room, limit: self.limit });
        }
        self.at = next;
        Ok(Some(Page { content, values, encoding: header.encoding, unpacked, header: start, bytes }))
    }

    /// The header of the next page, and where the page ends.
    fn header(&self) -> Result<Option<(Header, u64)>, Problem> {
        if self.at >= self.end {
            return Ok(None);
        }
        let wrong = || self.wrong("a page that is none, or ends outside the file");
        let mut size = HEADER;
        let header = loop {
            let bytes = self.bytes(size.min(self.length.saturating_sub(self.at)))?;
            match Header::read(&bytes) {
                Some(header) => break header,
                // Statistics in a header can be long.
                None if size < LONGEST_HEADER && self.at + size < self.length => size *= 16,
                None => return Err(wrong()),
            }
        };
        let packed = u64::try_from(header.packed).map_err(|_| wrong())?;
        let next = self.at.checked_add(header.length).and_then(|at| at.checked_add(packed));
        Ok(Some((header, next.filter(|next| *next <= self.length).ok_or_else(wrong)?)))
    }

    /// So many bytes of the file from the next page on.
    fn bytes(&self, count: u64) -> Result<Vec<u8>, Problem> {
        let (mut file, mut bytes) = (self.file, vec![]);
        file.seek(SeekFrom::Start(self.at)).map_err(Problem::reading)?;
        bytes.reserve_exact(usize::try_from(count).unwrap_or(0));
        file.take(count).read_to_end(&mut bytes).map_err(Problem::reading)?;
        Ok(bytes)
    }
}

impl Header {
    /// By the numbers of the fields in Parquet's `PageHeader`.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut header = Self { packed: -1, ..Self::default() };
        let length = walk(bytes, &mut |path, value| {
            let Some(value) = value else { return };
            match path {
                [1] => header.kind = value,
                [2] => header.unpacked = value,
                [3] => header.packed = value,
                [4] => header.crc = Some(value),
                [5 | 7 | 8, 1] => header.values = value,
                [5, 2] | [8, 4] => header.encoding = value,
                _ => {}
            }
        })?;
        Some(Self { length: length as u64, ..header })
    }
}
