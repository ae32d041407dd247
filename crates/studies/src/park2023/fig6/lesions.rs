//! Lesions: which damage erases the memory (predictions M2 and M5 of section 2.10).

use super::decay::rms;
use super::events::{Drive, reset, spikes};
use super::neuron::{PERIOD, Pair};
use super::readout::{Line, Readout, angles, even, population_vector, wrapped};
use super::ring::Ring;
use crate::common::*;
use nullcline_core::linalg::random::{Rng, Use, stream, uniform};
use rand::seq::SliceRandom;
use std::f64::consts::TAU;

/// Root mean square errors of a heading, radians, with `lost` units missing and after they are back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// Units removed.
    pub lost: usize,
    /// Error of what is read while they are missing.
    pub missing: f64,
    /// Error once they are back.
    pub back: Estimate,
}

/// The streams of lesions begin here.
const FIRST: u64 = 1 << 60;

fn chosen(n: usize, lost: usize, rng: &mut Rng) -> Vec<bool> {
    let mut gone: Vec<bool> = (0..n).map(|i| i < lost).collect();
    gone.shuffle(rng);
    gone
}

fn over(draws: usize, seed: u64, lost: usize, one: impl Fn(&mut Rng) -> [f64; 2]) -> Loss {
    let all: Vec<[f64; 2]> = (0..draws)
        .map(|i| one(&mut stream(seed, Use::Noise, FIRST + ((lost as u64) << 32) + i as u64)))
        .collect();
    let [missing, back] = [0, 1].map(|k: usize| rms(&list(&all, |e| e[k])));
    Loss { lost, missing: missing.value, back }
}

/// Removes `lost` of `n` detectors: the heading is read by those that are left, then by all again.
pub fn detectors(pair: &Pair, readout: &Readout, n: usize, lost: usize, draws: usize, seed: u64) -> Loss {
    let positions = even(n);
    over(draws, seed, lost, |rng| {
        let phase = uniform(rng, 0.0, PERIOD);
        let [plus, _] = spikes(pair, 0.0, Drive::NONE, 100.0 * PERIOD, None);
        let [_, minus] = spikes(pair, phase, Drive::NONE, 100.0 * PERIOD, None);
        let line = Line { plus: &plus, minus: &minus };
        let gone = chosen(n, lost, rng);
        let error =
            |bump: &[f64]| wrapped(population_vector(bump, &angles(&positions)) - TAU * phase / PERIOD);
        let mut bump = readout.bump(line, &positions, 50.0 * PERIOD);
        bump.iter_mut().zip(&gone).filter(|(_, gone)| **gone).for_each(|(b, _)| *b = 0.0);
        [error(&bump), error(&readout.bump(line, &positions, 90.0 * PERIOD))]
    })
}

/// Silences `lost` neurons of a ring for 50 time constants, then lets them act for 50 more.
pub fn neurons(ring: &Ring, lost: usize, draws: usize, seed: u64) -> Loss {
    let n = ring.angles.len();
    over(draws, seed, lost, |rng| {
        let start = uniform(rng, -TAU / 2.0, TAU / 2.0);
        let gone = chosen(n, lost, rng);
        let mut damaged = ring.clone();
        for (i, _) in gone.iter().enumerate().filter(|(_, gone)| **gone) {
            damaged.bias[i] = -1e3;
        }
        let mut x = ring.bump(start);
        for (x, _) in x.iter_mut().zip(&gone).filter(|(_, gone)| **gone) {
            *x = 0.0;
        }
        let missing = damaged.track(&mut x, &[50.0])[0];
        let back = ring.track(&mut x, &[50.0])[0];
        [wrapped(missing - start), wrapped(back - start)]
    })
}

/// When the pulse of this file comes, and for how long.
const PULSE: [f64; 2] = [20.0 * PERIOD, 1.0];

