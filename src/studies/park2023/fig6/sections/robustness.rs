//! Both memories under noise on their structure: the paper's central claim in numbers.

use super::{Part, Plan, counts, floats, table, texts};
use crate::report::Error;
use crate::report::figures::{Axes, Reference, Series, THIRD, lines, panels, scatter};
use crate::report::page::Section;
use crate::studies::park2023::fig6::decay::{
    Rms, oscillator_error, oscillator_walk, predicted_walk, ring_error, ring_walk,
};
use crate::studies::park2023::fig6::integrate::{Signal, exact, top_speed};
use crate::studies::park2023::fig6::neuron::{PERIOD, STEP_MS, finite_rise, printed, program};
use crate::studies::park2023::fig6::noise::{
    Drift, Law, Target, drift, law, oscillator_drift, predicted, ring_drift,
};
use crate::studies::park2023::fig6::ring::{Kind, Ring};
use crate::studies::{Claim, mean_and_error};
use serde_json::json;
use std::f64::consts::{PI, TAU};

/// Relative strengths of the noise.
const STRENGTHS: [f64; 8] = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3];
/// Up to which the drift is taken as linear.
const LINEAR: f64 = 1e-2;
/// Strength of the noise where only one is tried.
const ONE: f64 = 1e-2;
/// Time constant of the ring that rad/s are stated for, in ms.
const RING_MS: f64 = 10.0;

/// One memory under one kind of noise.
pub(super) struct Curve {
    pub memory: &'static str,
    pub noise: &'static str,
    pub drifts: Vec<Drift>,
    pub law: Option<Law>,
    pub predicted: f64,
    /// Milliseconds of its period or time constant.
    pub unit: f64,
}

impl Curve {
    /// Drift over strength and its standard error, 0 where nothing drifts.
    pub fn coefficient(&self) -> (f64, f64) {
        match self.law {
            Some(law) => (law.coefficient, law.coefficient_error),
            None => {
                let used = self.drifts.iter().filter(|d| d.strength <= LINEAR * 1.0001 && d.kept > 0);
                let all: Vec<f64> = used.map(|d| d.mean / d.strength).collect();
                (all.iter().sum::<f64>() / all.len() as f64, 0.0)
            }
        }
    }
    fn series(&self, label: &str) -> Series {
        let seen = self.drifts.iter().filter(|d| d.mean > 1e-12 && d.kept > 1);
        let part = |f: &dyn Fn(&Drift) -> f64| seen.clone().map(f).collect::<Vec<f64>>();
        Series::new(label, &part(&|d| d.strength), &part(&|d| d.mean))
            .errors(&part(&|d| d.std_error))
            .joined()
    }
}

/// The drifts of one memory over all strengths.
pub(super) fn curve(
    plan: &Plan,
    id: u64,
    memory: &'static str,
    target: Target,
    predicted: f64,
    draw: &(dyn Fn(Target, f64, &mut crate::linalg::random::Rng) -> Option<f64> + Sync),
) -> Curve {
    let at = |(k, s): (usize, &f64)| {
        drift(*s, plan.draws, plan.seed, 64 * id + k as u64, &|rng| draw(target, *s, rng))
    };
    let drifts: Vec<Drift> = STRENGTHS.iter().enumerate().map(at).collect();
    let ring = memory.contains("ring");
    let unit = if ring { RING_MS } else { PERIOD * STEP_MS };
    let noise = if ring && target == Target::Times { "time constants" } else { target.name() };
    Curve { memory, noise, law: law(&drifts, LINEAR), drifts, predicted, unit }
}

fn curves(plan: &Plan) -> Vec<Curve> {
    let (ring, smooth) = (Ring::new(Kind::Exact, 12), Ring::new(Kind::Smooth, 12));
    let headings: Vec<f64> = (0..60).map(|i| 0.01 + TAU * f64::from(i) / 60.0).collect();
    let ring_predicted = (2.0 / PI).sqrt() * ring.predicted(&headings);
    let mut all = Vec::new();
    let mut id = 0;
    for target in [Target::Weights, Target::Thresholds, Target::Times] {
        for (memory, pair) in
            [("oscillators, delays alone", printed()), ("oscillators, slow rise", program())]
        {
            let expected = predicted(&pair, target);
            all.push(curve(plan, id, memory, target, expected, &|t, s, rng| {
                oscillator_drift(&pair, t, s, rng)
            }));
            id += 1;
        }
        let expected = match target {
            Target::Weights => ring_predicted,
            Target::Times => 0.0,
            _ => f64::NAN,
        };
        all.push(curve(plan, id, "exact ring", target, expected, &|t, s, rng| ring_drift(&ring, t, s, rng)));
        id += 1;
    }
    let shared = Target::SharedTimes;
    all.push(curve(plan, id, "oscillators, slow rise", shared, 0.0, &|t, s, rng| {
        oscillator_drift(&program(), t, s, rng)
    }));
    all.push(curve(plan, id + 1, "smooth ring", Target::Weights, f64::NAN, &|t, s, rng| {
        ring_drift(&smooth, t, s, rng)
    }));
    all
}

