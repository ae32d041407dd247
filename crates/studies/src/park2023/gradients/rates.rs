//! Eqs. 9 and 15: sensitivity and adjoint go together, and a saddle has a positive exponent without chaos.

use super::field::Field;
use crate::common::*;
use crate::park2023::exponents::measures;
use crate::park2023::fig4::torus::{ANGLES, START, cycle, network};
use crate::park2023::networks::{line_attractor, rate, two_fixed_points};
use faer::{Mat, MatRef};
use nullcline_core::diagnostics::dynamics::adjoint::{self, Adjoint, adjoint};
use nullcline_core::diagnostics::dynamics::lyapunov::{self, Drive, lyapunov};
use nullcline_core::diagnostics::dynamics::trajectories::after;
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::random::{Use, normal, normal_matrix, stream};
use nullcline_core::linalg::{col, norm};
use nullcline_core::systems::cells::Rate;
use nullcline_core::systems::time::{Flow, System};

/// Vectors in each direction of time.
const VECTORS: usize = 8;
/// Units and gain of the chaotic networks, dx/dt = -x + tanh(W x), W_ij ~ N(0, g^2 / n).
const UNITS: usize = 50;
const GAIN: f64 = 3.0;
/// A draw counts as chaotic from this rate on, over so much time before the stretch that is judged; so many are tried.
const GROWING: f64 = 0.05;
const BEFORE: f64 = 200.0;
const TRIED: u64 = 100;
const DT: f64 = 0.05;

/// Both norms in time.
pub struct Pair {
    pub name: &'static str,
    pub fate: &'static str,
    /// From t0, and backward from t1.
    pub time: Vec<f64>,
    /// Mean logs of tangents and of adjoints.
    pub forward: Vec<f64>,
    pub backward: Vec<f64>,
    /// Rate of the sensitivity, and that less the adjoint's, per time constant, over vectors or draws.
    pub rate: Estimate,
    pub difference: Estimate,
}

fn failed(e: impl std::fmt::Display) -> Error {
    Error::Numbers(format!("park2023/gradients: {e}"))
}

fn follow(system: &dyn System, x: &[f64], horizon: f64, seed: u64) -> Result<Adjoint, Error> {
    let options = adjoint::Options {
        horizon,
        vectors: VECTORS,
        matrix: false,
        tolerance: 1e-8,
        seed,
        ..adjoint::Options::default()
    };
    adjoint(system, x, &Drive::Constant(&[]), &options).map_err(failed)
}

/// Growth to the end of each pair of vectors, per unit time: forward, and forward less backward.
fn ends(found: &Adjoint) -> Vec<[f64; 2]> {
    let last = found.horizons.len() - 1;
    let one = |(t, p): (&Vec<f64>, &Vec<f64>)| {
        [t[last] / found.horizons[last], (t[last] - p[last]) / found.horizons[last]]
    };
    found.log_tangent.iter().zip(&found.log_norm).map(one).collect()
}

fn mean_of(logs: &[Vec<f64>]) -> Vec<f64> {
    let n = logs.len() as f64;
    (0..logs[0].len()).map(|k| logs.iter().map(|l| l[k]).sum::<f64>() / n).collect()
}

fn pair(name: &'static str, fate: &'static str, found: &Adjoint, all: &[[f64; 2]]) -> Pair {
    Pair {
        name,
        fate,
        time: found.horizons.clone(),
        forward: mean_of(&found.log_tangent),
        backward: mean_of(&found.log_norm),
        rate: Estimate::mean(all.iter().map(|v| v[0])),
        difference: Estimate::mean(all.iter().map(|v| v[1])),
    }
}

/// The first of the draws number `draw` whose tangents grow, and a state on its attractor.
fn chaotic(seed: u64, draw: u64) -> Result<(Flow<Rate>, Vec<f64>), Error> {
    for k in 0..TRIED {
        let (system, x) = drawn(seed, 100 * draw + k)?;
        let found = follow(&system, &x, BEFORE, seed)?;
        if found.forward_rate.value > GROWING {
            let end = col(found.states.as_ref(), 0).to_vec();
            return Ok((system, end));
        }
    }
    Err(failed(format!("none of {TRIED} networks is chaotic")))
}

/// A network, and a state after its transient.
fn drawn(seed: u64, draw: u64) -> Result<(Flow<Rate>, Vec<f64>), Error> {
    let mut rng = stream(seed, Use::Connectivity, 72_000 + draw);
    let w = normal_matrix(&mut rng, UNITS, UNITS);
    let w = Mat::from_fn(UNITS, UNITS, |i, j| GAIN / (UNITS as f64).sqrt() * w[(i, j)]);
    let start: Vec<f64> = (0..UNITS).map(|_| normal(&mut rng)).collect();
    let system = Flow::new(rate(w.as_ref(), &[0.0; UNITS], Activation::Tanh), DT);
    let x = after(&system, &start, Drive::Constant(&[]), 4000).ok_or_else(|| failed("a network diverges"))?;
    Ok((system, x))
}

