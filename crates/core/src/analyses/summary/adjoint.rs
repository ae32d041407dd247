//! Adjoints and tangents in the summary.

use super::number::{Number, each, errors, numbers, values};
use crate::analyses::network::Sensitivity;
use crate::analyses::{Context, Rate};
use crate::diagnostics::dynamics::adjoint;
use schemars::JsonSchema;
use serde::Serialize;

/// Sensitivity of the state at the end t1 of a horizon to the state at earlier times t. Natural logarithms; means over
/// trajectories and, unless one vector was given, over random unit vectors.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Adjoint {
    /// t1 - t, from 0 to the horizon.
    pub horizons: Vec<Number>,
    /// log|psi(t)| of the terminal vector, by horizon; null where zero.
    pub log_norm: Vec<Number>,
    /// Its standard error.
    pub log_norm_std_error: Vec<Number>,
    /// Log of the Frobenius norm of the whole matrix dx(t1)/dx(t).
    pub log_frobenius: Vec<Number>,
    /// Log of the spectral norm of the same matrix.
    pub log_spectral: Vec<Number>,
    /// log|Delta| of random tangents of unit length at t0, by time from t0 (the same list of times).
    pub log_tangent: Vec<Number>,
    /// Slope of log|psi| backward in time.
    pub rate: Number,
    /// Its standard error.
    pub rate_std_error: Number,
    /// Slope of log|Delta| forward in time.
    pub forward_rate: Number,
    /// Its standard error.
    pub forward_rate_std_error: Number,
    /// Of dx(t1)/dx(t0), largest first; null where zero or beyond what doubles resolve.
    pub log_singular_values: Vec<Number>,
    /// The same over the horizon.
    pub finite_time_exponents: Vec<Number>,
    /// First Lyapunov exponents of the trajectories.
    pub exponents: Vec<Number>,
    /// Their standard errors.
    pub exponents_std_error: Vec<Number>,
    /// Each rate beside the first exponent.
    pub agreement: Agreements,
    /// Largest relative change of psi(t)^T Delta(t) along the trajectory.
    pub identity_residual: Number,
    /// Upper estimate of the error of any log|psi| that the steps of a flow leave; 0 for a map.
    pub discretisation_error: Number,
    /// Trajectories.
    pub trajectories: usize,
    /// Trials of the task, of which these are some; null without a task.
    pub trials: Option<usize>,
    /// Terminal vectors.
    pub vectors: usize,
    /// Whether the terminal vector was given.
    pub terminal_given: bool,
    /// t1 - t0.
    pub horizon: Number,
    /// Steps discarded before t0.
    pub warmup: usize,
    /// Whether the input varies in time.
    pub driven: bool,
    /// Steps along the first trajectory.
    pub steps: usize,
    /// Jumps of the slopes that were located and crossed.
    pub kinks: usize,
    /// Local error of a step of a flow, as used.
    pub tolerance: Number,
    /// Unit of rates and exponents.
    pub unit: Rate,
}

/// Each rate less the first exponent, and whether that is within three combined errors; null where there is no exponent.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Agreements {
    /// Of adjoints.
    pub backward: Option<Agreement>,
    /// Of tangents.
    pub forward: Option<Agreement>,
}

/// A rate beside the first exponent.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Agreement {
    /// Rate less exponent.
    pub difference: Number,
    /// Whether that is within three combined errors.
    pub agrees: bool,
}

impl Agreement {
    fn of(a: adjoint::Agreement) -> Self {
        Self { difference: Number(a.difference), agrees: a.agrees }
    }
}

impl Adjoint {
    /// Of what was found.
    pub fn of(s: &Sensitivity, context: &Context) -> Self {
        let e = &s.ensemble;
        let first = &e.members[0];
        let (log_norm, log_singular) = (e.log_norm(), e.mean_of(|m| &m.log_singular_values));
        let horizon = e.horizons().last().copied().unwrap_or(0.0);
        Self {
            horizons: numbers(e.horizons()),
            log_norm: values(&log_norm),
            log_norm_std_error: errors(&log_norm),
            log_frobenius: numbers(&e.mean_of(|m| &m.log_frobenius)),
            log_spectral: numbers(&e.mean_of(|m| &m.log_spectral)),
            log_tangent: values(&e.log_tangent()),
            rate: Number(e.rate.value),
            rate_std_error: Number(e.rate.error()),
            forward_rate: Number(e.forward_rate.value),
            forward_rate_std_error: Number(e.forward_rate.error()),
            log_singular_values: numbers(&log_singular),
            finite_time_exponents: each(&log_singular, |l| l / horizon),
            exponents: values(&s.exponents),
            exponents_std_error: errors(&s.exponents),
            agreement: Agreements {
                backward: s.backward.map(Agreement::of),
                forward: s.forward.map(Agreement::of),
            },
            identity_residual: Number(e.largest(|m| m.identity_residual)),
            discretisation_error: Number(e.largest(|m| m.discretisation_error)),
            trajectories: e.members.len(),
            trials: s.trials,
            vectors: first.log_norm.len(),
            terminal_given: s.given,
            horizon: Number(horizon),
            warmup: s.warmup,
            driven: s.driven,
            steps: first.steps,
            kinks: e.members.iter().map(|m| m.kinks).sum(),
            tolerance: Number(e.largest(|m| m.tolerance)),
            unit: context.unit(),
        }
    }
}
