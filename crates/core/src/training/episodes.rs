//! Training on episodes that are played: what a network does decides what it is shown.

use super::clip::clip;
use super::model::Model;
use super::optimiser::Optimiser;
use super::player::{Player, Room};
use super::trainer::Error;
use crate::linalg::{Real, col_mut, gemm, outer, pointwise};
use crate::systems::rule::parameter_count;
use crate::tasks::{Environment, Episode, Graded};
use faer::{Accum, MatMut};
use rayon::prelude::*;

/// What is minimised, of the probability p = softmax(y) of the right class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// -p over steps with an observation, divided by all steps of the episode: the authors of the IBL task's program give
    /// probabilities to a loss that expects their logarithms, and leave out the very last step.
    Probability,
    /// -log p over steps with an observation, divided by all steps of the episode.
    CrossEntropy,
    /// The sum of -log p over every step, as schaeffer2020 SI 7.2 prints it.
    Sum,
}

impl Loss {
    /// All.
    pub const ALL: [Self; 3] = [Self::Probability, Self::CrossEntropy, Self::Sum];
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Probability => "probability",
            Self::CrossEntropy => "cross-entropy",
            Self::Sum => "sum",
        }
    }

    /// The loss of one step, and in `g` its gradient with respect to the outputs.
    fn of<T: Real>(self, p: &[f64], target: usize, observed: bool, g: &mut [T]) -> f64 {
        let right = p[target];
        let scale = match self {
            Self::Probability if observed => right,
            Self::CrossEntropy if observed => 1.0,
            Self::Sum => 1.0,
            _ => {
                g.fill(T::ZERO);
                return 0.0;
            }
        };
        for (c, g) in g.iter_mut().enumerate() {
            *g = T::of(scale * (p[c] - f64::from(u8::from(c == target))));
        }
        if self == Self::Probability { -right } else { -right.max(f64::MIN_POSITIVE).ln() }
    }
}

/// How to train on episodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// What is minimised.
    pub loss: Loss,
    /// Learning rate.
    pub rate: f64,
    /// Episodes a gradient step, played on all threads.
    pub batch: usize,
    /// Largest norm of a gradient; none: unlimited.
    pub clip: Option<f64>,
    /// Seed of the episodes.
    pub seed: u64,
}

/// What is known of a played episode.
pub type Played<'e, E> = <<E as Environment>::Episode<'e> as Episode>::Played;

/// A model that learns from episodes, with room for their way back through time.
///
/// Actions, and all that the environment makes of them, are constants of the gradient.
///
/// ```
/// use nullcline_core::{systems::{architecture::Architecture, cells::Gru}, tasks::ibl::Ibl};
/// use nullcline_core::training::{episodes::*, init::{Init, model}, optimiser::{Method, Optimiser}};
///
/// let task = Ibl::coded(1);
/// let gru = Architecture::new(Gru::cell(), 3, &[8]).unwrap();
/// let mut learner = Learner::new(model::<f64>(&gru, 2, Init::Default, 1).unwrap(), &task).unwrap();
/// let schedule = Schedule { loss: Loss::CrossEntropy, rate: 0.01, batch: 2, clip: Some(1.0), seed: 1 };
/// let mut optimiser = Optimiser::new(Method::ADAM, learner.model().parameter_count());
/// let (loss, played) = learner.step(&task, &schedule, &mut optimiser);
/// assert!(loss.is_finite() && played.len() == 2);
/// ```
pub struct Learner<T: Real = f64> {
    model: Model<T>,
    rooms: Vec<Room<T>>,
    theta: Vec<T>,
    mean: Vec<T>,
}

impl<T: Real> Learner<T> {
    /// For a model that fits the environment.
    ///
    /// # Errors
    /// [`Error::Model`] if inputs or outputs differ.
    pub fn new<E: Environment>(model: Model<T>, environment: &E) -> Result<Self, Error> {
        let e = environment;
        for (what, found, expected) in
            [("inputs", model.rule.inputs(), e.inputs()), ("outputs", model.outputs(), e.outputs())]
        {
            if found != expected {
                return Err(Error::Model { what, found, expected, task: e.name() });
            }
        }
        let theta = vec![T::ZERO; model.parameter_count()];
        Ok(Self { model, rooms: vec![], mean: theta.clone(), theta })
    }

    /// The model.
    pub fn model(&self) -> &Model<T> {
        &self.model
    }
    /// The model, trained.
    pub fn into_model(self) -> Model<T> {
        self.model
    }

    /// The model, to be changed.
    pub fn model_mut(&mut self) -> &mut Model<T> {
        &mut self.model
    }

