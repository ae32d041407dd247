//! The figure of choices.

use super::sums::{CONTRASTS, Sums, among};
use super::{One, Sweep, THRESHOLDS};
use crate::common::*;
use nullcline_core::tasks::ibl::behaviour::Choice;

/// An agent's choices.
type Choices = fn(&One) -> &[Choice];

/// Who is drawn.
const AGENTS: [(&str, Choices); 3] =
    [("network", |o| &o.network), ("actor, printed", |o| &o.printed), ("actor, coded", |o| &o.coded)];

fn by_contrast(name: &str, trials: &[Choice], f: impl Fn(&Sums, usize) -> f64, ink: usize) -> Series {
    let cells = (0..CONTRASTS.len()).map(|c| among(&[trials], |m| f(&m[0], c)));
    curve(name, &CONTRASTS, cells).ink(Ink::Series(ink)).joined()
}

pub fn draw(all: &[One], sweep: &Sweep) -> Drawn {
    let first = &all[0];
    let mut curves = vec![];
    let mut gaps = vec![];
    for (k, (name, of)) in AGENTS.iter().enumerate() {
        curves.push(by_contrast(name, of(first), |m, c| m.cell(c, true), k));
        curves.push(by_contrast(name, of(first), |m, c| m.cell(c, false), k).dashed().unlisted());
        gaps.push(by_contrast(name, of(first), |m, c| m.gap(c), k));
    }
    let axes = |x: &str, y: &str| Axes::new(x, y).wide(THIRD);
    let place = |trials: &[Choice]| {
        let [x, y] = [among(&[trials], |m| m[0].time(|_| true)), among(&[trials], |m| m[0].reward())];
        [x.value, y.value]
    };
    let line = sweep.time.iter().zip(&sweep.reward).map(|(t, r)| [t.value, r.value]);
    let rewards = [
        points("actor, printed, all thresholds", line).ink(Ink::Grey).joined(),
        points("networks", all.iter().map(|o| place(&o.network))).ink(Ink::Series(0)),
        points(&format!("actor, printed, {}", THRESHOLDS[8]), all.iter().map(|o| place(&o.printed)))
            .ink(Ink::Series(1)),
        points("actor, coded", all.iter().map(|o| place(&o.coded))).ink(Ink::Series(2)),
    ];
    let figures = [
        scatter(&curves, &axes("contrast", "correct of actions (%)"))?.named(
            "accuracy",
            "Correct by concordance",
            "",
        )?,
        scatter(&gaps, &axes("contrast", "concordance gap (%)"))?.named(
            "gap",
            "What the block is worth",
            "",
        )?,
        scatter(&rewards, &axes("observed steps of a trial", "reward of a trial"))?
            .named("reward", "Reward", "")?,
    ];
    let caption = "One network, and both actors on its trials; bars are one standard error over blocks. A: share of actions \
                   that are correct, solid where stimulus and block are on one side, dashed where they are not. B: the difference \
                   of the two. C: the reward of a trial, +1 or −1 less 0.05 for every step of waiting, against its length: the \
                   actor by the paper's formulas at thresholds from 0.5 to 0.98, and all networks beside the actors.";
    panels("choices", "Prior, evidence and reward in choices", caption, &figures, 3)
}
