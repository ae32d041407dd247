//! Claims of Fig. 2.2.

use super::{DataSet, LIMITS, Panel};
use crate::common::*;
use nullcline_core::inference::gaussian::likelihood::Likelihoods;
use nullcline_core::inference::gaussian::roots::Strength;

const FIGURE: &str = "fanthomme2021 Fig. 2.2";
/// Distance of gamma_cross from gamma_opt, as a share, that still counts as close.
const CLOSE: f64 = 0.1;

/// Data sets of every panel.
fn sets(panels: &[Panel]) -> impl Iterator<Item = &DataSet> {
    panels.iter().flat_map(|p| &p.sets)
}

pub(super) fn claims(panels: &[Panel]) -> Vec<Claim> {
    let each = |one: fn(&Panel) -> Claim| panels.iter().map(one).collect::<Vec<_>>();
    let all = [shapes(panels), each(close), each(loss), small_gamma(panels), each(half), identities(panels)];
    at(FIGURE, all.into_iter().flatten())
}

/// How the curves run, data set by data set: counts, which have no error.
fn shapes(panels: &[Panel]) -> Vec<Claim> {
    let count = sets(panels).count();
    let none = |text: &str, quantity: &str, found: usize| {
        claim(text).is(quantity, Estimate::count(found, count)).predicted(0.0, 0.0)
    };
    let one_maximum = |s: &&DataSet| s.roots.opt.len() == 1 && s.curves[0].d_test > 0.0;
    let crossings: usize =
        sets(panels).map(|s| s.curves.iter().filter(|l| l.cross - l.half <= 0.0).count()).sum();
    let not_one = "data sets that have not exactly one extremum, a maximum";
    let below = "points of the grid of γ at which test is not below training, in all data sets";
    vec![
        none("Generated likelihood falls with γ", RISES, rises(panels, |l| l.generated)).headline(),
        none(
            "Test likelihood first rises, then falls",
            not_one,
            count - sets(panels).filter(one_maximum).count(),
        )
        .headline(),
        none("Training and test likelihoods never cross", below, crossings),
    ]
}

const RISES: &str = "steps of the grid of γ on which it rises, in all data sets";

fn rises(panels: &[Panel], f: fn(&Likelihoods) -> f64) -> usize {
    sets(panels).map(|s| s.curves.windows(2).filter(|w| f(&w[1]) > f(&w[0])).count()).sum()
}

/// gamma_cross beside gamma_opt.
fn close(p: &Panel) -> Claim {
    let pairs = p.sets.iter().filter_map(|s| Some((s.roots.opt.first()?, s.roots.cross.first()?)));
    let alpha = p.alpha;
    claim(format!(
        "α = {alpha}: generated and test likelihoods cross close to the maximum of the test likelihood"
    ))
    .is("γ_cross / γ_opt", Estimate::mean(pairs.map(|(opt, cross)| cross / opt)))
    .predicted(1.0, CLOSE)
    .headline()
}

/// What is lost by taking gamma_cross for gamma_opt.
fn loss(p: &Panel) -> Claim {
    let lost = |s: &DataSet| {
        let (opt, cross) = (s.at[0]?, s.at[1]?);
        Some((opt.test - cross.test) / (opt.test + 0.5 * p.n as f64))
    };
    claim(format!("α = {}: the crossing costs next to nothing of the test likelihood", p.alpha))
        .is(
            "share lost of the gain that γ_opt brings over no couplings",
            Estimate::mean(p.sets.iter().filter_map(lost)),
        )
        .predicted(0.0, 0.01)
}

fn small_gamma(panels: &[Panel]) -> Vec<Claim> {
    let gap = |p: &Panel| {
        Estimate::mean(p.sets.iter().map(|s| (s.limits[0].train - s.limits[0].generated) / p.n as f64))
    };
    let (source, quantity) =
        ("fanthomme2021 Sec. 2.3.1", format!("(L_train - L_gen)/n at γ = {:.0e}", LIMITS[0]));
    let mut out = vec![];
    for p in panels {
        let text = format!("α = {}: generated and training likelihoods coincide at vanishing γ", p.alpha);
        out.push(claim(&text).at(source).is(&quantity, gap(p)).predicted(0.0, 1e-3).headline().if_differs(
            "Of fewer samples than variables the covariance has n - p zero eigenvalues. The penalty γ tr \
             J*²/(2α) of eq. 2.16 does not vanish with γ there, because each of their j* grows as (α/γ)^½: \
             it tends to n (1 - α)/2.",
        ));
        if p.alpha < 1.0 {
            let text = format!("α = {}: they stay (1 - α)/2 apart", p.alpha);
            out.push(theory(&text).at(source).is(&quantity, gap(p)).predicted((1.0 - p.alpha) / 2.0, 1e-3));
        }
    }
    out
}

fn identities(panels: &[Panel]) -> Vec<Claim> {
    let count = sets(panels).count();
    let every = |s: &DataSet| -> Vec<Likelihoods> {
        s.curves.iter().chain(&s.limits).chain(s.at.iter().flatten()).copied().collect()
    };
    let identity = largest(sets(panels).flat_map(every).map(|l| l.identity));
    let n = panels[0].n as f64;
    let limit = largest(sets(panels).flat_map(|s| {
        let l = s.limits[1];
        [l.train, l.test, l.generated].map(|v| (v / n + 0.5).abs())
    }));
    vec![
        check("Training likelihood falls with γ, as that of every penalised maximum")
            .is(RISES, Estimate::count(rises(panels, |l| l.train), count))
            .predicted(0.0, 0.0),
        check("L_gen = L_train - γ tr J*²/(2α) (eq. 2.16) in every estimate of this run")
            .at("fanthomme2021 eq. 2.16")
            .is("largest difference, relative to the largest term", Estimate::exact(identity, count))
            .predicted(0.0, 1e-12),
        check("All three likelihoods tend to -n/2 (eq. 2.17)")
            .at("fanthomme2021 eq. 2.17")
            .is(format!("largest |L/n + 1/2| at γ = {:.0e}", LIMITS[1]), Estimate::exact(limit, count))
            .predicted(0.0, 1e-5),
    ]
}

/// Eq. 2.21, which the thesis says to hold approximately.
fn half(p: &Panel) -> Claim {
    let at = p.strength(Strength::Half).value;
    claim(format!("α = {}: tr J* C = tr J C* at γ_half (eq. 2.21)", p.alpha))
        .at("fanthomme2021 eq. 2.21")
        .is(
            format!("left over right side, at γ_half = {at:.3}"),
            Estimate::mean_of_found(p.sets.iter().map(|s| s.half_ratio)),
        )
        .predicted(1.0, 0.05)
        .if_differs("The equality is that of many samples alone: the ratio tends to one as α grows.")
}
