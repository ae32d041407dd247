//! PyTorch files by `torch.save`: a pickle of inert names, and one zip entry a storage.

use super::super::archive::Archive;
use super::super::error::Problem;
use super::Tensors;

mod calls;
mod globals;
mod machine;
mod memory;
mod opcodes;
mod storage;
mod walk;

const FORMAT: &str = "PyTorch file";
const LARGEST_PICKLE: u64 = 64 << 20;

/// Reads the tensors of an archive whose pickle is the entry `pickle`.
pub(super) fn read(mut archive: Archive, pickle: &str) -> Result<Tensors, Problem> {
    let folder = pickle.strip_suffix("data.pkl").unwrap_or_default();
    let bytes = archive.bytes(pickle, LARGEST_PICKLE)?;
    let order = format!("{folder}byteorder");
    let big_endian = archive.names()?.contains(&order) && archive.bytes(&order, 64)?.starts_with(b"big");
    let (memory, root) = machine::run(&bytes)?;
    let mut storages = storage::Storages::new(archive, folder, big_endian);
    walk::tensors(&memory, root, &mut storages)
}
