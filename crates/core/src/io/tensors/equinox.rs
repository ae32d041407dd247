//! Leaves of a tree one after the other, as `equinox.tree_serialise_leaves` writes them.
//!
//! Names are not in the file: the arrays are `leaf0`, `leaf1`, ... in the order of the tree (`jax.tree_util.tree_leaves`). Numbers
//! and truth values of Python are leaves too, of no dimensions. A line of JSON before the first leaf, as Equinox' documentation
//! advises for hyperparameters, is metadata, nested names joined by `.`.
//!
//! Source: equinox 0.13, `equinox/_serialisation.py` and `docs/examples/serialisation.ipynb`.

use super::super::dtype::Dtype;
use super::super::error::Problem;
use super::super::npy::{Element, Header};
use super::super::steady;
use super::budget::Budget;
use super::{Tensor, Tensors};
use crate::memory;
use serde_json::Value;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

const FORMAT: &str = "Equinox file";
const MAGIC: &[u8] = b"\x93NUMPY";
/// Longer lines are no hyperparameters.
const LONGEST_JSON: u64 = 1 << 20;
/// Numpy has no type of the name bfloat16: `jax.numpy.save` writes its values as two bytes each.
const BFLOAT16: [&str; 2] = ["<V2", "|V2"];

/// Whether a file that begins with `head` holds leaves: JSON and then an array of numpy's, or two of them, if both begin in `head`.
pub(in super::super) fn is(head: &[u8]) -> bool {
    let mut found = head.windows(MAGIC.len()).enumerate().filter(|(_, w)| *w == MAGIC).map(|(at, _)| at);
    match (found.next(), found.next()) {
        (Some(0), second) => second.is_some(),
        (Some(first), _) => {
            head.get(..first).is_some_and(|text| text.starts_with(b"{") && !text.contains(&0))
        }
        _ => false,
    }
}

/// Whether the file at `path` begins with an array and holds another behind it.
///
/// # Errors
/// A file that cannot be read; one that is no npy has no second array.
pub(super) fn several(path: &Path) -> Result<bool, Problem> {
    let mut file = BufReader::new(steady::open(path)?);
    let Ok(header) = Header::read(&mut file, "leaf0") else { return Ok(false) };
    let length = header.element.width().and_then(|w| w.checked_mul(header.count)).map(|n| n as u64);
    let Some(end) = length.and_then(|n| n.checked_add(header.start)) else { return Ok(false) };
    let mut next = vec![];
    file.seek(SeekFrom::Start(end)).map_err(Problem::reading)?;
    file.take(MAGIC.len() as u64).read_to_end(&mut next).map_err(Problem::reading)?;
    Ok(next == MAGIC)
}

/// The leaves of the file at `path`, their values only if asked for.
///
/// # Errors
/// A damaged or truncated file, a leaf of Python objects, and a file that asks for more memory than its length allows.
pub(super) fn read(path: &Path, values: bool) -> Result<Tensors, Problem> {
    let file = steady::open(path)?;
    let length = file.metadata().map_err(Problem::reading)?.len();
    let mut file = BufReader::new(file);
    let out = Tensors { format: "equinox", ..Tensors::default() };
    let mut leaves = Leaves { out, budget: Budget::new(memory::allowance(length)), values };
    let mut at = leaves.hyperparameters(&mut file)?;
    let mut number = 0;
    while at < length {
        file.seek(SeekFrom::Start(at)).map_err(Problem::reading)?;
        at += leaves.leaf(&mut file, length - at, format!("leaf{number}"))?;
        number += 1;
    }
    Ok(leaves.out)
}

struct Leaves {
    out: Tensors,
    budget: Budget,
    values: bool,
}

impl Leaves {
    /// Reads what stands before the first leaf; gives the byte where that begins.
    fn hyperparameters(&mut self, file: &mut BufReader<File>) -> Result<u64, Problem> {
        let damaged = |detail: String| Problem::damaged(FORMAT, "its first line", detail);
        let mut head = vec![];
        file.by_ref().take(LONGEST_JSON).read_to_end(&mut head).map_err(Problem::reading)?;
        let first = head.windows(MAGIC.len()).position(|w| w == MAGIC);
        let first =
            first.ok_or_else(|| damaged("no array of numpy's follows within a million bytes".into()))?;
        let text = head.get(..first).unwrap_or_default();
        if text.is_empty() {
            return Ok(0);
        }
        let json: Value = serde_json::from_slice(text).map_err(|e| damaged(e.to_string()))?;
        self.note(String::new(), &json)?;
        Ok(first as u64)
    }

    /// Plain values at any depth, which serde_json bounds.
    fn note(&mut self, name: String, json: &Value) -> Result<(), Problem> {
        let text = match json {
            Value::Object(entries) => {
                return entries.iter().try_for_each(|(key, v)| self.below(&name, key, v));
            }
            Value::Array(items) => {
                let mut numbered = items.iter().enumerate();
                return numbered.try_for_each(|(k, v)| self.below(&name, &k.to_string(), v));
            }
            Value::Null => return Ok(()),
            Value::Bool(value) => value.to_string(),
            Value::Number(value) => value.to_string(),
            Value::String(text) => text.clone(),
        };
        self.budget.take(|| format!("`{name}`"), (256 + name.len() + text.len()) as u64)?;
        self.out.metadata.insert(name, text);
        Ok(())
    }

    fn below(&mut self, name: &str, key: &str, json: &Value) -> Result<(), Problem> {
        let name = self.budget.join(name, key)?;
        self.note(name, json)
    }

    /// Reads one leaf, with `left` bytes up to the end of the file; gives how many it took.
    fn leaf(&mut self, file: &mut BufReader<File>, left: u64, name: String) -> Result<u64, Problem> {
        let header = Header::read(file, &name)?;
        let width = header.element.width().ok_or_else(|| header.not_numbers(&name))?;
        let bytes = (header.count as u64).checked_mul(width as u64).and_then(|n| n.checked_add(header.start));
        let bytes = bytes.unwrap_or(u64::MAX);
        if bytes > left {
            let place = format!("array `{name}`");
            return Err(Problem::Truncated { format: FORMAT, place, found: left, expected: bytes });
        }
        let dtype = match &header.element {
            Element::Number { dtype, .. } => *dtype,
            Element::Other(descr) if BFLOAT16.contains(&descr.as_str()) => Dtype::Bf16,
            Element::Other(descr) => {
                self.out.skipped.push((name, format!("dtype {descr} is not a real number of known type")));
                return Ok(bytes);
            }
            _ => {
                self.out.skipped.push((name, "not an array of numbers".into()));
                return Ok(bytes);
            }
        };
        self.budget.tensor(&name, if self.values { header.count } else { 0 })?;
        let data = match (self.values, dtype) {
            (false, _) => vec![],
            (true, Dtype::Bf16) => {
                let number = Element::Number { dtype, big_endian: false };
                Header { element: number, ..header.clone() }.numbers(file, &name)?
            }
            (true, _) => header.numbers(file, &name)?,
        };
        self.out.tensors.push(Tensor { name, shape: header.shape, dtype: dtype.name().into(), data });
        Ok(bytes)
    }
}
