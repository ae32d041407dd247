//! The claims of this part.

use super::{DRIVEN, Measured, TURNING};
use crate::common::*;
use crate::park2023::fig6::neuron::program;
use crate::park2023::fig6::phases::{RAISED, difference};
use crate::park2023::fig6::sections::bump::INDICATOR;
use std::f64::consts::TAU;

pub(super) fn all(m: &Measured) -> Vec<Claim> {
    [oscillators(m), tuning(m), shapes(m), predictions(m)].concat()
}

fn once(v: f64) -> Estimate {
    Estimate::exact(v, 1)
}

/// Eqs. 22 and 23.
fn oscillators(m: &Measured) -> Vec<Claim> {
    let shifts = |k: usize| list(&m.resetting[k], |p| p[1]);
    let (own, still) = (shifts(0), shifts(1));
    let mean = own.iter().sum::<f64>() / own.len() as f64;
    let (lo, hi) = own.iter().fold((f64::INFINITY, 0.0f64), |(l, h), v| (l.min(*v), h.max(*v)));
    let quantity = "slope of its phase against the integral of the speed in its direction, random velocities";
    at(
        "park2023 eqs. 22-23",
        [
            claim("The phase of the + oscillator alone integrates clockwise speed")
                .is(quantity, m.slopes[0])
                .predicted(1.0, 1e-3),
            claim("and that of the - oscillator counter-clockwise speed")
                .is(quantity, m.slopes[1])
                .predicted(1.0, 1e-3),
            claim("The phase resetting curve is constant")
                .is(
                    "(largest - smallest) / mean shift by a pulse at 120 phases",
                    Estimate::exact((hi - lo) / mean, own.len()),
                )
                .predicted(0.0, 1e-6),
            theory("Its height is what the pulse adds over the slope of both synapses")
                .is("mean shift (steps)", Estimate::exact(mean, own.len()))
                .predicted(2.0 * RAISED / program()[0].slope(), 1e-6),
            claim("With a delay of half a period, as printed, the pulse shifts the phase, too")
                .is(
                    "largest shift (steps)",
                    Estimate::exact(largest(still.iter().map(|v| v.abs())), still.len()),
                )
                .above(0.0)
                .if_differs(
                    "If the delays take the whole period, each neuron answers a spike at once: \
                     there is no rise to threshold that an input could shorten. To integrate, part \
                     of the period has to be the neurons'",
                ),
        ],
    )
}

/// Eq. 27 and the filter.
fn tuning(m: &Measured) -> Vec<Claim> {
    let names = [
        "in time, with that of the oscillators",
        "in the memory, with a whole turn of the heading",
        "in the place, with the length of the line",
    ];
    let row = |(name, v): (&str, f64)| {
        check(format!("The tuning curve is periodic {name}"))
            .is("largest change over the largest activity", once(v))
            .predicted(0.0, 1e-9)
    };
    let mut all: Vec<Claim> = names.into_iter().zip(m.periods).map(row).collect();
    all.extend([
        claim("A low-pass filter averages the fluctuation within a period out")
            .is(format!("swing over the mean, exponential filter of {INDICATOR} periods"), once(m.swings[1]))
            .below(0.05),
        theory("It leaves of it what it leaves of the first harmonic")
            .is("swing with over without the filter", once(m.swings[1] / m.swings[0]))
            .predicted(1.0 / 1f64.hypot(TAU * INDICATOR), 1.6e-3),
    ]);
    at("park2023 eq. 27, Fig. 6D", all)
}

/// Fig. 6C and E.
fn shapes(m: &Measured) -> Vec<Claim> {
    let [own, exact, smooth, _] = &m.shapes;
    let height = largest(m.layouts[0].clone()) - m.layouts[0].iter().copied().fold(f64::INFINITY, f64::min);
    let same = &m.layouts[2];
    let flat = largest(same.clone()) - same.iter().copied().fold(f64::INFINITY, f64::min);
    let quantity = format!("largest difference, both from 0 to 1, {} places", own.len());
    let reason = "The shape is that of the filter and of the coincidence (Sec. 2.11): a product of \
                  trains smoothed by a fifth of the period leaves little but a cosine. A threshold \
                  cuts the ring's bump off, tanh makes it flat";
    let mut out = at(
        "park2023 Fig. 6C",
        [
            claim("Delay lines that run in opposite directions make the bump of one line")
                .is("largest difference / height, 32 places and eight segments", once(m.layout))
                .predicted(0.0, 1e-9),
            claim("In one direction they make none")
                .is("height over that of opposite ones", once(flat / height))
                .predicted(0.0, 1e-9),
        ],
    );
    out.extend(at(
        "park2023 Fig. 6E, section 2.11",
        [
            claim("The bump has the shape of a ring attractor's, threshold-linear")
                .is(quantity.clone(), once(difference(own, exact)))
                .below(0.05)
                .if_differs(reason),
            claim("or of one of tanh units")
                .is(quantity, once(difference(own, smooth)))
                .below(0.05)
                .if_differs(reason),
        ],
    ));
    out
}

/// M3 and M4.
fn predictions(m: &Measured) -> Vec<Claim> {
    let [sd, time] = TURNING;
    let t = DRIVEN as f64;
    let variance = 2.0 * sd * sd * time * (t - time * (1.0 - (-t / time).exp()));
    let both = m.common.len();
    let mut out = at(
        "park2023 section 2.10, M3",
        [
            claim("A stimulus that turns the head shifts the phase between the oscillators")
                .is("shift of the heading over the integral of the velocity", once(m.turned[0]))
                .predicted(1.0, 1e-3),
            claim("One that reaches all four neurons, and says nothing of the heading, does not")
                .is(
                    "largest shift over the integral, twelve headings",
                    Estimate::exact(largest(m.common.iter().map(|v| v[0].abs())), both),
                )
                .predicted(0.0, 1e-6),
            theory("though it shifts each of them as much")
                .is(
                    "largest |shift of the + phase over the integral - 1|",
                    Estimate::exact(largest(m.common.iter().map(|v| (v[1] - 1.0).abs())), both),
                )
                .predicted(0.0, 1e-3),
        ],
    );
    let cosine = "mean cosine of the phase difference, oscillators that start together";
    out.extend(at(
        "park2023 section 2.10, M4",
        [
            claim("Without input the oscillators stay synchronous")
                .is(cosine, m.synchrony[1])
                .predicted(1.0, 1e-9),
            claim("Input desynchronises them")
                .is(format!("{cosine}, {DRIVEN} periods of random turns"), m.synchrony[0])
                .below(0.5),
            theory("as much as headings spread")
                .is(format!("{cosine}, {DRIVEN} periods of random turns"), m.synchrony[0])
                .predicted((-variance / 2.0).exp(), 0.15),
        ],
    ));
    out
}
