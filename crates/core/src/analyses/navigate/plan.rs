//! `train navigate`, to checked settings.

use super::TrainNavigator;
use super::file::take;
use super::options::{at_least_zero, map_file, model, modules, rates, reading, share, weights, world};
use crate::analyses::check::positive;
use crate::analyses::{Error, fits};
use crate::io::error::Problem;
use crate::io::tensors;
use crate::job::digest;
use crate::memory;
use crate::tasks::navigation::{Normalisation, Retina, World};
use crate::training::navigation::{
    Averaging, Course, Cues, Gate, Glimpses, Module, Modules, Rates, Recurrence, Sampler, Teaching, Weights,
};
use serde_json::{Value, json};
use std::path::Path;

/// What is not said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As in the thesis.
    Printed,
    /// As in its program.
    Coded,
}
named!(Reading: Self::Printed => "printed", Self::Coded => "coded");

/// A path integrator to be trained: everything that its weights depend on, and its tests.
#[derive(Clone, Debug)]
pub struct NavigatorPlan {
    /// Which reading the rest comes from.
    pub reading: Reading,
    /// Where.
    pub world: World,
    /// What is seen.
    pub retina: Retina,
    /// The network.
    pub modules: Modules,
    /// Standard deviation of each coordinate of an action.
    pub spread: f64,
    /// What is felt and shown.
    pub cues: Cues,
    /// How it is taught.
    pub teaching: Teaching,
    /// Trajectories and actions of the tests.
    pub test: [usize; 2],
    /// Parameters before training where they are not drawn.
    pub start: Option<Vec<f32>>,
    /// Modules that were taken from a file.
    pub(super) taken: Vec<&'static str>,
    /// What was asked, by the names of the options.
    settings: Vec<(String, Value)>,
}

impl TrainNavigator {
    /// The plan that the arguments ask for.
    ///
    /// # Errors
    /// [`Error::Config`] names the option, what it is, and what was expected; a map that cannot be read names its file.
    pub fn plan(&self) -> Result<NavigatorPlan, Error> {
        let world = world(self)?;
        let mut plan = plan(self, world).map_err(Error::Config).and_then(room)?;
        if let Some(file) = map_file(&self.map) {
            plan.settings.push(("map_digest".into(), json!(digest(file)?)));
        }
        match (&self.from, &self.take) {
            (None, Some(names)) => {
                Err(Error::Config(format!("--take {names}: --from names no network; leave it out")))
            }
            (None, None) => Ok(plan),
            (Some(file), names) => begun(plan, file, names.as_deref()),
        }
    }
}

/// The plan of a network that begins with modules of a file.
fn begun(mut plan: NavigatorPlan, path: &Path, names: Option<&str>) -> Result<NavigatorPlan, Error> {
    let wanted = names.map(|list| modules(list).map_err(Error::Config)).transpose()?;
    let file = tensors::read(path)?;
    let mut theta: Vec<f32> = plan.modules.draw(plan.teaching.seed);
    let taken = take(&plan.modules, &file, wanted.as_deref(), &mut theta)
        .map_err(|message| Error::input(path, message))?;
    plan.settings.push(("from".into(), json!(path)));
    plan.settings.push(("from_digest".into(), json!(digest(path)?)));
    plan.settings.push(("take".into(), json!(taken)));
    (plan.start, plan.taken) = (Some(theta), taken);
    Ok(plan)
}

fn plan(a: &TrainNavigator, world: World) -> Result<NavigatorPlan, String> {
    let reading = reading(a)?;
    let coded = reading == Reading::Coded;
    positive("--spread", Some(a.spread))?;
    for (option, p) in [("--available", a.available), ("--shuffled", a.shuffled), ("--black", a.black)] {
        share(option, p)?;
    }
    if a.shuffled + a.black > 1.0 {
        return Err(format!(
            "--shuffled {} and --black {}: expected shares of one whole",
            a.shuffled, a.black
        ));
    }
    let gate = match a.gate.as_deref() {
        None if coded => Gate::Softmax,
        None | Some("sigmoid") => Gate::Sigmoid,
        Some("softmax") => Gate::Softmax,
        Some(other) => return Err(format!("--gate {other}: expected softmax or sigmoid")),
    };
    let (recurrence, models) = model(a)?;
    if let Some(gate) = a.gate.as_ref().filter(|_| recurrence != Recurrence::Resetting) {
        return Err(format!("--gate {gate}: --model {} has no gate; leave it out", a.model));
    }
    let (rates, weights) = (rates(a, recurrence, coded)?, weights(a, recurrence, models)?);
    let losses = weights.integration + weights.direct + weights.inverse;
    if losses == 0.0 || rates.0.iter().sum::<f64>() == 0.0 {
        return Err("--weights and --rates: expected one that is not zero, or nothing is learned".into());
    }
    let (widths, normalisation) = match coded {
        true => ([0.3, 0.5], Normalisation::MeanSquare),
        false => ([0.4, 0.5], Normalisation::Norm),
    };
    let side = a.cells;
    let modules =
        if coded { Modules::coded(side) } else { Modules::printed(side) }.gated(gate).with(recurrence);
    Ok(NavigatorPlan {
        reading,
        world,
        retina: Retina::new(side, widths, normalisation),
        modules,
        spread: a.spread,
        cues: Cues {
            glimpses: Glimpses::Chance(a.available),
            shuffled: a.shuffled,
            black: a.black,
            noise: 0.0,
        },
        teaching: Teaching {
            rates,
            weights,
            averaging: if coded { Averaging::Coded } else { Averaging::Printed },
            walks: [a.batch, a.duration],
            transitions: a.transitions,
            noises: at_least_zero("--noise", &a.noise, 0)?,
            steps: a.steps,
            back: a.back,
            seed: a.seed,
            ..Teaching::default()
        },
        test: [a.test_walks, a.test_steps],
        start: None,
        taken: vec![],
        settings: settings(a, gate, &rates, &weights),
    })
}

