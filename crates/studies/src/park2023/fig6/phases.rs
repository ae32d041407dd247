//! Each oscillator by itself under input, two layouts of the delay lines, and the bump beside a ring's.

use super::events::{Drive, heading, phase, spikes};
use super::integrate::{FRAME, Signal, gain};
use super::neuron::{PERIOD, Pair, program};
use super::readout::{Coincidence, Line, Readout, even};
use super::ring::{Kind, Ring};
use crate::common::largest;
use crate::park2023::bisect;
use std::f64::consts::TAU;

/// What eqs. 22 and 23 say of one oscillator under the velocity in each frame: at the end of each period the integral of the
/// velocity in its own direction, and the advance of its phase over that without input, both in radians.
pub fn advance(pair: &Pair, velocity: &[f64], sign: f64) -> [Vec<f64>; 2] {
    let per_period = (PERIOD / FRAME) as usize;
    let own: Vec<f64> = velocity.iter().map(|v| (sign * v).max(0.0)).collect();
    let slopes: Vec<f64> = own.iter().map(|v| gain(pair) * v).collect();
    let end = (velocity.len() + 2 * per_period) as f64 * FRAME;
    let [driven, _] = spikes(pair, 0.0, Drive { slopes: &slopes, frame: FRAME }, end, None);
    let [free, _] = spikes(pair, 0.0, Drive::NONE, end, None);
    let (mut integral, mut out) = (0.0, [vec![], vec![]]);
    for (k, frames) in own.chunks(per_period).enumerate() {
        integral += frames.iter().sum::<f64>() * FRAME / PERIOD;
        let t = (k + 1) as f64 * PERIOD;
        out[0].push(integral);
        out[1].push(TAU * (phase(&driven, t) - phase(&free, t)) / PERIOD);
    }
    out
}

/// Length of a pulse, in steps, and by how much it raises both potentials, in volts.
const PULSE: f64 = 2.0;
pub const RAISED: f64 = 4e-4;

/// Phases of a pulse in steps, and by how many steps the pair's spikes come earlier from then on: its phase resetting curve.
pub fn resetting(pair: &Pair) -> Vec<[f64; 2]> {
    let end = 40.0 * PERIOD;
    let [free, _] = spikes(pair, 0.0, Drive::NONE, end, None);
    let count = (PERIOD / PULSE) as usize;
    let one = |k: usize| {
        let at = 10 * count + k;
        let slopes: Vec<f64> = (0..=at).map(|i| if i == at { RAISED / PULSE } else { 0.0 }).collect();
        let [driven, _] = spikes(pair, 0.0, Drive { slopes: &slopes, frame: PULSE }, end, None);
        [k as f64 * PULSE, free[30] - driven[30]]
    };
    (0..count).map(one).collect()
}

/// Change of the remembered heading by a stimulus of the given velocities, and of the phase of the '+' oscillator, once it is over; all
/// in radians. `both`: it reaches the '-' oscillator as well.
pub fn stimulus(pair: &Pair, velocity: &[f64], start: f64, both: bool) -> [f64; 2] {
    // Not before both oscillators turn.
    let quiet = (2.0 * PERIOD / FRAME) as usize;
    let begun = std::iter::repeat_n(&0.0, quiet).chain(velocity);
    let slopes: Vec<f64> = begun.map(|v| gain(pair) * v).collect();
    let over = slopes.len() as f64 * FRAME;
    let end = over + 12.0 * PERIOD;
    let drive = Drive { slopes: &slopes, frame: FRAME };
    let run = |from: f64, drive: Drive| {
        let [left, _] = spikes(pair, from, drive, end, None);
        left
    };
    let (plus, minus) = (run(0.0, drive), run(start, if both { drive } else { Drive::NONE }));
    let (still_plus, still_minus) = (run(0.0, Drive::NONE), run(start, Drive::NONE));
    let t = over + 10.0 * PERIOD;
    let moved = TAU * (phase(&plus, t) - phase(&still_plus, t)) / PERIOD;
    [heading(&plus, &minus, t) - heading(&still_plus, &still_minus, t), moved]
}

/// Phase difference after `periods` periods of a random velocity, radians.
pub fn apart(pair: &Pair, signal: Signal, periods: usize) -> f64 {
    super::integrate::exact(pair, signal, periods).decoded.last().copied().unwrap_or(f64::NAN)
}

