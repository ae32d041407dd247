//! What is claimed of both memories under noise.

use super::{Found, ONE};
use crate::common::*;
use crate::park2023::fig6::decay::predicted_walk;
use crate::park2023::fig6::integrate::top_speed;
use crate::park2023::fig6::neuron::{self, finite_rise, program};
use crate::park2023::fig6::noise::{Drift, Target, law, predicted};

pub fn claims(found: &Found) -> Vec<Claim> {
    let many = [compared(found), first_order(found), vec![trade(found)]].concat();
    let all = many.into_iter().chain(sizes(found)).chain(walks(found)).chain(identities(found));
    at("this study", all)
}

/// The paper's claim, and the drifts that it compares.
fn compared(found: &Found) -> Vec<Claim> {
    let (slow, ring) = (&found.curves.slow.weights, &found.curves.ring.weights);
    let text = "Robust to D-type noise: the program's oscillators drift less than a ring of as many \
                neurons";
    let equal = "drift / drift of the ring, equal relative noise on weights, a time constant to a period";
    vec![
        claim(text)
            .at("park2023 Fig. 6 caption, authors' program")
            .is(equal, found.ratio())
            .below(1.0)
            .headline()
            .if_differs(
                "A fifth of the program's period is the rise to threshold, which the weights set; the \
                 periods of the two oscillators then differ. A ring averages the noise of its 144 weights, \
                 a pair has four",
            ),
        theory("The program's oscillators drift by the mismatch of their rises")
            .is("drift / strength (rad per period)", slow.coefficient())
            .predicted(slow.predicted, 0.02 * slow.predicted),
        theory("The ring drifts by the noise on its null vector")
            .is("drift / strength (rad per time constant)", ring.coefficient())
            .predicted(ring.predicted, 0.1 * ring.predicted),
    ]
}

fn first_order(found: &Found) -> Vec<Claim> {
    let (slow, ring) = (&found.curves.slow, &found.curves.ring.weights);
    let linear = |text: &str, m: Estimate| {
        theory(text).is("exponent of drift against noise strength", m).predicted(1.0, 0.02)
    };
    let program = "The drift of the program's oscillators is linear in the noise on weights";
    vec![
        linear(program, slow.weights.exponent()),
        linear("The drift of the ring is linear in the noise on weights", ring.exponent()),
        claim("Unequal delays turn the remembered heading")
            .at("park2023 sec. 2.10")
            .is("drift / strength (rad per period)", slow.times.coefficient())
            .predicted(predicted(&neuron::program(), Target::Times), 0.1),
    ]
}

fn trade(found: &Found) -> Claim {
    let share = |t: &super::Trade| {
        t.drift.mean / ONE / t.top * top_speed(t.rise) / predicted(&finite_rise(t.rise), Target::Weights)
    };
    let mean = Estimate::mean(found.trade.iter().map(share));
    let text = "What lets the phases follow turns lets them drift: both go with the share of the period in \
                which potentials rise";
    let quantity = "drift / top speed, measured / predicted, mean over rises of 2 to 25 steps";
    theory(text).is(quantity, mean).predicted(1.0, 0.03)
}

fn sizes(found: &Found) -> [Claim; 2] {
    let exponent = |d: &[Drift]| super::curves::exponent(law(d, f64::INFINITY), found.draws);
    let of = |text: &str, d: &[Drift], expected: f64| {
        theory(text).is("exponent of drift against neurons", exponent(d)).predicted(expected, 0.05)
    };
    let circuits = "The mean heading of many circuits drifts less, as one over the root of their number";
    let ring = "A ring drifts less the more neurons it has, as one over their number";
    [of(circuits, &found.sizes[0], -0.5), of(ring, &found.sizes[1], -1.0)]
}

fn walks(found: &Found) -> [Claim; 2] {
    let [pair, ring] = found.walks.map(|w| w.times(1.0 / ONE));
    [
        theory("Noise on thresholds at each spike makes the phases walk by the rise")
            .is("walk / noise (rad per root period)", pair)
            .predicted(predicted_walk(&program()), 0.03),
        theory("White noise on the neurons of a ring makes its bump walk by sqrt(8 / n)")
            .is("walk / noise (rad per root time constant)", ring)
            .predicted((8.0 / 12f64).sqrt(), 0.05),
    ]
}

/// What cannot be otherwise: numbers that do not enter the period do not move the phase.
fn identities(found: &Found) -> [Claim; 3] {
    let (curves, n) = (&found.curves, found.draws);
    let of = |text: &str, unit: &str, worst: f64| {
        let quantity = format!("largest drift up to a tenth of noise (rad per {unit})");
        check(text).is(quantity, Estimate::exact(worst, n)).predicted(0.0, 1e-9)
    };
    let alone = "With delays alone, noise on the weights of oscillators does not move the heading while \
                 spikes pass";
    let shared = "Oscillators that share their pathways keep the heading whatever the delays";
    let ring = "Noise on its time constants does not move the bump of a ring";
    [
        of(alone, "period", curves.delays.weights.worst()).at("park2023 sec. 2.11").because(
            "A weight counts only by letting the spike pass: an open set of weights has one period. Beyond \
             a noise of a tenth spikes begin to fail, and the memory is lost altogether",
        ),
        of(shared, "period", curves.shared.worst()).at("park2023 sec. 2.10"),
        of(ring, "time constant", curves.ring.times.worst()),
    ]
}
