//! The page of the study on gradients.

use super::integral::{EULER, GAINS};
use super::online::CELLS;
use super::{Measured, Size};
use crate::common::*;

/// Time that the norms are drawn for, in time constants.
const SHOWN: f64 = 60.0;

fn third(x: &str, y: &str) -> Axes {
    Axes { height: 120.0, ..Axes::new(x, y).wide(THIRD) }
}

pub(super) fn section(m: &Measured, size: &Size) -> Result<Section, Error> {
    let figures = [integral(m)?, steps(m)?, memory(m)?, norms(m)?, traces(m)?, updates(m)?];
    let caption = "A: dL/dw of a loss at the end by eq. 4 against difference quotients, all \
                   parameters of one tanh network of ten units for each gain. B: how far the \
                   gradient through unrolled Euler steps is from the integral; the dashed line is \
                   proportional to the step. C: numbers that both algorithms keep for one sequence, \
                   tanh. D: mean logarithm of random sensitivities forward from t0 (lines) and of \
                   adjoints backward from t1 (dashed). E: sensitivity of the first of two units on \
                   a limit cycle to a weight and to a bias. F: error after an update of a stimulus' \
                   strength, over that before, against the delay of testing less that of learning.";
    let rates = Table::of(&m.pairs)
        .column("system", "", |p| p.name)
        .columns(["rate", "rate_error"], |p| pair(p.rate))
        .columns(["difference", "difference_error"], |p| pair(p.difference))
        .named("rates", "Rates of sensitivities and how much those of adjoints differ, per time constant.");
    let online = Table::of(&m.online)
        .column("cell", "", |b| CELLS[b.cell])
        .column("units", "", |b| b.units)
        .column("steps", "", |b| b.steps)
        .column("parameters", "", |b| b.parameters)
        .column("states", "", |b| b.states)
        .column("numbers_forward", "", |b| b.carried)
        .column("numbers_backward", "", |b| b.kept)
        .column("difference", "", |b| b.apart)
        .named("online", "Gradients of real-time recurrent learning against backpropagation through time.");
    let traces = Table::of(&m.traces)
        .column("parameter", "", |t| t.name.clone())
        .column("change", "", |t| t.change)
        .column("rest", "", |t| t.rest)
        .named("traces", "Change in a period of the sensitivity to each parameter, over its largest.");
    Ok(Section::new("gradients", "Gradients")
        .intro(format!(
            "Networks dx/dt = -x + tanh(W x + U u + b) under a smooth input; {} of each gain, ten \
             time constants from the start to the loss. Real-time recurrent learning carries dx/dw \
             forward; it is compared with the library's backpropagation on random inputs and \
             targets. Rates of eq. 9 are taken over {} time constants.",
            size.draws, size.horizon
        ))
        .figures([panels("gradients", "Gradients", caption, &figures, 3)?])
        .tables([rates, online, traces]))
}

fn integral(m: &Measured) -> Drawn {
    let one = |(k, gain): (usize, &f64)| {
        let case = m.integral.iter().find(|c| (c.gain - gain).abs() < 1e-9);
        let all = case.into_iter().flat_map(|c| c.differences.iter().zip(&c.integral));
        points(&format!("g = {gain}"), all.map(|(a, b)| [*a, *b])).ink(Ink::Series(k))
    };
    let all: Vec<Series> = GAINS.iter().enumerate().map(one).collect();
    let most = largest(all.iter().flat_map(|s| s.points.iter().map(|p| p[0].abs())));
    let axes = third("Difference quotient", "Integral of eq. 4")
        .reference("", Reference::Curve(vec![[-most, -most], [most, most]]));
    scatter(&all, &axes)?.named("integral", "dL/dw in two ways", "")
}

fn steps(m: &Measured) -> Drawn {
    let one = |(k, gain): (usize, &f64)| {
        let here: Vec<_> = m.integral.iter().filter(|c| (c.gain - gain).abs() < 1e-9).collect();
        let at = |i: usize| Estimate::mean(here.iter().map(|c| c.unrolled[i]));
        curve(&format!("g = {gain}"), &EULER, (0..EULER.len()).map(at)).ink(Ink::Series(k)).joined()
    };
    let all: Vec<Series> = GAINS.iter().enumerate().map(one).collect();
    let first = largest(all.iter().flat_map(|s| s.points.iter().map(|p| p[1])));
    let line = EULER.iter().map(|dt| [*dt, first * dt / EULER[0]]).collect();
    let axes = third("Euler step (time constants)", "Relative error")
        .log_log()
        .reference("slope 1", Reference::Curve(line));
    scatter(&all, &axes)?.named("steps", "Unrolled against continuous", "")
}

fn memory(m: &Measured) -> Drawn {
    let mut sizes: Vec<usize> = m.online.iter().map(|b| b.units).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut all = vec![];
    for (k, n) in sizes.iter().enumerate() {
        let here = || m.online.iter().filter(|b| b.cell == 0 && b.units == *n);
        let ink = tone(k, sizes.len());
        all.push(points(&format!("{n} units"), here().map(|b| [b.steps as f64, b.carried as f64])).ink(ink));
        let kept = points("", here().map(|b| [b.steps as f64, b.kept as f64]));
        all.push(kept.ink(ink).dashed());
    }
    lines(&all, &third("Steps", "Numbers kept").log_log())?.named(
        "memory",
        "Forward (lines), backward (dashed)",
        "",
    )
}

fn norms(m: &Measured) -> Drawn {
    let mut all = vec![];
    for (k, p) in m.pairs.iter().enumerate() {
        let shown = |log: &[f64]| -> Vec<[f64; 2]> {
            p.time.iter().zip(log).take_while(|(t, _)| **t <= SHOWN).map(|(t, l)| [*t, *l]).collect()
        };
        all.push(points(p.name, shown(&p.forward)).ink(Ink::Series(k)));
        all.push(points("", shown(&p.backward)).ink(Ink::Series(k)).dashed());
    }
    lines(&all, &third("Time (time constants)", "log norm (nats)"))?.named(
        "norms",
        "Forward and backward",
        "",
    )
}

fn traces(m: &Measured) -> Drawn {
    let chosen = [m.traces.iter().find(|t| t.weight), m.traces.iter().find(|t| !t.weight)];
    let one = |(k, t): (usize, &super::traces::Trace)| points(&t.name, t.shown.clone()).ink(Ink::Series(k));
    let all: Vec<Series> = chosen.into_iter().flatten().enumerate().map(one).collect();
    lines(&all, &third("Time (periods)", "dx/dw of the first unit"))?.named(
        "traces",
        "Sensitivity to parameters",
        "",
    )
}

fn updates(m: &Measured) -> Drawn {
    let all = [points("", m.updates.curve.clone()).ink(Ink::Series(0))];
    let axes = third("Delay less that of learning (periods)", "Error after / before");
    let axes = axes.reference("", Reference::Across(1.0));
    lines(&all, &axes)?.named("updates", "An update at other delays", "")
}
