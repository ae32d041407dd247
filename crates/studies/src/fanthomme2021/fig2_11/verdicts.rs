//! What is claimed of Fig. 2.11, and whether it stands.

use super::canonical::{Best, KINDS, Likelihoods, gammas};
use super::walk::{DataSet, Excess, times};
use super::{BETAS, GAMMA, Measured};
use crate::common::*;
use nullcline_report::sections::words::number;

const SOURCE: &str = "fanthomme2021 Fig. 2.11";
const TEXT: &str = "fanthomme2021 section 2.5";
/// Of what a curve has to fall from its start for "very close".
const CLOSE: f64 = 0.01;
/// Of the test likelihood a variable, for "not modified".
const WEAK: f64 = 1e-3;

/// A number of every temperature, as a claim each.
fn each(one: impl Fn(usize, f64) -> Claim) -> Vec<Claim> {
    BETAS.iter().enumerate().map(|(b, beta)| one(b, *beta)).collect()
}

pub(super) fn claims(m: &Measured, best: Option<&Best>) -> Vec<Claim> {
    let all = [cold(m), hotter(m), laplace(m), below(m), weak(m), canonical(m, best)];
    all.into_iter().flatten().collect()
}

/// Chains as cold as the figure's coldest end at the estimate.
fn cold(m: &Measured) -> Vec<Claim> {
    let last = BETAS.len() - 1;
    let one = |name: &str, panel: &str, f: fn(&Excess) -> f64| {
        let found = m.mean(|s| f(&s.courses[last].end) / f(&s.courses[last].curve[0]));
        claim(format!("at low temperature (β = 1e8) and long times {name} are very close to those of J*"))
            .at(format!("{SOURCE}{panel}"))
            .is("mean excess over the second half of the chain, over that at the start", found)
            .predicted(0.0, CLOSE)
    };
    vec![one("energies", "A", |e| e.energy), one("test energies", "C", |e| e.test_energy)]
}

/// Each temperature ends further away than the next colder one.
fn hotter(m: &Measured) -> Vec<Claim> {
    let one = |name: &str, panel: &str, f: fn(&Excess) -> f64| {
        let ratio = |s: &DataSet, b: usize| (f(&s.courses[b].end) / f(&s.courses[b + 1].end)).ln();
        let ratios: Vec<Estimate> = (0..BETAS.len() - 1).map(|b| m.mean(|s| ratio(s, b))).collect();
        let quantity = "least logarithm of the ratio of neighbouring temperatures' means over the second \
                        half, error of the choice";
        claim(format!("higher temperature stays in states {name}"))
            .at(format!("{SOURCE}{panel}"))
            .decided_by(quantity, &ratios)
            .above(0.0)
    };
    vec![one("of higher energy", "A", |e| e.energy), one("further from J*", "B", |e| e.distance)]
}

/// Stationary energies are Laplace's, and the thesis's moves reach them.
fn laplace(m: &Measured) -> Vec<Claim> {
    let stationary = each(|b, beta| {
        theory(format!("stationary energy is Laplace's n(n+1)/(4 β) above J*'s, β = {beta:e}"))
            .at("Laplace's method")
            .is(
                "ratio of the mean excess energy of Hamiltonian chains to it",
                m.mean(|s| s.stationary[b].0.energy * beta / m.size.laplace()),
            )
            .predicted(1.0, 0.01)
    });
    let reached = each(|b, beta| {
        let found = m.mean(|s| s.courses[b].end.energy / s.stationary[b].0.energy);
        claim(format!("the thesis's moves reach the stationary energy in these steps, β = {beta:e}"))
            .at(format!("{SOURCE}A"))
            .is("mean excess energy over the second half, over that of Hamiltonian chains", found)
            .predicted(1.0, 0.05)
            .if_differs(format!(
                "the step, 0.1 mean |J*|, is fixed: at this temperature {} of proposals are accepted, and \
                 the chain is still on its way",
                number(m.mean(|s| s.courses[b].acceptance).value)
            ))
    });
    [stationary, reached].concat()
}

