//! What is claimed of Fig. 2.11, and whether it stands.

use super::canonical::{Best, KINDS, Likelihoods, gammas};
use super::walk::{DataSet, Excess, times};
use super::{BETAS, GAMMA, Measured};
use crate::report::sections::words::{number, with_error};
use crate::studies::Claim;

const SOURCE: &str = "fanthomme2021 Fig. 2.11";
const TEXT: &str = "fanthomme2021 section 2.5";
/// Of what a curve has to fall from its start for "very close".
const CLOSE: f64 = 0.01;
/// Of the test likelihood a variable, for "not modified".
const WEAK: f64 = 1e-3;

pub(super) fn claims(m: &Measured, best: Option<&Best>) -> Vec<Claim> {
    let mut all = vec![];
    cold(m, &mut all);
    hotter(m, &mut all);
    laplace(m, &mut all);
    below(m, &mut all);
    weak(m, &mut all);
    canonical(m, best, &mut all);
    all
}

/// Chains as cold as the figure's coldest end at the estimate.
fn cold(m: &Measured, all: &mut Vec<Claim>) {
    let last = BETAS.len() - 1;
    for (name, panel, f) in [
        ("energies", "A", (|e: &Excess| e.energy) as fn(&Excess) -> f64),
        ("test energies", "C", |e| e.test_energy),
    ] {
        let (value, error, n) = m.mean(|s| f(&s.courses[last].end) / f(&s.courses[last].curve[0]));
        let claim =
            format!("at low temperature (β = 1e8) and long times {name} are very close to those of J*");
        let quantity = "mean excess over the second half of the chain, over that at the start";
        all.push(
            Claim::measured(&claim, &format!("{SOURCE}{panel}"), quantity, value, error, n)
                .predicted(0.0, CLOSE),
        );
    }
}

/// Each temperature ends further away than the next colder one.
fn hotter(m: &Measured, all: &mut Vec<Claim>) {
    for (name, panel, f) in [
        ("of higher energy", "A", (|e: &Excess| e.energy) as fn(&Excess) -> f64),
        ("further from J*", "B", |e| e.distance),
    ] {
        let ratio = |s: &DataSet, b: usize| (f(&s.courses[b].end) / f(&s.courses[b + 1].end)).ln();
        let pairs = (0..BETAS.len() - 1).map(|b| m.mean(|s| ratio(s, b)));
        let least = pairs.min_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1))).unwrap_or((f64::NAN, 0.0, 0));
        let claim = format!("higher temperature stays in states {name}");
        let quantity =
            "least logarithm of the ratio of neighbouring temperatures' means over the second half";
        all.push(
            Claim::measured(&claim, &format!("{SOURCE}{panel}"), quantity, least.0, least.1, least.2)
                .decided(least.0 > 2.0 * least.1),
        );
    }
}

/// Stationary energies are Laplace's.
fn laplace(m: &Measured, all: &mut Vec<Claim>) {
    for (b, beta) in BETAS.iter().enumerate() {
        let ratio = |energy: f64| energy * beta / m.size.laplace();
        let claim = format!("stationary energy is Laplace's n(n+1)/(4 β) above J*'s, β = {beta:e}");
        let quantity = "ratio of the mean excess energy of Hamiltonian chains to it";
        let (value, error, n) = m.mean(|s| ratio(s.stationary[b].0.energy));
        all.push(Claim::measured(&claim, "Laplace's method", quantity, value, error, n).predicted(1.0, 0.01));
    }
    for (b, beta) in BETAS.iter().enumerate() {
        let claim = format!("the thesis's moves reach the stationary energy in these steps, β = {beta:e}");
        let quantity = "mean excess energy over the second half, over that of Hamiltonian chains";
        let (value, error, n) = m.mean(|s| s.courses[b].end.energy / s.stationary[b].0.energy);
        let (acceptance, ..) = m.mean(|s| s.courses[b].acceptance);
        let reason = format!(
            "the step, 0.1 mean |J*|, is fixed: at this temperature {} of proposals are accepted, and the chain is still on its way",
            number(acceptance)
        );
        all.push(
            Claim::measured(&claim, &format!("{SOURCE}A"), quantity, value, error, n)
                .predicted(1.0, 0.05)
                .if_differs(&reason),
        );
    }
}

/// The deepest point of the others' mean test energy, measured on the one left out: no choice favours it.
fn lowest(m: &Measured, b: usize) -> (f64, f64, usize) {
    let count = times(m.size.steps).len();
    let at = |s: &DataSet, t: usize| s.courses[b].curve[t].test_energy;
    let one = |k: usize| {
        let others = |t: &usize| -> f64 {
            m.sets.iter().enumerate().filter(|(i, _)| *i != k).map(|(_, s)| at(s, *t)).sum()
        };
        let best = (0..count).min_by(|a, b| others(a).total_cmp(&others(b))).unwrap_or(0);
        at(&m.sets[k], best)
    };
    super::super::mean((0..m.sets.len()).map(one))
}

