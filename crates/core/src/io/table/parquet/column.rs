//! A column of a row group, decoded some pages at a time.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Cursor;
use std::path::Path;

use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType as DataType, Field};
use polars_parquet::parquet::compression::{Compression, DecompressionContext, decompress};
use polars_parquet::parquet::read::PageMetaData;
use polars_parquet::parquet::schema::types::PhysicalType;
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, Filter, PageReader, column_iter_to_arrays,
};

use super::super::super::error::Problem;
use super::super::contained::contained;
use super::FORMAT;
use super::pages::{Content, Page, Pages};
use crate::memory;

/// Pages are decoded together up to so many values or bytes, and at least as many bytes as their dictionary has, so that it is not
/// decoded for a few of them.
const VALUES: usize = 1 << 16;
const BYTES: usize = 1 << 20;
/// Encodings by their numbers in the format: values that stand in the dictionary, of old and new files, and BYTE_STREAM_SPLIT.
const IN_DICTIONARY: [i64; 2] = [2, 8];
const SPLIT: i64 = 9;
/// So many rows of them at a time.
const ROWS: usize = 1 << 17;

/// A column, read from its first row on.
pub(super) struct Column<'a> {
    path: &'a Path,
    chunk: &'a ColumnChunkMetadata,
    field: &'a Field,
    pages: Pages<'a>,
    /// A page that was read, but not wanted yet.
    waiting: Option<Page>,
    /// The page of the dictionary, if there is one.
    dictionary: Vec<u8>,
    /// Pages to be decoded, behind that of the dictionary if they need it; how many values they hold, and how many of them were
    /// decoded.
    open: Vec<u8>,
    values: usize,
    decoded: usize,
    /// Whether they stand without the dictionary.
    plain: bool,
    ready: VecDeque<Box<dyn Array>>,
}

impl<'a> Column<'a> {
    pub(super) fn new(
        path: &'a Path,
        file: &'a File,
        chunk: &'a ColumnChunkMetadata,
        field: &'a Field,
    ) -> Result<Self, Problem> {
        Ok(Self {
            path,
            chunk,
            field,
            pages: Pages::new(path, file, chunk)?,
            waiting: None,
            dictionary: vec![],
            open: vec![],
            values: 0,
            decoded: 0,
            plain: false,
            ready: VecDeque::new(),
        })
    }

    /// The next `rows` rows.
    pub(super) fn take(&mut self, rows: usize) -> Result<Vec<Box<dyn Array>>, Problem> {
        let (mut found, mut missing) = (vec![], rows);
        while missing > 0 {
            let Some(mut next) = self.ready.pop_front() else {
                self.decode()?;
                continue;
            };
            let length = next.len().min(missing);
            if length < next.len() {
                self.ready.push_front(next.sliced(length, next.len() - length));
                next = next.sliced(0, length);
            }
            missing -= length;
            found.push(next);
        }
        Ok(found)
    }

    /// Makes some more rows ready.
    fn decode(&mut self) -> Result<(), Problem> {
        if self.decoded == self.values {
            self.gather()?;
        }
        let list = self.lists();
        let end = if list { self.values } else { self.values.min(self.decoded + ROWS) };
        let bytes = if end == self.values { std::mem::take(&mut self.open) } else { self.open.clone() };
        let filter = (!list).then(|| Filter::new_ranged(self.decoded, end));
        let (chunk, values, field) = (self.chunk, self.values, self.field);
        let arrays = contained(self.path, FORMAT, &self.place(), || {
            let column = &chunk.descriptor().descriptor;
            let about = PageMetaData::new(0, values as i64, chunk.compression(), column.clone());
            let longest = bytes.len();
            let pages = PageReader::new_with_page_meta(Cursor::new(bytes.into()), about, vec![], longest);
            let pages = BasicDecompressor::new(pages, vec![]);
            column_iter_to_arrays(vec![pages], vec![&column.primitive_type], field.clone(), filter)
        })?
        .0;
        let rows: usize = arrays.iter().map(|a| a.len()).sum();
        if rows == 0 || (!list && rows != end - self.decoded) {
            let detail = format!("found {rows} rows in pages of {} values", end - self.decoded);
            return Err(Problem::damaged(FORMAT, self.place(), detail));
        }
        self.decoded = end;
        self.ready.extend(arrays.into_iter().filter(|a| !a.is_empty()));
        Ok(())
    }

    fn place(&self) -> String {
        format!("column `{}`", self.chunk.descriptor().path_in_schema.join("."))
    }

    fn lists(&self) -> bool {
        matches!(self.field.dtype, DataType::LargeList(_))
    }

