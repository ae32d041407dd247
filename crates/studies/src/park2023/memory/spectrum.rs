//! L1: the power spectrum of many oscillators whose periods are distributed.

use super::failed;
use crate::common::*;
use crate::park2023::planar::returns::{Course, course};
use crate::park2023::planar::{BLOCK, Planar, State, Time};
use nullcline_core::linalg::random::{Use, stream, uniform};
use std::f64::consts::TAU;

/// Oscillators of an ensemble, their gain, and the angles between which theirs are drawn.
pub const OSCILLATORS: usize = 100;
const GAIN: f64 = 1.5;
const ANGLES: [f64; 2] = [0.45, 0.65];
/// Samples of the sum, half a time constant apart, after a transient.
const SAMPLES: usize = 2048;
const TRANSIENT: usize = 400;
/// Frequencies, per time constant: those of the figure.
const HIGHEST: f64 = 0.2;
const FREQUENCIES: usize = 400;

/// One ensemble.
pub struct Ensemble {
    /// Power of the sum over its largest, against frequency.
    pub power: Vec<[f64; 2]>,
    /// Standard deviation of frequency under the power around the mean frequency.
    pub width: f64,
    /// That of the oscillators' frequencies, weighted by the variance of their output.
    pub expected: f64,
}

/// The output of one oscillator, and its frequency.
fn oscillator(angle: f64, start: [f64; 2]) -> Result<(Vec<f64>, f64), Error> {
    let planar = Planar::new(GAIN, angle, Time::Continuous);
    let Course::Round(frequency, _) = course(&planar, start, 4000) else {
        return Err(failed(format!("two units at angle {angle} do not turn")));
    };
    let mut s = State { x: start, v: [0.0; 2] };
    (0..TRANSIENT).for_each(|_| planar.drift(&mut s));
    let sample = |_| {
        planar.drift(&mut s);
        s.x[0]
    };
    Ok(((0..SAMPLES).map(sample).collect(), frequency))
}

/// Power at a frequency, through a Hann window.
fn power(signal: &[f64], frequency: f64) -> f64 {
    let n = signal.len() as f64;
    let (mut re, mut im) = (0.0, 0.0);
    for (t, x) in signal.iter().enumerate() {
        let window = 0.5 - 0.5 * (TAU * t as f64 / n).cos();
        let (s, c) = (TAU * frequency * BLOCK * t as f64).sin_cos();
        re += window * x * c;
        im += window * x * s;
    }
    (re * re + im * im) / n
}

/// Standard deviation of values with weights.
fn deviation(all: impl Iterator<Item = [f64; 2]> + Clone) -> (f64, f64) {
    let total: f64 = all.clone().map(|v| v[1]).sum();
    let mean = all.clone().map(|[f, w]| f * w).sum::<f64>() / total;
    (mean, (all.map(|[f, w]| w * (f - mean).powi(2)).sum::<f64>() / total).sqrt())
}

fn ensemble(distributed: bool, seed: u64, draw: usize) -> Result<Ensemble, Error> {
    let mut rng = stream(seed, Use::InitialState, 78_000 + draw as u64);
    let (mut sum, mut frequencies) = (vec![0.0; SAMPLES], vec![]);
    for _ in 0..OSCILLATORS {
        let own = uniform(&mut rng, ANGLES[0], ANGLES[1]);
        let start = [uniform(&mut rng, -1.0, 1.0), uniform(&mut rng, -1.0, 1.0)];
        let angle = if distributed { own } else { 0.5 * (ANGLES[0] + ANGLES[1]) };
        let (output, frequency) = oscillator(angle, start)?;
        sum.iter_mut().zip(&output).for_each(|(s, x)| *s += x);
        frequencies.push([frequency, output.iter().map(|x| x * x).sum::<f64>()]);
    }
    let (centre, expected) = deviation(frequencies.iter().copied());
    let grid = (1..=FREQUENCIES).map(|k| HIGHEST * k as f64 / FREQUENCIES as f64);
    let all: Vec<[f64; 2]> = grid.map(|f| [f, power(&sum, f)]).collect();
    let band = all.iter().copied().filter(|[f, _]| (f / centre - 1.0).abs() < 0.5);
    let (_, width) = deviation(band);
    let most = largest(all.iter().map(|p| p[1]));
    Ok(Ensemble { power: all.iter().map(|[f, p]| [*f, p / most]).collect(), width, expected })
}

/// So many ensembles of distributed periods, and as many of one period.
pub fn ensembles(draws: usize, seed: u64, observer: &dyn Observer) -> Result<[Vec<Ensemble>; 2], Error> {
    let mut all =
        parallel("ensembles of oscillators", 2 * draws, observer, |i| ensemble(i < draws, seed, i % draws))?;
    let same = all.split_off(draws);
    Ok([all, same])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sine of the window's length has its power at its own frequency: (n / 4)^2 / n with a Hann window.
    #[test]
    fn a_sine_has_its_power_where_it_is() {
        let f = 0.1;
        let signal: Vec<f64> = (0..SAMPLES).map(|t| (TAU * f * BLOCK * t as f64).sin()).collect();
        let exact = (SAMPLES as f64 / 4.0).powi(2) / SAMPLES as f64;
        assert!((power(&signal, f) / exact - 1.0).abs() < 0.01, "{}", power(&signal, f));
        assert!(power(&signal, 0.05) < 1e-6 * exact);
    }
}
