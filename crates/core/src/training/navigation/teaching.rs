//! How a path integrator is taught: batches drawn from a world, a rate for each module, and back to the best now and then.

use super::batch::{Averaging, Losses, Weights};
use super::integrator::Integrator;
use super::modules::{Module, Modules, Recurrence};
use super::sample::Sampler;
use crate::linalg::Real;
use crate::linalg::random::{Use, stream};
use crate::training::clip::norm;
use crate::training::optimiser::{Method, Optimiser};
use crate::training::trainer::Stopped;
use rand::RngExt;
use std::ops::Range;

/// Learning rates of V, P, D, I, G and the memory; a module of rate zero is not trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates(pub [f64; 6]);

impl Rates {
    /// As printed (B.3.2): 0.001, of D 0.0001.
    pub const PRINTED: Self = Self([1e-3, 1e-3, 1e-4, 1e-3, 1e-3, 1e-3]);
    /// As the program has them: P stays as it was drawn.
    pub const CODED: Self = Self([1e-3, 0.0, 1e-4, 1e-3, 1e-3, 1e-3]);
    /// The program's of networks without losses of models: V, P and G stay as they were drawn.
    pub const FROZEN: Self = Self([0.0, 0.0, 1e-4, 1e-3, 0.0, 1e-3]);
    /// The program's of networks with a memory.
    pub const MEMORY: Self = Self([5e-4; 6]);

    /// That of one module, and none of the others.
    #[must_use]
    pub fn alone(self, module: Module) -> Self {
        Self(std::array::from_fn(|k| if k == module as usize { self.0[k] } else { 0.0 }))
    }

    /// That of a module.
    pub fn of(self, module: Module) -> f64 {
        self.0[module as usize]
    }
}

/// How a network is taught.
#[derive(Clone, Debug, PartialEq)]
pub struct Teaching {
    /// Adam's rates.
    pub rates: Rates,
    /// How losses are weighed.
    pub weights: Weights,
    /// What squares are divided by.
    pub averaging: Averaging,
    /// Trajectories of a step, and their actions.
    pub walks: [usize; 2],
    /// Transitions of a step.
    pub transitions: usize,
    /// Standard deviations of what is felt of actions: each step has one of them.
    pub noises: Vec<f64>,
    /// Steps.
    pub steps: u64,
    /// Steps between validations, which have no noise.
    pub every: u64,
    /// Validations whose mean tells which parameters are best, from step `first` on.
    pub memory: usize,
    /// As told.
    pub first: u64,
    /// Steps after which parameters and moments are the best ones again; 0: never.
    pub back: u64,
    /// Seed of everything.
    pub seed: u64,
}

impl Default for Teaching {
    /// The program's, with the printed rates: 4000 steps of 32 trajectories of 40 actions and 512 transitions; a validation every 10
    /// steps, the best by the mean of ten from step 100 on, back to it every 500.
    fn default() -> Self {
        Self {
            rates: Rates::PRINTED,
            weights: Weights::default(),
            averaging: Averaging::Coded,
            walks: [32, 40],
            transitions: 512,
            noises: vec![0.0],
            steps: 4000,
            every: 10,
            memory: 10,
            first: 100,
            back: 500,
            seed: 1,
        }
    }
}

/// What was found between two validations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LessonRow {
    /// Steps done.
    pub step: u64,
    /// Means over the steps since the last row; of none at first.
    pub losses: Losses,
    /// Losses of the validation, whatever their weights, where the network has what they need.
    pub held: Losses,
    /// Their weighted sum.
    pub validation: f64,
    /// Mean norm of the gradient.
    pub gradient: f64,
}

/// Parameters on their way; all that is needed to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson<T> {
    /// Parameters, and Adam's moments.
    pub theta: Vec<T>,
    /// As told.
    pub adam: Optimiser<T>,
    /// The best ones, with their moments.
    pub best: Vec<T>,
    /// As told.
    pub best_adam: Optimiser<T>,
    /// The mean of validations by which they are, infinite before the first; and their step.
    pub best_loss: f64,
    /// As told.
    pub best_step: u64,
    /// Steps done.
    pub steps: u64,
    /// Sums since the last row: losses of integration, direct and inverse model, norms.
    pub sums: [f64; 4],
    /// A row for each validation, the first from before training.
    pub curve: Vec<LessonRow>,
    /// Why it ended.
    pub stopped: Option<Stopped>,
}

