//! The claims of Fig. 8.

use super::{One, SOURCE, STUDENTS};
use crate::Verdict;
use crate::common::*;

/// What a training may still change at last and count as converged: of the distilled network's divergence a share, of the
/// trained one's accuracy points.
const SETTLED: [(f64, &str); 2] = [
    (
        0.05,
        "its divergence from the teacher, relative to itself, from the third quarter of its steps to the \
         last",
    ),
    (1.0, "its accuracy, in points, since 5000 gradient steps"),
];

pub fn claims(all: &[One]) -> Vec<Claim> {
    let parts = [played(all), emulation(all), flows(all), points(all), behaviour(all)];
    at(SOURCE, parts.into_iter().flatten())
}

/// Accuracy of a player on unseen trials, percent.
fn accuracy(all: &[One], player: usize) -> Estimate {
    mean(all, |o| 100.0 * o.accuracy[player])
}

fn played(all: &[One]) -> Vec<Claim> {
    vec![
        claim("The task-trained network of 50 units chooses right in 85.50 % of trials")
            .is("accuracy, %", accuracy(all, 0))
            .published(85.50, 1.5),
        claim("RADD's two units in 86.87 %, with the read-out scale as coded")
            .is("accuracy, %", accuracy(all, 1))
            .published(86.87, 1.5)
            .if_differs(
                "the read-out scale as coded is that of the teacher's weights, not of the student's states; \
                 see the sweep",
            ),
        claim("with the scale chosen on another session")
            .is("accuracy, %", accuracy(all, 2))
            .published(86.87, 1.5),
        claim("RADD can slightly outperform its teacher")
            .is("percentage points", mean(all, |o| 100.0 * (o.accuracy[2] - o.accuracy[0])))
            .above(0.0)
            .beside(Some(86.87 - 85.50))
            .headline(),
    ]
}

/// How closely RADD follows its teacher.
fn emulation(all: &[One]) -> Vec<Claim> {
    let radius = mean(all, |o| o.coded().radius).value;
    let of = |(k, name): (usize, &str)| {
        [
            claim(format!("One step of RADD is its teacher's along the {name} belief"))
                .is("held-out R²", mean(all, |o| o.coded().r2[k]))
                .above(0.9),
            claim(format!("Left to itself it closely emulates the {name} belief"))
                .is("held-out R² of the free-running student", mean(all, |o| o.coded().r2[k + 2]))
                .above(0.9)
                .headline()
                .if_differs(format!(
                    "least squares before the nonlinearity is not least squares after it: the largest \
                     modulus of A' is {radius:.3} on average, and what one step leaves out adds up"
                )),
        ]
    };
    ["stimulus", "block"].into_iter().enumerate().flat_map(of).collect()
}

/// That the other students do worse stands on their having been trained to the end.
fn converged(all: &[One], student: usize) -> Result<(), String> {
    let change = mean(all, |o| o.late_gain[student - 1]);
    let (tolerance, what) = SETTLED[student - 1];
    match theory(what).is("change", change).predicted(0.0, tolerance).verdict {
        Verdict::Holds => Ok(()),
        _ => Err(format!(
            "its training is not known to have converged: {what}, changed by {}; {tolerance} would do",
            words(change)
        )),
    }
}

/// A claim that RADD does better than each of the other two, given that these had converged: its text, what is measured.
fn others(
    all: &[One],
    quantity: &str,
    text: impl Fn(&str) -> String,
    less: impl Fn(&One, usize) -> f64,
) -> [Claim; 2] {
    let one = |k: usize| claim(text(&made(k))).is(quantity, mean(all, |o| less(o, k))).above(0.0);
    [1, 2].map(|k| one(k).given(converged(all, k)))
}

fn flows(all: &[One]) -> Vec<Claim> {
    let off = |o: &One, k: usize| (o.slowest[k + 1] - o.slowest[0]).abs();
    let preserves = claim("RADD preserves the flow in the plane")
        .is("share of the teacher's flow under the six inputs", mean(all, |o| o.flow[0]))
        .above(0.8)
        .headline();
    let text = |made: &str| format!("The network {made} with two units preserves less of it");
    let less = others(all, "share of RADD minus its", text, |o, k| o.flow[0] - o.flow[k]);
    let keeps = claim("RADD keeps the slowest mode without input")
        .is("difference of the moduli to the teacher's", mean(all, |o| off(o, 0)))
        .below(0.05)
        .if_differs(format!(
            "its largest modulus is {:.3} on average, its teacher's {:.3}: the middle of the teacher's line \
             repels, that of RADD, fitted to all states at once, is nearly neutral",
            mean(all, |o| o.slowest[1]).value,
            mean(all, |o| o.slowest[0]).value
        ));
    let text = |made: &str| format!("The network {made} keeps it less well");
    let worse = others(all, "its difference minus RADD's", text, |o, k| off(o, k) - off(o, 0));
    [vec![preserves], less.into(), vec![keeps], worse.into()].concat()
}

fn points(all: &[One]) -> Vec<Claim> {
    let same = claim("RADD has its teacher's fixed points")
        .is("inputs of the six with as many stable and unstable ones", mean(all, |o| o.same(0)))
        .above(4.0)
        .if_differs(
            "a nearly neutral line may end in one stable point where its teacher's has two and a saddle; \
             flows tell more",
        );
    let fewer = |k: usize| {
        claim(format!("The network {} has them under fewer inputs", made(k)))
            .is("inputs of RADD minus its", mean(all, |o| o.same(0) - o.same(k)))
            .above(0.0)
            .if_differs(
                "numbers of fixed points do not tell these networks apart: where all have one stable point \
                 under each input, speeds and directions do",
            )
            .given(converged(all, k))
    };
    vec![same, fewer(1), fewer(2)]
}

fn behaviour(all: &[One]) -> Vec<Claim> {
    let text =
        |made: &str| format!("The state of the network {made} tells less of the block belief than RADD's");
    let lost = others(all, "R² of RADD minus its", text, |o, k| o.beliefs[0][1] - o.beliefs[k][1]);
    let less = |k: usize| {
        let acts = mean(all, |o| 100.0 * o.acted[k - 1]).value;
        claim(format!("The network {} chooses right less often than RADD", made(k)))
            .is(
                "percentage points, time-outs counted as wrong",
                mean(all, |o| 100.0 * (o.accuracy[2] - o.accuracy[k + 2])),
            )
            .above(0.0)
            .because(format!("it is sure enough to act in {acts:.1} % of trials"))
            .headline()
            .given(converged(all, k))
    };
    let [first, second] = lost;
    vec![first, less(1), second, less(2)]
}

fn made(student: usize) -> String {
    let how = if student == 1 { "on its teacher's output" } else { "on the task" };
    format!("{} {how}", STUDENTS[student])
}
