//! Autocorrelation times of the units of a recording.

use super::Left;
use crate::analyses::modules::{Diagnostic, OfRecording};
use crate::analyses::summary::Number;
use crate::analyses::{Context, Module};
use crate::diagnostics::geometry::timescale::timescale;
use crate::linalg::col;
use crate::numbers::Estimate;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

/// How long each unit remembers itself.
pub struct Timescales {
    /// Names of the units.
    pub units: Vec<String>,
    /// Integrated autocorrelation time of each, in rows; none where it does not vary, or the rows are too few to tell.
    pub times: Vec<Estimate>,
    /// Median over the units whose time is known.
    pub median: Estimate,
    /// What was left out.
    pub left: Vec<Left>,
}

/// Autocorrelation times in the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Timescales")]
pub struct Entry {
    /// Names of the units.
    pub units: Vec<String>,
    /// Integrated autocorrelation time of each, in rows; null: it does not vary, or the rows are too few to tell.
    pub time: Vec<Number>,
    /// Standard errors, in the same order.
    pub std_error: Vec<Number>,
    /// Median over the units whose time is known.
    pub median: Number,
    /// Its standard error, from their spread; null where they are too few.
    pub median_std_error: Number,
}

impl Diagnostic for Timescales {
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| {
        let x = a.held.x.transpose().to_owned();
        let every = a.held.every as f64;
        let time =
            |i| timescale(col(x.as_ref(), i), &a.held.follows).map_or(Estimate::NONE, |e| e.times(every));
        let times: Vec<Estimate> = (0..x.ncols()).into_par_iter().map(time).collect();
        let known = times.iter().map(|t| t.value).filter(|t| t.is_finite());
        let thinned = Left::Thinned { module: Module::Timescales, every: a.held.every };
        Ok(Self {
            units: a.units.to_vec(),
            median: Estimate::median(known),
            left: (a.held.every > 1).then_some(thinned).into_iter().collect(),
            times,
        })
    }));
    const ON_REQUEST: bool = true;
}

impl Entry {
    /// Of what was found.
    pub fn of(found: &Timescales, _: &Context) -> Self {
        let numbers = |f: fn(&Estimate) -> f64| found.times.iter().map(|t| Number(f(t))).collect();
        Self {
            units: found.units.clone(),
            time: numbers(|t| t.value),
            std_error: numbers(Estimate::error),
            median: Number(found.median.value),
            median_std_error: Number(found.median.error()),
        }
    }
}
