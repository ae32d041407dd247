//! Lyapunov exponents in the summary.

use super::number::{Number, numbers};
use crate::analyses::network::Exponents;
use crate::analyses::{Context, Rate};
use crate::diagnostics::dynamics::lyapunov::{self, Status, Stopped};
use crate::numbers::Estimate;
use schemars::JsonSchema;
use serde::Serialize;

/// Of the attractor that most initial states reach, and of each attractor found. Exponents are natural logarithms per unit
/// time of the system: per step for maps.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Lyapunov {
    /// The attractor that most initial states reach.
    #[serde(flatten)]
    #[schemars(with = "Attractor")]
    pub main: Option<Attractor>,
    /// Initial states, those that diverged included.
    pub trajectories: usize,
    /// Initial states whose trajectory left every bound, from 0.
    pub diverged: Vec<usize>,
    /// Whether the input varies in time.
    pub driven: bool,
    /// Unit of the exponents.
    pub unit: Rate,
    /// By decreasing share.
    pub attractors: Vec<Attractor>,
    /// The initial states that have not settled, together: no attractor, and no errors.
    pub unsettled: Option<Attractor>,
}

/// The exponents of one attractor.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "LyapunovAttractor")]
pub struct Attractor {
    /// `fixed point`, `cycle of period p`, or `moving`: anything else.
    pub kind: String,
    /// By eigenvalues or multipliers; as means whose parts agree; means over what has not settled.
    pub status: Status,
    /// Share of the initial states that reach it.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub share: f64,
    /// Largest first; null where minus infinity or beyond what doubles resolve.
    pub exponents: Vec<Number>,
    /// Standard errors of the exponents, in the same order; null where not known.
    pub std_error: Vec<Number>,
    /// k + (λ₁ + ... + λₖ) / |λₖ₊₁|, k the most exponents whose sum is not negative; null where more exponents are needed to tell.
    pub kaplan_yorke_dimension: Number,
    /// Its standard error.
    pub kaplan_yorke_dimension_std_error: Number,
    /// Sum of the positive exponents.
    pub entropy_rate: Number,
    /// Its standard error.
    pub entropy_rate_std_error: Number,
    /// Steps recorded, all members together.
    pub steps: usize,
    /// Time of one step.
    pub time_step: Number,
    /// Why the recording ended.
    pub stopped: Stopped,
    /// Mean number of steps between re-conditionings of the tangents.
    pub mean_interval: Number,
    /// Tests against other ways to the same numbers; null where they do not apply.
    pub checks: Checks,
    /// State of the first member at the end; the fixed point itself at a fixed point.
    pub final_state: Vec<Number>,
}

/// Sum rule against mean log|det J|; zero exponent for flows on attractors that are not fixed points; other ways to the same exponents.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Checks {
    /// Sum of all exponents against the mean of log|det J|.
    pub sum_rule: Option<SumRule>,
    /// The exponent along an autonomous flow.
    pub zero_exponent: Option<Closest>,
    /// First exponent from the distance of two nearby trajectories.
    pub two_trajectories: Option<Valued>,
    /// Largest distance between exponents by QR and by eigenvalues at a fixed point.
    pub eigenvalues: Number,
    /// First exponent of a flow with half the time step.
    pub half_step: Option<Valued>,
    /// All exponents of a flow with half the time step, over fewer steps.
    pub half_steps: Vec<Valued>,
}

/// Both sides of the sum rule, over the same steps.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SumRule {
    /// Sum of the exponents.
    pub sum: Number,
    /// Mean of log|det J|.
    pub mean_log_det: Number,
    /// The first less the second.
    pub difference: Number,
    /// Steps compared.
    pub steps: usize,
}

/// The exponent nearest to zero.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Closest {
    /// Its value.
    pub closest: Number,
    /// Its standard error.
    pub std_error: Number,
    /// Whether it is zero within its error.
    pub holds: bool,
}

/// A number with its error.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Valued {
    /// The number.
    pub value: Number,
    /// Its standard error; null where not known.
    pub std_error: Number,
}

impl From<Estimate> for Valued {
    fn from(e: Estimate) -> Self {
        Self { value: Number(e.value), std_error: Number(e.error()) }
    }
}

impl Lyapunov {
    /// Of what was found.
    pub fn of(found: &Exponents, context: &Context) -> Self {
        let result = &found.result;
        let attractor = |a| Attractor::of(a, result.time_step);
        Self {
            main: result.attractors.first().map(attractor),
            trajectories: result.trajectories,
            diverged: result.diverged.clone(),
            driven: found.driven,
            unit: context.unit(),
            attractors: result.settled().map(attractor).collect(),
            unsettled: result.unsettled().map(attractor),
        }
    }
}

impl Attractor {
    fn of(a: &lyapunov::Attractor, time_step: f64) -> Self {
        Self {
            kind: a.kind.to_string(),
            status: a.status,
            share: a.share,
            exponents: numbers(&a.exponents),
            std_error: numbers(&a.std_error),
            kaplan_yorke_dimension: Number(a.kaplan_yorke_dimension.value),
            kaplan_yorke_dimension_std_error: Number(a.kaplan_yorke_dimension.error()),
            entropy_rate: Number(a.entropy_rate.value + 0.0),
            entropy_rate_std_error: Number(a.entropy_rate.error()),
            steps: a.steps,
            time_step: Number(time_step),
            stopped: a.stopped,
            mean_interval: Number(a.mean_interval),
            checks: Checks::of(&a.checks),
            final_state: numbers(&a.final_state),
        }
    }
}

impl Checks {
    fn of(c: &lyapunov::Checks) -> Self {
        Self {
            sum_rule: c.sum_rule.map(|s| SumRule {
                sum: Number(s.sum),
                mean_log_det: Number(s.mean_log_det),
                difference: Number(s.difference),
                steps: s.steps,
            }),
            zero_exponent: c.zero_exponent.map(|z| Closest {
                closest: Number(z.closest.value),
                std_error: Number(z.closest.error()),
                holds: z.holds,
            }),
            two_trajectories: c.two_trajectories.map(Valued::from),
            eigenvalues: Number(c.eigenvalues.unwrap_or(f64::NAN)),
            half_step: c.half_step.map(Valued::from),
            half_steps: c.half_steps.iter().copied().map(Valued::from).collect(),
        }
    }
}
