//! A training's state as a file: tensors, counters, and a checksum over both.

use crate::analyses::Error;
use crate::io::tensors::{Tensor, Tensors, write_safetensors};
use crate::linalg::Real;
use crate::training::loss::Measured;
use crate::training::optimiser::{Method, Optimiser};
use crate::training::trainer::{Epoch, State, Stopped, Sums};
use std::collections::BTreeMap;
use std::path::Path;

/// Columns of the curve in a file.
const COLUMNS: usize = 7;

/// What a checkpoint holds.
pub trait Kept: Sized {
    /// What is known beside the file.
    type Context: Copy;
    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// A file that cannot be written.
    fn write(&self, path: &Path) -> Result<(), Error>;
    /// What is in `file`.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(file: &Tensors, context: Self::Context) -> Result<Self, String>;
    /// Steps, epochs, and how far the end has come.
    fn age(&self) -> (u64, usize, bool, bool);
}

impl<T: Real> Kept for State<T> {
    type Context = Method;
    fn write(&self, path: &Path) -> Result<(), Error> {
        write(path, self)
    }
    fn read(file: &Tensors, method: Method) -> Result<Self, String> {
        read(file, method)
    }
    fn age(&self) -> (u64, usize, bool, bool) {
        (self.optimiser.steps, self.curve.len(), self.stopped.is_some(), self.test.is_some())
    }
}

fn write<T: Real>(path: &Path, state: &State<T>) -> Result<(), Error> {
    let mut tensors = vec![vector("theta", &state.theta), vector("best", &state.best)];
    for (i, moment) in state.optimiser.moments.iter().enumerate() {
        tensors.push(vector(&format!("moment{i}"), moment));
    }
    let missing = |v: Option<f64>| v.unwrap_or(f64::NAN);
    let rows = state.curve.iter().flat_map(|r| {
        let counts = [r.epoch as f64, r.step as f64];
        let rest = [r.rate, r.train_loss, r.validation_loss, missing(r.accuracy), r.gradient_norm];
        counts.into_iter().chain(rest)
    });
    tensors.push(table("curve", COLUMNS, rows.collect()));
    tensors.push(table("sums", 3, vec![state.sums.loss, state.sums.counted, state.sums.norm]));
    if let Some(t) = state.test {
        tensors.push(table("test", 3, vec![t.loss, missing(t.accuracy), t.counted]));
    }
    let metadata: BTreeMap<String, String> = [
        ("nullcline_training", env!("CARGO_PKG_VERSION").to_owned()),
        ("steps", state.optimiser.steps.to_string()),
        ("step", state.step.to_string()),
        ("best_epoch", state.best_epoch.to_string()),
        ("stopped", word(state.stopped)),
    ]
    .map(|(k, v)| (k.to_owned(), v))
    .into();
    sealed(path, &tensors, metadata)
}

/// Writes tensors and words with a checksum over both.
pub fn sealed(path: &Path, tensors: &[Tensor], mut metadata: BTreeMap<String, String>) -> Result<(), Error> {
    metadata.insert("checksum".into(), checksum(tensors, &metadata));
    Ok(write_safetensors(path, tensors, &metadata)?)
}

/// The words of a sealed file, if its checksum fits.
pub fn unsealed(file: &Tensors) -> Result<BTreeMap<String, String>, String> {
    let mut metadata = file.metadata.clone();
    let found = metadata.remove("checksum").unwrap_or_default();
    if found != checksum(&file.tensors, &metadata) {
        return Err("its checksum does not fit its content".into());
    }
    Ok(metadata)
}

/// Why a training ended, as a checkpoint has it.
pub fn word(stopped: Option<Stopped>) -> String {
    match stopped {
        None => "no".to_owned(),
        Some(Stopped::Diverged { epoch, step }) => format!("diverged {epoch} {step}"),
        Some(other) => other.name().to_owned(),
    }
}