impl<T: Real> Lesson<T> {
    /// Before the first step.
    pub fn new(theta: Vec<T>) -> Self {
        let adam = Optimiser::new(Method::ADAM, theta.len());
        Self {
            best: theta.clone(),
            best_adam: adam.clone(),
            theta,
            adam,
            best_loss: f64::INFINITY,
            best_step: 0,
            steps: 0,
            sums: [0.0; 4],
            curve: vec![],
            stopped: None,
        }
    }
}

/// Trajectories and transitions from here on are of validations.
const HELD: u64 = 1 << 40;

/// Teaches a path integrator.
///
/// Everything random is a function of (seed, step), so that a [`Lesson`] is all that is needed to go on, bit for bit.
///
/// Source: fanthomme2021, B.3.2, and its program.
///
/// ```
/// use nullcline_core::tasks::navigation::{Map, Normalisation, Retina, World};
/// use nullcline_core::training::layers::{Layer, Layers};
/// use nullcline_core::training::navigation::{Cues, Gate, Integrator, Modules, Sampler, Teacher, Teaching};
///
/// let world = World::new(Map::named("DonutPath").unwrap(), None).unwrap();
/// let retina = Retina::new(6, [0.3, 0.5], Normalisation::MeanSquare);
/// let one = |d, o| Layers::new(vec![Layer::relu(d, 16), Layer::linear(16, o)]);
/// let modules = Modules::new(one(108, 8), one(2, 8), one(16, 8), one(16, 2), one(8, 1), Gate::Sigmoid);
/// let sampler = Sampler { world: &world, retina: &retina, spread: 0.5, cues: Cues::default(), representation: 8 };
/// let teaching = Teaching { walks: [4, 5], transitions: 32, steps: 40, ..Teaching::default() };
///
/// let teacher = || Teacher::new(Integrator::<f32>::new(modules.clone()), sampler, &teaching);
/// let mut lesson = teacher().start();
/// teacher().run(&mut lesson, &mut |_| true);
/// assert!(lesson.curve.len() == 5 && lesson.curve[4].validation < lesson.curve[0].validation);
/// // Interrupted and gone on with, it ends in the same bits.
/// let mut other = teacher().start();
/// teacher().run(&mut other, &mut |l| l.steps < 13);
/// teacher().run(&mut other, &mut |_| true);
/// assert!(other.theta == lesson.theta && other.best == lesson.best);
/// ```
pub struct Teacher<'a, T: Real> {
    integrator: Integrator<T>,
    sampler: Sampler<'a>,
    teaching: &'a Teaching,
    grad: Vec<T>,
    parts: Vec<(Range<usize>, f64)>,
}

impl<'a, T: Real> Teacher<'a, T> {
    /// For batches of `sampler`, whose noise is the lesson's.
    pub fn new(integrator: Integrator<T>, sampler: Sampler<'a>, teaching: &'a Teaching) -> Self {
        let modules = integrator.modules();
        let part = |m: Module| (modules.range(m), teaching.rates.of(m));
        let parts = Module::ALL.map(part).into_iter().filter(|p| p.1 > 0.0).collect();
        let grad = vec![T::ZERO; modules.parameters()];
        Self { integrator, sampler, teaching, grad, parts }
    }

    /// Parameters as PyTorch would draw them, before the first step.
    pub fn start(&self) -> Lesson<T> {
        Lesson::new(self.integrator.modules().draw(self.teaching.seed))
    }

    /// The modules.
    pub fn modules(&self) -> &Modules {
        self.integrator.modules()
    }

    /// Goes on from `lesson` until it has stopped, or `more`, which is asked after each step, says no.
    pub fn run(&mut self, lesson: &mut Lesson<T>, more: &mut dyn FnMut(&Lesson<T>) -> bool) {
        let o = self.teaching;
        if lesson.curve.is_empty() {
            self.validate(lesson);
        }
        while lesson.stopped.is_none() {
            if lesson.steps >= o.steps {
                lesson.stopped = Some(Stopped::Epochs);
                break;
            }
            self.step(lesson);
            if lesson.stopped.is_none() {
                if lesson.steps.is_multiple_of(o.every) || lesson.steps == o.steps {
                    self.validate(lesson);
                }
                if o.back > 0 && lesson.steps.is_multiple_of(o.back) && lesson.best_loss.is_finite() {
                    lesson.theta.clone_from(&lesson.best);
                    lesson.adam.clone_from(&lesson.best_adam);
                }
            }
            if !more(lesson) {
                return;
            }
        }
    }

