//! Asymptotic phase near a limit cycle, and how it responds to perturbations.

use super::scheme::Scheme;
use super::section::distance;
use super::shooting::{left_unit, turn};
use super::{Cycle, Error, check};
use crate::linalg::{col, col_mut};
use crate::systems::time::System;
use faer::{Mat, MatRef};
use std::f64::consts::TAU;

/// Distance from the cycle, relative to its extent, at which a transient is gone.
const ARRIVED: f64 = 1e-9;
/// Alignments on the isochron of a sample; each squares the distance that is left.
const ALIGNMENTS: usize = 4;

/// The asymptotic phase of a state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asymptotic {
    /// Phase in [0, 2 pi): the phase of the point on the cycle that the state ends up moving along with.
    pub phase: f64,
    /// Periods until the transient was gone.
    pub periods: usize,
    /// Distance from the cycle then, relative to its extent.
    pub distance: f64,
}

/// States and phase response on a grid of equal phases of a limit cycle.
///
/// Phase is 2 pi t / T, zero at [`Cycle::point`]. Its gradient on the cycle is Z(t), the periodic
/// solution of dZ/dt = -A(t)^T Z with Z . f = 2 pi / T: the left Floquet vector of multiplier one.
///
/// Source: Brown, Moehlis, Holmes, Neural Comput. 16 (2004) 673.
pub struct PhaseMap<'a> {
    scheme: Scheme<'a>,
    states: Mat<f64>,
    response: Mat<f64>,
    period: f64,
    extent: f64,
    drift: f64,
}

impl<'a> PhaseMap<'a> {
    /// The phase of `cycle`, which [`find`](super::find) or [`refine`](super::refine) found in `system`
    /// under `input`.
    ///
    /// # Errors
    /// [`Error::NoPhase`] for a map or a cycle that does not attract; arguments of the wrong length.
    ///
    /// ```
    /// use nullcline_core::diagnostics::dynamics::cycles::{PhaseMap, refine};
    /// use nullcline_core::systems::{reference::Hopf, time::Flow};
    ///
    /// // Without shear the isochrons of the unit circle are its radii, and |Z| = 1 along the angle.
    /// let hopf = Flow::new(Hopf::new(1.0, 1.0, 0.0), 0.05);
    /// let cycle = refine(&hopf, &[1.0, 0.0], 6.28, &[], 1e-10).unwrap();
    /// let mut map = PhaseMap::new(&hopf, &cycle, &[]).unwrap();
    /// assert!(map.normalisation_error() < 1e-8);
    /// let z = map.response();
    /// assert!((0..z.ncols()).all(|j| (z[(0, j)].hypot(z[(1, j)]) - 1.0).abs() < 1e-7));
    /// // A state on the radius of the cycle's point has its phase, zero.
    /// let far: Vec<f64> = cycle.point.iter().map(|x| 1.5 * x).collect();
    /// let phase = map.asymptotic(&far, 50).unwrap().phase;
    /// assert!(phase.min(std::f64::consts::TAU - phase) < 1e-7);
    /// ```
    pub fn new(system: &'a dyn System, cycle: &Cycle, input: &[f64]) -> Result<Self, Error> {
        check(system, &cycle.point, input)?;
        if !system.is_flow() || !cycle.stable() {
            return Err(Error::NoPhase);
        }
        let (n, steps, period) = (cycle.point.len(), cycle.steps, cycle.period.value);
        let h = period / steps as f64;
        let mut scheme = Scheme::new(system.field(), input, n);
        let monodromy = turn(&mut scheme, &cycle.point, period, steps).product();
        let start = scheme.velocity(&cycle.point);
        let unit = left_unit(monodromy.as_ref(), &start).ok_or(Error::NoPhase)?;

        let mut states = Mat::zeros(n, steps);
        let mut x = cycle.point.clone();
        for j in 0..steps {
            col_mut(states.as_mut(), j).copy_from_slice(&x);
            scheme.step(&mut x, h);
        }
        let mut response = Mat::zeros(n, steps);
        let mut z: Vec<f64> = unit.iter().map(|v| v * TAU / period).collect();
        let mut drift = 0.0f64;
        for j in (0..steps).rev() {
            let mut x = col(states.as_ref(), j).to_vec();
            scheme.step(&mut x, h);
            scheme.pull(&mut z, h);
            col_mut(response.as_mut(), j).copy_from_slice(&z);
            let f = scheme.velocity(col(states.as_ref(), j));
            let along: f64 = z.iter().zip(&f).map(|(z, f)| z * f).sum();
            drift = drift.max((along * period / TAU - 1.0).abs());
        }
        Ok(Self { scheme, states, response, period, extent: cycle.extent, drift })
    }

