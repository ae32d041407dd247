//! What was found as a section of the page.

mod activity;
mod adjoint;
mod analysis;
pub mod behaviour;
mod clusters;
mod comparison;
mod covariant;
mod currents;
mod cycles;
mod decoding;
mod demixed;
mod distillation;
mod fixed_points;
mod flow_field;
mod gaussian;
mod ibl;
mod integrator;
mod intrinsic;
mod left;
mod linear;
mod lyapunov;
mod mixed;
mod navigation;
mod order;
mod pca;
mod piecewise;
mod potts;
mod recurrent;
mod selectivity;
mod signal;
mod spatial;
mod stores;
mod targeted;
mod task;
mod timescales;
mod training;
mod trajectories;
mod trials;
pub mod words;

pub use fixed_points::{fixed_points, kind as point_kind};
pub use ibl::trials_table;

use crate::Error;
use crate::page::Section;
use nullcline_core::analyses::Context;

/// What a module found, as the report tells it.
trait Shown {
    /// In a sentence, where it is one.
    fn sentence(&self, _: &Context) -> Option<String> {
        None
    }

    /// What it says of what is computed, in short sentences for the head of the page.
    fn answer(&self, _: &Context) -> Vec<String> {
        vec![]
    }

    /// Its part of the page.
    fn rendered(&self, context: &Context) -> Result<Rendered, Error>;
}

/// A module's result, rendered.
pub struct Rendered {
    /// Its part of the page.
    pub section: Section,
    /// Warnings for the head of the page and the summary.
    pub warnings: Vec<String>,
}

impl From<Section> for Rendered {
    fn from(section: Section) -> Self {
        Self { section, warnings: vec![] }
    }
}

/// Trajectories in a plane, at most: more would hide the points.
const IN_PLANE: usize = 40;

/// The first of many lines, and what a caption says of the others.
fn some<T>(lines: &[T]) -> (&[T], String) {
    match lines.len() {
        all if all > IN_PLANE => {
            (&lines[..IN_PLANE], format!(" The first {IN_PLANE} of {all} trajectories."))
        }
        _ => (lines, String::new()),
    }
}

/// A system's units of time, in words.
pub trait Units {
    /// The unit of time, in the singular.
    fn time(&self) -> &'static str;
    /// The unit of exponents.
    fn rate(&self) -> &'static str;
    /// A duration in words.
    fn duration(&self, t: f64) -> String;
}

impl Units for Context {
    fn time(&self) -> &'static str {
        if self.steps { "step" } else { "unit time" }
    }
    fn rate(&self) -> &'static str {
        self.unit().name()
    }
    fn duration(&self, t: f64) -> String {
        let number = words::number(t);
        match (self.steps, (t - 1.0).abs() < 5e-4) {
            (true, true) => format!("{number} step"),
            (true, false) => format!("{number} steps"),
            (false, _) => format!("{number} units of time"),
        }
    }
}
