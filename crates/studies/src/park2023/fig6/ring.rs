//! The opponent: a bump held by a ring of rate neurons.

use super::readout::{population_vector, wrapped};
use faer::Mat;
use nullcline_core::linalg::activation::Activation;
use nullcline_core::linalg::random::{Rng, normal};
use nullcline_core::systems::cells::Rate;
use nullcline_core::systems::rule::{Rule, Workspace, column, column_mut};
use nullcline_core::systems::time::{Flow, System};
use std::f64::consts::{PI, TAU};

/// Step of the Runge-Kutta scheme, in time constants.
pub const DT: f64 = 0.1;

/// Uniform inhibition of the exact ring; any negative number does.
const INHIBITION: f64 = -2.0;
/// Gain of the smooth ring; a bump needs more than 1.
const GAIN: f64 = 2.0;

/// Which ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Threshold-linear: a continuum of fixed points at every even n from 4.
    Exact,
    /// tanh: a continuum for n to infinity alone.
    Smooth,
}

/// The field x' = -x + f(W x + b) of n neurons that prefer evenly spaced headings, time in units of the time
/// constant.
///
/// Exact (f rectifies): W_ij = (-2 + 4 cos(theta_i - theta_j)) / n. Half of the neurons are active at
/// every heading; sum sin^2 over them is n/4, so that the odd mode of W has eigenvalue 1, and with b =
/// 2 / (n sin(pi/n)) a neuron falls silent at the very heading where the opposite one starts. This is the
/// finite ring attractor of Noorman et al. (2024), Nature Neuroscience 27, 2207, at the optimal gain with
/// n/2 active neurons.
///
/// Smooth: f = tanh, W_ij = (4/n) cos(theta_i - theta_j), b = 0.
#[derive(Clone, Debug)]
pub struct Ring {
    /// Which.
    pub kind: Kind,
    /// Preferred headings.
    pub angles: Vec<f64>,
    /// W.
    pub weights: Mat<f64>,
    /// b.
    pub bias: Vec<f64>,
    /// Time constants.
    pub tau: Vec<f64>,
}

impl Ring {
    /// A ring of `n` neurons, n even and at least 4.
    pub fn new(kind: Kind, n: usize) -> Self {
        let angles: Vec<f64> = (0..n).map(|i| TAU * i as f64 / n as f64).collect();
        let nf = n as f64;
        let (flat, tuned, bias) = match kind {
            Kind::Exact => (INHIBITION, 4.0, -INHIBITION / (nf * (PI / nf).sin())),
            Kind::Smooth => (0.0, 2.0 * GAIN, 0.0),
        };
        let weights = Mat::from_fn(n, n, |i, j| (flat + tuned * (angles[i] - angles[j]).cos()) / nf);
        Self { kind, angles, weights, bias: vec![bias; n], tau: vec![1.0; n] }
    }

    /// The field as a rule.
    pub fn rule(&self) -> Rate {
        let f = if self.kind == Kind::Exact { Activation::Relu } else { Activation::Tanh };
        let mut rate = Rate::new(0, f, self.tau.clone());
        rate.params_mut().mat_mut(1).copy_from(&self.weights);
        rate.params_mut().mat_mut(2).copy_from(column(&self.bias));
        rate
    }

    /// The bump at `heading`: a fixed point of the exact ring, of the smooth one for n to infinity.
    pub fn bump(&self, heading: f64) -> Vec<f64> {
        match self.kind {
            Kind::Exact => {
                let spacing = TAU / self.angles.len() as f64;
                // The middle of the active neurons lies half-way between two neurons if n/2 is even.
                let shift = if self.angles.len().is_multiple_of(4) { 0.5 } else { 0.0 };
                let middle = ((heading / spacing - shift).round() + shift) * spacing;
                let height = 1.0 / (heading - middle).cos();
                self.angles.iter().map(|a| (height * (a - heading).cos()).max(0.0)).collect()
            }
            Kind::Smooth => {
                let mut r = 1.0;
                for _ in 0..200 {
                    let mean = |i: u32| {
                        (r * (PI * f64::from(i) / 500.0).cos()).tanh() * (PI * f64::from(i) / 500.0).cos()
                    };
                    r = 2.0 * GAIN * (0..1000).map(mean).sum::<f64>() / 1000.0;
                }
                self.angles.iter().map(|a| (r * (a - heading).cos()).tanh()).collect()
            }
        }
    }

    /// The heading that the population vector reads, in (-pi, pi].
    pub fn heading(&self, x: &[f64]) -> f64 {
        population_vector(x, &self.angles)
    }

    /// Headings, not wrapped, after each of the increasing `times`, from the state `x`, and the state then.
    pub fn track(&self, x: &mut Vec<f64>, times: &[f64]) -> Vec<f64> {
        self.follow(x, times, |_| {})
    }

