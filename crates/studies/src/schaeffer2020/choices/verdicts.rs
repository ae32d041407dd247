//! The claims about choices.

use super::robust::{feedback, seeds, transients};
use super::sums::{CONTRASTS, Of, Sums, among};
use super::{Alike, One};
use crate::common::*;
use crate::schaeffer2020::measured::in_each;
use nullcline_core::tasks::ibl::behaviour::Choice;

/// What "nearly" and "marginal" allow of accuracy, percentage points, as in Fig. 2.
const NEAR: f64 = 3.0;
/// What "similar" allows at each contrast, percentage points.
pub const SIMILAR: f64 = 5.0;

/// What sets either actor apart: by the paper's formulas, and as coded.
const WHY: [&str; 2] = [
    "by the paper's formulas the actor waits until it is sure, and leaves out the trials in which it never is",
    "the program leaves the 0.8/0.2 of the stimulus out of the actor's prior, which goes up to 0.97",
];

/// Statements about ideal agents alone.
pub fn agents(a: &Alike) -> Vec<Claim> {
    let [differ, later] = a.after;
    at(
        "schaeffer2020 section 2.3",
        [
            claim("Actor and observer infer alike as long as every trial is answered")
                .is(
                    "largest difference of P(right) up to the first time-out; n: trials",
                    Estimate::exact(a.before, a.trials),
                )
                .below(1e-12),
            theory(
                "After time-outs, of which the actor does not learn the side, they believe different things",
            )
            .is(
                "share of later trials with P(right) apart by more than 0.001",
                Estimate::share(differ, later),
            )
            .above(0.0),
        ],
    )
}

pub fn claims(all: &[One], threshold: f64) -> Vec<Claim> {
    let parts = [
        at("schaeffer2020 section 2.3", ceiling(all)),
        at("schaeffer2020 Fig. 2a, section 3.1.1", contrasts(all)),
        at("schaeffer2020 section 3.1.1", earned(all, threshold)),
        at("schaeffer2020 Fig. 3a, section 3.1.2", prior(all)),
        at("schaeffer2020 section 3.1.2", weighed(all)),
        at("schaeffer2020 SI 7.1", transients(all)),
        at("schaeffer2020 SI 7.2", [feedback(all), seeds(all)].concat()),
    ];
    parts.concat()
}

/// Somebody minus the network, both on the same trials.
pub fn beyond(o: &One, other: &[Choice], f: impl Fn(&Sums) -> f64) -> Estimate {
    among(&[other, &o.network], |m| f(&m[0]) - f(&m[1]))
}

fn ceiling(all: &[One]) -> Vec<Claim> {
    let mut claims = vec![
        in_each(
            all,
            "The observer bounds the network: given the same, it is right more often",
            "observer minus network, correct of the network's actions, %",
            |o| {
                let answered: Vec<Choice> = o
                    .observer
                    .iter()
                    .zip(&o.network)
                    .map(|(w, s)| Choice { choice: w.choice.filter(|_| s.choice.is_some()), ..*w })
                    .collect();
                beyond(o, &answered, |m| m.correct(Of::Actions, |_, _| true))
            },
        )
        .above(0.0)
        .headline(),
    ];
    for (k, name) in [(0, "the paper's formulas"), (1, "as coded")] {
        for (of, words) in [(Of::Actions, "correct of actions, %"), (Of::All, "correct of all trials, %")] {
            claims.push(
                in_each(
                    all,
                    format!("The Bayesian actor ({name}) is the ceiling of performance"),
                    &format!("actor minus network, {words}"),
                    |o| beyond(o, o.actors()[k].1, |m| m.correct(of, |_, _| true)),
                )
                .above(0.0)
                .if_differs(match of {
                    Of::All => "time-outs count as wrong, and the actor waits for a certainty that may not come in ten steps",
                    Of::Actions => "",
                }),
            );
        }
    }
    claims
}

/// All of a number at each contrast, in every network.
fn at_each(all: &[One], text: String, quantity: &str, f: impl Fn(&One, usize) -> Estimate) -> Claim {
    let found: Vec<Estimate> =
        all.iter().flat_map(|o| (0..CONTRASTS.len()).map(|c| f(o, c)).collect::<Vec<_>>()).collect();
    claim(text).decided_by(format!("{quantity}; the network and contrast that decide, n: blocks"), &found)
}

fn contrasts(all: &[One]) -> Vec<Claim> {
    let rises: Vec<Estimate> = all
        .iter()
        .flat_map(|o| (1..CONTRASTS.len()).map(|c| among(&[&o.observer], |m| m[0].at(c) - m[0].at(c - 1))))
        .collect();
    let mut claims = vec![
        in_each(all, "At zero contrast the observer is above chance", "correct of its choices, %", |o| {
            among(&[&o.observer], |m| m[0].at(0))
        })
        .above(50.0),
        claim("The observer's accuracy grows with contrast")
            .decided_by("smallest rise from one contrast to the next, %; n: blocks", &rises)
            .above(0.0),
        at_each(
            all,
            "Network and observer are similar at each contrast".into(),
            "|observer minus network|, correct of actions, %",
            |o, c| beyond(o, &o.observer, |m| m.at(c)).abs(),
        )
        .below(SIMILAR),
    ];
    for (k, name) in [(0, "the paper's formulas"), (1, "as coded")] {
        claims.push(
            at_each(
                all,
                format!("Network and actor ({name}) are similar at each contrast"),
                "|actor minus network|, correct of actions, %",
                |o, c| beyond(o, o.actors()[k].1, |m| m.at(c)).abs(),
            )
            .below(SIMILAR),
        );
    }
    claims
}

