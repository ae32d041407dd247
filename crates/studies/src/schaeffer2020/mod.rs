//! Schaeffer, Khona, Meshulam, IBL and Fiete (2020): networks that solve a hierarchical inference task, and RADD.

mod behaviour;
mod dynamics;
mod elman;
mod fig2;
mod fig3;
mod fig4;
mod fig5;
mod fig6;
mod fig7;
mod fig8;
mod fig9;
mod geometry;
mod measured;
pub mod networks;
mod reduced;
mod sizes;

use super::Study;

/// All studies of the paper.
pub const STUDIES: &[Study] = &[
    fig2::STUDY,
    fig3::STUDY,
    fig4::STUDY,
    fig5::STUDY,
    fig6::STUDY,
    fig7::STUDY,
    fig8::STUDY,
    fig9::STUDY,
    sizes::STUDY,
];

#[cfg(test)]
mod tests {
    use super::networks::Sizes;
    use super::*;
    use crate::claims::Kind;
    use crate::{Error, Findings, Preset, Settings, Verdict};
    use nullcline_core::analyses::training::clear_progress;
    use nullcline_core::job::Silent;

    /// Networks of two seeds, trained until they act at all, which all studies share; a short session.
    const SMALL: Sizes = Sizes { seeds: 2, blocks: 40, steps: networks::NAMED + 1000, distilled: 40 };

    /// Every study runs from end to end, and what it says is made from what it measured.
    #[test]
    fn every_study_runs_on_small_networks() {
        let folder = std::env::temp_dir().join(format!("nullcline-networks-{}", std::process::id()));
        let settings = Settings {
            preset: Preset::Quick,
            seed: 1,
            as_published: false,
            data: None,
            progress: folder.clone(),
            shared: folder.clone(),
        };
        let units = [(10, SMALL.steps, 2)];
        type Run<'a> = &'a dyn Fn() -> Result<Findings, Error>;
        let runs: [Run; 9] = [
            &|| fig2::findings(SMALL, &settings, &Silent),
            &|| fig3::findings(SMALL, &settings, &Silent),
            &|| fig4::findings(SMALL, &settings, &Silent),
            &|| fig5::findings(SMALL, &settings, &Silent),
            &|| fig6::findings(SMALL, &settings, &Silent),
            &|| fig7::findings(SMALL, &settings, &Silent),
            &|| fig8::findings(SMALL, &settings, &Silent),
            &|| fig9::findings(SMALL, &settings, &Silent),
            &|| sizes::findings(&units, SMALL.blocks, &settings, &Silent),
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
                // Networks that are not the paper's are not held against its numbers.
                assert!(
                    claim.kind != Kind::Paper || claim.published.is_none() || claim.source.contains("Fig. 3"),
                    "{words}"
                );
                assert!(claim.verdict != Verdict::Holds || claim.measured.reach().is_some(), "{words}");
                assert!(claim.measured.n > 0 || claim.verdict == Verdict::NotTested, "{words}");
            }
        }
        // What they shared lay in one place, and all of it goes.
        assert!(folder.join("network-of-50-seed-2").join(SMALL.steps.to_string()).is_dir());
        assert!(clear_progress(&folder).unwrap(), "something is left in {}", folder.display());
    }
}
