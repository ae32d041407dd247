//! Claims of Fig. 2.4.

use super::super::strengths::{Row, identity};
use super::super::{largest, mean};
use super::Panel;
use crate::inference::gaussian::roots::Strength;
use crate::studies::Claim;

const FIGURE: &str = "fanthomme2021 Fig. 2.4";
/// Relative error beyond which a strength says nothing.
const VAGUE: f64 = 0.2;
/// Numbers are of one order of magnitude where neither is more than the root of ten larger.
const ORDER: f64 = 3.162;

pub(super) fn claims(bands: &Panel, chains: &Panel) -> Vec<Claim> {
    let mut out = vec![];
    for (panel, name) in [(bands, "Bands"), (chains, "Chains")] {
        out.push(last(
            panel,
            &format!("{name}: γ_cross nears (n + 1)/tr J²"),
            Strength::Cross,
            |r| r.cross,
            0.02,
        ));
        let opt = last(panel, &format!("{name}: γ_opt is near n/tr J²"), Strength::Opt, |r| r.thesis, 0.1);
        out.push(opt.because(
            "A value on the way: its limit differs for structured couplings, see the claims at many samples.",
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
    let (mut sum, mut weights, mut count) = (0.0, 0.0, 0);
    for r in panel.rows.iter().filter(|r| r.alpha >= alpha) {
        let (value, error) = r.together(strength);
        let (value, error) = (value / unit(r), error / unit(r));
        if value.is_finite() && error > 0.0 {
            sum += value * error.powi(-2);
            weights += error.powi(-2);
            count += 1;
        }
    }
    let quantity = format!("over the prediction, weighted mean over couplings, α = {alpha}");
    let error = weights.powf(-0.5);
    Claim::measured(text, "fanthomme2021 eq. 2.20", &quantity, sum / weights, error, count)
        .published(1.0, tolerance)
}

/// "The crossing and optimal regularizations are of the same order of magnitude."
fn magnitude(panel: &Panel, name: &str) -> Claim {
    let clear = |r: &Row, s| {
        let (value, error) = r.together(s);
        (error < VAGUE * value).then_some(value)
    };
    let ratios: Vec<f64> = panel
        .rows
        .iter()
        .filter_map(|r| Some(clear(r, Strength::Opt)? / clear(r, Strength::Cross)?))
        .map(|ratio| ratio.max(ratio.recip()))
        .collect();
    Claim::measured(
        &format!("{name}: γ_opt and γ_cross are of one order of magnitude at every α"),
        FIGURE,
        &format!(
            "larger over smaller, the largest of {} pairs that are known to {:.0} %; less than √10",
            ratios.len(),
            100.0 * VAGUE
        ),
        largest(ratios.iter().copied()),
        0.0,
        ratios.len(),
    )
    .decided(ratios.iter().all(|r| *r < ORDER))
}

/// The width of a band does not matter where tr J^2 is the same.
fn widths(bands: &Panel) -> Claim {
    let alphas = bands.rows.len() / bands.cases.len();
    let spread = |a: usize| {
        let of = |case: usize| &bands.rows[case * alphas + a];
        let all: Vec<f64> =
            (0..bands.cases.len()).map(|c| of(c).together(Strength::Cross).0 / of(c).cross).collect();
        let (middle, ..) = mean(all.iter().copied());
        largest(all.iter().map(|v| (v / middle - 1.0).abs()))
    };
    let many = (0..alphas).filter(|a| bands.rows[*a].alpha >= 1.0);
    Claim::measured(
        "Bands of one tr J² have one γ_cross, whatever their width",
        FIGURE,
        "largest relative distance from the mean over widths, α at least 1, each in units of its realised (n + 1)/tr J²",
        largest(many.map(spread)),
        0.0,
        bands.cases.len(),
    )
    .predicted(0.0, 0.05)
}