fn earned(all: &[One], threshold: f64) -> Vec<Claim> {
    let mut claims = vec![];
    for (k, name) in [(0, "the paper's formulas"), (1, "as coded")] {
        for (of, words) in [(Of::Actions, "correct of actions, %"), (Of::All, "correct of all trials, %")] {
            claims.push(
                in_each(
                    all,
                    format!(
                        "Longer integration at contrasts 0 and 0.5 brings the actor ({name}) little accuracy"
                    ),
                    &format!("actor minus network, {words}"),
                    |o| beyond(o, o.actors()[k].1, |m| m.correct(of, |c, _| c < 2)),
                )
                .below(NEAR),
            );
        }
    }
    let steps = |o: &One| {
        among(&[&o.earning, &o.network, &o.printed], |m| {
            let apart = |a: &Sums, b: &Sums, c: usize| (a.time(|k| k == c) - b.time(|k| k == c)).abs();
            let differences = (0..CONTRASTS.len()).map(|c| apart(&m[0], &m[1], c) - apart(&m[0], &m[2], c));
            differences.sum::<f64>() / CONTRASTS.len() as f64
        })
    };
    claims.push(
        in_each(all, "Networks earn more than the actor (the paper's formulas)", "reward a trial", |o| {
            beyond(o, &o.printed, |m| m.reward()).times(-1.0)
        })
        .above(0.0)
        .headline(),
    );
    claims.push(
        in_each(all, "and more than the actor (as coded)", "reward a trial", |o| {
            beyond(o, &o.coded, |m| m.reward()).times(-1.0)
        })
        .above(0.0),
    );
    claims.push(
        in_each(
            all,
            "The actor at the threshold that earns most takes times more like the network's than like the actor's",
            "distance of its mean observed steps from the network's less that from the actor's, over contrasts",
            steps,
        )
        .below(0.0)
        .because(format!("its threshold, {threshold}, was chosen on another session"))
        .headline(),
    );
    claims
}

fn prior(all: &[One]) -> Vec<Claim> {
    let mut claims = vec![];
    let n = CONTRASTS.len();
    let cells = || (0..2 * n).map(|k| (k / 2, k % 2 == 1));
    for (k, name) in [(0, "the paper's formulas"), (1, "as coded")] {
        let of = move |o: &One, f: &dyn Fn(&Sums) -> f64| beyond(o, o.actors()[k].1, f);
        let curves = |o: &One| {
            among(&[o.actors()[k].1, &o.network], |m| {
                cells().map(|(c, with)| (m[0].cell(c, with) - m[1].cell(c, with)).abs()).sum::<f64>()
                    / (2 * n) as f64
            })
        };
        claims.extend([
            in_each(
                all,
                format!("The network's psychometric curves match the actor's ({name})"),
                "mean |actor minus network| over contrasts, concordant and discordant, %",
                curves,
            )
            .below(SIMILAR)
            .if_differs(WHY[k])
            .headline(),
            in_each(
                all,
                format!("The concordant-discordant gap is smaller in the network than in the actor ({name})"),
                "actor minus network, mean over contrasts, %",
                |o| of(o, &|m| (0..n).map(|c| m.gap(c)).sum::<f64>() / n as f64),
            )
            .above(0.0)
            .if_differs(WHY[k]),
            at_each(
                all,
                format!("and at each contrast ({name})"),
                "gap of the actor minus that of the network, %",
                |o, c| of(o, &|m| m.gap(c)),
            )
            .above(0.0),
            in_each(
                all,
                format!("At zero contrast the network is nearer chance than the actor ({name}): concordant"),
                "actor minus network, %",
                |o| of(o, &|m| m.cell(0, true)),
            )
            .above(0.0),
            in_each(all, format!("and discordant ({name})"), "network minus actor, %", |o| {
                of(o, &|m| m.cell(0, false)).times(-1.0)
            })
            .above(0.0),
        ]);
    }
    claims
}

fn weighed(all: &[One]) -> Vec<Claim> {
    let own = |text: &str, with: bool| {
        in_each(all, text, "network's correct actions at contrast 0, %", |o| {
            among(&[&o.network], |m| m[0].cell(0, with))
        })
    };
    let ratio = "weight of log prior odds over that of the log likelihood ratio";
    vec![
        own("The network's zero-contrast accuracy is nearer chance than 0.8: concordant", true).below(80.0),
        own("and than 0.2: discordant", false).above(20.0),
        in_each(all, "The network underweights the prior in its choices", ratio, |o| o.weights[0])
            .below(1.0)
            .headline(),
        in_each(all, "but slightly: by less than half", ratio, |o| o.weights[0]).above(0.5),
        in_each(all, "It underweights it in its log odds at the first observation", ratio, |o| o.weights[1])
            .below(1.0),
        in_each(all, "slightly too", ratio, |o| o.weights[1]).above(0.5),
    ]
}
