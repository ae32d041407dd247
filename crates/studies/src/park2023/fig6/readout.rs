//! Coincidence detectors along the delay line (eqs. 27-28): the bump, and the heading read from it.

use super::neuron::PERIOD;
use std::f64::consts::TAU;

/// Samples of a period over which eq. 28 averages: harmonics beyond a few are below rounding.
const SAMPLES: usize = 64;
/// Standard deviations after which the Gaussian is taken as 0.
const TAIL: f64 = 8.5;

/// Phi of eq. 27: how a detector combines its two smoothed inputs a and b.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coincidence {
    /// a b.
    Product,
    /// exp(a + b), as in the authors' program.
    SumExp,
}

/// The detectors' filter h and interaction Phi.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Readout {
    /// Standard deviation of the Gaussian h, of unit area, in steps.
    pub sigma: f64,
    /// Phi.
    pub coincidence: Coincidence,
}

impl Default for Readout {
    fn default() -> Self {
        Self { sigma: 50.0, coincidence: Coincidence::Product }
    }
}

/// The two trains that meet on the line.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Spikes of the left '+' neuron, which the line delays.
    pub plus: &'a [f64],
    /// Spikes of the right '-' neuron.
    pub minus: &'a [f64],
}

impl Readout {
    /// h * spikes at time `t`, per step.
    pub fn trace(&self, spikes: &[f64], t: f64) -> f64 {
        let reach = TAIL * self.sigma;
        let from = spikes.partition_point(|s| *s < t - reach);
        let near = spikes[from..].iter().take_while(|s| **s <= t + reach);
        let sum: f64 = near.map(|s| (-0.5 * ((t - s) / self.sigma).powi(2)).exp()).sum();
        sum / (self.sigma * TAU.sqrt())
    }

    /// Activity f of the detector at `position` (steps along the line) at time `t`, eq. 27.
    ///
    /// The fibre of the '+' neuron is half a period longer than `position`: a right neuron fires half a
    /// period after the left one, and so the detector at the remembered phase sees both together.
    pub fn activity(&self, line: Line, position: f64, t: f64) -> f64 {
        let a = self.trace(line.minus, t);
        let b = self.trace(line.plus, t - position - PERIOD / 2.0);
        match self.coincidence {
            Coincidence::Product => a * b,
            Coincidence::SumExp => (a + b).exp(),
        }
    }

    /// Mean activity over the period that ends at `t`, eq. 28.
    pub fn averaged(&self, line: Line, position: f64, t: f64) -> f64 {
        let times = (0..SAMPLES).map(|i| t - PERIOD * i as f64 / SAMPLES as f64);
        times.map(|t| self.activity(line, position, t)).sum::<f64>() / SAMPLES as f64
    }

    /// The averaged activity of detectors at all `positions`.
    pub fn bump(&self, line: Line, positions: &[f64], t: f64) -> Vec<f64> {
        positions.iter().map(|p| self.averaged(line, *p, t)).collect()
    }

    /// The averaged activity of a detector whose delay misses the remembered phase by `distance` steps,
    /// both trains having the period of 240 steps.
    ///
    /// Formula: with c_k = exp(-(2 pi k sigma / T)^2 / 2), the mean of the product is (1 + 2 sum_k c_k^2
    /// cos(2 pi k distance / T)) / T^2, and that of exp(a + b) is 1 + 2/T + (2 <a^2> + 2 <a b>) / 2 to
    /// second order in 1/T.
    pub fn predicted(&self, distance: f64) -> f64 {
        let squared = |k: f64| (-(TAU * k * self.sigma / PERIOD).powi(2)).exp();
        let moment = |x: f64| {
            let sum: f64 = (1..20).map(f64::from).map(|k| squared(k) * (TAU * k * x / PERIOD).cos()).sum();
            (1.0 + 2.0 * sum) / PERIOD.powi(2)
        };
        match self.coincidence {
            Coincidence::Product => moment(distance),
            Coincidence::SumExp => 1.0 + 2.0 / PERIOD + moment(0.0) + moment(distance),
        }
    }
}

/// `n` positions that divide the period evenly.
pub fn even(n: usize) -> Vec<f64> {
    (0..n).map(|i| PERIOD * i as f64 / n as f64).collect()
}

/// The heading that a population vector reads: the angle of sum activity exp(i angle), in (-pi, pi].
pub fn population_vector(activity: &[f64], angles: &[f64]) -> f64 {
    let sum = |f: fn(f64) -> f64| activity.iter().zip(angles).map(|(a, angle)| a * f(*angle)).sum::<f64>();
    sum(f64::sin).atan2(sum(f64::cos))
}

/// Angles of positions on the line, a period being a turn.
pub fn angles(positions: &[f64]) -> Vec<f64> {
    positions.iter().map(|p| TAU * p / PERIOD).collect()
}

/// `angle` less whole turns, in [-pi, pi).
pub fn wrapped(angle: f64) -> f64 {
    (angle + TAU / 2.0).rem_euclid(TAU) - TAU / 2.0
}

/// (largest - smallest) / (largest + smallest).
pub fn contrast(bump: &[f64]) -> f64 {
    let (lo, hi) = bump.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    (hi - lo) / (hi + lo)
}

#[cfg(test)]
mod tests {
    use super::super::events::{Drive, spikes};
    use super::super::neuron::program;
    use super::*;

    /// Left '+' and right '-' spikes for a remembered phase of `phase` steps.
    fn trains(phase: f64) -> [Vec<f64>; 2] {
        let [plus, _] = spikes(&program(), 0.0, Drive::NONE, 9600.0, None);
        let [_, minus] = spikes(&program(), phase, Drive::NONE, 9600.0, None);
        [plus, minus]
    }

    #[test]
    fn averaged_activity_depends_on_the_difference_alone_and_has_the_predicted_shape() {
        for coincidence in [Coincidence::Product, Coincidence::SumExp] {
            let readout = Readout { coincidence, ..Readout::default() };
            let far = readout.predicted(120.0);
            for phase in [0.0, 17.3, 60.0, 201.7] {
                let [plus, minus] = trains(phase);
                let line = Line { plus: &plus, minus: &minus };
                for distance in [-100.0, -40.0, 0.0, 25.0, 120.0] {
                    let f = readout.averaged(line, phase + distance, 5000.0);
                    let error = (f - readout.predicted(distance)) / (readout.predicted(0.0) - far);
                    // Third order in 1/T for exp(a + b).
                    let bound = if coincidence == Coincidence::Product { 1e-9 } else { 0.02 };
                    assert!(error.abs() < bound, "{phase} {distance}: {error}");
                }
            }
        }
    }

    #[test]
    fn eight_detectors_read_any_phase() {
        let readout = Readout::default();
        let positions = even(8);
        for phase in [0.0, 13.0, 100.0, 199.5] {
            let [plus, minus] = trains(phase);
            let bump = readout.bump(Line { plus: &plus, minus: &minus }, &positions, 5000.0);
            let error = population_vector(&bump, &angles(&positions)) - TAU * phase / PERIOD;
            assert!(wrapped(error).abs() < 1e-9, "{phase}: {error}");
        }
    }
}
