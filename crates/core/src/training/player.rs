//! A model that plays, step by step, and the record of what it went through.

use super::model::Model;
use super::record::Record;
use crate::linalg::pointwise::dot;
use crate::linalg::{Real, col, col_mut};
use crate::tasks::ibl::{Agent, Side, Step};
use faer::{Mat, MatRef};

/// Steps that there is room for at first.
const ROOM: usize = 512;

/// A model's way through an episode.
pub(super) struct Room<T: Real> {
    pub steps: usize,
    pub record: Record<T>,
    /// The read-out's rows as columns, m x o.
    rows: Mat<T>,
    /// softmax of the outputs of the last step.
    pub answer: Vec<f64>,
    /// The loss's gradient with respect to the outputs, o x T; of one column where there is no way back.
    pub y: Mat<T>,
    /// The gradient of the model's parameters.
    pub grad: Vec<T>,
}

impl<T: Real> Room<T> {
    /// Room for episodes of `model`, with a way back if it learns.
    pub fn new(model: &Model<T>, learns: bool) -> Self {
        let (rule, o) = (model.rule.as_ref(), model.outputs());
        let (record, columns, count) = match learns {
            true => (Record::new(rule, ROOM, 1), ROOM, model.parameter_count()),
            false => (Record::forward(rule, ROOM, 1), 0, 0),
        };
        let rows = Mat::zeros(model.readout.weight.ncols(), o);
        let mut new = Self {
            steps: 0,
            record,
            rows,
            answer: vec![0.0; o],
            y: Mat::zeros(o, columns),
            grad: vec![T::ZERO; count],
        };
        new.begin(model);
        new
    }

    /// Before the first step, at rest.
    pub fn begin(&mut self, model: &Model<T>) {
        self.steps = 0;
        self.rows.copy_from(model.readout.weight.transpose());
        model.rule.rest(col_mut(self.record.x.as_mut(), 0));
    }

    /// One step under `input`; leaves the answer.
    pub fn step(&mut self, model: &Model<T>, input: &[f64]) {
        let t = self.steps;
        if t == self.record.room() {
            self.record.grow();
            if self.y.ncols() > 0 {
                self.y.resize_with(self.y.nrows(), self.record.room(), |_, _| T::ZERO);
            }
        }
        col_mut(self.record.u.as_mut(), t).iter_mut().zip(input).for_each(|(u, v)| *u = T::of(*v));
        self.record.step(model.rule.as_ref(), t);
        self.steps += 1;
        let readout = &model.readout;
        let seen = &col(self.record.x.as_ref(), t + 1)[readout.first..][..self.rows.nrows()];
        for (o, (p, bias)) in self.answer.iter_mut().zip(&readout.bias).enumerate() {
            *p = (dot(col(self.rows.as_ref(), o), seen) + *bias).to_f64();
        }
        softmax(&mut self.answer);
    }
}

/// y becomes exp(y) / sum exp(y).
fn softmax(y: &mut [f64]) {
    let top = y.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    y.iter_mut().for_each(|v| *v = (*v - top).exp());
    let sum: f64 = y.iter().sum();
    y.iter_mut().for_each(|v| *v /= sum);
}

/// A model that plays without learning, and keeps its inputs and states.
///
/// ```
/// use nullcline_core::systems::{architecture::Architecture, cells::Gru};
/// use nullcline_core::training::{Player, init::{Init, model}};
///
/// let gru = Architecture::new(Gru::cell(), 1, &[4]).unwrap();
/// let network = model::<f64>(&gru, 2, Init::Default, 1).unwrap();
/// let mut player = Player::new(&network);
/// player.begin();
/// let answer: f64 = player.step(&[0.7]).iter().sum();
/// assert!((answer - 1.0).abs() < 1e-12);
/// player.step(&[-0.7]);
/// assert_eq!((player.steps(), player.states().ncols(), player.inputs()[(0, 1)]), (2, 2, -0.7));
/// ```
pub struct Player<'a, T: Real = f64> {
    model: &'a Model<T>,
    room: Room<T>,
}

impl<'a, T: Real> Player<'a, T> {
    /// A player that has played nothing.
    pub fn new(model: &'a Model<T>) -> Self {
        Self { model, room: Room::new(model, false) }
    }
    /// Goes back to the origin, forgetting everything.
    pub fn begin(&mut self) {
        self.room.begin(self.model);
    }
    /// Moves by a step under `input`, d numbers; returns the softmax of the outputs.
    pub fn step(&mut self, input: &[f64]) -> &[f64] {
        self.room.step(self.model, input);
        &self.room.answer
    }
    /// Steps played.
    pub fn steps(&self) -> usize {
        self.room.steps
    }
    /// States after every step, n x T.
    pub fn states(&self) -> MatRef<'_, T> {
        self.room.record.states(self.room.steps)
    }
    /// Inputs, d x T.
    pub fn inputs(&self) -> MatRef<'_, T> {
        self.room.record.u.as_ref().subcols(0, self.room.steps)
    }
}

/// Outputs are left and right.
impl<T: Real> Agent for Player<'_, T> {
    fn begin(&mut self) {
        Player::begin(self);
    }
    fn right(&mut self, step: &Step) -> f64 {
        self.step(&step.input)[1]
    }
    fn end(&mut self, _: Side, _: Option<Side>) {}
}
