//! Files of PyTorch before 1.6: pickles one after the other, then the storages.

use super::super::super::dtype::Dtype;
use super::super::super::error::Problem;
use super::machine::{self, Built};
use super::memory::{Id, Memory, Node};
use std::collections::HashMap;
use std::ops::Range;

/// The pickle of the number that such files begin with.
const MAGIC: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.";

/// What precedes the storages, and where these lie in the file.
pub(super) struct Legacy {
    /// The pickle that holds the tensors.
    pub built: Built,
    /// Where it lies.
    pub pickle: Range<usize>,
    /// Where the bytes of each storage lie, by key.
    pub places: HashMap<String, Range<usize>>,
    pub big_endian: bool,
}

pub(super) fn is_legacy(file: &[u8]) -> bool {
    file.starts_with(MAGIC)
}

/// Reads a file that [`is_legacy`]: number, version, system, tensors, keys, then for each key the number of
/// values (8 bytes) and the values.
pub(super) fn read(file: &[u8]) -> Result<Legacy, Problem> {
    let damaged = |detail: &str| Problem::damaged(super::FORMAT, "the storages", detail);
    let mut at = MAGIC.len();
    let mut next = || {
        let from = at;
        let built = machine::run(&file[from..])?;
        at += built.length;
        Ok::<_, Problem>((built, from..at))
    };
    let (_version, (system, _)) = (next()?, next()?);
    let (built, pickle) = next()?;
    let (keys, mut at) = next().map(|(keys, place)| (keys, place.end))?;
    let widths = widths(&built.memory);
    let little = system.memory.lookup(system.root, "little_endian").map(|id| system.memory.get(id).clone());
    let mut places = HashMap::new();
    for key in keys.memory.items(keys.root) {
        let key = keys.memory.text(*key).ok_or_else(|| damaged("a key that is no text"))?;
        let width =
            *widths.get(key).ok_or_else(|| damaged("a storage that no tensor uses, of unknown type"))?;
        let count = file.get(at..).and_then(|rest| rest.first_chunk::<8>()).map(|c| u64::from_le_bytes(*c));
        let bytes = count.and_then(|c| usize::try_from(c).ok()).and_then(|c| c.checked_mul(width));
        let place = bytes.and_then(|b| Some(at + 8..(at + 8).checked_add(b)?));
        let place = place.filter(|p| p.end <= file.len()).ok_or_else(|| Problem::Truncated {
            format: super::FORMAT,
            place: format!("storage `{key}`"),
            found: file.len().saturating_sub(at) as u64,
            expected: bytes.map_or(u64::MAX, |b| b as u64).saturating_add(8),
        })?;
        at = place.end;
        places.insert(key.to_owned(), place);
    }
    if at < file.len() {
        return Err(damaged(&format!("{} bytes after the last one", file.len() - at)));
    }
    Ok(Legacy { built, pickle, places, big_endian: matches!(little, Some(Node::Bool(false))) })
}

/// Bytes of a value of each storage, by key.
fn widths(memory: &Memory) -> HashMap<String, usize> {
    let references = memory.iter().filter_map(|node| match node {
        Node::Persistent(reference) => Some(*reference),
        _ => None,
    });
    let width = |reference: Id| match memory.items(reference) {
        [_, class, key, ..] => Some((memory.text(*key)?.to_owned(), width(memory.name(*class))?)),
        _ => None,
    };
    references.filter_map(width).collect()
}

fn width(class: &str) -> Option<usize> {
    if let Some(dtype) = super::tensor::dtype(class) {
        return Some(Dtype::width(dtype));
    }
    match class.strip_prefix("torch.")?.trim_start_matches("storage.") {
        "ComplexDoubleStorage" => Some(16),
        "ComplexFloatStorage" => Some(8),
        "QInt32Storage" => Some(4),
        "QInt8Storage" | "QUInt8Storage" | "UntypedStorage" => Some(1),
        _ => None,
    }
}
