//! Arrays in memory that are read as files are.
//!
//! Whoever has arrays and no file, as a notebook has, gives them a place; as long as the place is kept, every reader of
//! weights and tables takes its path for that of an npz. Bytes are asked for as they are needed: nothing is copied before.

use super::error::Problem;
use super::steady;
use crate::memory;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that somebody else keeps.
pub trait Bytes: Send + Sync {
    /// How many there are.
    fn length(&self) -> u64;
    /// Fills `out` with those from byte `at` on; `at + out.len()` is at most the length.
    ///
    /// # Errors
    /// Bytes that are no longer there.
    fn read(&self, at: u64, out: &mut [u8]) -> io::Result<()>;
}

impl Bytes for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }
    fn read(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        out.copy_from_slice(&self[at as usize..at as usize + out.len()]);
        Ok(())
    }
}

/// An array as npy has it, in parts one behind the other: a header, then the values.
pub type Parts = Vec<Arc<dyn Bytes>>;

/// Where no file lies.
const ROOT: &str = "/<memory>";

/// Names of the arrays at each place, and each array under a path of its own.
#[derive(Default)]
struct Known {
    sets: HashMap<PathBuf, Vec<String>>,
    arrays: HashMap<PathBuf, Arc<Parts>>,
}

static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

fn known() -> MutexGuard<'static, Option<Known>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The place of arrays; they can be read until it is dropped.
#[derive(Debug)]
pub struct Place(PathBuf);

impl Place {
    /// The path under which they are read.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(known) = known().as_mut() {
            let names = known.sets.remove(&self.0).unwrap_or_default();
            for k in 0..names.len() {
                known.arrays.remove(&member(&self.0, &names, k));
            }
        }
    }
}

/// Gives arrays a place, called `name`; several as an npz, one whose name is empty as an npy.
///
/// ```
/// use nullcline_core::io::held::{self, Bytes};
/// use nullcline_core::io::{table, tensors};
/// use std::sync::Arc;
///
/// let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }\n";
/// let mut npy = b"\x93NUMPY\x01\x00".to_vec();
/// npy.extend((header.len() as u16).to_le_bytes());
/// npy.extend(header.as_bytes());
/// let values: Vec<u8> = [0.5, -1.0].iter().flat_map(|v: &f64| v.to_le_bytes()).collect();
/// let array: Vec<Arc<dyn Bytes>> = vec![Arc::new(npy), Arc::new(values)];
///
/// let place = held::keep("weights", vec![("W".into(), array.clone())]);
/// let found = tensors::read(place.path()).unwrap();
/// assert_eq!((&found.tensors[0].name[..], &found.tensors[0].data[..]), ("W", &[0.5, -1.0][..]));
///
/// let activity = held::keep("activity", vec![(String::new(), array)]);
/// let read = table::read(activity.path(), &table::ReadTable::default()).unwrap();
/// assert_eq!(read.numbers("x0").unwrap(), [0.5, -1.0]);
/// ```
pub fn keep(name: &str, arrays: Vec<(String, Parts)>) -> Place {
    let mut guard = known();
    let known = guard.get_or_insert_default();
    let place = |k: usize| match k {
        1 => Path::new(ROOT).join(name),
        k => Path::new(&format!("{ROOT} {k}")).join(name),
    };
    let path = (1..).map(place).find(|p| !known.sets.contains_key(p)).unwrap_or_default();
    let (names, all): (Vec<String>, Vec<Parts>) = arrays.into_iter().unzip();
    for (k, parts) in all.into_iter().enumerate() {
        known.arrays.insert(member(&path, &names, k), Arc::new(parts));
    }
    known.sets.insert(path.clone(), names);
    Place(path)
}

/// The path of an array: that of the place where it is alone without a name, else one by its number, for names may be anything.
fn member(place: &Path, names: &[String], k: usize) -> PathBuf {
    if names == [""] { place.to_path_buf() } else { place.join(k.to_string()) }
}

/// Names of the arrays at a place, if it is one of several.
pub(crate) fn names(path: &Path) -> Option<Vec<String>> {
    let names = known().as_ref()?.sets.get(path)?.clone();
    (names != [""]).then_some(names)
}

/// The path of one array of several at a place.
pub(crate) fn named(path: &Path, name: &str) -> Option<PathBuf> {
    let names = names(path)?;
    let k = names.iter().position(|n| n == name)?;
    Some(member(path, &names, k))
}

/// Bytes that may be asked for to read what is at `path`, arrays or a file.
pub fn allowed(path: &Path) -> u64 {
    match arrays(path) {
        Some(all) => memory::allowance(all.iter().map(|(_, reader)| reader.length()).sum()),
        None => memory::allowed(path),
    }
}

/// One array under its own path.
fn array(path: &Path) -> Option<Arc<Parts>> {
    known().as_ref()?.arrays.get(path).cloned()
}

/// Every array at a place with its name.
pub(crate) fn arrays(path: &Path) -> Option<Vec<(String, Reader)>> {
    let names = known().as_ref()?.sets.get(path)?.clone();
    let one =
        |k: usize| array(&member(path, &names, k)).map(|parts| (names[k].clone(), Reader { parts, at: 0 }));
    Some((0..names.len()).filter_map(one).collect())
}

/// A file, or an array that stands for one.
pub(crate) enum Opened {
    File(File),
    Held(Reader),
}

impl Opened {
    /// What is at `path`.
    ///
    /// # Errors
    /// Those of [`steady::open`].
    pub fn open(path: &Path) -> Result<Self, Problem> {
        match array(path) {
            Some(parts) => Ok(Self::Held(Reader { parts, at: 0 })),
            None => steady::open(path).map(Self::File),
        }
    }

    /// Bytes.
    ///
    /// # Errors
    /// A file that says nothing of itself.
    pub fn length(&self) -> Result<u64, Problem> {
        match self {
            Self::File(file) => Ok(file.metadata().map_err(Problem::reading)?.len()),
            Self::Held(reader) => Ok(reader.length()),
        }
    }
}

impl Read for Opened {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(out),
            Self::Held(reader) => reader.read(out),
        }
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Held(reader) => reader.seek(to),
        }
    }
}

/// Reads parts one behind the other.
pub(crate) struct Reader {
    parts: Arc<Parts>,
    at: u64,
}

impl Reader {
    pub fn length(&self) -> u64 {
        self.parts.iter().map(|p| p.length()).sum()
    }
}

impl Read for Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut start = 0;
        for part in self.parts.iter() {
            let end = start + part.length();
            if (start..end).contains(&self.at) {
                let n = out.len().min((end - self.at) as usize);
                part.read(self.at - start, &mut out[..n])?;
                self.at += n as u64;
                return Ok(n);
            }
            start = end;
        }
        Ok(0)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let new = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.length().checked_add_signed(by),
        };
        self.at = new.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the first byte"))?;
        Ok(self.at)
    }
}
