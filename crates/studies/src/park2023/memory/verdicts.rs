//! The claims on memories.

use super::bound::zeros;
use super::carousel::{Kept, STEPS, UNITS};
use super::discrete::{HORIZON, PAIRS, PATTERNS};
use super::noise::{PERCENT, Under};
use super::spectrum::{Ensemble, OSCILLATORS};
use super::{Measured, bound, discrete};
use crate::common::*;

pub(super) fn claims(m: &Measured) -> Vec<Claim> {
    [stable(m), hopfield(m), cells(m), noise(m), bounded(m), speed(m), spectra(m)].concat()
}

fn exact(value: f64, n: usize) -> Estimate {
    Estimate::exact(value, n)
}

fn highest(all: impl IntoIterator<Item = f64>) -> f64 {
    all.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

fn stable(m: &Measured) -> Vec<Claim> {
    let most = &m.choices[PAIRS - 1];
    let leading = highest(list(&m.choices, |c| c.leading));
    at(
        "park2023 section 2.3",
        [
            claim(
                "Five bistable pairs are a memory of as many bits: each choice of winners is a stable point",
            )
            .is("different stable points", exact(most.found as f64, 1 << PAIRS))
            .predicted(f64::from(1u32 << PAIRS), 0.0),
            claim("none of which keeps a gradient")
                .is(
                    "largest first exponent, one to five pairs, per time constant",
                    exact(leading, m.choices.len()),
                )
                .below(0.0),
        ],
    )
}

fn hopfield(m: &Measured) -> Vec<Claim> {
    let all = &m.recalls;
    let wrong = count(all, |r| r.right < 0.99 || r.speed > 1e-6);
    let apart = |r: &discrete::Recall| (r.rate - r.exponent).abs();
    at(
        "park2023 section 2.3",
        [
            claim("A Hopfield network recalls each stored pattern from one with 15 % of its units wrong")
                .is(
                    format!(
                        "patterns, {PATTERNS} of 100 units, that are not recalled in {HORIZON} \
                             time constants"
                    ),
                    Estimate::count(wrong, all.len()),
                )
                .at_most(0.0)
                .headline(),
            claim("at stable points, in all of which gradients vanish")
                .is(
                    "largest first exponent, per time constant",
                    exact(highest(list(all, |r| r.exponent)), all.len()),
                )
                .below(0.0)
                .headline(),
            claim("A learning signal from the time of recall is gone at the time of the stimulus")
                .is(
                    format!(
                        "largest log10 of |adjoint|, {HORIZON} time constants before the loss, \
                             over that at it"
                    ),
                    exact(highest(list(all, |r| r.log_adjoint)) / std::f64::consts::LN_10, all.len()),
                )
                .below(-6.0),
            theory("It vanishes at the rate of the first exponent there")
                .is("largest difference, per time constant", exact(largest(list(all, apart)), all.len()))
                .predicted(0.0, 0.01),
        ],
    )
}

fn cells(m: &Measured) -> Vec<Claim> {
    let [alone, shut, whole, forgetting] = &m.cells;
    let moved = |all: &Vec<Kept>| exact(largest(list(all, |k| k.moved)), all.len());
    let lost = |all: &Vec<Kept>| Estimate::count(count(all, |k| k.zeros < UNITS), all.len());
    let fewer = format!("cells of {UNITS} units with fewer than {UNITS} zero exponents over {STEPS} steps");
    let drift = format!("largest change of a content in {STEPS} steps");
    at(
        "park2023 section 2.6",
        [
            claim("An LSTM without a forget gate, whose gates see the input alone, keeps its content")
                .is(drift.clone(), moved(alone))
                .predicted(0.0, 0.0),
            claim("and one zero exponent per unit, whatever its weights")
                .is(fewer.clone(), lost(alone))
                .at_most(0.0),
            claim("With its input gate shut no parameter moves them either: content")
                .is(drift.clone(), moved(shut))
                .predicted(0.0, 0.0),
            claim("With its input gate shut: exponents").is(fewer.clone(), lost(shut)).at_most(0.0),
            claim(
                "No parameter can remove the line attractors: with recurrent weights and biases \
                   the content stays",
            )
            .is(drift, moved(whole))
            .predicted(0.0, 1e-6)
            .headline()
            .if_differs(
                "The weight of a content on itself is one and no parameter; but the output is \
                     that content, and goes into gates and candidate by the recurrent weights, so \
                     that contents drive each other.",
            ),
            claim("and so do the zero exponents, one per unit")
                .is(fewer.clone(), lost(whole))
                .at_most(0.0)
                .if_differs(
                    "Of the multipliers of contents on themselves, one each, the recurrent weights \
                 through gates and candidate make others.",
                ),
            theory("With a forget gate there is no zero exponent")
                .is(
                    format!("most zero exponents over {STEPS} steps, {UNITS} units"),
                    exact(highest(list(forgetting, |k| k.zeros as f64)), forgetting.len()),
                )
                .predicted(0.0, 0.0),
        ],
    )
}

fn noise(m: &Measured) -> Vec<Claim> {
    let [points, cycles] = &m.noise;
    let gone = |all: &Vec<Under>| Estimate::count(count(all, |u| !u.stays[PERCENT]), all.len());
    let power = |all: &Vec<Under>| mean(all, Under::power);
    let slope = "power of the noise's strength in their change, 0.01 % to 1 %";
    at(
        "park2023 section 2.6",
        [
            claim("Noise of 1 %: stable fixed points stay")
                .is("of the stable points of Fig. 3B under draws of noise, those lost", gone(points))
                .at_most(0.0)
                .headline(),
            claim("Their exponents do not change suddenly").is(slope, power(points)).predicted(1.0, 0.1),
            claim("Noise of 1 %: the limit cycle of two units stays")
                .is("draws in which it is lost", gone(cycles))
                .at_most(0.0),
            claim("Its negative exponent does not change suddenly")
                .is(slope, power(cycles))
                .predicted(1.0, 0.1),
        ],
    )
}

fn bounded(m: &Measured) -> Vec<Claim> {
    let of = |n: usize| &m.oscillators[n - 1].1;
    let size = |n: usize| of(n)[..n / 2].iter().map(|e| e.abs()).collect::<Vec<_>>();
    let over = |k: usize| count(&m.random, |d| 2 * d.zeros[k] > d.n);
    let built = count(&m.oscillators, |(n, e)| 2 * zeros(e)[1] > *n);
    let (even, odd) = (bound::MOST, bound::MOST + 1);
    let zero = "|exponent|, per time constant, error of the choice";
    at(
        "park2023 section 2.7",
        [
            claim("Four independent limit cycles of eight units have four zero exponents, n/2")
                .decided_by(format!("{zero}, the first four"), &size(even))
                .predicted(0.0, bound::ZERO)
                .headline(),
            claim("and no more").is("the fifth exponent, per time constant", of(even)[4]).below(-bound::ZERO),
            claim("With a ninth unit there are still four")
                .decided_by(format!("{zero}, the first four of nine"), &size(odd))
                .predicted(0.0, bound::ZERO),
            claim("No collection of cycles has more than n/2, at one to nine units")
                .is("numbers of units with more", Estimate::count(built, m.oscillators.len()))
                .at_most(0.0),
            claim("and no random network, at one to eight")
                .is(
                    "networks with more than n/2 zero exponents",
                    Estimate::exceptions(over(0), over(1).saturating_sub(over(0)), m.random.len()),
                )
                .at_most(0.0),
        ],
    )
}

fn speed(m: &Measured) -> Vec<Claim> {
    let least = list(&m.speeds, bound::Speed::least).into_iter().fold(f64::INFINITY, f64::min);
    at(
        "park2023 section 3",
        [
            claim("No point of a limit cycle stands still")
                .is(
                    "least |dx/dt| over its mean along the cycle, seven oscillators",
                    exact(least, m.speeds.len()),
                )
                .above(1e-3),
            claim("while every point of the ring attractor does")
                .is("largest |dx/dt|, ring of twelve neurons, per time constant", exact(m.ring, 100))
                .predicted(0.0, 1e-12),
        ],
    )
}

fn spectra(m: &Measured) -> Vec<Claim> {
    let [broad, sharp] = &m.spectra;
    let width = |e: &Ensemble| e.width / e.expected;
    let pairs: Vec<f64> = broad.iter().zip(sharp).map(|(a, b)| a.width / b.width).collect();
    at(
        "park2023 section 2.9, L1",
        [
            claim("A distributed range of periods makes a broad bump in the power spectrum")
                .is(
                    format!(
                        "width of the bump of {OSCILLATORS} oscillators over that of as many of one period"
                    ),
                    Estimate::mean(pairs),
                )
                .above(5.0),
            theory("as broad as the range of their frequencies")
                .is("standard deviation under the power over that of the frequencies", mean(broad, width))
                .predicted(1.0, 0.1),
        ],
    )
}
