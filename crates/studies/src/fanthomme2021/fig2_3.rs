//! Fig. 2.3: strengths and likelihood gap against the sampling ratio, for couplings of the orthogonal ensemble.

use super::at_size;
use super::strengths::fit::{Limit, together};
use super::strengths::{
    Case, MANY, MANY_GAMMA, PRINTED, Quantity, Row, Size, TRUNCATED, alphas, drawing, identity, limit,
    measure,
};
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::inference::gaussian::roots::Strength;

/// Fig. 2.3.
pub const STUDY: Study = Study::new(
    "fanthomme2021/fig2.3",
    "Regularisation strengths and likelihood gap against the sampling ratio",
    run,
);

const SIGMAS: [f64; 6] = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9];
const FIGURE: &str = "fanthomme2021 Fig. 2.3";

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    findings(Size::of(settings.preset, (200, 8, 10)), &SIGMAS, settings.seed, observer)
}

fn findings(size: Size, sigmas: &[f64], seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let case = |sigma: &f64| Case {
        name: format!("σ = {sigma}"),
        sigma: *sigma,
        ensemble: Ensemble::Goe { sigma: *sigma },
    };
    let cases: Vec<Case> = sigmas.iter().map(case).collect();
    let rows = measure(&cases, &alphas(), size, seed, observer)?;
    let limits = Limits::new(&cases, &rows);
    let claims = at_size(claims(&cases, &rows, &limits), size.n, PRINTED);
    let json = fields(Found {
        sigma: sigmas,
        limit_cross: Entry::of(&limits.cross),
        limit_opt: Entry::of(&limits.opt),
        limit_gap: Entry::of(&limits.gap),
    });
    let sections = vec![section(&cases, &rows, &limits, size)?];
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings: vec![] })
}

/// Values at infinitely many samples of every sigma, in units of predictions.
struct Limits {
    cross: Vec<Option<Limit>>,
    opt: Vec<Option<Limit>>,
    gap: Vec<Option<Limit>>,
}

impl Limits {
    fn new(cases: &[Case], rows: &[Row]) -> Self {
        let all = |quantity: Quantity| -> Vec<Option<Limit>> {
            (0..cases.len()).map(|k| limit(rows.iter().filter(|r| r.case == k), quantity)).collect()
        };
        Self { cross: all(Quantity::Cross), opt: all(Quantity::Opt), gap: all(Quantity::Gap) }
    }
}

/// Limits of every case, null where there is none.
#[derive(Serialize)]
struct Entry {
    value: Vec<f64>,
    std_error: Vec<f64>,
}

impl Entry {
    fn of(limits: &[Option<Limit>]) -> Self {
        let each = |f: fn(&Limit) -> f64| list(limits, |l| l.as_ref().map_or(f64::NAN, f));
        Self { value: each(|l| l.value), std_error: each(|l| l.error) }
    }
}

/// The strengths and their gap over the laws of weak couplings.
#[derive(Serialize)]
struct Found<'a> {
    sigma: &'a [f64],
    limit_cross: Entry,
    limit_opt: Entry,
    limit_gap: Entry,
}

/// Two claims: the limits together are one, and so is each; `sets` are the data sets behind a point of them.
fn in_the_limit(
    what: &str,
    source: &str,
    quantity: &str,
    limits: &[Option<Limit>],
    sets: usize,
) -> Vec<Claim> {
    let found: Vec<Limit> = limits.iter().flatten().copied().collect();
    let (value, error, _) = together(&found);
    let all = Estimate::new(value, error, if found.is_empty() { 0 } else { sets });
    let away = |l: &Limit| Estimate::new(l.value, l.error, sets).plus(-1.0).abs();
    let away: Vec<Estimate> = found.iter().map(away).collect();
    let furthest = format!("largest distance from one of {} limits, error of the choice", found.len());
    at(
        source,
        [
            theory(format!("{what} (extrapolated to α → ∞, σ together)"))
                .is(format!("{quantity}; n: data sets a point"), all)
                .predicted(1.0, TRUNCATED)
                .headline(),
            theory(format!("{what}: no σ is an exception"))
                .decided_by(furthest, &away)
                .predicted(0.0, TRUNCATED),
        ],
    )
}

