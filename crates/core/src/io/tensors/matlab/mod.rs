//! MATLAB's files of versions 4, 6 and 7, as MATLAB, Octave and `scipy.io.savemat` write them.
//!
//! A variable keeps MATLAB's shape, rows first, and comes out in C order. Names below a variable are joined by `.`: the field
//! `W` of a struct `net` is `net.W`; of an array of structs, or in a cell array, elements count from 0 in MATLAB's own order,
//! down the columns: `trials.0.rate`, `weights.1`. A row of characters is metadata; several rows, and cells that hold nothing but
//! texts, are [`Texts`](super::Texts). Sparse matrices are written out where memory allows.
//!
//! Source: MathWorks, MAT-File Format (R2019b), chapters 1 (level 5) and 2 (level 4).

use super::super::error::Problem;
use super::super::steady;
use super::budget::Budget;
use super::{Tensor, Tensors};
use crate::memory;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

mod head;
mod source;
mod text;
mod tree;
mod v4;
mod v4_values;
mod v5;
mod values;

pub(in crate::io) use values::{Entries, rows_first};

const FORMAT: &str = "MATLAB file";
/// Cells and structs are read so deep.
const DEEPEST: usize = 64;
/// Bytes of the header of version 5; what version 7.3 writes is HDF5.
const HEADER: usize = 128;

/// How a MATLAB file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Version {
    /// Level 4, by `save -v4`: matrices one after the other.
    V4,
    /// Level 5, by `save -v6` and, compressed, `save -v7`.
    V5,
}

/// The version of a MATLAB file, by its first bytes (128 at least, where the file has so many).
pub(in super::super) fn version(head: &[u8]) -> Option<Version> {
    if let Some(header) = head.get(..HEADER) {
        // A version and the letters MI, both in the byte order of the writer; level 4 has a zero among the first four bytes.
        let level_5 = header[..4].iter().all(|b| *b != 0);
        match &header[124..] {
            [0, 1, b'I', b'M'] | [1, 0, b'M', b'I'] if level_5 => return Some(Version::V5),
            _ => {}
        }
    }
    v4::is(head).then_some(Version::V4)
}

/// Whether a file that begins with `head` is a MATLAB file that [`read`] reads.
pub(in super::super) fn is(head: &[u8]) -> bool {
    version(head).is_some()
}

/// The variables of the file at `path`, their values only if asked for.
///
/// # Errors
/// A damaged or truncated file, and one that asks for more memory than its length allows.
pub(super) fn read(path: &Path, values: bool) -> Result<Tensors, Problem> {
    let file = steady::open(path)?;
    let length = file.metadata().map_err(Problem::reading)?.len();
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut head = vec![];
    file.by_ref().take(4096).read_to_end(&mut head).map_err(Problem::reading)?;
    let mut found = Found {
        out: Tensors { format: "matlab", ..Tensors::default() },
        budget: Budget::new(memory::allowance(length)),
        values,
    };
    match version(&head) {
        Some(Version::V4) => {
            file.seek(SeekFrom::Start(0)).map_err(Problem::reading)?;
            v4::read(&mut file, length, &mut found)?;
        }
        Some(Version::V5) => v5::read(&mut file, length, &head, &mut found)?,
        None => return Err(Problem::damaged(FORMAT, "the header", "no version and byte order of MATLAB's")),
    }
    Ok(found.out)
}

/// What was found so far.
struct Found {
    out: Tensors,
    budget: Budget,
    /// Whether values are asked for.
    values: bool,
}

impl Found {
    fn skip(&mut self, name: &str, why: impl Into<String>) -> Result<(), Problem> {
        let why = why.into();
        self.budget.take(|| format!("`{name}`"), (128 + name.len() + why.len()) as u64)?;
        self.out.skipped.push((name.into(), why));
        Ok(())
    }

    fn note(&mut self, name: &str, text: String) -> Result<(), Problem> {
        self.budget.take(|| format!("`{name}`"), (256 + name.len() + text.len()) as u64)?;
        match self.out.metadata.insert(name.into(), text) {
            Some(_) => Err(Problem::DuplicateTensor { name: name.into() }),
            None => Ok(()),
        }
    }

    /// A tensor, whose place was taken in the budget.
    fn tensor(&mut self, name: &str, shape: Vec<usize>, dtype: &str, data: Vec<f64>) {
        self.out.tensors.push(Tensor { name: name.into(), shape, dtype: dtype.into(), data });
    }
}
