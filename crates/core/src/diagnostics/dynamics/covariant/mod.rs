//! Covariant Lyapunov vectors and the angles between them.

mod angles;
mod backward;
mod orbit;
mod results;

pub use crate::systems::time::Drive;
pub use results::{BINS, Covariant, Error, Neutral, Options, Pair, Sample, Splitting};

use super::lyapunov::rests_on_kinks;
use crate::linalg::random::{Use, stream};
use crate::numbers::{Estimate, batch_means};
use crate::systems::time::System;
use backward::Backward;
use faer::MatRef;
use orbit::{Orbit, Place};

/// Steps of input that may be needed beyond those asked for, since intervals are whole.
pub const ROUNDING: usize = orbit::LONGEST;
/// Numbers held at most for the samples, and samples at most.
const SAMPLE_NUMBERS: usize = 2_000_000;
const SAMPLES: usize = 64;
/// Nats by which neighbours must have grown apart in each transient: a share of 1e-3 is left.
const PARTED: f64 = 7.0;

/// The first vectors of the orbit from `initial` (n).
///
/// Formula: along the recorded orbit Q_(j+1) R_j = J_j Q_j, with J_j the product of the steps' Jacobians
/// over an interval. Backward, C_j = R_j^-1 C_(j+1) with columns of unit length, from random upper
/// triangular C; the vectors are V_j = Q_j C_j, which satisfy J_j v_i(j) = gamma_i v_i(j+1). The rate at
/// which a vector grows along itself is log gamma_i per time, and its mean is the exponent.
///
/// Shapes and units: V is n x k; exponents in nats per unit time; angles in radians between lines, so that
/// they lie in 0 to pi/2. Vectors of a flow are those of its discretisation.
///
/// Memory: the factors R take k (k + 1) / 2 doubles an interval. Where that is more than
/// [`Options::memory`], orthonormal tangents are kept at some states, and the factors between two of them
/// are computed again when they are needed: about k sqrt(2 n k M) doubles for M intervals (n = k = 500,
/// M = 2000: 120 million at most become 32 million, 250 MB), for twice the work.
///
/// Remarks: vectors of exponents that are equal, or too close for the transients, are not defined one by
/// one, only their span: [`Covariant::defined`] tells. Vectors behind the first direction that collapses
/// beyond what doubles resolve are left out. Results do not depend on the number of threads.
///
/// # Errors
/// Shapes that do not fit, numbers that are not finite, an input that is too short, divergence, a
/// system all of whose directions collapse, and an orbit that comes to rest on kinks of its units.
///
/// Source: Ginelli et al., Phys. Rev. Lett. 99 (2007) 130601.
///
/// ```
/// use nullcline_core::diagnostics::dynamics::covariant::{Drive, Options, covariant};
/// use nullcline_core::systems::{reference::Linear, time::Map};
///
/// // The vectors of a linear map are its eigenvectors: here (1, 0) and (1, -1) / sqrt 2, 45 degrees apart.
/// let a = faer::mat![[1.5, 1.0], [0.0, 0.5]];
/// let map = Map::new(Linear::new(a.as_ref(), faer::Mat::zeros(2, 0).as_ref()));
/// let options = Options { warmup: 10, align: 200, steps: 100, settle: 200, ..Options::default() };
/// let found = covariant(&map, &[0.0, 0.0], &Drive::Constant(&[]), &options).unwrap();
/// assert!((found.growth[0].value - 1.5f64.ln()).abs() < 1e-12 && (found.growth[1].value - 0.5f64.ln()).abs() < 1e-12);
/// assert!((found.pairs[0].mean.value - std::f64::consts::FRAC_PI_4).abs() < 1e-9);
/// assert_eq!(found.signs, [1, 0, 1]);
/// ```
pub fn covariant(
    system: &dyn System,
    initial: &[f64],
    drive: &Drive,
    options: &Options,
) -> Result<Covariant, Error> {
    let k = validate(system, initial, drive, options)?;
    let rule = system.step();
    let n = rule.dim();
    let mut rng = stream(options.seed, Use::Tangent, 0);
    let mut orbit = Orbit::new(rule, *drive, initial, k, &mut rng);
    if !orbit.warm(options.warmup) {
        return Err(Error::Diverged);
    }
    let aligned = orbit.align(options.align).ok_or(Error::Diverged)?;
    let mut settled = vec![0.0; k];
    let interval = orbit.interval;
    let dt = system.time_step();
    let span = interval as f64 * dt;
    let recorded = (options.steps / interval).max(1);
    let total = recorded + options.settle.div_ceil(interval);
    let stretch = stretch(total, n, k, options.memory);
    let every = recorded.div_ceil((SAMPLE_NUMBERS / (n * k)).clamp(2, SAMPLES));

    // Forward; the factors of the last stretch stay.
    let mut places: Vec<Place> = Vec::new();
    let mut sampled: Vec<[Place; 2]> = Vec::new();
    let mut last = orbit.factors(0, 0);
    let mut rates = vec![Vec::with_capacity(recorded); k];
    for j in 0..total {
        if j % stretch == 0 {
            places.push(orbit.place());
            last = orbit.factors(j, 0);
        }
        let before = (j < recorded && j % every == 0).then(|| orbit.place());
        if !orbit.advance(interval) {
            return Err(Error::Diverged);
        }
        last.packed.push(orbit.packed());
        if j < recorded {
            rates.iter_mut().zip(orbit.log_growth()).for_each(|(r, g)| r.push(g / span));
        } else {
            settled.iter_mut().zip(orbit.log_growth()).for_each(|(s, g)| *s += g);
        }
        if let Some(before) = before {
            sampled.push([before, orbit.place()]);
        }
    }
    let active = resolved(system, drive, &orbit)?;
    let exponents: Vec<Estimate> = rates[..active].iter().map(|r| estimate(r)).collect();
    let mut back = Backward::new(active, recorded, span, signs(&exponents), &mut rng);
    let mut factors = Some(last);
    for (s, place) in places.iter().enumerate().rev() {
        let first = s * stretch;
        let factors = factors.take().unwrap_or_else(|| {
            orbit.restore(place);
            orbit.factors(first, stretch)
        });
        for j in (0..factors.packed.len()).rev() {
            let sample =
                (first + j < recorded && (first + j).is_multiple_of(every)).then(|| back.coefficients());
            back.step(factors.first + j, &factors.packed[j]);
            if let Some(next) = sample {
                back.sample(&mut orbit, &sampled[(first + j) / every], &next, (first + j) * interval);
            }
        }
    }
    let apart = |i: usize| [&aligned, &settled].iter().all(|g| g[i] - g[i + 1] > PARTED);
    let defined: Vec<bool> =
        (0..active).map(|i| (i == 0 || apart(i - 1)) && (i + 1 == active || apart(i))).collect();
    let neutral = matches!(drive, Drive::Constant(_))
        .then(|| back.neutral(system, *drive, &exponents, &defined))
        .flatten();
    let memory = stretch.min(total) * k * (k + 1) / 2 + places.len() * (n * k + n);
    Ok(back.finish(exponents, defined, neutral, memory, k, interval, dt))
}

