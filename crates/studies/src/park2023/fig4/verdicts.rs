//! The claims of Fig. 4 and Sec. 2.7.

use super::SOURCE;
use super::cycle::Found;
use super::memory::{Decay, Memory, Near};
use super::torus::Torus;
use crate::common::*;
use crate::park2023::networks::TAU;

/// Exponents compared one by one.
const COMPARED: usize = 6;
/// Agreement of exponents of one trajectory by two methods, in units of 1 / time constant.
const AGREE: f64 = 5e-4;

pub(super) fn claims(found: &Found, memory: &Memory, torus: &Torus) -> Vec<Claim> {
    let all = [forgotten(memory), tori(torus), spectrum(found), phase(found, memory)];
    at(SOURCE, all.into_iter().flatten())
}

/// A number that is computed without sampling.
fn exact(text: impl Into<String>, quantity: &str, value: f64, n: usize) -> Claim {
    check(text).is(quantity, Estimate::exact(value, n))
}

/// Identities of the cycle's spectrum: that they hold says that the code is right.
fn spectrum(found: &Found) -> Vec<Claim> {
    let c = &found.cycle;
    let mut out = Vec::new();
    if let Some(t) = c.tangent {
        let second = c.multipliers.iter().enumerate().filter(|(i, _)| *i != t.index);
        let second = largest(second.map(|(_, m)| m.log_modulus.exp()));
        let carried = "the velocity is carried into itself by the flow's Jacobian over a period (eqs. \
                       16-18)";
        let inside = "all other multipliers of a cycle that trajectories come to lie inside the unit \
                      circle";
        out.extend([
            exact(carried, "|M f - f| / |f|", t.residual, 1).predicted(0.0, 1e-8),
            exact("one Floquet multiplier is one", "|multiplier - 1|", t.multiplier_error, 1)
                .predicted(0.0, 1e-8),
            exact(inside, "largest modulus of the others", second, 1).below(1.0),
        ]);
    }
    for (i, (m, l)) in c.multipliers.iter().zip(&found.exponents).take(COMPARED).enumerate() {
        let one =
            check(format!("Lyapunov exponent {} is that of the Floquet multiplier", i + 1)).is("1/s", *l);
        out.push(one.predicted(m.exponent.value, AGREE / TAU));
    }
    let text = "Floquet exponents add up to the mean divergence, all of them resolved";
    let sum = c.exponents().iter().sum();
    out.push(exact(text, "sum, 1/s", sum, 1).predicted(found.divergence, 1e-6 / TAU));
    out
}

/// Identities of the phase: it is defined as what stays.
fn phase(found: &Found, m: &Memory) -> Vec<Claim> {
    let kicks = m.kept.len();
    let stays = "the difference delta(mT) is the same for every large m";
    let response = "the asymptotic phase responds to small kicks as the left Floquet vector Z says";
    let along = "Z . f is 2 pi / T all along the cycle";
    vec![
        exact(
            "a phase difference on the cycle is kept",
            "largest slope against time, rad per period",
            m.drift,
            kicks,
        )
        .predicted(0.0, 1e-8),
        exact(stays, "largest relative change in a period", m.recurrence, kicks).predicted(0.0, 1e-6),
        exact(response, "largest |measured - Z| / max|Z|", m.response.0, m.response.1).predicted(0.0, 1e-4),
        exact(along, "largest relative deviation", found.normalisation, found.states.ncols())
            .predicted(0.0, 1e-8),
    ]
}

/// What becomes of a difference in the three systems; trajectories are computed without noise, so that slopes are exact.
fn forgotten(m: &Memory) -> Vec<Claim> {
    // That it is kept is what a cycle and a line of fixed points are.
    let one = |d: &Decay| {
        let begun = match d.of {
            Near::Cycle => check("a difference on the limit cycle is kept"),
            Near::Line => check("a difference along the line attractor is kept"),
            Near::Point => {
                claim("a difference at the point attractor is forgotten at the rate of its leading exponent")
                    .headline()
            }
        };
        let rate = if d.of == Near::Point { -0.65 } else { 0.0 };
        let quantity = format!("slope of log distance, {}, 1/time constant", d.of.name());
        let row = begun.is(quantity, Estimate::exact(d.rate, 1)).predicted(rate, 1e-3);
        match d.of {
            Near::Point => row.if_differs(
                "The slope is taken from half to two thirds of the time, as was fixed before; at the point \
                 attractor the mode next to the leading one, of exponent -1, has not gone by then.",
            ),
            _ => row,
        }
    };
    m.decays.iter().map(one).collect()
}

fn tori(t: &Torus) -> Vec<Claim> {
    let one = |(i, l): (usize, &Estimate)| match i {
        0 | 1 => claim(format!(
            "two independent cycles have two exponents of zero, n / 2 of n = 4: exponent {}",
            i + 1
        ))
        .is("1/time constant", *l)
        .predicted(0.0, AGREE)
        .headline(),
        _ => check(format!("the other exponents are those of the cycles alone: exponent {}", i + 1))
            .is("1/time constant", *l)
            .predicted(t.alone[i], AGREE),
    };
    let mut out: Vec<Claim> = t.exponents.iter().enumerate().map(one).collect();
    out.extend([
        theory(
            "independent cycles are quasi-periodic together: the rotation on the torus is the ratio of the \
             periods",
        )
        .is("rotation, folded to [0, 1/2]; n: returns", t.rotation)
        .predicted(t.ratio, 1e-5),
        theory("with periods 3 : 2 the joint orbit is periodic: its rotation is a fraction")
            .is("distance of the rotation from 1/2 or 1/3", Estimate::exact(t.closure, 1))
            .predicted(0.0, 1e-5),
    ]);
    out
}
