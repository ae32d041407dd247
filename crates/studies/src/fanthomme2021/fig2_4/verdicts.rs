//! Claims of Fig. 2.4.

use super::super::strengths::{Row, identity};
use super::Panel;
use crate::common::*;
use nullcline_core::inference::gaussian::roots::Strength;

const FIGURE: &str = "fanthomme2021 Fig. 2.4";
/// Relative error beyond which a strength says nothing.
const VAGUE: f64 = 0.2;
/// Numbers are of one order of magnitude where neither is more than the root of ten larger.
const ORDER: f64 = 3.162;

pub(super) fn claims(bands: &Panel, chains: &Panel) -> Vec<Claim> {
    let mut out = vec![];
    for (panel, name) in [(bands, "Bands"), (chains, "Chains")] {
        let text = format!("{name}: γ_cross nears (n + 1)/tr J²");
        out.push(last(panel, &text, Strength::Cross, |r| r.cross, 0.02));
        let text = format!("{name}: γ_opt is near n/tr J²");
        out.push(last(panel, &text, Strength::Opt, |r| r.thesis, 0.1).because(
            "A value on the way: its limit differs for structured couplings, see the claims at many \
             samples.",
        ));
        out.push(magnitude(panel, name));
    }
    out.push(widths(bands));
    out.push(identity(bands.rows.iter().chain(&chains.rows)));
    out
}

/// A strength over `unit` at the largest sampling ratio, all couplings together.
fn last(panel: &Panel, text: &str, strength: Strength, unit: fn(&Row) -> f64, tolerance: f64) -> Claim {
    let alpha = largest(panel.rows.iter().map(|r| r.alpha));
    let (mut sum, mut weights, mut sets) = (0.0, 0.0, usize::MAX);
    for r in panel.rows.iter().filter(|r| r.alpha >= alpha) {
        let [value, error] = pair(r.together(strength)).map(|v| v / unit(r));
        if value.is_finite() && error > 0.0 {
            sum += value * error.powi(-2);
            weights += error.powi(-2);
            sets = sets.min(r.sets);
        }
    }
    let quantity =
        format!("over the prediction, weighted mean over couplings, α = {alpha}; n: data sets of each");
    let mean =
        if weights > 0.0 { Estimate::new(sum / weights, weights.powf(-0.5), sets) } else { Estimate::NONE };
    claim(text).at("fanthomme2021 eq. 2.20").is(&quantity, mean).predicted(1.0, tolerance)
}

/// "The crossing and optimal regularizations are of the same order of magnitude."
fn magnitude(panel: &Panel, name: &str) -> Claim {
    let clear = |r: &Row, s| Some(r.together(s)).filter(|m| m.error() < VAGUE * m.value);
    let ratios: Vec<Estimate> = panel
        .rows
        .iter()
        .filter_map(|r| Some(clear(r, Strength::Opt)?.over(clear(r, Strength::Cross)?)))
        .map(|m| {
            let error = m.std_error.map(|e| e / m.value / std::f64::consts::LN_10);
            Estimate { value: m.value.log10().abs(), std_error: error, n: m.n }
        })
        .collect();
    let quantity = format!(
        "|log₁₀(γ_opt/γ_cross)|, the largest of {} pairs that are known to {:.0} %, error of the choice",
        ratios.len(),
        100.0 * VAGUE
    );
    let text = format!("{name}: γ_opt and γ_cross are of one order of magnitude at every α");
    claim(text).at(FIGURE).decided_by(quantity, &ratios).below(ORDER.log10()).headline()
}

/// The width of a band does not matter where tr J^2 is the same.
fn widths(bands: &Panel) -> Claim {
    let alphas = bands.rows.len() / bands.cases.len();
    let spread = |a: usize| {
        let of = |case: usize| {
            let row = &bands.rows[case * alphas + a];
            row.together(Strength::Cross).times(1.0 / row.cross)
        };
        let all: Vec<Estimate> = (0..bands.cases.len()).map(of).collect();
        let middle = all.iter().map(|m| m.value).sum::<f64>() / all.len() as f64;
        // The mean over widths is the better known.
        all.into_iter().map(move |m| m.times(1.0 / middle).plus(-1.0).abs()).collect::<Vec<_>>()
    };
    let many = (0..alphas).filter(|a| bands.rows[*a].alpha >= 1.0);
    let away: Vec<Estimate> = many.flat_map(spread).collect();
    claim("Bands of one tr J² have one γ_cross, whatever their width")
        .at(FIGURE)
        .decided_by(
            "largest relative distance from the mean over widths, α at least 1, each in units of its \
             realised (n + 1)/tr J², error of the choice",
            &away,
        )
        .predicted(0.0, 0.05)
}
