//! Items of a task as a file of trials.

use crate::io::error::Error;
use crate::io::tensors::{Tensor, write_npz};
use crate::tasks::{Batch, Targets};
use faer::Mat;
use std::path::Path;

/// What a file of trials says beside a batch.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Names and a value a trial.
    pub labels: Vec<(&'static str, Vec<f64>)>,
    /// Names and a value a step, trial after trial.
    pub course: Vec<(&'static str, Vec<f64>)>,
    /// The states before the first step, n x trials.
    pub initial: Option<Mat<f64>>,
}

/// Writes a batch as the npz that [`read`](super::read) reads: `inputs` (trials x steps x d), `targets` (trials x steps x o, or
/// trials x steps of classes), `mask` (trials x steps), `initial` (trials x n) where it is known, the labels, a value a trial or a
/// step.
///
/// # Errors
/// A file that cannot be written.
pub fn write(path: &Path, batch: &Batch, beside: &Beside) -> Result<(), Error> {
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
    let tensor = |name: &str, shape: Vec<usize>, data: Vec<f64>| Tensor {
        name: name.into(),
        shape,
        dtype: "f64".into(),
        data,
    };
    let mut all = vec![inputs, targets, mask];
    if let Some(x) = &beside.initial {
        let data = (0..trials).flat_map(|j| x.col(j).iter().copied().collect::<Vec<_>>()).collect();
        all.push(tensor("initial", vec![trials, x.nrows()], data));
    }
    all.extend(beside.labels.iter().map(|(name, v)| tensor(name, vec![trials], v.clone())));
    all.extend(beside.course.iter().map(|(name, v)| tensor(name, vec![trials, steps], v.clone())));
    write_npz(path, &all)
}
