//! Drift against the strength of the noise, memory by memory.

use super::super::Plan;
use crate::common::*;
use crate::park2023::fig6::neuron::{PERIOD, STEP_MS, printed, program};
use crate::park2023::fig6::noise::{
    Draw, Drift, Law, Target, drift, law, oscillator_drift, predicted, ring_drift,
};
use crate::park2023::fig6::ring::{Kind, Ring};
use std::f64::consts::{PI, TAU};

/// Relative strengths of the noise.
pub const STRENGTHS: [f64; 8] = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3];
/// Up to which the drift is taken as linear.
const LINEAR: f64 = 1e-2;
/// Time constant of the ring that rad/s are stated for, in ms.
pub const RING_MS: f64 = 10.0;

/// A memory, in words and in its own time.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Its name.
    pub name: &'static str,
    /// Milliseconds of its period or time constant.
    pub unit: f64,
}

impl Memory {
    /// One held by oscillators.
    pub const fn oscillators(name: &'static str) -> Self {
        Self { name, unit: PERIOD * STEP_MS }
    }
    const fn ring(name: &'static str) -> Self {
        Self { name, unit: RING_MS }
    }
}

/// One memory under one kind of noise.
pub struct Curve {
    /// The memory.
    pub memory: Memory,
    /// What the noise is on, in words.
    pub noise: &'static str,
    /// Mean drifts, one a strength.
    pub drifts: Vec<Drift>,
    /// Their law while they are small.
    pub law: Option<Law>,
    /// Drift over strength at first order.
    pub predicted: f64,
}

impl Curve {
    /// The drifts of one memory over all strengths; `id` names the random streams.
    pub fn new(
        plan: &Plan,
        id: u64,
        memory: Memory,
        noise: &'static str,
        predicted: f64,
        draw: &(dyn Fn(f64, &mut nullcline_core::linalg::random::Rng) -> Option<f64> + Sync),
    ) -> Self {
        let at = |(k, s): (usize, &f64)| {
            drift(*s, plan.draws, plan.seed, 64 * id + k as u64, &|rng| draw(*s, rng))
        };
        let drifts: Vec<Drift> = STRENGTHS.iter().enumerate().map(at).collect();
        Self { memory, noise, law: law(&drifts, LINEAR), drifts, predicted }
    }

    /// Drift over strength, exactly 0 where nothing drifts.
    pub fn coefficient(&self) -> Estimate {
        let used = || self.drifts.iter().filter(|d| d.strength <= LINEAR * 1.0001);
        let n = used().map(|d| d.kept).min().unwrap_or(0);
        match self.law {
            Some(law) => Estimate::new(law.coefficient, law.coefficient_error, n),
            None => {
                let mean = used().map(|d| d.mean / d.strength).sum::<f64>() / used().count() as f64;
                if used().all(|d| d.mean < 1e-12) {
                    Estimate::exact(mean, n)
                } else {
                    Estimate::unknown(mean, n)
                }
            }
        }
    }

    /// Exponent of drift against strength.
    pub fn exponent(&self) -> Estimate {
        exponent(self.law, self.drifts.iter().map(|d| d.kept).min().unwrap_or(0))
    }

    /// The largest mean drift up to a tenth of noise.
    pub fn worst(&self) -> f64 {
        self.drifts.iter().filter(|d| d.strength <= 0.1).map(|d| d.mean).fold(0.0, f64::max)
    }

    /// As a line of a figure.
    pub fn series(&self, label: &str) -> Series {
        let seen = self.drifts.iter().filter(|d| d.mean > 1e-12 && d.kept > 1);
        let part = |f: &dyn Fn(&Drift) -> f64| seen.clone().map(f).collect::<Vec<f64>>();
        Series::new(label, &part(&|d| d.strength), &part(&|d| d.mean))
            .errors(&part(&|d| d.std_error))
            .joined()
    }
}

/// The exponent of a law; not known without one.
pub fn exponent(law: Option<Law>, n: usize) -> Estimate {
    law.map_or(Estimate::unknown(f64::NAN, n), |l| Estimate::new(l.exponent, l.exponent_error, n))
}

