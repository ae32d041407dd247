//! Level 5: a header of 128 bytes, then variables, each compressed by itself or not.

use super::super::super::error::Problem;
use super::head::{COMPRESSED, MATRIX};
use super::source::{Input, Source};
use super::{FORMAT, Found, HEADER, tree};
use flate2::read::ZlibDecoder;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

/// Reads all variables of a file of `length` bytes that begins with `head`.
pub(super) fn read(
    file: &mut BufReader<File>,
    length: u64,
    head: &[u8],
    found: &mut Found,
) -> Result<(), Problem> {
    let big_endian = head.get(126) == Some(&b'M');
    let mut at = HEADER as u64;
    while at < length {
        file.seek(SeekFrom::Start(at)).map_err(Problem::reading)?;
        if length - at < 8 {
            let mut rest = vec![];
            file.by_ref().take(8).read_to_end(&mut rest).map_err(Problem::reading)?;
            if rest.iter().all(|b| *b == 0) {
                break;
            }
        }
        let mut tag = [0u8; 8];
        file.read_exact(&mut tag).map_err(|e| Problem::read(FORMAT, &format!("byte {at}"), e))?;
        let word = |k: usize| {
            let bytes = [tag[k], tag[k + 1], tag[k + 2], tag[k + 3]];
            if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
        };
        let (kind, size) = (word(0), u64::from(word(4)));
        let left = length - at - 8;
        if size > left {
            let place = format!("the variable at byte {at}");
            return Err(Problem::Truncated { format: FORMAT, place, found: left, expected: size });
        }
        match kind {
            MATRIX => variable(file, big_endian, at, size, found)?,
            COMPRESSED => compressed(file, big_endian, at, size, found)?,
            kind => {
                let detail = format!("found an element of type {kind}, expected a variable");
                return Err(Problem::damaged(FORMAT, format!("byte {at}"), detail));
            }
        }
        at += 8 + size;
    }
    Ok(())
}

fn variable(
    input: &mut dyn Input,
    big_endian: bool,
    at: u64,
    size: u64,
    found: &mut Found,
) -> Result<(), Problem> {
    tree::variable(&mut Source::new(input, big_endian, at), size, None, found, 0)
}

/// One variable, deflated; behind it stands its checksum, which is seen if values are asked for.
fn compressed(
    file: &mut BufReader<File>,
    big_endian: bool,
    at: u64,
    size: u64,
    found: &mut Found,
) -> Result<(), Problem> {
    let place = format!("the variable at byte {at}");
    let mut input = ZlibDecoder::new(file.take(size));
    {
        let mut source = Source::new(&mut input, big_endian, at);
        let element = source.element(u64::MAX)?;
        if element.kind != MATRIX {
            return Err(source.damaged(format!("an element of type {}, expected a variable", element.kind)));
        }
        let end = source.at.saturating_add(element.length);
        tree::variable(&mut source, end, None, found, 0)?;
    }
    if found.values {
        let more = input.read(&mut [0u8]).map_err(|e| Problem::read(FORMAT, &place, e))?;
        if more > 0 {
            return Err(Problem::damaged(FORMAT, place, "more data than the variable has room for"));
        }
    }
    Ok(())
}
