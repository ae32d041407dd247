//! Autocorrelation times of the units of a recording.

use super::Left;
use crate::analyses::modules::{Diagnostic, OfRecording};
use crate::analyses::{Context, Module};
use crate::diagnostics::geometry::timescale::timescale;
use crate::linalg::col;
use crate::numbers::Estimate;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

/// How long each unit remembers itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Timescales {
    /// Names of the units.
    pub units: Vec<String>,
    /// Integrated autocorrelation time of each, in rows; null: it does not vary, or the rows are too few to tell.
    pub times: Vec<Estimate>,
    /// Median over the units whose time is known; its error from their spread.
    pub median: Estimate,
    /// What was left out.
    #[serde(skip)]
    pub left: Vec<Left>,
}

impl Diagnostic for Timescales {
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| {
        let x = a.held.x.transpose().to_owned();
        let every = a.held.every as f64;
        let time =
            |i| timescale(col(x.as_ref(), i), &a.held.follows).map_or(Estimate::NONE, |e| e.times(every));
        let times: Vec<Estimate> = (0..x.ncols()).into_par_iter().map(time).collect();
        let known = times.iter().map(|t| t.value).filter(|t| t.is_finite());
        Ok(Self {
            units: a.units.to_vec(),
            median: Estimate::median(known),
            left: a.left(Module::Timescales),
            times,
        })
    }));
    const ON_REQUEST: bool = true;
}

impl Timescales {
    /// As the summary holds it.
    pub fn of(found: &Self, _: &Context) -> Self {
        found.clone()
    }
}
