//! Figure and tables of Fig. 2.5.

use super::data::Curves;
use super::{Cell, SHOWN, Size, Strength, name, sigma};
use crate::Error;
use nullcline_core::inference::gaussian::sparse::Likelihoods;
use nullcline_report::Figure;
use nullcline_report::figures::{Axes, Ink, Reference, Series, THIRD, lines, panels};
use nullcline_report::page::Section;
use nullcline_report::tables::{Cells, TableOut};

type Curve = (&'static str, fn(&Likelihoods) -> f64);
const CURVES: [Curve; 3] = [("training", |l| l.train), ("test", |l| l.test), ("generated", |l| l.generated)];
const NAMES: [&str; 3] = ["γ_opt", "γ_cross", "γ_half"];

pub(super) fn section(cells: &[Cell], shown: &Curves, size: &Size) -> Result<Section, Error> {
    let parts = [likelihoods(shown)?, strengths(cells, "goe")?, strengths(cells, "chain")?];
    let caption = format!(
        "A: likelihoods a variable of training, test and generated data and of the true model (grey) against the L1 strength γ, for one \
         data set of n = {n} (GOE, σ = {}, α = {}); vertical lines: γ_opt (test likelihood maximal), γ_cross (generated = test), γ_half \
         (generated midway between training and test). B: γ_opt (full) and γ_cross (dashed) against the sampling ratio α = p/n for Gaussian \
         couplings; C: the same for the ring chain. Means over {} and {} data sets; bands, where wider than the line, are one standard error; \
         γ_cross is missing where the two likelihoods do not cross.",
        sigma(&SHOWN.0),
        SHOWN.1,
        size.models * size.draws[0],
        size.models * size.draws[1],
        n = size.n,
    );
    Ok(Section {
        id: "strengths".into(),
        title: "Likelihoods and strengths under the L1 penalty".into(),
        intro: vec![
            "Graphical lasso on the covariance of p = α n samples, rescaled to trace n: Θ = μ - J minimises -log det Θ + tr(C Θ) + \
             γ Σ_{i≠j} |Θ_ij|, each with a duality gap of at most 1e-9 a variable. γ has no factor α, so that its scale is another than under \
             L2, and falls as the noise of the correlations does. The diagonal is not penalised: (Θ⁻¹)_ii = C_ii, and the spherical constraint \
             tr Θ⁻¹ = n holds by itself; μ makes tr J zero. Strengths are sought from a tenth of the correlations' noise, 0.1/√p, to \
             the largest correlation, from which on no coupling is left."
                .into(),
        ],
        figures: vec![panels("strengths", "Likelihoods and strengths under L1", &caption, &parts, 3)?],
        tables: vec![curves(shown), table(cells)],
        ..Section::default()
    })
}

fn likelihoods(shown: &Curves) -> Result<Figure, Error> {
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
    Ok(lines(&series, &axes)?.named(
        "panel",
        &format!("GOE, σ = {}, α = {}", sigma(&SHOWN.0), SHOWN.1),
        "",
    )?)
}

/// gamma_opt and gamma_cross of one kind of couplings against alpha, a colour a sigma.
fn strengths(cells: &[Cell], kind: &str) -> Result<Figure, Error> {
    let of_kind: Vec<&Cell> = cells.iter().filter(|c| name(&c.ensemble) == kind).collect();
    let mut sigmas: Vec<f64> = of_kind.iter().map(|c| sigma(&c.ensemble)).collect();
    sigmas.dedup();
    let mut series = vec![];
    for (k, s) in sigmas.iter().enumerate() {
        let of_sigma: Vec<&&Cell> =
            of_kind.iter().filter(|c| sigma(&c.ensemble).total_cmp(s).is_eq()).collect();
        let alphas: Vec<f64> = of_sigma.iter().map(|c| c.alpha).collect();
        for strength in [Strength::Opt, Strength::Cross] {
            let found = of_sigma.iter().map(|c| c.strength(strength));
            let (y, error): (Vec<f64>, Vec<f64>) = found.map(|m| (m.value, m.error())).unzip();
            let opt = strength == Strength::Opt;
            let label = if opt { format!("σ = {s}") } else { String::new() };
            let line = Series::new(&label, &alphas, &y).errors(&error).ink(Ink::Series(k));
            series.push(Series { dashed: !opt, ..line });
        }
    }
    let axes = Axes::new("Sampling ratio α", "Strength γ").log_log().wide(THIRD);
    let title = if kind == "goe" { "Gaussian couplings" } else { "Ring chain" };
    Ok(lines(&series, &axes)?.named("panel", title, "")?)
}

fn curves(shown: &Curves) -> TableOut {
    let mut columns = vec![("gamma".to_string(), Cells::Float(shown.gammas.clone()))];
    for (label, f) in CURVES {
        let values = shown.likelihoods.iter().map(|l| f(l) / shown.n as f64).collect();
        columns.push((format!("{label}_per_variable"), Cells::Float(values)));
    }
    let count = |f: fn(&Likelihoods) -> usize| shown.likelihoods.iter().map(|l| f(l) as i64).collect();
    columns.push(("couplings".into(), Cells::Int(count(|l| l.pairs))));
    columns.push(("duality_gap".into(), Cells::Float(shown.likelihoods.iter().map(|l| l.gap).collect())));
    TableOut {
        name: "curves".into(),
        caption: "Likelihoods a variable of the data set of panel A, couplings that are not zero, and the duality gap.".into(),
        columns,
    }
}

fn table(cells: &[Cell]) -> TableOut {
    let floats = |f: &dyn Fn(&Cell) -> f64| Cells::Float(cells.iter().map(f).collect());
    let names = cells.iter().map(|c| name(&c.ensemble).to_string()).collect();
    let mut columns = vec![
        ("couplings".to_string(), Cells::Text(names)),
        ("sigma".into(), floats(&|c| sigma(&c.ensemble))),
        ("alpha".into(), floats(&|c| c.alpha)),
    ];
    for (strength, label) in Strength::ALL.into_iter().zip(["gamma_opt", "gamma_cross", "gamma_half"]) {
        columns.push((label.into(), floats(&|c| c.strength(strength).value)));
        columns.push((format!("{label}_std_error"), floats(&|c| c.strength(strength).error())));
        let found = cells.iter().map(|c| c.strength(strength).n as i64).collect();
        columns.push((format!("{label}_found"), Cells::Int(found)));
    }
    columns.push(("sides_of_2_21".into(), floats(&|c| c.mean(|s| s.half).value)));
    columns.push(("sides_of_2_21_l2".into(), floats(&|c| c.mean(|s| s.l2_half).value)));
    columns.push(("cross_over_opt_l2".into(), floats(&|c| c.mean(|s| s.l2_ratio).value)));
    TableOut {
        name: "strengths".into(),
        caption: "Mean strengths under L1, their standard errors, in how many data sets there is one; tr J* C / tr J C* at γ_half \
            under L1 and L2, γ_cross/γ_opt under L2."
            .into(),
        columns,
    }
}