fn claims(cases: &[Case], rows: &[Row], limits: &Limits) -> Vec<Claim> {
    let sets = rows.iter().map(|r| r.sets).min().unwrap_or(0);
    let mut out = vec![];
    let cross = "γ_cross tends to (n + 1)/tr J² at many samples";
    let source = "fanthomme2021 eq. 2.48, finite n";
    out.extend(in_the_limit(cross, source, "γ_cross tr J²/(n + 1)", &limits.cross, sets));
    let opt = "γ_opt tends to the same for the orthogonal ensemble";
    let source = "fanthomme2021 eq. 2.20";
    out.extend(in_the_limit(opt, source, "γ_opt over the general prediction", &limits.opt, sets));
    out.push(beside(rows, 1.0, f64::INFINITY, 0.05, "α at least 1"));
    out.push(beside(rows, 0.0, 0.999, 0.5, "α below 1"));
    let gap = "The likelihood gap obeys -(n + 1)/(4 α n) at many samples";
    let source = "new; the thesis leaves Fig. 2.3B open";
    out.extend(in_the_limit(gap, source, "gap over the law", &limits.gap, sets));
    out.extend(weak(cases, rows));
    out.extend(identical(cases, rows));
    out.push(fluctuations(rows));
    out.push(identity(rows.iter()));
    out
}

/// gamma_opt beside gamma_cross over sampling ratios in [from, to].
fn beside(rows: &[Row], from: f64, to: f64, tolerance: f64, words: &str) -> Claim {
    let rows = rows.iter().filter(|r| r.alpha >= from && r.alpha <= to);
    // Both come from the same data: the errors together are at least that of the ratio.
    let ratio = |r: &Row| r.together(Strength::Opt).over(r.together(Strength::Cross));
    let known = rows.map(ratio).filter(|m| m.value.is_finite());
    let apart: Vec<Estimate> = known.map(|m| m.plus(-1.0).abs()).collect();
    let quantity = "largest |γ_opt/γ_cross - 1| over σ and α, of all data sets together, error of the \
                    choice";
    claim(format!("γ_opt and γ_cross nearly coincide ({words})"))
        .at(FIGURE)
        .decided_by(quantity, &apart)
        .predicted(0.0, tolerance)
        .headline()
}

/// The gap of the weakest couplings at every sampling ratio.
fn weak(cases: &[Case], rows: &[Row]) -> Option<Claim> {
    let case = (0..cases.len()).min_by(|a, b| cases[*a].sigma.total_cmp(&cases[*b].sigma))?;
    let of_case = rows.iter().filter(|r| r.case == case);
    let away: Vec<Estimate> = of_case.map(|r| r.gap_in_units().plus(-1.0).abs()).collect();
    Some(
        theory(format!("{}: the gap is -(n + 1)/(4 (α + n/tr J²) n) at every α", cases[case].name))
            .at("new: shrinkage of weak couplings")
            .decided_by("largest |gap over the law - 1|, error of the choice", &away)
            .predicted(0.0, 0.05),
    )
}

/// "The gaps are identical between different values of the interaction strength."
fn identical(cases: &[Case], rows: &[Row]) -> Option<Claim> {
    let order = |a: &usize, b: &usize| cases[*a].sigma.total_cmp(&cases[*b].sigma);
    let (weak, strong) = ((0..cases.len()).min_by(order)?, (0..cases.len()).max_by(order)?);
    let last = |case| {
        rows.iter().filter(move |r| r.case == case).max_by(|a: &&Row, b: &&Row| a.alpha.total_cmp(&b.alpha))
    };
    let (a, b) = (last(weak)?, last(strong)?);
    Some(
        claim(format!("The gaps of different σ are identical at α = {}", a.alpha))
            .at(FIGURE)
            .is(format!("gap at {} over gap at {}", cases[weak].name, cases[strong].name), a.gap.over(b.gap))
            .predicted(1.0, 0.05)
            .headline()
            .if_differs(
                "Identical only where α exceeds 1/σ²: below, the penalty replaces missing samples, and the \
                 gap is near -(n + 1)/(4 (α + 1/σ²) n). On the logarithmic scale of the figure the strong \
                 couplings do lie on one line.",
            ),
    )
}

/// Roots of single data sets fluctuate as theory says.
fn fluctuations(rows: &[Row]) -> Claim {
    // The law is that of the numerator of eq. 2.42 alone; the rest is of relative order gamma/alpha.
    const GAMMA: f64 = 30.0;
    let many = rows.iter().filter(|r| r.alpha >= 0.999 * MANY && r.alpha >= GAMMA * r.cross);
    theory("γ_cross of one data set fluctuates by sqrt(2 α tr(JCJC)/n)/(n + 1), which grows with α")
        .at("new: fluctuation of eq. 2.42")
        .is(
            format!(
                "measured over predicted relative standard deviation, mean over σ and α above {MANY} and \
                 {GAMMA} γ"
            ),
            Estimate::mean_of_found(many.map(|r| r.measured_spread() / r.spread)),
        )
        .predicted(1.0, 0.1)
}

