//! Backpropagation through time over the products of a rule.

use super::chunk::{Chunk, Request};
use super::dropout::Dropout;
use super::loss::{Measured, Sums};
use super::model::Model;
use crate::linalg::Real;
use crate::systems::noise::Amount;
use crate::tasks::{Batch, Objective};
use faer::{Mat, MatRef};
use rayon::prelude::*;

/// Columns of a chunk, at most.
const WIDEST: usize = 32;
/// From so many columns on, two chunks.
const SPLIT: usize = 8;

/// Losses and gradients of a model over sequences of one length, side by side.
///
/// The batch is cut into chunks of columns that depend on its size alone; each chunk runs through time
/// by itself, on whatever thread, and their gradients are added in order: same bits on any number of
/// threads. All memory is taken here, none in a call. Sequences start where the model's encoder says or, without one, at the
/// initial states last set, at zero if none were. Noise last set is added to every state after a step; the gradient is that of the
/// noisy states.
///
/// ```
/// use nullcline_core::systems::{architecture::Architecture, cells::Gru};
/// use nullcline_core::tasks::{FlipFlop, Sizes, Split, Task};
/// use nullcline_core::training::{bptt::Bptt, init::{Init, model}};
///
/// let task = FlipFlop::new(1, 0.3, 6, Sizes::default(), 1);
/// let batch = task.batch(Split::Train, &[0, 1, 2]);
/// let gru = Architecture::new(Gru::cell(), 1, &[4]).unwrap();
/// let mut network = model::<f64>(&gru, 1, Init::Default, 1).unwrap();
/// let mut room = Bptt::new(&network, 6, 3);
/// let mut grad = vec![0.0; network.parameter_count()];
/// room.gradient(&network, &batch, task.objective(), None, &mut grad);
/// // A small step along one parameter changes the loss as the gradient says.
/// let mut theta = grad.clone();
/// network.read_params(&mut theta);
/// let mut loss = |k: usize, by: f64| {
///     let mut moved = theta.clone();
///     moved[k] += by;
///     network.write_params(&moved);
///     room.loss(&network, &batch, task.objective()).loss
/// };
/// for k in [0, 7, 40] {
///     assert!((loss(k, 1e-5) - loss(k, -1e-5) - 2e-5 * grad[k]).abs() < 1e-13);
/// }
/// ```
pub struct Bptt<T: Real> {
    steps: usize,
    sequences: usize,
    chunks: Vec<Chunk<T>>,
    noise: Option<Noise>,
}

/// The noise of one pass over a batch: sequence j has the stream of (seed, pass, j).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// How much, of which law.
    pub amount: Amount,
    /// Seed of the run.
    pub seed: u64,
    /// Number of the pass in the run, so that each draws anew.
    pub pass: u64,
}

impl<T: Real> Bptt<T> {
    /// Room for `sequences` sequences of `steps` steps under `model`.
    pub fn new(model: &Model<T>, steps: usize, sequences: usize) -> Self {
        let parts = if sequences < SPLIT { 1 } else { sequences.div_ceil(WIDEST).max(2) };
        let edge = |i: usize| i * sequences / parts;
        let chunk = |i: usize| Chunk::new(model, steps, sequences, edge(i)..edge(i + 1));
        Self { steps, sequences, chunks: (0..parts).map(chunk).collect(), noise: None }
    }

    /// Also computes gradients with respect to the inputs, for [`input_gradient`](Self::input_gradient).
    pub fn with_input_gradient(mut self) -> Self {
        self.chunks.iter_mut().for_each(Chunk::want_input_gradient);
        self
    }

    /// Sets the states from which the sequences start, n x b.
    pub fn set_initial(&mut self, x: MatRef<T>) {
        self.chunks.iter_mut().for_each(|c| c.set_initial(x));
    }

    /// Sets the noise of the passes to come.
    pub fn set_noise(&mut self, noise: Option<Noise>) {
        self.noise = noise.filter(|n| n.amount.scale > 0.0);
    }

    /// The loss of `model` on `batch`.
    ///
    /// # Panics
    /// If the batch has other sizes than the room, as in [`gradient`](Self::gradient).
    pub fn loss(&mut self, model: &Model<T>, batch: &Batch, objective: Objective) -> Measured {
        self.run(batch, objective, None, |c, r| c.loss(model, r))
    }

    /// The loss, and in `grad` its gradient with respect to the flat parameters of `model`.
    ///
    /// `dropout` acts on the read-out's input.
    ///
    /// # Panics
    /// If the batch has other sizes than the room.
    pub fn gradient(
        &mut self,
        model: &Model<T>,
        batch: &Batch,
        objective: Objective,
        dropout: Option<Dropout>,
        grad: &mut [T],
    ) -> Measured {
        let measured = self.run(batch, objective, dropout, |c, r| c.gradient(model, r));
        grad.copy_from_slice(self.chunks[0].grad());
        for chunk in &self.chunks[1..] {
            for (g, part) in grad.iter_mut().zip(chunk.grad()) {
                *g += *part;
            }
        }
        model.hold(grad);
        measured
    }

    fn run(
        &mut self,
        batch: &Batch,
        objective: Objective,
        dropout: Option<Dropout>,
        pass: impl Fn(&mut Chunk<T>, &Request) -> Sums + Sync,
    ) -> Measured {
        let sizes = (batch.steps, batch.sequences);
        assert_eq!(sizes, (self.steps, self.sequences), "a batch of other sizes than the room for it");
        let counted = batch.weights.iter().sum();
        let dropout = dropout.filter(|d| d.rate > 0.0);
        let request = Request { batch, objective, dropout, noise: self.noise, counted };
        // Inside the pool even where there is one chunk, so that its products find a second thread.
        let chunks = &mut self.chunks;
        rayon::join(|| chunks.par_iter_mut().with_max_len(1).for_each(|c| c.sums = pass(c, &request)), || ());
        let mut sums = Sums::default();
        self.chunks.iter().for_each(|c| sums += c.sums);
        sums.measured(objective, counted)
    }

    /// States of the last pass, n x (T + 1) b, the initial ones first. Allocates.
    pub fn states(&self) -> Mat<T> {
        self.gather(self.steps + 1, |c| c.states())
    }
    /// Gradient of the initial states from the last gradient, n x b. Allocates.
    pub fn initial_gradient(&self) -> Mat<T> {
        self.gather(1, |c| c.initial_gradient())
    }
    /// Gradient of the inputs from the last gradient, d x (T b), if it was asked for. Allocates.
    pub fn input_gradient(&self) -> Option<Mat<T>> {
        self.chunks[0].input_gradient()?;
        Some(self.gather(self.steps, |c| c.input_gradient().expect("all chunks alike")))
    }

    /// Columns of all chunks, `steps` for each sequence, in the order of a batch.
    fn gather<'a>(&'a self, steps: usize, part: impl Fn(&'a Chunk<T>) -> MatRef<'a, T>) -> Mat<T> {
        let mut whole = Mat::zeros(part(&self.chunks[0]).nrows(), steps * self.sequences);
        for chunk in &self.chunks {
            let (from, width) = (part(chunk), chunk.sequences().len());
            for t in 0..steps {
                let own = whole.as_mut().subcols_mut(t * self.sequences + chunk.sequences().start, width);
                { own }.copy_from(from.subcols(t * width, width));
            }
        }
        whole
    }
}