/// Mean |drift| / strength of `n` neurons each way: the mean heading of n/4 circuits, and a ring.
fn by_size(plan: &Plan) -> [Vec<Drift>; 2] {
    let sizes = [4usize, 8, 16, 32, 64, 128].into_iter().filter(|n| *n <= plan.most_neurons);
    let run = |n: usize, id: u64, draw: &(dyn Fn(&mut crate::linalg::random::Rng) -> Option<f64> + Sync)| {
        let d = drift(ONE, plan.draws, plan.seed, 64 * id + n as u64, draw);
        Drift { strength: n as f64, mean: d.mean / ONE, std_error: d.std_error / ONE, ..d }
    };
    let circuits = |n: usize| {
        run(n, 100, &|rng| {
            let all = (0..n / 4).map(|_| oscillator_drift(&program(), Target::Weights, ONE, rng));
            all.sum::<Option<f64>>().map(|sum| sum / (n / 4) as f64)
        })
    };
    let rings = |n: usize| {
        let ring = Ring::new(Kind::Exact, n);
        run(n, 103, &|rng| ring_drift(&ring, Target::Weights, ONE, rng))
    };
    [sizes.clone().map(circuits).collect(), sizes.map(rings).collect()]
}

/// Drift over strength and measured top speed of pairs with other rises.
fn trade(plan: &Plan) -> Vec<(f64, Drift, f64)> {
    let rises = [2.0, 4.0, 8.0, 12.0, 16.0, 20.0, 25.0];
    let one = |(k, rise): (usize, &f64)| {
        let pair = finite_rise(*rise);
        let d = drift(ONE, plan.draws, plan.seed, 64 * (110 + k as u64), &|rng| {
            oscillator_drift(&pair, Target::Weights, ONE, rng)
        });
        let follows = |v: f64| {
            let t = exact(&pair, Signal::Constant(v), 100);
            (t.decoded[99] / t.truth[99] - 1.0).abs() < 0.015
        };
        let (mut low, mut high) = (0.3 * top_speed(*rise), 3.0 * top_speed(*rise));
        for _ in 0..10 {
            let middle = (low + high) / 2.0;
            if follows(middle) { low = middle } else { high = middle }
        }
        (*rise, d, (low + high) / 2.0)
    };
    rises.iter().enumerate().map(one).collect()
}

