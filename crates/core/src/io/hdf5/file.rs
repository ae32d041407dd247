//! An open HDF5 file: where its root is, and what may still be taken of memory for what it holds.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::Arc;

use hdf5_reader::superblock::Superblock;

use super::super::error::Problem;
use super::super::steady;
use super::fail::told;
use super::links::Groups;
use super::storage::Bounded;
use super::strings::Heaps;
use crate::memory;

/// An open HDF5 file.
///
/// Nothing is read but its superblock; groups and datasets are looked up as they are asked for.
pub struct Hdf5 {
    pub(super) storage: Bounded,
    pub(super) offset_size: u8,
    pub(super) length_size: u8,
    pub(super) root: u64,
    pub(super) heaps: RefCell<Heaps>,
    pub(super) groups: RefCell<Groups>,
    /// Bytes of memory that names, texts and values have taken so far, and of data that were read.
    taken: Cell<u64>,
    stored: Cell<u64>,
}

impl Hdf5 {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// A missing file, or one that is no HDF5 or has a damaged superblock.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        Self::new(Bounded::of_file(steady::open(path)?)?)
    }

    /// A file that lies in memory, as the `model.weights.h5` within a `.keras` archive does once unpacked.
    ///
    /// # Errors
    /// As [`Hdf5::open`], without a path.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Result<Self, Problem> {
        Self::new(Bounded::of_bytes(bytes.into()))
    }

    fn new(storage: Bounded) -> Result<Self, Problem> {
        let place = "the superblock";
        if storage.whole() == 0 {
            return Err(Problem::Empty);
        }
        let superblock = Superblock::parse_from_storage(&storage).map_err(|e| told(place, e))?;
        let root = superblock.root_object_header_address().map_err(|e| told(place, e))?;
        Ok(Self {
            storage: storage.starting_at(superblock.base_address),
            offset_size: superblock.offset_size,
            length_size: superblock.length_size,
            root,
            heaps: RefCell::default(),
            groups: RefCell::default(),
            taken: Cell::new(0),
            stored: Cell::new(0),
        })
    }

    /// Bytes of memory that reading it may take.
    pub(super) fn allowance(&self) -> u64 {
        memory::allowance(self.storage.whole())
    }

    /// Counts memory that something of the file takes.
    ///
    /// # Errors
    /// More in all than a file of its length may ask for.
    pub(super) fn take(&self, place: &str, bytes: u64) -> Result<(), Problem> {
        let all = self.taken.get().saturating_add(bytes);
        self.taken.set(all);
        let limit = self.allowance();
        if all > limit {
            return Err(Problem::Memory {
                place: format!("{place} and what was read before"),
                needs: all,
                limit,
            });
        }
        Ok(())
    }

    /// Counts stored bytes that are read, where nothing is read twice.
    ///
    /// # Errors
    /// More than twice what is in the file: datasets that lie on each other.
    pub(super) fn read_once(&self, place: &str, bytes: u64) -> Result<(), Problem> {
        let all = self.stored.get().saturating_add(bytes);
        self.stored.set(all);
        match all / 2 > self.storage.whole() {
            true => Err(super::fail::damaged(place, "data that lie on other data")),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_hdf5_is_told() {
        assert!(matches!(Hdf5::from_bytes(vec![]).err().unwrap(), Problem::Empty));
        assert!(matches!(Hdf5::from_bytes(vec![1; 5000]).err().unwrap(), Problem::Damaged { .. }));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/io/hdf5/layouts_old.h5");
        let whole = std::fs::read(path).unwrap();
        let cut = Hdf5::from_bytes(&whole[..whole.len() / 2]);
        assert!(cut.and_then(|f| super::super::weights(&f, true)).is_err());
    }
}
