//! Krishna, Bredenberg, Levenstein, Richards and Lajoie (2024), "Sufficient conditions for offline reactivation in recurrent neural
//! networks": networks that integrate paths under noise, and what they do when nothing comes in.

mod ablations;
mod bias;
mod conditions;
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
    use crate::small::every_study;
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
        every_study(
            "krishna",
            STUDIES,
            &[
                &|settings| position::findings(SMALL, settings, &Silent),
                &|settings| head_direction::findings(SMALL, settings, &Silent),
                &|settings| bias::findings([SMALL; 2], settings, &Silent),
                &|settings| ablations::findings(SMALL, settings, &Silent),
                &|settings| gru::findings(SMALL, settings, &Silent),
                &|settings| theory::findings(LITTLE, SMALL, settings, &Silent),
            ],
            |_| false,
            |_| (),
        );
    }
}
