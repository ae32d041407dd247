//! The Lyapunov spectrum, with standard errors and independent checks.
//!
//! Exponents come for every attractor that the initial states reach, each spectrum with its [`Status`]: of fixed points and cycles they
//! are those of eigenvalues and multipliers, exact up to rounding; of everything else they are means over an orbit, with standard
//! errors; of what has not settled they carry no error and are no attractor's. Units are nats per unit time of the system, so per
//! step of a map; divide by log 2 for bits.
//!
//! ```
//! use nullcline_core::diagnostics::dynamics::lyapunov::{Drive, Options, Status, lyapunov};
//! use nullcline_core::systems::{reference::Henon, time::Map};
//!
//! let henon = Map::new(Henon::new(1.4, 0.3));
//! let start = faer::mat![[0.1], [0.1]];
//! let options = Options { max_steps: 20_000, ..Options::default() };
//! let found = lyapunov(&henon, start.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).unwrap();
//! let attractor = &found.attractors[0];
//! assert_eq!(attractor.status, Status::Settled);
//! let [first, second] = [0, 1].map(|i| attractor.exponent(i));
//! // 0.41922 (Sprott 2003); the sum is log|det J| = log 0.3, whatever the orbit.
//! assert!((first.value - 0.41922).abs() < 5.0 * first.error());
//! assert!((first.value + second.value - 0.3f64.ln()).abs() < 1e-9);
//! // 1 + l_1 / |l_2|.
//! let dimension = attractor.kaplan_yorke_dimension;
//! assert!((dimension.value - 1.0 + first.value / second.value).abs() < 1e-12);
//! ```

mod attractors;
mod checks;
mod fixed;
mod kink;
mod periodic;
mod rest;
mod results;
mod samples;
mod settle;
mod settled;
pub mod statistics;
mod tangents;
mod trajectory;

pub use results::{
    Attractor, Checks, History, Kind, Lyapunov, Progress, Status, Stopped, SumRule, ZeroExponent,
};

pub use crate::systems::time::Drive;

pub(super) use settle::{Ending, ending};

use crate::systems::time::System;
use faer::MatRef;
use rayon::prelude::*;
use trajectory::Trajectory;

/// Multiplications of tangents, an overhead of 250 a step included, before which no tolerance ends a recording.
const LEAST_WORK: usize = 100_000_000;

/// Directions that the tangents start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialTangents {
    /// Uniformly drawn orthonormal columns.
    Random,
    /// The first columns of the identity.
    Identity,
}

/// What to compute and for how long. Steps are those of the system, also of a flow.
///
/// Defaults: all exponents, 1000 steps of warm-up and 500 of alignment, up to 500,000 to settle and 100,000 recorded, a tolerance of 1e-3 nats per
/// unit time, batches chosen, seed 1. A recording ends at the tolerance or the most steps, whichever comes first;
/// [`Stopped`] says which it was.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many exponents, from the largest; none: all.
    pub exponents: Option<usize>,
    /// Steps of the state alone, discarded.
    pub warmup: usize,
    /// Further steps with tangents, discarded: without them the result has a bias of order 1/T.
    pub align: usize,
    /// Most steps of the state alone after the warm-up, under a constant input, until it rests, repeats itself
    /// or no longer drifts; an orbit without a sign of drift is followed for a twenty-fifth of them.
    pub settle: usize,
    /// Most steps recorded for each trajectory; once more as many where the first have not settled.
    pub max_steps: usize,
    /// Stop when every standard error is below this, in nats per unit time.
    pub tol: f64,
    /// Steps a batch; 0: chosen.
    pub batch: usize,
    /// Seed of the tangents' random streams.
    pub seed: u64,
    /// Directions that the tangents start from.
    pub initial_tangents: InitialTangents,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            exponents: None,
            warmup: 1000,
            align: 500,
            settle: 500_000,
            max_steps: 100_000,
            tol: 1e-3,
            batch: 0,
            seed: 1,
            initial_tangents: InitialTangents::Random,
        }
    }
}

/// Why there is no spectrum.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The initial states have the wrong length, or there is none.
    #[error(
        "initial states are {found_rows} x {found_cols}; expected {expected} rows and at least one column"
    )]
    InitialStates {
        /// Rows given.
        found_rows: usize,
        /// Columns given.
        found_cols: usize,
        /// Dimension of the system.
        expected: usize,
    },
    /// An initial state or an input is not finite.
    #[error("{what} hold a number that is not finite (column {column})")]
    NotFinite {
        /// Which argument.
        what: &'static str,
        /// First such column.
        column: usize,
    },
    /// The input has the wrong length.
    #[error("the input has {found} channels; the system takes {expected}")]
    Inputs {
        /// Channels given.
        found: usize,
        /// Channels of the system.
        expected: usize,
    },
    /// The input sequence ends before anything is recorded.
    #[error("the input has {steps} steps; warm-up and alignment alone take {discarded}")]
    SequenceTooShort {
        /// Steps given.
        steps: usize,
        /// Steps discarded.
        discarded: usize,
    },
    /// Nothing to record or no exponent asked for.
    #[error(
        "{exponents} exponents over {max_steps} steps: there are 1 to {dim} exponents, one for each state variable, and at least one \
         step"
    )]
    Nothing {
        /// Exponents asked for.
        exponents: usize,
        /// Steps asked for.
        max_steps: usize,
        /// Dimension of the system.
        dim: usize,
    },
    /// Every trajectory left all bounds.
    #[error("all {trajectories} trajectories diverged (beyond 1e12 or not finite)")]
    AllDiverged {
        /// How many there were.
        trajectories: usize,
    },
}

