//! Predictions M2 and M5: what erases the memory, and what does not.

use super::{Part, Plan};
use crate::common::*;
use crate::park2023::fig6::lesions::{Loss, detectors, kept_by_pulse, kept_by_reset, neurons};
use crate::park2023::fig6::neuron::{PERIOD, program};
use crate::park2023::fig6::readout::{Readout, even};
use crate::park2023::fig6::ring::{Kind, Ring};

/// What is claimed of four of eight detectors and three of eight neurons that are back, of so many draws, and of what is kept by a reset
/// and by a pulse, of so many pairs of phases.
fn claims([read, held]: [&Loss; 2], draws: usize, [reset, kept]: [f64; 2], pairs: usize) -> Vec<Claim> {
    vec![
        claim("Lesions of a ring attractor destroy its memory")
            .at("park2023 sec. 2.10, M5")
            .is("rms error once three of eight neurons are back (rad)", held.back)
            .above(0.1)
            .headline(),
        claim("Resetting the phases erases the memory at once")
            .at("park2023 sec. 2.10, M2")
            .is(
                "|mean exp(i change)| of the heading read after both oscillators are silent for a period \
                 and start again together",
                Estimate::exact(reset, pairs),
            )
            .predicted(0.0, 0.1)
            .headline(),
        theory("A pulse that fires all four neurons resets their phases")
            .at("this study")
            .is("|mean exp(i change)| of the heading read after it", Estimate::exact(kept, pairs))
            .predicted(0.0, 0.1)
            .if_differs(
                "A pulse fires the neurons but does not recall the spikes that are already under way: about \
                 a quarter of what was remembered is still read after it. To erase, a delay has to be \
                 waited for in silence",
            ),
        check(
            "Lesions of the read-out, which does not act on the oscillators, do not touch the memory \
               (M5)",
        )
        .at("park2023 sec. 2.10, M5")
        .is("rms error once four of eight detectors are back (rad)", Estimate::exact(read.back.value, draws))
        .predicted(0.0, 1e-6),
    ]
}

/// Shares of memories that are kept, as the summary has them.
#[derive(Serialize)]
struct Entry {
    kept_by_pulse: f64,
    kept_by_reset: f64,
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
    let rows: Vec<(&Loss, &Loss)> = read.iter().zip(&held).collect();
    let starts = even(24);
    let kept = kept_by_pulse(&program(), &readout, &starts);

    let silences = [0.0, 0.25, 0.5, 1.0];
    let reset = silences.map(|s| kept_by_reset(&program(), &readout, &starts, s * PERIOD));
    let pairs = starts.len() * starts.len();
    let claims = claims([&read[4], &held[3]], draws, [reset[3], kept], pairs);
    let k: Vec<f64> = lost.iter().map(|k| *k as f64).collect();
    let series = |label: &str, v: &[Loss], f: fn(&Loss) -> f64| Series::new(label, &k, &list(v, f));
    let figure = lines(
        &[
            series("detectors missing", &read, |l| l.missing),
            series("detectors back", &read, |l| l.back.value),
            series("ring neurons missing", &held, |l| l.missing).dashed(),
            series("ring neurons back", &held, |l| l.back.value).dashed(),
        ],
        &Axes { x_whole: true, ..Axes::new("Units removed of eight", "Rms error of the heading (rad)") },
    )?
    .named(
        "lesions",
        "Lesions",
        "Error of the heading that is read while detectors of the oscillators, or neurons of a ring of \
         eight, are missing, and after they are back.",
    )?;
    let section = Section {
        facts: silences
            .iter()
            .zip(reset)
            .map(|(s, kept)| (format!("Memory kept after a silence of {s} periods"), format!("{kept:.3}")))
            .collect(),
        ..Section::new("lesions", "Lesions")
            .intro(
                "Detectors read the phases and do not act on them. Removing some biases what is read until \
                 they are back. A ring's neurons hold what they show. (Of the four oscillating neurons, \
                 however, none can be missed: a pair without one of its neurons is silent.)",
            )
            .figures([figure])
            .tables([Table::of(&rows)
                .column("removed", "", |r| r.0.lost)
                .columns(["detectors_missing", "detectors_back"], |r| [r.0.missing, r.0.back.value])
                .columns(["ring_missing", "ring_back"], |r| [r.1.missing, r.1.back.value])
                .named("lesions", "Rms errors of the heading, radians, with some of eight units removed.")])
    };
    let found = Entry { kept_by_pulse: kept, kept_by_reset: reset[3] };
    Ok(Part { section, claims, json: written(found) })
}
