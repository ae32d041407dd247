//! The trainer: epochs of shuffled minibatches, validation, early stopping, resumable at every step.

mod settings;
mod state;

pub use settings::{Error, Settings, Validation};
pub use state::{Epoch, State, Stopped, Sums};

use super::bptt::{Bptt, Noise};
use super::clip::{clip, norm};
use super::dropout::Dropout;
use super::loss::Measured;
use super::model::Model;
use crate::linalg::Real;
use crate::linalg::random::{Use, stream};
use crate::tasks::{Split, Task};
use rand::RngExt;

/// Passes that measure have numbers from here on, the same at every epoch; no training has so many steps.
const MEASURING: u64 = 1 << 36;

/// Trains one model on one task.
///
/// Everything random is a function of (seed, epoch, step), so that a [`State`] is all that is needed to
/// go on, bit for bit.
///
/// ```
/// use nullcline_core::systems::{architecture::Architecture, cells::Gru};
/// use nullcline_core::tasks::{FlipFlop, Sizes};
/// use nullcline_core::training::init::{Init, model};
/// use nullcline_core::training::trainer::{Settings, Stopped, Trainer};
///
/// let task = FlipFlop::new(1, 0.2, 8, Sizes { train: 64, validation: 16, test: 16 }, 1);
/// let gru = Architecture::new(Gru::cell(), 1, &[4]).unwrap();
/// let settings = Settings { epochs: 3, rate: 0.02, ..Settings::default() };
/// let trainer = || Trainer::new(model::<f64>(&gru, 1, Init::Default, 1).unwrap(), &task, &settings).unwrap();
///
/// let mut whole = trainer();
/// let mut state = whole.start();
/// whole.run(&mut state, &mut |_| true);
/// assert_eq!((state.stopped, state.epoch()), (Some(Stopped::Epochs), 3));
///
/// // Interrupted after three steps and gone on with, it ends in the same bits.
/// let (mut first, mut steps) = (trainer(), 0);
/// let mut other = first.start();
/// first.run(&mut other, &mut |_| { steps += 1; steps < 3 });
/// assert!(other.stopped.is_none());
/// trainer().run(&mut other, &mut |_| true);
/// assert_eq!(other.theta, state.theta);
/// ```
pub struct Trainer<'a, T: Real> {
    model: Model<T>,
    task: &'a dyn Task,
    settings: &'a Settings,
    /// Indices of the training items.
    items: Vec<usize>,
    /// Where validation items are, and their indices.
    validation: (Split, Vec<usize>),
    /// Workspaces by number of sequences: whole minibatches and remainders.
    rooms: Vec<(usize, Bptt<T>)>,
    grad: Vec<T>,
}

impl<'a, T: Real> Trainer<'a, T> {
    /// For a model that fits the task.
    ///
    /// # Errors
    /// [`Error::Setting`] for a setting out of its range, [`Error::Model`] if inputs or outputs differ.
    pub fn new(model: Model<T>, task: &'a dyn Task, settings: &'a Settings) -> Result<Self, Error> {
        settings.check(task)?;
        for (what, found, expected) in [
            ("inputs", model.rule.inputs(), task.inputs()),
            ("outputs", model.outputs(), task.outputs()),
            ("values to encode the start from", model.codes(), task.codes()),
        ] {
            if found != expected {
                return Err(Error::Model { what, found, expected, task: task.name() });
            }
        }
        let (items, validation) = settings.items(task);
        let grad = vec![T::ZERO; model.parameter_count()];
        Ok(Self { model, task, settings, items, validation, rooms: vec![], grad })
    }

    /// The state before the first step: the parameters that the model came with.
    pub fn start(&self) -> State<T> {
        let mut theta = vec![T::ZERO; self.model.parameter_count()];
        self.model.read_params(&mut theta);
        State::new(theta, self.settings.method)
    }

    /// Minibatches in an epoch.
    pub fn steps(&self) -> usize {
        self.items.len().div_ceil(self.settings.batch)
    }

