//! `train`: a plan or a search to a network.

use super::{
    Keeping, Plan, Precision, Progress, Restart, Search, Train, Trained, Trial, check, search, train,
    train_in,
};
use crate::analyses::Error;
use crate::analyses::trials::Beside;
use crate::job::{Desk, Job};
use crate::linalg::gemm;
use crate::numbers::Estimate;
use crate::systems::architecture::Architecture;
use crate::tasks::{Batch, Objective, Split};
use crate::training::bptt::{Bptt, Noise};
use crate::training::loss::Measured;
use crate::training::trainer::{Epoch, Stopped};
use crate::training::{Model, Readout};
use faer::{Accum, Mat};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

/// Items left beside a trained network, at most.
const SHOWN: usize = 200;
/// Numbers of their targets, at most.
const TARGETS: usize = 1 << 22;

/// Number of the pass in which is decoded: no training and no measurement has it.
const DECODING: u64 = 1 << 37;

/// How far what outputs say is from what is so: means over test items.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Decoding {
    /// m or rad.
    pub unit: &'static str,
    /// Of the network, under the noise of its training.
    pub error: Estimate,
    /// Of who says at each step what was so at the start.
    pub still: Estimate,
}

/// A network, and the numbers in which its weights are written.
pub struct Network {
    /// Everything but the parameters.
    pub architecture: Architecture,
    /// The network with its read-out.
    pub model: Model<f64>,
    /// Numbers in which it was trained.
    pub precision: Precision,
}

/// A training that has ended.
pub struct TrainedNetwork {
    /// The task.
    pub task: &'static str,
    /// What was trained, in a line.
    pub description: String,
    /// The network of the lowest validation loss.
    pub network: Network,
    /// Names and values of all settings.
    pub settings: Vec<(String, Value)>,
    /// Inputs of the network.
    pub inputs: usize,
    /// Outputs.
    pub outputs: usize,
    /// Trained parameters.
    pub parameters: usize,
    /// What was minimised.
    pub objective: Objective,
    /// Loss of outputs that do not look at the item.
    pub chance: f64,
    /// A row for each epoch, the first from before training.
    pub curve: Vec<Epoch>,
    /// The epoch of the best parameters.
    pub best_epoch: usize,
    /// Why it ended.
    pub stopped: Stopped,
    /// The best parameters on the test items.
    pub test: Option<Measured>,
    /// What its outputs say of places or directions, if they stand for such.
    pub decoding: Option<Decoding>,
    /// The first two hundred items of the validation set, fewer where there are many outputs.
    pub shown: Batch,
    /// Where those are other sequences than what it was trained on: the loss of its outputs on them, and of outputs that never change.
    pub shown_loss: Option<[f64; 2]>,
    /// What is known of these beside what they show.
    pub beside: Beside,
    /// The search before it.
    pub search: Option<Searched>,
    /// Whether it was found half done, or damaged in part.
    pub notes: Vec<String>,
    /// What the file of the network says of its task, which `analyze` asks for otherwise.
    pub facts: Vec<(&'static str, String)>,
}

impl TrainedNetwork {
    /// Epochs done.
    pub fn epochs(&self) -> usize {
        self.curve.len().saturating_sub(1)
    }

    /// The epoch of the lowest validation loss.
    pub fn best(&self) -> Option<&Epoch> {
        self.curve.get(self.best_epoch)
    }
}

/// A search that has ended.
pub struct Searched {
    /// What was asked for.
    pub search: Search,
    /// Values of what was searched, and what came of them, in order.
    pub trials: Vec<(Vec<f64>, Trained)>,
    /// Index of the best.
    pub best: usize,
}

impl Searched {
    /// Names of what was searched.
    pub fn names(&self) -> Vec<&'static str> {
        self.search.space.iter().map(|(p, _)| p.name()).collect()
    }

    /// Trials that diverged.
    pub fn diverged(&self) -> usize {
        self.trials.iter().filter(|t| matches!(t.1.stopped, Stopped::Diverged { .. })).count()
    }
}

impl Train {
    /// The plan, and the search before it.
    ///
    /// # Errors
    /// [`Error::Config`] names the option, what it is, and what was expected.
    pub fn plan(&self) -> Result<(Plan, Option<Search>), Error> {
        check::plan(self)
    }
}

impl Job for Train {
    const NAME: &'static str = "train";
    const RESUMES: bool = true;
    type Found = TrainedNetwork;
    type Error = Error;

    fn files(&self) -> Vec<&Path> {
        self.task_options.images.iter().map(std::path::PathBuf::as_path).collect()
    }

    fn check(&self) -> Result<(), Error> {
        self.plan().map(drop)
    }

