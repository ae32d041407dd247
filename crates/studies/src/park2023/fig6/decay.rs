//! What becomes of a remembered heading in time, under noise on the structure or on the state.

use super::events::{Drive, Jitter, heading, spikes};
use super::neuron::{PERIOD, Pair};
use super::noise::{FROM, TO, Target, noisy, noisy_ring, remembered};
use super::readout::wrapped;
use super::ring::Ring;
use crate::common::*;
use nullcline_core::linalg::random::{Rng, Use, stream, uniform};
use rayon::prelude::*;
use std::f64::consts::TAU;

/// A root mean square.
pub fn rms(values: &[f64]) -> Estimate {
    let mean = Estimate::mean_of_all(&list(values, |v| v * v));
    let value = mean.value.sqrt();
    // A mean square of 0 is exact.
    Estimate::new(value, if value > 0.0 { mean.error() / (2.0 * value) } else { 0.0 }, values.len())
}

/// Where the random streams of this file begin, apart from those of the drifts.
const FIRST_CURVE: u64 = 1 << 20;

fn each<R: Send>(draws: usize, seed: u64, curve: u64, draw: impl Fn(&mut Rng) -> R + Sync) -> Vec<R> {
    let index = |i: usize| ((FIRST_CURVE + curve) << 32) + i as u64;
    (0..draws).into_par_iter().map(|i| draw(&mut stream(seed, Use::Noise, index(i)))).collect()
}

/// Errors of the heading at each time, wrapped, from draws of headings; a lost memory is a random heading.
fn errors_at(draws: Vec<Vec<f64>>, times: usize) -> Vec<Estimate> {
    let at = |k: usize| draws.iter().map(|d| wrapped(d[k])).collect::<Vec<f64>>();
    (0..times).map(|k| rms(&at(k))).collect()
}

/// Root mean square error of the heading that two oscillators with noisy weights hold, at `times` (periods).
pub fn oscillator_error(pair: &Pair, strength: f64, times: &[f64], draws: usize, seed: u64) -> Vec<Estimate> {
    let draw = |rng: &mut Rng| {
        let pairs = noisy(pair, Target::Weights, strength, rng);
        let phase = uniform(rng, 0.0, PERIOD);
        match remembered(&pairs, phase, times) {
            Some(headings) => headings.iter().map(|h| h - TAU * phase / PERIOD).collect(),
            None => times.iter().map(|_| uniform(rng, 0.0, TAU)).collect(),
        }
    };
    errors_at(each(draws, seed, 0, draw), times.len())
}

/// The same of the bump of a ring, `times` in time constants.
pub fn ring_error(ring: &Ring, strength: f64, times: &[f64], draws: usize, seed: u64) -> Vec<Estimate> {
    let draw = |rng: &mut Rng| {
        let noisy = noisy_ring(ring, Target::Weights, strength, rng);
        let start = uniform(rng, -TAU / 2.0, TAU / 2.0);
        let headings = noisy.track(&mut ring.bump(start), times);
        headings.iter().map(|h| h - start).collect()
    };
    errors_at(each(draws, seed, 1, draw), times.len())
}

/// Random walk of a heading under noise on the state: standard deviation after one period or time constant.
pub fn oscillator_walk(pair: &Pair, relative: f64, draws: usize, seed: u64) -> Estimate {
    let walk = |rng: &mut Rng| {
        let end = (TO + 2.0) * PERIOD;
        let mut run = || {
            let noise = stream(rand_seed(rng), Use::Noise, 0);
            let [left, _] = spikes(pair, 0.0, Drive::NONE, end, Some(Jitter { relative, rng: noise }));
            left
        };
        let (plus, minus) = (run(), run());
        let at = |t: f64| heading(&plus, &minus, t * PERIOD);
        (at(TO) - at(FROM)) / (TO - FROM).sqrt()
    };
    rms(&each(draws, seed, 2, walk))
}

/// The same of a ring whose neurons receive white noise of standard deviation `relative` (of the bump's
/// height) in a time constant.
pub fn ring_walk(ring: &Ring, relative: f64, draws: usize, seed: u64) -> Estimate {
    let walk = |rng: &mut Rng| {
        let start = uniform(rng, -TAU / 2.0, TAU / 2.0);
        let headings = ring.noisy_track(&mut ring.bump(start), &[FROM, TO], relative, rng);
        (headings[1] - headings[0]) / (TO - FROM).sqrt()
    };
    rms(&each(draws, seed, 3, walk))
}

fn rand_seed(rng: &mut Rng) -> u64 {
    (uniform(rng, 0.0, 1.0) * 9.0e15) as u64
}

/// Standard deviation of the walk of two oscillators, radians per root period, over the relative noise: four
/// spikes a period err by the rise each.
pub fn predicted_walk(pair: &Pair) -> f64 {
    let rise = |j: usize| pair[j].rise().unwrap_or(f64::NAN);
    TAU / PERIOD * (2.0 * (rise(0).powi(2) + rise(1).powi(2))).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::neuron::program;
    use super::super::ring::Kind;
    use super::*;

    #[test]
    fn heading_errors_of_oscillators_grow_without_bound_and_those_of_a_ring_stop() {
        let times = [5.0, 50.0, 500.0];
        let pair = oscillator_error(&program(), 0.01, &times, 200, 1);
        // 2 pi (50/240) 0.01 per period.
        assert!((pair[1].value / (50.0 * TAU * 50.0 / 240.0 * 0.01) - 1.0).abs() < 0.2, "{pair:?}");
        assert!((pair[2].value - TAU / 12f64.sqrt()).abs() < 0.3, "{pair:?}");
        let ring = ring_error(&Ring::new(Kind::Exact, 12), 0.01, &times, 50, 1);
        assert!(ring[0].value < ring[1].value && ring[2].value < 1.2, "{ring:?}");
    }

    #[test]
    fn noise_on_the_state_makes_both_walk_as_predicted() {
        let pair = oscillator_walk(&program(), 0.02, 400, 1);
        assert!(
            (pair.value / 0.02 - predicted_walk(&program())).abs() < 4.0 * pair.error() / 0.02,
            "{pair:?}"
        );
        // The left null vector is sin(theta - middle) on active and silent neurons alike: sqrt(n/2) / (n/4).
        let ring = ring_walk(&Ring::new(Kind::Exact, 12), 0.01, 400, 1);
        assert!((ring.value / 0.01 - (8.0 / 12f64).sqrt()).abs() < 0.1, "{ring:?}");
    }
}
