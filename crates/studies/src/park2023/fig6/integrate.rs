//! Angular velocity integrated into the phases (eqs. 22-26).

use super::events::{Drive, heading, spikes};
use super::neuron::{PERIOD, Pair, STEP_MS};
use super::ring::Ring;
use super::stepped::Stepped;
use faer::Mat;
use nullcline_core::linalg::random::{Use, normal, stream};
use std::f64::consts::{PI, TAU};

/// Steps over which a velocity is constant.
pub const FRAME: f64 = 24.0;

/// Angular velocity of the head, in radians per period (240 steps) and periods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Signal {
    /// The same velocity throughout.
    Constant(f64),
    /// A sine.
    Sine {
        /// Largest velocity.
        amplitude: f64,
        /// Periods of the oscillator that one oscillation takes.
        period: f64,
    },
    /// An Ornstein-Uhlenbeck process.
    Random {
        /// Standard deviation.
        sd: f64,
        /// Correlation time.
        correlation: f64,
        /// Seed of its random stream.
        seed: u64,
    },
}

impl Signal {
    /// In words.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Constant(_) => "constant",
            Self::Sine { .. } => "sine",
            Self::Random { .. } => "random",
        }
    }

    /// The velocity in each frame of `periods` periods, radians per period.
    pub fn frames(&self, periods: usize) -> Vec<f64> {
        let per_period = PERIOD / FRAME;
        let n = (periods as f64 * per_period) as usize;
        match *self {
            Self::Constant(v) => vec![v; n],
            Self::Sine { amplitude, period } => {
                let angle = |i: usize| TAU * (i as f64 + 0.5) / (period * per_period);
                (0..n).map(|i| amplitude * angle(i).sin()).collect()
            }
            Self::Random { sd, correlation, seed } => {
                let mut rng = stream(seed, Use::Noise, 0);
                let keep = (-1.0 / (correlation * per_period)).exp();
                let mut v = sd * normal(&mut rng);
                let mut next = || {
                    v = keep * v + sd * (1.0 - keep * keep).sqrt() * normal(&mut rng);
                    v
                };
                (0..n).map(|_| next()).collect()
            }
        }
    }
}

/// True and decoded heading at the end of each period, radians, not wrapped.
#[derive(Clone, Debug, Default)]
pub struct Track {
    /// Periods since the start.
    pub time: Vec<f64>,
    /// Integral of the velocity.
    pub truth: Vec<f64>,
    /// Heading that the phases hold.
    pub decoded: Vec<f64>,
}

impl Track {
    /// Decoded less true heading.
    pub fn errors(&self) -> Vec<f64> {
        self.decoded.iter().zip(&self.truth).map(|(d, t)| d - t).collect()
    }
    /// Root of the mean square of the errors.
    pub fn rms(&self) -> f64 {
        let errors = self.errors();
        (errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64).sqrt()
    }
    /// Largest |error|.
    pub fn worst(&self) -> f64 {
        self.errors().iter().fold(0.0, |a, e| a.max(e.abs()))
    }
}

/// Slope of the potentials, V per step, for a velocity of 1 radian per period.
///
/// Between two spikes of a neuron its input raises the potential, which later brings the spike forward by
/// that rise over the synapse's slope: a phase response that does not depend on the phase. Both neurons
/// gain so, and eq. 22 wants tau/(2 pi) in all.
pub fn gain(pair: &Pair) -> f64 {
    pair[0].slope() / (2.0 * TAU)
}

/// The largest velocity that the phases follow when it comes at once, radians per period: the rise is used up.
///
/// Formula: 4 pi (1 / sqrt(1 - r) - 1), r being the share of the period in which a potential rises. With a = v / (4 pi)
/// and h half a period, the first left spike comes at h / (1 + a), the right one h (1 - r) later if nothing is
/// left of its rise: a (h / (1 + a) + h (1 - r)) = h r. Later spikes ask for less.
pub fn top_speed(rise: f64) -> f64 {
    let share = 2.0 * rise / PERIOD;
    2.0 * TAU * ((1.0 - share).sqrt().recip() - 1.0)
}

/// How far the decoded heading is behind at a constant velocity, radians.
///
/// A spike shows what came in since the last one of its own neuron, but of the input to the partner only
/// what came before the partner's spike, half a period ago: on average a quarter of the present period.
pub fn lag(velocity: f64) -> f64 {
    velocity / 4.0 / (1.0 + velocity.abs() / TAU)
}

/// Integrates `signal` over `periods` periods by a '+' and a '-' copy of `pair`, event by event.
pub fn exact(pair: &Pair, signal: Signal, periods: usize) -> Track {
    let velocity = signal.frames(periods);
    let end = periods as f64 * PERIOD;
    let train = |sign: f64| {
        let slopes: Vec<f64> = velocity.iter().map(|v| gain(pair) * (sign * v).max(0.0)).collect();
        let drive = Drive { slopes: &slopes, frame: FRAME };
        let [left, _] = spikes(pair, 0.0, drive, end + 2.0 * PERIOD, None);
        left
    };
    track(&velocity, &train(1.0), &train(-1.0), periods)
}

