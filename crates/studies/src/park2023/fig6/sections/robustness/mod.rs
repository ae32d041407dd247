//! Both memories under noise on their structure: the paper's central claim in numbers.

mod claims;
mod curves;
mod drawing;

use super::{Part, Plan};
use crate::common::*;
use crate::park2023::bisect;
use crate::park2023::fig6::decay::{oscillator_error, oscillator_walk, ring_error, ring_walk};
use crate::park2023::fig6::integrate::{Signal, exact, top_speed};
use crate::park2023::fig6::neuron::{PERIOD, STEP_MS, finite_rise, printed, program};
use crate::park2023::fig6::noise::{Drift, Target, drift, oscillator_drift, ring_drift};
use crate::park2023::fig6::ring::{Kind, Ring};
use curves::{Curves, RING_MS, by_size};

pub use curves::{Curve, Memory};

/// Strength of the noise where only one is tried.
const ONE: f64 = 1e-2;

/// Drift and top speed of a pair whose potentials take `rise` steps.
struct Trade {
    rise: f64,
    drift: Drift,
    /// Largest speed that is followed, rad per period.
    top: f64,
}

/// Everything that is measured.
struct Found {
    curves: Curves,
    /// By number of neurons: the mean heading of n/4 circuits, and a ring.
    sizes: [Vec<Drift>; 2],
    trade: Vec<Trade>,
    /// Times at which errors are looked at, in periods or time constants.
    times: Vec<f64>,
    /// Errors at 1 % noise: delays alone, slow rise, exact ring.
    errors: [Vec<Estimate>; 3],
    /// Walks under noise on the state: oscillators, ring.
    walks: [Estimate; 2],
    draws: usize,
}

impl Found {
    fn new(plan: &Plan) -> Self {
        let sizes: Vec<usize> =
            [4, 8, 16, 32, 64, 128].into_iter().filter(|n| *n <= plan.most_neurons).collect();
        let circuits = by_size(plan, ONE, 100, &sizes, |n| {
            Box::new(move |rng| {
                let all = (0..n / 4).map(|_| oscillator_drift(&program(), Target::Weights, ONE, rng));
                all.sum::<Option<f64>>().map(|sum| sum / (n / 4) as f64)
            })
        });
        let rings = by_size(plan, ONE, 103, &sizes, |n| {
            let ring = Ring::new(Kind::Exact, n);
            Box::new(move |rng| ring_drift(&ring, Target::Weights, ONE, rng))
        });
        let mut times = vec![1.0];
        while times[times.len() - 1] * 1.0001 < plan.long {
            times.push(if times.len() % 2 == 1 { 3.0 } else { 10.0 / 3.0 } * times[times.len() - 1]);
        }
        let ring = Ring::new(Kind::Exact, 12);
        Self {
            curves: Curves::new(plan),
            sizes: [circuits, rings],
            trade: trade(plan),
            errors: [
                oscillator_error(&printed(), ONE, &times, plan.draws, plan.seed),
                oscillator_error(&program(), ONE, &times, plan.draws, plan.seed),
                ring_error(&ring, ONE, &times, plan.long_draws, plan.seed),
            ],
            times,
            walks: [
                oscillator_walk(&program(), ONE, plan.draws, plan.seed),
                ring_walk(&ring, ONE, plan.draws, plan.seed),
            ],
            draws: plan.draws,
        }
    }

    /// Drift of the program's oscillators over that of the ring.
    fn ratio(&self) -> Estimate {
        self.curves.slow.weights.coefficient().over(self.curves.ring.weights.coefficient())
    }
}

/// Drift over strength and measured top speed of pairs with other rises.
fn trade(plan: &Plan) -> Vec<Trade> {
    let rises = [2.0, 4.0, 8.0, 12.0, 16.0, 20.0, 25.0];
    let one = |(k, rise): (usize, &f64)| {
        let pair = finite_rise(*rise);
        let drift = drift(ONE, plan.draws, plan.seed, 64 * (110 + k as u64), &|rng| {
            oscillator_drift(&pair, Target::Weights, ONE, rng)
        });
        let follows = |v: f64| {
            let t = exact(&pair, Signal::Constant(v), 100);
            (t.decoded[99] / t.truth[99] - 1.0).abs() < 0.015
        };
        let top = bisect(0.3 * top_speed(*rise), 3.0 * top_speed(*rise), 10, follows);
        Trade { rise: *rise, drift, top }
    };
    rises.iter().enumerate().map(one).collect()
}

/// Drifts under noise, as the summary has them.
#[derive(Serialize)]
struct Entry {
    drift_ratio: f64,
    drift_ratio_std_error: f64,
    drift_over_noise_delays_alone: f64,
    drift_over_noise_slow_rise: f64,
    drift_over_noise_ring: f64,
    #[serde(rename = "memories_lost_at_0.3")]
    memories_lost: Option<usize>,
}

/// Draws both memories' drifts and compares them.
pub fn part(plan: &Plan) -> Result<Part, Error> {
    let found = Found::new(plan);
    let (delays, ratio) = (&found.curves.delays.weights, found.ratio());
    let per_second = ratio.value * RING_MS / (PERIOD * STEP_MS);
    let section = Section::new("robustness", "Noise on the structure")
        .intro(
            "Every weight (or threshold, or delay) is multiplied by 1 + strength × a normal number of its \
             own; the drift is the mean modulus over draws, between 5 and 25 periods or time constants. \
             Equal time scales: a period of the oscillators against a time constant of the ring. As many \
             neurons: four oscillating ones and eight detectors, and a ring of twelve.",
        )
        .fact(
            "Drift of the program's oscillators over that of the ring",
            format!(
                "{}, a time constant to a period; {per_second:.0} in rad/s with a period of 1.2 ms and a \
                 time constant of {RING_MS} ms",
                words(ratio)
            ),
        )
        .fact(
            "Drift with delays alone",
            format!("0 up to a noise of {}", {
                let whole = delays.drifts.iter().take_while(|d| d.kept == d.draws);
                whole.last().map_or(0.0, |d| d.strength)
            }),
        )
        .figures([drawing::figure(&found)?])
        .tables(drawing::tables(&found));
    let coefficient = |c: &Curve| c.coefficient().value;
    let entry = Entry {
        drift_ratio: ratio.value,
        drift_ratio_std_error: ratio.error(),
        drift_over_noise_delays_alone: coefficient(delays),
        drift_over_noise_slow_rise: coefficient(&found.curves.slow.weights),
        drift_over_noise_ring: coefficient(&found.curves.ring.weights),
        memories_lost: delays.drifts.last().map(|d| d.draws - d.kept),
    };
    Ok(Part { section, claims: claims::claims(&found), json: written(entry) })
}
