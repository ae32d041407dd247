//! Figures and tables of Fig. 2.11.

use super::canonical::{self, KINDS, gammas};
use super::walk::{Excess, times};
use super::{ALPHA, BETAS, GAMMA, Measured, SIGMA};
use crate::common::*;

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

fn panel(m: &Measured, (_, axis, f): Panel, k: usize) -> Drawn {
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
        let y = m.curve(b, f);
        low = y.iter().map(|m| m.value - m.error()).fold(low, f64::min);
        // Two names over each panel: one row of a legend over the three.
        let label = if b / 2 == k { NAMES[b] } else { "" };
        let dark = Ink::Tone(1.0 - b as f64 / (BETAS.len() - 1) as f64);
        series.push(curve(label, &steps, y).ink(dark));
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
    lines(&series, &axes)?.named("panel", ["training energy", "distance to J*", "test energy"][k], "")
}

pub(super) fn chains(m: &Measured) -> Result<Section, Error> {
    let parts = (0..3).map(|k| panel(m, PANELS[k], k)).collect::<Result<Vec<_>, _>>()?;
    let caption = format!(
        "Training energy, distance and test energy relative to J* against Metropolis proposals, from random \
         couplings with the mean and variance of J*'s: means over {} data sets (n = {}, α = {ALPHA}, σ = \
         {SIGMA}, γ = {GAMMA}); bands are one standard error; colours are named over the three panels. A: \
         dashed, Laplace's n(n+1)/(4β). C: the part around zero; all chains start far above it.",
        m.sets.len(),
        m.size.n
    );
    let step = m.mean(|s| s.step).value;
    Ok(Section::new("chains", "Metropolis chains at five temperatures")
        .intro(
            "The posterior p(J) ∝ exp(−β E(J)), E = γ tr J²/4 − α tr(J C_emp)/2 + α log Z(J), is a density \
             of the entries J_ij, i ≤ j, the diagonal included. The thesis's program changes single entries \
             by normal numbers of standard deviation 0.1 mean |J*| (ten are meant; one survives), whatever \
             the temperature. Hamiltonian chains of the same posterior, which forget their start within a \
             few trajectories, tell what is stationary. E_test is E with the true covariance in place of \
             C_emp.",
        )
        .fact("Step, mean over data sets", format!("{step:.4}"))
        .fact("Worst relative drift of an energy followed incrementally", {
            let all = m.sets.iter().flat_map(|s| s.courses.iter().map(|c| c.drift));
            format!("{:.1e}", largest(all))
        })
        .figures([panels("posterior", "The posterior at finite temperature", &caption, &parts, 3)?])
        .tables([curves(m), ends(m)]))
}

fn curves(m: &Measured) -> TableOut {
    let steps = times(m.size.steps);
    let rows: Vec<(usize, usize)> = steps.into_iter().enumerate().collect();
    let mut table = Table::of(&rows).column("proposals", "", |r| r.1);
    for (name, _, f) in PANELS {
        for (b, beta) in BETAS.iter().enumerate() {
            let (y, name) = (m.curve(b, f), format!("{name}_{beta:e}"));
            table = table.columns([&name, &format!("{name}_error")], |r| pair(y[r.0]));
        }
    }
    table.named("curves", "The figure's curves: means over data sets, and standard errors, for each β.")
}

fn ends(m: &Measured) -> TableOut {
    let stationary = |b: &usize, f: fn(&Excess) -> f64| m.mean(|s| f(&s.stationary[*b].0));
    let walked = |b: &usize, f: fn(&Excess) -> f64| m.mean(|s| f(&s.courses[*b].end));
    Table::of(&indices(BETAS.len()))
        .columns(["beta", "laplace_energy"], |b| [BETAS[*b], m.size.laplace() / BETAS[*b]])
        .columns(["hmc_energy", "hmc_energy_error"], |b| pair(stationary(b, |e| e.energy)))
        .columns(["metropolis_energy", "metropolis_energy_error"], |b| pair(walked(b, |e| e.energy)))
        .column("hmc_distance", "", |b| stationary(b, |e| e.distance).value)
        .column("metropolis_distance", "", |b| walked(b, |e| e.distance).value)
        .column("hmc_test_energy", "", |b| stationary(b, |e| e.test_energy).value)
        .column("metropolis_test_energy", "", |b| walked(b, |e| e.test_energy).value)
        .column("metropolis_acceptance", "", |b| m.mean(|s| s.courses[*b].acceptance).value)
        .named(
            "stationary",
            "Means over data sets of the chains' second halves and of Hamiltonian chains, relative to J*, \
             beside Laplace's energy.",
        )
}

/// Kinds of couplings: in the legend, in the table.
const WORDS: [(&str, &str); 3] = [("J*", "map"), ("posterior mean", "mean"), ("draws", "draws")];

pub(super) fn canonical(m: &Measured) -> Result<Section, Error> {
    let gammas = gammas();
    let rows: Vec<(usize, f64)> = gammas.iter().copied().enumerate().collect();
    let mut table = Table::of(&rows).column("gamma", "", |r| r.1);
    let (mut series, mut differences) = (vec![], vec![]);
    for (k, (f, (label, column))) in KINDS.into_iter().zip(WORDS).enumerate() {
        let y = canonical::curve(&m.canonical, f);
        table = table.columns([&format!("test_{column}"), &format!("test_{column}_error")], |r| pair(y[r.0]));
        series.push(curve(label, &gammas, y).ink(Ink::Series(k)));
        if k > 0 {
            let (y, name) =
                (canonical::curve(&m.canonical, |l| f(l) - KINDS[0](l)), format!("{column}_less_map"));
            table = table.columns([&name, &format!("{name}_error")], |r| pair(y[r.0]));
            differences.push(curve(label, &gammas, y).ink(Ink::Series(k)));
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
        "Test likelihood a variable of J*, of the mean couplings and of draws of the posterior at β = n = \
         {}, against γ: means over {} data sets (α = {ALPHA}, σ = {SIGMA}); bands are one standard error.",
        m.size.n,
        m.canonical.len()
    );
    Ok(Section::new("canonical", "The canonical temperature")
        .intro(
            "The posterior proper, eq. 2.5, has β = n. The thesis samples it only at β of 10⁴ and more and \
             concludes that weak fluctuations leave J* as it is; here are its fluctuations in full, by \
             Hamiltonian chains.",
        )
        .figures([panels("canonical", "Likelihoods at the canonical temperature", &caption, &parts, 2)?])
        .tables([table.named("likelihoods", caption)]))
}