/// Names and values of everything that the weights depend on.
fn settings(a: &TrainNavigator, gate: Gate, rates: &Rates, weights: &Weights) -> Vec<(String, Value)> {
    let all = [
        ("task", json!("navigate")),
        ("model", json!(a.model)),
        ("map", json!(a.map)),
        ("reading", json!(a.reading)),
        ("goal", json!(a.goal)),
        ("spread", json!(a.spread)),
        ("cells", json!(a.cells)),
        ("available", json!(a.available)),
        ("shuffled", json!(a.shuffled)),
        ("black", json!(a.black)),
        ("noise", json!(a.noise)),
        ("gate", json!(gate.name())),
        ("curriculum", json!(a.curriculum)),
        ("weights", json!([weights.integration, weights.direct, weights.inverse])),
        ("rates", json!(rates.0)),
        ("steps", json!(a.steps)),
        ("batch", json!(a.batch)),
        ("duration", json!(a.duration)),
        ("transitions", json!(a.transitions)),
        ("back", json!(a.back)),
        ("seed", json!(a.seed)),
        ("version", json!(env!("CARGO_PKG_VERSION"))),
    ];
    all.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}

/// Whether images and states have room.
fn room(plan: NavigatorPlan) -> Result<NavigatorPlan, Error> {
    let [b, t] = plan.teaching.walks;
    let images = ("--batch", b.saturating_mul(t).max(plan.teaching.transitions));
    fits("the images of a step", &[images, ("--cells", plan.retina.len())], 8)?;
    let [walks, steps] = plan.test.map(|n| n as u64);
    let m = plan.modules.representation() as u64;
    // Of some trajectories images, and states with what they are made of; of all, errors.
    let numbers =
        16 * steps.saturating_mul(plan.retina.len() as u64 + 12 * m) / 2 + 3 * walks.saturating_mul(steps);
    let what = "the tests (--test-walks, --test-steps)".to_owned();
    Problem::afford(what, numbers, memory::bound()).map_err(|p| Error::Config(p.to_string()))?;
    Ok(plan)
}

impl NavigatorPlan {
    /// Draws its batches.
    pub fn sampler(&self) -> Sampler<'_> {
        Sampler {
            world: &self.world,
            retina: &self.retina,
            spread: self.spread,
            cues: self.cues,
            representation: self.modules.representation(),
        }
    }

    /// The plan of a network that begins with `modules` of another one's parameters `theta`, which `name` stands for; the rest is drawn.
    ///
    /// # Panics
    /// For modules that are not alike.
    #[must_use]
    pub fn transplanted(mut self, from: &Self, theta: &[f32], modules: &[Module], name: &str) -> Self {
        let mut start: Vec<f32> = self.modules.draw(self.teaching.seed);
        for module in modules {
            let (own, other) = (self.modules.range(*module), from.modules.range(*module));
            start[own].copy_from_slice(&theta[other]);
        }
        self.start = Some(start);
        let names: Vec<&str> = modules.iter().map(|m| m.name()).collect();
        self.settings.push(("from".into(), json!({ "network": name, "modules": names })));
        self
    }

    /// The courses on which it is tested: with images, without; and their names.
    pub fn courses(&self) -> [(&'static str, Course); 2] {
        let [count, steps] = self.test;
        let usual = if self.reading == Reading::Coded { Course::CODED } else { Course::PRINTED };
        let course = |of: Course| Course { count, steps, ..of };
        [("images", course(usual)), ("no images", course(Course::DARK))]
    }

    /// Whether the models have losses.
    pub fn models(&self) -> bool {
        self.teaching.weights.direct + self.teaching.weights.inverse > 0.0
    }

    /// Names and values of everything that the weights depend on.
    pub fn describe(&self) -> Vec<(String, Value)> {
        self.settings.clone()
    }

    /// The plan in a line.
    pub fn subject(&self) -> String {
        let unmoved = |m: &Module| self.modules.uses(*m, self.models()) && self.teaching.rates.of(*m) == 0.0;
        let still: Vec<&str> = Module::ALL.iter().filter(|m| unmoved(m)).map(|m| m.name()).collect();
        let still = match still.is_empty() {
            true => String::new(),
            false => format!(", untrained: {}", still.join(", ")),
        };
        let name = match (self.modules.recurrence(), self.models()) {
            (Recurrence::Resetting, _) => "resetting path integrator",
            (Recurrence::Memory, _) => "LSTM",
            (Recurrence::MemoryAndStart, false) => "LSTM that keeps its start",
            (Recurrence::MemoryAndStart, true) => "LSTM that keeps its start, with losses of models",
        };
        format!("navigate: {name} in {}{still}", self.world.map().name)
    }
}