/// The deepest point of the others' mean test energy, measured on the one left out: no choice favours it.
fn lowest(m: &Measured, b: usize) -> Estimate {
    let count = times(m.size.steps).len();
    let at = |s: &DataSet, t: usize| s.courses[b].curve[t].test_energy;
    let one = |k: usize| {
        let others = |t: &usize| -> f64 {
            m.sets.iter().enumerate().filter(|(i, _)| *i != k).map(|(_, s)| at(s, *t)).sum()
        };
        let best = (0..count).min_by(|a, b| others(a).total_cmp(&others(b))).unwrap_or(0);
        at(&m.sets[k], best)
    };
    Estimate::mean((0..m.sets.len()).map(one))
}

fn below(m: &Measured) -> Vec<Claim> {
    each(|b, beta| {
        claim(format!("at intermediate times the test energy is below that of J*, β = {beta:e}"))
            .at(format!("{SOURCE}C"))
            .is("excess test energy of each data set where the others' mean is lowest", lowest(m, b))
            .below(0.0)
            .if_differs("the dip varies more from data set to data set than it is deep on average over these")
    })
}

fn weak(m: &Measured) -> Vec<Claim> {
    let n = m.size.n as f64;
    each(|b, beta| {
        claim(format!("weak fluctuations do not modify the test likelihood of J*, β = {beta:e}"))
            .at(TEXT)
            .is("mean L_test/n of Hamiltonian draws less that of J*", m.mean(|s| s.stationary[b].0.test / n))
            .predicted(0.0, WEAK)
    })
}

/// Paired differences to J*, at the gamma of the grid next to the figure's.
fn difference(m: &Measured, f: fn(&Likelihoods) -> f64) -> Estimate {
    let all = gammas();
    let near = |g: &usize| (all[*g] / GAMMA).ln().abs();
    let at = (0..all.len()).min_by(|a, b| near(a).total_cmp(&near(b))).unwrap_or(0);
    Estimate::mean(m.canonical.iter().map(|s| f(&s.at[at]) - KINDS[0](&s.at[at])))
}

fn canonical(m: &Measured, best: Option<&Best>) -> Vec<Claim> {
    let count = m.canonical.len();
    let ratio = best.map_or(Estimate::unknown(f64::NAN, count), |b| b.log_ratio);
    let reason = match best {
        Some(b) => format!("best γ {} for the mean, {} for J*", number(b.gamma[0]), number(b.gamma[1])),
        None => "a maximum lies at an end of the grid of γ".into(),
    };
    at(
        "beyond the thesis: eq. 2.5",
        [
            theory(
                "at the canonical temperature β = n fluctuations do modify it: draws explain test data \
                 worse than J*",
            )
            .is("mean L_test/n of draws less that of J*, γ = 5.7", difference(m, KINDS[2]))
            .below(-WEAK)
            .headline(),
            theory("at β = n the posterior mean explains test data as well as J*")
                .is("L_test/n of the mean couplings less that of J*, γ = 5.7", difference(m, KINDS[1]))
                .predicted(0.0, WEAK)
                .headline(),
            theory("at β = n the posterior mean has the best γ of J*")
                .is("log of the ratio of the two best γ, jackknife error", ratio)
                .predicted(0.0, 0.05)
                .because(reason),
        ],
    )
}

pub(super) fn answer(m: &Measured, claims: &[Claim], best: Option<&Best>) -> String {
    let hot = m.mean(|s| s.stationary[0].0.energy * BETAS[0] / m.size.laplace());
    let best = best.map_or_else(String::new, |b| {
        let ratio = b.log_ratio.value.exp();
        let ratio = Estimate { value: ratio, ..b.log_ratio.times(ratio) };
        format!("; its best γ is {} times that of J*", words(ratio))
    });
    format!(
        "Over Laplace's n(n+1)/(4β) the energy above that of J* is {} at β = 1e4. On the way there the \
         coldest chain's test energy passes {} relative to J*'s. At the canonical β = n, which the thesis \
         leaves open, draws lose {} of L_test/n against J*, and the posterior mean changes it by {}{best}. \
         {}",
        words(hot),
        words(lowest(m, BETAS.len() - 1)),
        words(difference(m, KINDS[2]).times(-1.0)),
        words(difference(m, KINDS[1])),
        crate::claims::answer(claims)
    )
}
