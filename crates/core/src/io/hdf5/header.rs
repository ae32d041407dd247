//! Object headers: the messages that tell what a group or dataset is.
//!
//! Read here and not by the decoder's own reader, so that a count that a header merely claims takes no memory, one message
//! that cannot be read does not hide the others, and the bytes of a datatype are at hand: they tell f16 from bf16.

use std::collections::HashSet;

use hdf5_reader::Storage;
use hdf5_reader::checksum::jenkins_lookup3;
use hdf5_reader::io::Cursor;
use hdf5_reader::messages::shared::{self, SharedMessage};

use super::super::error::Problem;
use super::fail::{damaged, told};
use super::file::Hdf5;

/// Bytes of one header with its continuations, and how many of these it may have.
const LARGEST_HEADER: usize = 16 << 20;
const MOST_BLOCKS: usize = 1024;
const MOST_MESSAGES: usize = 1 << 16;

const CONTINUATION: u16 = 0x10;
const SHARED: u8 = 2;
/// Version 2 headers: times, limits of attributes, order of creation.
const TIMES: u8 = 0x20;
const LIMITS: u8 = 0x10;
const ORDER: u8 = 0x04;

/// One message of a header.
pub(super) struct Message {
    pub kind: u16,
    pub body: Vec<u8>,
}

/// The messages of the object at `address`, those that are shared in their place.
pub(super) fn messages(file: &Hdf5, place: &str, address: u64) -> Result<Vec<Message>, Problem> {
    let found = Scan::new(file, place).read(address)?;
    let one = |(kind, flags, body): (u16, u8, Vec<u8>)| match flags & SHARED {
        0 => Ok(Message { kind, body }),
        _ => elsewhere(file, place, kind, &body),
    };
    found.into_iter().map(one).collect()
}

/// The message that `body` says where to find.
fn elsewhere(file: &Hdf5, place: &str, kind: u16, body: &[u8]) -> Result<Message, Problem> {
    let mut cursor = Cursor::new(body);
    let target = shared::parse(&mut cursor, kind, file.offset_size, file.length_size, body.len());
    match target.map_err(|e| told(place, e))? {
        SharedMessage::SharedInOhdr { address, .. } => {
            let own = Scan::new(file, place).read(address)?.into_iter();
            let found = own.into_iter().find(|(k, flags, _)| *k == kind && flags & SHARED == 0);
            let (kind, _, body) =
                found.ok_or_else(|| damaged(place, "a shared message that is not there"))?;
            Ok(Message { kind, body })
        }
        SharedMessage::SharedInSohm { .. } => Err(Problem::Unsupported {
            place: place.to_owned(),
            found: "messages that objects share in a table of the file".into(),
            expected: "messages in each object's header",
            advice: super::REPACK,
        }),
    }
}

struct Scan<'a> {
    file: &'a Hdf5,
    place: &'a str,
    left: usize,
    seen: HashSet<u64>,
    next: Vec<(u64, u64)>,
    found: Vec<(u16, u8, Vec<u8>)>,
    /// Whether each message of a version 2 header has its number.
    created: bool,
}

impl<'a> Scan<'a> {
    fn new(file: &'a Hdf5, place: &'a str) -> Self {
        let (seen, next, found) = (HashSet::new(), vec![], vec![]);
        Self { file, place, left: LARGEST_HEADER, seen, next, found, created: false }
    }

    fn block(&mut self, address: u64, length: u64) -> Result<Vec<u8>, Problem> {
        let place = self.place;
        let length = usize::try_from(length).ok().filter(|n| *n <= self.left);
        let length = length.ok_or_else(|| damaged(place, "a header that is too long"))?;
        self.left -= length;
        let bytes = self.file.storage.read_range(address, length).map_err(|e| told(place, e))?;
        Ok(bytes.to_vec())
    }

