//! Krishna, Bredenberg, Levenstein, Richards and Lajoie (2024), "Sufficient conditions for offline reactivation in recurrent neural
//! networks": networks that integrate paths under noise, and what they do when nothing comes in.

mod ablations;
mod bias;
mod explored;
mod gru;
mod head_direction;
mod measure;
mod networks;
mod position;
mod theory;

use super::Study;

/// All studies of the paper.
pub const STUDIES: &[Study] =
    &[position::STUDY, head_direction::STUDY, bias::STUDY, ablations::STUDY, gru::STUDY, theory::STUDY];

#[cfg(test)]
mod tests {
    use super::networks::Sizes;
    use super::theory::Amount;
    use super::*;
    use crate::claims::Kind;
    use crate::{Error, Findings, Preset, Settings, Verdict};
    use nullcline_core::analyses::training::clear_progress;
    use nullcline_core::job::Silent;

    /// Networks that hardly learn anything.
    const SMALL: Sizes = Sizes {
        seeds: 2,
        units: 12,
        cells: 16,
        batch: 8,
        steps: 100,
        trials: 8,
        quiescent: 60,
        whole: false,
    };
    const LITTLE: Amount = Amount { states: 40, draws: 400, chains: 8, steps: 20_000 };

    /// Every study runs from end to end, and what it says is made from what it measured.
    #[test]
    fn every_study_runs_on_small_networks() {
        let folder = std::env::temp_dir().join(format!("nullcline-krishna-{}", std::process::id()));
        let settings = Settings {
            preset: Preset::Quick,
            seed: 1,
            as_published: false,
            data: None,
            progress: folder.clone(),
            shared: folder.clone(),
        };
        type Run<'a> = &'a dyn Fn() -> Result<Findings, Error>;
        let runs: [Run; 6] = [
            &|| position::findings(SMALL, &settings, &Silent),
            &|| head_direction::findings(SMALL, &settings, &Silent),
            &|| bias::findings([SMALL; 2], &settings, &Silent),
            &|| ablations::findings(SMALL, &settings, &Silent),
            &|| gru::findings(SMALL, &settings, &Silent),
            &|| theory::findings(LITTLE, SMALL, &settings, &Silent),
        ];
        assert_eq!(runs.len(), STUDIES.len());
        for (study, run) in STUDIES.iter().zip(runs) {
            let name = study.name;
            let found = run().unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(
                !found.claims.is_empty() && !found.sections.is_empty() && !found.answer.is_empty(),
                "{name}"
            );
            for claim in &found.claims {
                let words = format!("{name}: {claim:?}");
                assert!(claim.kind != Kind::Paper || claim.published.is_none(), "{words}");
                assert!(claim.verdict != Verdict::Holds || claim.measured.reach().is_some(), "{words}");
                assert!(claim.measured.n > 0 || claim.verdict == Verdict::NotTested, "{words}");
                // What needs no network holds at any size.
                assert!(claim.kind != Kind::Theory || claim.verdict != Verdict::Differs, "{words}");
            }
        }
        assert!(clear_progress(&folder).unwrap(), "something is left in {}", folder.display());
    }
}
