//! Items of a task as a file of trials.

use crate::io::error::Error;
use crate::io::tensors::{Tensor, write_npz};
use crate::tasks::{Batch, Targets};
use std::path::Path;

/// Writes a batch as the npz that [`read`](super::read) reads: `inputs` (trials x steps x d), `targets` (trials x steps x o, or
/// trials x steps of classes), `mask` (trials x steps) and the labels, a value a trial.
///
/// # Errors
/// A file that cannot be written.
pub fn write(path: &Path, batch: &Batch, labels: &[(&str, Vec<f64>)]) -> Result<(), Error> {
    let (trials, steps) = (batch.sequences, batch.steps);
    let array = |name: &str, width: usize, at: &dyn Fn(usize, usize) -> f64| {
        let mut data = Vec::with_capacity(trials * steps * width.max(1));
        for j in 0..trials {
            for t in 0..steps {
                data.extend((0..width.max(1)).map(|i| at(t * trials + j, i)));
            }
        }
        let mut shape = vec![trials, steps];
        shape.extend((width > 0).then_some(width));
        Tensor { name: name.into(), shape, dtype: "f64".into(), data }
    };
    let inputs = array("inputs", batch.inputs.nrows(), &|c, i| batch.inputs[(i, c)]);
    let targets = match &batch.targets {
        Targets::Classes(classes) => array("targets", 0, &|c, _| f64::from(classes[c])),
        Targets::Values(values) => array("targets", values.nrows(), &|c, i| values[(i, c)]),
    };
    let mask = array("mask", 0, &|c, _| batch.weights[c]);
    let label = |(name, values): &(&str, Vec<f64>)| Tensor {
        name: (*name).into(),
        shape: vec![values.len()],
        dtype: "f64".into(),
        data: values.clone(),
    };
    let all: Vec<Tensor> = [inputs, targets, mask].into_iter().chain(labels.iter().map(label)).collect();
    write_npz(path, &all)
}
