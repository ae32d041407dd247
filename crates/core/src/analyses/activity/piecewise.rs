//! A piecewise-linear map fitted to the rows of a recording.

use super::{Analyses, By};
use crate::analyses::modules::{Diagnostic, OfRecording};
use crate::analyses::summary::Number;
use crate::analyses::{Context, Error};
use crate::diagnostics::dynamics::from_data::{PiecewiseFit, Point, piecewise_fit};
use crate::numbers::Estimate;
use schemars::JsonSchema;
use serde::Serialize;

/// A piecewise-linear map between successive rows.
#[derive(Clone, Debug)]
pub struct PiecewiseDynamics {
    /// The fit, in principal components.
    pub fit: PiecewiseFit,
    /// Share of the variance that these components carry.
    pub share: f64,
    /// What errors are between.
    pub by: By,
}

/// A piecewise-linear fit in the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PiecewiseDynamics")]
pub struct Entry {
    /// Principal components in which it is fitted.
    pub components: usize,
    /// Share of the variance that they carry.
    pub share: Number,
    /// What errors are between.
    pub errors: By,
    /// Pairs of successive rows fitted.
    pub pairs: usize,
    /// Hyperplanes at which the map bends; 0: a linear map predicts trials left out as well.
    pub hinges: usize,
    /// Share of the variance of steps that maps of 0, 1, ... hinges explain in trials left out.
    pub explained: Vec<Number>,
    /// Standard errors.
    pub explained_std_error: Vec<Number>,
    /// What the chosen map explains more than the linear one; null: it is the linear one.
    pub gain: Option<Number>,
    /// Its standard error.
    pub gain_std_error: Option<Number>,
    /// Exponents along the rows, a step, the largest first.
    pub exponents: Vec<Number>,
    /// Standard errors.
    pub std_error: Vec<Number>,
    /// Fixed points.
    pub points: Vec<PointEntry>,
    /// Where the map takes rows, left to itself.
    pub ends: EndsEntry,
}

/// A fixed point of a fitted map.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PiecewisePoint")]
pub struct PointEntry {
    /// In components.
    pub state: Vec<Number>,
    /// Standard errors; null: not known.
    pub std_error: Vec<Number>,
    /// Directions in which states leave it.
    pub unstable: usize,
    /// ln of the largest modulus of its eigenvalues, a step.
    pub exponent: Number,
    /// Its standard error.
    pub exponent_std_error: Number,
    /// Eigenvalues, \[re, im\].
    pub eigenvalues: Vec<[Number; 2]>,
    /// Share of the samples of trials drawn anew that have one like it.
    pub found: Number,
    /// Whether it lies outside of the range of the rows.
    pub outside: bool,
}

/// Where orbits of a fitted map end.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PiecewiseEnds")]
pub struct EndsEntry {
    /// Orbits from rows that end at each of the points.
    pub at_points: Vec<usize>,
    /// That keep moving.
    pub moving: usize,
    /// That leave all bounds.
    pub unbounded: usize,
    /// Largest exponent of those that keep moving, a step.
    pub exponent: Number,
    /// Its standard error.
    pub std_error: Number,
}

impl Diagnostic for PiecewiseDynamics {
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.piecewise()));
    const ON_REQUEST: bool = true;
}

impl Analyses<'_> {
    fn piecewise(&self) -> Result<PiecewiseDynamics, Error> {
        let (by, rows, share) = self.successive("piecewise dynamics")?;
        let few = "piecewise dynamics: too few rows that follow one another, expected five trials or more, and thirteen such rows for each \
                   component and one";
        let fit =
            piecewise_fit(&rows, self.config.seed).ok_or_else(|| Error::input(&self.config.file, few))?;
        Ok(PiecewiseDynamics { fit, share, by })
    }
}

impl Entry {
    /// Of what was found.
    pub fn of(found: &PiecewiseDynamics, _: &Context) -> Self {
        let fit = &found.fit;
        let values = |all: &[Estimate]| all.iter().map(|e| Number(e.value)).collect();
        let errors = |all: &[Estimate]| all.iter().map(|e| Number(e.error())).collect();
        let point = |p: &Point| PointEntry {
            state: values(&p.state),
            std_error: errors(&p.state),
            unstable: p.unstable,
            exponent: Number(p.exponent.value),
            exponent_std_error: Number(p.exponent.error()),
            eigenvalues: p.eigenvalues.iter().map(|z| [Number(z.re), Number(z.im)]).collect(),
            found: Number(p.found),
            outside: p.outside,
        };
        Self {
            components: fit.map.dim(),
            share: Number(found.share),
            errors: found.by,
            pairs: fit.pairs,
            hinges: fit.map.hinges.len(),
            explained: values(&fit.tried),
            explained_std_error: errors(&fit.tried),
            gain: fit.gain.map(|g| Number(g.value)),
            gain_std_error: fit.gain.map(|g| Number(g.error())),
            exponents: values(&fit.exponents),
            std_error: errors(&fit.exponents),
            points: fit.points.iter().map(point).collect(),
            ends: EndsEntry {
                at_points: fit.ends.at.clone(),
                moving: fit.ends.moving,
                unbounded: fit.ends.unbounded,
                exponent: Number(fit.free.value),
                std_error: Number(fit.free.error()),
            },
        }
    }
}
