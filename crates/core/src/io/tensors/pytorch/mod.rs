//! Files by `torch.save`, and plain pickles: inert names, tensors and numpy arrays.
//!
//! Nothing is ever executed. A name that stands for code (`os.system`) is an error wherever it stands; a value
//! made by another unknown name is left out and listed, and it is an error where a tensor needs it, or where
//! nothing else is there.

use super::super::archive::Archive;
use super::super::error::Problem;
use super::super::steady;
use super::Tensors;
use std::io::Read;
use std::path::Path;
use storage::{Place, Storages};

mod arrays;
mod calls;
mod escapes;
mod globals;
mod legacy;
mod machine;
mod memory;
mod opcodes;
mod plain;
mod storage;
mod tensor;
mod walk;

pub(super) use plain::read_compressed;
pub(in super::super) use plain::{is_compressed, is_old};

const FORMAT: &str = "PyTorch file";
/// The format of a pickle outside of PyTorch's files.
const PLAIN: &str = "pickle";
const LARGEST_PICKLE: u64 = 64 << 20;

/// Reads the tensors of an archive whose pickle is the entry `pickle`.
pub(super) fn read(mut archive: Archive, pickle: &str) -> Result<Tensors, Problem> {
    archive.verify(archive.allowance())?;
    let folder = pickle.strip_suffix("data.pkl").unwrap_or_default();
    let bytes = archive.bytes(pickle, LARGEST_PICKLE)?;
    let order = format!("{folder}byteorder");
    let big_endian = archive.names()?.contains(&order) && archive.bytes(&order, 64)?.starts_with(b"big");
    let built = machine::run(&bytes)?;
    let place = Place::Archive(archive, folder.to_owned());
    walk::tensors("pytorch", &built, &bytes, &mut Storages::new(place, big_endian))
}

/// Reads a pickle outside any archive: a file of PyTorch before 1.6, or arrays by `pickle.dump`.
pub(super) fn read_pickle(path: &Path) -> Result<Tensors, Problem> {
    let mut reader = steady::open(path)?;
    let length = reader.metadata().map_err(Problem::reading)?.len();
    let mut file = vec![];
    reader.by_ref().take(64).read_to_end(&mut file).map_err(Problem::reading)?;
    let legacy = legacy::is_legacy(&file);
    if !legacy && length > LARGEST_PICKLE {
        let (found, limit) = (length, LARGEST_PICKLE);
        return Err(Problem::TooLarge { place: "the pickle".into(), unit: "bytes", found, limit });
    }
    reader.take(length).read_to_end(&mut file).map_err(Problem::reading)?;
    if legacy {
        let found = legacy::read(&file)?;
        let pickle = file[found.pickle].to_vec();
        let place = Place::File(file, found.places);
        return walk::tensors("pytorch", &found.built, &pickle, &mut Storages::new(place, found.big_endian));
    }
    pickled(PLAIN, &file)
}

/// The arrays of a pickle without storages.
pub(super) fn pickled(format: &'static str, pickle: &[u8]) -> Result<Tensors, Problem> {
    let built = machine::run(pickle)?;
    walk::tensors(format, &built, pickle, &mut Storages::new(Place::Nowhere, false))
}
