//! The claims on gradients.

use super::Measured;
use crate::common::*;

pub(super) fn claims(m: &Measured) -> Vec<Claim> {
    [integral(m), online(m), rates(m), saddle(m), traces(m), updates(m)].concat()
}

fn exact(value: f64, n: usize) -> Estimate {
    Estimate::exact(value, n)
}

fn integral(m: &Measured) -> Vec<Claim> {
    let all = &m.integral;
    at(
        "park2023 eq. 4, section 2.2",
        [
            claim("The gradient of a loss at the end is the integral of adjoint times df/dw")
                .is(
                    "largest |integral - difference quotient| over the largest |quotient|, all parameters",
                    exact(largest(list(all, |c| c.apart)), all.len()),
                )
                .below(1e-6)
                .headline(),
            claim(
                "It is the continuous analog of backpropagation through time, which comes near as \
                   steps shrink",
            )
            .is("power of the Euler step in the gradient's error", mean(all, |c| c.order()))
            .predicted(1.0, 0.1),
        ],
    )
}

fn online(m: &Measured) -> Vec<Claim> {
    let all = &m.online;
    let share = |b: &super::online::Both| b.filled as f64 / (b.parameters * b.states) as f64;
    let least = list(all, share).into_iter().fold(1.0, f64::min);
    at(
        "park2023 section 3.4",
        [
            claim("Real-time recurrent learning gives the gradients of backpropagation through time")
                .is(
                    "largest difference over the largest entry; tanh, GRU, LSTM",
                    exact(largest(list(all, |b| b.apart)), all.len()),
                )
                .below(1e-12)
                .headline(),
            claim("It needs to remember parameters times states numbers")
                .is(
                    "least share of these sensitivities that are not zero at the end",
                    exact(least, all.len()),
                )
                .at_least(0.99),
        ],
    )
}

fn rates(m: &Measured) -> Vec<Claim> {
    let one = |p: &super::rates::Pair| {
        let row = claim(format!("{}: sensitivity and adjoint {} together", p.name, p.fate))
            .is("rate of the one less that of the other, per time constant", p.difference);
        let row = row.predicted(0.0, 0.01).given(goes(p));
        if p.name == "chaos" { row.headline() } else { row }
    };
    let mut all: Vec<Claim> = m.pairs.iter().map(one).collect();
    all.extend([
        check("Eq. 9 as printed is an identity: the transposed adjoint is the sensitivity")
            .is("|Psi' v| / |Delta v| - 1, limit cycle", exact(m.norms.printed, 1))
            .predicted(0.0, 1e-10),
        claim("Read with the adjoint that ends in the same vector, the norms agree")
            .is("|Psi v| / |Delta v|, limit cycle", exact(m.norms.adjoint, 1))
            .predicted(1.0, 0.01)
            .if_differs(
                "A matrix and its transpose grow at one rate, but not by one factor: on the cycle \
                 one is |f(t1)| |Z . v|, the other |Z| |f(t1) . v|. Eq. 9 is right as printed, and \
                 equates a number with itself.",
            ),
    ]);
    at("park2023 eq. 9", all)
}

/// Whether a pair goes where its name says.
fn goes(p: &super::rates::Pair) -> Result<(), String> {
    let reach = p.rate.reach().unwrap_or(f64::INFINITY);
    let so = match p.fate {
        "vanish" => p.rate.value + reach < 0.0,
        "explode" => p.rate.value - reach > 0.0,
        _ => p.rate.value.abs() <= 0.01,
    };
    if so { Ok(()) } else { Err(format!("The rate itself, {}, does not say so.", words(p.rate))) }
}

fn saddle(m: &Measured) -> Vec<Claim> {
    let s = &m.saddle;
    at(
        "park2023 eq. 15, section 2.4",
        [
            claim("A positive exponent is no chaos: a trajectory that comes to a saddle has one")
                .is("exponent per time constant, between the points of Fig. 3B", exact(s.exponent, 1))
                .predicted(0.35, 1e-3)
                .headline(),
            claim("while the state comes to rest").is("|dx/dt| at the end", exact(s.speed, 1)).below(1e-6),
            claim("and no attractor of the network has one")
                .decided_by(
                    "first exponent of every attractor of random starts, per time constant",
                    &s.attractors,
                )
                .below(0.0),
        ],
    )
}

fn traces(m: &Measured) -> Vec<Claim> {
    let of = |weight: bool| m.traces.iter().filter(move |t| t.weight == weight);
    let change = |weight: bool| exact(largest(of(weight).map(|t| t.change)), of(weight).count());
    let signs = m.traces.iter().map(|t| t.signs).min().unwrap_or(0);
    let swing = list(&m.traces, |t| t.swing).into_iter().fold(f64::INFINITY, f64::min);
    let still: Vec<&str> = m.traces.iter().filter(|t| t.signs < 2).map(|t| t.name.as_str()).collect();
    let quantity = "largest change in a period over the largest of the period, oscillator of two tanh units";
    at(
        "park2023 section 2.9, L2",
        [
            claim("Sensitivities to parameters oscillate")
                .is(
                    "least swing in a period over the largest of the period, without what grows",
                    exact(swing, m.traces.len()),
                )
                .above(0.1),
            claim("and change their sign")
                .is("fewest changes of sign in a period", exact(signs as f64, m.traces.len()))
                .at_least(2.0)
                .if_differs(format!(
                    "Those of {} oscillate about a mean that is not zero, and keep their sign.",
                    still.join(", ")
                )),
            claim("They are periodic: those to a bias").is(quantity, change(false)).predicted(0.0, 1e-6),
            claim("and those to a weight").is(quantity, change(true)).predicted(0.0, 1e-3).if_differs(
                "The period depends on the weights (and, by symmetry, not on a small bias): the \
                 phase runs ahead by the same amount in each period, and the sensitivity grows in \
                 proportion to time.",
            ),
            theory("What grows is the change of the period, dT/dw, along the motion; the rest is periodic")
                .is(
                    "largest change in a period less -dT/dw dx/dt, over the largest of the period",
                    exact(largest(m.traces.iter().map(|t| t.rest)), m.traces.len()),
                )
                .predicted(0.0, 1e-4),
        ],
    )
}

fn updates(m: &Measured) -> Vec<Claim> {
    let u = &m.updates;
    let [raised, all] = u.raised;
    at(
        "park2023 section 2.9, L3",
        [
            claim("There are delays at which an update raises the error")
                .is("pairs of delays, of learning and of testing", exact(raised as f64, all))
                .above(0.0)
                .headline(),
            theory("as the signal has both signs for half a period each, at half of them")
                .is("share of the pairs", exact(raised as f64 / all as f64, all))
                .predicted(0.5, 0.02),
            theory("Half a period later than what was learned, at every one")
                .is("delays at which the error is lower", Estimate::count(u.opposite, u.delays))
                .predicted(0.0, 0.0),
            check("At its own delay an update lowers the error")
                .is("delays at which it does not", Estimate::count(u.same, u.delays))
                .predicted(0.0, 0.0),
        ],
    )
}
