//! Named tensors of a weight file: safetensors, npz, npy, PyTorch, pickles, MATLAB, HDF5, Keras, Flax, Equinox, ONNX and JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::archive::Archive;
use super::error::{Error, Problem};
use super::hdf5;
use super::held;
use super::sniff::{self, Family};
use super::steady;

mod beside;
mod budget;
pub(super) mod equinox;
pub(super) mod flax;
mod json;
mod keras;
pub(super) mod matlab;
mod numpy;
pub(super) mod onnx;
pub(super) mod pytorch;
mod safetensors;

pub use beside::beside;
pub use numpy::STRUCTURED;
pub use numpy::{write_npy, write_npz, write_npz_with};
pub use safetensors::write_safetensors;

/// One named tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// The name in the file; nested dictionaries are joined by `.`.
    pub name: String,
    /// Sizes of the dimensions, outermost first; empty for a scalar.
    pub shape: Vec<usize>,
    /// The type of the values in the file, such as `f32`, `bf16` or `i64`.
    pub dtype: String,
    /// The values in C order (row-major), whatever the order in the file.
    ///
    /// Integers beyond 2^53 are rounded; NaN and infinities are kept.
    pub data: Vec<f64>,
}

/// A named array of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// The name in the file.
    pub name: String,
    /// Sizes of the dimensions, outermost first.
    pub shape: Vec<usize>,
    /// The texts in C order.
    pub values: Vec<String>,
}

/// What a weight file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tensors {
    /// `safetensors`, `npz`, `npy`, `pytorch`, `pickle`, `matlab`, `hdf5`, `keras`, `flax`, `equinox`, `onnx` or `json`.
    pub format: &'static str,
    /// The tensors in the order of the file; names are unique.
    pub tensors: Vec<Tensor>,
    /// Text beside the tensors: `__metadata__` of safetensors and, as `config.KEY`, the `config.json` beside them, scalar strings of an npz, and plain
    /// strings, numbers and booleans in the dictionaries of a PyTorch checkpoint.
    pub metadata: BTreeMap<String, String>,
    /// Arrays of text of an npz, which are no weights: they stand in `skipped` too.
    pub texts: Vec<Texts>,
    /// What was found and not read: its name, and why.
    pub skipped: Vec<(String, String)>,
    /// Whether quantised weights are among what was not read.
    pub quantised: bool,
}

impl Tensors {
    /// The tensor called `name`.
    ///
    /// ```
    /// use nullcline_core::io::tensors::read;
    ///
    /// let file = read("../../datasets/flipflop_gru.safetensors".as_ref()).unwrap();
    /// assert!(file.get("no such tensor").is_none());
    /// let name = file.tensors[0].name.clone();
    /// assert_eq!(file.get(&name), file.tensors.first());
    /// ```
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.iter().find(|t| t.name == name)
    }
}

/// What the commands read, for messages.
const EXPECTED: &str = match cfg!(feature = "tables") {
    true => {
        "weights (.safetensors, .pt, .pth, .npz, .npy, .pkl, .mat, .h5, .keras, .msgpack, .eqx, .onnx, .json) or a table (CSV, Parquet, Arrow, npy, npz, mat, h5, nwb, nc)"
    }
    false => {
        "weights (.safetensors, .pt, .pth, .npz, .npy, .pkl, .mat, .h5, .keras, .msgpack, .eqx, .onnx, .json) or a table (CSV, npy, npz, mat, h5, nwb, nc)"
    }
};

/// Reads a weight file, told by its content and, failing that, by its extension.
///
/// Reading never executes anything: a pickle is interpreted as data. A name in it that stands for code is an
/// error; a value made by any other unknown name is left out and listed in [`Tensors::skipped`], and is an
/// error where a tensor needs it or nothing else is there.
///
/// # Errors
/// A missing, empty, damaged or foreign file, see [`Problem`].
///
/// ```
/// use nullcline_core::io::tensors::read;
///
/// let file = read("../../datasets/sine_tanh.pt".as_ref()).unwrap();
/// assert_eq!(file.format, "pytorch");
/// let w = file.tensors.iter().find(|t| t.name.ends_with("weight_hh_l0")).unwrap();
/// assert_eq!((&w.shape[..], &w.dtype[..], w.data.len()), (&[32, 32][..], "f32", 32 * 32));
/// // A table is no weight file, and the error says what there is and what to do.
/// let error = read("../../datasets/ibl_activity.csv".as_ref()).unwrap_err();
/// assert!(error.to_string().contains("ibl_activity.csv"));
/// ```
pub fn read(path: &Path) -> Result<Tensors, Error> {
    steady::reading(path, || {
        if held::names(path).is_some() {
            return numpy::read_held(path, true)
                .and_then(unique)
                .map_err(|problem| Error::new(path, problem));
        }
        let family = sniff::family(path)?;
        let tensors = match family {
            Family::Safetensors => safetensors::read(path).and_then(|mut found| {
                beside::described(path, &mut found)?;
                Ok(found)
            }),
            Family::Npy => read_npy(path, true),
            Family::Matlab => matlab::read(path, true),
            Family::Hdf5 => hdf5::read_weights(path, true),
            Family::Flax => flax::read(path, true),
            Family::Equinox => equinox::read(path, true),
            Family::Onnx => onnx::read(path, true),
            Family::Zip => read_zip(path, true),
            Family::Pickle => pytorch::read_pickle(path),
            Family::CompressedPickle => pytorch::read_compressed(path),
            Family::Json => json::read(path),
            _ => return Err(sniff::unexpected(path, family, EXPECTED)),
        };
        tensors.and_then(unique).map_err(|problem| Error::new(path, problem))
    })
}

