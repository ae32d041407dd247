//! Limit cycles and periodic points in the summary.

use super::number::{Number, each, errors, numbers, values};
use crate::analyses::{Context, Rate, network};
use crate::diagnostics::dynamics::cycles::{self, Reached};
use schemars::JsonSchema;
use serde::Serialize;

/// Limit cycles of a flow, periodic points of a map, under the constant input.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Cycles {
    /// Initial states.
    pub starts: usize,
    /// Those that come to rest.
    pub rest: usize,
    /// Those that neither repeat nor go round a torus: chaotic, or not settled.
    pub irregular: usize,
    /// Those that diverge.
    pub diverged: usize,
    /// Invariant circles or tori, one an initial state.
    pub tori: Vec<Torus>,
    /// Distinct cycles, the most visited first; multipliers by decreasing modulus.
    pub cycles: Vec<Cycle>,
    /// Unit of exponents.
    pub unit: Rate,
    /// Whether the Lyapunov exponents tell the same story of every orbit; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub agrees_with_lyapunov: Option<bool>,
}

/// Quasi-periodic motion.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Torus {
    /// Turns of the returns about their mean in one return, in [0, 1/2].
    pub rotation: Number,
    /// Its standard error.
    pub rotation_error: Number,
    /// Mean time of return; 1 step for a map.
    pub mean_return: Number,
    /// Its standard error.
    pub mean_return_error: Number,
    /// The exponents that are zero within their errors.
    pub exponents: Vec<Number>,
    /// Their standard errors.
    pub exponents_std_error: Vec<Number>,
}

/// A periodic orbit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Cycle {
    /// Share of the initial states that reach it.
    pub share: Number,
    /// Which do, from 0.
    pub members: Vec<usize>,
    /// In time units of the system.
    pub period: Number,
    /// The change when all steps are halved; 0 for a map.
    pub period_error: Number,
    /// Steps in one period.
    pub steps: usize,
    /// Returns to the section in one period.
    pub returns: usize,
    /// Turns about the centre in one period of a map, where they can be told.
    pub turns: Option<usize>,
    /// |x(T) - x| relative to the orbit's extent.
    pub residual: Number,
    /// Norm of the sides of the smallest box that holds the orbit.
    pub extent: Number,
    /// A state on it.
    pub point: Vec<Number>,
    /// Log moduli of the Floquet multipliers, nats a period.
    pub log_multipliers: Vec<Number>,
    /// Their arguments, in (-pi, pi].
    pub arguments: Vec<Number>,
    /// Log moduli over the period.
    pub exponents: Vec<Number>,
    /// Errors of the exponents.
    pub std_error: Vec<Number>,
    /// The multiplier of the direction of motion, of a flow.
    pub tangent: Option<Tangent>,
}

/// The multiplier that belongs to the direction of motion.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Tangent {
    /// Which multiplier it is, from 1.
    pub index: usize,
    /// |multiplier - 1|.
    pub multiplier_error: Number,
    /// |M f - f| / |f| with the monodromy matrix M and the velocity f.
    pub residual: Number,
}

impl Cycles {
    /// Of what was found.
    pub fn of(found: &network::Cycles, context: &Context) -> Self {
        let s = &found.survey;
        Self {
            starts: s.starts,
            rest: s.rest,
            irregular: s.irregular,
            diverged: s.diverged,
            tori: s.tori.iter().map(Torus::of).collect(),
            cycles: s.cycles.iter().map(|r| Cycle::of(r, s.starts)).collect(),
            unit: context.unit(),
            agrees_with_lyapunov: found.disagreements.as_ref().map(Vec::is_empty),
        }
    }
}

impl Torus {
    fn of(t: &cycles::Torus) -> Self {
        Self {
            rotation: Number(t.rotation.value),
            rotation_error: Number(t.rotation.error()),
            mean_return: Number(t.mean_return.value),
            mean_return_error: Number(t.mean_return.error()),
            exponents: values(&t.exponents),
            exponents_std_error: errors(&t.exponents),
        }
    }
}

impl Cycle {
    fn of(r: &Reached, starts: usize) -> Self {
        let c = &r.cycle;
        Self {
            share: Number(r.members.len() as f64 / starts.max(1) as f64),
            members: r.members.clone(),
            period: Number(c.period.value),
            period_error: Number(c.period.error()),
            steps: c.steps,
            returns: c.returns,
            turns: c.turns,
            residual: Number(c.residual),
            extent: Number(c.extent),
            point: numbers(&c.point),
            log_multipliers: each(&c.multipliers, |m| m.log_modulus),
            arguments: each(&c.multipliers, |m| m.argument),
            exponents: each(&c.multipliers, |m| m.exponent.value),
            std_error: each(&c.multipliers, |m| m.exponent.error()),
            tangent: c.tangent.map(|t| Tangent {
                index: t.index + 1,
                multiplier_error: Number(t.multiplier_error),
                residual: Number(t.residual),
            }),
        }
    }
}
