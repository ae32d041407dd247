//! Likelihoods where the penalty is weak, and at the best one, against the sampling ratio.

use super::super::at_size;
use super::super::models::{Model, failed};
use super::super::strengths::{PRINTED, RANGE};
use super::Size;
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::inference::gaussian::likelihood::Levels;
use nullcline_core::inference::gaussian::predict::likelihood_gap;
use nullcline_core::inference::gaussian::roots::roots;
use nullcline_core::inference::gaussian::samples::draw;
use nullcline_core::inference::gaussian::sweep::{optimum, sweep};
use nullcline_core::linalg::random::{Use, stream};

const SIGMA: f64 = 0.5;
const ALPHAS: [f64; 7] = [0.1, 0.3, 0.6, 1.5, 3.0, 10.0, 100.0];
/// The smallest strength of the thesis's grid, and one from which a power is read.
const WEAK: f64 = 5e-4;
const WEAKER: f64 = 5e-6;

/// One data set, likelihoods a variable.
struct Set {
    weak: [f64; 3],
    /// d L_train / d ln gamma.
    slope: f64,
    /// Squared correlation of C_emp - 1 and C - 1, over all entries.
    shared: f64,
    /// L(J) of the true model.
    truth: f64,
    /// (L_gen - L_test)/(L(J) + n/2) at gamma_opt.
    apart: f64,
}

/// sets\[alpha\]
pub(super) struct Weak {
    n: usize,
    sets: Vec<Vec<Set>>,
}

fn set(model: &Model, alpha: f64, seed: u64, index: u64) -> Result<Set, Error> {
    let n = model.c.len() as f64;
    let p = (alpha * n).round() as usize;
    let mut rng = stream(seed, Use::Samples, index);
    let (spectrum, _) = draw(&model.c, p, true, &[], &mut rng).map_err(failed)?;
    let found = sweep(&spectrum, &[WEAK, WEAKER]).map_err(failed)?;
    let sum = |f: &dyn Fn(usize) -> f64| (0..model.c.len()).map(f).sum::<f64>();
    let both = sum(&|k| (spectrum.c[k] - 1.0) * (spectrum.t[k] - 1.0));
    let squares = sum(&|k| (spectrum.c[k] - 1.0).powi(2)) * sum(&|k| (model.c[k] - 1.0).powi(2));
    let candidates = roots(std::slice::from_ref(&spectrum), RANGE.0, RANGE.1).map_err(failed)?.opt;
    let best = optimum(&spectrum, &candidates, RANGE).map_err(failed)?;
    let per = |l: &Levels| [l.train, l.test, l.generated].map(|v| v / n);
    Ok(Set {
        weak: per(&found[0].levels),
        slope: (found[0].train - found[1].train) / (n * (WEAK / WEAKER).ln()),
        shared: both * both / squares,
        truth: model.likelihood / n,
        apart: best.map_or(f64::NAN, |b| (b.generated - b.test) / (model.likelihood + 0.5 * n)),
    })
}

pub(super) fn measure(size: Size, seed: u64, observer: &dyn Observer) -> Result<Weak, Error> {
    let ensemble = Ensemble::Goe { sigma: SIGMA };
    let models = parallel("true models", size.models, observer, |k| {
        Model::draw(&ensemble, size.n, seed, 7000 + k as u64)
    })?;
    let repeats = size.models * size.draws;
    let count = ALPHAS.len() * repeats;
    let all = parallel_by(
        |i| count - i,
        "weak penalties",
        count,
        observer,
        |i| set(&models[i % repeats / size.draws], ALPHAS[i / repeats], seed, 100_000 + i as u64),
    )?;
    let mut all = all.into_iter();
    Ok(Weak { n: size.n, sets: ALPHAS.iter().map(|_| all.by_ref().take(repeats).collect()).collect() })
}

impl Weak {
    /// At one sampling ratio.
    fn at(&self, alpha: usize, f: impl Fn(&Set) -> f64) -> Estimate {
        Estimate::mean_of_found(self.sets[alpha].iter().map(f))
    }
    /// At each sampling ratio that is `chosen`.
    fn each(&self, chosen: impl Fn(f64) -> bool, f: impl Fn(f64, &Set) -> f64) -> Vec<Estimate> {
        let all = (0..ALPHAS.len()).filter(|k| chosen(ALPHAS[*k]));
        all.map(|k| self.at(k, |s| f(ALPHAS[k], s))).collect()
    }
}

pub(super) fn claims(m: &Weak) -> Vec<Claim> {
    let all = training(m).into_iter().chain(testing(m)).chain(best(m));
    at_size(at("fanthomme2021 Sec. 2.3.1", all), m.n, PRINTED)
}

