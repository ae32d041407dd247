//! Fig. 2.4: strengths against the sampling ratio for structured couplings, and where eq. 2.20 fails.

mod many;
mod verdicts;

use super::at_size;
use super::strengths::{Case, PRINTED, Row, Size, alphas, drawing, measure};
use crate::common::*;
use nullcline_core::inference::gaussian::ensemble::Ensemble;

/// Fig. 2.4.
pub const STUDY: Study = Study::new(
    "fanthomme2021/fig2.4",
    "Regularisation strengths of bands and chains, and where the thesis's prediction fails",
    run,
);

const BAND_SIGMA: f64 = 0.1;
const WIDTHS: [usize; 8] = [1, 5, 10, 20, 40, 100, 300, 500];
const CHAINS: [f64; 7] = [0.1, 0.3, 0.5, 0.7, 1.0, 3.0, 10.0];

/// Bands of the thesis's widths, of which those that reach all other sites count once.
fn bands(n: usize) -> Vec<Case> {
    let whole = n / 2;
    let mut widths: Vec<usize> = WIDTHS.iter().map(|w| (*w).min(whole)).collect();
    widths.dedup();
    let case = |w: usize| Case {
        name: format!("w = {w}"),
        sigma: BAND_SIGMA,
        ensemble: Ensemble::Band { sigma: BAND_SIGMA, half_width: w },
    };
    widths.into_iter().map(case).collect()
}

fn chain(sigma: f64) -> Case {
    Case { name: format!("σ = {sigma}"), sigma, ensemble: Ensemble::Chain { sigma } }
}

/// One panel of the figure.
struct Panel {
    cases: Vec<Case>,
    rows: Vec<Row>,
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = Size::of(settings.preset, (200, 4, 5));
    findings(size, many::size(settings.preset), settings.seed, observer)
}

fn findings(size: Size, many: Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let panel = |cases: Vec<Case>| -> Result<Panel, Error> {
        let rows = measure(&cases, &alphas(), size, seed, observer)?;
        Ok(Panel { cases, rows })
    };
    let bands = panel(bands(size.n))?;
    let chains = panel(CHAINS.map(chain).to_vec())?;
    let many = many::measure(many, seed, observer)?;
    let of_figure = at_size(verdicts::claims(&bands, &chains), size.n, PRINTED);
    let claims = [of_figure, many::claims(&many)].concat();
    let json = entries([("many_samples", written(many.iter().map(many::Entry::of).collect::<Vec<_>>()))]);
    let sections = vec![section(&bands, &chains, size)?, many::section(&many)?];
    Ok(Findings { answer: answer(&claims), claims, sections, json, warnings: vec![] })
}

fn section(bands: &Panel, chains: &Panel, size: Size) -> Result<Section, Error> {
    let parts = [
        drawing::strengths(&bands.cases, &bands.rows)?.named("bands", "Random bands of half-width w", "")?,
        drawing::strengths(&chains.cases, &chains.rows)?.named("chain", "Chain", "")?,
    ];
    let caption = format!(
        "γ_opt (dots), γ_cross (lines) and (n + 1)/tr J² (dashed) against the sampling ratio, n = {}, {} \
         data sets a point. A: random bands on a ring, σ = {BAND_SIGMA}, w neighbours on either side. B: \
         ring of constant couplings σ between neighbours. Roots of the mean residual of all data sets; bars \
         are one standard error. Where the couplings are strong and samples many, single data sets \
         fluctuate by more than their mean.",
        size.n,
        size.models * size.draws
    );
    let tables = [("bands", bands), ("chain", chains)];
    let tables = tables.map(|(name, p)| drawing::table(name, &p.cases, &p.rows));
    Ok(Section::new("strengths", "Strengths of structured couplings")
        .intro(
            "Bands: couplings of standard deviation σ/sqrt(2 w) up to the distance w on a ring, so that tr \
             J² is n σ² at every width, as in the thesis's program (eq. 2.36 as printed gives (w - 2)/w of \
             it). Chain: eq. 2.37 with the distance on the ring, tr J² = 2 n σ².",
        )
        .figures([panels("strengths", "Strengths of structured couplings", &caption, &parts, 2)?])
        .tables(tables))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn a_small_run_has_both_predictions() {
        let many = Size { n: 30, models: 2, draws: 60 };
        let found = findings(Size { n: 24, models: 2, draws: 2 }, many, 1, &Silent).unwrap();
        let claim = |words: &str| crate::common::found(&found, words);
        assert_eq!(claim("2.16").verdict, Verdict::Holds, "{:?}", claim("2.16"));
        for words in ["Chain, σ = 0.6: γ_opt tends to the general", "Chain, σ = 0.6: the likelihood gap"] {
            assert_ne!(claim(words).verdict, Verdict::Differs, "{:?}", claim(words));
        }
        let old = claim("Chain, σ = 0.6: γ_opt tends to n/tr");
        let new = claim("Chain, σ = 0.6: γ_opt tends to the general");
        // What is predicted, not what chance gives: the distance between both numbers.
        assert!((new.predicted.unwrap() / old.predicted.unwrap() - 1.15).abs() < 0.03, "{new:?} {old:?}");
        assert_eq!(found.sections.len(), 2);
    }

    #[test]
    fn bands_that_reach_everything_count_once() {
        let names: Vec<String> = bands(200).into_iter().map(|c| c.name).collect();
        assert_eq!(names, ["w = 1", "w = 5", "w = 10", "w = 20", "w = 40", "w = 100"]);
        assert_eq!(bands(1000).len(), 8);
    }
}
