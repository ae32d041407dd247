//! The claims about beliefs.

use super::One;
use crate::common::*;
use crate::schaeffer2020::measured::in_each;

/// What is taken for most of a share: halfway from chance to all, in percent.
const MOST: f64 = 75.0;
/// How far mean beliefs may be from the observer's, in units of 2 P - 1, and how many trials late.
const CLOSE: [f64; 2] = [0.1, 1.0];
/// What "closely" allows of ends on the true block's side below the observer's, percent.
const CLOSELY: f64 = 5.0;

pub fn claims(all: &[One]) -> Vec<Claim> {
    let parts = [
        at("schaeffer2020 Fig. 4b, c, section 3.2.1", changes(all)),
        at("schaeffer2020 Fig. 4a", separation(all)),
        at("schaeffer2020 Figs. 5c, 6a, section 3.2.2", tracking(all)),
        at("schaeffer2020 section 3.2.2", coupling(all)),
        at("schaeffer2020 section 3.3.1", starts(all)),
        at("schaeffer2020 section 3.2.1", orthogonal(all)),
    ];
    parts.concat()
}

fn changes(all: &[One]) -> Vec<Claim> {
    let wrong = "changes with the state on the other side of the block boundary, %";
    let rises: Vec<Estimate> = all.iter().flat_map(|o| o.rises.iter().copied()).collect();
    vec![
        in_each(all, "When the block changes the state is on the wrong side of the block boundary", wrong, |o| {
            o.wrong[0]
        })
        .above(50.0)
        .headline(),
        in_each(all, "and still is at the end of the first trial", wrong, |o| o.wrong[1]).above(50.0),
        claim("Trial by trial it advances towards the new block's side")
            .decided_by(
                "smallest rise of the belief from trials 1 to 2–3, 4–6, 7–10 and 11–20 over networks; n: blocks",
                &rises,
            )
            .above(0.0)
            .headline(),
        in_each(all, "which it has reached ten trials later", "ends of trials 11 to 20 on its side, %", |o| o.late)
            .above(50.0),
        in_each(all, "The state is on the stimulus' side of the stimulus boundary", "ends of trials, %", |o| {
            o.jumps[0]
        })
        .above(MOST),
        in_each(
            all,
            "It jumps across the stimulus boundary when the stimulus changes sides",
            "such trials in which it does, %",
            |o| o.jumps[1],
        )
        .above(50.0)
        .headline(),
        in_each(
            all,
            "and crosses it more often than that of the block",
            "crossings a trial, stimulus minus block",
            |o| o.jumps[2],
        )
        .above(0.0),
    ]
}

fn separation(all: &[One]) -> Vec<Claim> {
    let quantity = "told by the stimulus' boundary minus told by the block's, %";
    vec![
        in_each(
            all,
            "Steps with an observation separate more clearly by stimulus than by block",
            quantity,
            |o| o.told[0],
        )
        .above(0.0)
        .if_differs("early in a trial the stimulus is not yet known, and at zero contrast it never is"),
        in_each(all, "as do ends of trials", quantity, |o| o.told[1]).above(0.0),
    ]
}

fn tracking(all: &[One]) -> Vec<Claim> {
    vec![
        in_each(
            all,
            "After a change the mean block belief closely matches the observer's",
            "root mean square distance over 20 trials of left and right blocks, in units of 2 P − 1",
            |o| o.by_place[0],
        )
        .below(CLOSE[0])
        .headline(),
        in_each(
            all,
            "and changes sides on the same trial",
            "|trials by which it is later than the observer's|",
            |o| o.by_place[1].abs(),
        )
        .below(CLOSE[1]),
        in_each(
            all,
            "Trial by trial it goes with the posterior of the same trial",
            "correlation less the largest at other lags up to ten trials",
            |o| o.tracks[0],
        )
        .above(0.0),
        in_each(
            all,
            "more closely than a sum of sides that leaks over 40 trials",
            "correlation with the posterior less that of the sum",
            |o| o.tracks[1],
        )
        .above(0.0),
        in_each(all, "It closely tracks the true block", "ends of trials on its side, %", |o| {
            o.true_block[0]
        })
        .above(MOST),
        in_each(all, "almost as closely as the observer", "observer minus network, %", |o| o.true_block[1])
            .below(CLOSELY),
    ]
}

fn coupling(all: &[One]) -> Vec<Claim> {
    vec![
        in_each(
            all,
            "Most of a trial's change of the block belief is made before its feedback, where the Bayesian agents make none",
            "regression of the change over observed steps on that of the trial",
            |o| o.within,
        )
        .above(0.5)
        .headline(),
        in_each(
            all,
            "Both beliefs are updated at once, more than by the angle of their read-outs",
            "correlation of their changes in a step less the cosine of the angle",
            |o| o.together,
        )
        .above(0.0),
    ]
}

fn starts(all: &[One]) -> Vec<Claim> {
    let on_side = "choices at zero contrast on the belief's side, %";
    vec![
        in_each(
            all,
            "Before the first observation the block belief is a stimulus prior",
            "correlation of the network's log odds with its block belief",
            |o| o.start.prior[0],
        )
        .above(0.5),
        in_each(
            all,
            "which goes with the Bayesian one",
            "correlation of the network's log odds with the observer's log prior odds",
            |o| o.start.prior[1],
        )
        .above(0.5),
        in_each(all, "The belief at the start biases the choice to its side", on_side, |o| o.start.chosen[0])
            .above(50.0),
        in_each(
            all,
            "Mirrored before the first observation it biases the same trials to the other side",
            on_side,
            |o| o.start.chosen[1],
        )
        .below(50.0)
        .headline(),
        in_each(
            all,
            "Most of the bias lies in the state's part along the stimulus read-out",
            "what is left of it without that part at the start",
            |o| o.start.left,
        )
        .below(0.5)
        .if_differs(
            "the rest of the state does not move the output when the trial begins: what it adds comes through the recurrence \
             while the trial lasts",
        ),
    ]
}

fn orthogonal(all: &[One]) -> Vec<Claim> {
    vec![
        in_each(
            all,
            "The overlap of the read-outs is critical: without it choices lose most of the block's effect",
            "concordant minus discordant at zero contrast, over that with the overlap",
            |o| o.start.orthogonal[0],
        )
        .below(0.5)
        .headline(),
        in_each(all, "and some accuracy", "lost, % of all trials", |o| o.start.orthogonal[1])
            .above(0.0)
            .if_differs(format!(
                "with less of a prior the outputs wait for more evidence: trials last {:.2} observed steps longer",
                mean(all, |o| o.start.longer.value).value
            )),
    ]
}