fn training(m: &Weak) -> Vec<Claim> {
    let last = ALPHAS.len() - 1;
    let range = m.at(0, |s| s.weak[0]).less(m.at(last, |s| s.weak[0]));
    vec![
        claim("At weak penalties training data are likely, more than under the true model, whatever α")
            .decided_by(
                format!("least (L_train - L(J))/n over α, γ = {WEAK:e}"),
                &m.each(|_| true, |_, s| s.weak[0] - s.truth),
            )
            .above(0.0),
        claim("At weak penalties the training likelihood does not depend on α")
            .is(format!("(L_train at α = {} less that at {})/n, γ = {WEAK:e}", ALPHAS[0], ALPHAS[last]), range)
            .predicted(0.0, 0.1)
            .headline()
            .if_differs(
                "of fewer samples than variables L_train grows without bound as γ falls; of many it is L(J) + (n + 1)/(4α)",
            ),
        theory("Of fewer samples than variables it grows as -n (1 - α)/4 log γ, of more it has a limit")
            .decided_by(
                format!("largest |slope against log γ and max(1 - α, 0)/4| over α, γ = {WEAKER:e} to {WEAK:e}"),
                &m.each(|_| true, |a, s| s.slope + 0.25 * (1.0 - a).max(0.0)).into_iter().map(Estimate::abs).collect::<Vec<_>>(),
            )
            .predicted(0.0, 0.01),
    ]
}

fn testing(m: &Weak) -> Vec<Claim> {
    let last = ALPHAS.len() - 1;
    let apart = m.at(last, |s| s.weak[0] - s.weak[1]);
    let gap = format!("(L_train - L_test)/n, α = {}, γ = {WEAK:e}", ALPHAS[last]);
    let shared = |k: usize| (format!("squared correlation with C, α = {}", ALPHAS[k]), m.at(k, |s| s.shared));
    let law = -2.0 * likelihood_gap(m.n, ALPHAS[last]);
    vec![
        claim("Of few samples test data are at weak penalties less likely than without any couplings")
            .is(format!("L_test/n, α = {}, γ = {WEAK:e}", ALPHAS[0]), m.at(0, |s| s.weak[1]))
            .below(-0.5)
            .headline(),
        claim("because C_emp is essentially uncorrelated with C").is(shared(0).0, shared(0).1).below(0.05),
        claim("Of many it is almost equal to C").is(shared(last).0, shared(last).1).above(0.95),
        claim("Of many samples L_test is very close to L_train at weak penalties")
            .is(&gap, apart)
            .below(0.01)
            .headline(),
        theory("by (n + 1)/(2αn)").is(gap, apart).predicted(law, 0.05 * law),
    ]
}

fn best(m: &Weak) -> Vec<Claim> {
    let row = |words: &str, range: &str, chosen: fn(f64) -> bool, tolerance: f64| {
        let all: Vec<Estimate> = m.each(chosen, |_, s| s.apart).into_iter().map(Estimate::abs).collect();
        claim(words)
            .decided_by(
                format!(
                    "largest |L_gen - L_test| at γ_opt over the gain of the true couplings, L(J) + n/2, mean over data sets, {range}"
                ),
                &all,
            )
            .predicted(0.0, tolerance)
            .at("fanthomme2021 abstract, Sec. 2.3.1")
    };
    vec![
        row("At its maximum L_test is remarkably close to L_gen", "α at least 1", |a| a >= 1.0, 0.05)
            .headline(),
        row("with small discrepancies at low α", "α below 1", |a| a < 1.0, 0.1),
    ]
}

pub(super) fn figures(m: &Weak) -> Result<[Figure; 2], nullcline_report::Error> {
    let of = |name: &str, which: usize| {
        curve(name, &ALPHAS, (0..ALPHAS.len()).map(|k| m.at(k, |s| s.weak[which]))).ink(Ink::Series(which))
    };
    let series = [of("training", 0).joined(), of("test", 1).joined(), of("generated", 2).joined()];
    let truth = m.at(0, |s| s.truth).value;
    let axes = Axes {
        x_log: true,
        y_range: Some([-3.0, 2.0]),
        width: 1.45 * THIRD,
        ..Axes::new("sampling ratio α", "likelihood/n")
    };
    let axes = axes.reference("true model", Reference::Across(truth));
    let weak = scatter(&series, &axes)?.named("weak", &format!("γ = {WEAK:e}"), "")?;
    let apart =
        [curve("", &ALPHAS, (0..ALPHAS.len()).map(|k| m.at(k, |s| s.apart))).ink(Ink::Series(0)).joined()];
    let axes =
        Axes {
            x_log: true, width: 1.45 * THIRD, ..Axes::new("sampling ratio α", "(generated − test)/gain")
        };
    let axes = axes.reference("", Reference::Across(0.0));
    Ok([weak, scatter(&apart, &axes)?.named("apart", "At the best strength", "")?])
}

pub(super) fn table(m: &Weak) -> TableOut {
    let rows = indices(ALPHAS.len());
    let mut table = Table::of(&rows).column("alpha", "", |k| ALPHAS[*k]);
    for (which, name) in ["train", "test", "generated"].into_iter().enumerate() {
        table = table.column(name, "per_variable", move |k| m.at(*k, |s| s.weak[which]));
    }
    table
        .column("slope", "", |k| m.at(*k, |s| s.slope))
        .column("squared_correlation", "", |k| m.at(*k, |s| s.shared))
        .column("apart_at_optimum", "", |k| m.at(*k, |s| s.apart))
        .named(
            "weak",
            format!(
                "Likelihoods at γ = {WEAK:e}, d L_train/(n d log γ) from {WEAKER:e} on, squared correlation of C_emp and C, and \
                 (L_gen - L_test)/(L(J) + n/2) at γ_opt; means over data sets."
            ),
        )
}