    /// Whether trajectories, and whether transitions have a part in the loss.
    fn asked(&self) -> [bool; 2] {
        let w = self.teaching.weights;
        [w.integration != 0.0, w.direct != 0.0 || w.inverse != 0.0]
    }

    /// Whether validations have them: what a network is made of is watched where it is not asked for, too.
    fn watched(&self) -> [bool; 2] {
        let [walks, transitions] = self.asked();
        let resets = self.modules().recurrence() == Recurrence::Resetting;
        [walks || resets, transitions || resets]
    }

    fn step(&mut self, lesson: &mut Lesson<T>) {
        let (o, [walks, transitions]) = (self.teaching, self.asked());
        let noise = match o.noises[..] {
            [one] => one,
            ref all => {
                let mut rng = stream(o.seed, Use::Search, lesson.steps);
                all[rng.random_range(0..all.len())]
            }
        };
        let sampler = Sampler { cues: super::sample::Cues { noise, ..self.sampler.cues }, ..self.sampler };
        let [b, actions] = o.walks;
        let walks = walks.then(|| sampler.walks(o.seed, lesson.steps * b as u64, b, actions));
        let first = lesson.steps * o.transitions as u64;
        let transitions = transitions.then(|| sampler.transitions(o.seed, first, o.transitions));
        self.grad.fill(T::ZERO);
        let (walks, transitions) = (walks.as_ref(), transitions.as_ref());
        let losses = self.integrator.gradient(
            &lesson.theta,
            walks,
            transitions,
            &o.weights,
            o.averaging,
            &mut self.grad,
        );
        let size = norm(&self.grad);
        if !(losses.total(&o.weights).is_finite() && size.is_finite()) {
            lesson.stopped =
                Some(Stopped::Diverged { epoch: lesson.curve.len(), step: lesson.steps as usize });
            return;
        }
        lesson.adam.step_parts(&mut lesson.theta, &self.grad, &self.parts);
        lesson.steps += 1;
        let found = [losses.integration, losses.direct, losses.inverse, size];
        lesson.sums.iter_mut().zip(found).for_each(|(s, v)| *s += v);
    }

    fn validate(&mut self, lesson: &mut Lesson<T>) {
        let (o, [walks, transitions]) = (self.teaching, self.watched());
        let cues = super::sample::Cues { noise: 0.0, ..self.sampler.cues };
        let sampler = Sampler { cues, ..self.sampler };
        let ([b, actions], number) = (o.walks, lesson.curve.len() as u64);
        let walks = walks.then(|| sampler.walks(o.seed, HELD + number * b as u64, b, actions));
        let first = HELD + number * o.transitions as u64;
        let transitions = transitions.then(|| sampler.transitions(o.seed, first, o.transitions));
        let theta = &lesson.theta;
        let losses = self.integrator.losses(theta, walks.as_ref(), transitions.as_ref(), o.averaging);
        let since = lesson.steps - lesson.curve.last().map_or(0, |row| row.step);
        let [integration, direct, inverse, gradient] = lesson.sums.map(|s| s / since as f64);
        lesson.sums = [0.0; 4];
        lesson.curve.push(LessonRow {
            step: lesson.steps,
            losses: Losses { integration, direct, inverse },
            held: losses,
            validation: losses.total(&o.weights),
            gradient,
        });
        // What was found before training is no part of a mean.
        let later = &lesson.curve[1.min(lesson.curve.len() - 1)..];
        let last = &later[later.len().saturating_sub(o.memory)..];
        let mean = last.iter().map(|r| r.validation).sum::<f64>() / last.len() as f64;
        let early = lesson.steps < o.first.min(o.steps) || last.len() < o.memory && lesson.steps < o.steps;
        if !early && mean < lesson.best_loss {
            lesson.best_loss = mean;
            lesson.best_step = lesson.steps;
            lesson.best.clone_from(&lesson.theta);
            lesson.best_adam.clone_from(&lesson.adam);
        }
    }
}
