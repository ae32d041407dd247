//! Covariant Lyapunov vectors in the summary.

use super::number::{Number, errors, numbers, values};
use crate::analyses::network::Vectors;
use crate::analyses::{Context, Rate};
use crate::diagnostics::dynamics::covariant;
use schemars::JsonSchema;
use serde::Serialize;

/// Vectors whose pairs stand in the summary, at most; the table has all.
const LEADING: usize = 12;

/// Covariant Lyapunov vectors; vectors are numbered from 1, angles are in degrees.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Covariant {
    /// By QR over the recorded steps, largest first; null where minus infinity or beyond what doubles resolve.
    pub exponents: Vec<Number>,
    /// Standard errors of the exponents, in the same order.
    pub std_error: Vec<Number>,
    /// Mean rate at which each vector grows along itself.
    pub growth: Vec<Number>,
    /// Its standard error.
    pub growth_std_error: Vec<Number>,
    /// Standard deviation of that rate from interval to interval.
    pub growth_deviation: Vec<Number>,
    /// Largest distance between the growth of a vector along itself and its exponent.
    pub growth_difference: Number,
    /// False where an exponent is too close to a neighbour's for its vector to be defined on its own.
    pub defined: Vec<bool>,
    /// Angles of the leading vectors.
    pub pairs: Vec<Pair>,
    /// Angle between the spans of the vectors that grow and that shrink; null where one is missing.
    pub splitting: Option<Splitting>,
    /// Positive exponents.
    pub positive: usize,
    /// Those that are zero, within three errors or 1e-4 of the largest modulus.
    pub zero: usize,
    /// Negative ones.
    pub negative: usize,
    /// Of an autonomous flow off fixed points: the vector along the flow.
    pub neutral: Option<Neutral>,
    /// Largest sine of the angle between J v and the next v.
    pub covariance_residual: Number,
    /// Vectors computed.
    pub vectors: usize,
    /// Vectors asked for.
    pub asked: usize,
    /// Steps from one orthonormalisation to the next.
    pub interval: usize,
    /// Intervals recorded.
    pub intervals: usize,
    /// Time of one step.
    pub time_step: Number,
    /// Bytes held for triangular factors, at most.
    pub memory_bytes: usize,
    /// Unit of exponents and growth.
    pub unit: Rate,
}

/// The angle between two vectors.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "CovariantPair")]
pub struct Pair {
    /// The first vector.
    pub i: usize,
    /// The second.
    pub j: usize,
    /// Mean over the orbit.
    pub mean: Number,
    /// Its standard error.
    pub std_error: Number,
    /// The smallest seen.
    pub minimum: Number,
    /// False where the exponents are too close to part the vectors.
    pub defined: bool,
}

/// The angle between two subspaces.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Splitting {
    /// Mean over the orbit.
    pub mean: Number,
    /// Its standard error.
    pub std_error: Number,
    /// The smallest seen: near zero the orbit passes tangencies.
    pub minimum: Number,
}

/// The vector along the flow.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Neutral {
    /// Which one.
    pub index: usize,
    /// Mean angle between it and dx/dt.
    pub mean: Number,
    /// The largest.
    pub largest: Number,
}

impl Covariant {
    /// Of what was found.
    pub fn of(found: &Vectors, context: &Context) -> Self {
        let c = &found.result;
        let [positive, zero, negative] = c.signs;
        Self {
            exponents: values(&c.exponents),
            std_error: errors(&c.exponents),
            growth: values(&c.growth),
            growth_std_error: errors(&c.growth),
            growth_deviation: numbers(&c.growth_deviation),
            growth_difference: Number(c.growth_difference()),
            defined: c.defined.clone(),
            pairs: c.pairs.iter().filter(|p| p.j < LEADING).map(Pair::of).collect(),
            splitting: c.splitting.as_ref().map(|s| Splitting {
                mean: Number(s.mean.value.to_degrees()),
                std_error: Number(s.mean.error().to_degrees()),
                minimum: Number(s.minimum.to_degrees()),
            }),
            positive,
            zero,
            negative,
            neutral: c.neutral.map(|v| Neutral {
                index: v.index + 1,
                mean: Number(v.mean.to_degrees()),
                largest: Number(v.largest.to_degrees()),
            }),
            covariance_residual: Number(c.covariance_residual),
            vectors: c.exponents.len(),
            asked: c.asked,
            interval: c.interval,
            intervals: c.intervals,
            time_step: Number(c.time_step),
            memory_bytes: 8 * c.memory,
            unit: context.unit(),
        }
    }
}

impl Pair {
    fn of(p: &covariant::Pair) -> Self {
        Self {
            i: p.i + 1,
            j: p.j + 1,
            mean: Number(p.mean.value.to_degrees()),
            std_error: Number(p.mean.error().to_degrees()),
            minimum: Number(p.minimum.to_degrees()),
            defined: p.defined,
        }
    }
}
