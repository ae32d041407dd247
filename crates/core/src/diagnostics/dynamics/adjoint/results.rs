//! What is asked of a sensitivity analysis, and what it returns.

use super::{ENTRIES, not_finite};
use crate::numbers::Estimate;
use crate::systems::time::Drive;
use crate::systems::time::System;
use faer::{Mat, MatRef};

/// What to compute.
///
/// Defaults: a horizon of 100, eight random terminal vectors, the whole matrix, a tolerance of 1e-12, seed 1.
#[derive(Clone, Debug)]
pub struct Options {
    /// Time from t0, the initial state, to t1.
    pub horizon: f64,
    /// The vector psi_1 at t1; none: random unit vectors.
    pub terminal: Option<Vec<f64>>,
    /// How many random unit vectors.
    pub vectors: usize,
    /// Whether to carry the whole matrix, for its norms and singular values.
    pub matrix: bool,
    /// Local error of a step of a flow, relative to the state and to each tangent.
    pub tolerance: f64,
    /// Seed of the random vectors.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { horizon: 100.0, terminal: None, vectors: 8, matrix: true, tolerance: 1e-12, seed: 1 }
    }
}

/// The sensitivity of one trajectory. Entry k of a list over horizons belongs to t = t1 - horizons\[k\].
#[derive(Clone, Debug)]
pub struct Adjoint {
    /// t1 - t, from 0 to the horizon.
    pub horizons: Vec<f64>,
    /// x(t) for each horizon, n x entries: the last column is the initial state.
    pub states: Mat<f64>,
    /// log|psi(t)| of each terminal vector.
    pub log_norm: Vec<Vec<f64>>,
    /// psi(t) / |psi(t)| of the given terminal vector, n x entries; none for random ones, or above some
    /// millions of numbers.
    pub psi: Option<Mat<f64>>,
    /// Log of the Frobenius norm of Psi(t) = (dx(t1)/dx(t))^T; empty unless asked for.
    pub log_frobenius: Vec<f64>,
    /// Log of its spectral norm.
    pub log_spectral: Vec<f64>,
    /// Logs of the singular values of dx(t1)/dx(t0), decreasing; minus infinity where zero or beyond what
    /// doubles resolve.
    pub log_singular_values: Vec<f64>,
    /// log|Delta(t)| of random tangents of unit length at t0, by time from t0: in the order of
    /// `horizons`, which are those times too.
    pub log_tangent: Vec<Vec<f64>>,
    /// Rate at which |psi| grows backward in time, nats per unit time.
    pub rate: Estimate,
    /// Rate at which random tangents grow forward in time, nats per unit time.
    pub forward_rate: Estimate,
    /// Largest relative change of psi(t)^T Delta(t) along the trajectory.
    pub identity_residual: f64,
    /// Largest change of any log|psi| when the tolerance is a hundred times larger: an upper estimate
    /// of the error that the steps of a flow leave. Zero for a map, which discretises nothing.
    pub discretisation_error: f64,
    /// Steps taken.
    pub steps: usize,
    /// Jumps of the slopes that were located and crossed.
    pub kinks: usize,
    /// Tolerance in use at the end: larger than asked for if the steps became too many.
    pub tolerance: f64,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// A vector has the wrong length.
    #[error("{what} has {found} numbers; expected {expected}, one for each state variable")]
    Length {
        /// Which vector.
        what: &'static str,
        /// Its length.
        found: usize,
        /// Dimension of the system.
        expected: usize,
    },
    /// A number is not finite, or a vector is zero.
    #[error("{what}: expected finite numbers, not all zero")]
    Value {
        /// Which argument.
        what: &'static str,
    },
    /// The input has the wrong number of channels.
    #[error("the input has {found} channels; the system takes {expected}")]
    Inputs {
        /// Channels given.
        found: usize,
        /// Channels of the system.
        expected: usize,
    },
    /// The horizon is not positive, or not a whole number of steps where it must be.
    #[error("horizon {horizon}: expected a positive {} of {time_step}", if *.whole { "multiple" } else { "time, at least some hundredths" })]
    Horizon {
        /// As given.
        horizon: f64,
        /// Time of one step.
        time_step: f64,
        /// Whether it must be a multiple.
        whole: bool,
    },
    /// The input ends before the horizon.
    #[error("the input has {found} steps; the horizon takes {expected}")]
    InputTooShort {
        /// Steps given.
        found: usize,
        /// Steps needed.
        expected: usize,
    },
    /// The state left every bound.
    #[error("the state diverges (beyond 1e12 or not finite) before time {time}")]
    Diverged {
        /// Time from the initial state.
        time: f64,
    },
}

/// Checks the arguments; the times of the results, from 0 to the horizon: the horizon less multiples of
/// the time step, or of the smallest number of time steps that leaves no more than some 2000 of them.
pub(super) fn times(
    system: &dyn System,
    initial: &[f64],
    drive: &Drive,
    options: &Options,
) -> Result<Vec<f64>, Error> {
    let (n, d, dt) = (system.step().dim(), system.step().inputs(), system.time_step());
    let vectors =
        [("the initial state", Some(initial)), ("the terminal vector", options.terminal.as_deref())];
    for (what, v) in vectors.into_iter().filter_map(|(w, v)| Some((w, v?))) {
        if v.len() != n {
            return Err(Error::Length { what, found: v.len(), expected: n });
        }
        if v.iter().any(|v| !v.is_finite()) {
            return Err(Error::Value { what });
        }
    }
    let zero = options.terminal.as_ref().is_some_and(|v| v.iter().all(|v| *v == 0.0));
    if zero || (options.terminal.is_none() && options.vectors == 0) {
        return Err(Error::Value { what: "the terminal vectors" });
    }
    let inputs = match drive {
        Drive::Constant(u) => MatRef::from_column_major_slice(u, u.len(), 1),
        Drive::Sequence(m) => *m,
    };
    if inputs.nrows() != d {
        return Err(Error::Inputs { found: inputs.nrows(), expected: d });
    }
    if not_finite(inputs).is_some() {
        return Err(Error::Value { what: "the input" });
    }
    let horizon = options.horizon;
    let whole = !system.is_flow() || matches!(drive, Drive::Sequence(_));
    let ratio = horizon / dt;
    let steps = if (ratio - ratio.round()).abs() <= 1e-6 { ratio.round() } else { ratio };
    let fits = if whole { steps >= 1.0 && steps.fract() == 0.0 } else { steps > 0.01 };
    if !(horizon.is_finite() && fits && steps < 1e9) {
        return Err(Error::Horizon { horizon, time_step: dt, whole });
    }
    // Positive and below 1e9.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let count = steps.ceil() as usize;
    if let Drive::Sequence(m) = drive
        && m.ncols() < count
    {
        return Err(Error::InputTooShort { found: m.ncols(), expected: count });
    }
    let stride = count.div_ceil(ENTRIES);
    let mut times: Vec<f64> = (0..count)
        .step_by(stride)
        .map(|k| if steps.fract() == 0.0 { (count - k) as f64 * dt } else { horizon - k as f64 * dt })
        .collect();
    times.push(0.0);
    times.reverse();
    Ok(times)
}
