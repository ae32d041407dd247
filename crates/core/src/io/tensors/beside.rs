//! What stands beside a file of weights and describes it.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::error::Problem;
use super::super::steady;
use super::Tensors;

/// Bytes of a description.
const LARGEST: u64 = 1 << 20;

/// The description beside a file: `config.json` in the folder of a `model.safetensors`, as libraries save a model.
///
/// ```
/// use nullcline_core::io::tensors::beside;
///
/// assert!(beside("../../datasets/flipflop_gru.safetensors".as_ref()).is_none());
/// ```
pub fn beside(path: &Path) -> Option<PathBuf> {
    let config = path.with_file_name("config.json");
    (path.file_name()? == "model.safetensors" && config.is_file()).then_some(config)
}

/// Takes what a description says in texts, numbers and truths into the metadata, as `config.KEY`.
///
/// # Errors
/// A description that cannot be read or is no JSON.
pub(super) fn described(path: &Path, tensors: &mut Tensors) -> Result<(), Problem> {
    let Some(config) = beside(path) else { return Ok(()) };
    let mut bytes = vec![];
    steady::open(&config)?.take(LARGEST).read_to_end(&mut bytes).map_err(Problem::reading)?;
    let found: Value = serde_json::from_slice(&bytes)
        .map_err(|e| Problem::damaged("JSON", format!("`{}` beside it", config.display()), e))?;
    for (key, value) in found.as_object().into_iter().flatten() {
        let text = match value {
            Value::String(s) => s.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => continue,
        };
        tensors.metadata.entry(format!("config.{key}")).or_insert(text);
    }
    Ok(())
}