/// Draws both memories' drifts and compares them.
pub fn part(plan: &Plan) -> Result<Part, Error> {
    let curves = curves(plan);
    let named = |memory: &str, noise: &str| {
        curves
            .iter()
            .find(|c| c.memory == memory && c.noise == noise)
            .expect("every curve asked for is drawn")
    };
    let delays = named("oscillators, delays alone", "weights");
    let slow = named("oscillators, slow rise", "weights");
    let ring = named("exact ring", "weights");
    let (slow_c, slow_e) = slow.coefficient();
    let (ring_c, ring_e) = ring.coefficient();
    let ratio = slow_c / ring_c;
    let ratio_error = ratio * (slow_e / slow_c).hypot(ring_e / ring_c);
    let per_second = ratio * RING_MS / (PERIOD * STEP_MS);
    let sizes = by_size(plan);
    let trade = trade(plan);
    let n = plan.draws;

    let mut times = vec![1.0];
    while times[times.len() - 1] * 1.0001 < plan.long {
        times.push(if times.len() % 2 == 1 { 3.0 } else { 10.0 / 3.0 } * times[times.len() - 1]);
    }
    let fast = Ring::new(Kind::Exact, 12);
    let errors: [Vec<Rms>; 3] = [
        oscillator_error(&printed(), ONE, &times, plan.draws, plan.seed),
        oscillator_error(&program(), ONE, &times, plan.draws, plan.seed),
        ring_error(&fast, ONE, &times, plan.long_draws, plan.seed),
    ];
    let walks = [oscillator_walk(&program(), ONE, n, plan.seed), ring_walk(&fast, ONE, n, plan.seed)];

    let exponent = |c: &Curve| c.law.map_or((f64::NAN, 0.0), |l| (l.exponent, l.exponent_error));
    let linear = |claim: &str, c: &Curve| {
        let (e, error) = exponent(c);
        Claim::measured(claim, "this study", "exponent of drift against noise strength", e, error, n)
            .predicted(1.0, 0.02)
    };
    let sizes_law =
        |d: &[Drift]| law(d, f64::INFINITY).map_or((f64::NAN, 0.0), |l| (l.exponent, l.exponent_error));
    let normal: Vec<f64> = trade
        .iter()
        .map(|(rise, d, top)| {
            d.mean / ONE / top * top_speed(*rise) / predicted(&finite_rise(*rise), Target::Weights)
        })
        .collect();
    let (trade_mean, trade_error) = mean_and_error(&normal);
    let worst = |c: &Curve| c.drifts.iter().filter(|d| d.strength <= 0.1).map(|d| d.mean).fold(0.0, f64::max);
    let times_of = named("oscillators, slow rise", "delays").coefficient();
    let shared = named("oscillators, slow rise", "shared delays");
    let ring_times = named("exact ring", "time constants");
    let claims = vec![
        Claim::measured("Robust to D-type noise: with delays alone, oscillators drift less than a ring of as many neurons",
            "park2023 Fig. 6 caption, sec. 2.11", "drift / drift of the ring, equal relative noise on weights",
            delays.coefficient().0 / ring_c, 0.0, n).decided(delays.coefficient().0 < ring_c)
            .because("A weight counts only by letting the spike pass: an open set of weights has one period. Beyond a noise \
                      of a tenth spikes begin to fail, and the memory is lost altogether"),
        Claim::measured("Robust to D-type noise: the program's oscillators drift less than a ring of as many neurons",
            "park2023 Fig. 6 caption, authors' program", "drift / drift of the ring, equal relative noise on weights, a time \
             constant to a period", ratio, ratio_error, n).decided(ratio + 2.0 * ratio_error < 1.0)
            .because("A fifth of the program's period is the rise to threshold, which the weights set; the periods of the two \
                      oscillators then differ. A ring averages the noise of its 144 weights, a pair has four"),
        Claim::measured("The program's oscillators drift by the mismatch of their rises", "this study",
            "drift / strength (rad per period)", slow_c, slow_e, n).predicted(slow.predicted, 0.02 * slow.predicted),
        Claim::measured("The ring drifts by the noise on its null vector", "this study",
            "drift / strength (rad per time constant)", ring_c, ring_e, n).predicted(ring.predicted, 0.1 * ring.predicted),
        linear("The drift of the program's oscillators is linear in the noise on weights", slow),
        linear("The drift of the ring is linear in the noise on weights", ring),
        Claim::measured("Unequal delays turn the remembered heading", "park2023 sec. 2.10",
            "drift / strength (rad per period)", times_of.0, times_of.1, n)
            .predicted(predicted(&program(), Target::Times), 0.1),
        Claim::measured("Oscillators that share their pathways keep the heading whatever the delays", "park2023 sec. 2.10",
            "largest drift up to a tenth of noise (rad per period)", worst(shared), 0.0, n).predicted(0.0, 1e-9),
        Claim::measured("Noise on its time constants does not move the bump of a ring", "this study",
            "largest drift up to a tenth of noise (rad per time constant)", worst(ring_times), 0.0, n).predicted(0.0, 1e-9),
        Claim::measured("What lets the phases follow turns lets them drift: both go with the share of the period in which potentials rise",
            "this study", "drift / top speed, measured / predicted, mean over rises of 2 to 25 steps", trade_mean, trade_error, trade.len())
            .predicted(1.0, 0.03),
        {
            let (e, error) = sizes_law(&sizes[0]);
            Claim::measured("The mean heading of many circuits drifts less, as one over the root of their number", "this study",
                "exponent of drift against neurons", e, error, n).predicted(-0.5, 0.05)
        },
        {
            let (e, error) = sizes_law(&sizes[1]);
            Claim::measured("A ring drifts less the more neurons it has, as one over their number", "this study",
                "exponent of drift against neurons", e, error, n).predicted(-1.0, 0.05)
        },
        Claim::measured("Noise on thresholds at each spike makes the phases walk by the rise", "this study",
            "walk / noise (rad per root period)", walks[0].value / ONE, walks[0].std_error / ONE, n)
            .predicted(predicted_walk(&program()), 0.03),
        Claim::measured("White noise on the neurons of a ring makes its bump walk by sqrt(8 / n)", "this study",
            "walk / noise (rad per root time constant)", walks[1].value / ONE, walks[1].std_error / ONE, n)
            .predicted((8.0 / 12f64).sqrt(), 0.05),
    ];

    let axes = |x: &str, y: &str| Axes::new(x, y).wide(THIRD).log_log();
    let drift_axes = |x: &str| axes(x, "Drift (rad per period or τ)");
    let theory = |c: f64| Reference::Curve(STRENGTHS.iter().map(|s| [*s, c * s]).collect());
    let weights = [
        slow.series("slow rise"),
        ring.series("exact ring"),
        named("smooth ring", "weights").series("smooth ring"),
    ];
    let others = [
        named("oscillators, slow rise", "delays").series("delays"),
        named("oscillators, slow rise", "thresholds").series("thresholds"),
        named("exact ring", "thresholds").series("ring, biases"),
    ];
    let error = |label: &str, e: &[Rms]| {
        let part = |f: fn(&Rms) -> f64| e.iter().map(f).collect::<Vec<f64>>();
        Series::new(label, &times, &part(|e| e.value)).errors(&part(|e| e.std_error)).joined()
    };
    let size = |label: &str, d: &[Drift]| {
        let part = |f: fn(&Drift) -> f64| d.iter().map(f).collect::<Vec<f64>>();
        Series::new(label, &part(|d| d.strength), &part(|d| d.mean)).errors(&part(|d| d.std_error)).joined()
    };
    let share: Vec<f64> = trade.iter().map(|t| t.0 / 120.0).collect();
    let trades = [
        Series::new("top speed", &share, &trade.iter().map(|t| t.2).collect::<Vec<_>>()).joined(),
        Series::new("drift / noise", &share, &trade.iter().map(|t| t.1.mean / ONE).collect::<Vec<_>>())
            .errors(&trade.iter().map(|t| t.1.std_error / ONE).collect::<Vec<_>>())
            .joined(),
    ];
    let all_lost: Vec<Series> = [delays, slow]
        .iter()
        .zip(["delays alone", "slow rise"])
        .map(|(c, label)| {
            let lost = |d: &Drift| 1.0 - d.kept as f64 / d.draws as f64;
            Series::new(label, &STRENGTHS, &c.drifts.iter().map(lost).collect::<Vec<_>>()).joined()
        })
        .collect();
    let figures = [
        scatter(
            &weights,
            &drift_axes("Relative noise on weights")
                .reference("first order", theory(slow.predicted))
                .reference("", theory(ring.predicted)),
        )?
        .named("weights", "Noise on weights", "")?,
        scatter(&others, &drift_axes("Relative noise"))?.named("others", "Noise on other numbers", "")?,
        lines(
            &all_lost,
            &Axes {
                x_log: true,
                ..Axes::new("Relative noise on weights", "Share of memories lost").wide(THIRD)
            },
        )?
        .named("lost", "Oscillations that stop", "")?,
        scatter(
            &[error("slow rise", &errors[1]), error("exact ring", &errors[2])],
            &axes("Time (periods or τ)", "Rms error (rad)")
                .reference("a random heading", Reference::Across(TAU / 12f64.sqrt())),
        )?
        .named("error", "Error at 1 % noise", "")?,
        scatter(
            &[size("oscillators", &sizes[0]), size("exact ring", &sizes[1])],
            &axes("Neurons", "Drift / noise (rad)"),
        )?
        .named("size", "Larger memories", "")?,
        scatter(&trades, &axes("Rise, share of the period", "rad per period"))?.named(
            "trade",
            "Speed against drift",
            "",
        )?,
    ];
    let table_law = {
        let law = |f: fn(&Law) -> f64| curves.iter().map(move |c| c.law.as_ref().map_or(f64::NAN, f));
        table(
            "laws",
            "Mean drift over strength of the noise up to 1 %, in radians per period (oscillators, 1.2 ms) or time \
            constant (rings, 10 ms for rad/s), and the exponent of drift against strength. Relative noise on every number named.",
            vec![
                texts("memory", curves.iter().map(|c| c.memory)),
                texts("noise_on", curves.iter().map(|c| c.noise)),
                floats("drift_over_noise", curves.iter().map(|c| c.coefficient().0)),
                floats("std_error", curves.iter().map(|c| c.coefficient().1)),
                floats("predicted", curves.iter().map(|c| c.predicted)),
                floats("exponent", law(|l| l.exponent)),
                floats("exponent_std_error", law(|l| l.exponent_error)),
                floats("over_ring", curves.iter().map(|c| c.coefficient().0 / ring_c)),
                floats(
                    "drift_over_noise_rad_per_s",
                    curves.iter().map(|c| c.coefficient().0 / (1e-3 * c.unit)),
                ),
            ],
        )
    };
    let every: Vec<(&Curve, &Drift)> =
        curves.iter().flat_map(|c| c.drifts.iter().map(move |d| (c, d))).collect();
    let tables = vec![
        table_law,
        table(
            "drifts",
            "Mean |drift| of the memories that were kept, radians per period or time constant.",
            vec![
                texts("memory", every.iter().map(|e| e.0.memory)),
                texts("noise_on", every.iter().map(|e| e.0.noise)),
                floats("strength", every.iter().map(|e| e.1.strength)),
                floats("mean_drift", every.iter().map(|e| e.1.mean)),
                floats("std_error", every.iter().map(|e| e.1.std_error)),
                counts("kept", every.iter().map(|e| e.1.kept)),
                counts("draws", every.iter().map(|e| e.1.draws)),
            ],
        ),
        table(
            "errors",
            "Rms error of the heading, radians, at 1 % noise on weights, against time in periods or time constants.",
            vec![
                floats("time", times.iter().copied()),
                floats("delays_alone", errors[0].iter().map(|e| e.value)),
                floats("slow_rise", errors[1].iter().map(|e| e.value)),
                floats("exact_ring", errors[2].iter().map(|e| e.value)),
            ],
        ),
        table(
            "sizes",
            "Mean drift over noise of memories of more neurons: the mean heading of n/4 oscillator circuits, and a ring of n.",
            vec![
                counts("neurons", sizes[0].iter().map(|d| d.strength as usize)),
                floats("oscillators", sizes[0].iter().map(|d| d.mean)),
                floats("oscillators_std_error", sizes[0].iter().map(|d| d.std_error)),
                floats("ring", sizes[1].iter().map(|d| d.mean)),
                floats("ring_std_error", sizes[1].iter().map(|d| d.std_error)),
            ],
        ),
        table(
            "trade",
            "Top speed and drift over noise of oscillators of period 240 whose rise takes another share of it.",
            vec![
                floats("rise_steps", trade.iter().map(|t| t.0)),
                floats("top_speed_rad_per_period", trade.iter().map(|t| t.2)),
                floats("predicted_top_speed", trade.iter().map(|t| top_speed(t.0))),
                floats("drift_over_noise", trade.iter().map(|t| t.1.mean / ONE)),
                floats("std_error", trade.iter().map(|t| t.1.std_error / ONE)),
            ],
        ),
    ];
    let section = Section {
        id: "robustness".into(),
        title: "Noise on the structure".into(),
        intro: vec![
            "Every weight (or threshold, or delay) is multiplied by 1 + strength × a normal number of its own; the drift \
             is the mean modulus over draws, between 5 and 25 periods or time constants. Equal time scales: a period \
             of the oscillators against a time constant of the ring. As many neurons: four oscillating ones and eight \
             detectors, and a ring of twelve."
                .into(),
        ],
        facts: vec![
            ("Drift of the program's oscillators over that of the ring".into(), format!("{ratio:.2} ± {ratio_error:.2}, a time \
              constant to a period; {per_second:.0} in rad/s with a period of 1.2 ms and a time constant of {RING_MS} ms")),
            ("Drift with delays alone".into(), format!("0 up to a noise of {}", delays.drifts.iter()
              .take_while(|d| d.kept == d.draws).last().map_or(0.0, |d| d.strength))),
        ],
        figures: vec![panels("robustness", "Drift against noise",
            "A: mean drift against noise on the weights; with delays alone there is none. B: noise on other numbers. C: share of \
             oscillator memories that a too weak weight ends. D: error against time. E: drift against the number of neurons. \
             F: top speed and drift of oscillators against the share of the period in which potentials rise.", &figures, 3)?],
        tables,
        ..Section::default()
    };
    let json = serde_json::Map::from_iter([
        ("drift_ratio".to_string(), json!(ratio)),
        ("drift_ratio_std_error".to_string(), json!(ratio_error)),
        ("drift_over_noise_delays_alone".to_string(), json!(delays.coefficient().0)),
        ("drift_over_noise_slow_rise".to_string(), json!(slow_c)),
        ("drift_over_noise_ring".to_string(), json!(ring_c)),
        ("memories_lost_at_0.3".to_string(), json!(delays.drifts.last().map(|d| d.draws - d.kept))),
    ]);
    Ok(Part { section, claims, json })
}
