//! Safetensors: a JSON header, then the values.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

use safetensors::{Dtype as Stored, SafeTensors};
use serde_json::{Map, Value, json};

use super::super::atomic;
use super::super::dtype::Dtype;
use super::super::error::{Error, Problem};
use super::super::steady;
use super::{Tensor, Tensors, check_shape};

const FORMAT: &str = "safetensors";

pub(super) fn read(path: &Path) -> Result<Tensors, Problem> {
    let file = steady::open(path)?;
    let length = file.metadata().map_err(Problem::reading)?.len();
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).map_err(Problem::reading)?;
    check_lengths(&bytes)?;
    let damaged = |e| Problem::damaged(FORMAT, "the header", e);
    let (header, metadata) = SafeTensors::read_metadata(&bytes).map_err(damaged)?;
    let file = SafeTensors::deserialize(&bytes).map_err(damaged)?;
    let mut out = Tensors { format: FORMAT, ..Tensors::default() };
    out.metadata = metadata.metadata().iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
    debug_assert!(header <= bytes.len());
    for name in metadata.offset_keys() {
        let view = file.tensor(&name).map_err(damaged)?;
        match dtype(view.dtype()) {
            Some(dtype) => {
                let mut data = Vec::with_capacity(view.data().len() / dtype.width());
                dtype.decode(view.data(), false, &mut data);
                out.tensors.push(Tensor {
                    name,
                    shape: view.shape().to_vec(),
                    dtype: dtype.name().into(),
                    data,
                });
            }
            None => {
                let why = format!("values of type {:?} are not real numbers of 8 bits or more", view.dtype());
                out.skipped.push((name, why));
            }
        }
    }
    Ok(out)
}

/// Tells a truncated file from a damaged one, which the header alone cannot.
fn check_lengths(bytes: &[u8]) -> Result<(), Problem> {
    let found = bytes.len() as u64;
    let truncated =
        |place: &str, expected| Problem::Truncated { format: FORMAT, place: place.into(), found, expected };
    let Some(length) = bytes.first_chunk::<8>().map(|b| u64::from_le_bytes(*b)) else {
        return Err(truncated("the header", 8));
    };
    match length.checked_add(8) {
        Some(end) if end <= found => Ok(()),
        Some(end) => Err(truncated("the header", end)),
        None => Err(Problem::damaged(FORMAT, "the header", "a length beyond any file")),
    }
}

fn dtype(stored: Stored) -> Option<Dtype> {
    Some(match stored {
        Stored::F64 => Dtype::F64,
        Stored::F32 => Dtype::F32,
        Stored::F16 => Dtype::F16,
        Stored::BF16 => Dtype::Bf16,
        Stored::F8_E4M3 => Dtype::F8E4M3,
        Stored::F8_E5M2 => Dtype::F8E5M2,
        Stored::I64 => Dtype::I64,
        Stored::I32 => Dtype::I32,
        Stored::I16 => Dtype::I16,
        Stored::I8 => Dtype::I8,
        Stored::U64 => Dtype::U64,
        Stored::U32 => Dtype::U32,
        Stored::U16 => Dtype::U16,
        Stored::U8 => Dtype::U8,
        Stored::BOOL => Dtype::Bool,
        _ => return None,
    })
}

/// Writes tensors as safetensors, as f32 where [`Tensor::dtype`] says `f32` and as f64 where it says `f64`.
///
/// The same tensors and metadata give the same bytes. The f64 tensors come first, which keeps every
/// value aligned; within a type the order is kept.
///
/// # Errors
/// Another dtype, a shape that does not fit its values, a name used twice, or a file that cannot be
/// written; nothing half-written is left.
///
/// ```
/// use nullcline_core::io::tensors::{Tensor, read, write_safetensors};
///
/// let path = std::env::temp_dir().join(format!("nullcline-doc-{}.safetensors", std::process::id()));
/// let w = Tensor { name: "rnn.weight_hh_l0".into(), shape: vec![1, 1], dtype: "f32".into(), data: vec![0.5] };
/// let metadata = [("cell".to_owned(), "vanilla".to_owned())].into();
/// write_safetensors(&path, std::slice::from_ref(&w), &metadata).unwrap();
/// let again = read(&path).unwrap();
/// std::fs::remove_file(&path).unwrap();
/// assert_eq!((again.tensors, again.metadata), (vec![w], metadata));
/// ```
pub fn write_safetensors(
    path: &Path,
    tensors: &[Tensor],
    metadata: &BTreeMap<String, String>,
) -> Result<(), Error> {
    atomic::write(path, |writer| {
        let mut header = Map::new();
        if !metadata.is_empty() {
            header.insert("__metadata__".into(), json!(metadata));
        }
        let mut sorted: Vec<(&Tensor, usize)> = Vec::new();
        for tensor in tensors {
            check_shape(tensor)?;
            sorted.push((tensor, width(tensor)?));
        }
        sorted.sort_by_key(|(_, width)| std::cmp::Reverse(*width));
        let mut start = 0;
        for (tensor, width) in &sorted {
            let end = start + tensor.data.len() * width;
            let entry = json!({ "dtype": tensor.dtype.to_uppercase(), "shape": tensor.shape, "data_offsets": [start, end] });
            if header.insert(tensor.name.clone(), entry).is_some() {
                return Err(Problem::DuplicateTensor { name: tensor.name.clone() });
            }
            start = end;
        }
        let mut text = Value::Object(header).to_string();
        text.extend(std::iter::repeat_n(' ', text.len().next_multiple_of(8) - text.len()));
        let mut put = |bytes: &[u8]| writer.write_all(bytes).map_err(Problem::writing);
        put(&(text.len() as u64).to_le_bytes())?;
        put(text.as_bytes())?;
        for (tensor, width) in sorted {
            for value in &tensor.data {
                if width == 8 { put(&value.to_le_bytes())? } else { put(&(*value as f32).to_le_bytes())? }
            }
        }
        Ok(())
    })
}

fn width(tensor: &Tensor) -> Result<usize, Problem> {
    match tensor.dtype.as_str() {
        "f64" => Ok(8),
        "f32" => Ok(4),
        other => Err(Problem::Unsupported {
            place: format!("tensor `{}`", tensor.name),
            found: format!("dtype `{other}`"),
            expected: "`f64` or `f32`",
            advice: "set the tensor's dtype to one of these before writing",
        }),
    }
}
