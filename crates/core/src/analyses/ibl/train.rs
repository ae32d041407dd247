//! `train ibl`: a network that plays sessions.

use super::course::{Course, CurvePoint};
use crate::analyses::Error;
use crate::analyses::training::{Found, Progress};
use crate::job::{Desk, Restart};
use crate::linalg::activation::Activation;
use crate::systems::architecture::Architecture;
use crate::systems::cells::Vanilla;
use crate::tasks::ibl::{Ibl, Played};
use crate::training::Model;
use crate::training::episodes::{self, Learner, Schedule};
use crate::training::init::{Init, model};
use crate::training::optimiser::Method;
use serde_json::{Value, json};
use std::path::Path;
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

/// The network after each of these numbers of gradient steps, which rise; what `config` says of steps is not looked at.
///
/// Each stage is kept in a folder of its own below `folder`, and read from there where it is found: whoever asks for the same
/// again does not train. A stage goes on from the one before.
///
/// # Errors
/// [`Error::Numbers`] where the loss or a parameter is no longer finite; files that cannot be used.
pub fn stages(config: &IblConfig, stages: &[u64], folder: &Path) -> Result<Vec<Model<f64>>, Error> {
    let desk = Desk { restart: Restart::IfOther, ..Desk::BARE };
    let (mut models, mut before) = (vec![], None);
    for &steps in stages {
        let config = IblConfig { steps, ..config.clone() };
        let place = folder.join(steps.to_string());
        let mut progress = Progress::open(Some(&place), &config.identity(), desk.restart)?;
        let found = trained(&config, &mut progress, &desk, before.take());
        let (_, learner, course, _) = progress.unless_diverged(found)?;
        before = Some(course);
        models.push(learner.into_model());
    }
    Ok(models)
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
/// As for [`stages`]; another configuration's progress.
pub(super) fn run(config: IblConfig, desk: &Desk) -> Result<Behaved, Error> {
    let mut progress = Progress::open(desk.unfinished, &config.identity(), desk.restart)?;
    let trained = trained(&config, &mut progress, desk, None);
    let (architecture, learner, course, notes) = progress.unless_diverged(trained)?;
    let test = Ibl { blocks: config.test_blocks, ..config.task.clone() };
    // No training session has this number.
    let played = episodes::play(learner.model(), &test, config.schedule.seed, u64::MAX);
    let model = learner.into_model();
    Ok(Behaved { config, architecture, model, curve: course.curve, played, notes })
}

type Trained = (Architecture, Learner, Course, Vec<String>);

/// Trains, from what was kept or else from `start`.
fn trained(
    config: &IblConfig,
    progress: &mut Progress,
    desk: &Desk,
    start: Option<Course>,
) -> Result<Trained, Error> {
    let (architecture, model) = network(config.units, config.schedule.seed)?;
    let mut learner = Learner::new(model, &config.task).map_err(|e| Error::Config(e.to_string()))?;
    let Found { state, mut notes } = progress.load::<Course>(config.method)?;
    let mut course = state.or(start).unwrap_or_else(|| Course::new(learner.model(), config.method));
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
    Ok((architecture, learner, course, notes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyses::training::clear_progress;
    use crate::training::episodes::Loss;
    use std::fs;

    fn parameters(model: &Model<f64>) -> Vec<f64> {
        let mut theta = vec![0.0; model.parameter_count()];
        model.read_params(&mut theta);
        theta
    }

    /// A stage on the way is what a training of its own ends with; what is kept is read and not trained again, and is no
    /// other training's.
    #[test]
    fn stages_are_kept_and_go_on_from_each_other() {
        let schedule = Schedule { loss: Loss::Probability, rate: 0.01, batch: 1, clip: None, seed: 1 };
        let method = Method::Sgd { momentum: 0.1 };
        let config = IblConfig { task: Ibl::coded(1), units: 4, schedule, method, steps: 0, test_blocks: 0 };
        let folder = std::env::temp_dir().join(format!("nullcline-stages-{}", std::process::id()));
        let both = stages(&config, &[6, 14], &folder.join("a")).unwrap();
        let last = stages(&config, &[14], &folder.join("b")).unwrap();
        assert_eq!(parameters(&both[1]), parameters(&last[0]));
        assert_ne!(parameters(&both[0]), parameters(&both[1]));
        let kept = |steps: &str| {
            let place = folder.join("a").join(steps);
            ["checkpoint-a.safetensors", "checkpoint-b.safetensors"]
                .map(|f| place.join(f))
                .into_iter()
                .find(|f| f.exists())
        };
        fs::copy(kept("6").unwrap(), kept("14").unwrap()).unwrap();
        let third = stages(&config, &[14], &folder.join("a")).unwrap();
        assert_eq!(parameters(&third[0]), parameters(&last[0]), "it goes on from what it finds");
        let other = IblConfig { units: 5, ..config };
        assert_eq!(parameters(&stages(&other, &[6], &folder.join("a")).unwrap()[0]).len(), 5 * 12 + 2);
        assert!(clear_progress(&folder).unwrap());
    }
}
