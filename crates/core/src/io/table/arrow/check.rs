//! The sizes that an Arrow file claims, checked before a decoder allocates them.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use polars_arrow::io::ipc::format::ipc::planus::ReadAsRoot;
use polars_arrow::io::ipc::format::ipc::{Block, FooterRef, MessageHeaderRef, MessageRef, RecordBatchRef};

use super::super::super::error::Problem;
use super::claims;

const FORMAT: &str = "arrow";
/// No compression of the format shrinks more: a zstd block of 4 bytes unpacks to at most 128 KiB.
const LARGEST_RATIO: u64 = 1 << 15;
const FREE_BYTES: u64 = 1 << 20;

/// Walks over all messages; gives the number of rows.
pub(super) fn rows(file: &File, is_file: bool) -> Result<usize, Problem> {
    let length = file.metadata().map_err(Problem::reading)?.len();
    let mut check = Check { reader: BufReader::new(file), length, rows: 0 };
    if is_file {
        check.file()?
    } else {
        check.stream()?
    }
    usize::try_from(check.rows).map_err(|_| damaged("more rows than memory can address"))
}

struct Check<'a> {
    reader: BufReader<&'a File>,
    length: u64,
    rows: u64,
}

impl Check<'_> {
    fn file(&mut self) -> Result<(), Problem> {
        // Magic and padding, then the footer, its length, and the magic again.
        let end = self.length.checked_sub(10).filter(|end| *end >= 8).ok_or_else(|| self.truncated(18))?;
        let tail = self.bytes(end, 10)?;
        let (footer_length, magic) = tail.split_at(4);
        if magic != b"ARROW1" {
            return Err(damaged("no signature at the end: the file was not written to the end"));
        }
        let footer_length = le_u32(footer_length);
        let start = end.checked_sub(footer_length).ok_or_else(|| damaged("a footer longer than the file"))?;
        let footer_bytes = self.bytes(start, footer_length)?;
        let footer = FooterRef::read_as_root(&footer_bytes).map_err(damaged)?;
        claims::schema(
            footer.schema().map_err(damaged)?.ok_or_else(|| damaged("a footer without a schema"))?,
        )?;
        let dictionaries = footer.dictionaries().map_err(damaged)?.into_iter().flatten();
        let batches = footer.record_batches().map_err(damaged)?.into_iter().flatten();
        for block in dictionaries.chain(batches).map(Block::from) {
            let at = u64::try_from(block.offset).map_err(damaged)?;
            let metadata = u64::try_from(block.meta_data_length).map_err(damaged)?;
            let body = u64::try_from(block.body_length).map_err(damaged)?;
            self.within(at, metadata)?;
            self.within(at + metadata, body)?;
            let (message_at, message_length) = self.prefix(at)?.ok_or_else(|| damaged("an empty block"))?;
            if message_length > metadata {
                return Err(damaged("a message longer than its block"));
            }
            let bytes = self.bytes(message_at, message_length)?;
            self.message(MessageRef::read_as_root(&bytes).map_err(damaged)?, at + metadata, body)?;
        }
        Ok(())
    }

    fn stream(&mut self) -> Result<(), Problem> {
        let mut at = 0;
        while at < self.length {
            let Some((message_at, message_length)) = self.prefix(at)? else { break };
            let bytes = self.bytes(message_at, message_length)?;
            let message = MessageRef::read_as_root(&bytes).map_err(damaged)?;
            let body_at = message_at + message_length;
            let body = u64::try_from(message.body_length().map_err(damaged)?).map_err(damaged)?;
            self.within(body_at, body)?;
            self.message(message, body_at, body)?;
            at = body_at + body;
        }
        Ok(())
    }

    /// Where the message at `at` begins, and its length; none at the end of a stream.
    fn prefix(&mut self, at: u64) -> Result<Option<(u64, u64)>, Problem> {
        let first = le_u32(&self.bytes(at, 4)?);
        let (start, length) = match first {
            0xffff_ffff => (at + 8, le_u32(&self.bytes(at + 4, 4)?)),
            // The form before Arrow 0.15 had no marker.
            length => (at + 4, length),
        };
        Ok((length > 0).then_some((start, length)))
    }

    fn message(&mut self, message: MessageRef<'_>, body_at: u64, body: u64) -> Result<(), Problem> {
        let header =
            message.header().map_err(damaged)?.ok_or_else(|| damaged("a message without a header"))?;
        let batch = match header {
            MessageHeaderRef::Schema(schema) => return claims::schema(schema),
            MessageHeaderRef::RecordBatch(batch) => {
                let rows = u64::try_from(batch.length().map_err(damaged)?).map_err(damaged)?;
                self.rows = self.rows.saturating_add(rows);
                batch
            }
            MessageHeaderRef::DictionaryBatch(dictionary) => match dictionary.data().map_err(damaged)? {
                Some(batch) => batch,
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        self.batch(batch, body_at, body)
    }

    /// Buffers must lie in the body, and what they unpack to must be possible.
    fn batch(&mut self, batch: RecordBatchRef<'_>, body_at: u64, body: u64) -> Result<(), Problem> {
        let packed = batch.compression().map_err(damaged)?.is_some();
        for buffer in batch.buffers().map_err(damaged)?.into_iter().flatten() {
            let offset = u64::try_from(buffer.offset()).map_err(damaged)?;
            let length = u64::try_from(buffer.length()).map_err(damaged)?;
            if offset.checked_add(length).is_none_or(|end| end > body) {
                return Err(damaged("a buffer outside its message"));
            }
            if packed && length >= 8 {
                let bytes = self.bytes(body_at + offset, 8)?;
                let unpacked = bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
                let limit = length.saturating_mul(LARGEST_RATIO).saturating_add(FREE_BYTES);
                // All bits set: stored as it is.
                if unpacked > limit && unpacked != u64::MAX {
                    let place = "an Arrow buffer".into();
                    return Err(Problem::TooLarge { place, unit: "bytes", found: unpacked, limit });
                }
            }
        }
        Ok(())
    }

    fn bytes(&mut self, at: u64, count: u64) -> Result<Vec<u8>, Problem> {
        self.within(at, count)?;
        self.reader.seek(SeekFrom::Start(at)).map_err(Problem::reading)?;
        let mut bytes = Vec::new();
        self.reader.by_ref().take(count).read_to_end(&mut bytes).map_err(Problem::reading)?;
        if (bytes.len() as u64) < count { Err(self.truncated(at + count)) } else { Ok(bytes) }
    }

    fn within(&self, at: u64, count: u64) -> Result<(), Problem> {
        match at.checked_add(count) {
            Some(end) if end <= self.length => Ok(()),
            Some(end) => Err(self.truncated(end)),
            None => Err(damaged("a size beyond any file")),
        }
    }

    fn truncated(&self, expected: u64) -> Problem {
        Problem::Truncated { format: FORMAT, place: "a message".into(), found: self.length, expected }
    }
}

fn le_u32(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

pub(super) fn damaged(detail: impl ToString) -> Problem {
    Problem::damaged(FORMAT, "the messages", detail)
}
