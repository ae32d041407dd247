//! A comparison in the summary.

mod motion;

use motion::{DiffusionEntry, DirectionBias, Displaced, DynamicsEntry, TransitionsEntry};

use super::{Against, Comparison, Divergences, Moves, Of, Pair, Space};
use crate::analyses::Context;
use crate::analyses::activity::By;
use crate::analyses::summary::Number;
use crate::diagnostics::geometry::comparison::{Captured, Chance, Divergence, NEIGHBOURS};
use crate::numbers::Estimate;
use schemars::JsonSchema;
use serde::Serialize;

/// The first recording, called active, against the second, called quiescent.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Comparison")]
pub struct Entry {
    /// File of the quiescent recording; `silent`: the same network left alone after each of its trials.
    pub against: String,
    /// Noise of the network's states, with input and without; null: none, or of recordings.
    pub noise: Option<StateNoise>,
    /// Rows of the active and the quiescent one.
    pub rows: [usize; 2],
    /// Rows of the quiescent one that are rows of the active one to the last digit; where rows of the active one meet one another, as
    /// counts do, 0 but where all are.
    pub rows_in_common: usize,
    /// What errors are between, in either.
    pub errors: [By; 2],
    /// Trials, blocks or rows, in either.
    pub groups: [usize; 2],
    /// Where densities are compared.
    pub space: SpaceEntry,
    /// KL(active || quiescent).
    pub kl_active_quiescent: Kl,
    /// KL(quiescent || active).
    pub kl_quiescent_active: Kl,
    /// KL(uniform || active), of points spread evenly over the range.
    pub kl_uniform_active: Baseline,
    /// KL(shuffled || active), of the quiescent rows with each coordinate shuffled by itself; null: of one coordinate.
    pub kl_shuffled_active: Option<Baseline>,
    /// Variance in the other's components.
    pub shared_variance: SharedVariance,
    /// Between the subspaces of the first components.
    pub principal_angles: PrincipalAngles,
    /// Variance within trials, of all units together.
    pub total_variance: Both,
    /// Variance within trials in the compared space.
    pub variance_in_space: Both,
    /// Mean length of a step in the compared space.
    pub step_length: Both,
    /// Mean length of a step of all units.
    pub step_length_of_units: Both,
    /// Which way around they move.
    pub direction_bias: DirectionBias,
    /// Between bins; null: too few rows.
    pub transitions: Option<TransitionsEntry>,
    /// Mean squared displacements against the lag.
    pub diffusion: DiffusionEntry,
    /// Whether they tell of the same dynamics.
    pub dynamics: DynamicsEntry,
}

/// Noise that is added to states after each step.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StateNoise {
    /// Its law.
    pub law: &'static str,
    /// Its scale.
    pub scale: Number,
}

/// Where densities are compared.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ComparedSpace")]
pub struct SpaceEntry {
    /// What its coordinates are.
    pub of: Of,
    /// Their names.
    pub names: Vec<String>,
    /// Dimension of the densities.
    pub dimension: usize,
    /// Ends of each coordinate.
    pub range: Vec<[Number; 2]>,
}

/// A divergence of two recordings.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "KullbackLeibler")]
pub struct Kl {
    /// Nats.
    pub value: Number,
    /// Standard error, by halves of the trials.
    pub std_error: Number,
    /// The same without Gaussians: where it is far from the value, densities where no rows are decide.
    pub plain: Number,
    /// How it was found.
    pub estimator: &'static str,
    /// Neighbours looked at, at least.
    pub neighbours: usize,
    /// Rows compared, of the active and the quiescent recording.
    pub points: [usize; 2],
    /// Of trials dealt out at random, which have one density.
    pub by_chance: ByChance,
    /// By Gaussian kernels, as published; null: not asked for.
    pub kernels: Option<Number>,
}

/// What chance gives.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "KullbackLeiblerByChance")]
pub struct ByChance {
    /// Mean, nats.
    pub mean: Number,
    /// Standard deviation.
    pub standard_deviation: Number,
    /// Chance of so large a divergence, by rank.
    pub p: Number,
    /// Divisions of the trials.
    pub divisions: usize,
}

/// A divergence of points that nobody recorded.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "KullbackLeiblerBaseline")]
pub struct Baseline {
    /// Nats.
    pub value: Number,
    /// Standard error.
    pub std_error: Number,
    /// By Gaussian kernels; null: not asked for.
    pub kernels: Option<Number>,
    /// The same with the density of one coordinate for that of all, as it was published; null: not asked for.
    pub kernels_as_published: Option<Number>,
}

/// A number with its error.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Measured")]
pub struct Measured {
    /// Value.
    pub value: Number,
    /// Standard error; null: not known.
    pub std_error: Number,
}

/// Of both recordings.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "OfBothRecordings")]
pub struct Both {
    /// Of the first.
    pub active: Measured,
    /// Of the second.
    pub quiescent: Measured,
    /// The second over the first.
    pub ratio: Measured,
}

