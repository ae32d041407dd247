//! Behaviour in the IBL task in the summary.

use super::number::Number;
use crate::analyses::ibl::Behaved;
use schemars::JsonSchema;
use serde::Serialize;

/// What `train ibl` gives.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Behaviour {
    /// The behaviour.
    pub ibl: Ibl,
}

/// Behaviour of a network trained on the IBL task, on fresh blocks.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Ibl {
    /// Of the network.
    pub units: usize,
    /// Trials played.
    pub trials: usize,
    /// Correct trials of all; no answer counts as wrong.
    pub accuracy: Number,
    /// Correct trials of those answered.
    pub accuracy_of_answered: Number,
    /// Share of trials with an action.
    pub answered: Number,
    /// Blank steps among them.
    pub steps_per_trial: Number,
    /// Gradient steps of the training.
    pub gradient_steps: u64,
    /// What was minimised.
    pub loss: String,
    /// By its name on the command line.
    pub optimiser: String,
    /// Learning rate.
    pub rate: f64,
    /// Sessions a gradient step.
    pub batch: usize,
}

impl Ibl {
    /// Of how it behaves.
    pub fn of(found: &Behaved) -> Self {
        let (config, played) = (&found.config, &found.played);
        let s = &config.schedule;
        Self {
            units: config.units,
            trials: played.trials.len(),
            accuracy: Number(played.accuracy()),
            accuracy_of_answered: Number(played.accuracy_of_actions()),
            answered: Number(played.acted()),
            steps_per_trial: Number(found.steps_per_trial()),
            gradient_steps: config.steps,
            loss: s.loss.name().into(),
            optimiser: config.method.name().into(),
            rate: s.rate,
            batch: s.batch,
        }
    }
}
