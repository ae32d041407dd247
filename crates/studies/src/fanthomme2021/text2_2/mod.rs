//! What the text of Secs. 2.3 and 2.4 says of few and of many samples: eigenbases, likelihoods, fluctuations, strengths.

mod bases;
mod finite;
mod fluctuations;
mod many;
mod scale;
mod weak;

use crate::common::*;

/// The text on few and many samples.
pub const STUDY: Study = Study::new(
    "fanthomme2021/text2.2",
    "Eigenbases, likelihoods and strengths from few samples to many, and how many samples fluctuate",
    run,
);

/// Variables, true models and data sets of each; models and data sets of the fluctuations.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub n: usize,
    pub models: usize,
    pub draws: usize,
    pub repeats: usize,
    pub data: usize,
}

fn run(settings: &Settings, observer: &dyn Observer) -> Result<Findings, Error> {
    let size = match settings.preset {
        Preset::Quick => Size { n: 200, models: 4, draws: 5, repeats: 8, data: 2000 },
        Preset::Paper => Size { n: 1000, models: 8, draws: 10, repeats: 20, data: 10_000 },
    };
    findings(size, settings.seed, observer)
}

fn findings(size: Size, seed: u64, observer: &dyn Observer) -> Result<Findings, Error> {
    let bases = bases::measure(size.repeats, seed, observer)?;
    let moments = fluctuations::measure(size.repeats, size.data, seed, observer)?;
    let many = many::measure(size.repeats, seed, observer)?;
    let weak = weak::measure(size, seed, observer)?;
    let finite = finite::measure(size, seed, observer)?;
    let scale = scale::measure(4 * size.repeats, seed);
    let claims = [
        bases::claims(&bases),
        weak::claims(&weak),
        fluctuations::claims(&moments),
        many::claims(&many),
        finite::claims(&finite),
        scale::claims(&scale),
    ]
    .concat();
    let sections =
        vec![samples(&bases, &many, size)?, likelihoods(&weak, size)?, strengths(&finite, &scale, size)?];
    Ok(Findings { answer: answer(&claims), claims, sections, json: entries([]), warnings: vec![] })
}

fn samples(b: &bases::Bases, m: &[many::Approach], size: Size) -> Result<Section, Error> {
    let caption = format!(
        "A: largest squared overlap of a true eigenvector with an empirical one, mean over eigenvectors (dots), and the share of \
         |C - 1|² that is off the diagonal in the empirical basis (dashed). B: distance of J* from μ - C_emp⁻¹ over |J*|, and what the \
         first order in U leaves of C_emp⁻¹ over that order. Means over {} models with standard errors.",
        size.repeats
    );
    let figures = [bases::figure(b)?, many::figure(m)?];
    Ok(Section::new("samples", "Eigenbases and expansions at many samples")
        .figures([panels("samples", "Eigenbases and expansions", &caption, &figures, 2)?])
        .tables([bases::table(b), many::table(m)]))
}

fn likelihoods(w: &weak::Weak, size: Size) -> Result<Section, Error> {
    let caption = format!(
        "A: likelihoods a variable of training, test and generated data at the weakest penalty of the thesis's grid, against the \
         sampling ratio; test likelihoods of few samples lie below the axis. B: generated less test likelihood where the test \
         likelihood is largest, over what the true couplings gain. Means over {} data sets of n = {} with standard errors.",
        size.models * size.draws,
        size.n
    );
    Ok(Section::new("likelihoods", "Likelihoods at weak penalties and at the best")
        .figures([panels("likelihoods", "Likelihoods", &caption, &weak::figures(w)?, 2)?])
        .tables([weak::table(w)]))
}

fn strengths(f: &finite::Finite, s: &[scale::Width], size: Size) -> Result<Section, Error> {
    let caption = format!(
        "A: γ_cross, the root of the mean residual of {} data sets of n = {}, over n/tr J² (eq. 2.20), with jackknife errors. B: tr \
         J²/(nσ²) of random bands as eq. 2.36 prints them (dashed: (w - 2)/w) and with the scale of the thesis's program.",
        2 * size.models * size.draws,
        size.n
    );
    let figures = [finite::figure(f)?, scale::figure(s)?];
    Ok(Section::new("strengths", "Strengths at finite sampling, and the scale of bands")
        .figures([panels("strengths", "Strengths and scales", &caption, &figures, 2)?])
        .tables([finite::table(f), scale::table(s)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use nullcline_core::job::Silent;

    #[test]
    fn a_small_run_bears_out_what_is_exact() {
        let size = Size { n: 40, models: 2, draws: 3, repeats: 3, data: 600 };
        let found = findings(size, 1, &Silent).unwrap();
        for (words, expected) in [
            ("E tr U²", Verdict::Holds),
            ("uncorrelated matrix", Verdict::Differs),
            ("mean square is", Verdict::Holds),
            ("They are uncorrelated", Verdict::Differs),
            ("(C⁻¹)_ai (C⁻¹)_bj", Verdict::Differs),
            ("(C⁻¹)_ja (C⁻¹)_bi", Verdict::Holds),
            ("as γ/α", Verdict::Holds),
            ("first order in U", Verdict::Holds),
            ("whatever their width", Verdict::Differs),
            ("it grows as", Verdict::Holds),
        ] {
            let claim = crate::common::found(&found, words);
            assert_eq!(claim.verdict, expected, "{claim:?}");
        }
    }
}
