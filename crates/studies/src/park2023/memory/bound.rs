//! Sec. 2.7: at most n/2 exponents of independent cycles are zero; Sec. 3: no point of a cycle stands still.

use super::failed;
use crate::common::*;
use crate::park2023::exponents::measures;
use crate::park2023::fig4::torus::{DT, GAIN, cycle, network};
use crate::park2023::fig6::ring::{Kind, Ring};
use crate::park2023::networks::rate;
use faer::Mat;
use nullcline_core::diagnostics::dynamics::lyapunov::{self, Drive, lyapunov};
use nullcline_core::diagnostics::dynamics::trajectories::{Inputs, trajectories};
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::random::{Use, normal, normal_matrix, stream};
use nullcline_core::linalg::{col, norm};
use nullcline_core::systems::rule::{column, linearise};
use nullcline_core::systems::time::{Flow, System};

/// Exponents up to here count as zero, per time constant; those of fixed points and cycles are exact.
pub const ZERO: f64 = 1e-3;
/// Angles of four oscillators, no two of whose periods are as small whole numbers.
const FOUR: [f64; 4] = [0.3, 0.45, 0.6, 0.75];
/// Scale of random weights, W_ij ~ N(0, g^2 / n), and the most units.
const SCALE: f64 = 3.0;
pub const MOST: usize = 8;
/// Angles at which the speed along a cycle is taken.
const ANGLES: [f64; 7] = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

fn exponents(system: &dyn System, start: &[f64], steps: usize) -> Result<Vec<Estimate>, Error> {
    let options =
        lyapunov::Options { warmup: 6000, max_steps: steps, tol: 1e-6, ..lyapunov::Options::default() };
    let found = lyapunov(system, column(start), &Drive::Constant(&[]), &options, &|_| ()).map_err(failed)?;
    Ok(measures(&found.attractors[0]))
}

/// Exponents of n/2 independent oscillators, and of a unit alone where n is odd.
pub fn oscillators(n: usize, steps: usize) -> Result<Vec<Estimate>, Error> {
    let m = n / 2;
    let start: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 0.6 } else { 0.1 }).collect();
    if n.is_multiple_of(2) {
        return exponents(&network(&FOUR[..m]), &start, steps);
    }
    let w = Mat::from_fn(n, n, |i, j| {
        let (s, c) = FOUR[(i / 2).min(3)].sin_cos();
        match (i / 2 == j / 2, i < 2 * m) {
            (true, true) => GAIN * [[c, -s], [s, c]][i % 2][j % 2],
            (true, false) => 0.5,
            _ => 0.0,
        }
    });
    exponents(&Flow::new(rate(w.as_ref(), &vec![0.0; n], Activation::Tanh), DT), &start, steps)
}

/// How many exponents are certainly zero, and how many may be.
pub fn zeros(all: &[Estimate]) -> [usize; 2] {
    let reach = |e: &Estimate| e.reach().unwrap_or(f64::INFINITY);
    [count(all, |e| e.value.abs() + reach(e) <= ZERO), count(all, |e| e.value.abs() - reach(e) <= ZERO)]
}

/// A random network of n units, and how many of its exponents are, or may be, zero.
pub struct Drawn {
    pub n: usize,
    pub zeros: [usize; 2],
}

pub fn random(draws: usize, seed: u64, observer: &dyn Observer) -> Result<Vec<Drawn>, Error> {
    parallel("random networks", MOST * draws, observer, |i| {
        let n = 1 + i / draws;
        let mut rng = stream(seed, Use::Connectivity, 77_000 + i as u64);
        let w = normal_matrix(&mut rng, n, n);
        let w = Mat::from_fn(n, n, |i, j| SCALE / (n as f64).sqrt() * w[(i, j)]);
        let start: Vec<f64> = (0..n).map(|_| normal(&mut rng)).collect();
        let system = Flow::new(rate(w.as_ref(), &vec![0.0; n], Activation::Tanh), DT);
        Ok(Drawn { n, zeros: zeros(&exponents(&system, &start, 10_000)?) })
    })
}

/// |dx/dt| along a cycle, over its mean, against the phase in turns.
pub struct Speed {
    pub angle: f64,
    pub curve: Vec<[f64; 2]>,
}

impl Speed {
    pub fn least(&self) -> f64 {
        self.curve.iter().map(|p| p[1]).fold(f64::INFINITY, f64::min)
    }
}

/// Speeds along the limit cycles of two units at seven angles.
pub fn speeds() -> Result<Vec<Speed>, Error> {
    let one = |angle: &f64| {
        let (system, found) = (network(&[*angle]), cycle(*angle)?);
        let start = Mat::from_fn(2, 1, |i, _| found.point[i]);
        // Truncation is meant: a number of steps.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let steps = (found.period.value / DT).ceil() as usize;
        let states = trajectories(&system, start.as_ref(), &Inputs::Constant(vec![]), steps).states.remove(0);
        let speed = |t: usize| norm(&linearise(system.field(), col(states.as_ref(), t), &[]).0);
        let all: Vec<f64> = (0..=steps).map(speed).collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let place = |t: usize| t as f64 * DT / found.period.value;
        let curve = all.iter().enumerate().map(|(t, v)| [place(t), v / mean]).collect();
        Ok(Speed { angle: *angle, curve })
    };
    ANGLES.iter().map(one).collect()
}

/// Largest |dx/dt| on a ring attractor of twelve neurons, over a hundred headings.
pub fn on_the_ring() -> f64 {
    let ring = Ring::new(Kind::Exact, 12);
    largest((0..100).map(|i| norm(&ring.velocity(&ring.bump(0.013 + 0.0628 * f64::from(i))))))
}
