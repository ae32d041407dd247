//! A fixed or slow point in the summary.

use super::number::{Number, complex, numbers};
use crate::diagnostics::dynamics::fixed_points::{self, FixedPoint, Label, Stability};
use schemars::JsonSchema;
use serde::Serialize;

/// A fixed or slow point; of a map it has `max_modulus`, of a flow `max_real_part`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "FixedPoint", extend("anyOf" = [{ "required": ["max_modulus"] }, { "required": ["max_real_part"] }]))]
pub struct Point {
    /// Fixed or slow.
    pub label: Label,
    /// q = |F(x)-x|²/2 at the returned state; |F|²/2 for flows.
    pub speed: Number,
    /// Whether one fixed point is proven to lie near.
    pub certified: bool,
    /// The radius in which it is.
    pub certified_radius: Number,
    /// False for one of a continuum of fixed points.
    pub isolated: bool,
    /// The derivative of F(x) - x is singular to rounding.
    pub critical: bool,
    /// Of fixed points; undecided where not hyperbolic.
    pub stability: Option<Stability>,
    /// Number of unstable directions; null where a kink leaves stability open.
    pub unstable: Option<usize>,
    /// Where units are at their kink.
    pub kinks: Option<Kinks>,
    /// Maps: largest modulus of an eigenvalue; null at a kink.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_modulus: Option<Number>,
    /// Flows: largest real part of an eigenvalue; null at a kink.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_real_part: Option<Number>,
    /// Real and imaginary parts of the leading eigenvalues; none at a kink.
    pub leading_eigenvalues: Vec<[Number; 2]>,
    /// Times in which these modes shrink by e; negative where they grow.
    pub time_constants: Vec<Number>,
    /// The state.
    pub state: Vec<Number>,
    /// The constant input.
    pub input: Vec<Number>,
    /// Searches that ended here.
    pub hits: usize,
    /// The state from which the first of them began; null where none of the first search did.
    pub start: Option<Vec<Number>>,
}

/// What the linear pieces around a point do.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Kinks {
    /// Units at their kink.
    pub units: usize,
    /// Range of the leading modulus or real part over the linear pieces.
    pub range: Option<[Number; 2]>,
    /// A direction that leaves.
    pub ray: Option<Ray>,
}

/// A direction that returns to itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Ray {
    /// By what a step multiplies the distance (a map), or its rate (a flow).
    pub rate: Number,
    /// Steps after which the direction returns; 1 for a flow.
    pub period: usize,
    /// The direction, of unit norm.
    pub direction: Vec<Number>,
}

impl Point {
    pub(super) fn of(p: &FixedPoint, input: &[f64], flow: bool) -> Self {
        let modes = || p.modes.iter().filter(|_| p.kinks.is_none());
        let leading = Number(p.leading(flow));
        Self {
            label: p.label,
            speed: Number(p.speed),
            certified: p.certified.is_some(),
            certified_radius: Number(p.certified.unwrap_or(f64::NAN)),
            isolated: p.isolated,
            critical: p.critical,
            stability: p.verdict(),
            unstable: p.unstable_directions(),
            kinks: p.kinks.as_ref().map(Kinks::of),
            max_modulus: (!flow).then_some(leading),
            max_real_part: flow.then_some(leading),
            leading_eigenvalues: modes().map(|m| complex(&m.value)).collect(),
            time_constants: modes().map(|m| Number(m.time_constant)).collect(),
            state: numbers(&p.state),
            input: numbers(input),
            hits: p.hits,
            start: p.start.as_deref().map(numbers),
        }
    }
}

impl Kinks {
    fn of(k: &fixed_points::Kinks) -> Self {
        let ray = |r: &fixed_points::Ray| Ray {
            rate: Number(r.rate),
            period: r.period,
            direction: numbers(&r.direction),
        };
        Self { units: k.units, range: k.range.map(|r| r.map(Number)), ray: k.ray.as_ref().map(ray) }
    }
}
