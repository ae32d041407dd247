//! `train ibl`: a network that plays sessions.

use super::course::{Course, CurvePoint};
use crate::analyses::Error;
use crate::analyses::training::{Found, Progress};
use crate::job::{Desk, Observer};
use crate::linalg::activation::Activation;
use crate::systems::architecture::Architecture;
use crate::systems::cells::Vanilla;
use crate::tasks::ibl::{Ibl, Played};
use crate::training::Model;
use crate::training::episodes::{self, Learner, Schedule};
use crate::training::init::{Init, model};
use crate::training::optimiser::Method;
use serde_json::{Value, json};
use std::time::Instant;

/// Everything that `train ibl` needs.
#[derive(Clone, Debug)]
pub struct IblConfig {
    /// The task; its blocks are those of a training session.
    pub task: Ibl,
    /// Units.
    pub units: usize,
    /// What is minimised, how fast, on which sessions.
    pub schedule: Schedule,
    /// The optimiser.
    pub method: Method,
    /// Gradient steps.
    pub steps: u64,
    /// Blocks of the session on which behaviour is measured.
    pub test_blocks: usize,
}

impl IblConfig {
    /// Everything that results depend on.
    pub fn identity(&self) -> Vec<(String, Value)> {
        let (t, s) = (&self.task, &self.schedule);
        let all = [
            ("task", json!("ibl")),
            ("variant", json!(format!("{t:?}"))),
            ("units", json!(self.units)),
            ("optimiser", json!(format!("{:?}", self.method))),
            ("loss", json!(s.loss.name())),
            ("rate", json!(s.rate)),
            ("batch", json!(s.batch)),
            ("clip", json!(s.clip)),
            ("seed", json!(s.seed)),
            ("steps", json!(self.steps)),
            ("test_blocks", json!(self.test_blocks)),
        ];
        all.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
    }
}

/// A network of `units` tanh units with PyTorch's default initial parameters.
///
/// # Errors
/// [`Error::Config`] for no units.
///
/// ```
/// use nullcline_core::analyses::ibl::network;
///
/// let (plan, model) = network(50, 1).unwrap();
/// assert_eq!((plan.inputs(), plan.dim(), model.outputs()), (3, 50, 2));
/// assert!(network(0, 1).is_err());
/// ```
pub fn network(units: usize, seed: u64) -> Result<(Architecture, Model<f64>), Error> {
    let fail = |e: String| Error::Config(format!("--units {units}: {e}"));
    let cell = Vanilla::cell(Activation::Tanh);
    let architecture = Architecture::new(cell, 3, &[units]).map_err(|e| fail(e.to_string()))?;
    let model = model::<f64>(&architecture, 2, Init::Default, seed).map_err(|e| fail(e.to_string()))?;
    Ok((architecture, model))
}

/// Trains a model and gives its curve; after each gradient step `after` sees how many were made, and the model.
///
/// # Errors
/// [`Error::Numbers`] where the loss or a parameter is no longer finite.
pub fn train_on_sessions(
    learner: &mut Learner,
    task: &Ibl,
    schedule: &Schedule,
    method: Method,
    steps: u64,
    observer: &dyn Observer,
    after: &mut dyn FnMut(u64, &Model<f64>),
) -> Result<Vec<CurvePoint>, Error> {
    let mut course = Course::new(learner.model(), method);
    while course.step() < steps {
        course.advance(learner, task, schedule, steps)?;
        after(course.step(), learner.model());
        observer.at(course.step());
    }
    Ok(course.curve)
}

/// A network that was trained on sessions, and how it behaves.
pub struct Behaved {
    /// How it was trained.
    pub config: IblConfig,
    /// Everything but the parameters.
    pub architecture: Architecture,
    /// The network.
    pub model: Model<f64>,
    /// Its course.
    pub curve: Vec<CurvePoint>,
    /// A session of fresh blocks.
    pub played: Played,
    /// Whether it was found half done, or damaged in part.
    pub notes: Vec<String>,
}

impl Behaved {
    /// Steps of a trial, blank ones among them.
    pub fn steps_per_trial(&self) -> f64 {
        self.played.steps() as f64 / self.played.trials.len() as f64
    }
}

/// Trains, goes on with what an interrupted run left, and measures the behaviour on fresh blocks.
///
/// # Errors
/// As for [`train_on_sessions`]; another configuration's progress; files that cannot be used.
pub(super) fn run(config: IblConfig, desk: &Desk) -> Result<Behaved, Error> {
    let mut progress = Progress::open(desk.unfinished, &config.identity(), desk.restart)?;
    let trained = trained(&config, &mut progress, desk);
    let (architecture, learner, curve, notes) = progress.unless_diverged(trained)?;
    let test = Ibl { blocks: config.test_blocks, ..config.task.clone() };
    // No training session has this number.
    let played = episodes::play(learner.model(), &test, config.schedule.seed, u64::MAX);
    let model = learner.into_model();
    Ok(Behaved { config, architecture, model, curve, played, notes })
}

type Trained = (Architecture, Learner, Vec<CurvePoint>, Vec<String>);

fn trained(config: &IblConfig, progress: &mut Progress, desk: &Desk) -> Result<Trained, Error> {
    let (architecture, model) = network(config.units, config.schedule.seed)?;
    let mut learner = Learner::new(model, &config.task).map_err(|e| Error::Config(e.to_string()))?;
    let Found { state, mut notes } = progress.load::<Course>(config.method)?;
    let mut course = state.unwrap_or_else(|| Course::new(learner.model(), config.method));
    if course.step() > 0 {
        notes.push(format!("going on from gradient step {}", course.step()));
        course.restore(learner.model_mut())?;
    }
    desk.observer.start("training", config.steps);
    let mut last = Instant::now();
    while course.step() < config.steps {
        course.advance(&mut learner, &config.task, &config.schedule, config.steps)?;
        desk.observer.at(course.step());
        if last.elapsed() >= desk.checkpoint {
            progress.save(&course)?;
            last = Instant::now();
        }
    }
    progress.finish(&course)?;
    desk.observer.finish();
    Ok((architecture, learner, course.curve, notes))
}
