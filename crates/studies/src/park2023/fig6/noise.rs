//! Structural (D-type) noise on both memories, and how fast they then drift.

use super::events::{Drive, heading, spikes};
use super::neuron::{PERIOD, Pair, period};
use super::ring::Ring;
use super::stepped::Stepped;
use crate::common::*;
use nullcline_core::linalg::random::{Rng, Use, normal, stream, uniform};
use rayon::prelude::*;
use std::f64::consts::TAU;

/// What the noise multiplies by 1 + strength xi, xi standard normal and independent for each number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Synaptic weights: the EPSPs, or the ring's matrix.
    Weights,
    /// Distances to threshold, or the ring's biases.
    Thresholds,
    /// Conduction delays, or the ring's time constants.
    Times,
    /// Conduction delays, '+' and '-' oscillators alike, as if they shared their pathways.
    SharedTimes,
}

impl Target {
    /// In words, for an oscillator.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Thresholds => "thresholds",
            Self::Times => "delays",
            Self::SharedTimes => "shared delays",
        }
    }
}

/// The drift is measured between these times, in periods or time constants: first the fast modes decay.
pub const FROM: f64 = 5.0;
/// End of the interval.
pub const TO: f64 = 25.0;

fn factor(strength: f64, rng: &mut Rng) -> f64 {
    1.0 + strength * normal(rng)
}

/// A '+' and a '-' oscillator, each number of each with its own noise.
pub fn noisy(pair: &Pair, target: Target, strength: f64, rng: &mut Rng) -> [Pair; 2] {
    let mut both = [*pair; 2];
    if target == Target::SharedTimes {
        let delays = pair.map(|n| n.delay * factor(strength, rng).max(0.0));
        both.iter_mut().for_each(|p| [0, 1].iter().for_each(|j| p[*j].delay = delays[*j]));
        return both;
    }
    for neuron in both.iter_mut().flatten() {
        let factor = factor(strength, rng).max(0.0);
        match target {
            Target::Weights => neuron.epsp *= factor,
            Target::Thresholds => neuron.gap *= factor,
            Target::Times | Target::SharedTimes => neuron.delay *= factor,
        }
    }
    both
}

/// Headings of two oscillators at `times` (periods), started `phase` steps apart; none if one of them fell
/// silent.
pub fn remembered(pairs: &[Pair; 2], phase: f64, times: &[f64]) -> Option<Vec<f64>> {
    period(&pairs[0]).and(period(&pairs[1]))?;
    let end = (times.iter().fold(0.0, |a: f64, t| a.max(*t)) + 2.0) * PERIOD;
    let [plus, _] = spikes(&pairs[0], 0.0, Drive::NONE, end, None);
    let [minus, _] = spikes(&pairs[1], phase, Drive::NONE, end, None);
    Some(times.iter().map(|t| heading(&plus, &minus, t * PERIOD)).collect())
}

/// Drift of one draw, radians per period or time constant; none if the memory is lost altogether.
pub type Draw<'a> = &'a (dyn Fn(&mut Rng) -> Option<f64> + Sync);

/// Drift of the phase between two oscillators.
pub fn oscillator_drift(pair: &Pair, target: Target, strength: f64, rng: &mut Rng) -> Option<f64> {
    let pairs = noisy(pair, target, strength, rng);
    let phase = uniform(rng, 0.0, PERIOD);
    let headings = remembered(&pairs, phase, &[FROM, TO])?;
    Some((headings[1] - headings[0]) / (TO - FROM))
}

/// The same in the steps of the authors' program, with noise on the weights.
pub fn stepped_drift(strength: f64, rng: &mut Rng) -> Option<f64> {
    let mut run = || {
        let nominal = Stepped::default();
        let weight = nominal.weight.map(|w| w * factor(strength, rng));
        let steps = ((TO + 3.0) * PERIOD) as usize;
        let [left, _] = Stepped { weight, ..nominal }.run(0.0, steps, |_| 0.0);
        left.iter().map(|s| *s as f64).collect::<Vec<f64>>()
    };
    let (plus, minus) = (run(), run());
    let alive = |s: &[f64]| s.last().is_some_and(|s| *s >= TO * PERIOD);
    let at = |t: f64| heading(&plus, &minus, t * PERIOD);
    (alive(&plus) && alive(&minus)).then(|| (at(TO) - at(FROM)) / (TO - FROM))
}

/// A ring with noise.
pub fn noisy_ring(ring: &Ring, target: Target, strength: f64, rng: &mut Rng) -> Ring {
    let mut ring = ring.clone();
    match target {
        Target::Weights => {
            let w = &mut ring.weights;
            for j in 0..w.ncols() {
                w.col_mut(j).iter_mut().for_each(|w| *w *= factor(strength, rng));
            }
        }
        Target::Thresholds => ring.bias.iter_mut().for_each(|b| *b *= factor(strength, rng)),
        Target::Times | Target::SharedTimes => {
            ring.tau.iter_mut().for_each(|t| *t *= factor(strength, rng).max(0.05));
        }
    }
    ring
}

/// Drift of the bump of a ring.
pub fn ring_drift(ring: &Ring, target: Target, strength: f64, rng: &mut Rng) -> Option<f64> {
    let noisy = noisy_ring(ring, target, strength, rng);
    let mut x = ring.bump(uniform(rng, 0.0, TAU));
    let headings = noisy.track(&mut x, &[FROM, TO]);
    x.iter().all(|x| x.is_finite()).then(|| (headings[1] - headings[0]) / (TO - FROM))
}

