//! Both strengths at finite sampling: how far γ_cross is from eq. 2.20, and whether there is an optimum.

use super::super::at_size;
use super::super::strengths::{self, Case, PRINTED, Row, drawing};
use super::Size;
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::Ensemble;
use nullcline_core::inference::gaussian::roots::Strength;

/// Sampling ratios; before them that of one sample.
const ALPHAS: [f64; 7] = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];
/// Cases of the orthogonal ensemble come first.
const RANDOM: usize = 3;

fn cases() -> Vec<Case> {
    let case = |name: &str, sigma: f64, ensemble| Case { name: name.into(), sigma, ensemble };
    let goe = |sigma: f64| case(&format!("orthogonal, σ = {sigma}"), sigma, Ensemble::Goe { sigma });
    let chain = |sigma: f64| case(&format!("chain, σ = {sigma}"), sigma, Ensemble::Chain { sigma });
    vec![
        goe(0.3),
        goe(0.5),
        goe(0.8),
        case("band, w = 10, σ = 0.5", 0.5, Ensemble::Band { sigma: 0.5, half_width: 10 }),
        chain(0.3),
        chain(1.0),
    ]
}

pub(super) struct Finite {
    cases: Vec<Case>,
    rows: Vec<Row>,
    n: usize,
}

pub(super) fn measure(size: Size, seed: u64, observer: &dyn Observer) -> Result<Finite, Error> {
    let cases = cases();
    let alphas = [&[(size.n as f64).recip()][..], &ALPHAS].concat();
    let size = strengths::Size { n: size.n, models: size.models, draws: 2 * size.draws };
    let rows = strengths::measure(&cases, &alphas, size, seed, observer)?;
    Ok(Finite { cases, rows, n: size.n })
}

/// gamma_cross of all data sets together over n/tr J².
fn relative(r: &Row) -> Estimate {
    r.together(Strength::Cross).times(r.thesis.recip())
}

pub(super) fn claims(m: &Finite) -> Vec<Claim> {
    let mut out = vec![];
    for (random, name) in [(true, "orthogonal ensemble"), (false, "band and chains")] {
        for (many, range, tolerance) in [(true, "α from 1 to 30", 0.25), (false, "α from 1/n to 0.3", 0.5)]
        {
            let chosen = |r: &&Row| (r.case < RANDOM) == random && (r.alpha > 0.9) == many;
            let away: Vec<Estimate> =
                m.rows.iter().filter(chosen).map(|r| relative(r).plus(-1.0).abs()).collect();
            out.push(
                claim(format!("n/tr J² is γ_cross over a wide range of parameters ({name}, {range})"))
                    .decided_by(
                        "largest |γ_cross tr J²/n - 1| over couplings and α, of all data sets together, error of the choice",
                        &away,
                    )
                    .predicted(0.0, tolerance)
                    .if_differs("eq. 2.20 is the limit of many samples; of a chain of σ = 1 γ_cross is up to four times it at few")
                    .at("fanthomme2021 Sec. 2.5"),
            );
        }
    }
    if let Some(first) = out.first_mut() {
        *first = first.clone().headline();
    }
    out.extend(exists(m));
    at_size(out, m.n, PRINTED)
}

/// "An optimal regularization still exists for all values of the sampling ratio."
fn exists(m: &Finite) -> Vec<Claim> {
    let structured = || m.rows.iter().filter(|r| r.case >= RANDOM);
    let without = |r: &Row| r.sets - r.roots[0].n;
    let least = structured().map(|r| r.alpha).fold(f64::INFINITY, f64::min);
    let sets = |one: bool| structured().filter(move |r| (r.alpha <= least) == one);
    let lacking = |one: bool| Estimate::count(sets(one).map(without).sum(), sets(one).map(|r| r.sets).sum());
    let together = structured().filter(|r| r.pooled_opt.value.is_nan()).count();
    let text = "fanthomme2021 Sec. 2.3.2";
    vec![
        claim("Band and chains: the mean test likelihood has a maximum at every α")
            .is("couplings and α at which it has none", Estimate::count(together, structured().count()))
            .predicted(0.0, 0.0)
            .headline()
            .at(text),
        claim("Band and chains: an optimal strength exists for every data set of several samples")
            .is("data sets without one, α from 0.03", lacking(false))
            .predicted(0.0, 0.0)
            .if_differs("samples that mislead leave no couplings as the best estimate")
            .at(text),
        claim("and for every one of a single sample")
            .is("data sets without one, α = 1/n", lacking(true))
            .predicted(0.0, 0.0)
            .if_differs(
                "a sample whose overlap with C is below 1/n misleads, as Sec. 2.4.1 says: it has none",
            )
            .at(text),
    ]
}

pub(super) fn figure(m: &Finite) -> Drawn {
    let one = |(k, case): (usize, &Case)| {
        let rows: Vec<&Row> = m.rows.iter().filter(|r| r.case == k).collect();
        let all = curve(&case.name, &list(&rows, |r| r.alpha), rows.iter().map(|r| relative(r)));
        all.ink(Ink::Series(k)).joined()
    };
    let series: Vec<Series> = m.cases.iter().enumerate().map(one).collect();
    let axes = Axes {
        x_log: true,
        y_log: true,
        width: 1.45 * THIRD,
        ..Axes::new("sampling ratio α", "γ_cross tr J²/n")
    };
    scatter(&series, &axes.reference("", Reference::Across(1.0)))?.named(
        "finite",
        "γ_cross at finite sampling",
        "",
    )
}

pub(super) fn table(m: &Finite) -> TableOut {
    drawing::table("finite", &m.cases, &m.rows)
}
