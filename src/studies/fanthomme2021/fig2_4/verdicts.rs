//! Claims of Fig. 2.4.

use super::super::strengths::fit::{Limit, together};
use super::super::strengths::{Quantity, Row, identity, limit};
use super::super::{largest, mean};
use super::Panel;
use crate::inference::gaussian::roots::Strength;
use crate::studies::Claim;

const FIGURE: &str = "fanthomme2021 Fig. 2.4";
/// What a cubic term of order one leaves in a quadratic extrapolation from alpha = 10.
const TRUNCATED: f64 = 2e-3;
/// Relative error beyond which a strength says nothing.
const VAGUE: f64 = 0.2;

pub(super) fn claims(bands: &Panel, chains: &Panel) -> Vec<Claim> {
    let mut out = vec![];
    for (panel, name) in [(bands, "Bands"), (chains, "Chains")] {
        out.push(in_the_limit(panel, &format!("{name}: γ_cross tends to (n + 1)/tr J²"), Quantity::Cross));
        let text = format!("{name}: γ_opt tends to the general prediction for any couplings");
        out.push(in_the_limit(panel, &text, Quantity::Opt));
        out.push(magnitude(panel, name));
    }
    out.push(widths(bands));
    let (a, n) = identity(&bands.rows);
    let (b, m) = identity(&chains.rows);
    out.push(
        Claim::measured(
            "L_gen = L_train - γ tr J*²/(2α) (eq. 2.16) in every data set",
            "fanthomme2021 eq. 2.16",
            "largest difference, relative to the largest term",
            a.max(b),
            0.0,
            n + m,
        )
        .predicted(0.0, 1e-12),
    );
    out
}

fn in_the_limit(panel: &Panel, text: &str, quantity: Quantity) -> Claim {
    let of = |case| limit(panel.rows.iter().filter(move |r| r.case == case), quantity);
    let found: Vec<Limit> = (0..panel.cases.len()).filter_map(of).collect();
    let (value, error, far) = together(&found);
    let source = match quantity {
        Quantity::Opt => "new: second order in 1/α",
        _ => "fanthomme2021 eq. 2.20, finite n",
    };
    let quantity = format!(
        "over the prediction, all together, extrapolated to α → ∞; farthest of them {far:.1} standard errors off"
    );
    Claim::measured(text, source, &quantity, value, error, found.len()).predicted(1.0, TRUNCATED)
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
            "largest ratio of the larger to the smaller, of {} pairs that are known to {:.0} %",
            ratios.len(),
            100.0 * VAGUE
        ),
        largest(ratios.iter().copied()),
        0.0,
        ratios.len(),
    )
    .predicted(1.0, 1.0)
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