    /// The same with white noise on the state, of standard deviation `relative` in a time constant.
    pub fn noisy_track(&self, x: &mut Vec<f64>, times: &[f64], relative: f64, rng: &mut Rng) -> Vec<f64> {
        let scale = relative * DT.sqrt();
        self.follow(x, times, |x| x.iter_mut().for_each(|x| *x += scale * normal(rng)))
    }

    fn follow(&self, x: &mut Vec<f64>, times: &[f64], mut after: impl FnMut(&mut [f64])) -> Vec<f64> {
        let flow = Flow::new(self.rule(), DT);
        let step = flow.step();
        let mut ws = Workspace::new(step, 1, 1);
        let mut next = vec![0.0; x.len()];
        let mut heading = self.heading(x);
        let mut done = 0;
        let mut out = Vec::with_capacity(times.len());
        for time in times {
            let steps = (time / DT).round() as usize;
            for i in done..steps {
                ws.eval(step, column(x), column(&[]), column_mut(&mut next));
                std::mem::swap(x, &mut next);
                after(x);
                if i % 8 == 0 || i + 1 == steps {
                    heading += wrapped(self.heading(x) - heading);
                }
            }
            done = steps.max(done);
            out.push(heading);
        }
        out
    }

    /// The velocity dx/dt at `x`.
    pub fn velocity(&self, x: &[f64]) -> Vec<f64> {
        let rule = self.rule();
        let mut ws = Workspace::new(&rule, 1, 1);
        let mut out = vec![0.0; rule.dim()];
        ws.eval(&rule, column(x), column(&[]), column_mut(&mut out));
        out
    }

    /// Root mean square over all noises and over `headings` of the drift at first order, radians per time
    /// constant, of the exact ring whose weights are multiplied by 1 + strength xi, divided by strength.
    ///
    /// Formula: with u = sin(theta - middle) on the active neurons, the null vector of either side,
    /// the square is sum_ij u_i^2 (W_ij x_j)^2 / (u . dx/dheading)^2.
    pub fn predicted(&self, headings: &[f64]) -> f64 {
        let square = |heading: &f64| {
            let (x, h) = (self.bump(*heading), 1e-6);
            let ahead = self.bump(heading + h);
            let change: Vec<f64> = x.iter().zip(&ahead).map(|(a, b)| (b - a) / h).collect();
            let active: Vec<usize> = (0..x.len()).filter(|i| x[*i] > 1e-9).collect();
            let middle = population_vector(
                &vec![1.0; active.len()],
                &active.iter().map(|i| self.angles[*i]).collect::<Vec<_>>(),
            );
            let u = |i: usize| (self.angles[i] - middle).sin();
            let top: f64 = active
                .iter()
                .map(|&i| {
                    let row: f64 = active.iter().map(|&j| (self.weights[(i, j)] * x[j]).powi(2)).sum();
                    u(i).powi(2) * row
                })
                .sum();
            top / active.iter().map(|&i| u(i) * change[i]).sum::<f64>().powi(2)
        };
        (headings.iter().map(square).sum::<f64>() / headings.len() as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nullcline_core::linalg::eigen::{Order, eigenvalues};
    use nullcline_core::systems::rule::linearise;

    fn speed(ring: &Ring, heading: f64) -> f64 {
        ring.velocity(&ring.bump(heading)).iter().fold(0.0, |a, v| a.max(v.abs()))
    }

    #[test]
    fn the_exact_ring_holds_every_heading_and_has_one_zero_mode() {
        for n in [4, 6, 8, 12, 64] {
            let ring = Ring::new(Kind::Exact, n);
            for k in 0..37 {
                // Not where a neuron falls silent: the field has a kink there.
                let heading = 0.01 + 0.17 * f64::from(k);
                assert!(speed(&ring, heading) < 1e-13, "n {n}, {heading}");
                let x = ring.bump(heading);
                assert!(wrapped(ring.heading(&x) - heading).abs() < 1e-12, "n {n}, {heading}");
                let (_, j, _) = linearise(&ring.rule(), &x, &[]);
                let modes = eigenvalues(j.as_ref(), Order::RealPart).unwrap();
                assert!(modes[0].norm() < 1e-7 && modes[1].re < -0.1, "n {n}, {heading}: {modes:?}");
            }
        }
    }

    #[test]
    fn the_exact_ring_keeps_a_bump_and_returns_to_it() {
        let ring = Ring::new(Kind::Exact, 12);
        let mut x = ring.bump(1.0);
        x.iter_mut().for_each(|x| *x *= 1.2);
        let track = ring.track(&mut x, &[50.0, 500.0]);
        assert!((track[1] - track[0]).abs() < 1e-9 && (track[0] - 1.0).abs() < 0.05, "{track:?}");
    }

    #[test]
    fn the_smooth_ring_is_a_continuum_only_in_the_limit() {
        let worst =
            |n| (0..50).map(|k| speed(&Ring::new(Kind::Smooth, n), 0.126 * f64::from(k))).fold(0.0, f64::max);
        assert!(worst(8) > 1e-3 && worst(64) < 1e-10, "{} {}", worst(8), worst(64));
    }
}
