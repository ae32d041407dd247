//! A student by RADD in the summary.

use super::distillation::{Exponents, Point, own, points};
use super::number::{Number, complex, each, numbers, rows};
use crate::analyses::distill::{self, From, STUDENT, ScaleRow, Teaching};
use crate::training::radd;
use schemars::JsonSchema;
use serde::Serialize;

/// A student by RADD.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "RaddStudent")]
pub struct Radd {
    /// Of the student.
    pub units: usize,
    /// Names, in the order of B's columns.
    pub inputs: Vec<String>,
    /// Where P comes from.
    pub projection: From,
    /// Largest |z| that P was scaled to; null: P as given.
    pub scale: Option<f64>,
    /// By which P was multiplied.
    pub factor: Number,
    /// Share of the teacher's variance in the span of P's rows.
    pub explained_variance: Option<Number>,
    /// f.
    pub activation: String,
    /// Weight of the squares of A and B beside the sum of squared residuals.
    pub ridge: f64,
    /// Rows by which inputs are late.
    pub lag: usize,
    /// Whether a zero state precedes each sequence.
    pub from_zero: bool,
    /// Share of the pairs that was held out.
    pub split: f64,
    /// By rows.
    pub a: Vec<Vec<Number>>,
    /// By rows.
    pub b: Vec<Vec<Number>>,
    /// The constant.
    pub c: Vec<Number>,
    /// Standard errors of A; null where not known.
    pub a_std_error: Vec<Vec<Number>>,
    /// Of B.
    pub b_std_error: Vec<Vec<Number>>,
    /// Of c.
    pub c_std_error: Vec<Number>,
    /// Mean square of f^-1(z) - A z - B u - c; of units with censored targets the variance of largest likelihood.
    pub residual: Vec<Number>,
    /// Share of a unit's targets at an end of the range of f, of which only that is used.
    pub censored: Vec<Number>,
    /// Whether a unit's standard errors take residuals as independent, or come from clusters because they are correlated; unknown:
    /// too few of these.
    pub errors: Vec<radd::Errors>,
    /// Real and imaginary parts of the eigenvalues of A, largest modulus first.
    pub eigenvalues: Vec<[Number; 2]>,
    /// Targets at an end of the range of f, within 1e-6, or beyond.
    pub clipped: usize,
    /// Targets beyond the range of f, taken as at its end.
    pub beyond: usize,
    /// Coefficients of one unit that the pairs determine.
    pub rank: usize,
    /// Regressors whose coefficients are not determined.
    pub undetermined: Vec<String>,
    /// Of the regressors scaled to norm one.
    pub condition: Number,
    /// The same errors on the pairs that were not fitted.
    pub held_out: Option<Errors>,
    /// Of the student under the constant input.
    pub fixed_points: Vec<Point>,
    /// Leading Lyapunov exponents of the student.
    pub exponents: Option<Exponents>,
    /// Of a teacher that is a network.
    pub teacher: Option<Teacher>,
    /// Errors of students at other scales of P.
    pub scales: Vec<Scale>,
    /// File of the student in the folder.
    pub network: String,
    /// Errors on the pairs that were fitted.
    #[serde(flatten)]
    pub fitted: Errors,
}

/// Errors of a student, unit by unit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StudentErrors")]
pub struct Errors {
    /// Pairs of successive states.
    pub pairs: usize,
    /// On z, from the teacher's state before.
    pub one_step_r2: Vec<Number>,
    /// On z, of the free-running student.
    pub rollout_r2: Vec<Number>,
    /// Mean squares of one step.
    pub one_step_mse: Vec<Number>,
    /// Of the free-running student.
    pub rollout_mse: Vec<Number>,
}

/// The dynamics of a teacher that is a network.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Teacher {
    /// Projected.
    pub fixed_points: Vec<Point>,
    /// Its leading exponents.
    pub exponents: Option<Exponents>,
}

/// A student at another scale of P.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StudentAtScale")]
pub struct Scale {
    /// Largest |z|.
    pub scale: f64,
    /// Of one step.
    pub one_step_r2: Vec<Number>,
    /// Of the free-running student.
    pub rollout_r2: Vec<Number>,
    /// Largest modulus of A's eigenvalues.
    pub spectral_radius: Number,
}

impl Errors {
    fn of(s: &radd::Scores) -> Self {
        Self {
            pairs: s.pairs,
            one_step_r2: each(&s.one_step, |s| s.r2),
            rollout_r2: each(&s.rollout, |s| s.r2),
            one_step_mse: each(&s.one_step, |s| s.mse),
            rollout_mse: each(&s.rollout, |s| s.mse),
        }
    }
}

impl Teacher {
    fn of(t: &Teaching) -> Self {
        Self {
            fixed_points: points(&t.points, |i| numbers(&t.at[i])),
            exponents: t.exponents.as_ref().map(Exponents::of),
        }
    }
}

impl Scale {
    fn of(s: &ScaleRow) -> Self {
        Self {
            scale: s.scale,
            one_step_r2: numbers(&s.one_step),
            rollout_r2: numbers(&s.rollout),
            spectral_radius: Number(s.radius),
        }
    }
}

impl Radd {
    /// Of what was found.
    pub fn of(r: &distill::Radd) -> Self {
        let s = &r.student;
        Self {
            units: s.units(),
            inputs: r.inputs.clone(),
            projection: r.projection,
            scale: r.scale,
            factor: Number(r.factor),
            explained_variance: r.explained.map(Number),
            activation: s.activation.name().into(),
            ridge: r.settings.ridge,
            lag: r.settings.lag,
            from_zero: r.settings.from_zero,
            split: r.split,
            a: rows(&s.a),
            b: rows(&s.b),
            c: numbers(&s.c),
            a_std_error: rows(&s.a_error),
            b_std_error: rows(&s.b_error),
            c_std_error: numbers(&s.c_error),
            residual: numbers(&s.residual),
            censored: (0..s.units()).map(|i| Number(s.share_censored(i))).collect(),
            errors: s.errors.clone(),
            eigenvalues: r.eigenvalues.iter().map(complex).collect(),
            clipped: s.clipped,
            beyond: s.beyond,
            rank: s.rank,
            undetermined: r.undetermined(),
            condition: Number(s.condition),
            held_out: r.held_out.as_ref().map(Errors::of),
            fixed_points: own(&r.points),
            exponents: r.exponents.as_ref().map(Exponents::of),
            teacher: r.teacher.as_ref().map(Teacher::of),
            scales: r.scales.iter().map(Scale::of).collect(),
            network: STUDENT.into(),
            fitted: Errors::of(&r.scores),
        }
    }
}