/// The Lyapunov exponents of each attractor that the initial states (n x r) reach.
///
/// Formula: with J_t the Jacobian of [`System::step`], l_i = lim (1/T) log r_ii of the QR
/// decomposition of J_T ... J_1 Q, per unit time of the system. Between exact QR steps at the ends
/// of batches the tangents are re-conditioned by LU with row pivoting, whose triangular factors
/// telescope with those of QR (see [`crate::linalg::flag`]), at intervals that keep each pivot to
/// 1e-8 or better.
///
/// Results do not depend on the number of threads.
///
/// # Errors
/// Shapes that do not fit, numbers that are not finite, a sequence that is too short, and
/// divergence of every trajectory. Divergence of some is a warning.
///
/// Source: Benettin et al., Meccanica 15 (1980) 9; Engelken, Wolf, Abbott, Phys. Rev. Research 5
/// (2023) 043044.
///
/// Shapes: `initial` is n x r, a column an initial state; `progress` is called from any thread, several times between two looks at the errors.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::lyapunov::{Drive, Kind, Options, lyapunov};
/// use nullcline_core::systems::{reference::Linear, time::Map};
///
/// // x' = A x comes to rest at 0, where the exponents are log|eigenvalue|.
/// let a = faer::mat![[0.5, 0.3], [0.0, -0.25]];
/// let map = Map::new(Linear::new(a.as_ref(), faer::Mat::zeros(2, 0).as_ref()));
/// let start = faer::mat![[1.0], [1.0]];
/// let found = lyapunov(&map, start.as_ref(), &Drive::Constant(&[]), &Options::default(), &|_| ()).unwrap();
/// let rest = &found.attractors[0];
/// assert_eq!((rest.kind, rest.share), (Kind::FixedPoint, 1.0));
/// assert!((rest.exponents[0] - 0.5f64.ln()).abs() < 1e-12 && (rest.exponents[1] - 0.25f64.ln()).abs() < 1e-12);
/// ```
pub fn lyapunov(
    system: &dyn System,
    initial: MatRef<f64>,
    drive: &Drive,
    options: &Options,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Lyapunov, Error> {
    let k = validate(system, initial, drive, options)?;
    let mut all: Vec<Trajectory> = (0..initial.ncols())
        .into_par_iter()
        .map(|i| {
            let x: Vec<f64> = initial.col(i).iter().copied().collect();
            Trajectory::prepare(system, *drive, &x, k, i, options)
        })
        .collect();
    let groups = record(system, &mut all, drive, options, progress);
    let lost: Vec<usize> = all.iter().filter(|t| t.diverged).map(|t| t.index).collect();
    if lost.len() == all.len() {
        return Err(Error::AllDiverged { trajectories: all.len() });
    }
    let mut warnings = Vec::new();
    if !lost.is_empty() {
        warnings.push(format!(
            "{} of {} trajectories diverged and are left out: initial states {lost:?}",
            lost.len(),
            all.len()
        ));
    }
    let driven = matches!(drive, Drive::Sequence(_));
    let (groups, unsettled) = settled::told_apart(&all, groups, driven);
    let mut entries: Vec<(Attractor, Vec<String>)> =
        groups.par_iter().map(|g| attractors::assemble(system, &all, g, drive, options)).collect();
    if !unsettled.members.is_empty() {
        entries.push((attractors::remainder(&all, &unsettled.members), unsettled.reasons));
    }
    let mut result = Lyapunov {
        attractors: Vec::new(),
        time_step: system.time_step(),
        trajectories: all.len(),
        diverged: lost,
        warnings,
    };
    let mut said: Vec<(String, Vec<usize>)> = Vec::new();
    for (number, (attractor, notes)) in entries.into_iter().enumerate() {
        for note in notes {
            match said.iter_mut().find(|(known, _)| *known == note) {
                Some((_, whose)) => whose.push(number),
                None => said.push((note, vec![number])),
            }
        }
        result.attractors.push(attractor);
    }
    result.warnings.extend(said.into_iter().map(|(note, whose)| named(&whose, groups.len(), &note)));
    Ok(result)
}

/// A note with the attractors that it is about, where there are several.
fn named(whose: &[usize], attractors: usize, note: &str) -> String {
    let numbers: Vec<String> = whose.iter().map(|k| (k + 1).to_string()).collect();
    match whose {
        _ if attractors < 2 || whose.iter().any(|k| *k >= attractors) => note.to_owned(),
        [one] => format!("attractor {}: {note}", one + 1),
        _ => format!("attractors {}: {note}", numbers.join(", ")),
    }
}

/// Whether the orbit from `x` rests on kinks of its units at once.
pub(super) fn rests_on_kinks(system: &dyn System, x: &[f64], u: &[f64]) -> bool {
    let here = rest::Arrival { system, drive: Drive::Constant(u), x, origin: x };
    let near = |r: &rest::Root| rest::distance(&r.x, x) <= 1e-6 * rest::size(x);
    here.near().is_some_and(|r| near(&r) && kink::present(system, u, &r.x))
}

/// Records all trajectories until the tolerance or the most steps are reached, those that drift once more from
/// nothing; returns the groups that share a place.
fn record(
    system: &dyn System,
    all: &mut [Trajectory],
    drive: &Drive,
    options: &Options,
    progress: &(dyn Fn(Progress) + Sync),
) -> Vec<Vec<usize>> {
    let max_steps = all.iter().map(Trajectory::limit).max().unwrap_or(0);
    let driven = matches!(drive, Drive::Sequence(_));
    // A short calm stretch of an intermittent orbit looks precise; where steps are cheap, many are made.
    let n = system.step().dim();
    let least = LEAST_WORK / (2 * n * n * all[0].total.len() + 250);
    let (mut batches, mut before) = (16, None);
    loop {
        all.par_iter_mut().for_each(|t| {
            // Whoever watches sees that it goes on between two looks.
            t.record(batches, &|steps| progress(Progress { steps, max_steps, std_error: before }));
            if !driven {
                t.look(system, options);
            }
        });
        let groups = attractors::group(all, driven);
        let mut worst = Some(0.0f64);
        for g in &groups {
            let error = settled::largest_error(all, g, driven);
            let long = driven || g.iter().all(|i| all[*i].recorded >= least || all[*i].done());
            if error.is_some_and(|e| e < options.tol) && long && (driven || !settled::drifts(all, g)) {
                g.iter().for_each(|i| all[*i].finished = true);
            } else {
                worst = worst.zip(error).map(|(a, b)| a.max(b));
            }
        }
        let steps = all.iter().map(|t| t.recorded).max().unwrap_or(0);
        before = worst;
        progress(Progress { steps, max_steps, std_error: worst });
        if all.iter().all(Trajectory::done) {
            let drifting = groups.iter().filter(|g| !driven && settled::drifts(all, g)).flatten();
            let drifting: Vec<usize> = drifting.copied().collect();
            // Every one of them, whether or not another has begun again before.
            if drifting.into_iter().filter(|i| all[*i].begin_again()).count() == 0 {
                return groups;
            }
            batches = 16;
            continue;
        }
        batches = batches.max(all.iter().map(|t| t.recorded / t.batch).max().unwrap_or(0) / 2);
    }
}

/// Checks the arguments; returns the number of exponents.
fn validate(
    system: &dyn System,
    initial: MatRef<f64>,
    drive: &Drive,
    options: &Options,
) -> Result<usize, Error> {
    let (n, d) = (system.step().dim(), system.step().inputs());
    if initial.nrows() != n || initial.ncols() == 0 {
        return Err(Error::InitialStates {
            found_rows: initial.nrows(),
            found_cols: initial.ncols(),
            expected: n,
        });
    }
    let bad = |m: MatRef<f64>| (0..m.ncols()).find(|j| m.col(*j).iter().any(|v| !v.is_finite()));
    if let Some(column) = bad(initial) {
        return Err(Error::NotFinite { what: "the initial states", column });
    }
    let inputs = match drive {
        Drive::Constant(u) => MatRef::from_column_major_slice(u, u.len(), 1),
        Drive::Sequence(m) => *m,
    };
    if inputs.nrows() != d {
        return Err(Error::Inputs { found: inputs.nrows(), expected: d });
    }
    if let Some(column) = bad(inputs) {
        return Err(Error::NotFinite { what: "the inputs", column });
    }
    let discarded = options.warmup + options.align;
    if let Drive::Sequence(m) = drive
        && m.ncols() <= discarded
    {
        return Err(Error::SequenceTooShort { steps: m.ncols(), discarded });
    }
    let k = options.exponents.unwrap_or(n);
    if k == 0 || k > n || options.max_steps == 0 {
        return Err(Error::Nothing { exponents: k, max_steps: options.max_steps, dim: n });
    }
    Ok(k)
}
