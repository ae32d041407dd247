//! Trained path integrators, a seed each.

use super::size::Size;
use crate::common::*;
use nullcline_core::analyses::navigate::{NavigatorPlan, TrainNavigator, train_plan};
use nullcline_core::job::{Desk, Restart};
use nullcline_core::training::navigation::{Course, Cues, Integrator, Lesson, Module, Sampler, Walked, Way};

/// Ways that are walked together.
const TOGETHER: usize = 16;

/// A network of chapter 8 or appendix B; what the thesis does not say is as its program has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A resetting path integrator with all losses.
    All,
    /// One without losses of models as the program has it: V, P and G stay as they were drawn.
    Frozen,
    /// One without losses of models, all of which is trained.
    Alone,
    /// An LSTM.
    Vanilla,
    /// One that begins with V and P of a resetting path integrator.
    Fed,
    /// An LSTM whose read-out looks at the start, too.
    Start,
    /// One that begins with V and P of a resetting path integrator.
    StartFed,
    /// The same with losses of models, from scratch.
    Scratch,
    /// The same with losses of models, from V, P, D and I of a resetting path integrator.
    Improved,
    /// Models alone, by the loss of the inverse one.
    Inverse,
    /// By that of the direct one.
    Direct,
    /// By both.
    Models,
    /// After those, the gate on path integration (protocol A).
    Gate,
    /// After those, everything on path integration (protocol B).
    Integration,
    /// After those, everything on all losses (protocol C).
    Everything,
    /// With all losses, felt actions having noise of so many thousandths of a side.
    Felt(u32),
    /// With all losses, one in five steps having noise of a tenth, as the program has it for maps of look-alike rooms.
    Twins,
}

impl Condition {
    /// In words, for tables.
    pub fn name(self) -> String {
        let fixed = match self {
            Self::All => "RPI, all losses",
            Self::Frozen => "RPI, no model losses, V, P and G untrained",
            Self::Alone => "RPI, no model losses, all trained",
            Self::Vanilla => "LSTM, vanilla",
            Self::Fed => "LSTM, pretrained",
            Self::Start => "hybrid, default",
            Self::StartFed => "hybrid, pretrained",
            Self::Scratch => "hybrid, scratch",
            Self::Improved => "LSTM, improved",
            Self::Inverse => "models, inverse loss",
            Self::Direct => "models, direct loss",
            Self::Models => "models, both losses",
            Self::Gate => "A: gate alone",
            Self::Integration => "B: path integration alone",
            Self::Everything => "C: all losses",
            Self::Twins => "RPI, all losses, noise of 0.1 in one step of five",
            Self::Felt(n) => return format!("noise {}", f64::from(n) / 1000.0),
        };
        fixed.into()
    }

    fn id(self) -> String {
        match self {
            Self::Felt(n) => format!("felt{n}"),
            other => format!("{other:?}").to_lowercase(),
        }
    }

    /// Options beside those of all.
    fn options(self) -> Value {
        match self {
            Self::All | Self::Everything => json!({}),
            Self::Frozen => json!({ "weights": "1,0,0", "rates": "frozen" }),
            Self::Alone => json!({ "weights": "1,0,0", "rates": "0.001,0.001,0.0001,0.001,0.001" }),
            Self::Vanilla | Self::Fed => json!({ "model": "lstm" }),
            Self::Start | Self::StartFed => json!({ "model": "start" }),
            Self::Scratch | Self::Improved => json!({ "model": "hybrid" }),
            Self::Inverse => json!({ "weights": "0,0,10" }),
            Self::Direct => json!({ "weights": "0,10,0" }),
            Self::Models => json!({ "weights": "0,10,10" }),
            Self::Gate => json!({ "weights": "1,0,0", "rates": "0,0,0,0,0.001" }),
            Self::Integration => json!({ "weights": "1,0,0" }),
            Self::Felt(n) => json!({ "noise": (f64::from(n) / 1000.0).to_string() }),
            Self::Twins => json!({ "noise": "0.1,0,0,0,0" }),
        }
    }

    /// The network whose modules it begins with, and which.
    fn from(self) -> Option<(Self, &'static [Module])> {
        const EYES: &[Module] = &[Module::Visual, Module::Action];
        const MODELS: &[Module] = &[Module::Visual, Module::Action, Module::Direct, Module::Inverse];
        match self {
            Self::Fed | Self::StartFed => Some((Self::All, EYES)),
            Self::Improved => Some((Self::All, MODELS)),
            Self::Gate | Self::Integration | Self::Everything => Some((Self::Models, MODELS)),
            _ => None,
        }
    }
}

