//! Schaeffer, Khona, Meshulam, IBL and Fiete (2020): networks that solve a hierarchical inference task, and RADD.

mod agents;
mod behaviour;
mod beliefs;
mod choices;
mod circuit;
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
mod regression;
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
    agents::STUDY,
    circuit::STUDY,
    choices::STUDY,
    beliefs::STUDY,
    regression::STUDY,
];

#[cfg(test)]
mod tests {
    use super::networks::Sizes;
    use super::*;
    use crate::claims::Kind;
    use crate::small::every_study;
    use nullcline_core::job::Silent;

    /// Networks of two seeds, trained until they act at all, which all studies share; a short session.
    const SMALL: Sizes = Sizes { seeds: 2, blocks: 40, steps: networks::NAMED + 1000, distilled: 40 };

    /// Every study runs from end to end, and what it says is made from what it measured.
    #[test]
    fn every_study_runs_on_small_networks() {
        let units = [(10, SMALL.steps, 2)];
        every_study(
            "networks",
            STUDIES,
            &[
                &|settings| fig2::findings(SMALL, settings, &Silent),
                &|settings| fig3::findings(SMALL, settings, &Silent),
                &|settings| fig4::findings(SMALL, settings, &Silent),
                &|settings| fig5::findings(SMALL, settings, &Silent),
                &|settings| fig6::findings(SMALL, settings, &Silent),
                &|settings| fig7::findings(SMALL, settings, &Silent),
                &|settings| fig8::findings(SMALL, settings, &Silent),
                &|settings| fig9::findings(SMALL, settings, &Silent),
                &|settings| sizes::findings(&units, SMALL.blocks, settings, &Silent),
                &|settings| agents::findings(SMALL.blocks, settings),
                &|settings| circuit::findings(SMALL.blocks, settings),
                &|settings| choices::findings(SMALL, settings, &Silent),
                &|settings| beliefs::findings(SMALL, settings, &Silent),
                &|settings| regression::findings(SMALL, settings, &Silent),
            ],
            // The agents and the printed circuit are the paper's at any size; that networks pass a bifurcation needs training.
            |claim| {
                let of = |figure| claim.source.contains(figure);
                let untrained = of("Fig. 3") || of("the printed network") || of("section 2.1");
                untrained || of("Fig. 7") && claim.kind == Kind::Theory
            },
            // What they shared lay in one place.
            |folder| assert!(folder.join("network-of-50-seed-2").join(SMALL.steps.to_string()).is_dir()),
        );
    }
}