/// Trains of a pair that is started at `start` and gets a pulse that makes both neurons fire at once.
fn pulsed(pair: &Pair, start: f64) -> [Vec<f64>; 2] {
    let [at, frame] = PULSE;
    let mut slopes = vec![0.0; (at / frame) as usize + 1];
    // One and a half times the distance to threshold: no neuron fires twice unless it was about to fire.
    *slopes.last_mut().expect("there is at least one") = 1.5 * pair[0].gap / frame;
    spikes(pair, start, Drive { slopes: &slopes, frame }, 80.0 * PERIOD, None)
}

/// Spikes of a left neuron per period after such a pulse, for each start.
pub fn rates_after_pulse(pair: &Pair, starts: &[f64]) -> Vec<f64> {
    let from = 30.0 * PERIOD;
    let counted = |start: &f64| {
        let [left, _] = pulsed(pair, *start);
        left.iter().filter(|s| **s >= from && **s < from + 40.0 * PERIOD).count() as f64 / 40.0
    };
    starts.iter().map(counted).collect()
}

/// What a pulse to all four neurons leaves of the memory: |mean exp(i (read after - remembered before))| over
/// all pairs of `starts`, 1 if it is kept and about 1 / (number of starts) if it is erased.
pub fn kept_by_pulse(pair: &Pair, readout: &Readout, starts: &[f64]) -> f64 {
    kept(readout, starts, 70.0 * PERIOD, |start| pulsed(pair, start))
}

/// The same of a reset of both phases, by a silence and a common restart, read five periods after that.
pub fn kept_by_reset(pair: &Pair, readout: &Readout, starts: &[f64], silence: f64) -> f64 {
    let at = 20.0 * PERIOD;
    let read = at + silence + 5.0 * PERIOD;
    kept(readout, starts, read, |start| reset(pair, start, at, silence, read + 5.0 * PERIOD))
}

fn kept(readout: &Readout, starts: &[f64], read: f64, run: impl Fn(f64) -> [Vec<f64>; 2]) -> f64 {
    let positions = even(8);
    let trains: Vec<[Vec<f64>; 2]> = starts.iter().map(|s| run(*s)).collect();
    let mut sum = [0.0, 0.0];
    for (a, [plus, _]) in starts.iter().zip(&trains) {
        for (b, [_, minus]) in starts.iter().zip(&trains) {
            let bump = readout.bump(Line { plus, minus }, &positions, read);
            let turned = population_vector(&bump, &angles(&positions)) - TAU * (b - a) / PERIOD;
            sum = [sum[0] + turned.cos(), sum[1] + turned.sin()];
        }
    }
    sum[0].hypot(sum[1]) / (starts.len() * starts.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::super::neuron::program;
    use super::super::ring::Kind;
    use super::*;

    #[test]
    fn lost_detectors_are_no_lost_memory_but_lost_ring_neurons_are() {
        let read = detectors(&program(), &Readout::default(), 8, 3, 50, 1);
        assert!(read.back.value < 1e-9 && read.missing > 0.1, "{read:?}");
        let ring = neurons(&Ring::new(Kind::Exact, 8), 3, 50, 1);
        assert!(ring.back.value > 0.1, "{ring:?}");
        let none = neurons(&Ring::new(Kind::Exact, 8), 0, 20, 1);
        assert!(none.back.value < 1e-9, "{none:?}");
    }

    #[test]
    fn a_pulse_leaves_further_spikes_running_and_some_of_the_memory() {
        let starts = even(12);
        let rates = rates_after_pulse(&program(), &starts);
        assert!(rates.iter().all(|r| *r > 1.5), "{rates:?}");
        let kept = kept_by_pulse(&program(), &Readout::default(), &starts);
        assert!(0.1 < kept && kept < 0.5, "{kept}");
    }

    #[test]
    fn a_reset_of_the_phases_leaves_nothing_and_a_shorter_silence_something() {
        let starts = even(12);
        let kept = |silence: f64| kept_by_reset(&program(), &Readout::default(), &starts, silence);
        assert!(kept(PERIOD) < 1e-3, "{}", kept(PERIOD));
        assert!(kept(0.1 * PERIOD) > 0.1, "{}", kept(0.1 * PERIOD));
    }
}
