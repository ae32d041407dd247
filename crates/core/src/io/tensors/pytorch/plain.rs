//! Pickles outside of PyTorch's files: by `pickle.dump` or joblib, compressed or not.

use super::super::super::error::Problem;
use super::super::super::steady;
use super::super::Tensors;
use super::globals;
use super::memory::{Id, Memory, Node};
use crate::memory;
use flate2::read::{GzDecoder, ZlibDecoder};
use std::io::Read;
use std::path::Path;

/// How such pickles begin: protocol 2 and later, and dictionaries, lists and arrays of protocols 0 and 1.
const STARTS: [&[u8]; 10] = [
    b"(dp0\n",
    b"(dp1\n",
    b"(lp0\n",
    b"(lp1\n",
    b"}q",
    b"]q",
    b"cnumpy",
    b"ccopy_reg\n",
    b"(cnumpy",
    b"cjoblib",
];

/// Whether a file that begins with `head` is a pickle of a protocol before 2.
pub(in super::super::super) fn is_old(head: &[u8]) -> bool {
    let text = STARTS.iter().any(|start| head.starts_with(start));
    // The first two characters of binary dictionaries and lists might begin a text.
    let binary = !matches!(head, [b'}' | b']', ..]) || matches!(head, [_, b'q', 0, ..]);
    text && binary
}

/// Whether a file that begins with `head` is a pickle compressed by gzip or, as joblib has it, by zlib.
pub(in super::super::super) fn is_compressed(head: &[u8]) -> bool {
    let mut start = [0u8; 16];
    let mut filled = 0;
    let Some(mut unpacked) = unpacked(head) else { return false };
    // The end of `head` is none of the data.
    while let Some(room) = start.get_mut(filled..).filter(|room| !room.is_empty()) {
        match unpacked.read(room) {
            Ok(n @ 1..) => filled += n,
            _ => break,
        }
    }
    let start = start.get(..filled).unwrap_or_default();
    matches!(start, [0x80, 1..=5, ..]) || is_old(start)
}

/// The data of what is compressed, by its first bytes.
fn unpacked<'a>(bytes: &'a [u8]) -> Option<Box<dyn Read + 'a>> {
    match bytes {
        [0x1f, 0x8b, 8, ..] => Some(Box::new(GzDecoder::new(bytes))),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some(Box::new(ZlibDecoder::new(bytes))),
        _ => None,
    }
}

/// Reads a compressed pickle.
pub(in super::super) fn read_compressed(path: &Path) -> Result<Tensors, Problem> {
    let file = steady::open(path)?;
    let length = file.metadata().map_err(Problem::reading)?.len();
    let mut packed = vec![];
    file.take(length).read_to_end(&mut packed).map_err(Problem::reading)?;
    // Half for the pickle itself.
    let limit = super::LARGEST_PICKLE.min(memory::allowance(length) / 2);
    let mut pickle = vec![];
    if let Some(data) = unpacked(&packed) {
        let read = data.take(limit + 1).read_to_end(&mut pickle);
        read.map_err(|e| Problem::read("compressed pickle", "its data", e))?;
    }
    if pickle.len() as u64 > limit {
        let place = "the pickle, unpacked".to_owned();
        return Err(Problem::TooLarge { place, unit: "bytes", found: pickle.len() as u64, limit });
    }
    super::pickled(super::PLAIN, &pickle)
}

/// The error for a pickle that holds no array but the value `id`, made by an unknown name.
pub(super) fn without_arrays(memory: &Memory, id: Id) -> Problem {
    let name = match memory.get(id) {
        Node::Object { class, .. } => memory.name(*class),
        Node::Call { function, .. } => memory.name(*function),
        _ => "a value without a name",
    };
    if globals::table(name) {
        return Problem::UnknownFormat {
            found: format!("a table in a pickle (`{name}`)"),
            expected: "arrays in dictionaries and lists",
            advice: "nothing in it was executed; if you trust where it comes from, write it from Python: \
                     pandas.read_pickle(\"FILE\").to_csv(\"table.csv\", index=False)",
        };
    }
    Problem::Unsupported {
        place: "the pickle".into(),
        found: format!("no array but a value made by `{name}`"),
        expected: "arrays in dictionaries, lists and attributes of objects",
        advice: "nothing in it was executed; if you trust where it comes from, save its arrays from Python: \
                 x = pickle.load(open(\"FILE\", \"rb\")); np.savez(\"net.npz\", W=x.W)",
    }
}