    /// Trains, and goes on with what an interrupted run left; a training that diverged keeps nothing.
    fn run(&self, desk: &Desk) -> Result<TrainedNetwork, Error> {
        crate::linalg::sequential();
        let (plan, search) = self.plan()?;
        let mut identity = plan.describe();
        identity.extend(search.iter().flat_map(Search::describe));
        let keeping = Keeping { every: desk.checkpoint, restart: desk.restart, test: true };
        let mut progress = Progress::open(desk.unfinished, &identity, desk.restart)?;
        let found = match &search {
            None => train_in(&plan, &mut progress, keeping, desk.observer).map(|t| (plan.clone(), t, None)),
            Some(s) => searched(&plan, s, progress.folder(), keeping, desk),
        };
        let found = found.and_then(|(plan, trained, trials)| match trained.stopped {
            Stopped::Diverged { epoch, step } => Err(Error::Numbers(divergence(epoch, step))),
            _ => Ok((plan, trained, trials)),
        });
        let (plan, trained, trials) = progress.unless_diverged(found)?;
        let searched = search.zip(trials).map(|(s, (trials, best))| s.found(trials, best));
        result(&plan, trained, searched)
    }
}

/// The best trial's plan and training, tested, and all trials with the best one's index.
type Found = (Plan, Trained, Option<(Vec<Trial>, usize)>);

fn searched(
    plan: &Plan,
    wanted: &Search,
    folder: Option<&Path>,
    keeping: Keeping,
    desk: &Desk,
) -> Result<Found, Error> {
    let keeping = Keeping { restart: Restart::Never, ..keeping };
    let (trials, best) = search(plan, wanted, folder, keeping, desk.observer)?;
    let plan = Plan { settings: trials[best].settings.clone(), ..plan.clone() };
    let place = folder.map(|f| super::trial_folder(f, best));
    let trained = train(&plan, place.as_deref(), keeping, desk.observer)?;
    Ok((plan, trained, Some((trials, best))))
}

impl Search {
    fn found(self, trials: Vec<Trial>, best: usize) -> Searched {
        let values = |t: &Trial| self.space.iter().map(|(p, _)| p.get(&t.settings)).collect();
        let trials = trials.into_iter().map(|t| (values(&t), t.trained)).collect();
        Searched { search: self, trials, best }
    }
}

fn divergence(epoch: usize, step: usize) -> String {
    let place = match step {
        0 => format!("after epoch {epoch}: the validation loss is not finite"),
        _ => format!("in epoch {epoch}, step {step}: the loss or its gradient is not finite"),
    };
    format!("training diverged {place}; lower the rate (--rate), clip gradients (--clip 1), or both")
}

fn decoding(plan: &Plan, model: &Model<f64>, items: &[usize]) -> Option<Decoding> {
    let (task, b) = (plan.task.as_ref(), items.len());
    if task.codes() == 0 {
        return None;
    }
    let mut pass = Bptt::new(model, task.steps(), b);
    let seed = plan.settings.seed;
    pass.set_noise(plan.settings.noise.map(|amount| Noise { amount, seed, pass: DECODING }));
    pass.loss(model, &task.batch(Split::Test, items), task.objective());
    let Readout { weight, bias, first } = &model.readout;
    let states = pass.states();
    let seen = states.as_ref().subrows(*first, weight.ncols()).subcols(b, task.steps() * b);
    let mut outputs = Mat::from_fn(weight.nrows(), seen.ncols(), |i, _| bias[i]);
    gemm(outputs.as_mut(), Accum::Add, weight.as_ref(), seen);
    let found = task.decoded(Split::Test, items, outputs.as_ref())?;
    Some(Decoding {
        unit: found.unit,
        error: Estimate::mean(found.distance),
        still: Estimate::mean(found.still),
    })
}

fn result(plan: &Plan, trained: Trained, search: Option<Searched>) -> Result<TrainedNetwork, Error> {
    let mut model = plan.model::<f64>()?;
    model.write_params(&trained.theta);
    let room = (TARGETS / (plan.task.steps() * plan.task.outputs()).max(1)).clamp(1, SHOWN);
    let first = |split| (0..plan.task.size(split).min(room)).collect::<Vec<usize>>();
    let items = first(Split::Validation);
    let shown = plan.task.batch(Split::Validation, &items);
    let beside = Beside {
        labels: plan.task.labels(Split::Validation, &items),
        course: plan.task.course(Split::Validation, &items),
        initial: model.encoder.as_ref().zip(shown.start.as_ref()).map(|(e, start)| e * start),
    };
    Ok(TrainedNetwork {
        task: plan.task.name(),
        description: plan.subject(),
        settings: plan.describe(),
        inputs: plan.task.inputs(),
        outputs: plan.task.outputs(),
        parameters: model.trained_count(),
        objective: plan.task.objective(),
        chance: plan.task.chance(),
        curve: trained.curve,
        best_epoch: trained.best_epoch,
        stopped: trained.stopped,
        test: trained.test,
        decoding: decoding(plan, &model, &first(Split::Test)),
        beside,
        shown,
        shown_loss: None,
        search,
        notes: trained.notes,
        facts: plan.settings.noise.map_or_else(Vec::new, |n| {
            vec![("noise", n.scale.to_string()), ("noise_law", n.law.name().to_owned())]
        }),
        network: Network { architecture: plan.architecture.clone(), model, precision: plan.precision },
    })
}