/// Names, shapes and types of the arrays of an npy or npz file, without their values; none for other files.
///
/// # Errors
/// As [`read`], as far as they show without the values.
///
/// ```
/// use nullcline_core::io::tensors::{Tensor, outline, write_npz};
///
/// let path = std::env::temp_dir().join(format!("nullcline-doc-outline-{}.npz", std::process::id()));
/// let w = Tensor { name: "W".into(), shape: vec![2, 1], dtype: "f64".into(), data: vec![1.0, 2.0] };
/// write_npz(&path, &[w]).unwrap();
/// let found = outline(&path).unwrap().unwrap();
/// std::fs::remove_file(&path).unwrap();
/// assert_eq!((&found.tensors[0].name[..], &found.tensors[0].shape[..]), ("W", &[2, 1][..]));
/// assert!(outline("../../datasets/sine_tanh.pt".as_ref()).unwrap().is_none());
/// ```
pub fn outline(path: &Path) -> Result<Option<Tensors>, Error> {
    steady::reading(path, || outlined(path))
}

fn outlined(path: &Path) -> Result<Option<Tensors>, Error> {
    if held::names(path).is_some() {
        let found = numpy::read_held(path, false).and_then(unique);
        return found.map(Some).map_err(|problem| Error::new(path, problem));
    }
    let found = match sniff::family(path)? {
        Family::Npy => read_npy(path, false),
        Family::Matlab => matlab::read(path, false),
        Family::Hdf5 => hdf5::read_weights(path, false),
        Family::Flax => flax::read(path, false),
        Family::Equinox => equinox::read(path, false),
        Family::Onnx => onnx::read(path, false),
        Family::Zip => match Archive::open(path, "npz").and_then(|a| a.names()) {
            Ok(names) if names.iter().any(|n| n.ends_with(".npy")) => read_zip(path, false),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    found.and_then(unique).map(Some).map_err(|problem| Error::new(path, problem))
}

/// One array, or several as Equinox writes them.
fn read_npy(path: &Path, values: bool) -> Result<Tensors, Problem> {
    match held::names(path).is_none() && path.is_file() && equinox::several(path)? {
        true => equinox::read(path, values),
        false => numpy::read_npy(path, values),
    }
}

fn read_zip(path: &Path, values: bool) -> Result<Tensors, Problem> {
    let archive = Archive::open(path, "zip archive")?;
    let names = archive.names()?;
    if names.iter().any(|n| n == keras::WEIGHTS) {
        return keras::read(archive, &names, values);
    }
    if names.iter().any(|n| n.ends_with("/constants.pkl") || n.contains("/code/")) {
        return Err(Problem::TorchScript);
    }
    match names.iter().find(|n| *n == "data.pkl" || n.ends_with("/data.pkl")) {
        Some(pickle) => pytorch::read(archive, pickle),
        None if names.iter().any(|n| n.ends_with(".npy")) => numpy::read_npz(archive, &names, values),
        None => Err(sniff::foreign_zip(&names, "a file by torch.save or numpy.savez")),
    }
}

fn unique(tensors: Tensors) -> Result<Tensors, Problem> {
    let mut seen = BTreeSet::new();
    match tensors.tensors.iter().find(|t| !seen.insert(t.name.as_str())) {
        Some(twice) => Err(Problem::DuplicateTensor { name: twice.name.clone() }),
        None => Ok(tensors),
    }
}

/// Says whether a tensor has as many values as its shape.
fn check_shape(tensor: &Tensor) -> Result<(), Problem> {
    let expected = tensor.shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d)).unwrap_or(usize::MAX);
    if expected == tensor.data.len() {
        return Ok(());
    }
    Err(Problem::Shape {
        name: tensor.name.clone(),
        shape: tensor.shape.clone(),
        found: tensor.data.len(),
        expected,
    })
}
