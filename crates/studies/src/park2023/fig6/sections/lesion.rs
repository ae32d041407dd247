//! Predictions M2 and M5: what erases the memory, and what does not.

use super::{Part, Plan, counts, floats, table};
use crate::Claim;
use crate::park2023::fig6::lesions::{Loss, detectors, kept_by_pulse, kept_by_reset, neurons};
use crate::park2023::fig6::neuron::{PERIOD, program};
use crate::park2023::fig6::readout::{Readout, even};
use crate::park2023::fig6::ring::{Kind, Ring};
use nullcline_core::numbers::Estimate;
use nullcline_report::Error;
use nullcline_report::figures::{Axes, Series, lines};
use nullcline_report::page::Section;
use serde_json::json;

/// What is claimed of four of eight detectors and three of eight neurons that are back, of so many draws, and of what is kept by a reset
/// and by a pulse, of so many pairs of phases.
fn claims([read, held]: [&Loss; 2], draws: usize, [reset, kept]: [f64; 2], pairs: usize) -> Vec<Claim> {
    vec![
        Claim::paper(
            "Lesions of a ring attractor destroy its memory",
            "park2023 sec. 2.10, M5",
            "rms error once three of eight neurons are back (rad)",
            Estimate::new(held.back, held.back_error, draws),
        )
        .above(0.1)
        .headline(),
        Claim::paper(
            "Resetting the phases erases the memory at once",
            "park2023 sec. 2.10, M2",
            "|mean exp(i change)| of the heading read after both oscillators are silent for a period and start again together",
            Estimate::exact(reset, pairs),
        )
        .predicted(0.0, 0.1)
        .headline(),
        Claim::theory(
            "A pulse that fires all four neurons resets their phases",
            "this study",
            "|mean exp(i change)| of the heading read after it",
            Estimate::exact(kept, pairs),
        )
        .predicted(0.0, 0.1)
        .if_differs(
            "A pulse fires the neurons but does not recall the spikes that are already under way: about a quarter of \
             what was remembered is still read after it. To erase, a delay has to be waited for in silence",
        ),
        Claim::check(
            "Lesions of the read-out, which does not act on the oscillators, do not touch the memory (M5)",
            "park2023 sec. 2.10, M5",
            "rms error once four of eight detectors are back (rad)",
            Estimate::exact(read.back, draws),
        )
        .predicted(0.0, 1e-6),
    ]
}

/// Measures lesions and the pulse.
pub fn part(plan: &Plan) -> Result<Part, Error> {
    let readout = Readout::default();
    let ring = Ring::new(Kind::Exact, 8);
    let draws = plan.long_draws;
    let lost = [0usize, 1, 2, 3, 4];
    let read: Vec<Loss> =
        lost.iter().map(|k| detectors(&program(), &readout, 8, *k, draws, plan.seed)).collect();
    let held: Vec<Loss> = lost.iter().map(|k| neurons(&ring, *k, draws, plan.seed)).collect();
    let starts = even(24);
    let kept = kept_by_pulse(&program(), &readout, &starts);

    let silences = [0.0, 0.25, 0.5, 1.0];
    let reset = silences.map(|s| kept_by_reset(&program(), &readout, &starts, s * PERIOD));
    let pairs = starts.len() * starts.len();
    let claims = claims([&read[4], &held[3]], draws, [reset[3], kept], pairs);
    let k: Vec<f64> = lost.iter().map(|k| *k as f64).collect();
    let series = |label: &str, v: &[Loss], f: fn(&Loss) -> f64| {
        Series::new(label, &k, &v.iter().map(f).collect::<Vec<_>>())
    };
    let figure = lines(
        &[
            series("detectors missing", &read, |l| l.missing),
            series("detectors back", &read, |l| l.back),
            series("ring neurons missing", &held, |l| l.missing).dashed(),
            series("ring neurons back", &held, |l| l.back).dashed(),
        ],
        &Axes { x_whole: true, ..Axes::new("Units removed of eight", "Rms error of the heading (rad)") },
    )?
    .named(
        "lesions",
        "Lesions",
        "Error of the heading that is read while detectors of the oscillators, or neurons of \
        a ring of eight, are missing, and after they are back.",
    )?;
    let section = Section {
        id: "lesions".into(),
        title: "Lesions".into(),
        intro: vec![
            "Detectors read the phases and do not act on them. Removing some biases what is read until they are back. A ring's \
             neurons hold what they show. (Of the four oscillating neurons, however, none can be missed: a pair without \
             one of its neurons is silent.)"
                .into(),
        ],
        facts: silences
            .iter()
            .zip(reset)
            .map(|(s, kept)| (format!("Memory kept after a silence of {s} periods"), format!("{kept:.3}")))
            .collect(),
        figures: vec![figure],
        tables: vec![table("lesions", "Rms errors of the heading, radians, with some of eight units removed.", vec![
            counts("removed", lost),
            floats("detectors_missing", read.iter().map(|l| l.missing)),
            floats("detectors_back", read.iter().map(|l| l.back)),
            floats("ring_missing", held.iter().map(|l| l.missing)),
            floats("ring_back", held.iter().map(|l| l.back)),
        ])],
        ..Section::default()
    };
    let json = serde_json::Map::from_iter([
        ("kept_by_pulse".to_string(), json!(kept)),
        ("kept_by_reset".to_string(), json!(reset[3])),
    ]);
    Ok(Part { section, claims, json })
}