fn below(m: &Measured, all: &mut Vec<Claim>) {
    for (b, beta) in BETAS.iter().enumerate() {
        let (value, error, n) = lowest(m, b);
        let claim = format!("at intermediate times the test energy is below that of J*, β = {beta:e}");
        let quantity = "excess test energy of each data set where the others' mean is lowest";
        all.push(
            Claim::measured(&claim, &format!("{SOURCE}C"), quantity, value, error, n)
                .decided(value < -2.0 * error)
                .if_differs(
                    "the dip varies more from data set to data set than it is deep on average over these",
                ),
        );
    }
}

fn weak(m: &Measured, all: &mut Vec<Claim>) {
    let n = m.size.n as f64;
    for (b, beta) in BETAS.iter().enumerate() {
        let (value, error, count) = m.mean(|s| s.stationary[b].0.test / n);
        let claim = format!("weak fluctuations do not modify the test likelihood of J*, β = {beta:e}");
        let quantity = "mean L_test/n of Hamiltonian draws less that of J*";
        all.push(Claim::measured(&claim, TEXT, quantity, value, error, count).predicted(0.0, WEAK));
    }
}

/// Paired differences to J*, at the gamma of the grid next to the figure's.
fn difference(m: &Measured, f: fn(&Likelihoods) -> f64) -> (f64, f64, usize) {
    let all = gammas();
    let near = |g: &usize| (all[*g] / GAMMA).ln().abs();
    let at = (0..all.len()).min_by(|a, b| near(a).total_cmp(&near(b))).unwrap_or(0);
    super::super::mean(m.canonical.iter().map(|s| f(&s.at[at]) - KINDS[0](&s.at[at])))
}

fn canonical(m: &Measured, best: Option<&Best>, all: &mut Vec<Claim>) {
    let beyond = "beyond the thesis: eq. 2.5";
    let (draws, error, n) = difference(m, KINDS[2]);
    let claim =
        "at the canonical temperature β = n fluctuations do modify it: draws explain test data worse than J*";
    all.push(
        Claim::measured(claim, beyond, "mean L_test/n of draws less that of J*, γ = 5.7", draws, error, n)
            .decided(draws < -2.0 * error && draws.abs() > WEAK),
    );
    let (mean, error, n) = difference(m, KINDS[1]);
    let claim = "at β = n the posterior mean explains test data as well as J*";
    all.push(
        Claim::measured(
            claim,
            beyond,
            "L_test/n of the mean couplings less that of J*, γ = 5.7",
            mean,
            error,
            n,
        )
        .predicted(0.0, WEAK),
    );
    let claim = "at β = n the posterior mean has the best γ of J*";
    let quantity = "log of the ratio of the two best γ, jackknife error";
    let (value, error) = best.map_or((f64::NAN, 0.0), |b| (b.log_ratio, b.error));
    let row = Claim::measured(claim, beyond, quantity, value, error, m.canonical.len());
    all.push(match best {
        Some(b) => row.predicted(0.0, 0.05).because(&format!(
            "best γ {} for the mean, {} for J*",
            number(b.gamma[0]),
            number(b.gamma[1])
        )),
        None => row.because("a maximum lies at an end of the grid of γ"),
    });
}

pub(super) fn answer(m: &Measured, best: Option<&Best>) -> String {
    let (hot, error, _) = m.mean(|s| s.stationary[0].0.energy * BETAS[0] / m.size.laplace());
    let (lowest, lowest_error, _) = lowest(m, BETAS.len() - 1);
    let (draws, draws_error, _) = difference(m, KINDS[2]);
    let (mean, mean_error, _) = difference(m, KINDS[1]);
    let best = best.map_or_else(String::new, |b| {
        format!(
            "; its best γ is {} times that of J*",
            with_error(b.log_ratio.exp(), b.log_ratio.exp() * b.error)
        )
    });
    format!(
        "The posterior at β = 1e4 and colder is Laplace's: its energy lies n(n+1)/(4β) above that of J* to a factor {}. On the way there the \
         coldest chain's test energy passes {} relative to J*'s. At the canonical β = n, which the thesis leaves open, draws lose {} of \
         L_test/n against J*, and the posterior mean changes it by {}{best}.",
        with_error(hot, error),
        with_error(lowest, lowest_error),
        with_error(-draws, draws_error),
        with_error(mean, mean_error),
    )
}