/// Mean |drift| over draws at one strength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Strength of the noise.
    pub strength: f64,
    /// Mean of |drift| over the draws that kept the memory, radians per period or time constant.
    pub mean: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Draws that kept it.
    pub kept: usize,
    /// Draws.
    pub draws: usize,
}

/// The mean |drift| of `draws` draws; `curve` names the random streams. Each draw has its own.
pub fn drift(strength: f64, draws: usize, seed: u64, curve: u64, draw: Draw) -> Drift {
    let index = |i: usize| (curve << 32) + i as u64;
    let all: Vec<Option<f64>> =
        (0..draws).into_par_iter().map(|i| draw(&mut stream(seed, Use::Noise, index(i)))).collect();
    let values: Vec<f64> = all.into_iter().flatten().map(f64::abs).collect();
    let mean = Estimate::mean_of_all(&values);
    Drift { strength, mean: mean.value, std_error: mean.error(), kept: values.len(), draws }
}

/// Weighted least squares of log drift on log strength: exponent and drift / strength, with standard errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Law {
    /// Exponent of drift = c strength^exponent.
    pub exponent: f64,
    /// Its standard error.
    pub exponent_error: f64,
    /// Weighted mean of drift / strength.
    pub coefficient: f64,
    /// Its standard error.
    pub coefficient_error: f64,
}

/// The law of the drifts up to the strength `most`; none where some drift is zero or there are too few.
pub fn law(drifts: &[Drift], most: f64) -> Option<Law> {
    let used: Vec<&Drift> = drifts.iter().filter(|d| d.strength <= most * 1.0001).collect();
    if used.len() < 2 || used.iter().any(|d| !(d.mean > 1e-13 && d.std_error > 0.0)) {
        return None;
    }
    let weight = |d: &Drift| (d.mean / d.std_error).powi(2);
    let total: f64 = used.iter().map(|d| weight(d)).sum();
    let mean = |f: &dyn Fn(&Drift) -> f64| used.iter().map(|d| weight(d) * f(d)).sum::<f64>() / total;
    let (x, y) = (mean(&|d| d.strength.ln()), mean(&|d| d.mean.ln()));
    let square = mean(&|d| (d.strength.ln() - x).powi(2));
    let exponent = mean(&|d| (d.strength.ln() - x) * (d.mean.ln() - y)) / square;
    let coefficient = mean(&|d| d.mean / d.strength);
    Some(Law {
        exponent,
        exponent_error: (total * square).sqrt().recip(),
        coefficient,
        coefficient_error: coefficient / total.sqrt(),
    })
}

/// Mean |drift| / strength of two oscillators at first order, from the periods' mismatch, radians per period.
///
/// Formula: the periods differ by a normal number of variance 2 sum_j (dT/dp_j p_j)^2 strength^2, whose mean
/// modulus is sqrt(2/pi) of its standard deviation; 2 pi times it over T is the drift.
pub fn predicted(pair: &Pair, target: Target) -> f64 {
    let rise = |j: usize| pair[j].rise().unwrap_or(f64::NAN);
    let sensitivity = |j: usize| match target {
        Target::Weights | Target::Thresholds => rise(j),
        Target::Times => pair[j].delay,
        Target::SharedTimes => 0.0,
    };
    let variance = 2.0 * (sensitivity(0).powi(2) + sensitivity(1).powi(2));
    (4.0 / TAU).sqrt() * TAU * variance.sqrt() / PERIOD
}

#[cfg(test)]
mod tests {
    use super::super::neuron::{printed, program};
    use super::super::ring::Kind;
    use super::*;

    fn mean(strength: f64, draw: Draw) -> Drift {
        drift(strength, 400, 1, 0, draw)
    }

    #[test]
    fn oscillators_drift_by_the_mismatch_of_their_periods() {
        for target in [Target::Weights, Target::Thresholds, Target::Times] {
            let d = mean(1e-3, &|rng| oscillator_drift(&program(), target, 1e-3, rng));
            let error = d.mean / 1e-3 - predicted(&program(), target);
            assert!(error.abs() < 3.5 * d.std_error / 1e-3, "{target:?}: {d:?}");
        }
    }

    #[test]
    fn with_delays_alone_weights_do_not_matter() {
        let d = mean(0.1, &|rng| oscillator_drift(&printed(), Target::Weights, 0.1, rng));
        assert!(d.mean < 1e-12 && d.kept == 400, "{d:?}");
        let d = mean(0.1, &|rng| oscillator_drift(&printed(), Target::SharedTimes, 0.1, rng));
        assert!(d.mean < 1e-12, "{d:?}");
        // An EPSP of twice the distance to threshold fails where xi < -1: 1 - 0.8413^4 of the draws.
        let d = mean(0.5, &|rng| oscillator_drift(&printed(), Target::Weights, 0.5, rng));
        assert!((d.kept as f64 / 400.0 - 0.501).abs() < 0.08, "{d:?}");
    }

    #[test]
    fn the_ring_drifts_as_its_null_vector_says_and_not_by_time_constants() {
        let ring = Ring::new(Kind::Exact, 12);
        let headings: Vec<f64> = (0..40).map(|i| 0.01 + TAU * f64::from(i) / 40.0).collect();
        let d = mean(1e-4, &|rng| ring_drift(&ring, Target::Weights, 1e-4, rng));
        let expected = (4.0 / TAU).sqrt() * ring.predicted(&headings);
        assert!((d.mean / 1e-4 / expected - 1.0).abs() < 0.15);
        let d = mean(0.1, &|rng| ring_drift(&ring, Target::Times, 0.1, rng));
        assert!(d.mean < 1e-12, "{d:?}");
    }
}