/// Where, how large and by whom networks are trained.
#[derive(Clone, Copy)]
pub struct Trainer<'a> {
    pub map: &'static str,
    pub size: Size,
    pub settings: &'a Settings,
    pub observer: &'a dyn Observer,
}

/// A trained network.
pub struct Trained {
    pub condition: Condition,
    pub seed: u64,
    pub plan: NavigatorPlan,
    pub lesson: Lesson<f32>,
}

impl Trainer<'_> {
    /// The networks of a condition, one a seed, trained where they are not yet.
    ///
    /// # Errors
    /// Trainings that diverge or cannot be kept.
    pub fn all(&self, condition: Condition) -> Result<Vec<Trained>, Error> {
        let first = self.settings.seed;
        (first..first + self.size.seeds).map(|seed| self.trained(condition, seed)).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// As [`Trainer::all`].
    pub fn trained(&self, condition: Condition, seed: u64) -> Result<Trained, Error> {
        let mut plan = self.plan(condition, seed)?;
        if let Some((from, modules)) = condition.from() {
            let from = self.trained(from, seed)?;
            let name = format!("{}, the same seed", from.condition.name());
            plan = plan.transplanted(&from.plan, &from.lesson.best, modules, &name);
        }
        let name = format!("fanthomme2021-{}-{}-{seed}", self.map, condition.id());
        let place = self.settings.shared.join(name);
        let desk = Desk {
            unfinished: Some(&place),
            restart: Restart::IfOther,
            observer: self.observer,
            ..Desk::BARE
        };
        let lesson = train_plan(&plan, &desk)?;
        Ok(Trained { condition, seed, plan, lesson })
    }

    fn plan(&self, condition: Condition, seed: u64) -> Result<NavigatorPlan, Error> {
        let size = self.size;
        let [batch, duration, transitions] = size.batch;
        let mut o = json!({
            "map": self.map, "reading": "coded", "cells": size.cells, "steps": size.steps, "batch": batch, "duration": duration,
            "transitions": transitions, "test_walks": size.test[0], "test_steps": size.test[1], "seed": seed,
        });
        if let (Value::Object(all), Value::Object(more)) = (&mut o, condition.options()) {
            all.extend(more);
        }
        let job: TrainNavigator =
            serde_json::from_value(o).map_err(|e| Error::Setting(format!("train navigate: {e}")))?;
        Ok(job.plan()?)
    }
}

impl Trained {
    /// The parameters of its best validations.
    pub fn parameters(&self) -> &[f32] {
        &self.lesson.best
    }

    /// A network to run them.
    pub fn integrator(&self) -> Integrator<f32> {
        Integrator::new(self.plan.modules.clone())
    }

    /// What is seen and felt, actions with noise.
    pub fn felt(&self, noise: f64) -> Sampler<'_> {
        let own = self.plan.sampler();
        Sampler { cues: Cues { noise, ..own.cues }, ..own }
    }

    /// Walks a course, actions being felt with noise.
    pub fn walk(&self, course: Course, noise: f64) -> Walked {
        course.walk(&mut self.integrator(), self.parameters(), &self.felt(noise), &|_| ())
    }

    /// The first `count` ways of a course, felt exactly.
    pub fn ways(&self, course: Course, count: usize) -> Vec<Way> {
        let mut integrator = self.integrator();
        let firsts = (0..count).step_by(TOGETHER);
        let some = |first: usize| {
            let left = TOGETHER.min(count - first);
            course.ways(&mut integrator, self.parameters(), &self.felt(0.0), first, left)
        };
        firsts.flat_map(some).collect()
    }

    /// Its courses with images and without.
    pub fn courses(&self) -> [Course; 2] {
        self.plan.courses().map(|(_, course)| course)
    }
}

/// Whether networks learned anything: over few actions they err by less than half the way.
pub fn learned<'a>(walks: impl IntoIterator<Item = &'a Walked>) -> Result<(), String> {
    let worst = walks.into_iter().map(|w| w.short.value / w.still[0].value).fold(0.0, f64::max);
    if worst < 0.5 {
        Ok(())
    } else {
        Err(format!("over five actions a network errs by {:.0} % of the way", 100.0 * worst))
    }
}

/// The mean of numbers; not a number of none.
pub fn mean_of(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The mean over networks; of one, what its own trajectories give.
pub fn over<T>(all: &[T], f: impl Fn(&T) -> Estimate) -> Estimate {
    match all {
        [one] => f(one),
        _ => Estimate::mean(all.iter().map(|one| f(one).value)),
    }
}
