//! One module's result as the JSON of the summary and a section of the page.

mod activity;
mod adjoint;
pub mod behaviour;
mod clusters;
mod covariant;
mod cycles;
mod decoding;
mod distillation;
mod fixed_points;
mod flow_field;
mod gaussian;
mod long;
mod lyapunov;
mod pca;
mod recurrent;
mod selectivity;
mod training;
mod trajectories;
mod trials;
pub mod words;

pub use activity::{Unit, activity, left_out};
pub use adjoint::{Sensitivity, adjoint, describe as describe_adjoint};
pub use clusters::{Weights, clusters, describe as describe_clusters};
pub use covariant::{covariant, describe as describe_covariant};
pub use cycles::{cycles, describe as describe_cycles};
pub use decoding::{Decoded, Features, decoding, describe as describe_decoding};
pub use distillation::{
    Conventional, Exponents, Radd, ScaleRow, Teaching, conventional, describe as describe_radd,
    describe_conventional, radd,
};
pub use fixed_points::{Plane, describe as describe_points, fixed_points, kind as point_kind};
pub use flow_field::flow_field;
pub use gaussian::{Chosen, GaussianModel, Predicted, Source, Test, describe as describe_gaussian, gaussian};
pub use lyapunov::{describe as describe_exponents, lyapunov};
pub use pca::pca;
pub use recurrent::recurrent;
pub use selectivity::{
    Groups, Pair, ReadOut, Regressed, Selectivity, describe as describe_selectivity, selectivity,
};
pub use training::{Training, describe as describe_training, training};
pub use trajectories::trajectories;
pub use trials::{Row, Trials, describe as describe_trials, trials};

use super::page::Section;
use serde_json::Value;

/// A module's result, rendered.
pub struct Rendered {
    /// Its entry under `modules` of the summary.
    pub json: Value,
    /// Its part of the page.
    pub section: Section,
    /// Warnings for the head of the page and the summary.
    pub warnings: Vec<String>,
}

/// What the sections need to know of the system beside the results.
pub struct Context {
    /// Names of the state's coordinates.
    pub names: Vec<String>,
    /// True when time runs in steps, false when it has a unit of its own.
    pub steps: bool,
    /// True for dx/dt, false for a map.
    pub flow: bool,
}

impl Context {
    /// The unit of time, in the singular.
    pub fn time(&self) -> &'static str {
        if self.steps { "step" } else { "unit time" }
    }
    /// The unit of exponents.
    pub fn rate(&self) -> &'static str {
        if self.steps { "nats per step" } else { "nats per unit time" }
    }
    /// A duration in words.
    pub fn duration(&self, t: f64) -> String {
        let number = words::number(t);
        match (self.steps, (t - 1.0).abs() < 5e-4) {
            (true, true) => format!("{number} step"),
            (true, false) => format!("{number} steps"),
            (false, _) => format!("{number} units of time"),
        }
    }
}
