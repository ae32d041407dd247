//! Claims in the summary.

use super::table::reason;
use super::{Claim, Kind, Verdict};
use crate::Preset;
use nullcline_core::analyses::summary::Number;
use schemars::JsonSchema;
use serde::Serialize;

/// A row of claims.csv, and why it differs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Claim")]
pub struct ClaimEntry {
    /// The statement.
    pub claim: String,
    /// Paper and place.
    pub source: String,
    /// A statement of the paper, of ours or a corrected formula, or an identity that the code must obey.
    pub kind: Kind,
    /// The sizes that were run.
    pub preset: Preset,
    /// What is measured, with its unit and, where it is one-sided, its limit.
    pub quantity: String,
    /// The paper's number.
    pub published: Option<Number>,
    /// The theory's number.
    pub predicted: Option<Number>,
    /// Ours.
    pub measured: Number,
    /// Its standard error: 0 of an exact number, null where it is not known.
    pub std_error: Option<Number>,
    /// Independent repetitions.
    pub n: usize,
    /// Largest difference that still holds.
    pub tolerance: Number,
    /// By measured ± t std_error, t the two-sided 95 % quantile of Student's law for n - 1.
    pub verdict: Verdict,
    /// Why it differs or cannot be told; may be empty.
    pub reason: String,
}

/// Claims for the summary.
pub fn entries(claims: &[Claim], preset: Preset) -> Vec<ClaimEntry> {
    let one = |c: &Claim| ClaimEntry {
        claim: c.claim.clone(),
        source: c.source.clone(),
        kind: c.kind,
        preset,
        quantity: c.quantity.clone(),
        published: c.published.map(Number),
        predicted: c.predicted.map(Number),
        measured: Number(c.measured.value),
        std_error: c.measured.std_error.map(Number),
        n: c.measured.n,
        tolerance: Number(c.tolerance),
        verdict: c.verdict,
        reason: reason(c),
    };
    claims.iter().map(one).collect()
}