/// The same in steps, as the authors' program would, `refine` sub-steps to its step.
pub fn stepped(pair: &Pair, signal: Signal, periods: usize, refine: usize) -> Track {
    let velocity = signal.frames(periods);
    let program = Stepped { refine, ..Stepped::default() };
    let train = |sign: f64| {
        let current = |i: usize| {
            let frame = i / (FRAME as usize * refine);
            let v = velocity.get(frame).map_or(0.0, |v| (sign * v).max(0.0));
            // The program adds current / 10 times the step in ms.
            gain(pair) * v * 10.0 / STEP_MS
        };
        let [left, _] = program.run(0.0, (periods + 2) * PERIOD as usize, current);
        left.iter().map(|s| *s as f64 / refine as f64).collect::<Vec<f64>>()
    };
    track(&velocity, &train(1.0), &train(-1.0), periods)
}

/// The same by a ring attractor, a time constant to a period: the weights gain V (4/n) sin(theta_i - theta_j),
/// whose product with a bump is its derivative.
pub fn by_ring(ring: &Ring, signal: Signal, periods: usize) -> Track {
    let velocity = signal.frames(periods);
    let per_period = (PERIOD / FRAME) as usize;
    let n = ring.angles.len();
    let turn = |i: usize, j: usize| 4.0 / n as f64 * (ring.angles[i] - ring.angles[j]).sin();
    let mut x = ring.bump(0.0);
    let mut moving = ring.clone();
    let mut track = Track::default();
    let (mut truth, mut decoded) = (0.0, 0.0);
    for (i, frames) in velocity.chunks(per_period).enumerate() {
        for v in frames {
            moving.weights = Mat::from_fn(n, n, |i, j| ring.weights[(i, j)] + v * turn(i, j));
            let before = moving.heading(&x);
            let after = moving.track(&mut x, &[1.0 / per_period as f64])[0];
            (truth, decoded) = (truth + v / per_period as f64, decoded + after - before);
        }
        track.time.push((i + 1) as f64);
        track.truth.push(truth);
        track.decoded.push(decoded);
    }
    track
}

fn track(velocity: &[f64], plus: &[f64], minus: &[f64], periods: usize) -> Track {
    let mut track = Track::default();
    let per_period = (PERIOD / FRAME) as usize;
    let mut truth = 0.0;
    for (i, frame) in velocity.chunks(per_period).enumerate().take(periods) {
        truth += frame.iter().sum::<f64>() * FRAME / PERIOD;
        let time = (i + 1) as f64;
        track.time.push(time);
        track.truth.push(truth);
        track.decoded.push(heading(plus, minus, time * PERIOD));
    }
    track
}

/// The smallest velocity that moves the phases in steps, radians per period: an input that brings
/// neither spike forward by a whole step is forgotten at the reset.
pub fn dead_zone(refine: usize) -> f64 {
    4.0 * PI / (PERIOD * refine as f64)
}

#[cfg(test)]
mod tests {
    use super::super::neuron::program;
    use super::super::ring::Kind;
    use super::*;

    #[test]
    fn phases_integrate_the_velocity_a_quarter_of_a_period_late() {
        // A left spike shows what came in up to itself by one synapse, up to half a period before by the other.
        for v in [0.2, -0.01] {
            let errors = exact(&program(), Signal::Constant(v), 400).errors();
            assert!((errors[300] + lag(v)).abs() < 1e-8, "{v}: {} {}", errors[300], lag(v));
        }
        let sine = Signal::Sine { amplitude: 0.3, period: 40.0 };
        let random = Signal::Random { sd: 0.1, correlation: 20.0, seed: 1 };
        for signal in [sine, random] {
            let errors = exact(&program(), signal, 400).errors();
            assert!(errors.iter().all(|e| e.abs() < 0.1), "{signal:?}: {errors:?}");
        }
    }

    #[test]
    fn the_ring_integrates_too() {
        let ring = Ring::new(Kind::Exact, 12);
        for v in [0.1, -0.02] {
            let track = by_ring(&ring, Signal::Constant(v), 100);
            assert!((track.decoded[99] / track.truth[99] - 1.0).abs() < 0.02, "{v}: {:?}", track.decoded[99]);
        }
    }

    #[test]
    fn speeds_beyond_the_top_are_not_followed() {
        let error = |share: f64| {
            let track = exact(&program(), Signal::Constant(share * top_speed(25.0)), 100);
            track.errors()[99] / track.truth[99]
        };
        assert!(error(0.98).abs() < 0.01 && error(1.5).abs() > 0.05, "{} {}", error(0.98), error(1.5));
    }

    #[test]
    fn steps_forget_slow_turns() {
        let turned =
            |v: f64, refine| stepped(&program(), Signal::Constant(v), 100, refine).decoded[99] / (100.0 * v);
        assert!(turned(0.9 * dead_zone(1), 1).abs() < 0.05, "{}", turned(0.9 * dead_zone(1), 1));
        assert!(turned(1.1 * dead_zone(1), 1) > 0.5);
        assert!((turned(0.9 * dead_zone(1), 64) - 1.0).abs() < 0.05, "{}", turned(0.9 * dead_zone(1), 64));
    }
}
