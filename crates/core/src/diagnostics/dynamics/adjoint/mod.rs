//! Sensitivity along a trajectory: tangents forward, adjoints backward, the time-time Jacobian.

mod adaptive;
mod ensemble;
mod motion;
mod passes;
mod path;
mod rate;
mod results;

pub use crate::systems::time::Drive;
pub use ensemble::Ensemble;
pub use rate::{Agreement, STRETCHES, growth_rate};
pub use results::{Adjoint, Error, Options};

use crate::linalg::random::{Use, normal_matrix, stream};
use crate::linalg::{col, col_mut};
use crate::systems::time::System;
use faer::{Mat, MatRef};
use passes::Scaled;
use path::Path;

/// Intervals at most between the ends of a horizon.
const ENTRIES: usize = 2000;
/// Times at which eq. 7 is checked with vectors that are kept, at least.
const KEPT: usize = 4_000_000;
/// Tolerance of the second run, over that of the first, from which the error is judged.
const LOOSER: f64 = 100.0;

/// The sensitivity of the trajectory from `initial` (n) over `options.horizon`.
///
/// Formula: psi(t) = (dx(t1)/dx(t))^T psi_1 solves dpsi/dt = -(df/dx)^T psi for a flow and
/// psi_t = J_t^T psi_(t+1) for a map; Psi(t) is the matrix of all psi. Tangents Delta(t) solve the
/// forward equation, and Psi(t)^T Delta(t) is constant in t.
///
/// Shapes and units: time is that of the system, logarithms are natural. A map takes its own steps. A flow
/// is integrated by steps whose length follows the errors of state and tangents, across kinks as those of
/// ReLU, so that its time step decides only the times at which results are given; products are exact for
/// those steps, and [`Adjoint::discretisation_error`] says what the steps leave.
///
/// Products are kept as orthogonal factors and scales, so that no horizon over- or underflows. Results do
/// not depend on the number of threads.
///
/// # Errors
/// Shapes that do not fit, numbers that are not finite, an input that ends before the horizon, a horizon
/// that is not a whole number of steps where it must be, and divergence.
///
/// Source: Park, Sagodi, Sokol (2023), eqs. 4-7 and 9-12.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::adjoint::{Drive, Options, adjoint};
/// use nullcline_core::systems::{reference::Linear, time::Map};
///
/// // psi_t = (A^T)^(t1 - t) psi_1.
/// let a = faer::mat![[0.5, 0.0], [0.0, 0.25]];
/// let map = Map::new(Linear::new(a.as_ref(), faer::Mat::zeros(2, 0).as_ref()));
/// let options = Options { horizon: 32.0, terminal: Some(vec![0.0, 3.0]), matrix: true, ..Options::default() };
/// let found = adjoint(&map, &[1.0, 1.0], &Drive::Constant(&[]), &options).unwrap();
/// let last = found.horizons.len() - 1;
/// assert_eq!(found.horizons[last], 32.0);
/// assert!((found.log_norm[0][last] - (3.0f64.ln() + 32.0 * 0.25f64.ln())).abs() < 1e-10);
/// // Singular values of dx(t1)/dx(t0) keep their digits where their product is far below eps.
/// assert!((found.log_singular_values[0] - 32.0 * 0.5f64.ln()).abs() < 1e-10);
/// assert!((found.log_singular_values[1] - 32.0 * 0.25f64.ln()).abs() < 1e-10);
/// assert!(found.identity_residual < 1e-12);
/// ```
pub fn adjoint(
    system: &dyn System,
    initial: &[f64],
    drive: &Drive,
    options: &Options,
) -> Result<Adjoint, Error> {
    let times = results::times(system, initial, drive, options)?;
    let horizon = times[times.len() - 1];
    let follow = |tolerance: f64| {
        Path::follow(system, initial, *drive, &times, tolerance).map_err(|time| Error::Diverged { time })
    };
    let path = follow(options.tolerance)?;
    let terminals = terminals(system.step().dim(), options);
    let n = terminals.nrows();
    let m = terminals.ncols();

    // Backward: the vectors, kept at the times where eq. 7 is checked.
    let every = (n * m * times.len()).div_ceil(KEPT);
    let mut log_norm = vec![Vec::with_capacity(times.len()); m];
    let mut kept: Vec<Option<Scaled>> = Vec::with_capacity(times.len());
    let mut psi = Scaled::new(terminals.as_ref());
    passes::vectors(&path, &mut psi, true, |k, v| {
        log_norm.iter_mut().zip(&v.log).for_each(|(l, v)| l.push(*v));
        kept.push((k % every == 0 || k + 1 == times.len()).then(|| v.clone()));
    });

    let random = m.max(2);
    let mut tangents = Scaled::new(starts(&psi, random, options.seed).as_ref());
    tangents.log.iter_mut().for_each(|l| *l = if *l == f64::NEG_INFINITY { *l } else { 0.0 });
    let mut log_tangent = vec![Vec::with_capacity(times.len()); random];
    let mut identity = Identity::new(m, random);
    passes::vectors(&path, &mut tangents, false, |k, v| {
        log_tangent.iter_mut().zip(&v.log).for_each(|(l, v)| l.push(*v));
        if let Some(psi) = &kept[times.len() - 1 - k] {
            identity.check(psi, v);
        }
    });

    let (mut log_frobenius, mut log_spectral, mut log_singular_values) = (vec![], vec![], vec![]);
    if options.matrix {
        passes::matrix(&path, |k, psi| {
            log_frobenius.push(psi.log_frobenius());
            log_spectral.push(psi.log_spectral());
            if k + 1 == times.len() {
                log_singular_values = psi.log_singular_values();
            }
        });
    }
    let discretisation_error = match system.is_flow() {
        true => deviation(&follow(options.tolerance * LOOSER)?, &terminals, &log_norm),
        false => 0.0,
    };
    let horizons: Vec<f64> = times.iter().rev().map(|t| horizon - t).collect();
    let last = times.len() - 1;
    Ok(Adjoint {
        states: Mat::from_fn(n, times.len(), |i, j| path.states[last - j][(i, 0)]),
        psi: (options.terminal.is_some() && every == 1).then(|| directions(&kept, n)),
        rate: growth_rate(&horizons, &log_norm),
        forward_rate: growth_rate(&times, &log_tangent),
        horizons,
        log_norm,
        log_tangent,
        log_frobenius,
        log_spectral,
        log_singular_values,
        identity_residual: identity.residual,
        discretisation_error,
        steps: path.steps(),
        kinks: path.crossings,
        tolerance: path.tolerance,
    })
}

