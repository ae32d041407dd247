//! The networks of all studies: trained as the paper's or as its program's, one a seed.

use crate::common::*;
use nullcline_core::analyses::training::{Keeping, Plan, Precision, train_all};
use nullcline_core::linalg::activation::Activation;
use nullcline_core::systems::architecture::Architecture;
use nullcline_core::systems::cells::{Cell, Rate, Scheme};
use nullcline_core::systems::noise::{Amount, Law};
use nullcline_core::tasks::{Code, HeadCells, HeadDirection, PlaceCells, Position, Shown, Turning, Walk};
use nullcline_core::tasks::{Sizes as Items, Task};
use nullcline_core::training::Model;
use nullcline_core::training::init::Init;
use nullcline_core::training::trainer::Settings as Training;
use std::sync::Arc;

/// Steps of a trial.
pub const STEPS: usize = 100;
/// Gradient steps between two tests, as in the authors' program.
const EPOCH: usize = 100;
/// Time constants of the paper, in units of its time step: leak 0.2 of the spatial network, 0.5 of that of head directions.
const LEAK: [f64; 2] = [0.2, 0.5];
/// Standard deviation of its noise in a step.
const NOISE: [f64; 2] = [0.01, 0.1];

/// How large the trainings and what follows are.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Networks of each kind.
    pub seeds: u64,
    /// Units and cells.
    pub units: usize,
    pub cells: usize,
    /// Items in a minibatch, and gradient steps.
    pub batch: usize,
    pub steps: usize,
    /// Trials of what is measured, and steps of quiescence.
    pub trials: usize,
    pub quiescent: usize,
    /// Whether these are the paper's.
    pub whole: bool,
}

impl Sizes {
    /// Of the spatial networks.
    pub fn of_position(settings: &Settings) -> Self {
        match settings.preset {
            Preset::Quick => Self {
                seeds: 5,
                units: 96,
                cells: 128,
                batch: 50,
                steps: 2500,
                trials: 60,
                quiescent: 500,
                whole: false,
            },
            Preset::Paper => Self {
                seeds: 5,
                units: 512,
                cells: 512,
                batch: 200,
                steps: 2500,
                trials: 200,
                quiescent: 1000,
                whole: true,
            },
        }
    }

    /// Of the networks of head directions.
    pub fn of_heads(settings: &Settings) -> Self {
        match settings.preset {
            Preset::Quick => Self {
                seeds: 5,
                units: 64,
                cells: 64,
                batch: 50,
                steps: 3000,
                trials: 60,
                quiescent: 500,
                whole: false,
            },
            Preset::Paper => Self {
                seeds: 5,
                units: 128,
                cells: 512,
                batch: 200,
                steps: 20_000,
                trials: 200,
                quiescent: 500,
                whole: true,
            },
        }
    }

    /// Claims as these networks can ask them.
    pub fn asked(self, claims: Vec<Claim>) -> Vec<Claim> {
        let words = format!("{} units, {} batches of {}", self.units, self.steps, self.batch);
        match self.whole {
            true => claims,
            false => claims.into_iter().map(|c| c.at_other_size(&words)).collect(),
        }
    }

    /// The sizes in words.
    pub fn words(self) -> String {
        format!(
            "{} networks of each kind, {} units and {} cells, {} batches of {} trials of {STEPS} steps",
            self.seeds, self.units, self.cells, self.steps, self.batch
        )
    }
}

/// What is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Position,
    Heads,
}

/// A kind of network and its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub label: &'static str,
    /// As in names of folders.
    pub id: &'static str,
    pub what: What,
    /// Whether motion is biased: to the middle of the box, counter-clockwise.
    pub biased: bool,
    /// Whether it is trained with noise.
    pub noisy: bool,
    /// The program's conventions, not the paper's: uniform noise, softmax or peak-normalised codes, a speed of 0.26 pi m/s.
    pub program: bool,
    pub gru: bool,
    /// Whether the network is leaky, an Euler step of a flow, or a map of the whole step.
    pub flow: bool,
    pub shown: Shown,
}

impl Kind {
    /// The paper's network.
    pub const fn of(what: What) -> Self {
        let id = match what {
            What::Position => "position",
            What::Heads => "heads",
        };
        Self {
            label: "noisy",
            id,
            what,
            biased: false,
            noisy: true,
            program: false,
            gru: false,
            flow: true,
            shown: Shown::Changes,
        }
    }

    pub const fn named(self, label: &'static str, id: &'static str) -> Self {
        Self { label, id, ..self }
    }

    /// The noise of training; that of the unbiased network for one trained without, for what is done with it later.
    pub fn noise(self) -> Amount {
        let law = if self.program { Law::Uniform } else { Law::Gaussian };
        Amount { law, scale: NOISE[self.what as usize] }
    }

