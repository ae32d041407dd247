//! The oscillator from event to event: its limit of infinitely small steps, exact to rounding.

use super::neuron::{Neuron, PERIOD, Pair};
use nullcline_core::linalg::random::{Rng, normal};
use std::collections::VecDeque;
use std::f64::consts::TAU;

/// Input to both neurons: a slope of their potentials (V per step) that is constant over each frame.
#[derive(Clone, Copy, Debug)]
pub struct Drive<'a> {
    /// One slope a frame; 0 after the last.
    pub slopes: &'a [f64],
    /// Length of a frame.
    pub frame: f64,
}

impl Drive<'_> {
    /// No input.
    pub const NONE: Drive<'static> = Drive { slopes: &[], frame: 1.0 };
}

/// Noise on the state: after each spike a neuron's threshold is `gap (1 + relative xi)`, xi normal.
pub struct Jitter {
    /// Relative standard deviation.
    pub relative: f64,
    /// Where xi comes from.
    pub rng: Rng,
}

/// A neuron at the time of the last event.
struct Cell {
    neuron: Neuron,
    v: f64,
    threshold: f64,
    /// When the synapse acts again.
    ready: f64,
    /// Spikes of the partner on their way or acting.
    arrivals: VecDeque<f64>,
    spikes: Vec<f64>,
}

impl Cell {
    fn new(neuron: Neuron) -> Self {
        let ready = f64::NEG_INFINITY;
        Self { neuron, v: 0.0, threshold: neuron.gap, ready, arrivals: VecDeque::new(), spikes: Vec::new() }
    }

    /// Slope of the potential that the synapse makes.
    fn synapse(&self, t: f64) -> f64 {
        let acting = self.arrivals.iter().filter(|a| **a <= t).count();
        if acting == 0 || t < self.ready { 0.0 } else { acting as f64 * self.neuron.slope() }
    }

    /// The next time at which the synapse's slope may change.
    fn change(&self, t: f64) -> f64 {
        let ends = self.arrivals.iter().flat_map(|a| [*a, *a + self.neuron.window]);
        ends.chain([self.ready]).filter(|e| *e > t).fold(f64::INFINITY, f64::min)
    }

    /// The next spike, if the slope stays.
    fn crossing(&self, t: f64, slope: f64) -> f64 {
        let missing = self.threshold - self.v;
        if missing <= 0.0 {
            // Noise can take the threshold to rest or below: one spike each refractory time, not all at once.
            t.max(self.ready)
        } else if slope > 0.0 {
            t + missing / slope
        } else {
            f64::INFINITY
        }
    }

    /// Forgets spikes that have acted; those of an instantaneous synapse act here.
    fn deliver(&mut self, t: f64) {
        while self.arrivals.front().is_some_and(|a| *a + self.neuron.window <= t) {
            self.arrivals.pop_front();
            if self.neuron.window == 0.0 && t >= self.ready {
                self.v += self.neuron.epsp;
            }
        }
    }
}

/// Both neurons on their way from event to event.
struct Run {
    cells: [Cell; 2],
    jitter: Option<Jitter>,
}

impl Run {
    /// At rest, but that the second neuron fires at `start`.
    fn new(pair: &Pair, start: f64, jitter: Option<Jitter>) -> Self {
        let mut run = Self { cells: pair.map(Cell::new), jitter };
        run.fire(1, start);
        run
    }

    fn fire(&mut self, j: usize, t: f64) {
        let cell = &mut self.cells[j];
        (cell.v, cell.ready) = (0.0, t + cell.neuron.refractory);
        cell.spikes.push(t);
        if let Some(jitter) = &mut self.jitter {
            cell.threshold = cell.neuron.gap * (1.0 + jitter.relative * normal(&mut jitter.rng));
        }
        let delay = self.cells[1 - j].neuron.delay;
        self.cells[1 - j].arrivals.push_back(t + delay);
    }

    /// From the time `t` up to `end`.
    fn go(&mut self, mut t: f64, drive: Drive, end: f64) {
        let mut frame = (t / drive.frame).max(0.0) as usize;
        while t <= end {
            let input = drive.slopes.get(frame).copied().unwrap_or(0.0);
            let slopes = [0, 1].map(|j: usize| input + self.cells[j].synapse(t));
            let crossings = [0, 1].map(|j: usize| self.cells[j].crossing(t, slopes[j]));
            let first = usize::from(crossings[1] < crossings[0]);
            let more = frame < drive.slopes.len();
            let frame_end = if more { (frame + 1) as f64 * drive.frame } else { f64::INFINITY };
            let next = self.cells.iter().map(|c| c.change(t)).fold(frame_end, f64::min);
            let to = next.min(crossings[first]);
            if to > end {
                break;
            }
            for (cell, slope) in self.cells.iter_mut().zip(slopes) {
                cell.v += slope * (to - t);
            }
            t = to;
            if crossings[first] <= next {
                self.fire(first, t);
            }
            frame += usize::from(t >= frame_end);
            self.cells.iter_mut().for_each(|c| c.deliver(t));
        }
    }

    /// Holds both neurons at rest from a time up to `end`: what arrives meanwhile is lost, what is on its way for longer is not.
    fn silence(&mut self, end: f64) {
        for cell in &mut self.cells {
            cell.v = 0.0;
            let window = cell.neuron.window;
            cell.arrivals.retain(|a| *a + window > end);
        }
    }

    fn spikes(self) -> [Vec<f64>; 2] {
        self.cells.map(|c| c.spikes)
    }
}

/// Spike times of both neurons up to `end`. The second neuron is made to fire at `start`, from which time
/// the first one is at rest.
pub fn spikes(pair: &Pair, start: f64, drive: Drive, end: f64, jitter: Option<Jitter>) -> [Vec<f64>; 2] {
    let mut run = Run::new(pair, start, jitter);
    run.go(start, drive, end);
    run.spikes()
}

