//! Trained path integrators, a seed each.

use crate::common::*;
use nullcline_core::analyses::navigate::{NavigatorPlan, TrainNavigator, train_plan};
use nullcline_core::job::{Desk, Restart};
use nullcline_core::training::navigation::{Course, Integrator, Module, Walked};

/// Sizes of a run.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Networks of a condition.
    pub seeds: u64,
    /// Cells of a side of the retina.
    pub cells: usize,
    /// Steps of a training.
    pub steps: u64,
    /// Trajectories of a step, their actions, and transitions.
    pub batch: [usize; 3],
    /// Trajectories and actions of the tests.
    pub test: [usize; 2],
    /// Whether these are the thesis's.
    pub whole: bool,
}

impl Size {
    pub fn of(settings: &Settings) -> Self {
        match settings.preset {
            Preset::Quick => {
                Self { seeds: 1, cells: 32, steps: 300, batch: [16, 20, 128], test: [128, 100], whole: false }
            }
            Preset::Paper => {
                Self { seeds: 8, cells: 64, steps: 4000, batch: [32, 40, 512], test: [512, 100], whole: true }
            }
        }
    }

    /// In words.
    pub fn words(self) -> String {
        let [b, t, c] = self.batch;
        let (steps, cells) = (self.steps, self.cells);
        format!(
            "{steps} steps of {b} trajectories of {t} actions and {c} transitions on {cells} x {cells} cells"
        )
    }

    /// Claims as these networks can ask them.
    pub fn asked(self, claims: Vec<Claim>) -> Vec<Claim> {
        let words = format!("{}, of the thesis' 4000 of 32, 40 and 512 on 64", self.words());
        match self.whole {
            true => claims,
            false => claims.into_iter().map(|c| c.at_other_size(&words)).collect(),
        }
    }
}

/// A column of Table 8.1, or one beside it.
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
    /// An LSTM that keeps its start, with losses of models, from the modules of the first.
    Improved,
}

impl Condition {
    pub const ALL: [Self; 5] = [Self::All, Self::Frozen, Self::Alone, Self::Vanilla, Self::Improved];

    pub fn name(self) -> &'static str {
        match self {
            Self::All => "RPI, all losses",
            Self::Frozen => "RPI, no model losses, V, P and G untrained",
            Self::Alone => "RPI, no model losses, all trained",
            Self::Vanilla => "LSTM, vanilla",
            Self::Improved => "LSTM, improved",
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Frozen => "frozen",
            Self::Alone => "alone",
            Self::Vanilla => "vanilla",
            Self::Improved => "improved",
        }
    }

    /// The plan; what the thesis does not say is as its program has it.
    fn plan(self, map: &str, size: Size, seed: u64) -> Result<NavigatorPlan, Error> {
        let [batch, duration, transitions] = size.batch;
        let mut o = json!({
            "map": map, "reading": "coded", "cells": size.cells, "steps": size.steps, "batch": batch, "duration": duration,
            "transitions": transitions, "test_walks": size.test[0], "test_steps": size.test[1], "seed": seed,
        });
        let more = match self {
            Self::All => json!({}),
            Self::Frozen => json!({ "weights": "1,0,0", "rates": "frozen" }),
            Self::Alone => json!({ "weights": "1,0,0", "rates": "0.001,0.001,0.0001,0.001,0.001" }),
            Self::Vanilla => json!({ "model": "lstm" }),
            Self::Improved => json!({ "model": "hybrid" }),
        };
        if let (Value::Object(all), Value::Object(more)) = (&mut o, more) {
            all.extend(more);
        }
        let job: TrainNavigator =
            serde_json::from_value(o).map_err(|e| Error::Setting(format!("train navigate: {e}")))?;
        Ok(job.plan()?)
    }
}

/// A trained network, and what it does with images and without.
pub struct Navigator {
    pub condition: Condition,
    pub seed: u64,
    pub with: Walked,
    pub without: Walked,
    /// Losses of its validations over that before training.
    pub left: f64,
}

/// The networks of each condition, one a seed, trained where they are not yet.
///
/// # Errors
/// Trainings that diverge or cannot be kept.
pub fn navigators(
    map: &str,
    size: Size,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Vec<Navigator>, Error> {
    let mut all = vec![];
    for seed in settings.seed..settings.seed + size.seeds {
        let mut first: Option<(NavigatorPlan, Vec<f32>)> = None;
        for condition in Condition::ALL {
            let mut plan = condition.plan(map, size, seed)?;
            if let (Condition::Improved, Some((from, theta))) = (condition, &first) {
                let shared = [Module::Visual, Module::Action, Module::Direct, Module::Inverse];
                plan = plan.transplanted(from, theta, &shared, "all losses, the same seed");
            }
            let place = settings.shared.join(format!("fanthomme2021-{map}-{}-{seed}", condition.id()));
            let desk = Desk { unfinished: Some(&place), restart: Restart::IfOther, observer, ..Desk::BARE };
            let lesson = train_plan(&plan, &desk)?;
            let mut integrator = Integrator::new(plan.modules.clone());
            let mut walk = |course: Course| {
                let theta = &lesson.best;
                course.walk(&mut integrator, theta, &plan.sampler(), &|_| ())
            };
            let [(_, seen), (_, dark)] = plan.courses();
            all.push(Navigator {
                condition,
                seed,
                with: walk(seen),
                without: walk(dark),
                left: lesson.best_loss / lesson.curve[0].validation,
            });
            if condition == Condition::All {
                first = Some((plan, lesson.best));
            }
        }
    }
    Ok(all)
}