/// The four fates of Fig. 3 over `horizon` time constants, the last over `draws` networks.
pub fn pairs(horizon: f64, draws: usize, seed: u64, observer: &dyn Observer) -> Result<Vec<Pair>, Error> {
    let alone = |w: MatRef<f64>| Flow::new(rate(w, &[1.0; 6], Activation::Relu), DT);
    let third = 1.0 / 3.0;
    let rest = [1.0 / 0.65, 0.0, 1.0 / 1.01, 1.0 / 1.02, 1.0 / 1.03, 1.0 / 1.01];
    let line = [0.6, 0.4, third, third, third, third];
    let turning = network(&ANGLES[..1]);
    let on = after(&turning, &START[..2], Drive::Constant(&[]), 8000).ok_or_else(|| failed("diverges"))?;
    let (points, segment) = (alone(two_fixed_points().as_ref()), alone(line_attractor().as_ref()));
    let known: [(&str, &str, &dyn System, &[f64]); 3] = [
        ("point attractor", "vanish", &points, &rest),
        ("line attractor", "stay", &segment, &line),
        ("limit cycle", "stay", &turning, &on),
    ];
    let mut out = vec![];
    for (name, fate, system, x) in known {
        let found = follow(system, x, horizon, seed)?;
        out.push(pair(name, fate, &found, &ends(&found)));
    }
    let drawn = parallel("chaotic networks", draws, observer, |k| {
        let (system, x) = chaotic(seed, k as u64)?;
        follow(&system, &x, horizon, seed)
    })?;
    let mean = |found: &Adjoint| {
        let all = ends(found);
        [0, 1].map(|k| all.iter().map(|v| v[k]).sum::<f64>() / all.len() as f64)
    };
    out.push(pair("chaos", "explode", &drawn[0], &list_of(&drawn, mean)));
    Ok(out)
}

fn list_of<T, U>(all: &[T], f: impl Fn(&T) -> U) -> Vec<U> {
    all.iter().map(f).collect()
}

/// Norms of eq. 9 on a limit cycle, of the vector (1, 0), over whole steps that take eight periods.
pub struct Norms {
    /// |Psi'(t0) v| / |Delta(t1) v| - 1: eq. 9 as it is printed.
    pub printed: f64,
    /// |Psi(t0) v| / |Delta(t1) v|: with the adjoint of eq. 11 that ends in v.
    pub adjoint: f64,
}

pub fn norms() -> Result<Norms, Error> {
    let system = network(&ANGLES[..1]);
    let cycle = cycle(ANGLES[0])?;
    // Truncation is meant: a number of steps.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let steps = (8.0 * cycle.period.value / system.time_step()).ceil() as usize;
    let mut field = Field::new(system.step());
    let mut states = vec![cycle.point.clone()];
    for k in 0..steps {
        states.push(field.value(&states[k], &[]));
    }
    let mut delta = vec![1.0, 0.0];
    for x in &states[..steps] {
        delta = field.push(x, &[], &delta);
    }
    // Columns of Psi(t0): adjoints that end in each unit vector.
    let mut psi = [vec![1.0, 0.0], vec![0.0, 1.0]];
    for x in states[..steps].iter().rev() {
        psi = psi.map(|p| field.pull(x, &[], &p));
    }
    let size = norm(&delta);
    // Entry i of Psi' v is psi_i . v.
    let transposed = psi.each_ref().map(|p| p[0]);
    Ok(Norms { printed: norm(&transposed) / size - 1.0, adjoint: norm(&psi[0]) / size })
}

/// What is known of the saddle between the two stable points of Fig. 3B.
pub struct Saddle {
    /// Exponent of a trajectory on its stable manifold.
    pub exponent: f64,
    /// Speed at the end.
    pub speed: f64,
    /// Largest exponent of each attractor that random starts lead to.
    pub attractors: Vec<Estimate>,
}

pub fn saddle(starts: usize, seed: u64) -> Result<Saddle, Error> {
    let system = Flow::new(rate(two_fixed_points().as_ref(), &[1.0; 6], Activation::Relu), DT);
    // Equal activity of the two units that compete: the manifold that leads to the saddle.
    let found = follow(&system, &[1.0; 6], 30.0, seed)?;
    let middle = found.horizons.iter().position(|t| *t >= 15.0).unwrap_or(0);
    let growth = |log: &Vec<f64>| slope(&found.horizons[middle..], &log[middle..]).value;
    let exponent = found.log_tangent.iter().map(growth).sum::<f64>() / found.log_tangent.len() as f64;
    let end = col(found.states.as_ref(), 0);
    let speed = norm(&Field::new(system.field()).value(end, &[]));
    let mut rng = stream(seed, Use::InitialState, 73_000);
    let random = normal_matrix(&mut rng, 6, starts);
    let options = lyapunov::Options { seed, ..lyapunov::Options::default() };
    let spectra =
        lyapunov(&system, random.as_ref(), &Drive::Constant(&[]), &options, &|_| ()).map_err(failed)?;
    Ok(Saddle { exponent, speed, attractors: list_of(&spectra.attractors, |a| measures(a)[0]) })
}
