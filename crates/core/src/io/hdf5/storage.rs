//! The bytes of a file as the decoder of HDF5's structures may have them: at most so many at once, and so many in all.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hdf5_reader::error::{Error as Raw, Result as RawResult};
use hdf5_reader::{Storage, StorageBuffer};

use super::super::error::Problem;
use super::fail;

/// No structure beside the data themselves is longer.
const LARGEST_STRUCTURE: usize = 64 << 20;
/// Bytes of structures that may be read in all, whatever the file's length, and so many times its length beyond: a
/// damaged file may name one structure again and again.
const WORK: u64 = 64 << 20;
const WORK_PER_BYTE: u64 = 64;

/// Where the bytes are.
enum Input {
    File(Mutex<File>),
    Bytes(Arc<[u8]>),
}

/// Bytes of a file from its superblock on.
pub(super) struct Bounded {
    input: Input,
    base: u64,
    length: u64,
    work: AtomicU64,
}

impl Bounded {
    pub(super) fn of_file(file: File) -> Result<Self, Problem> {
        let length = file.metadata().map_err(Problem::reading)?.len();
        Ok(Self::new(Input::File(Mutex::new(file)), length))
    }

    pub(super) fn of_bytes(bytes: Arc<[u8]>) -> Self {
        let length = bytes.len() as u64;
        Self::new(Input::Bytes(bytes), length)
    }

    fn new(input: Input, length: u64) -> Self {
        let work = AtomicU64::new(length.saturating_mul(WORK_PER_BYTE).saturating_add(WORK));
        Self { input, base: 0, length, work }
    }

    /// Addresses count from byte `base` on from now on.
    pub(super) fn starting_at(self, base: u64) -> Self {
        Self { base, ..self }
    }

    /// Bytes of the whole file.
    pub(super) fn whole(&self) -> u64 {
        self.length
    }

    /// Fills `out` with the data at `address`.
    ///
    /// # Errors
    /// Data that reach beyond the end of the file.
    pub(super) fn data(&self, place: &str, address: u64, out: &mut [u8]) -> Result<(), Problem> {
        self.within(place, address, out.len() as u64)?;
        self.fill(address + self.base, out).map_err(Problem::reading)
    }

    /// Fails unless `length` bytes at `address` are in the file.
    pub(super) fn within(&self, place: &str, address: u64, length: u64) -> Result<(), Problem> {
        let end = address.checked_add(length).and_then(|end| end.checked_add(self.base));
        match end {
            Some(end) if end <= self.length => Ok(()),
            _ => Err(Problem::Truncated {
                format: fail::FORMAT,
                place: place.to_owned(),
                found: self.len().saturating_sub(address),
                expected: length,
            }),
        }
    }

    fn fill(&self, at: u64, out: &mut [u8]) -> std::io::Result<()> {
        match &self.input {
            Input::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(at))?;
                file.read_exact(out)
            }
            Input::Bytes(bytes) => {
                let start = usize::try_from(at).unwrap_or(usize::MAX);
                let from = bytes.get(start..start.saturating_add(out.len()));
                out.copy_from_slice(from.ok_or(std::io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
        }
    }
}

impl Storage for Bounded {
    fn len(&self) -> u64 {
        self.length.saturating_sub(self.base)
    }

    fn read_range(&self, offset: u64, len: usize) -> RawResult<StorageBuffer> {
        let end = offset.checked_add(len as u64).ok_or(Raw::OffsetOutOfBounds(offset))?;
        if end > self.len() {
            let available = self.len().saturating_sub(offset);
            return Err(Raw::UnexpectedEof { offset, needed: len as u64, available });
        }
        if len > LARGEST_STRUCTURE {
            return Err(Raw::ResourceLimit(format!("a structure of {len} bytes")));
        }
        let spend = |left: u64| left.checked_sub(len as u64);
        if self.work.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend).is_err() {
            return Err(Raw::ResourceLimit("structures that lead to each other without end".into()));
        }
        let mut bytes = vec![0; len];
        self.fill(offset + self.base, &mut bytes)?;
        Ok(StorageBuffer::from_vec(bytes))
    }
}
