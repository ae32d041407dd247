//! Figures and tables of both memories under noise.

use super::super::{counts, floats, table, texts};
use super::curves::{Curve, STRENGTHS};
use super::{Found, ONE};
use crate::park2023::fig6::decay::Rms;
use crate::park2023::fig6::integrate::top_speed;
use crate::park2023::fig6::noise::{Drift, Law};
use nullcline_report::figures::{Axes, Reference, Series, THIRD, lines, panels, scatter};
use nullcline_report::tables::TableOut;
use nullcline_report::{Error, Figure};
use std::f64::consts::TAU;

fn axes(x: &str, y: &str) -> Axes {
    Axes::new(x, y).wide(THIRD).log_log()
}

pub fn figure(found: &Found) -> Result<Figure, Error> {
    let caption = "A: mean drift against noise on the weights; with delays alone there is none. B: noise \
        on other numbers. C: share of oscillator memories that a too weak weight ends. D: error against \
        time. E: drift against the number of neurons. F: top speed and drift of oscillators against the \
        share of the period in which potentials rise.";
    let figures =
        [weights(found)?, others(found)?, lost(found)?, errors(found)?, sizes(found)?, trade(found)?];
    panels("robustness", "Drift against noise", caption, &figures, 3)
}

fn drift_axes(x: &str) -> Axes {
    axes(x, "Drift (rad per period or τ)")
}

fn weights(found: &Found) -> Result<Figure, Error> {
    let (slow, ring) = (&found.curves.slow.weights, &found.curves.ring.weights);
    let theory = |c: &Curve| Reference::Curve(STRENGTHS.iter().map(|s| [*s, c.predicted * s]).collect());
    let series =
        [slow.series("slow rise"), ring.series("exact ring"), found.curves.smooth.series("smooth ring")];
    let axes = drift_axes("Relative noise on weights")
        .reference("first order", theory(slow))
        .reference("", theory(ring));
    scatter(&series, &axes)?.named("weights", "Noise on weights", "")
}

fn others(found: &Found) -> Result<Figure, Error> {
    let series = [
        found.curves.slow.times.series("delays"),
        found.curves.slow.thresholds.series("thresholds"),
        found.curves.ring.thresholds.series("ring, biases"),
    ];
    scatter(&series, &drift_axes("Relative noise"))?.named("others", "Noise on other numbers", "")
}

fn lost(found: &Found) -> Result<Figure, Error> {
    let lost = |d: &Drift| 1.0 - d.kept as f64 / d.draws as f64;
    let one = |label: &str, c: &Curve| {
        Series::new(label, &STRENGTHS, &c.drifts.iter().map(lost).collect::<Vec<_>>()).joined()
    };
    let series =
        [one("delays alone", &found.curves.delays.weights), one("slow rise", &found.curves.slow.weights)];
    let axes = Axes::new("Relative noise on weights", "Share of memories lost").wide(THIRD);
    lines(&series, &Axes { x_log: true, ..axes })?.named("lost", "Oscillations that stop", "")
}

fn errors(found: &Found) -> Result<Figure, Error> {
    let one = |label: &str, e: &[Rms]| {
        let part = |f: fn(&Rms) -> f64| e.iter().map(f).collect::<Vec<f64>>();
        Series::new(label, &found.times, &part(|e| e.value)).errors(&part(|e| e.std_error)).joined()
    };
    let series = [one("slow rise", &found.errors[1]), one("exact ring", &found.errors[2])];
    let axes = axes("Time (periods or τ)", "Rms error (rad)")
        .reference("a random heading", Reference::Across(TAU / 12f64.sqrt()));
    scatter(&series, &axes)?.named("error", "Error at 1 % noise", "")
}

fn sizes(found: &Found) -> Result<Figure, Error> {
    let one = |label: &str, d: &[Drift]| {
        let part = |f: fn(&Drift) -> f64| d.iter().map(f).collect::<Vec<f64>>();
        Series::new(label, &part(|d| d.strength), &part(|d| d.mean)).errors(&part(|d| d.std_error)).joined()
    };
    let series = [one("oscillators", &found.sizes[0]), one("exact ring", &found.sizes[1])];
    scatter(&series, &axes("Neurons", "Drift / noise (rad)"))?.named("size", "Larger memories", "")
}

