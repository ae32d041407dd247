//! The structures that keep an exponent at zero, and what is left of it under noise on the weights.

use crate::park2023::fig3::survey::first_cycle;
use crate::park2023::networks::{TAU, current, line_attractor, rate};
use faer::Mat;
use nullcline_core::diagnostics::dynamics::cycles::{self, Motion};
use nullcline_core::diagnostics::dynamics::lyapunov::{Drive, Options, lyapunov};
use nullcline_core::diagnostics::dynamics::trajectories::{Inputs, trajectories};
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::eigen::{Order, eigenvalues};
use nullcline_core::linalg::random::{Use, normal_matrix, stream};
use nullcline_core::linalg::{col, frobenius};
use nullcline_core::systems::rule::{column, linearise};
use nullcline_core::systems::time::Flow;
use std::f64::consts::TAU as TURN;

/// Units of the ring attractor. A finite ring pins the bump: with 32 units the exponent along it is 4.5e-8, with
/// 48 it is 3e-12.
const RING: usize = 48;
/// Its gain: above 1 the bump stands.
const RING_GAIN: f64 = 2.0;
/// Points on a continuous attractor at which the exponent is taken.
const POINTS: usize = 8;
/// Gain and angles of the toroidal attractor's oscillators, inside the region in which each turns alone
/// and apart by more than weak coupling can lock.
const TORUS_GAIN: f64 = 2.0;
const TORUS_ANGLES: [f64; 4] = [0.40, 0.55, 0.70, 0.85];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The network of S1.1.
    Line,
    /// tanh units with cosine weights, which sustain a bump anywhere.
    Ring,
    /// A network of S3 whose attractor is a limit cycle.
    Cycle,
    /// Oscillators of two units each, eq. 19.
    Torus,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Line, Self::Ring, Self::Cycle, Self::Torus];

    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "line attractor",
            Self::Ring => "ring attractor",
            Self::Cycle => "limit cycle",
            Self::Torus => "toroidal attractor",
        }
    }
}

/// An unperturbed network and states on its attractor.
pub(super) struct Structure {
    pub kind: Kind,
    pub w: Mat<f64>,
    states: Mat<f64>,
    /// Steps of the toroidal attractor's exponents.
    steps: usize,
}

/// What is left of the zero exponents; all numbers per time constant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    /// Mean distance from zero of the exponents that are zero without noise; NaN where the structure is gone.
    pub near_zero: f64,
    /// How many of them remain zero within [`KEPT`].
    pub zeros: usize,
    /// Whether the memory is kept: all of them for the continuous attractors, the limit cycle itself,
    /// and at least one for the torus.
    pub kept: bool,
}

/// An exponent this near to zero, per time constant, keeps a memory for 500 of them.
pub(super) const KEPT: f64 = 2e-3;

impl Structure {
    pub fn new(kind: Kind, seed: u64, steps: usize) -> Option<Self> {
        let (w, states) = match kind {
            Kind::Line => (line_attractor(), Mat::from_fn(6, 1, |i, _| if i < 2 { 0.5 } else { 1.0 / 3.0 })),
            Kind::Ring => {
                let angle = |i: usize| TURN * i as f64 / RING as f64;
                let w = Mat::from_fn(RING, RING, |i, j| {
                    2.0 * RING_GAIN / RING as f64 * (angle(i) - angle(j)).cos()
                });
                let place = |k: usize| TURN * (k as f64 + 0.3) / POINTS as f64;
                let bumps = Mat::from_fn(RING, POINTS, |i, k| (2.0 * (angle(i) - place(k)).cos()).tanh());
                let rest =
                    relaxed(&Flow::new(rate(w.as_ref(), &[0.0; RING], Activation::Tanh), 0.1), &bumps, 200.0);
                (w, rest)
            }
            Kind::Cycle => {
                let (_, w, cycle) = first_cycle(seed)?;
                (w, Mat::from_fn(cycle.point.len(), 1, |i, _| cycle.point[i]))
            }
            Kind::Torus => {
                let n = 2 * TORUS_ANGLES.len();
                let block = |i: usize, j: usize| {
                    let (s, c) = TORUS_ANGLES[i / 2].sin_cos();
                    TORUS_GAIN * [[c, -s], [s, c]][i % 2][j % 2]
                };
                let w = Mat::from_fn(n, n, |i, j| if i / 2 == j / 2 { block(i, j) } else { 0.0 });
                (w, Mat::from_fn(n, 1, |i, _| if i % 2 == 0 { 0.8 } else { 0.1 }))
            }
        };
        Some(Self { kind, w, states, steps })
    }

    /// Exponents that are zero without noise.
    pub fn zeros(&self) -> usize {
        if self.kind == Kind::Torus { TORUS_ANGLES.len() } else { 1 }
    }

    /// The weights with independent normal noise on every entry, of expected relative size `strength`:
    /// E|dW|^2 = strength^2 |W|^2 in the Frobenius norm. A draw's noise differs between strengths by a
    /// factor alone.
    pub fn perturbed(&self, strength: f64, seed: u64, draw: usize) -> Mat<f64> {
        let n = self.w.nrows();
        let mut rng = stream(seed, Use::Noise, 10_000 * (self.kind as u64 + 1) + draw as u64);
        let noise = normal_matrix(&mut rng, n, n);
        let scale = strength * frobenius(self.w.as_ref()) / n as f64;
        Mat::from_fn(n, n, |i, j| self.w[(i, j)] + scale * noise[(i, j)])
    }

