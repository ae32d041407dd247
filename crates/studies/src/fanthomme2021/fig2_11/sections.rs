//! Figures and tables of Fig. 2.11.

use super::canonical::{KINDS, curve, gammas};
use super::walk::{Excess, times};
use super::{ALPHA, BETAS, GAMMA, Measured, SIGMA};
use crate::Error;
use nullcline_report::Figure;
use nullcline_report::figures::{Axes, Ink, Reference, Series, THIRD, lines, panels};
use nullcline_report::page::Section;
use nullcline_report::tables::{Cells, TableOut};

/// A quantity of the figure: column, axis, value.
type Panel = (&'static str, &'static str, fn(&Excess) -> f64);
const PANELS: [Panel; 3] = [
    ("energy", "E − E(J*)", |e| e.energy),
    ("distance", "‖J − J*‖", |e| e.distance),
    ("test_energy", "E_test − E_test(J*)", |e| e.test_energy),
];

/// The temperatures as they are written.
const NAMES: [&str; BETAS.len()] = ["β = 10⁴", "β = 10⁵", "β = 10⁶", "β = 10⁷", "β = 10⁸"];
/// The first proposal drawn; nothing happens before.
const FIRST: f64 = 100.0;

fn tone(b: usize) -> Ink {
    Ink::Tone(1.0 - b as f64 / (BETAS.len() - 1) as f64)
}

fn panel(m: &Measured, (_, axis, f): Panel, k: usize) -> Result<Figure, Error> {
    let steps: Vec<f64> = times(m.size.steps).iter().map(|t| *t as f64).collect();
    let x_range = Some([FIRST, m.size.steps as f64]);
    let mut axes = Axes {
        x_log: true,
        y_log: k < 2,
        x_range,
        height: 105.0,
        ..Axes::new("proposals", axis).wide(THIRD)
    };
    let (mut series, mut low) = (vec![], 0.0f64);
    for b in 0..BETAS.len() {
        let (y, error) = m.curve(b, f);
        low = y.iter().zip(&error).map(|(y, e)| y - e).fold(low, f64::min);
        // Two names over each panel: one row of a legend over the three.
        let label = if b / 2 == k { NAMES[b] } else { "" };
        series.push(Series::new(label, &steps, &y).errors(&error).ink(tone(b)));
    }
    if k == 0 {
        for beta in BETAS {
            axes = axes.reference("", Reference::Across(m.size.laplace() / beta));
        }
    }
    if k == 2 {
        // The start is far above; what is told apart lies around zero.
        let reach = low.abs().max(1e-6);
        axes.y_range = Some([-1.3 * reach, 3.0 * reach]);
        axes = axes.reference("", Reference::Across(0.0));
    }
    Ok(lines(&series, &axes)?.named("panel", ["training energy", "distance to J*", "test energy"][k], "")?)
}

pub(super) fn chains(m: &Measured) -> Result<Section, Error> {
    let parts = (0..3).map(|k| panel(m, PANELS[k], k)).collect::<Result<Vec<_>, _>>()?;
    let caption = format!(
        "Training energy, distance and test energy relative to J* against Metropolis proposals, from random couplings with the mean and \
         variance of J*'s: means over {} data sets (n = {}, α = {ALPHA}, σ = {SIGMA}, γ = {GAMMA}); bands are one standard error; colours are named over the three panels. A: dashed, Laplace's \
         n(n+1)/(4β). C: the part around zero; all chains start far above it.",
        m.sets.len(),
        m.size.n
    );
    let step = m.mean(|s| s.step).value;
    Ok(Section {
        id: "chains".into(),
        title: "Metropolis chains at five temperatures".into(),
        intro: vec![
            "The posterior p(J) ∝ exp(−β E(J)), E = γ tr J²/4 − α tr(J C_emp)/2 + α log Z(J), is a density of the entries J_ij, i ≤ j, the \
             diagonal included. The thesis's program changes single entries by normal numbers of standard deviation 0.1 mean |J*| (ten \
             are meant; one survives), whatever the temperature. Hamiltonian chains of the same posterior, which forget their start within \
             a few trajectories, tell what is stationary. E_test is E with the true covariance in place of C_emp."
                .into(),
        ],
        facts: vec![
            ("Step, mean over data sets".into(), format!("{step:.4}")),
            ("Worst relative drift of an energy followed incrementally".into(), {
                let all = m.sets.iter().flat_map(|s| s.courses.iter().map(|c| c.drift));
                format!("{:.1e}", super::super::largest(all))
            }),
        ],
        figures: vec![panels("posterior", "The posterior at finite temperature", &caption, &parts, 3)?],
        tables: vec![curves(m), ends(m)],
        ..Section::default()
    })
}