/// Variance in the other's components.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SharedVariance {
    /// How many first components.
    pub components: usize,
    /// Variance of the active that the quiescent's components carry, over what its own do.
    pub active_in_quiescent: Measured,
    /// Variance of the quiescent that the active's components carry, over what its own do.
    pub quiescent_in_active: Measured,
    /// Shares of the active's variance that the first 1, 2, ... components of its own carry.
    pub active_by_own: Vec<Number>,
    /// The same of the quiescent's components.
    pub active_by_quiescent: Vec<Number>,
    /// Shares of the quiescent's variance by its own components.
    pub quiescent_by_own: Vec<Number>,
    /// The same by the active's components.
    pub quiescent_by_active: Vec<Number>,
}

/// Angles between two subspaces.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PrincipalAngles {
    /// Dimensions of either.
    pub components: usize,
    /// Degrees, ascending.
    pub degrees: Vec<Number>,
    /// Standard errors.
    pub std_error: Vec<Number>,
}

fn numbers(all: &[f64]) -> Vec<Number> {
    all.iter().copied().map(Number).collect()
}

impl Measured {
    fn of(e: Estimate) -> Self {
        Self { value: Number(e.value), std_error: Number(e.error()) }
    }
}

impl Both {
    fn of(p: &Pair) -> Self {
        let [active, quiescent, ratio] = [p.active, p.quiescent, p.ratio].map(Measured::of);
        Self { active, quiescent, ratio }
    }
}

impl Kl {
    fn of((d, c): &(Divergence, Chance), kernels: Option<f64>, points: [usize; 2]) -> Self {
        Self {
            value: Number(d.value.value),
            std_error: Number(d.value.error()),
            plain: Number(d.plain),
            estimator: "nearest neighbours about Gaussians; plain: Wang et al. (2009), eq. 29",
            neighbours: NEIGHBOURS,
            points,
            by_chance: ByChance {
                mean: Number(c.mean),
                standard_deviation: Number(c.deviation),
                p: Number(c.p),
                divisions: c.count,
            },
            kernels: kernels.map(Number),
        }
    }
}

impl Baseline {
    fn of(d: &Divergence, kernels: Option<[f64; 2]>) -> Self {
        let Measured { value, std_error } = Measured::of(d.value);
        Self {
            value,
            std_error,
            kernels: kernels.map(|k| Number(k[0])),
            kernels_as_published: kernels.map(|k| Number(k[1])),
        }
    }
}

impl SharedVariance {
    fn of(c: &Captured) -> Self {
        let [active_in_quiescent, quiescent_in_active] = c.shared.map(Measured::of);
        Self {
            components: c.components,
            active_in_quiescent,
            quiescent_in_active,
            active_by_own: numbers(&c.own[0]),
            active_by_quiescent: numbers(&c.other[0]),
            quiescent_by_own: numbers(&c.own[1]),
            quiescent_by_active: numbers(&c.other[1]),
        }
    }
}

impl Entry {
    /// Of what was found.
    pub fn of(found: &Comparison, _: &Context) -> Self {
        let (d, m, c): (&Divergences, &Moves, &Captured) =
            (&found.divergences, &found.moves, &found.captured);
        let Space { of, names, dimension, range, samples, .. } = &found.space;
        let k = d.kernels;
        let points = d.active_quiescent.0.points;
        let groups = |s: usize| match found.by[s] {
            By::Trials(n) | By::Blocks(n) => n,
            By::Rows => samples[s].x.ncols(),
        };
        let (against, noise) = match &found.against {
            Against::File(file) => (file.display().to_string(), None),
            Against::Silence { noise, .. } => ("silent".into(), *noise),
        };
        Self {
            against,
            noise: noise.map(|n| StateNoise { law: n.law.name(), scale: Number(n.scale) }),
            rows: found.rows,
            rows_in_common: found.in_common,
            errors: found.by,
            groups: [groups(0), groups(1)],
            space: SpaceEntry {
                of: *of,
                names: names.clone(),
                dimension: *dimension,
                range: range.iter().map(|r| r.map(Number)).collect(),
            },
            kl_active_quiescent: Kl::of(&d.active_quiescent, k.map(|k| k.active_quiescent), points),
            kl_quiescent_active: Kl::of(&d.quiescent_active, k.map(|k| k.quiescent_active), points),
            kl_uniform_active: Baseline::of(
                &d.uniform_active,
                k.map(|k| [k.uniform_active, k.uniform_as_published]),
            ),
            kl_shuffled_active: d.shuffled_active.as_ref().map(|d| Baseline::of(d, None)),
            shared_variance: SharedVariance::of(c),
            principal_angles: PrincipalAngles {
                components: c.components,
                degrees: c.angles.iter().map(|a| Number(a.value)).collect(),
                std_error: c.angles.iter().map(|a| Number(a.error())).collect(),
            },
            total_variance: Both::of(&m.variance),
            variance_in_space: Both::of(&m.variance_in_space),
            step_length: Both::of(&m.step),
            step_length_of_units: Both::of(&m.step_of_units),
            direction_bias: DirectionBias::of(m),
            transitions: TransitionsEntry::of(m),
            diffusion: DiffusionEntry {
                components: c.components,
                active: found.diffusion[0].as_ref().map(Displaced::of),
                quiescent: found.diffusion[1].as_ref().map(Displaced::of),
            },
            dynamics: DynamicsEntry::of(&found.dynamics),
        }
    }
}
