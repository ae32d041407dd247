//! Batches of one-hot symbols with a class to name at some steps.

use super::{Batch, Targets};
use faer::Mat;

/// A sequence that an item writes: no symbol and no counted answer where it writes nothing.
pub(super) struct Sequence {
    /// The symbol shown at each step; `None` is the zero vector.
    pub shown: Vec<Option<usize>>,
    /// The class that is right at each step.
    pub class: Vec<u32>,
    /// Weight of each step in the loss.
    pub weight: Vec<f64>,
}

/// Sequences of `steps` steps over `symbols` symbols side by side, item by item as `write` makes them.
pub(super) fn batch(
    steps: usize,
    symbols: usize,
    items: &[usize],
    write: impl Fn(usize, &mut Sequence),
) -> Batch {
    let b = items.len();
    let mut inputs = Mat::zeros(symbols, steps * b);
    let mut classes = vec![0; steps * b];
    let mut weights = vec![0.0; steps * b];
    let mut sequence = Sequence { shown: vec![None; steps], class: vec![0; steps], weight: vec![0.0; steps] };
    for (j, &item) in items.iter().enumerate() {
        sequence.shown.fill(None);
        sequence.class.fill(0);
        sequence.weight.fill(0.0);
        write(item, &mut sequence);
        for t in 0..steps {
            let column = t * b + j;
            if let Some(symbol) = sequence.shown[t] {
                inputs[(symbol, column)] = 1.0;
            }
            classes[column] = sequence.class[t];
            weights[column] = sequence.weight[t];
        }
    }
    Batch { steps, sequences: b, inputs, targets: Targets::Classes(classes), weights, start: None }
}