/// One memory under noise on each of its numbers.
pub struct ByTarget {
    /// On weights.
    pub weights: Curve,
    /// On thresholds, or biases.
    pub thresholds: Curve,
    /// On delays, or time constants.
    pub times: Curve,
}

impl ByTarget {
    fn all(&self) -> [&Curve; 3] {
        [&self.weights, &self.thresholds, &self.times]
    }

    fn new(of: impl Fn(Target, u64) -> Curve) -> Self {
        Self {
            weights: of(Target::Weights, 0),
            thresholds: of(Target::Thresholds, 3),
            times: of(Target::Times, 6),
        }
    }
}

/// Everything that is compared.
pub struct Curves {
    /// Oscillators coupled by delays alone, as printed.
    pub delays: ByTarget,
    /// Those of the authors' program, with their slow rise.
    pub slow: ByTarget,
    /// The exact ring of twelve.
    pub ring: ByTarget,
    /// The program's, whose '+' and '-' oscillators share their delays.
    pub shared: Curve,
    /// The smooth ring of twelve under noise on its weights.
    pub smooth: Curve,
}

impl Curves {
    /// Draws them all.
    pub fn new(plan: &Plan) -> Self {
        let (ring, smooth) = (Ring::new(Kind::Exact, 12), Ring::new(Kind::Smooth, 12));
        let headings: Vec<f64> = (0..60).map(|i| 0.01 + TAU * f64::from(i) / 60.0).collect();
        let ring_predicted = (2.0 / PI).sqrt() * ring.predicted(&headings);
        let oscillators = |name, pair, first: u64| {
            ByTarget::new(|target, id| {
                let draw: &(dyn Fn(f64, &mut _) -> _ + Sync) =
                    &|s, rng| oscillator_drift(&pair, target, s, rng);
                let expected = predicted(&pair, target);
                Curve::new(plan, first + id, Memory::oscillators(name), target.name(), expected, draw)
            })
        };
        let of_ring = |name, ring: &Ring, target: Target, expected: f64, id: u64| {
            let noise = if target == Target::Times { "time constants" } else { target.name() };
            Curve::new(plan, id, Memory::ring(name), noise, expected, &|s, rng| {
                ring_drift(ring, target, s, rng)
            })
        };
        let shared = Target::SharedTimes;
        Self {
            delays: oscillators("oscillators, delays alone", printed(), 0),
            slow: oscillators("oscillators, slow rise", program(), 1),
            ring: ByTarget::new(|target, id| {
                let expected = match target {
                    Target::Weights => ring_predicted,
                    Target::Times => 0.0,
                    _ => f64::NAN,
                };
                of_ring("exact ring", &ring, target, expected, 2 + id)
            }),
            shared: Curve::new(
                plan,
                9,
                Memory::oscillators("oscillators, slow rise"),
                shared.name(),
                0.0,
                &|s, rng| oscillator_drift(&program(), shared, s, rng),
            ),
            smooth: of_ring("smooth ring", &smooth, Target::Weights, f64::NAN, 10),
        }
    }

    /// All of them, by memory.
    pub fn all(&self) -> Vec<&Curve> {
        let mut all: Vec<&Curve> =
            [&self.delays, &self.slow, &self.ring].iter().flat_map(|m| m.all()).collect();
        all.extend([&self.shared, &self.smooth]);
        all
    }
}

/// Mean |drift| / strength of memories of more neurons.
pub fn by_size(
    plan: &Plan,
    strength: f64,
    id: u64,
    sizes: &[usize],
    of: impl Fn(usize) -> Box<dyn Fn(&mut nullcline_core::linalg::random::Rng) -> Option<f64> + Sync>,
) -> Vec<Drift> {
    let one = |n: &usize| {
        let draw = of(*n);
        let draw: Draw = &*draw;
        let d = drift(strength, plan.draws, plan.seed, 64 * id + *n as u64, draw);
        Drift { strength: *n as f64, mean: d.mean / strength, std_error: d.std_error / strength, ..d }
    };
    sizes.iter().map(one).collect()
}
