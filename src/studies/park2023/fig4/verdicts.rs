//! The claims of Fig. 4 and Sec. 2.7.

use super::SOURCE;
use super::cycle::Found;
use super::memory::Memory;
use super::torus::Torus;
use crate::studies::park2023::networks::TAU;
use crate::studies::{Claim, Verdict};

/// Exponents compared one by one.
const COMPARED: usize = 6;
/// Agreement of exponents of one trajectory by two methods, in units of 1 / time constant.
const AGREE: f64 = 5e-4;

pub(super) fn claims(found: &Found, memory: &Memory, torus: &Torus) -> Vec<Claim> {
    let mut out = spectrum(found);
    out.extend(phase(found, memory));
    out.extend(tori(torus));
    out
}

fn claim(text: &str, quantity: &str, value: f64, error: f64, n: usize) -> Claim {
    Claim::measured(text, SOURCE, quantity, value, error, n)
}

fn spectrum(found: &Found) -> Vec<Claim> {
    let c = &found.cycle;
    let mut out = Vec::new();
    if let Some(t) = c.tangent {
        out.push(
            claim(
                "the velocity is carried into itself by the flow's Jacobian over a period (eqs. 16-18)",
                "|M f - f| / |f|",
                t.residual,
                0.0,
                1,
            )
            .predicted(0.0, 1e-8),
        );
        out.push(
            claim("one Floquet multiplier is one", "|multiplier - 1|", t.multiplier_error, 0.0, 1)
                .predicted(0.0, 1e-8),
        );
        let second = c.multipliers.iter().enumerate().filter(|(i, _)| *i != t.index);
        let second = second.map(|(_, m)| m.log_modulus.exp()).fold(0.0, f64::max);
        out.push(
            claim(
                "all other multipliers lie inside the unit circle",
                "largest modulus of the others",
                second,
                0.0,
                1,
            )
            .decided(second < 1.0),
        );
    }
    for (i, (m, (l, e))) in
        c.multipliers.iter().zip(found.exponents.iter().zip(&found.errors)).take(COMPARED).enumerate()
    {
        let text = format!("Lyapunov exponent {} is that of the Floquet multiplier", i + 1);
        out.push(claim(&text, "1/s", *l, *e, 1).predicted(m.exponent.value, AGREE / TAU));
    }
    out.push(
        claim(
            "Floquet exponents add up to the mean divergence, all of them resolved",
            "sum, 1/s",
            c.exponents().iter().sum(),
            0.0,
            1,
        )
        .predicted(found.divergence, 1e-6 / TAU),
    );
    out
}

fn phase(found: &Found, m: &Memory) -> Vec<Claim> {
    let kicks = m.kept.len();
    let mut out = vec![
        claim(
            "a phase difference on the cycle is kept for ever",
            "largest slope against time, rad per period",
            m.drift.value,
            m.drift.std_error,
            kicks,
        )
        .predicted(0.0, 1e-8),
        claim(
            "the difference delta(mT) is the same for every large m",
            "largest relative change in a period",
            m.recurrence,
            0.0,
            kicks,
        )
        .predicted(0.0, 1e-6),
        claim(
            "the asymptotic phase responds to small kicks as the left Floquet vector Z says",
            "largest |measured - Z| / max|Z|",
            m.response.0,
            0.0,
            m.response.1,
        )
        .predicted(0.0, 1e-4),
        claim(
            "Z . f is 2 pi / T all along the cycle",
            "largest relative deviation",
            found.normalisation,
            0.0,
            found.states.ncols(),
        )
        .predicted(0.0, 1e-8),
    ];
    let expected = [0.0, -0.65, 0.0];
    for (d, rate) in m.decays.iter().zip(expected) {
        let text = match d.name {
            "point attractor" => {
                "a difference at the point attractor is forgotten at the rate of its leading exponent"
            }
            "line attractor" => "a difference along the line attractor is kept",
            _ => "a difference on the limit cycle is kept",
        };
        let quantity = |when: &str| format!("slope of log distance, {}{when}, 1/time constant", d.name);
        let whole = claim(text, &quantity(""), d.rate.value, d.rate.std_error, 1);
        let whole = whole.predicted(rate, 1e-3);
        let Some(last) = d.last.filter(|_| whole.verdict == Verdict::Differs) else {
            out.push(whole);
            continue;
        };
        out.push(whole.because(
            "From half to two thirds of the time, when the faster modes have not gone. The next claim's window was chosen after this one had differed.",
        ));
        out.push(
            claim(text, &quantity(", last sixth of the time"), last.value, last.std_error, 1)
                .predicted(rate, 1e-3),
        );
    }
    out
}

fn tori(t: &Torus) -> Vec<Claim> {
    let mut out = Vec::new();
    for (i, (l, e)) in t.exponents.iter().zip(&t.errors).enumerate() {
        let text = match i {
            0 | 1 => format!(
                "two independent cycles have two exponents of zero, n / 2 of n = 4: exponent {}",
                i + 1
            ),
            _ => format!("the other exponents are those of the cycles alone: exponent {}", i + 1),
        };
        let expected = if i < 2 { 0.0 } else { t.alone[i] };
        out.push(claim(&text, "1/time constant", *l, *e, 1).predicted(expected, AGREE));
    }
    out.push(
        claim("independent cycles are quasi-periodic together: the rotation on the torus is the ratio of the periods", "rotation, folded to [0, 1/2]", t.rotation.0, t.rotation.1, 1)
            .predicted(t.ratio, 1e-5),
    );
    out.push(
        claim(
            "with periods 3 : 2 the joint orbit is periodic: its rotation is a fraction",
            "distance of the rotation from 1/2 or 1/3",
            t.closure,
            0.0,
            1,
        )
        .predicted(0.0, 1e-5),
    );
    out
}