/// The same of a pair whose phase is reset at the time `at`: both neurons are held at rest for `silence`, and then the second is
/// made to fire, whatever the phase had been.
pub fn reset(pair: &Pair, start: f64, at: f64, silence: f64, end: f64) -> [Vec<f64>; 2] {
    let mut run = Run::new(pair, start, None);
    run.go(start, Drive::NONE, at);
    run.silence(at + silence);
    run.fire(1, at + silence);
    run.go(at + silence, Drive::NONE, end);
    run.spikes()
}

/// Phase of a train of spikes in steps: spike k has phase k `PERIOD`, between spikes it is linear, and
/// beyond the first and the last it runs at the rate 1.
pub fn phase(spikes: &[f64], t: f64) -> f64 {
    let after = spikes.partition_point(|s| *s <= t);
    match (after.checked_sub(1).map(|k| spikes[k]), spikes.get(after)) {
        (Some(last), Some(next)) => ((after - 1) as f64 + (t - last) / (next - last)) * PERIOD,
        (Some(last), None) => (after - 1) as f64 * PERIOD + t - last,
        (None, next) => t - next.copied().unwrap_or(t),
    }
}

/// The remembered heading in radians, not wrapped: the phase of the '+' train less that of the '-' train,
/// as in eq. 24, a period being a turn.
pub fn heading(plus: &[f64], minus: &[f64], t: f64) -> f64 {
    TAU * (phase(plus, t) - phase(minus, t)) / PERIOD
}

#[cfg(test)]
#[allow(clippy::float_cmp)]
mod tests {
    use super::super::neuron::{finite_rise, period, printed, program};
    use super::super::stepped::Stepped;
    use super::*;

    fn free(pair: &Pair, end: f64) -> [Vec<f64>; 2] {
        spikes(pair, 0.0, Drive::NONE, end, None)
    }

    #[test]
    fn a_spike_runs_round_with_the_period_of_delays_and_rises() {
        for pair in [printed(), program(), finite_rise(3.0)] {
            let [left, right] = free(&pair, 24_100.0);
            assert_eq!((left.len(), right.len()), (100, 101));
            for (l, r) in left.iter().zip(&right) {
                assert!((l - r - PERIOD / 2.0).abs() < 1e-9);
            }
            assert!((right[100] - 24_000.0).abs() < 1e-8, "{}", right[100]);
        }
        // Unequal neurons: both delays and both rises, 90 + 25/1.25 + 100 + 25.
        let mut pair = program();
        (pair[0].delay, pair[0].epsp, pair[1].delay) = (90.0, 0.01, 100.0);
        assert!((period(&pair).unwrap() - 235.0).abs() < 1e-9);
        let [_, right] = free(&pair, 2400.0);
        assert!((right[10] - 2350.0).abs() < 1e-9);
    }

    #[test]
    fn a_spike_too_weak_for_the_threshold_ends_the_oscillation() {
        let mut pair = program();
        pair[0].epsp = 0.0039;
        assert_eq!(period(&pair), None);
        assert_eq!(free(&pair, 1e5).map(|s| s.len()), [0, 1]);
    }

    #[test]
    fn a_threshold_at_rest_fires_once_each_refractory_time() {
        let mut pair = program();
        pair[0].gap = 0.0;
        assert_eq!(period(&pair), None);
        assert!(free(&pair, 5200.0)[0].len() <= 101);
    }

    #[test]
    fn small_steps_converge_to_the_events() {
        // 1.7 V/ms: a rise of 23.53 steps, so that no step hits the threshold; a period of 237.06.
        let mut pair = program();
        pair.iter_mut().for_each(|n| n.epsp = 1.7 * 0.005);
        let exact = free(&pair, 4000.0)[1][10];
        let error = |refine| {
            let s = Stepped { weight: [1.7; 2], refine, ..Stepped::default() }.run(0.0, 4000, |_| 0.0);
            ((s[1][10] - s[1][0]) as f64 / refine as f64 - exact).abs()
        };
        assert!(error(1) > 5.0 && error(64) < 0.2, "{} {}", error(1), error(64));
    }

    /// A silence of a delay and the time over which a spike acts loses all; a shorter one leaves the spike that is on its way.
    #[test]
    fn a_long_silence_resets_the_phase_and_a_short_one_does_not() {
        let at = 10.0 * PERIOD;
        for start in [0.0, 17.0, 100.0, 201.0] {
            let [left, right] = reset(&program(), start, at, PERIOD, 2.0 * at);
            let first = left.iter().find(|s| **s > at + PERIOD).unwrap();
            assert!((first - (at + 1.5 * PERIOD)).abs() < 1e-9, "{start}: {first}");
            assert!(right.contains(&(at + PERIOD)));
            let after = |t: &[f64]| t.iter().filter(|s| **s > at + PERIOD).count();
            assert_eq!((after(&left), after(&right)), (9, 9), "one spike runs round, from {start}");
        }
        let [short, _] = reset(&program(), 100.0, at, 20.0, 2.0 * at);
        let [long, _] = reset(&program(), 100.0, at, PERIOD, 2.0 * at);
        assert!(short.len() > long.len() + 5, "{} {}", short.len(), long.len());
    }

    #[test]
    fn phases_interpolate() {
        let spikes = [10.0, 250.0, 370.0];
        let at = |t| phase(&spikes, t);
        assert_eq!([at(0.0), at(10.0), at(130.0), at(310.0), at(380.0)], [-10.0, 0.0, 120.0, 360.0, 490.0]);
    }
}
