//! Path integrators in the summary.

use super::number::Number;
use crate::analyses::navigate::{CourseRun, TrainedNavigator};
use crate::numbers::Estimate;
use crate::training::navigation::Modelled;
use crate::training::trainer::Stopped;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// What `train navigate` gives.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Navigations {
    /// The training and its tests.
    pub navigation: Navigation,
}

/// A resetting path integrator; distances are in sides of a room.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Navigation {
    /// The map.
    pub map: String,
    /// Numbers in the parameters.
    pub parameters: usize,
    /// Optimisation steps done.
    pub steps: u64,
    /// That of the parameters that were kept.
    pub best_step: u64,
    /// Mean of the ten last validations there (fewer early on), by which they were chosen.
    pub validation_loss: Number,
    /// Why it ended.
    pub stopped: Stopped,
    /// With images, and without.
    pub courses: Vec<Course>,
    /// What its direct and inverse models do; null: it has none.
    pub models: Option<Models>,
    /// The same before training, where it began with a network's modules: what it forgot.
    pub models_before: Option<Models>,
    /// All settings by the names of the options.
    pub settings: Map<String, Value>,
}

/// What was found on trajectories of one kind.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Course {
    /// `images`, `no images`.
    pub course: String,
    /// Actions of a trajectory.
    pub steps: usize,
    /// Mean distance over the first five actions of what is told from what is so; n counts trajectories.
    pub error_short: Estimate,
    /// Over all actions.
    pub error_long: Estimate,
    /// Those of who never tells a displacement.
    pub still_short: Estimate,
    /// As told.
    pub still_long: Estimate,
    /// Standard deviations over actions and trajectories of the first two.
    pub spread_short: Number,
    /// As told.
    pub spread_long: Number,
    /// Share of what is seen that enters the state where an image was there.
    pub reset_image: Estimate,
    /// And where none was.
    pub reset_other: Estimate,
    /// R^2 of units by a linear regression on positions, means over units that change; errors are between trajectories.
    pub states_absolute: Estimate,
    /// By the displacement from the start.
    pub states_relative: Estimate,
    /// The same of images' representations.
    pub images_absolute: Estimate,
    /// As told.
    pub images_relative: Estimate,
}

/// What the models of an environment do; n counts transitions.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "EnvironmentModels")]
pub struct Models {
    /// Distance of the told action between two images from the true one.
    pub inverse_error: Estimate,
    /// The same between any two images.
    pub inverse_error_anywhere: Estimate,
    /// Share of the variance of representations after an action that the direct model does not tell.
    pub direct_missed: Estimate,
    /// Standard deviation of representations over places.
    pub representation_spread: Number,
}

impl Models {
    fn of(m: &Modelled) -> Self {
        Self {
            inverse_error: m.inverse,
            inverse_error_anywhere: m.anywhere,
            direct_missed: m.direct,
            representation_spread: Number(m.spread),
        }
    }
}

impl Course {
    fn of(run: &CourseRun) -> Self {
        let w = &run.walked;
        Self {
            course: run.name.into(),
            steps: w.errors.len(),
            error_short: w.short,
            error_long: w.long,
            still_short: w.still[0],
            still_long: w.still[1],
            spread_short: Number(w.spreads[0]),
            spread_long: Number(w.spreads[1]),
            reset_image: w.resets[0],
            reset_other: w.resets[1],
            states_absolute: w.states.means[0],
            states_relative: w.states.means[1],
            images_absolute: w.images.means[0],
            images_relative: w.images.means[1],
        }
    }
}

impl Navigation {
    /// Of what was trained.
    pub fn of(t: &TrainedNavigator) -> Self {
        Self {
            map: t.map.name.clone(),
            parameters: t.parameters,
            steps: t.curve.last().map_or(0, |r| r.step),
            best_step: t.best_step,
            validation_loss: Number(t.best_loss),
            stopped: t.stopped,
            courses: t.courses.iter().map(Course::of).collect(),
            models: t.models[1].as_ref().map(Models::of),
            models_before: t.models[0].as_ref().map(Models::of),
            settings: t.settings.iter().cloned().collect(),
        }
    }
}
