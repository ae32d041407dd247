//! Schaeffer, Khona, Meshulam, IBL and Fiete (2020): networks that solve a hierarchical inference task, and RADD.

mod behaviour;
mod dynamics;
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
    use crate::pipeline::Silent;
    use crate::studies::claims::Kind;
    use crate::studies::{Findings, Preset, Settings, Verdict};
    use std::time::Instant;

    /// Networks of two seeds, trained until they act at all, which all studies of one process share; a short session.
    const SMALL: Sizes = Sizes { seeds: 2, blocks: 40, steps: networks::NAMED + 1000, distilled: 40 };

    /// Every study runs from end to end, and what it says is made from what it measured.
    #[test]
    fn every_study_runs_on_small_networks() {
        let settings = Settings {
            preset: Preset::Quick,
            seed: 1,
            as_published: false,
            data: None,
            progress: std::env::temp_dir(),
        };
        let of = |sizes: fn(Sizes, &Settings, &dyn crate::pipeline::Observer) -> _| {
            sizes(SMALL, &settings, &Silent)
        };
        let mut all: Vec<(&str, Findings)> = vec![];
        let mut add = |study: &Study, found: Result<Findings, crate::studies::Error>| {
            let begun = Instant::now();
            all.push((study.name, found.unwrap_or_else(|e| panic!("{}: {e}", study.name))));
            println!("{}: {:.1} s", study.name, begun.elapsed().as_secs_f64());
        };
        add(&fig2::STUDY, of(fig2::findings));
        add(&fig3::STUDY, of(fig3::findings));
        add(&fig4::STUDY, of(fig4::findings));
        add(&fig5::STUDY, of(fig5::findings));
        add(&fig6::STUDY, of(fig6::findings));
        add(&fig7::STUDY, of(fig7::findings));
        add(&fig8::STUDY, of(fig8::findings));
        add(&fig9::STUDY, of(fig9::findings));
        add(&sizes::STUDY, sizes::findings(&[(10, SMALL.steps, 2)], SMALL.blocks, &settings, &Silent));
        assert_eq!(
            all.iter().map(|f| f.0).collect::<Vec<_>>(),
            STUDIES.iter().map(|s| s.name).collect::<Vec<_>>()
        );
        for (name, found) in &all {
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
    }
}
