//! Trainings and searches in the summary.

use super::number::Number;
use crate::analyses::training::{Choice, Decoding, Searched, TrainedNetwork};
use crate::tasks::Objective;
use crate::training::trainer::Stopped;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// What was trained: entry `input` of the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AboutTask {
    /// The task.
    pub task: String,
}

/// What `train` gives.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Trainings {
    /// The training.
    pub training: Training,
    /// The search before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Search")]
    pub search: Option<Search>,
}

/// A training; losses and accuracies are those of the epoch with the lowest validation loss.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Training {
    /// The task.
    pub task: String,
    /// The cell.
    #[schemars(with = "String")]
    pub cell: Value,
    /// Law of the initial parameters.
    #[schemars(with = "String")]
    pub init: Value,
    /// Units of each layer.
    pub units: Vec<usize>,
    /// Of the network.
    pub inputs: usize,
    /// Of the network.
    pub outputs: usize,
    /// Trained numbers, the read-out's among them.
    pub parameters: usize,
    /// Cross entropy in nats.
    pub loss: Objective,
    /// Loss of the best outputs that know the task and the step but not the item.
    pub chance: Number,
    /// Epochs done.
    pub epochs: usize,
    /// Optimisation steps done.
    pub steps: u64,
    /// 0: before training.
    pub best_epoch: usize,
    /// Why it ended.
    pub stopped: Stopped,
    /// Mean over the epoch's minibatches, under dropout.
    pub train_loss: Number,
    /// On the validation items.
    pub validation_loss: Number,
    /// Share of right targets; null for the mean square.
    pub validation_accuracy: Number,
    /// On the test items.
    pub test_loss: Number,
    /// Share of right targets among them.
    pub test_accuracy: Number,
    /// Loss on the trials written beside the network, where those are longer than what it was trained on; null otherwise.
    pub trials_loss: Option<Number>,
    /// That of outputs that never change.
    pub trials_constant_loss: Option<Number>,
    /// How far from places or directions the outputs are that stand for such, on test items.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Decoding")]
    pub decoding: Option<Decoding>,
    /// All settings by the names of the options.
    pub settings: Map<String, Value>,
}

/// A hyper-parameter search; for each setting that was searched there is `search_` with its name, its range, and `best_` with its
/// name, the best trial's value.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Search {
    /// How trials were chosen.
    pub search: Choice,
    /// Trials, or values of each range of a grid.
    pub search_count: usize,
    /// What was searched.
    #[serde(flatten)]
    pub space: Map<String, Value>,
    /// Trials.
    pub trials: usize,
    /// Those that diverged.
    pub diverged: usize,
    /// From 1.
    pub best_trial: usize,
    /// The lowest of those that did not diverge.
    pub best_validation_loss: Number,
    /// What the best was told.
    #[serde(flatten)]
    pub best: Map<String, Value>,
}

impl Training {
    /// Of what was trained.
    pub fn of(t: &TrainedNetwork) -> Self {
        let setting =
            |name: &str| t.settings.iter().find(|(k, _)| k == name).map_or(Value::Null, |(_, v)| v.clone());
        let optional = |v: Option<f64>| Number(v.unwrap_or(f64::NAN));
        let best = t.best();
        Self {
            task: t.task.into(),
            cell: setting("cell"),
            init: setting("init"),
            units: t.network.architecture.units().to_vec(),
            inputs: t.inputs,
            outputs: t.outputs,
            parameters: t.parameters,
            loss: t.objective,
            chance: Number(t.chance),
            epochs: t.epochs(),
            steps: t.curve.last().map_or(0, |r| r.step),
            best_epoch: t.best_epoch,
            stopped: t.stopped,
            train_loss: optional(best.map(|r| r.train_loss)),
            validation_loss: optional(best.map(|r| r.validation_loss)),
            validation_accuracy: optional(best.and_then(|r| r.accuracy)),
            test_loss: optional(t.test.map(|m| m.loss)),
            test_accuracy: optional(t.test.and_then(|m| m.accuracy)),
            trials_loss: t.shown_loss.map(|l| Number(l[0])),
            trials_constant_loss: t.shown_loss.map(|l| Number(l[1])),
            decoding: t.decoding,
            settings: t.settings.iter().cloned().collect(),
        }
    }
}

impl Search {
    /// Of what was searched.
    pub fn of(t: &Searched) -> Self {
        let (values, best) = &t.trials[t.best];
        let told = t.names().into_iter().zip(values);
        Self {
            search: t.search.choice,
            search_count: t.search.choice.count(),
            space: t.search.ranges().into_iter().collect(),
            trials: t.trials.len(),
            diverged: t.diverged(),
            best_trial: t.best + 1,
            best_validation_loss: Number(best.best().validation_loss),
            best: told.map(|(name, v)| (format!("best_{name}"), Value::from(*v))).collect(),
        }
    }
}
