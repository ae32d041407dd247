//! What is claimed of both memories under noise.

use super::{Found, ONE};
use crate::Claim;
use crate::park2023::fig6::decay::{Rms, predicted_walk};
use crate::park2023::fig6::integrate::top_speed;
use crate::park2023::fig6::neuron::{finite_rise, program};
use crate::park2023::fig6::noise::{Drift, Target, law, predicted};
use nullcline_core::numbers::Estimate;

const OURS: &str = "this study";

pub fn claims(found: &Found) -> Vec<Claim> {
    let mut all = compared(found);
    all.extend(first_order(found));
    all.push(trade(found));
    all.extend(sizes(found));
    all.extend(walks(found));
    all.extend(identities(found));
    all
}

/// The paper's claim, and the drifts that it compares.
fn compared(found: &Found) -> Vec<Claim> {
    let (slow, ring) = (&found.curves.slow.weights, &found.curves.ring.weights);
    vec![
        Claim::paper(
            "Robust to D-type noise: the program's oscillators drift less than a ring of as many neurons",
            "park2023 Fig. 6 caption, authors' program",
            "drift / drift of the ring, equal relative noise on weights, a time constant to a period",
            found.ratio(),
        )
        .below(1.0)
        .headline()
        .if_differs(
            "A fifth of the program's period is the rise to threshold, which the weights set; the periods \
             of the two oscillators then differ. A ring averages the noise of its 144 weights, a pair has \
             four",
        ),
        Claim::theory(
            "The program's oscillators drift by the mismatch of their rises",
            OURS,
            "drift / strength (rad per period)",
            slow.coefficient(),
        )
        .predicted(slow.predicted, 0.02 * slow.predicted),
        Claim::theory(
            "The ring drifts by the noise on its null vector",
            OURS,
            "drift / strength (rad per time constant)",
            ring.coefficient(),
        )
        .predicted(ring.predicted, 0.1 * ring.predicted),
    ]
}

fn first_order(found: &Found) -> Vec<Claim> {
    let (slow, ring) = (&found.curves.slow, &found.curves.ring.weights);
    let linear = |text: &str, m: Estimate| {
        Claim::theory(text, OURS, "exponent of drift against noise strength", m).predicted(1.0, 0.02)
    };
    vec![
        linear(
            "The drift of the program's oscillators is linear in the noise on weights",
            slow.weights.exponent(),
        ),
        linear("The drift of the ring is linear in the noise on weights", ring.exponent()),
        Claim::paper(
            "Unequal delays turn the remembered heading",
            "park2023 sec. 2.10",
            "drift / strength (rad per period)",
            slow.times.coefficient(),
        )
        .predicted(predicted(&program(), Target::Times), 0.1),
    ]
}

fn trade(found: &Found) -> Claim {
    let share = |t: &super::Trade| {
        t.drift.mean / ONE / t.top * top_speed(t.rise) / predicted(&finite_rise(t.rise), Target::Weights)
    };
    let mean = Estimate::mean(found.trade.iter().map(share));
    let text = "What lets the phases follow turns lets them drift: both go with the share of the period \
     in which potentials rise";
    let quantity = "drift / top speed, measured / predicted, mean over rises of 2 to 25 steps";
    Claim::theory(text, OURS, quantity, mean).predicted(1.0, 0.03)
}

fn sizes(found: &Found) -> [Claim; 2] {
    let exponent = |d: &[Drift]| super::curves::exponent(law(d, f64::INFINITY), found.draws);
    let of = |text: &str, d: &[Drift], expected: f64| {
        Claim::theory(text, OURS, "exponent of drift against neurons", exponent(d)).predicted(expected, 0.05)
    };
    [
        of(
            "The mean heading of many circuits drifts less, as one over the root of their number",
            &found.sizes[0],
            -0.5,
        ),
        of("A ring drifts less the more neurons it has, as one over their number", &found.sizes[1], -1.0),
    ]
}

fn walks(found: &Found) -> [Claim; 2] {
    let measure = |r: &Rms| Estimate::new(r.value, r.std_error, found.draws).times(1.0 / ONE);
    [
        Claim::theory(
            "Noise on thresholds at each spike makes the phases walk by the rise",
            OURS,
            "walk / noise (rad per root period)",
            measure(&found.walks[0]),
        )
        .predicted(predicted_walk(&program()), 0.03),
        Claim::theory(
            "White noise on the neurons of a ring makes its bump walk by sqrt(8 / n)",
            OURS,
            "walk / noise (rad per root time constant)",
            measure(&found.walks[1]),
        )
        .predicted((8.0 / 12f64).sqrt(), 0.05),
    ]
}

/// What cannot be otherwise: numbers that do not enter the period do not move the phase.
fn identities(found: &Found) -> [Claim; 3] {
    let (curves, n) = (&found.curves, found.draws);
    let of = |text: &str, source: &str, unit: &str, worst: f64| {
        let quantity = format!("largest drift up to a tenth of noise (rad per {unit})");
        Claim::check(text, source, &quantity, Estimate::exact(worst, n)).predicted(0.0, 1e-9)
    };
    [
        of(
            "With delays alone, noise on the weights of oscillators does not move the heading while \
             spikes pass",
            "park2023 sec. 2.11",
            "period",
            curves.delays.weights.worst(),
        )
        .because(
            "A weight counts only by letting the spike pass: an open set of weights has one period. Beyond \
             a noise of a tenth spikes begin to fail, and the memory is lost altogether",
        ),
        of(
            "Oscillators that share their pathways keep the heading whatever the delays",
            "park2023 sec. 2.10",
            "period",
            curves.shared.worst(),
        ),
        of(
            "Noise on its time constants does not move the bump of a ring",
            OURS,
            "time constant",
            curves.ring.times.worst(),
        ),
    ]
}
