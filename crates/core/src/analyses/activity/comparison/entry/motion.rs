//! How two recordings move, in the summary.

use crate::analyses::activity::comparison::{Apart, Bins, Dynamics, Moves};
use crate::analyses::summary::Number;
use crate::diagnostics::geometry::comparison::{Bias, Diffusion, Displacements, Transitions};
use schemars::JsonSchema;
use serde::Serialize;

/// Which way around two recordings move.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DirectionBias {
    /// Of the first; null: nothing moves.
    pub active: Option<Direction>,
    /// Of the second.
    pub quiescent: Option<Direction>,
    /// The bias of the active less that of the quiescent; null: too few trials.
    pub difference: Option<Difference>,
}

/// Which way around a recording moves.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Direction {
    /// What is swept counter-clockwise (or upward) less the other way, over both: -1 to 1.
    pub value: Number,
    /// Standard error.
    pub std_error: Number,
    /// Mean angle of a step, radians; null: on a line.
    pub radians: Number,
    /// Its standard error.
    pub radians_std_error: Number,
    /// Chance of so large a bias where trials may as well run backward.
    pub p: Number,
}

/// A difference with its test.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "BiasDifference")]
pub struct Difference {
    /// Value.
    pub value: Number,
    /// Standard error.
    pub std_error: Number,
    /// Of permuted trials.
    pub p: Number,
}

/// Transitions between bins of two recordings.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Transitions")]
pub struct TransitionsEntry {
    /// What bins are of.
    pub of: Bins,
    /// How many bins.
    pub bins: usize,
    /// Rows of each trial taken.
    pub rows: usize,
    /// Half of the summed differences of probabilities, over bins.
    pub difference: Number,
    /// Mean of it where trials are dealt out at random.
    pub difference_by_chance: Number,
    /// Chance of so much.
    pub p: Number,
    /// Of the first: transitions that are not gone back, over all.
    pub active: OneWay,
    /// Of the second.
    pub quiescent: OneWay,
}

/// Whether transitions go one way.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OneWay {
    /// 0 where time may as well run backward, 1 where no way is gone back.
    pub value: Number,
    /// Mean of it where each trial is reversed at random.
    pub by_chance: Number,
    /// Chance of so much.
    pub p: Number,
}

/// Mean squared displacements.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "DiffusionOfBoth")]
pub struct DiffusionEntry {
    /// Components of the active recording within which displacements are looked at.
    pub components: usize,
    /// Of the first; null: trials are too short.
    pub active: Option<Displaced>,
    /// Of the second.
    pub quiescent: Option<Displaced>,
}

/// Mean squared displacements of a recording.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Displaced {
    /// Lags, steps.
    pub lags: Vec<usize>,
    /// Within the components.
    pub within: Along,
    /// Off them; null: nothing is.
    pub off: Option<Along>,
}

/// Displacements along some directions.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "DisplacedAlong")]
pub struct Along {
    /// Slope of the logarithm of the mean square on that of the lag.
    pub exponent: Number,
    /// Its standard error.
    pub std_error: Number,
    /// Mean square at each lag.
    pub mean_square: Vec<Number>,
}

/// Dynamics of two recordings.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "DynamicsOfBoth")]
pub struct DynamicsEntry {
    /// Dynamical similarity (DSA), an angle, 0 to pi; null: trials are too short or too few.
    pub similarity: Option<ApartEntry>,
    /// Rows that are one in its delay coordinates.
    pub delays: usize,
    /// Leading ones of these.
    pub modes: usize,
    /// Searches that came to this angle, of all.
    pub agreeing: [usize; 2],
    /// KL(active || quiescent) over bins of the compared space (D_stsp), nats; null: of headings, or nothing lies in the bins.
    pub state_space: Option<Number>,
    /// The same of mixtures of Gaussians around the rows.
    pub state_space_mixture: Option<Number>,
    /// Hellinger distance of power spectra, 0 to 1, mean over coordinates; null: rows do not follow one another.
    pub spectra: Option<ApartEntry>,
    /// Rows of a window of these.
    pub window: usize,
}

/// A distance of two recordings beside that of halves of one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Apart")]
pub struct ApartEntry {
    /// Of both.
    pub value: Number,
    /// Standard error, by halves of the trials.
    pub std_error: Number,
    /// Mean between halves of the active recording's trials, which differ by chance alone.
    pub within_active: Number,
    /// The same of the quiescent one.
    pub within_quiescent: Number,
}

impl DirectionBias {
    pub(super) fn of(m: &Moves) -> Self {
        let one = |b: &Option<Bias>| {
            b.map(|b| Direction {
                value: Number(b.bias.value),
                std_error: Number(b.bias.error()),
                radians: Number(b.radians.value),
                radians_std_error: Number(b.radians.error()),
                p: Number(b.p),
            })
        };
        let difference = m.difference.map(|(d, p)| Difference {
            value: Number(d.value),
            std_error: Number(d.error()),
            p: Number(p),
        });
        Self { active: one(&m.bias[0]), quiescent: one(&m.bias[1]), difference }
    }
}

impl TransitionsEntry {
    pub(super) fn of(m: &Moves) -> Option<Self> {
        let c = m.transitions.as_ref()?;
        let way = |t: &Transitions| OneWay {
            value: Number(t.one_way),
            by_chance: Number(t.by_chance),
            p: Number(t.p),
        };
        Some(Self {
            of: m.bins,
            bins: c.first.counts.nrows(),
            rows: c.rows,
            difference: Number(c.difference),
            difference_by_chance: Number(c.by_chance),
            p: Number(c.p),
            active: way(&c.first),
            quiescent: way(&c.second),
        })
    }
}

impl Displaced {
    pub(super) fn of(d: &Diffusion) -> Self {
        let along = |a: &Displacements| Along {
            exponent: Number(a.exponent.value),
            std_error: Number(a.exponent.error()),
            mean_square: a.mean_square.iter().map(|m| Number(m.value)).collect(),
        };
        Self { lags: d.lags.clone(), within: along(&d.within), off: d.off.as_ref().map(along) }
    }
}

impl DynamicsEntry {
    pub(super) fn of(d: &Dynamics) -> Self {
        let apart = |a: &Apart| ApartEntry {
            value: Number(a.value.value),
            std_error: Number(a.value.error()),
            within_active: Number(a.active),
            within_quiescent: Number(a.quiescent),
        };
        Self {
            similarity: d.similarity.as_ref().map(apart),
            delays: d.embedding.delays,
            modes: d.embedding.rank,
            agreeing: [d.agreeing.0, d.agreeing.1],
            state_space: d.binned.map(Number),
            state_space_mixture: d.mixture.map(Number),
            spectra: d.spectra.as_ref().map(apart),
            window: d.rows,
        }
    }
}