/// Tangents to go forward with: so many at random, and those along psi(t0), whose products with psi are the largest.
fn starts(psi: &Scaled, random: usize, seed: u64) -> Mat<f64> {
    let (n, m) = (psi.unit.nrows(), psi.unit.ncols());
    let normals = normal_matrix(&mut stream(seed, Use::Tangent, 1), n, random);
    let of = |i, j: usize| if j < random { normals[(i, j)] } else { psi.unit[(i, j - random)] };
    Mat::from_fn(n, random + m, of)
}

/// The largest change of a norm's logarithm along a coarser path.
fn deviation(coarse: &Path, terminals: &Mat<f64>, log_norm: &[Vec<f64>]) -> f64 {
    let mut worst = 0.0f64;
    passes::vectors(coarse, &mut Scaled::new(terminals.as_ref()), true, |k, v| {
        for (l, v) in log_norm.iter().zip(&v.log).filter(|(_, v)| v.is_finite()) {
            worst = worst.max((l[k] - v).abs());
        }
    });
    worst
}

/// The unit vectors of the first of those kept, n x their number.
fn directions(kept: &[Option<Scaled>], n: usize) -> Mat<f64> {
    let mut all = Mat::zeros(n, kept.len());
    for (j, v) in kept.iter().enumerate() {
        if let Some(v) = v {
            col_mut(all.as_mut(), j).copy_from_slice(col(v.unit.as_ref(), 0));
        }
    }
    all
}

/// The given terminal vector, or random unit vectors.
fn terminals(n: usize, options: &Options) -> Mat<f64> {
    match &options.terminal {
        Some(psi) => Mat::from_fn(n, 1, |i, _| psi[i]),
        None => {
            let mut rng = stream(options.seed, Use::Tangent, 0);
            Scaled::new(normal_matrix(&mut rng, n, options.vectors).as_ref()).unit
        }
    }
}

/// The check that Psi(t)^T Delta(t) does not depend on t.
struct Identity {
    /// Products at the first time, for each pair: value and log scale.
    first: Vec<(f64, f64)>,
    m: usize,
    random: usize,
    residual: f64,
}

impl Identity {
    fn new(m: usize, random: usize) -> Self {
        Self { first: Vec::new(), m, random, residual: 0.0 }
    }

    /// Pairs each psi with the tangent that began along it, and with a random one.
    ///
    /// The first product has the modulus |psi(t0)|, to which its changes are relative; those of the second
    /// are relative to |psi||Delta|, since it may cancel.
    fn check(&mut self, psi: &Scaled, delta: &Scaled) {
        let own = (0..self.m).map(|j| psi.product(j, delta, self.random + j));
        let now: Vec<(f64, f64)> =
            own.chain((0..self.m).map(|j| psi.product(j, delta, j % self.random))).collect();
        if self.first.is_empty() {
            self.first = now;
            return;
        }
        for (k, ((a, scale), (b, log))) in self.first.iter().zip(&now).enumerate() {
            // A direction that was lost altogether has nothing to compare.
            if *scale == f64::NEG_INFINITY || *log == f64::NEG_INFINITY {
                continue;
            }
            let first = a * (scale - log).exp();
            let size = if k < self.m { first.abs() } else { 1.0f64.max((scale - log).exp()) };
            self.residual = self.residual.max((first - b).abs() / size);
        }
    }
}

/// Whether a matrix holds only finite numbers; the first column that does not.
fn not_finite(m: MatRef<f64>) -> Option<usize> {
    (0..m.ncols()).find(|j| col(m, *j).iter().any(|v| !v.is_finite()))
}