fn curves(m: &Measured) -> TableOut {
    let steps = times(m.size.steps);
    let mut columns = vec![("proposals".into(), Cells::Int(steps.iter().map(|t| *t as i64).collect()))];
    for (name, _, f) in PANELS {
        for (b, beta) in BETAS.iter().enumerate() {
            let (y, error) = m.curve(b, f);
            columns.push((format!("{name}_{beta:e}"), Cells::Float(y)));
            columns.push((format!("{name}_{beta:e}_error"), Cells::Float(error)));
        }
    }
    let caption = "The figure's curves: means over data sets, and standard errors, for each β.".into();
    TableOut { name: "curves".into(), caption, columns }
}

fn ends(m: &Measured) -> TableOut {
    let float = |f: &dyn Fn(usize) -> f64| Cells::Float((0..BETAS.len()).map(f).collect());
    TableOut {
        name: "stationary".into(),
        caption: "Means over data sets of the chains' second halves and of Hamiltonian chains, relative to J*, beside Laplace's energy.".into(),
        columns: vec![
            ("beta".into(), Cells::Float(BETAS.to_vec())),
            ("laplace_energy".into(), float(&|b| m.size.laplace() / BETAS[b])),
            ("hmc_energy".into(), float(&|b| m.mean(|s| s.stationary[b].0.energy).value)),
            ("hmc_energy_error".into(), float(&|b| m.mean(|s| s.stationary[b].0.energy).error())),
            ("metropolis_energy".into(), float(&|b| m.mean(|s| s.courses[b].end.energy).value)),
            ("metropolis_energy_error".into(), float(&|b| m.mean(|s| s.courses[b].end.energy).error())),
            ("hmc_distance".into(), float(&|b| m.mean(|s| s.stationary[b].0.distance).value)),
            ("metropolis_distance".into(), float(&|b| m.mean(|s| s.courses[b].end.distance).value)),
            ("hmc_test_energy".into(), float(&|b| m.mean(|s| s.stationary[b].0.test_energy).value)),
            ("metropolis_test_energy".into(), float(&|b| m.mean(|s| s.courses[b].end.test_energy).value)),
            ("metropolis_acceptance".into(), float(&|b| m.mean(|s| s.courses[b].acceptance).value)),
        ],
    }
}

pub(super) fn canonical(m: &Measured) -> Result<Section, Error> {
    let gammas = gammas();
    let names = ["J*", "posterior mean", "draws"];
    let mut columns = vec![("gamma".into(), Cells::Float(gammas.clone()))];
    let (mut series, mut differences) = (vec![], vec![]);
    for (k, f) in KINDS.into_iter().enumerate() {
        let (y, error) = curve(&m.canonical, f);
        let column = ["map", "mean", "draws"][k];
        series.push(Series::new(names[k], &gammas, &y).errors(&error).ink(Ink::Series(k)));
        columns.push((format!("test_{column}"), Cells::Float(y)));
        columns.push((format!("test_{column}_error"), Cells::Float(error)));
        if k > 0 {
            let (y, error) = curve(&m.canonical, |l| f(l) - KINDS[0](l));
            let line = Series::new(names[k], &gammas, &y).errors(&error).ink(Ink::Series(k));
            differences.push(line);
            columns.push((format!("{column}_less_map"), Cells::Float(y)));
            columns.push((format!("{column}_less_map_error"), Cells::Float(error)));
        }
    }
    let axes = |label: &str| Axes { x_log: true, height: 110.0, ..Axes::new("γ", label).wide(250.0) };
    let parts = [
        lines(&series, &axes("L_test / n"))?.named("test", "test likelihood", "")?,
        lines(&differences, &axes("less that of J*").reference("", Reference::Across(0.0)))?.named(
            "difference",
            "difference, paired over data sets",
            "",
        )?,
    ];
    let caption = format!(
        "Test likelihood a variable of J*, of the mean couplings and of draws of the posterior at β = n = {}, against γ: means over {} data sets \
         (α = {ALPHA}, σ = {SIGMA}); bands are one standard error.",
        m.size.n,
        m.canonical.len()
    );
    Ok(Section {
        id: "canonical".into(),
        title: "The canonical temperature".into(),
        intro: vec![
            "The posterior proper, eq. 2.5, has β = n. The thesis samples it only at β of 10⁴ and more and concludes that weak fluctuations leave J* \
             as it is; here are its fluctuations in full, by Hamiltonian chains."
                .into(),
        ],
        figures: vec![panels("canonical", "Likelihoods at the canonical temperature", &caption, &parts, 2)?],
        tables: vec![TableOut { name: "likelihoods".into(), caption, columns }],
        ..Section::default()
    })
}