    /// What the noise leaves.
    pub fn left(&self, w: &Mat<f64>, seed: u64) -> Left {
        match self.kind {
            Kind::Line => self.continuous(w, &[1.0; 6], Activation::Relu),
            Kind::Ring => self.continuous(w, &[0.0; RING], Activation::Tanh),
            Kind::Cycle => self.cycle(w),
            Kind::Torus => self.torus(w, seed),
        }
    }

    /// The eigenvalue nearest to zero of the Jacobian, where the state is ten time constants after the
    /// noise came: off the manifold all has decayed, along it the state has hardly moved.
    fn continuous(&self, w: &Mat<f64>, bias: &[f64], activation: Activation) -> Left {
        let field = rate(w.as_ref(), bias, activation);
        let rest = relaxed(&Flow::new(field.clone(), 0.1), &self.states, 10.0);
        let nearest = |k: usize| {
            let (_, j, _) = linearise(&field, col(rest.as_ref(), k), &[]);
            let values = eigenvalues(j.as_ref(), Order::RealPart).unwrap_or_default();
            values.iter().map(|z| z.re.abs()).fold(f64::INFINITY, f64::min)
        };
        let mean = (0..rest.ncols()).map(nearest).sum::<f64>() / rest.ncols() as f64;
        let kept = mean < KEPT;
        Left { near_zero: mean, zeros: usize::from(kept), kept }
    }

    /// The Floquet exponent nearest to zero of the limit cycle that the old one has become.
    fn cycle(&self, w: &Mat<f64>) -> Left {
        let options =
            cycles::Options { warmup: 2000, window: 3000, returns: 80, looks: 3, ..Default::default() };
        let flow = Flow::new(current(w.as_ref()), 0.1 * TAU);
        match cycles::find(&flow, col(self.states.as_ref(), 0), &[], &options) {
            Ok(Motion::Cycle(cycle)) => {
                let all = cycle.multipliers.iter().map(|m| TAU * m.exponent.value.abs());
                Left { near_zero: all.fold(f64::INFINITY, f64::min), zeros: 1, kept: true }
            }
            _ => Left { near_zero: f64::NAN, zeros: 0, kept: false },
        }
    }

    /// As many leading Lyapunov exponents as there are oscillators.
    fn torus(&self, w: &Mat<f64>, seed: u64) -> Left {
        let flow = Flow::new(rate(w.as_ref(), &vec![0.0; w.nrows()], Activation::Tanh), 0.1);
        let options = Options {
            exponents: Some(self.zeros()),
            warmup: 5000,
            align: 2000,
            max_steps: self.steps,
            tol: 1e-5,
            seed,
            ..Options::default()
        };
        let start = column(col(self.states.as_ref(), 0));
        let Ok(found) = lyapunov(&flow, start, &Drive::Constant(&[]), &options, &|_| {}) else {
            return Left { near_zero: f64::NAN, zeros: 0, kept: false };
        };
        let all = &found.attractors[0].exponents;
        let zeros = all.iter().filter(|l| l.abs() < KEPT).count();
        let near_zero = all.iter().map(|l| l.abs()).sum::<f64>() / all.len() as f64;
        Left { near_zero, zeros, kept: zeros > 0 }
    }
}

/// Each state after a time.
fn relaxed(flow: &Flow<nullcline_core::systems::cells::Rate>, states: &Mat<f64>, time: f64) -> Mat<f64> {
    let all = trajectories(flow, states.as_ref(), &Inputs::Constant(vec![]), (10.0 * time) as usize);
    Mat::from_fn(states.nrows(), states.ncols(), |i, k| {
        let s = &all.states[k];
        s[(i, s.ncols() - 1)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without noise the exponents are zero: of the line and the ring by construction, of the cycle by
    /// theory (to what its refinement leaves).
    #[test]
    fn without_noise_every_structure_keeps_its_zeros() {
        for kind in Kind::ALL {
            let structure = Structure::new(kind, 1, 20_000).unwrap();
            let left = structure.left(&structure.w, 1);
            let limit = if kind == Kind::Torus { 1e-3 } else { 1e-8 };
            assert!(left.kept && left.zeros == structure.zeros(), "{kind:?}: {left:?}");
            assert!(left.near_zero < limit, "{kind:?}: {left:?}");
        }
    }

    /// First order: dl = u dW v with the unit vector (1, -1) / sqrt 2 on both sides.
    #[test]
    fn the_line_attractors_exponent_moves_as_perturbation_theory_says() {
        let structure = Structure::new(Kind::Line, 1, 0).unwrap();
        let w = structure.perturbed(1e-6, 3, 0);
        let d = |i: usize, j: usize| w[(i, j)] - structure.w[(i, j)];
        let expected = (d(0, 0) - d(0, 1) - d(1, 0) + d(1, 1)) / 2.0;
        let left = structure.left(&w, 1);
        assert!((left.near_zero - expected.abs()).abs() < 1e-5 * expected.abs(), "{left:?} {expected}");
    }
}
