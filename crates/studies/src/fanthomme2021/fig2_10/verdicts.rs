//! Claims of Fig. 2.10.

use super::{Group, Measured, Solved, quantile, without_root};
use crate::common::*;
use nullcline_core::inference::gaussian::predict::mean_overlap;

const FIGURE: &str = "fanthomme2021 Fig. 2.10";
/// Scales up to here are well below the transition, from there well above.
const BELOW: f64 = 0.5;
const ABOVE: f64 = 10.0;
/// Distance from the transition's asymptotic laws, as a share, at n = 1000.
const NEAR: f64 = 0.05;

pub(super) fn claims(m: &Measured) -> Vec<Claim> {
    let mut out: Vec<Claim> = law_of_theta(m).into();
    out.push(rescaled(m));
    out.extend(exact(m));
    out.extend(laws_of_gamma(m));
    out.push(varies(m));
    out.push(mean_theta(m));
    out.push(identity(m));
    out
}

/// Eq. 2.61 by sampling, which tests the samples.
fn mean_theta(m: &Measured) -> Claim {
    check("The mean overlap of samples as drawn is Σ c²/n² (eq. 2.61)")
        .at("fanthomme2021 eq. 2.61")
        .is(
            "measured over expected, all scales; at tolerance 0, what has an error differs or is undecided",
            Estimate::mean(m.groups.iter().map(|g| g.overlap() / g.expected)),
        )
        .predicted(1.0, 0.0)
        .because("An equality of expectations, measured on samples: within errors at best.")
}

fn law_of_theta(m: &Measured) -> [Claim; 3] {
    let source = "fanthomme2021 eq. 2.62";
    let side = |text: String, from: f64, to: f64| {
        let groups = m.groups.iter().filter(|g| g.sigma >= from && g.sigma <= to);
        let ratio = Estimate::mean(groups.map(|g| g.overlap() / mean_overlap(m.n, g.sigma)));
        claim(text).at(source).is("measured ⟨θ⟩ over eq. 2.62, mean over scales", ratio).predicted(1.0, NEAR)
    };
    let between = m.groups.iter().filter(|g| g.sigma > BELOW && g.sigma < ABOVE);
    let far = largest(between.clone().map(|g| (g.expected / mean_overlap(m.n, g.sigma) - 1.0).abs()));
    [
        side(format!("⟨θ⟩ = 1/(n (1 - σ²)) well below the transition (σ ≤ {BELOW})"), 0.0, BELOW),
        side(format!("⟨θ⟩ = (1 - 1/σ)² well above the transition (σ ≥ {ABOVE})"), ABOVE, f64::INFINITY),
        claim(format!("Eq. 2.62 also holds near the transition ({BELOW} < σ < {ABOVE})"))
            .at(source)
            .is(
                "largest |Σ c²/n² over eq. 2.62 - 1|, without sampling noise",
                Estimate::exact(far, between.count()),
            )
            .predicted(0.0, NEAR)
            .headline()
            .if_differs(
                "Eq. 2.62 is the limit of large n. At finite n the transition is smooth: the law diverges \
                 below σ = 1 and vanishes above, where Σ c²/n² does neither, and above it the sum over the \
                 other eigenvalues approaches 1/σ only as n^(-1/3).",
            ),
    ]
}

/// How the overlap of rescaled samples approaches one.
fn rescaled(m: &Measured) -> Claim {
    let of_model = |model: usize| {
        let groups = m.groups.iter().skip(model).step_by(m.models).filter(|g| g.sigma >= ABOVE);
        let missing =
            |g: &Group| Estimate::mean_of_all(&g.theta.iter().map(|t| 1.0 - t).collect::<Vec<_>>()).value;
        let (x, y): (Vec<f64>, Vec<f64>) = groups.map(|g| (g.sigma.ln(), missing(g).ln())).unzip();
        slope(&x, &y).value
    };
    claim("The mean overlap of rescaled samples approaches 1 more slowly, as σ^(-1/2)")
        .at("fanthomme2021 Sec. 2.4.1")
        .is(format!("d log(1 - ⟨θ⟩) / d log σ, σ ≥ {ABOVE}"), Estimate::mean((0..m.models).map(of_model)))
        .published(-0.5, 0.1)
}