fn trade(found: &Found) -> Result<Figure, Error> {
    let part = |f: fn(&super::Trade) -> f64| found.trade.iter().map(f).collect::<Vec<f64>>();
    let share = part(|t| t.rise / 120.0);
    let series = [
        Series::new("top speed", &share, &part(|t| t.top)).joined(),
        Series::new("drift / noise", &share, &part(|t| t.drift.mean / ONE))
            .errors(&part(|t| t.drift.std_error / ONE))
            .joined(),
    ];
    scatter(&series, &axes("Rise, share of the period", "rad per period"))?.named(
        "trade",
        "Speed against drift",
        "",
    )
}

pub fn tables(found: &Found) -> Vec<TableOut> {
    vec![laws(found), drifts(found), error_table(found), size_table(found), trade_table(found)]
}

fn laws(found: &Found) -> TableOut {
    let curves = found.curves.all();
    let ring = found.curves.ring.weights.coefficient().value;
    let law = |f: fn(&Law) -> f64| curves.iter().map(move |c| c.law.as_ref().map_or(f64::NAN, f));
    table(
        "laws",
        "Mean drift over strength of the noise up to 1 %, in radians per period (oscillators, 1.2 ms) or \
         time constant (rings, 10 ms for rad/s), and the exponent of drift against strength. Relative \
         noise on every number named.",
        vec![
            texts("memory", curves.iter().map(|c| c.memory.name)),
            texts("noise_on", curves.iter().map(|c| c.noise)),
            floats("drift_over_noise", curves.iter().map(|c| c.coefficient().value)),
            floats("std_error", curves.iter().map(|c| c.coefficient().error())),
            floats("predicted", curves.iter().map(|c| c.predicted)),
            floats("exponent", law(|l| l.exponent)),
            floats("exponent_std_error", law(|l| l.exponent_error)),
            floats("over_ring", curves.iter().map(|c| c.coefficient().value / ring)),
            floats(
                "drift_over_noise_rad_per_s",
                curves.iter().map(|c| c.coefficient().value / (1e-3 * c.memory.unit)),
            ),
        ],
    )
}

fn drifts(found: &Found) -> TableOut {
    let curves = found.curves.all();
    let every: Vec<(&Curve, &Drift)> =
        curves.iter().flat_map(|c| c.drifts.iter().map(move |d| (*c, d))).collect();
    table(
        "drifts",
        "Mean |drift| of the memories that were kept, radians per period or time constant.",
        vec![
            texts("memory", every.iter().map(|e| e.0.memory.name)),
            texts("noise_on", every.iter().map(|e| e.0.noise)),
            floats("strength", every.iter().map(|e| e.1.strength)),
            floats("mean_drift", every.iter().map(|e| e.1.mean)),
            floats("std_error", every.iter().map(|e| e.1.std_error)),
            counts("kept", every.iter().map(|e| e.1.kept)),
            counts("draws", every.iter().map(|e| e.1.draws)),
        ],
    )
}

fn error_table(found: &Found) -> TableOut {
    let of = |k: usize| found.errors[k].iter().map(|e| e.value);
    table(
        "errors",
        "Rms error of the heading, radians, at 1 % noise on weights, against time in periods or time \
         constants.",
        vec![
            floats("time", found.times.iter().copied()),
            floats("delays_alone", of(0)),
            floats("slow_rise", of(1)),
            floats("exact_ring", of(2)),
        ],
    )
}

fn size_table(found: &Found) -> TableOut {
    let [circuits, rings] = &found.sizes;
    table(
        "sizes",
        "Mean drift over noise of memories of more neurons: the mean heading of n/4 oscillator \
         circuits, and a ring of n.",
        vec![
            counts("neurons", circuits.iter().map(|d| d.strength as usize)),
            floats("oscillators", circuits.iter().map(|d| d.mean)),
            floats("oscillators_std_error", circuits.iter().map(|d| d.std_error)),
            floats("ring", rings.iter().map(|d| d.mean)),
            floats("ring_std_error", rings.iter().map(|d| d.std_error)),
        ],
    )
}

fn trade_table(found: &Found) -> TableOut {
    let of = |f: fn(&super::Trade) -> f64| found.trade.iter().map(f);
    table(
        "trade",
        "Top speed and drift over noise of oscillators of period 240 whose rise takes another share of it.",
        vec![
            floats("rise_steps", of(|t| t.rise)),
            floats("top_speed_rad_per_period", of(|t| t.top)),
            floats("predicted_top_speed", of(|t| top_speed(t.rise))),
            floats("drift_over_noise", of(|t| t.drift.mean / ONE)),
            floats("std_error", of(|t| t.drift.std_error / ONE)),
        ],
    )
}
