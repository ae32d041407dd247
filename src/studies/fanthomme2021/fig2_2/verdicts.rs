//! Claims of Fig. 2.2.

use super::{DataSet, LIMITS, Panel};
use crate::inference::gaussian::likelihood::Likelihoods;
use crate::inference::gaussian::roots::Strength;
use crate::studies::Claim;
use crate::studies::fanthomme2021::{largest, mean};

const FIGURE: &str = "fanthomme2021 Fig. 2.2";
/// Distance of gamma_cross from gamma_opt, as a share, that still counts as close.
const CLOSE: f64 = 0.1;

/// Data sets of every panel.
fn sets(panels: &[Panel]) -> impl Iterator<Item = &DataSet> {
    panels.iter().flat_map(|p| &p.sets)
}

pub(super) fn claims(panels: &[Panel]) -> Vec<Claim> {
    let count = sets(panels).count();
    let none = |claim: &str, quantity: &str, found: usize| {
        Claim::measured(claim, FIGURE, quantity, found as f64, 0.0, count).predicted(0.0, 0.0)
    };
    let rises = |f: fn(&Likelihoods) -> f64| {
        sets(panels).map(|s| s.curves.windows(2).filter(|w| f(&w[1]) > f(&w[0])).count()).sum()
    };
    let steps = "steps of the grid of γ on which it rises, in all data sets";
    let one_maximum = |s: &&DataSet| s.roots.opt.len() == 1 && s.curves[0].d_test > 0.0;
    let crossings: usize =
        sets(panels).map(|s| s.curves.iter().filter(|l| l.cross - l.half <= 0.0).count()).sum();
    let mut out = vec![
        none("Training likelihood falls with γ", steps, rises(|l| l.train)),
        none("Generated likelihood falls with γ", steps, rises(|l| l.generated)),
        none(
            "Test likelihood first rises, then falls",
            "data sets that have not exactly one extremum, a maximum",
            count - sets(panels).filter(one_maximum).count(),
        ),
        none(
            "Training and test likelihoods never cross",
            "points of the grid of γ at which test is not below training, in all data sets",
            crossings,
        ),
    ];
    out.extend(panels.iter().map(close));
    out.extend(panels.iter().map(loss));
    out.extend(small_gamma(panels));
    out.extend(identities(panels, count));
    out.extend(panels.iter().map(half));
    out
}

/// gamma_cross beside gamma_opt.
fn close(p: &Panel) -> Claim {
    let pairs = p.sets.iter().filter_map(|s| Some((s.roots.opt.first()?, s.roots.cross.first()?)));
    let (ratio, error, n) = mean(pairs.map(|(opt, cross)| cross / opt));
    Claim::measured(
        &format!(
            "α = {}: generated and test likelihoods cross close to the maximum of the test likelihood",
            p.alpha
        ),
        FIGURE,
        "γ_cross / γ_opt",
        ratio,
        error,
        n,
    )
    .predicted(1.0, CLOSE)
}

/// What is lost by taking gamma_cross for gamma_opt.
fn loss(p: &Panel) -> Claim {
    let lost = |s: &DataSet| {
        let (opt, cross) = (s.at[0]?, s.at[1]?);
        Some((opt.test - cross.test) / (opt.test + 0.5 * p.n as f64))
    };
    let (share, error, n) = mean(p.sets.iter().filter_map(lost));
    Claim::measured(
        &format!("α = {}: the crossing costs next to nothing of the test likelihood", p.alpha),
        FIGURE,
        "share lost of the gain that γ_opt brings over no couplings",
        share,
        error,
        n,
    )
    .predicted(0.0, 0.01)
}

fn small_gamma(panels: &[Panel]) -> Vec<Claim> {
    let gap = |p: &Panel| p.mean(|s| (s.limits[0].train - s.limits[0].generated) / p.n as f64);
    let quantity = format!("(L_train - L_gen)/n at γ = {:.0e}", LIMITS[0]);
    let mut out = vec![];
    for p in panels {
        let (value, error, n) = gap(p);
        let row = |text: &str| {
            let text = format!("α = {}: {text}", p.alpha);
            Claim::measured(&text, "fanthomme2021 Sec. 2.3.1", &quantity, value, error, n)
        };
        out.push(
            row("generated and training likelihoods coincide at vanishing γ").published(0.0, 1e-3).if_differs(
                "Of fewer samples than variables the covariance has n - p zero eigenvalues. The penalty γ tr J*²/(2α) of eq. 2.16 does not vanish \
                 with γ there, because each of their j* grows as (α/γ)^½: it tends to n (1 - α)/2.",
            ),
        );
        if p.alpha < 1.0 {
            out.push(row("they stay (1 - α)/2 apart").predicted((1.0 - p.alpha) / 2.0, 1e-3));
        }
    }
    out
}

fn identities(panels: &[Panel], count: usize) -> [Claim; 2] {
    let every = |s: &DataSet| -> Vec<Likelihoods> {
        s.curves.iter().chain(&s.limits).chain(s.at.iter().flatten()).copied().collect()
    };
    let identity = largest(sets(panels).flat_map(every).map(|l| l.identity));
    let n = panels[0].n as f64;
    let limit = largest(sets(panels).flat_map(|s| {
        let l = s.limits[1];
        [l.train, l.test, l.generated].map(|v| (v / n + 0.5).abs())
    }));
    [
        Claim::measured(
            "L_gen = L_train - γ tr J*²/(2α) (eq. 2.16) in every estimate of this run",
            "fanthomme2021 eq. 2.16",
            "largest difference, relative to the largest term",
            identity,
            0.0,
            count,
        )
        .predicted(0.0, 1e-12),
        Claim::measured(
            "All three likelihoods tend to -n/2 (eq. 2.17)",
            "fanthomme2021 eq. 2.17",
            &format!("largest |L/n + 1/2| at γ = {:.0e}", LIMITS[1]),
            limit,
            0.0,
            count,
        )
        .predicted(0.0, 1e-5),
    ]
}

/// Eq. 2.21, which the thesis says to hold approximately.
fn half(p: &Panel) -> Claim {
    let (ratio, error, n) = p.mean(|s| s.half_ratio);
    let (at, ..) = p.strength(Strength::Half);
    Claim::measured(
        &format!("α = {}: tr J* C = tr J C* at γ_half (eq. 2.21)", p.alpha),
        "fanthomme2021 eq. 2.21",
        &format!("left over right side, at γ_half = {at:.3}"),
        ratio,
        error,
        n,
    )
    .published(1.0, 0.05)
    .if_differs("The equality is that of many samples alone: the ratio tends to one as α grows.")
}
