//! Exponents of the attractors that the text speaks of.

use super::systems::{Coupled, Sinh};
use crate::common::*;
use crate::park2023::exponents::measures;
use crate::park2023::fig4::torus::{ANGLES, DT, GAIN, START, angles, cycle, network, partner};
use crate::park2023::networks::{line_attractor, rate};
use faer::Mat;
use nullcline_core::diagnostics::dynamics::cycles::PhaseMap;
use nullcline_core::diagnostics::dynamics::lyapunov::{self, Drive, lyapunov};
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::eigen::{Order, eigenvalues};
use nullcline_core::linalg::random::{Use, normal_matrix, stream, uniform};
use nullcline_core::systems::rule::column;
use nullcline_core::systems::time::{Flow, System};

/// Couplings of the two oscillators that are looked at.
pub const COUPLINGS: [f64; 8] = [0.0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4];
/// Those of weak and of strong coupling.
pub const WEAK: usize = 2;
pub const STRONG: usize = 6;
/// A gain below the onset of oscillations.
const SILENT: f64 = 0.95;
/// Starts of one basin.
const STARTS: usize = 10;
/// Turns in which a torus is filled, and cells along each angle.
const TURNS: f64 = 400.0;
const CELLS: usize = 20;
/// Units of the network with zero weights.
const UNITS: usize = 20;

pub fn failed(e: impl std::fmt::Display) -> Error {
    Error::Numbers(format!("park2023/text: {e}"))
}

/// Exponents of the attractor that `start` leads to.
fn exponents(system: &dyn System, start: &[f64]) -> Result<Vec<Estimate>, Error> {
    let options =
        lyapunov::Options { warmup: 6000, max_steps: 100_000, tol: 1e-6, ..lyapunov::Options::default() };
    let found = lyapunov(system, column(start), &Drive::Constant(&[]), &options, &|_| ()).map_err(failed)?;
    Ok(measures(&found.attractors[0]))
}

/// `copies` line attractors of six units side by side.
fn lines(copies: usize) -> Result<Vec<Estimate>, Error> {
    let (one, n) = (line_attractor(), 6 * copies);
    let w = Mat::from_fn(n, n, |i, j| if i / 6 == j / 6 { one[(i % 6, j % 6)] } else { 0.0 });
    let system = Flow::new(rate(w.as_ref(), &vec![1.0; n], Activation::Relu), DT);
    let third = 1.0 / 3.0;
    let start: Vec<f64> = [0.6, 0.4, third, third, third, third].repeat(copies);
    exponents(&system, &start)
}

/// Share of the cells of the torus of both angles that an orbit visits.
fn filled(orbit: &[[f64; 2]]) -> f64 {
    let cell = |a: f64| (((a / std::f64::consts::TAU).rem_euclid(1.0)) * CELLS as f64) as usize % CELLS;
    let mut seen = [false; CELLS * CELLS];
    orbit.iter().for_each(|[a, b]| seen[CELLS * cell(*a) + cell(*b)] = true);
    seen.iter().filter(|s| **s).count() as f64 / seen.len() as f64
}

/// Eigenvalues that are still zero after one step of gradient descent from W = 0 on so many random pairs of state and target, of
/// dx/dt = tanh(W x): the gradient is T (x - y) x' summed over pairs.
fn zeros_left(pairs: usize, seed: u64) -> usize {
    let mut rng = stream(seed, Use::Task, pairs as u64);
    let (x, y) = (normal_matrix(&mut rng, UNITS, pairs), normal_matrix(&mut rng, UNITS, pairs));
    let w = (&y - &x) * x.transpose();
    let all = eigenvalues(w.as_ref(), Order::Modulus).unwrap_or_default();
    let most = all.first().map_or(0.0, |z| z.re.hypot(z.im));
    all.iter().filter(|z| z.re.hypot(z.im) <= 1e-6 * most).count()
}

/// All that is measured.
pub struct Measured {
    /// One line attractor, two side by side.
    pub lines: [Vec<Estimate>; 2],
    /// Of the pair whose periods are as 3 to 2.
    pub commensurate: Vec<Estimate>,
    /// Visited shares of the quasi-periodic and the periodic torus.
    pub filled: [f64; 2],
    pub orbits: [Vec<[f64; 2]>; 2],
    /// Of one oscillator: from several starts, in other coordinates, and Floquet's.
    pub starts: Vec<Vec<Estimate>>,
    pub sinh: Vec<Estimate>,
    pub floquet: Vec<f64>,
    /// At each coupling, and below the onset without any.
    pub coupled: Vec<Vec<Estimate>>,
    pub silent: Vec<Estimate>,
    /// Largest |Z(phi + pi) + Z(phi)| over the largest |Z|.
    pub reversed: f64,
    /// After steps on one, ten and twenty pairs.
    pub zeros: [usize; 3],
}

pub fn measure(seed: u64) -> Result<Measured, Error> {
    let one = cycle(ANGLES[0])?;
    let t = one.period.value;
    let partner = partner(t)?;
    let pair = network(&[ANGLES[0], partner]);
    let orbits = [angles(&network(&ANGLES), t, TURNS), angles(&pair, t, TURNS)];
    let alone = network(&ANGLES[..1]);
    let mut rng = stream(seed, Use::InitialState, 24);
    let mut starts = vec![];
    for _ in 0..STARTS {
        let start = [uniform(&mut rng, -1.0, 1.0), uniform(&mut rng, -1.0, 1.0)];
        starts.push(exponents(&alone, &start)?);
    }
    let coupled = |gain: f64, k: f64| exponents(&Flow::new(Coupled::new(gain, ANGLES, k), DT), &START);
    let map = PhaseMap::new(&alone, &one, &[]).map_err(failed)?;
    let (z, half) = (map.response(), map.response().ncols() / 2);
    let most = largest((0..z.ncols()).map(|j| z.col(j).norm_l2()));
    let apart = |j: usize| (z.col(j) + z.col((j + half) % z.ncols())).norm_l2();
    Ok(Measured {
        lines: [lines(1)?, lines(2)?],
        commensurate: exponents(&pair, &START)?,
        filled: [filled(&orbits[0]), filled(&orbits[1])],
        starts,
        sinh: exponents(&Flow::new(Sinh::new(GAIN, ANGLES[0]), DT), &[0.6, 0.1])?,
        floquet: one.exponents(),
        coupled: COUPLINGS.iter().map(|k| coupled(GAIN, *k)).collect::<Result<_, _>>()?,
        silent: coupled(SILENT, 0.0)?,
        reversed: largest((0..z.ncols()).map(apart)) / most,
        zeros: [1, 10, 20].map(|pairs| zeros_left(pairs, seed)),
        orbits,
    })
}
