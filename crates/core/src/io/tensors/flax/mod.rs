//! Parameters in msgpack, as `flax.serialization` writes them by `to_bytes` and `msgpack_serialize`.
//!
//! Dictionaries in dictionaries are joined by `.`, lists count from 0: `params.GRUCell_0.hn.kernel`, `opt_state.0.count`. A state
//! of training holds its optimiser's arrays too. Bare numbers, texts and truth values are metadata, None is nothing. Arrays of
//! 2^30 bytes and more lie in pieces and are put together.
//!
//! Source: flax 0.12, `flax/serialization.py`; the msgpack specification, github.com/msgpack/msgpack/blob/master/spec.md.

use super::super::error::Problem;
use super::super::steady;
use super::Tensors;
use crate::memory;
use std::io::Read;
use std::path::Path;

mod arrays;
mod msgpack;
mod walk;

const FORMAT: &str = "msgpack of Flax";
/// Dictionaries in dictionaries are read so deep.
const DEEPEST: usize = 64;

/// Whether a file that begins with `head` is msgpack: a map whose first key is a printable text, and a value behind
/// it, or an array of Flax's alone.
pub(in super::super) fn is(head: &[u8]) -> bool {
    let key = match head {
        // An array alone: the extension 1, which holds three items.
        [0xc7, _, 1, 0x93, ..] | [0xc8, _, _, 1, 0x93, ..] | [0xc9, _, _, _, _, 1, 0x93, ..] => return true,
        [0x81..=0x8f, key @ ..] | [0xde, _, _, key @ ..] | [0xdf, _, _, _, _, key @ ..] => key,
        _ => return false,
    };
    let (length, text) = match key {
        [short @ 0xa1..=0xbf, text @ ..] => (usize::from(short & 0x1f), text),
        [0xd9, length, text @ ..] => (usize::from(*length), text),
        _ => return false,
    };
    let printable = |t: &[u8]| t.iter().all(|c| (b' '..=b'~').contains(c));
    // A byte that stands for nothing is never written.
    text.get(..length).is_some_and(printable) && text.get(length).is_some_and(|next| *next != 0xc1)
}

/// The arrays of the file at `path`, their values only if asked for.
///
/// # Errors
/// A damaged or truncated file, and one that asks for more memory than its length allows.
pub(super) fn read(path: &Path, values: bool) -> Result<Tensors, Problem> {
    let file = steady::open(path)?;
    let length = file.metadata().map_err(Problem::reading)?.len();
    let mut bytes = vec![];
    file.take(length).read_to_end(&mut bytes).map_err(Problem::reading)?;
    walk::tensors(&bytes, memory::allowance(length), values)
}
