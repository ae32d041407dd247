//! Students in the summary.

use super::number::{Number, complex, errors, numbers, values};
use super::radd::Radd;
use crate::analyses::distill::{self, STUDENT};
use crate::diagnostics::dynamics::fixed_points::{FixedPoint, FixedPoints, Label};
use schemars::JsonSchema;
use serde::Serialize;

/// What `distill` gives.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Distilled {
    /// The student.
    pub distillation: Distillation,
}

/// A student of a network or a recording: z(t) = f(A z(t-1) + B u(t) + c) of `radd` in the coordinates z = P h, or a trained
/// network of `conventional`. Lists go unit by unit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "method", rename_all = "lowercase")]
pub enum Distillation {
    /// By regression on the teacher's states.
    Radd(Box<Radd>),
    /// By training on the teacher's outputs.
    Conventional(Conventional),
}

/// A student trained on outputs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ConventionalStudent")]
pub struct Conventional {
    /// Of the student.
    pub units: usize,
    /// Gradient steps.
    pub steps: usize,
    /// By its name on the command line.
    pub optimiser: String,
    /// Learning rate.
    pub rate: f64,
    /// Share of steps with the same most probable class.
    pub agreement: Number,
    /// Of the student's probabilities from the teacher's, nats.
    pub divergence: Number,
    /// Soft cross entropy of the last sessions, nats.
    pub loss: Option<Number>,
    /// Real and imaginary parts of the eigenvalues of the recurrent matrix.
    pub eigenvalues: Vec<[Number; 2]>,
    /// Without input.
    pub fixed_points: Vec<Point>,
    /// Leading Lyapunov exponents.
    pub exponents: Option<Exponents>,
    /// File of the student in the folder.
    pub network: String,
}

/// A fixed or slow point in the student's coordinates.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StudentPoint")]
pub struct Point {
    /// Fixed or slow.
    pub label: Label,
    /// Where.
    pub z: Vec<Number>,
    /// Unstable directions.
    pub unstable: usize,
    /// The leading five.
    pub eigenvalues: Vec<[Number; 2]>,
}

/// Leading Lyapunov exponents.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Exponents {
    /// Largest first, nats per unit time of the system.
    pub values: Vec<Number>,
    /// Their standard errors.
    pub std_error: Vec<Number>,
    /// What drives them.
    pub along: Along,
}

/// What drives exponents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// The inputs.
    Inputs,
    /// A constant input.
    ConstantInput,
}
named!(Along: Self::Inputs => "inputs", Self::ConstantInput => "constant input");

pub(super) fn points(all: &FixedPoints, at: impl Fn(usize) -> Vec<Number>) -> Vec<Point> {
    let point = |(i, p): (usize, &FixedPoint)| Point {
        label: p.label,
        z: at(i),
        unstable: p.unstable,
        eigenvalues: p.eigenvalues.iter().take(5).map(complex).collect(),
    };
    all.points.iter().enumerate().map(point).collect()
}

pub(super) fn own(all: &FixedPoints) -> Vec<Point> {
    points(all, |i| numbers(&all.points[i].state))
}

impl Exponents {
    pub(super) fn of(e: &distill::Exponents) -> Self {
        let along = if e.driven { Along::Inputs } else { Along::ConstantInput };
        Self { values: values(&e.values), std_error: errors(&e.values), along }
    }
}

impl Conventional {
    /// Of what was found.
    pub fn of(c: &distill::Conventional) -> Self {
        Self {
            units: c.units,
            steps: c.settings.steps,
            optimiser: c.settings.method.name().into(),
            rate: c.settings.rate,
            agreement: Number(c.agreement),
            divergence: Number(c.divergence),
            loss: c.curve.last().map(|r| Number(r.loss)),
            eigenvalues: c.eigenvalues.iter().map(complex).collect(),
            fixed_points: own(&c.points),
            exponents: c.exponents.as_ref().map(Exponents::of),
            network: STUDENT.into(),
        }
    }
}