/// Numerical roots against each other and the closed form.
fn exact(m: &Measured) -> [Claim; 3] {
    let count = m.solved().count();
    let pairs = || m.solved().filter(|(_, s)| s.opt.len() == 1 && s.cross.len() == 1);
    let apart = largest(pairs().map(|(_, s)| (s.opt[0] / s.cross[0] - 1.0).abs()));
    let off = largest(pairs().filter_map(|(_, s)| Some((s.opt[0] / m.exact(s.theta)? - 1.0).abs())));
    // Roots beyond the range are not looked for, those at its ends may fall to either side.
    let inside =
        |s: &Solved| m.exact(s.theta).is_none_or(|g| g > 1.01 * super::RANGE.0 && g < 0.99 * super::RANGE.1);
    let wrong = m.solved().filter(|(_, s)| inside(s)).filter(|(_, s)| {
        let expected = usize::from(m.exact(s.theta).is_some());
        s.opt.len() != expected || s.cross.len() != expected
    });
    [
        theory("For one sample γ_opt and γ_cross are the same number, at any n")
            .at("new; fanthomme2021 eqs. 2.63, 2.72 to leading order")
            .is(
                "largest |γ_opt/γ_cross - 1|, roots found separately",
                Estimate::exact(apart, pairs().count()),
            )
            .predicted(0.0, 1e-9)
            .headline(),
        theory("It has the closed form o (n - o)²/(n (n - 1)(o - 1)), o = n θ")
            .at("new; contains fanthomme2021 eqs. 2.63, 2.64, 2.72, 2.74")
            .is("largest |γ_opt over the closed form - 1|", Estimate::exact(off, pairs().count()))
            .predicted(0.0, 1e-9)
            .headline(),
        claim(
            "A sample with θ < 1/n has no strength: no crossing, no maximum; one with θ > 1/n has one of \
             each",
        )
        .at("fanthomme2021 Sec. 2.4.1")
        .is("samples with another number of roots", Estimate::count(wrong.count(), count))
        .predicted(0.0, 0.0)
        .headline(),
    ]
}

fn laws_of_gamma(m: &Measured) -> [Claim; 3] {
    let quantity = "median |law over γ_cross found - 1|";
    let median = |from: f64, to: f64, f: &dyn Fn(f64, f64) -> Option<f64>| {
        let here = m.solved().filter(|(sigma, _)| *sigma >= from && *sigma <= to);
        Estimate::median(
            here.filter_map(|(sigma, s)| Some((f(sigma, s.theta)? / s.cross.first()? - 1.0).abs())),
        )
    };
    let tolerance = 10.0 / m.n as f64;
    let printed = |sigma: f64, theta: f64| m.predicted(sigma, theta);
    // The thesis's program, which has o for theta.
    let program = |_: f64, theta: f64| {
        let n = m.n as f64;
        let below = (n + 1.0) * theta - 1.0;
        (below > 0.0).then(|| n * theta / below)
    };
    [
        claim(format!("γ_cross = nθ/(nθ - 1) below the transition (σ ≤ {BELOW})"))
            .at("fanthomme2021 eq. 2.63")
            .is(quantity, median(0.0, BELOW, &printed))
            .predicted(0.0, tolerance),
        claim(format!("γ_cross = (1 - θ)² above the transition (σ ≥ {ABOVE})"))
            .at("fanthomme2021 eq. 2.64")
            .is(quantity, median(ABOVE, f64::INFINITY, &printed))
            .predicted(0.0, tolerance),
        claim(format!("γ_cross = nθ/((n + 1)θ - 1), as in the thesis's program (σ ≤ {BELOW})"))
            .at("the thesis's program")
            .is(quantity, median(0.0, BELOW, &program))
            .predicted(0.0, tolerance)
            .if_differs(
                "The thesis's program has n + 1 for n in the denominator: a relative change of θ/(nθ - 1), \
                 which is not small where nθ is near one, as it is for the weakest couplings. Eq. 2.63 as \
                 printed is nearer.",
            ),
    ]
}

/// "The optimal regularization varies strongly from sample to sample."
fn varies(m: &Measured) -> Claim {
    let ratio = |g: &Group| {
        let all = || g.theta.iter().filter_map(|t| m.exact(*t));
        quantile(all(), 0.75) / quantile(all(), 0.25)
    };
    let end = |scale: usize| Estimate::mean(m.of(scale).iter().map(ratio));
    let ends = [end(0), end(m.sigmas.len() - 1)];
    let quantity = format!(
        "ratio of the upper to the lower quartile, mean over models, at that of the two ends ({:.1} and \
         {:.1}) which is nearer to 2",
        ends[0].value, ends[1].value
    );
    claim("Where σ is very small or very large the strength varies strongly from sample to sample")
        .at(FIGURE)
        .decided_by(quantity, &ends)
        .above(2.0)
        .headline()
}

fn identity(m: &Measured) -> Claim {
    let worst = largest(m.solved().map(|(_, s)| s.identity));
    let lost = Estimate::mean(m.of(0).iter().map(|g| without_root(g, m.n))).value;
    check("L_gen = L_train - γ tr J*²/(2α) (eq. 2.16) in every estimate")
        .at("fanthomme2021 eq. 2.16")
        .is(
            format!(
                "largest difference, relative to the largest term ({:.0} % of the samples at σ = {} have no \
                 strength)",
                100.0 * lost,
                m.sigmas[0]
            ),
            Estimate::exact(worst, m.solved().count()),
        )
        .predicted(0.0, 1e-12)
}
