//! Keras's archives (`.keras`): the HDF5 file of the weights, with the model's description beside it.

use std::io::Read;

use super::super::archive::Archive;
use super::super::error::Problem;
use super::super::hdf5::{Hdf5, weights};
use super::Tensors;

/// The entry of the weights, and that of the description.
pub(super) const WEIGHTS: &str = "model.weights.h5";
const CONFIG: &str = "config.json";
/// Bytes of a description.
const LARGEST_CONFIG: u64 = 16 << 20;

/// The weights of the model, and its description as `model_config`, as Keras's own HDF5 files have it.
pub(super) fn read(mut archive: Archive, names: &[String], values: bool) -> Result<Tensors, Problem> {
    archive.verify(archive.allowance())?;
    let bytes = archive.bytes(WEIGHTS, archive.allowance())?;
    let mut found = weights(&Hdf5::from_bytes(bytes)?, values)?;
    found.format = "keras";
    if names.iter().any(|n| n == CONFIG) {
        let mut text = String::new();
        let place = format!("entry `{CONFIG}`");
        let entry = archive.entry(CONFIG)?;
        entry
            .take(LARGEST_CONFIG)
            .read_to_string(&mut text)
            .map_err(|e| Problem::damaged("keras", place, e))?;
        found.metadata.insert("model_config".into(), text);
    }
    Ok(found)
}
