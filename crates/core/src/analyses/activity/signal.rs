//! Dimensions of a recording that are signal, not noise.

use super::repeated::{self, rows_of_trials};
use super::{Analyses, Left};
use crate::analyses::conditions::Conditions;
use crate::analyses::modules::{Diagnostic, OfRecording};
use crate::analyses::summary::Number;
use crate::analyses::{Context, Error, Module};
use crate::diagnostics::geometry::correlation::successive;
use crate::diagnostics::geometry::signal::{AbovePoisson, Reproducible, above_poisson, reproducible};
use crate::numbers::Estimate;
use schemars::JsonSchema;
use serde::Serialize;

/// Products that windows of rows may take, a window times the square of the units each.
const PRODUCTS: usize = 1_000_000_000;
/// Blocks of rows where neither trials nor their correlation tell what belongs together.
const BLOCKS: usize = 20;

/// What is signal in a recording.
pub struct SignalDimension {
    /// Participation ratio of all, noise and signal.
    pub whole: Estimate,
    /// Units.
    pub units: usize,
    /// Above the noise of Poisson spikes; none where values are no counts.
    pub poisson: Option<AbovePoisson>,
    /// What comes again, from trial to trial and from row to row.
    pub repeats: Vec<(Between, Reproducible)>,
    /// What was left out.
    pub left: Vec<Left>,
}

/// What is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Trials of a condition, each step of it a point.
    Trials,
    /// Four rows that follow one another.
    Rows,
}
named!(Between: Self::Trials => "trials", Self::Rows => "successive rows");

/// Dimensions of signal and noise in the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SignalDimension")]
pub struct Entry {
    /// Participation ratio of all variance, noise included.
    pub participation_ratio_with_noise: Number,
    /// Its standard error.
    pub participation_ratio_with_noise_std_error: Number,
    /// Above Poisson noise; null: the values are no spike counts.
    pub poisson: Option<Poisson>,
    /// What comes again.
    pub cross_validated: Vec<CrossValidated>,
}

/// What spike counts hold above Poisson noise.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "AbovePoisson")]
pub struct Poisson {
    /// Eigenvalues above the floor.
    pub dimensions: usize,
    /// Of the covariance of counts over the square roots of their means.
    pub eigenvalues: Vec<Number>,
    /// The largest that constant rates show in 95 of 100.
    pub floor: Number,
    /// Share of the variance that is not Poisson noise.
    pub share: Number,
    /// Its standard error.
    pub share_std_error: Number,
    /// Of the covariance of the rates; null: no dimension is above the floor.
    pub participation_ratio: Number,
    /// Its standard error.
    pub participation_ratio_std_error: Number,
}

/// What comes again of activity.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CrossValidated {
    /// What is repeated.
    pub between: Between,
    /// Points, steps of conditions or windows of rows.
    pub points: usize,
    /// Repeats of the condition that has the fewest.
    pub repeats: usize,
    /// Components whose variance comes again, each by its interval of 95 %; null: errors are not known.
    pub dimensions: Option<usize>,
    /// Variance along the components of one half that the other has too.
    pub spectrum: Vec<Number>,
    /// Standard errors.
    pub spectrum_std_error: Vec<Number>,
    /// Share of the variance that comes again.
    pub share: Number,
    /// Its standard error.
    pub share_std_error: Number,
    /// Of what comes again; null: nothing does, or repeats are fewer than four.
    pub participation_ratio: Number,
    /// Its standard error.
    pub participation_ratio_std_error: Number,
}

impl Diagnostic for SignalDimension {
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.signal()));
    const OF_COUNTS: bool = true;
}

impl Analyses<'_> {
    fn signal(&self) -> Result<SignalDimension, Error> {
        if self.pca.is_none() {
            return Err(Error::input(&self.config.file, "the units do not vary: they have no dimensions"));
        }
        let (x, n) = (self.held.x.as_ref(), self.held.x.nrows());
        let group = self.parts_of_errors();
        let poisson = if self.counts { above_poisson(x, &group, self.config.seed) } else { None };
        let mut repeats = vec![];
        let trials = self.held.trials.as_deref().map_or(0, |t| rows_of_trials(t).len());
        let condition = self.held.conditions.as_ref().map_or_else(|| vec![0; trials], Conditions::numbered);
        let by_trial = repeated::trials(self.held, &condition);
        // Smoothing carries noise from row to row.
        let smoothed = self.config.recording.preparation.smooth.is_some();
        let by_row = (!smoothed).then(|| (Between::Rows, repeated::windows(self.held, PRODUCTS / (n * n))));
        for (between, all) in [(Between::Trials, by_trial)].into_iter().chain(by_row) {
            let found = reproducible(x, &all, self.config.seed);
            repeats.extend(found.map(|found| (between, found)));
        }
        if poisson.is_none() && repeats.is_empty() {
            let rows = match smoothed {
                true => "rows were smoothed (--smooth), so that noise is in the next ones, too",
                false => "no four rows follow one another",
            };
            let message = format!(
                "no noise can be told: the values are no spike counts, no trials are given (--trial) and {rows}"
            );
            return Err(Error::input(&self.config.file, message));
        }
        Ok(SignalDimension {
            whole: self.pca.map_or(Estimate::NONE, |p| p.participation_ratio),
            units: n,
            poisson,
            repeats,
            left: self
                .left_of_trials(Module::SignalDimension)
                .into_iter()
                .chain(smoothed.then_some(Left::Smoothed { module: Module::SignalDimension }))
                .collect(),
        })
    }

    /// The part of each row that errors leave out, numbered from 0 without gaps.
    fn parts_of_errors(&self) -> Vec<usize> {
        let rows = self.held.x.ncols();
        let group = self.groups().1.unwrap_or_else(|| successive(rows, BLOCKS.min(rows)));
        let mut known: Vec<usize> = group.clone();
        known.sort_unstable();
        known.dedup();
        group.iter().map(|g| known.partition_point(|k| k < g)).collect()
    }
}

impl Entry {
    /// Of what was found.
    pub fn of(found: &SignalDimension, _: &Context) -> Self {
        let numbers = |all: &[f64]| all.iter().map(|v| Number(*v)).collect();
        let poisson = found.poisson.as_ref().map(|p| Poisson {
            dimensions: p.above,
            eigenvalues: numbers(&p.eigenvalues),
            floor: Number(p.floor),
            share: Number(p.share.value),
            share_std_error: Number(p.share.error()),
            participation_ratio: Number(p.participation_ratio.value),
            participation_ratio_std_error: Number(p.participation_ratio.error()),
        });
        let of = |(between, r): &(Between, Reproducible)| CrossValidated {
            between: *between,
            points: r.points,
            repeats: r.repeats,
            dimensions: r.above,
            spectrum: r.spectrum.iter().map(|e| Number(e.value)).collect(),
            spectrum_std_error: r.spectrum.iter().map(|e| Number(e.error())).collect(),
            share: Number(r.share.value),
            share_std_error: Number(r.share.error()),
            participation_ratio: Number(r.participation_ratio.value),
            participation_ratio_std_error: Number(r.participation_ratio.error()),
        };
        Self {
            participation_ratio_with_noise: Number(found.whole.value),
            participation_ratio_with_noise_std_error: Number(found.whole.error()),
            poisson,
            cross_validated: found.repeats.iter().map(of).collect(),
        }
    }
}