    /// Goes on from `state` until training has stopped, or `go_on`, which is asked after each step and
    /// each epoch, says no.
    pub fn run(&mut self, state: &mut State<T>, go_on: &mut dyn FnMut(&State<T>) -> bool) {
        if state.curve.is_empty() {
            self.end_epoch(state);
            if !go_on(state) {
                return;
            }
        }
        while state.stopped.is_none() {
            let order = self.order(state.epoch());
            while state.step < self.steps() && state.stopped.is_none() {
                let from = state.step * self.settings.batch;
                let to = (from + self.settings.batch).min(order.len());
                self.step(state, &order[from..to]);
                if !go_on(state) {
                    return;
                }
            }
            if state.stopped.is_none() {
                self.end_epoch(state);
                if !go_on(state) {
                    return;
                }
            }
        }
    }

    /// Measures the best parameters on the test items.
    pub fn test(&mut self, state: &mut State<T>) {
        let items: Vec<usize> = (0..self.task.size(Split::Test)).collect();
        state.test = Some(self.measure(&state.best, Split::Test, &items));
    }

    /// The training items in the order of an epoch: a Fisher-Yates shuffle, or items that no epoch before it had.
    fn order(&self, epoch: usize) -> Vec<usize> {
        if self.settings.fresh {
            return (epoch * self.items.len()..(epoch + 1) * self.items.len()).collect();
        }
        let mut rng = stream(self.settings.seed, Use::Shuffle, epoch as u64);
        let mut order = self.items.clone();
        for i in (1..order.len()).rev() {
            order.swap(i, rng.random_range(0..=i));
        }
        order
    }

    fn step(&mut self, state: &mut State<T>, items: &[usize]) {
        let batch = self.task.batch(Split::Train, items);
        let s = self.settings;
        let dropout = Dropout { rate: s.dropout, seed: s.seed, step: state.optimiser.steps };
        self.model.write_params(&state.theta);
        let room = room(&mut self.rooms, &self.model, self.task.steps(), items.len());
        room.set_noise(s.noise.map(|amount| Noise { amount, seed: s.seed, pass: state.optimiser.steps }));
        let objective = self.task.objective();
        let found = room.gradient(&self.model, &batch, objective, Some(dropout), &mut self.grad);
        let size = match s.clip {
            Some(max) => clip(&mut self.grad, max),
            None => norm(&self.grad),
        };
        if !(found.loss.is_finite() && size.is_finite()) {
            state.diverge();
            return;
        }
        let rate = s.decay.rate(s.rate, state.epoch());
        state.optimiser.step(&mut state.theta, &self.grad, rate);
        state.step += 1;
        state.sums.loss += found.loss * found.counted;
        state.sums.counted += found.counted;
        state.sums.norm += size;
    }

    fn end_epoch(&mut self, state: &mut State<T>) {
        let items = std::mem::take(&mut self.validation.1);
        let found = self.measure(&state.theta, self.validation.0, &items);
        self.validation.1 = items;
        state.end_epoch(found, self.settings);
    }

    fn measure(&mut self, theta: &[T], split: Split, items: &[usize]) -> Measured {
        self.model.write_params(theta);
        let (mut loss, mut right, mut counted) = (0.0, 0.0, 0.0);
        let mut graded = false;
        let s = self.settings;
        for (k, items) in items.chunks(s.batch).enumerate() {
            let batch = self.task.batch(split, items);
            let room = room(&mut self.rooms, &self.model, self.task.steps(), items.len());
            let pass = MEASURING + ((split as u64) << 32) + k as u64;
            room.set_noise(s.noise.map(|amount| Noise { amount, seed: s.seed, pass }));
            let found = room.loss(&self.model, &batch, self.task.objective());
            loss += found.loss * found.counted;
            counted += found.counted;
            right += found.accuracy.unwrap_or(0.0) * found.counted;
            graded |= found.accuracy.is_some();
        }
        Measured { loss: loss / counted, accuracy: graded.then_some(right / counted), counted }
    }
}

/// The workspace for that many sequences, made at its first use.
fn room<'r, T: Real>(
    rooms: &'r mut Vec<(usize, Bptt<T>)>,
    model: &Model<T>,
    steps: usize,
    sequences: usize,
) -> &'r mut Bptt<T> {
    let at = rooms.iter().position(|r| r.0 == sequences).unwrap_or_else(|| {
        rooms.push((sequences, Bptt::new(model, steps, sequences)));
        rooms.len() - 1
    });
    &mut rooms[at].1
}

#[cfg(test)]
mod tests;
