//! The claims of Fig. 4 and Sec. 2.7.

use super::SOURCE;
use super::cycle::Found;
use super::memory::Memory;
use super::torus::Torus;
use crate::Claim;
use crate::park2023::networks::TAU;
use nullcline_core::numbers::Estimate;

/// Exponents compared one by one.
const COMPARED: usize = 6;
/// Agreement of exponents of one trajectory by two methods, in units of 1 / time constant.
const AGREE: f64 = 5e-4;

pub(super) fn claims(found: &Found, memory: &Memory, torus: &Torus) -> Vec<Claim> {
    let mut out = forgotten(memory);
    out.extend(tori(torus));
    out.extend(spectrum(found));
    out.extend(phase(found, memory));
    out
}

/// An identity, computed without sampling.
fn check(text: &str, quantity: &str, value: f64, n: usize) -> Claim {
    Claim::check(text, SOURCE, quantity, Estimate::exact(value, n))
}

/// Identities of the cycle's spectrum: that they hold says that the code is right.
fn spectrum(found: &Found) -> Vec<Claim> {
    let c = &found.cycle;
    let mut out = Vec::new();
    if let Some(t) = c.tangent {
        let text = "the velocity is carried into itself by the flow's Jacobian over a period (eqs. 16-18)";
        out.push(check(text, "|M f - f| / |f|", t.residual, 1).predicted(0.0, 1e-8));
        let text = "one Floquet multiplier is one";
        out.push(check(text, "|multiplier - 1|", t.multiplier_error, 1).predicted(0.0, 1e-8));
        let second = c.multipliers.iter().enumerate().filter(|(i, _)| *i != t.index);
        let second = second.map(|(_, m)| m.log_modulus.exp()).fold(0.0, f64::max);
        let text = "all other multipliers of a cycle that trajectories come to lie inside the unit circle";
        out.push(check(text, "largest modulus of the others", second, 1).below(1.0));
    }
    for (i, (m, l)) in c.multipliers.iter().zip(&found.exponents).take(COMPARED).enumerate() {
        let text = format!("Lyapunov exponent {} is that of the Floquet multiplier", i + 1);
        out.push(Claim::check(&text, SOURCE, "1/s", *l).predicted(m.exponent.value, AGREE / TAU));
    }
    let text = "Floquet exponents add up to the mean divergence, all of them resolved";
    let sum = c.exponents().iter().sum();
    out.push(check(text, "sum, 1/s", sum, 1).predicted(found.divergence, 1e-6 / TAU));
    out
}

/// Identities of the phase: it is defined as what stays.
fn phase(found: &Found, m: &Memory) -> Vec<Claim> {
    let kicks = m.kept.len();
    vec![
        check(
            "a phase difference on the cycle is kept",
            "largest slope against time, rad per period",
            m.drift.value,
            kicks,
        )
        .predicted(0.0, 1e-8),
        check(
            "the difference delta(mT) is the same for every large m",
            "largest relative change in a period",
            m.recurrence,
            kicks,
        )
        .predicted(0.0, 1e-6),
        check(
            "the asymptotic phase responds to small kicks as the left Floquet vector Z says",
            "largest |measured - Z| / max|Z|",
            m.response.0,
            m.response.1,
        )
        .predicted(0.0, 1e-4),
        check(
            "Z . f is 2 pi / T all along the cycle",
            "largest relative deviation",
            found.normalisation,
            found.states.ncols(),
        )
        .predicted(0.0, 1e-8),
    ]
}

/// What becomes of a difference in the three systems; trajectories are computed without noise, so that slopes are exact.
fn forgotten(m: &Memory) -> Vec<Claim> {
    let expected = [0.0, -0.65, 0.0];
    let one = |(d, rate): (&super::memory::Decay, f64)| {
        let quantity = format!("slope of log distance, {}, 1/time constant", d.name);
        let slope = Estimate::exact(d.rate.value, 1);
        // That it is kept is what a cycle and a line of fixed points are.
        let kept = |text: &str| Claim::check(text, SOURCE, &quantity, slope).predicted(rate, 1e-3);
        match d.name {
            "point attractor" => {
                let text =
                    "a difference at the point attractor is forgotten at the rate of its leading exponent";
                Claim::paper(text, SOURCE, &quantity, slope).predicted(rate, 1e-3).headline().if_differs(
                    "The slope is taken from half to two thirds of the time, as was fixed before; at the point attractor the \
                     mode next to the leading one, of exponent -1, has not gone by then.",
                )
            }
            "line attractor" => kept("a difference along the line attractor is kept"),
            _ => kept("a difference on the limit cycle is kept"),
        }
    };
    m.decays.iter().zip(expected).map(one).collect()
}

fn tori(t: &Torus) -> Vec<Claim> {
    let mut out = Vec::new();
    for (i, l) in t.exponents.iter().enumerate() {
        let claim = if i < 2 {
            let text = format!(
                "two independent cycles have two exponents of zero, n / 2 of n = 4: exponent {}",
                i + 1
            );
            Claim::paper(&text, SOURCE, "1/time constant", *l).predicted(0.0, AGREE).headline()
        } else {
            let text = format!("the other exponents are those of the cycles alone: exponent {}", i + 1);
            Claim::check(&text, SOURCE, "1/time constant", *l).predicted(t.alone[i], AGREE)
        };
        out.push(claim);
    }
    out.push(
        Claim::theory(
            "independent cycles are quasi-periodic together: the rotation on the torus is the ratio of the periods",
            SOURCE,
            "rotation, folded to [0, 1/2]; n: returns",
            t.rotation,
        )
        .predicted(t.ratio, 1e-5),
    );
    out.push(
        Claim::theory(
            "with periods 3 : 2 the joint orbit is periodic: its rotation is a fraction",
            SOURCE,
            "distance of the rotation from 1/2 or 1/3",
            Estimate::exact(t.closure, 1),
        )
        .predicted(0.0, 1e-5),
    );
    out
}