    /// Mean loss and gradient over the episodes from number `first` on, as many as the schedule has in a batch.
    ///
    /// The gradients of the episodes are added in their order, so that threads do not matter.
    pub fn gradient<'e, E: Environment>(
        &mut self,
        environment: &'e E,
        schedule: &Schedule,
        first: u64,
        grad: &mut [T],
    ) -> (f64, Vec<Played<'e, E>>)
    where
        E::Episode<'e>: Graded,
    {
        let model = &self.model;
        while self.rooms.len() < schedule.batch {
            self.rooms.push(Room::new(model, true));
        }
        let rooms = &mut self.rooms[..schedule.batch];
        let one =
            |(k, room): (usize, &mut Room<T>)| episode(model, environment, schedule, first + k as u64, room);
        let done: Vec<(f64, Played<'e, E>)> = match &mut *rooms {
            // Inside the pool even then, so that the way back finds a second thread.
            [room] => vec![rayon::join(|| one((0, room)), || ()).0],
            many => many.par_iter_mut().enumerate().map(one).collect(),
        };
        let share = 1.0 / done.len() as f64;
        grad.fill(T::ZERO);
        for room in rooms.iter() {
            grad.iter_mut().zip(&room.grad).for_each(|(m, g)| *m += T::of(share) * *g);
        }
        let loss = done.iter().map(|d| d.0).sum::<f64>() * share;
        (loss, done.into_iter().map(|d| d.1).collect())
    }

    /// One gradient step on fresh episodes; returns the mean loss and what was played. The optimiser's steps number it.
    pub fn step<'e, E: Environment>(
        &mut self,
        environment: &'e E,
        schedule: &Schedule,
        optimiser: &mut Optimiser<T>,
    ) -> (f64, Vec<Played<'e, E>>)
    where
        E::Episode<'e>: Graded,
    {
        let mut mean = std::mem::take(&mut self.mean);
        let first = optimiser.steps * schedule.batch as u64;
        let found = self.gradient(environment, schedule, first, &mut mean);
        if let Some(limit) = schedule.clip {
            clip(&mut mean, limit);
        }
        self.model.read_params(&mut self.theta);
        optimiser.step(&mut self.theta, &mean, schedule.rate);
        self.model.write_params(&self.theta);
        self.mean = mean;
        found
    }
}

/// Plays episode `index` with a model that learns nothing.
///
/// ```
/// use nullcline_core::systems::{architecture::Architecture, cells::Gru};
/// use nullcline_core::tasks::ibl::Ibl;
/// use nullcline_core::training::{episodes::play, init::{Init, model}};
///
/// let (task, gru) = (Ibl::coded(1), Architecture::new(Gru::cell(), 3, &[4]).unwrap());
/// let network = model::<f64>(&gru, 2, Init::Default, 1).unwrap();
/// let session = play(&network, &task, 1, 0);
/// // Untrained it is never sure enough to act.
/// assert!(session.trials.len() >= 20 && session.acted() < 0.5);
/// ```
pub fn play<'e, T: Real, E: Environment>(
    model: &Model<T>,
    environment: &'e E,
    seed: u64,
    index: u64,
) -> Played<'e, E> {
    let mut player = Player::new(model);
    let mut observation = vec![0.0; environment.inputs()];
    let mut episode = environment.reset(seed, index, &mut observation);
    while !episode.step(player.step(&observation), &mut observation).done {}
    episode.played()
}

/// Plays an episode and leaves its gradient in the room.
fn episode<'e, T: Real, E: Environment>(
    model: &Model<T>,
    environment: &'e E,
    schedule: &Schedule,
    index: u64,
    room: &mut Room<T>,
) -> (f64, Played<'e, E>)
where
    E::Episode<'e>: Graded,
{
    let loss = schedule.loss;
    let mut observation = vec![0.0; environment.inputs()];
    let mut episode = environment.reset(schedule.seed, index, &mut observation);
    room.begin(model);
    let mut value = 0.0;
    loop {
        room.step(model, &observation);
        let reaction = episode.step(&room.answer, &mut observation);
        let (y, t) = (room.y.as_mut(), room.steps - 1);
        let grade = episode.grade();
        let term = loss.of(&room.answer, grade.target, grade.observed, col_mut(y, t));
        // The last step's loss never enters the sum of the authors' program.
        if reaction.done && loss == Loss::Probability {
            col_mut(room.y.as_mut(), t).fill(T::ZERO);
            break;
        }
        value += term;
        if reaction.done {
            break;
        }
    }
    let scale = if loss == Loss::Sum { 1.0 } else { 1.0 / room.steps as f64 };
    back(model, room, T::of(scale));
    (value * scale, episode.played())
}

/// Leaves in the room `scale` times the gradient whose part of each step's outputs is there.
fn back<T: Real>(model: &Model<T>, room: &mut Room<T>, scale: T) {
    let (steps, count) = (room.steps, parameter_count(model.rule.as_ref()));
    let (o, m, first) = (model.outputs(), model.readout.weight.ncols(), model.readout.first);
    let mut y = room.y.as_mut().subcols_mut(0, steps);
    for t in 0..steps {
        col_mut(y.as_mut(), t).iter_mut().for_each(|g| *g *= scale);
    }
    let y = y.as_ref();
    room.grad.fill(T::ZERO);
    let (rule, readout) = room.grad.split_at_mut(count);
    let (gd, gc) = readout.split_at_mut(o * m);
    let seen = room.record.states(steps).subrows(first, m);
    outer::add_outer(MatMut::from_column_major_slice_mut(gd, o, m), y, seen);
    pointwise::add_columns([gc], y);
    room.record.backward(model.rule.as_ref(), steps, rule, |own, mut g| {
        if m < g.nrows() {
            g.fill(T::ZERO);
        }
        let y = y.subcols(own.start, own.len());
        gemm(g.subrows_mut(first, m), Accum::Replace, model.readout.weight.transpose(), y);
    });
}