    fn cell(self, units: usize) -> Cell {
        let dt = if self.flow { LEAK[self.what as usize] } else { 1.0 };
        let (tau, scheme) = (vec![1.0; units], Scheme { dt, euler: true });
        match self.gru {
            true => Cell::gru_flow(true, tau, scheme),
            false => Rate::cell(Activation::Relu, tau, scheme),
        }
    }

    /// The task.
    pub fn task(self, sizes: Sizes, seed: u64) -> Arc<dyn Task> {
        let items = Items { train: EPOCH * sizes.batch, validation: sizes.batch, test: sizes.trials };
        match self.what {
            What::Position => {
                let usual = Walk::default();
                let walk = Walk {
                    speed: if self.program { 0.26 * std::f64::consts::PI } else { usual.speed },
                    drift: if self.biased { 0.05 } else { 0.0 },
                    ..usual
                };
                let code = if self.program { Code::Softmax } else { Code::Gaussian };
                let cells = PlaceCells::new(sizes.cells, walk.side, 0.2, code, seed);
                Arc::new(Position::new(walk, cells, self.shown, STEPS, items, seed))
            }
            What::Heads => {
                let code = if self.program { Code::Peak } else { Code::Density };
                let cells = HeadCells::new(sizes.cells, std::f64::consts::PI / 6.0, code);
                let turning = Turning { biased: self.biased, ..Turning::default() };
                Arc::new(HeadDirection::new(turning, cells, self.shown, STEPS, items, seed))
            }
        }
    }

    fn plan(self, sizes: Sizes, seed: u64) -> Result<Plan, Error> {
        let task = self.task(sizes, seed);
        let architecture = Architecture::new(self.cell(sizes.units), task.inputs(), &[sizes.units])
            .map_err(|e| Error::Numbers(e.to_string()))?;
        let settings = Training {
            epochs: sizes.steps / EPOCH,
            batch: sizes.batch,
            clip: None,
            noise: self.noisy.then(|| self.noise()),
            fresh: true,
            seed,
            ..Training::default()
        };
        let told = vec![
            ("biased", json!(self.biased)),
            ("program", json!(self.program)),
            ("shown", json!(self.shown.name())),
            ("cells", json!(sizes.cells)),
        ];
        Ok(Plan {
            task,
            task_settings: told,
            architecture,
            init: Init::Linear,
            biases: false,
            precision: Precision::F32,
            settings,
        })
    }
}

/// A network with what it was trained on.
pub struct Net {
    pub kind: Kind,
    pub seed: u64,
    pub task: Arc<dyn Task>,
    pub model: Model<f32>,
    /// Loss on the test items, and of outputs that do not look at them; none of an untrained network.
    pub loss: Option<f64>,
    pub chance: f64,
}

/// The networks of each kind, one a seed, trained where they are not yet: studies of a run share them.
///
/// # Errors
/// Trainings that cannot be kept or whose plan is wrong.
pub fn networks(
    settings: &Settings,
    sizes: Sizes,
    kinds: &[Kind],
    observer: &dyn Observer,
) -> Result<Vec<Vec<Net>>, Error> {
    let mut plans = vec![];
    for kind in kinds {
        for k in 0..sizes.seeds {
            let plan = kind.plan(sizes, settings.seed + k)?;
            let folder = format!("{}-{}-seed-{}", kind.id, sizes.units, settings.seed + k);
            plans.push((plan, Some(settings.shared.join(folder))));
        }
    }
    let trained = train_all(&plans, Keeping::default(), observer)?;
    let mut all: Vec<Vec<Net>> = kinds.iter().map(|_| vec![]).collect();
    for (i, ((plan, _), trained)) in plans.iter().zip(trained).enumerate() {
        let k = i / sizes.seeds as usize;
        let mut model = plan.model::<f32>()?;
        let theta: Vec<f32> = trained.theta.iter().map(|v| *v as f32).collect();
        model.write_params(&theta);
        all[k].push(Net {
            kind: kinds[k],
            seed: plan.settings.seed,
            task: plan.task.clone(),
            model,
            loss: trained.test.map(|t| t.loss),
            chance: plan.task.chance(),
        });
    }
    Ok(all)
}

/// Networks with the same initial parameters, not trained.
///
/// # Errors
/// A plan that is wrong.
pub fn untrained(settings: &Settings, sizes: Sizes, kind: Kind) -> Result<Vec<Net>, Error> {
    let one = |k: u64| {
        let plan = kind.plan(sizes, settings.seed + k)?;
        let (chance, model) = (plan.task.chance(), plan.model::<f32>()?);
        Ok(Net { kind, seed: plan.settings.seed, task: plan.task, model, loss: None, chance })
    };
    (0..sizes.seeds).map(one).collect()
}
