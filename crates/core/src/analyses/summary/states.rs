//! Components, flow field, trajectories and spectra of weights in the summary.

use super::number::{Number, complex, numbers};
use crate::analyses::network::{Flow, Paths};
use crate::analyses::{Components, Context, Rows};
use crate::diagnostics::dynamics::recurrent::RecurrentSpectrum;
use schemars::JsonSchema;
use serde::Serialize;

/// Principal components.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Pca {
    /// Share of the variance of each component, largest first: as many as units, or as rows less one, where those are fewer. Zero
    /// where nothing is left but rounding.
    pub explained_variance_ratio: Vec<Number>,
    /// Its standard error; null with too few blocks, and where one component carries everything or nothing.
    pub explained_variance_ratio_std_error: Vec<Number>,
    /// Variance along each, divisor rows - 1; null beyond the range of numbers.
    pub explained_variance: Vec<Number>,
    /// Blocks of successive rows that errors are between; 0: no errors.
    pub blocks: usize,
    /// Successive rows that count as one.
    pub correlation_time: Number,
    /// (sum of variances)² / sum of their squares.
    pub participation_ratio: Number,
    /// Null with too few blocks, and where one component of several carries everything.
    pub participation_ratio_std_error: Number,
    /// Components that together explain 90 % of the variance.
    pub components_for_90: usize,
    /// Rows.
    pub rows: usize,
    /// Of a network: trajectories.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "usize")]
    pub trajectories: Option<usize>,
    /// Of a network: steps of the longest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "usize")]
    pub length: Option<usize>,
}

/// The flow in the plane of the first two components.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FlowField {
    /// Median over the grid of the speed out of the plane over the whole speed.
    pub off_plane_share: Number,
    /// Points along each axis.
    pub grid: [usize; 2],
    /// Ends of the grid along the first component.
    pub range_pc1: [Number; 2],
    /// Along the second.
    pub range_pc2: [Number; 2],
}

/// States along trajectories.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Trajectories {
    /// Trajectories.
    pub trajectories: usize,
    /// States in all.
    pub rows: usize,
    /// |x(t+1) - x(t)| / time step at the end of each.
    pub final_speed: Vec<Number>,
    /// Trajectories whose final speed is below 1e-8.
    pub at_rest: usize,
    /// Trajectories that left the finite numbers, from 0.
    pub diverged: Vec<usize>,
}

/// Of the first recurrent matrix, and of each of them under `matrices`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Recurrent {
    /// The first.
    #[serde(flatten)]
    #[schemars(with = "Spectrum")]
    pub first: Option<Spectrum>,
    /// All.
    pub matrices: Vec<Spectrum>,
}

/// Spectra of one matrix.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "RecurrentSpectrum")]
pub struct Spectrum {
    /// The gate, with its layer where there are several.
    pub name: String,
    /// Largest modulus of an eigenvalue.
    pub spectral_radius: Number,
    /// Largest first.
    pub singular_values: Vec<Number>,
    /// Real and imaginary parts, largest modulus first.
    pub eigenvalues: Vec<[Number; 2]>,
    /// How far the matrix W is from normal: |W Wᵀ - Wᵀ W| / |W|², both norms Frobenius; 0 of a normal matrix, at most √2.
    pub non_normality: Number,
}

impl Pca {
    /// Of what was found.
    pub fn of(c: &Components, _: &Context) -> Self {
        let pca = &c.pca;
        let of_network = match c.rows {
            Rows::Trajectories { source, length } => Some((source.trajectories, length)),
            Rows::Recorded => None,
        };
        Self {
            explained_variance_ratio: numbers(&pca.explained_variance_ratio),
            explained_variance_ratio_std_error: numbers(&pca.std_error),
            explained_variance: numbers(&pca.explained_variance),
            blocks: pca.blocks,
            correlation_time: Number(pca.correlation_time),
            participation_ratio: Number(pca.participation_ratio.value),
            participation_ratio_std_error: Number(pca.participation_ratio.error()),
            components_for_90: pca.components_for_90,
            rows: pca.rows,
            trajectories: of_network.map(|n| n.0),
            length: of_network.map(|n| n.1),
        }
    }
}

impl FlowField {
    /// Of what was found.
    pub fn of(found: &Flow, _: &Context) -> Self {
        let field = &found.field;
        let ends = |v: &[f64]| [Number(v[0]), Number(v[v.len() - 1])];
        Self {
            off_plane_share: Number(field.off_plane_share),
            grid: [field.a.len(), field.b.len()],
            range_pc1: ends(&field.a),
            range_pc2: ends(&field.b),
        }
    }
}

impl Trajectories {
    /// Of what was found.
    pub fn of(found: &Paths, _: &Context) -> Self {
        let result = &found.result;
        Self {
            trajectories: result.states.len(),
            rows: result.states.iter().map(|s| s.ncols()).sum(),
            final_speed: numbers(&result.final_speed),
            at_rest: result.at_rest(),
            diverged: result.diverged.clone(),
        }
    }
}

impl Recurrent {
    /// Of what was found.
    pub fn of(found: &[RecurrentSpectrum], _: &Context) -> Self {
        Self { first: found.first().map(Spectrum::of), matrices: found.iter().map(Spectrum::of).collect() }
    }
}

impl Spectrum {
    fn of(s: &RecurrentSpectrum) -> Self {
        Self {
            name: s.name.clone(),
            spectral_radius: Number(s.spectral_radius),
            singular_values: numbers(&s.singular_values),
            eigenvalues: s.eigenvalues.iter().map(complex).collect(),
            non_normality: Number(s.non_normality),
        }
    }
}