/// That of such a word.
pub fn ended(stopped: &str) -> Result<Option<Stopped>, String> {
    let words: Vec<&str> = stopped.split(' ').collect();
    let number = |w: &str| w.parse().map_err(|_| format!("metadata `stopped`: found `{stopped}`"));
    Ok(match words[..] {
        ["no"] => None,
        ["epochs"] => Some(Stopped::Epochs),
        ["patience"] => Some(Stopped::Patience),
        ["goal"] => Some(Stopped::Goal),
        ["diverged", epoch, step] => Some(Stopped::Diverged { epoch: number(epoch)?, step: number(step)? }),
        _ => return Err(format!("metadata `stopped`: found `{stopped}`")),
    })
}

fn read<T: Real>(file: &Tensors, method: Method) -> Result<State<T>, String> {
    let metadata = unsealed(file)?;
    let text = |name: &str| metadata.get(name).ok_or_else(|| format!("metadata `{name}` is missing"));
    let count = |name: &str| {
        let text = text(name)?;
        text.parse::<u64>().map_err(|_| format!("metadata `{name}`: found `{text}`, expected a count"))
    };
    let tensor = |name: &str| file.get(name).ok_or_else(|| format!("tensor `{name}` is missing"));
    let values = |name: &str| Ok::<Vec<T>, String>(tensor(name)?.data.iter().map(|v| T::of(*v)).collect());
    let theta = values("theta")?;
    let mut optimiser = Optimiser::new(method, theta.len());
    optimiser.steps = count("steps")?;
    for (i, moment) in optimiser.moments.iter_mut().enumerate() {
        *moment = values(&format!("moment{i}"))?;
    }
    let curve: Vec<Epoch> = tensor("curve")?.data.chunks_exact(COLUMNS).map(row).collect();
    let [loss, counted, norm] = tensor("sums")?.data[..] else { return Err("sums: expected three".into()) };
    let state = State {
        best: values("best")?,
        theta,
        optimiser,
        best_epoch: count("best_epoch")? as usize,
        step: count("step")? as usize,
        sums: Sums { loss, counted, norm },
        curve,
        stopped: ended(text("stopped")?)?,
        test: match file.get("test").map(|t| &t.data[..]) {
            Some(&[loss, accuracy, counted]) => Some(Measured { loss, accuracy: known(accuracy), counted }),
            _ => None,
        },
    };
    let alike = |v: &Vec<T>| v.len() == state.theta.len();
    if !(alike(&state.best) && state.optimiser.moments.iter().all(alike)) {
        return Err("its vectors differ in length".into());
    }
    Ok(state)
}

fn row(r: &[f64]) -> Epoch {
    Epoch {
        epoch: r[0] as usize,
        step: r[1] as u64,
        rate: r[2],
        train_loss: r[3],
        validation_loss: r[4],
        accuracy: known(r[5]),
        gradient_norm: r[6],
    }
}

/// An accuracy that was there.
fn known(v: f64) -> Option<f64> {
    (!v.is_nan()).then_some(v)
}

pub fn vector<T: Real>(name: &str, values: &[T]) -> Tensor {
    let dtype = if size_of::<T>() == 4 { "f32" } else { "f64" };
    let data: Vec<f64> = values.iter().map(|v| v.to_f64()).collect();
    Tensor { name: name.into(), shape: vec![data.len()], dtype: dtype.into(), data }
}

pub fn table(name: &str, columns: usize, data: Vec<f64>) -> Tensor {
    Tensor { name: name.into(), shape: vec![data.len() / columns, columns], dtype: "f64".into(), data }
}

/// FNV-1a over names, values and metadata, order aside.
fn checksum(tensors: &[Tensor], metadata: &BTreeMap<String, String>) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut put = |word: u64| hash = (hash ^ word).wrapping_mul(0x0100_0000_01b3);
    let mut sorted: Vec<&Tensor> = tensors.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    for t in sorted {
        t.name.bytes().for_each(|b| put(b.into()));
        // Bits of a NaN differ with where it was made.
        t.data.iter().for_each(|v| put(if v.is_nan() { u64::MAX } else { v.to_bits() }));
    }
    for (k, v) in metadata {
        k.bytes().chain(v.bytes()).for_each(|b| put(b.into()));
    }
    format!("{hash:016x}")
}