/// Directions that are left at the end of the orbit.
fn resolved(system: &dyn System, drive: &Drive, orbit: &Orbit) -> Result<usize, Error> {
    match drive {
        Drive::Constant(u) if rests_on_kinks(system, orbit.state(), u) => Err(Error::OnKinks),
        _ if orbit.active == 0 => Err(Error::Collapsed),
        _ => Ok(orbit.active),
    }
}

/// Intervals whose factors are held at a time.
fn stretch(total: usize, n: usize, k: usize, memory: usize) -> usize {
    let triangle = k * (k + 1) / 2;
    if total * triangle <= memory {
        return total;
    }
    let mut stretch = 1;
    while stretch * stretch * triangle < total * (n * k + n) {
        stretch += 1;
    }
    stretch
}

/// Checks the arguments; returns the number of vectors.
fn validate(system: &dyn System, initial: &[f64], drive: &Drive, options: &Options) -> Result<usize, Error> {
    let (n, d) = (system.step().dim(), system.step().inputs());
    if initial.len() != n {
        return Err(Error::Length { found: initial.len(), expected: n });
    }
    if initial.iter().any(|v| !v.is_finite()) {
        return Err(Error::NotFinite { what: "the initial state" });
    }
    let inputs = match drive {
        Drive::Constant(u) => MatRef::from_column_major_slice(u, u.len(), 1),
        Drive::Sequence(m) => *m,
    };
    if inputs.nrows() != d {
        return Err(Error::Inputs { found: inputs.nrows(), expected: d });
    }
    if (0..inputs.ncols()).any(|j| inputs.col(j).iter().any(|v| !v.is_finite())) {
        return Err(Error::NotFinite { what: "the input" });
    }
    let k = options.vectors.unwrap_or(n);
    if k == 0 || k > n || options.steps == 0 {
        return Err(Error::Nothing { vectors: k, steps: options.steps, dim: n });
    }
    // Settling is rounded up to whole intervals.
    let needed = options.warmup + options.align + options.steps + options.settle + ROUNDING;
    if let Drive::Sequence(m) = drive
        && m.ncols() < needed
    {
        return Err(Error::InputTooShort { found: m.ncols(), expected: needed });
    }
    Ok(k)
}

/// How many exponents are positive, zero within three errors or 1e-4 of the largest modulus or where no error is known, and
/// negative.
fn signs(exponents: &[Estimate]) -> [usize; 3] {
    let largest = exponents.iter().fold(0.0f64, |a, l| a.max(l.value.abs()));
    let zero = |l: &Estimate| l.std_error.is_none_or(|e| l.value.abs() <= (3.0 * e).max(1e-4 * largest));
    let mut signs = [0; 3];
    for l in exponents {
        signs[if zero(l) { 1 } else { 2 * usize::from(l.value < 0.0) }] += 1;
    }
    signs
}

/// Mean and standard error of the values of one vector.
fn estimate(series: &[f64]) -> Estimate {
    let mean = batch_means::mean(&[series.to_vec()]);
    // What does not vary is known to rounding.
    let rounding = 1e-14 + 16.0 * f64::EPSILON * mean.value.abs();
    Estimate { std_error: mean.std_error.map(|e| e.max(rounding)), ..mean }
}