    fn read(mut self, address: u64) -> Result<Vec<(u16, u8, Vec<u8>)>, Problem> {
        // The shortest header of an object at the end of a file.
        let start = self.block(address, self.file.storage.len().saturating_sub(address).min(16))?;
        let modern = start.starts_with(b"OHDR");
        if modern {
            self.modern(address, &start)?
        } else {
            self.old(address, &start)?
        }
        while let Some((address, length)) = self.next.pop() {
            if !self.seen.insert(address) || self.seen.len() > MOST_BLOCKS {
                return Err(damaged(self.place, "a header that continues in itself"));
            }
            let block = self.block(address, length)?;
            if modern {
                self.checked(&block, b"OCHK", 4)?;
            } else {
                self.take(&block, false)?;
            }
        }
        Ok(self.found)
    }

    fn old(&mut self, address: u64, start: &[u8]) -> Result<(), Problem> {
        let [1, _, _, _, _, _, _, _, a, b, c, d, ..] = *start else {
            return Err(damaged(self.place, "no object header where the file says that one is"));
        };
        let block = self.block(address.saturating_add(16), u32::from_le_bytes([a, b, c, d]).into())?;
        self.take(&block, false)
    }

    fn modern(&mut self, address: u64, start: &[u8]) -> Result<(), Problem> {
        let flags = match start.get(4..6) {
            Some([2, flags]) => *flags,
            _ => return Err(damaged(self.place, "an object header of an unknown version")),
        };
        let before = 6 + if flags & TIMES > 0 { 16 } else { 0 } + if flags & LIMITS > 0 { 4 } else { 0 };
        let width = 1 << (flags & 3);
        let prefix = self.block(address, before + width)?;
        let mut cursor = Cursor::new(&prefix);
        cursor.set_position(before);
        let length = cursor.read_uvar(width as usize).map_err(|e| told(self.place, e))?;
        let first = (before + width) as usize;
        self.created = flags & ORDER > 0;
        let whole = self.block(address, length.saturating_add(first as u64 + 4))?;
        self.checked(&whole, b"OHDR", first)
    }

    /// Takes the messages of a block that ends with its checksum.
    fn checked(&mut self, block: &[u8], mark: &[u8], first: usize) -> Result<(), Problem> {
        let Some((body, sum)) = block.split_last_chunk::<4>() else {
            return Err(damaged(self.place, "a header without its checksum"));
        };
        if !body.starts_with(mark) || jenkins_lookup3(body) != u32::from_le_bytes(*sum) {
            return Err(damaged(self.place, "a header that does not meet its checksum"));
        }
        self.take(body.get(first..).unwrap_or_default(), true)
    }

    fn take(&mut self, mut block: &[u8], modern: bool) -> Result<(), Problem> {
        loop {
            let (kind, size, flags, envelope) = match *block {
                [kind, a, b, flags, ..] if modern => {
                    (kind.into(), u16::from_le_bytes([a, b]), flags, if self.created { 6 } else { 4 })
                }
                [k, l, a, b, flags, _, _, _, ..] if !modern => {
                    (u16::from_le_bytes([k, l]), u16::from_le_bytes([a, b]), flags, 8)
                }
                _ => return Ok(()),
            };
            let end = envelope + usize::from(size);
            // What is left may be too short for a message: a gap.
            let Some(body) = block.get(envelope..end) else {
                return if modern { Ok(()) } else { Err(damaged(self.place, "a message beyond its header")) };
            };
            if kind == CONTINUATION {
                let mut cursor = Cursor::new(body);
                let address = cursor.read_offset(self.file.offset_size);
                let length = cursor.read_length(self.file.length_size);
                let told = |e| told(self.place, e);
                self.next.push((address.map_err(told)?, length.map_err(told)?));
            } else if kind != 0 {
                self.found.push((kind, flags, body.to_vec()));
            }
            if self.found.len().max(self.next.len()) > MOST_MESSAGES {
                return Err(damaged(self.place, "a header of too many messages"));
            }
            block = block.get(end..).unwrap_or_default();
        }
    }
}
