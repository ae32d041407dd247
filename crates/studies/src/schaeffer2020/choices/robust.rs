//! What does not matter to choices: the start of a session, feedback, the seed.

use super::One;
use super::sums::{Of, Sums, among};
use super::verdicts::{SIMILAR, beyond};
use crate::common::*;
use crate::schaeffer2020::measured::in_each;
use nullcline_core::tasks::ibl::behaviour::Choice;

/// What is no change of accuracy, percentage points, and of steps a trial, as in Fig. 2.
const SAME: [f64; 2] = [1.5, 0.25];

fn correct(m: &Sums) -> f64 {
    m.correct(Of::All, |_, _| true)
}

pub fn transients(all: &[One]) -> Vec<Claim> {
    let change = |o: &One, f: &dyn Fn(&Sums) -> f64| {
        among(&[&o.short], |m| f(&m[0])).less(among(&[&o.network], |m| f(&m[0]))).abs()
    };
    vec![
        in_each(
            all,
            "Initial transients do not affect accuracy: sessions of four blocks from rest give that of one long session",
            "|short minus long|, correct of all trials, %",
            |o| change(o, &correct),
        )
        .below(SAME[0]),
        in_each(all, "nor steps a trial", "|short minus long|, steps", |o| {
            change(o, &|m| m.time(|_| true))
        })
        .below(SAME[1]),
    ]
}

pub fn feedback(all: &[One]) -> Vec<Claim> {
    let apart = |o: &One, f: &dyn Fn(&Sums) -> f64| beyond(o, &o.deaf, f).abs();
    let other = |o: &One| {
        let wrong_where =
            |t: (&Choice, &Choice)| Choice { choice: (t.0.choice != t.1.choice).then_some(t.0.side), ..*t.0 };
        let changed: Vec<Choice> = o.network.iter().zip(&o.deaf).map(wrong_where).collect();
        among(&[&changed], |m| m[0].answered())
    };
    vec![
        in_each(all, "Without feedback the network is right as often", "|with minus without|, %", |o| {
            apart(o, &correct)
        })
        .below(SAME[0]),
        in_each(all, "takes as long", "|with minus without|, steps a trial", |o| {
            apart(o, &|m| m.time(|_| true))
        })
        .below(SAME[1]),
        in_each(all, "and makes the same choices", "trials with another choice or none, %", other)
            .below(SIMILAR)
            .headline(),
    ]
}

pub fn seeds(all: &[One]) -> Vec<Claim> {
    let pairs = |f: &dyn Fn(&Sums) -> f64| {
        let each: Vec<Estimate> = all.iter().map(|o| among(&[&o.network], |m| f(&m[0]))).collect();
        let mut apart = vec![];
        for i in 0..each.len() {
            apart.extend((0..i).map(|j| each[i].less(each[j]).abs()));
        }
        apart
    };
    let row = |text: &str, quantity: &str, found: Vec<Estimate>, limit: f64| {
        claim(text)
            .decided_by(format!("{quantity} of two networks; the pair that decides, n: blocks"), &found)
            .below(limit)
    };
    vec![
        row(
            "The seed has no effect on accuracy",
            "|difference of correct trials|, %",
            pairs(&correct),
            SAME[0],
        ),
        row("nor on steps a trial", "|difference|, steps,", pairs(&|m| m.time(|_| true)), SAME[1]),
    ]
}