    /// States at equal phases from zero, n x m.
    pub fn states(&self) -> MatRef<'_, f64> {
        self.states.as_ref()
    }

    /// The phase response Z at the same phases, n x m, radians per unit of state.
    pub fn response(&self) -> MatRef<'_, f64> {
        self.response.as_ref()
    }

    /// Largest |Z . f T / (2 pi) - 1| on the grid, zero but for the integration's error.
    pub fn normalisation_error(&self) -> f64 {
        self.drift
    }

    fn spacing(&self) -> f64 {
        self.period / self.states.ncols() as f64
    }

    /// The velocity dx/dt at `x`.
    pub fn velocity(&mut self, x: &[f64]) -> Vec<f64> {
        self.scheme.velocity(x)
    }

    /// `x` moved on by `time`, in steps of at most those of the grid.
    pub fn flow(&mut self, x: &[f64], time: f64) -> Vec<f64> {
        // Truncation is meant: a number of steps.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let steps = (time.abs() / self.spacing() - 1e-9).ceil().max(1.0) as usize;
        let mut at = x.to_vec();
        for _ in 0..steps {
            self.scheme.step(&mut at, time / steps as f64);
        }
        at
    }

    /// The point of the cycle at `phase`.
    pub fn state(&mut self, phase: f64) -> Vec<f64> {
        let turns = (phase / TAU).rem_euclid(1.0) * self.states.ncols() as f64;
        // Truncation is meant: the sample before.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let j = (turns as usize).min(self.states.ncols() - 1);
        let x = col(self.states.as_ref(), j).to_vec();
        self.flow(&x, (turns - j as f64) * self.spacing())
    }

    /// Phase of a state near the cycle to first order in its distance, and that distance relative to
    /// the cycle's extent.
    pub fn near(&mut self, x: &[f64]) -> (f64, f64) {
        let count = self.states.ncols();
        let far = |j: &usize| distance(x, col(self.states.as_ref(), *j));
        let j = (0..count).min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(0);
        let (sample, z) = (col(self.states.as_ref(), j).to_vec(), col(self.response.as_ref(), j).to_vec());
        let mut at = x.to_vec();
        let mut ahead = 0.0;
        for _ in 0..ALIGNMENTS {
            let gap = z.iter().zip(at.iter().zip(&sample)).map(|(z, (a, s))| z * (a - s)).sum::<f64>();
            // Further than that the sample is not the nearest one: far from the cycle.
            let gap = gap.clamp(-TAU / count as f64, TAU / count as f64);
            ahead += gap;
            self.scheme.step(&mut at, -gap * self.period / TAU);
        }
        let phase = (TAU * j as f64 / count as f64 + ahead).rem_euclid(TAU);
        (phase, distance(&at, &sample) / self.extent)
    }

    /// The asymptotic phase of `x`: its phase after as many whole periods as its transient takes.
    ///
    /// # Errors
    /// [`Error::OtherBasin`] if it is not on the cycle after `most` periods.
    pub fn asymptotic(&mut self, x: &[f64], most: usize) -> Result<Asymptotic, Error> {
        let mut at = x.to_vec();
        let mut left = f64::INFINITY;
        for periods in 0..=most {
            let (phase, distance) = self.near(&at);
            if distance <= ARRIVED {
                return Ok(Asymptotic { phase, periods, distance });
            }
            left = distance;
            at = self.flow(&at, self.period);
        }
        Err(Error::OtherBasin { periods: most, distance: left })
    }

    /// Change of asymptotic phase, in (-pi, pi], by the kick `dx` at `phase`.
    ///
    /// # Errors
    /// As for [`asymptotic`](Self::asymptotic).
    pub fn shift(&mut self, phase: f64, dx: &[f64], most: usize) -> Result<f64, Error> {
        let x = self.state(phase);
        let kicked: Vec<f64> = x.iter().zip(dx).map(|(x, d)| x + d).collect();
        let (after, before) = (self.asymptotic(&kicked, most)?, self.asymptotic(&x, most)?);
        let d = (after.phase - before.phase).rem_euclid(TAU);
        Ok(if d > TAU / 2.0 { d - TAU } else { d })
    }
}
