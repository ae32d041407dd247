//! What the text of chapter 2 says beside its figures: the transition of strong couplings, one sample, bands, and its formulas.

mod along;
mod bands;
mod formulas;
mod one_sample;
mod transition;

use super::{at_size, strengths::PRINTED};
use crate::common::*;

/// The text of chapter 2.
pub const STUDY: Study = Study::new(
    "fanthomme2021/text2.3",
    "Where strong couplings condense, what one sample says, which bands are localised, and the formulas of the strengths",
    run,
);

/// Variables and true models; variables of the bands, and bands of each width; data sets of the formulas.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub n: usize,
    pub models: usize,
    pub band: usize,
    pub bands: usize,
    pub sets: usize,
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = match settings.preset {
        Preset::Quick => Size { n: 1000, models: 4, band: 400, bands: 4, sets: 4 },
        Preset::Paper => Size { n: 1000, models: 10, band: 800, bands: 8, sets: 20 },
    };
    findings(size, settings.seed, observer)
}

fn findings(size: Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let condensed = transition::measure(size, seed, observer)?;
    let single = one_sample::measure(size.n)?;
    let along = along::measure(seed)?;
    let localised = bands::measure(size, seed, observer)?;
    let formulas = formulas::measure(size.sets, seed)?;
    let mut claims = at_size(transition::claims(&condensed), size.n, PRINTED);
    claims.extend(at_size(one_sample::claims(&single), size.n, PRINTED));
    claims.extend(along::claims(&along));
    claims.extend(bands::claims(&localised, size.band));
    claims.extend(formulas::claims(&formulas));
    let figures = [
        transition::figure(&condensed)?,
        one_sample::figure(&single)?,
        bands::figure(&localised, size.band)?,
    ];
    let caption = format!(
        "A: largest eigenvalue of the covariance over n against the couplings' scale, mean over {} models of the orthogonal \
         ensemble with its standard error; dashed 1 - 1/σ. B: multiplier of the estimate from one sample; dashed the law of \
         eq. 2.55. C: participation ratio of the eigenvectors of bands of w neighbours on either side over n/3, that of extended \
         ones; upright the root of n.",
        size.models
    );
    let section = Section::new("text", "Transition, one sample, bands")
        .figures([panels("text", "Transition, one sample, bands", &caption, &figures, 3)?])
        .tables([
            transition::table(&condensed),
            one_sample::table(&single),
            along::table(&along),
            bands::table(&localised),
        ]);
    Ok(Findings {
        answer: answer(&claims),
        claims,
        sections: vec![section],
        json: entries([]),
        warnings: vec![],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn a_small_run_bears_out_what_is_exact() {
        let size = Size { n: 200, models: 3, band: 60, bands: 2, sets: 2 };
        let found = findings(size, 1, &Silent).unwrap();
        for words in [
            "Chain",
            "the printed first equality",
            "eqs. 2.23",
            "rises with μ",
            "as small as one likes",
            "eq. 2.52",
            "eq. 2.53",
            "two eigenvalues and of θ",
            "eq. 2.67",
            "eqs. 2.69",
            "eq. 2.71",
            "eq. 2.73",
        ] {
            let claim = crate::common::found(&found, words);
            let expected = match words {
                "the printed first equality" | "as small as one likes" => Verdict::Differs,
                _ => Verdict::Holds,
            };
            assert_eq!(claim.verdict, expected, "{claim:?}");
        }
    }
}
