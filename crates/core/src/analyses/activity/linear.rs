//! A linear map fitted to the rows of a recording.

use super::comparison::sample;
use super::{Analyses, By};
use crate::analyses::modules::{Diagnostic, OfRecording};
use crate::analyses::summary::Number;
use crate::analyses::{Context, Error};
use crate::diagnostics::dynamics::from_data::{LinearFit, linear_fit};
use crate::diagnostics::geometry::comparison::{Sample, along};
use crate::numbers::Estimate;
use schemars::JsonSchema;
use serde::Serialize;

/// Components in which it is fitted, at most.
const COMPONENTS: usize = 10;

/// A linear map between successive rows.
#[derive(Clone, Debug)]
pub struct LinearDynamics {
    /// The fit, in principal components.
    pub fit: LinearFit,
    /// Share of the variance that these components carry.
    pub share: f64,
    /// What errors are between.
    pub by: By,
}

/// A linear fit in the summary.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "LinearDynamics")]
pub struct Entry {
    /// Principal components in which it is fitted.
    pub components: usize,
    /// Share of the variance that they carry.
    pub share: Number,
    /// What errors are between.
    pub errors: By,
    /// Pairs of successive rows.
    pub pairs: usize,
    /// Ridge, of the mean variance of a component; that of the best prediction in trials left out.
    pub ridge: Number,
    /// Share of the variance of steps that it explains in trials left out: below zero it is worse than staying.
    pub explained: Number,
    /// Its standard error.
    pub explained_std_error: Number,
    /// ln of the moduli of its eigenvalues, a step, the largest first.
    pub exponents: Vec<Number>,
    /// Their standard errors.
    pub std_error: Vec<Number>,
    /// Its eigenvalues, \[re, im\].
    pub eigenvalues: Vec<[Number; 2]>,
    /// Where it rests, in components.
    pub fixed_point: Vec<Number>,
    /// Standard errors.
    pub fixed_point_std_error: Vec<Number>,
}

impl Diagnostic for LinearDynamics {
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.linear()));
    const ON_REQUEST: bool = true;
}

impl Analyses<'_> {
    fn linear(&self) -> Result<LinearDynamics, Error> {
        let (by, rows, share) = self.successive("linear dynamics")?;
        let few = "linear dynamics: too few rows that follow one another, expected five trials or more, and three such rows for each component";
        let fit = linear_fit(&rows, self.config.seed).ok_or_else(|| Error::input(&self.config.file, few))?;
        Ok(LinearDynamics { fit, share, by })
    }

    /// What errors are between, the rows in their first components, and the share of the variance that these carry.
    pub(super) fn successive(&self, what: &str) -> Result<(By, Sample, f64), Error> {
        let refused = |message: &str| Error::input(&self.config.file, format!("{what}: {message}"));
        let pca = self.pca.ok_or_else(|| refused("the units do not vary"))?;
        if self.held.every > 1 {
            return Err(refused(
                "the rows do not fit into memory, and of one in several none follows another: choose fewer --units",
            ));
        }
        let k = pca.components_for_90.min(COMPONENTS);
        let (by, s) = sample(self.held);
        let rows = s.with(along(s.x.as_ref(), &pca.mean, pca.components.subcols(0, k)));
        Ok((by, rows, pca.explained_variance_ratio[..k].iter().sum()))
    }
}

impl Entry {
    /// Of what was found.
    pub fn of(found: &LinearDynamics, _: &Context) -> Self {
        let fit = &found.fit;
        let values = |all: &[Estimate]| all.iter().map(|e| Number(e.value)).collect();
        let errors = |all: &[Estimate]| all.iter().map(|e| Number(e.error())).collect();
        Self {
            components: fit.b.len(),
            share: Number(found.share),
            errors: found.by,
            pairs: fit.pairs,
            ridge: Number(fit.ridge),
            explained: Number(fit.explained.value),
            explained_std_error: Number(fit.explained.error()),
            exponents: values(&fit.exponents),
            std_error: errors(&fit.exponents),
            eigenvalues: fit.eigenvalues.iter().map(|z| [Number(z.re), Number(z.im)]).collect(),
            fixed_point: values(&fit.fixed_point),
            fixed_point_std_error: errors(&fit.fixed_point),
        }
    }
}
