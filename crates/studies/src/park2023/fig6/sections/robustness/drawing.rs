//! Figures and tables of both memories under noise.

use super::curves::{Curve, STRENGTHS};
use super::{Found, ONE};
use crate::common::*;
use crate::park2023::fig6::integrate::top_speed;
use crate::park2023::fig6::noise::Drift;
use std::f64::consts::TAU;

fn axes(x: &str, y: &str) -> Axes {
    Axes::new(x, y).wide(THIRD).log_log()
}

pub fn figure(found: &Found) -> Drawn {
    let caption = "A: mean drift against noise on the weights; with delays alone there is none. B: noise on \
                   other numbers. C: share of oscillator memories that a too weak weight ends. D: error \
                   against time. E: drift against the number of neurons. F: top speed and drift of \
                   oscillators against the share of the period in which potentials rise.";
    let figures =
        [weights(found)?, others(found)?, lost(found)?, errors(found)?, sizes(found)?, trade(found)?];
    panels("robustness", "Drift against noise", caption, &figures, 3)
}

fn drift_axes(x: &str) -> Axes {
    axes(x, "Drift (rad per period or τ)")
}

fn weights(found: &Found) -> Drawn {
    let (slow, ring) = (&found.curves.slow.weights, &found.curves.ring.weights);
    let theory = |c: &Curve| Reference::Curve(STRENGTHS.iter().map(|s| [*s, c.predicted * s]).collect());
    let series =
        [slow.series("slow rise"), ring.series("exact ring"), found.curves.smooth.series("smooth ring")];
    let axes = drift_axes("Relative noise on weights")
        .reference("first order", theory(slow))
        .reference("", theory(ring));
    scatter(&series, &axes)?.named("weights", "Noise on weights", "")
}

fn others(found: &Found) -> Drawn {
    let series = [
        found.curves.slow.times.series("delays"),
        found.curves.slow.thresholds.series("thresholds"),
        found.curves.ring.thresholds.series("ring, biases"),
    ];
    scatter(&series, &drift_axes("Relative noise"))?.named("others", "Noise on other numbers", "")
}

fn lost(found: &Found) -> Drawn {
    let lost = |d: &Drift| 1.0 - d.kept as f64 / d.draws as f64;
    let one = |label: &str, c: &Curve| {
        Series::new(label, &STRENGTHS, &c.drifts.iter().map(lost).collect::<Vec<_>>()).joined()
    };
    let series =
        [one("delays alone", &found.curves.delays.weights), one("slow rise", &found.curves.slow.weights)];
    let axes = Axes::new("Relative noise on weights", "Share of memories lost").wide(THIRD);
    lines(&series, &Axes { x_log: true, ..axes })?.named("lost", "Oscillations that stop", "")
}

fn errors(found: &Found) -> Drawn {
    let one = |label: &str, e: &[Estimate]| curve(label, &found.times, e.iter().copied()).joined();
    let series = [one("slow rise", &found.errors[1]), one("exact ring", &found.errors[2])];
    let axes = axes("Time (periods or τ)", "Rms error (rad)")
        .reference("a random heading", Reference::Across(TAU / 12f64.sqrt()));
    scatter(&series, &axes)?.named("error", "Error at 1 % noise", "")
}

fn sizes(found: &Found) -> Drawn {
    let one = |label: &str, d: &[Drift]| {
        Series::new(label, &list(d, |d| d.strength), &list(d, |d| d.mean))
            .errors(&list(d, |d| d.std_error))
            .joined()
    };
    let series = [one("oscillators", &found.sizes[0]), one("exact ring", &found.sizes[1])];
    scatter(&series, &axes("Neurons", "Drift / noise (rad)"))?.named("size", "Larger memories", "")
}

fn trade(found: &Found) -> Drawn {
    let all = &found.trade;
    let share = list(all, |t| t.rise / 120.0);
    let drift = Series::new("drift / noise", &share, &list(all, |t| t.drift.mean / ONE));
    let series = [
        Series::new("top speed", &share, &list(all, |t| t.top)).joined(),
        drift.errors(&list(all, |t| t.drift.std_error / ONE)).joined(),
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
    let ring = found.curves.ring.weights.coefficient().value;
    let exponent = |c: &Curve| c.law.map_or([f64::NAN; 2], |l| [l.exponent, l.exponent_error]);
    Table::of(&found.curves.all())
        .column("memory", "", |c| c.memory.name)
        .column("noise_on", "", |c| c.noise)
        .columns(["drift_over_noise", "std_error"], |c| pair(c.coefficient()))
        .column("predicted", "", |c| c.predicted)
        .columns(["exponent", "exponent_std_error"], |c| exponent(c))
        .column("over_ring", "", |c| c.coefficient().value / ring)
        .column("drift_over_noise", "rad_per_s", |c| c.coefficient().value / (1e-3 * c.memory.unit))
        .named(
            "laws",
            "Mean drift over strength of the noise up to 1 %, in radians per period (oscillators, 1.2 ms) \
             or time constant (rings, 10 ms for rad/s), and the exponent of drift against strength. \
             Relative noise on every number named.",
        )
}

fn drifts(found: &Found) -> TableOut {
    let curves = found.curves.all();
    let rows: Vec<(&Curve, &Drift)> =
        curves.iter().flat_map(|c| c.drifts.iter().map(move |d| (*c, d))).collect();
    Table::of(&rows)
        .column("memory", "", |(c, _)| c.memory.name)
        .column("noise_on", "", |(c, _)| c.noise)
        .columns(["strength", "mean_drift", "std_error"], |(_, d)| [d.strength, d.mean, d.std_error])
        .column("kept", "", |(_, d)| d.kept)
        .column("draws", "", |(_, d)| d.draws)
        .named("drifts", "Mean |drift| of the memories that were kept, radians per period or time constant.")
}

fn error_table(found: &Found) -> TableOut {
    Table::of(&indices(found.times.len()))
        .column("time", "", |k| found.times[*k])
        .columns(["delays_alone", "slow_rise", "exact_ring"], |k| {
            found.errors.each_ref().map(|e| e[*k].value)
        })
        .named(
            "errors",
            "Rms error of the heading, radians, at 1 % noise on weights, against time in periods or time \
             constants.",
        )
}

fn size_table(found: &Found) -> TableOut {
    let rows: Vec<(&Drift, &Drift)> = found.sizes[0].iter().zip(&found.sizes[1]).collect();
    Table::of(&rows)
        .column("neurons", "", |r| r.0.strength as usize)
        .columns(["oscillators", "oscillators_std_error"], |r| [r.0.mean, r.0.std_error])
        .columns(["ring", "ring_std_error"], |r| [r.1.mean, r.1.std_error])
        .named(
            "sizes",
            "Mean drift over noise of memories of more neurons: the mean heading of n/4 oscillator \
             circuits, and a ring of n.",
        )
}

fn trade_table(found: &Found) -> TableOut {
    Table::of(&found.trade)
        .column("rise", "steps", |t| t.rise)
        .column("top_speed", "rad_per_period", |t| t.top)
        .column("predicted_top_speed", "", |t| top_speed(t.rise))
        .columns(["drift_over_noise", "std_error"], |t| [t.drift.mean / ONE, t.drift.std_error / ONE])
        .named(
            "trade",
            "Top speed and drift over noise of oscillators of period 240 whose rise takes another share of \
             it.",
        )
}