fn limits_table(cases: &[Case], limits: &Limits) -> TableOut {
    let rows: Vec<usize> = (0..cases.len()).collect();
    let mut table = Table::of(&rows).column("sigma", "", |k| cases[*k].sigma);
    for (name, all) in [("cross", &limits.cross), ("opt", &limits.opt), ("gap", &limits.gap)] {
        let [error, fit, freedom] =
            ["std_error", "chi_squared", "degrees_of_freedom"].map(|w| format!("{name}_{w}"));
        let numbers = |k: &usize| {
            all[*k].map_or([f64::NAN; 4], |l| [l.value, l.error, l.chi_squared, l.freedom as f64])
        };
        table = table.columns([name, &error, &fit, &freedom], numbers);
    }
    table.named(
        "limits",
        format!(
            "γ_cross, γ_opt and gap in units of their predictions, extrapolated to infinitely many samples \
             by a quadratic in 1/(α + γ) through α ≥ {MANY} and α ≥ {MANY_GAMMA} γ; σ that leave too few of \
             these have no limit."
        ),
    )
}

fn section(cases: &[Case], rows: &[Row], limits: &Limits, size: Size) -> Result<Section, Error> {
    let parts = [drawing::strengths(cases, rows)?, drawing::gaps(cases, rows)?];
    let caption = format!(
        "A: γ_opt (dots), γ_cross (lines) and (n + 1)/tr J² (dashed) against the sampling ratio. B: the \
         likelihood gap ΔL = L_test(γ_opt) - L(J) a variable (dots), (n + 1)/(4 (α + γ) n) with γ = n/tr J² \
         (lines), and its limit at many samples (dashed). n = {}, {} data sets a point; γ are roots of the \
         mean residual. Bars are one standard error.",
        size.n,
        size.models * size.draws
    );
    let cross =
        drawing::in_units(cases, rows, "γ_cross tr J² / (n + 1)", [0.94, 1.14], |r| r.pooled_cross)?;
    let gap = drawing::in_units(cases, rows, "ΔL / law", [0.8, 1.02], Row::gap_in_units)?;
    let units = panels(
        "limits",
        "Approach to the limits of many samples",
        "A: γ_cross, and B: the gap, in units of (n + 1)/tr J² and of -(n + 1)/(4 (α + γ) n), against 1/(α \
         + γ): the limits at zero are one. Bars are one standard error.",
        &[cross, gap],
        2,
    )?;
    let limit = |all: &[Option<Limit>]| {
        let (value, error, _) = together(&all.iter().flatten().copied().collect::<Vec<_>>());
        words(Estimate::new(value, error, 0))
    };
    Ok(Section::new("strengths", "Strengths and gap against the sampling ratio")
        .intro(
            "Couplings of the Gaussian orthogonal ensemble. A strength of single data sets fluctuates by \
             about sqrt(α)/n, so that the mean of their roots is biased in second order; shown is the root \
             of the residual's mean over all data sets, every one with γ in units of the prediction from \
             its own realised couplings, with a jackknife error. The table has both.",
        )
        .intro(
            "Expectations of the residuals are power series in 1/α; limits are read off a quadratic in 1/(α \
             + γ), which sums up the shrinkage of weak couplings, a function of α/(α + γ) alone.",
        )
        .fact("γ_cross, α → ∞, in units of the prediction", limit(&limits.cross))
        .fact("γ_opt, α → ∞, in units of the prediction", limit(&limits.opt))
        .fact("gap, α → ∞, in units of the prediction", limit(&limits.gap))
        .figures([panels("strengths", "Strengths and likelihood gap", &caption, &parts, 2)?, units])
        .tables([drawing::table("strengths", cases, rows), limits_table(cases, limits)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn a_small_run_bears_out_the_limits() {
        let found = findings(Size { n: 30, models: 3, draws: 6 }, &[0.1, 0.5], 1, &Silent).unwrap();
        let claim = |words: &str| crate::common::found(&found, words);
        // Few and small data sets cannot tell; they must not deny.
        for words in ["γ_cross tends", "likelihood gap obeys"] {
            assert_ne!(claim(words).verdict, Verdict::Differs, "{:?}", claim(words));
        }
        assert_eq!(claim("2.16").verdict, Verdict::Holds, "{:?}", claim("2.16"));
        assert!((claim("γ_cross tends").measured.value - 1.0).abs() < 0.3);
        assert_eq!(found.sections[0].tables[0].rows(), 2 * 29);
    }
}