/// How both delay lines run along the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The '+' line alone has delays.
    One,
    /// Both have, and run in opposite directions (Fig. 6C).
    Opposite,
    /// Both have, and run in the same direction.
    Same,
}

/// Mean activity over a period, eq. 28, of the detector at `position`, half of whose delay is in either line.
pub fn averaged(readout: &Readout, layout: Layout, line: Line, position: f64, t: f64) -> f64 {
    let half = position / 2.0;
    let (minus, plus) = match layout {
        Layout::One => return readout.averaged(line, position, t),
        Layout::Opposite => (PERIOD / 2.0 - half, half),
        Layout::Same => (half, half + PERIOD / 2.0),
    };
    let times = (0..64).map(|i| t - PERIOD * f64::from(i) / 64.0);
    let product = times.map(|t| readout.trace(line.minus, t - minus) * readout.trace(line.plus, t - plus));
    product.sum::<f64>() / 64.0
}

/// Values from 0, the smallest, to 1, the largest.
pub fn scaled(all: &[f64]) -> Vec<f64> {
    let (lo, hi) = all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    all.iter().map(|v| (v - lo) / (hi - lo)).collect()
}

/// Places around the ring at which shapes are compared.
pub const PLACES: usize = 72;

/// The bump of detectors around a memory at place 0, from 0 to 1.
pub fn detectors(sigma: f64) -> Vec<f64> {
    let readout = Readout { sigma, coincidence: Coincidence::Product };
    scaled(&even(PLACES).iter().map(|d| readout.predicted(*d)).collect::<Vec<_>>())
}

/// The bump of a ring attractor of as many neurons there.
pub fn ring(kind: Kind) -> Vec<f64> {
    scaled(&Ring::new(kind, PLACES).bump(0.0))
}

/// Largest difference of two shapes.
pub fn difference(a: &[f64], b: &[f64]) -> f64 {
    largest(a.iter().zip(b).map(|(a, b)| (a - b).abs()))
}

/// The filter whose bump is at half of its height where the rectified cosine of the ring is: at a sixth of the circle.
pub fn matched() -> f64 {
    bisect(5.0, 50.0, 40, |sigma| detectors(sigma)[PLACES / 6] < 0.5)
}

/// Largest changes of the activity of eq. 27, over its largest, when time moves by a period, the memory by a turn, and the place by
/// the length of the line.
pub fn periods() -> [f64; 3] {
    let readout = Readout::default();
    let [plus, _] = spikes(&program(), 0.0, Drive::NONE, 60.0 * PERIOD, None);
    let minus = |start: f64| {
        let [_, right] = spikes(&program(), start, Drive::NONE, 60.0 * PERIOD, None);
        right
    };
    let (mut worst, mut size) = ([0.0f64; 3], 0.0f64);
    for memory in even(6) {
        let (own, turned) = (minus(memory), minus(memory + PERIOD));
        let (line, round) = (Line { plus: &plus, minus: &own }, Line { plus: &plus, minus: &turned });
        for place in even(6) {
            for time in even(24) {
                let t = 30.0 * PERIOD + time;
                let f = readout.activity(line, place, t);
                let moved = [
                    readout.activity(line, place, t + PERIOD),
                    readout.activity(round, place, t),
                    readout.activity(line, place + PERIOD, t),
                ];
                worst.iter_mut().zip(moved).for_each(|(w, m)| *w = w.max((m - f).abs()));
                size = size.max(f);
            }
        }
    }
    worst.map(|w| w / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both neurons gain raised / slope, and a spike that runs round comes earlier by both.
    #[test]
    fn the_resetting_curve_is_the_rise_over_the_slope_of_both_synapses() {
        let exact = 2.0 * RAISED / program()[0].slope();
        for [phase, shift] in resetting(&program()) {
            assert!((shift - exact).abs() < 1e-7, "{phase}: {shift} {exact}");
        }
    }

    #[test]
    fn opposite_lines_make_the_bump_of_one() {
        let [plus, _] = spikes(&program(), 0.0, Drive::NONE, 40.0 * PERIOD, None);
        let [_, minus] = spikes(&program(), 60.0, Drive::NONE, 40.0 * PERIOD, None);
        let line = Line { plus: &plus, minus: &minus };
        let at = |layout, p| averaged(&Readout::default(), layout, line, p, 30.0 * PERIOD);
        for p in even(8) {
            let (one, both) = (at(Layout::One, p), at(Layout::Opposite, p));
            assert!((one - both).abs() < 1e-12 * one, "{p}: {one} {both}");
        }
    }
}