    /// Opens the next pages: whole lists, and some values at least.
    fn gather(&mut self) -> Result<(), Problem> {
        self.open.clear();
        (self.values, self.decoded, self.plain) = (0, 0, false);
        loop {
            let most = BYTES.max(2 * self.dictionary.len());
            let full = self.values >= VALUES || (self.values > 0 && self.open.len() >= most);
            if full && !self.lists() {
                return Ok(());
            }
            let next = self.waiting.take().map_or_else(|| self.pages.next(), |page| Ok(Some(page)))?;
            let Some(page) = next else { break };
            match page.content {
                Content::Other => {}
                Content::Dictionary if self.values == 0 && self.dictionary.is_empty() => {
                    // A value takes a bit at least.
                    if page.values > page.unpacked.saturating_mul(8) {
                        let detail = "a dictionary of more values than its bytes can hold";
                        return Err(Problem::damaged(FORMAT, self.place(), detail));
                    }
                    self.dictionary = page.bytes;
                }
                Content::Dictionary => {
                    let detail = "a dictionary behind the first page";
                    return Err(Problem::damaged(FORMAT, self.place(), detail));
                }
                _ if (full && self.whole(&page)?) || (self.plain && self.looks_up(&page)) => {
                    self.waiting = Some(page);
                    return Ok(());
                }
                Content::First | Content::Second => {
                    self.known(&page)?;
                    if self.open.is_empty() {
                        self.plain = !self.looks_up(&page);
                        if !self.plain {
                            self.open.clone_from(&self.dictionary);
                        }
                    }
                    self.values += page.values;
                    self.open.extend(page.bytes);
                }
            }
            if self.lists() {
                Problem::afford(self.pages.place(), self.values as u64, memory::allowed(self.path))?;
            }
        }
        if self.values == 0 {
            return Err(Problem::damaged(FORMAT, self.place(), "fewer rows than the footer says"));
        }
        Ok(())
    }

    /// Fails at values that the decoder does not know as they are written.
    fn known(&self, page: &Page) -> Result<(), Problem> {
        let bytes = self.chunk.descriptor().descriptor.primitive_type.physical_type;
        let split = page.encoding == SPLIT && matches!(bytes, PhysicalType::FixedLenByteArray(_));
        if !split || self.field.dtype == DataType::Float16 {
            return Ok(());
        }
        Err(Problem::Unsupported {
            place: self.place(),
            found: "decimal numbers in the encoding BYTE_STREAM_SPLIT".into(),
            expected: "plain values or a dictionary",
            advice: "write it again with another encoding, or as floats",
        })
    }

    /// Whether a page is not decoded without the dictionary: texts and lists are not told apart.
    fn looks_up(&self, page: &Page) -> bool {
        let of = self.chunk.descriptor().descriptor.primitive_type.physical_type;
        let bytes = matches!(of, PhysicalType::ByteArray | PhysicalType::FixedLenByteArray(_));
        !self.dictionary.is_empty() && (bytes || self.lists() || IN_DICTIONARY.contains(&page.encoding))
    }

    /// Whether a page of lists begins with a row.
    fn whole(&self, page: &Page) -> Result<bool, Problem> {
        if page.content == Content::Second {
            return Ok(true);
        }
        let packed = &page.bytes[page.header..];
        let levels = match self.chunk.compression() {
            Compression::Uncompressed => packed.to_vec(),
            compression => contained(self.path, FORMAT, &self.pages.place(), || {
                let mut unpacked = vec![0; page.unpacked];
                decompress(compression, packed, &mut unpacked, &mut DecompressionContext::Unset)
                    .map(|()| unpacked)
            })?,
        };
        Ok(begins_row(&levels))
    }
}

/// Whether the first level of repetition is zero: behind their length in four bytes, a run of one level, or a bit each.
fn begins_row(levels: &[u8]) -> bool {
    let runs = levels.get(4..).unwrap_or_default();
    let head = runs.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    runs.get(head).is_none_or(|level| level & 1 == 0)
}

#[cfg(test)]
mod tests {
    use super::begins_row;

    #[test]
    fn the_first_level_tells_whether_a_row_begins() {
        let begins = |runs: &[u8]| begins_row(&[&[9, 0, 0, 0], runs].concat());
        assert!(begins(&[4, 0]) && !begins(&[4, 1]), "runs of two");
        assert!(begins(&[3, 0b10]) && !begins(&[3, 0b01]), "eight bits");
        assert!(begins(&[0x80, 0x81, 0x02, 0]) && !begins(&[0x80, 0x81, 0x02, 1]), "a long run");
        assert!(begins(&[]) && begins_row(&[1]));
    }
}
