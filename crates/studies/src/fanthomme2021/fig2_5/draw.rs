//! Figure and tables of Fig. 2.5.

use super::data::Curves;
use super::{Cell, SHOWN, Size, Strength, is_chain, name, sigma};
use crate::common::*;
use nullcline_core::inference::gaussian::sparse::Likelihoods;

type Curve = (&'static str, fn(&Likelihoods) -> f64);
const CURVES: [Curve; 3] = [("training", |l| l.train), ("test", |l| l.test), ("generated", |l| l.generated)];
const NAMES: [&str; 3] = ["γ_opt", "γ_cross", "γ_half"];

pub(super) fn section(cells: &[Cell], shown: &Curves, size: &Size) -> Result<Section, Error> {
    let parts = [likelihoods(shown)?, strengths(cells, false)?, strengths(cells, true)?];
    let caption = format!(
        "A: likelihoods a variable of training, test and generated data and of the true model (grey) \
         against the L1 strength γ, for one data set of n = {n} (GOE, σ = {}, α = {}); vertical lines: \
         γ_opt (test likelihood maximal), γ_cross (generated = test), γ_half (generated midway between \
         training and test). B: γ_opt (full) and γ_cross (dashed) against the sampling ratio α = p/n for \
         Gaussian couplings; C: the same for the ring chain. Means over {} and {} data sets; bands, where \
         wider than the line, are one standard error; γ_cross is missing where the two likelihoods do not \
         cross.",
        sigma(&SHOWN.0),
        SHOWN.1,
        size.models * size.draws[0],
        size.models * size.draws[1],
        n = size.n,
    );
    Ok(Section::new("strengths", "Likelihoods and strengths under the L1 penalty")
        .intro(
            "Graphical lasso on the covariance of p = α n samples, rescaled to trace n: Θ = μ - J minimises \
             -log det Θ + tr(C Θ) + γ Σ_{i≠j} |Θ_ij|, each with a duality gap of at most 1e-9 a variable. γ \
             has no factor α, so that its scale is another than under L2, and falls as the noise of the \
             correlations does. The diagonal is not penalised: (Θ⁻¹)_ii = C_ii, and the spherical \
             constraint tr Θ⁻¹ = n holds by itself; μ makes tr J zero. Strengths are sought from a tenth of \
             the correlations' noise, 0.1/√p, to the largest correlation, from which on no coupling is \
             left.",
        )
        .figures([panels("strengths", "Likelihoods and strengths under L1", &caption, &parts, 3)?])
        .tables([curves(shown), table(cells)]))
}

fn likelihoods(shown: &Curves) -> Drawn {
    let n = shown.n as f64;
    let (mut low, mut high) = (shown.truth / n, shown.truth / n);
    let mut series = vec![];
    for (k, (label, f)) in CURVES.into_iter().enumerate() {
        let y: Vec<f64> = shown.likelihoods.iter().map(|l| f(l) / n).collect();
        low = y.iter().copied().fold(low, f64::min).max(-0.75);
        high = y.iter().copied().fold(high, f64::max);
        series.push(Series::new(label, &shown.gammas, &y).ink(Ink::Series(k)));
    }
    let range = [low - 0.02, high + 0.02];
    let inks = [Ink::Black, Ink::Series(3), Ink::Series(4)];
    for (k, strength) in Strength::ALL.into_iter().enumerate() {
        if let Some(at) = shown.roots.of(strength).first() {
            let line = Series::new(NAMES[k], &[*at, *at], &range).ink(inks[k]);
            series.push(Series { dashed: k > 0, ..line });
        }
    }
    let axes = Axes::new("L1 strength γ", "Likelihood / n").wide(THIRD);
    let axes = Axes { x_log: true, y_range: Some(range), ..axes };
    let axes = axes.reference("true model", Reference::Across(shown.truth / n));
    let title = format!("GOE, σ = {}, α = {}", sigma(&SHOWN.0), SHOWN.1);
    lines(&series, &axes)?.named("panel", &title, "")
}

/// gamma_opt and gamma_cross of one kind of couplings against alpha, a colour a sigma.
fn strengths(cells: &[Cell], chain: bool) -> Drawn {
    let of_kind: Vec<&Cell> = cells.iter().filter(|c| is_chain(&c.ensemble) == chain).collect();
    let mut sigmas: Vec<f64> = of_kind.iter().map(|c| sigma(&c.ensemble)).collect();
    sigmas.dedup();
    let mut series = vec![];
    for (k, s) in sigmas.iter().enumerate() {
        let here = |c: &&&Cell| sigma(&c.ensemble).total_cmp(s).is_eq();
        let cells: Vec<&&Cell> = of_kind.iter().filter(here).collect();
        let line = |label: &str, strength| {
            curve(label, &list(&cells, |c| c.alpha), cells.iter().map(|c| c.strength(strength)))
                .ink(Ink::Series(k))
        };
        series.extend([line(&format!("σ = {s}"), Strength::Opt), line("", Strength::Cross).dashed()]);
    }
    let axes = Axes::new("Sampling ratio α", "Strength γ").log_log().wide(THIRD);
    let title = if chain { "Ring chain" } else { "Gaussian couplings" };
    lines(&series, &axes)?.named("panel", title, "")
}

fn curves(shown: &Curves) -> TableOut {
    let rows: Vec<(&f64, &Likelihoods)> = shown.gammas.iter().zip(&shown.likelihoods).collect();
    let mut table = Table::of(&rows).column("gamma", "", |r| *r.0);
    for (label, f) in CURVES {
        table = table.column(label, "per_variable", |r| f(r.1) / shown.n as f64);
    }
    table.column("couplings", "", |r| r.1.pairs).column("duality_gap", "", |r| r.1.gap).named(
        "curves",
        "Likelihoods a variable of the data set of panel A, couplings that are not zero, and the duality \
         gap.",
    )
}

fn table(cells: &[Cell]) -> TableOut {
    let mut table = Table::of(cells)
        .column("couplings", "", |c| name(&c.ensemble))
        .column("sigma", "", |c| sigma(&c.ensemble))
        .column("alpha", "", |c| c.alpha);
    for (strength, label) in Strength::ALL.into_iter().zip(["gamma_opt", "gamma_cross", "gamma_half"]) {
        table = table.column(label, "", |c| c.strength(strength));
        table = table.column(&format!("{label}_found"), "", |c| c.strength(strength).n);
    }
    table
        .column("sides_of_2_21", "", |c| c.mean(|s| s.half).value)
        .column("sides_of_2_21_l2", "", |c| c.mean(|s| s.l2_half).value)
        .column("cross_over_opt_l2", "", |c| c.mean(|s| s.l2_ratio).value)
        .named(
            "strengths",
            "Mean strengths under L1, their standard errors, in how many data sets there is one; tr J* C / \
             tr J C* at γ_half under L1 and L2, γ_cross/γ_opt under L2.",
        )
}
