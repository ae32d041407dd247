//! The claims of Fig. 8.

use super::super::measured::Every;
use super::{One, STUDENTS};
use crate::{Claim, Verdict};
use nullcline_core::numbers::Estimate;
use nullcline_report::sections::words::with_error;

/// What a training may still change at last and count as converged: of the distilled network's divergence a share, of the
/// trained one's accuracy points.
const SETTLED: [(f64, &str); 2] = [
    (
        0.05,
        "its divergence from the teacher, relative to itself, from the third quarter of its steps to the last",
    ),
    (1.0, "its accuracy, in points, since 5000 gradient steps"),
];

pub fn claims(every: &Every<One>) -> Vec<Claim> {
    let mean = |f: &dyn Fn(&One) -> f64| every.mean(f);
    let claim = |text: &str, quantity: &str, v: Estimate| every.claim(text, quantity, v);
    let coded_alone = "the read-out scale as coded is that of the teacher's weights, not of the student's states; see the sweep";
    let gain = mean(&|o| 100.0 * (o.accuracy[2] - o.accuracy[0]));
    let mut claims = vec![
        claim(
            "The task-trained network of 50 units chooses right in 85.50 % of trials",
            "accuracy, %",
            mean(&|o| 100.0 * o.accuracy[0]),
        )
        .published(85.50, 1.5),
        claim(
            "RADD's two units in 86.87 %, with the read-out scale as coded",
            "accuracy, %",
            mean(&|o| 100.0 * o.accuracy[1]),
        )
        .published(86.87, 1.5)
        .if_differs(coded_alone),
        claim("with the scale chosen on another session", "accuracy, %", mean(&|o| 100.0 * o.accuracy[2]))
            .published(86.87, 1.5),
        claim("RADD can slightly outperform its teacher", "percentage points", gain)
            .above(0.0)
            .beside(Some(86.87 - 85.50))
            .headline(),
    ];
    claims.extend(emulation(every));
    claims.extend(flows(every));
    claims.extend(points(every));
    claims.extend(behaviour(every));
    claims
}

/// How closely RADD follows its teacher.
fn emulation(every: &Every<One>) -> Vec<Claim> {
    let mut claims = vec![];
    for (k, name) in ["stimulus", "block"].into_iter().enumerate() {
        let (step, free) = (every.mean(|o| o.coded().r2[k]), every.mean(|o| o.coded().r2[k + 2]));
        let radius = every.mean(|o| o.coded().radius).value;
        let text = format!("One step of RADD is its teacher's along the {name} belief");
        claims.push(every.claim(&text, "held-out R²", step).above(0.9));
        let text = format!("Left to itself it closely emulates the {name} belief");
        claims.push(
            every
                .claim(&text, "held-out R² of the free-running student", free)
                .above(0.9)
                .headline()
                .if_differs(&format!(
                    "least squares before the nonlinearity is not least squares after it: the largest modulus of A' is {radius:.3} on \
                     average, and what one step leaves out adds up"
                )),
        );
    }
    claims
}

/// That the other students do worse stands on their having been trained to the end.
fn converged(every: &Every<One>, student: usize) -> Result<(), String> {
    let change = every.mean(|o| o.late_gain[student - 1]);
    let (tolerance, what) = SETTLED[student - 1];
    match every.theory(what, "change", change).predicted(0.0, tolerance).verdict {
        Verdict::Holds => Ok(()),
        _ => Err(format!(
            "its training is not known to have converged: {what}, changed by {}; {tolerance} would do",
            with_error(change)
        )),
    }
}

fn flows(every: &Every<One>) -> Vec<Claim> {
    let mean = |f: &dyn Fn(&One) -> f64| every.mean(f);
    let mut claims = vec![
        every
            .claim(
                "RADD preserves the flow in the plane",
                "share of the teacher's flow under the six inputs",
                mean(&|o| o.flow[0]),
            )
            .above(0.8)
            .headline(),
    ];
    for k in 1..3 {
        let less = mean(&|o| o.flow[0] - o.flow[k]);
        let text = format!("The network {} with two units preserves less of it", made(k));
        let claim = every.claim(&text, "share of RADD minus its", less).above(0.0);
        claims.push(claim.given(converged(every, k)));
    }
    let slow = mean(&|o| (o.slowest[1] - o.slowest[0]).abs());
    claims.push(
        every
            .claim("RADD keeps the slowest mode without input", "difference of the moduli to the teacher's", slow)
            .below(0.05)
            .if_differs(&format!(
                "its largest modulus is {:.3} on average, its teacher's {:.3}: the middle of the teacher's line repels, that of RADD, \
                 fitted to all states at once, is nearly neutral",
                mean(&|o| o.slowest[1]).value,
                mean(&|o| o.slowest[0]).value
            )),
    );
    for k in 1..3 {
        let more = mean(&|o| (o.slowest[k + 1] - o.slowest[0]).abs() - (o.slowest[1] - o.slowest[0]).abs());
        let text = format!("The network {} keeps it less well", made(k));
        let claim = every.claim(&text, "its difference minus RADD's", more).above(0.0);
        claims.push(claim.given(converged(every, k)));
    }
    claims
}

fn points(every: &Every<One>) -> Vec<Claim> {
    let mut claims = vec![
        every
            .claim(
                "RADD has its teacher's fixed points",
                "inputs of the six with as many stable and unstable ones",
                every.mean(|o| o.same(0)),
            )
            .above(4.0)
            .if_differs(
                "a nearly neutral line may end in one stable point where its teacher's has two and a saddle; flows tell more",
            ),
    ];
    for k in 1..3 {
        let less = every.mean(|o| o.same(0) - o.same(k));
        let text = format!("The network {} has them under fewer inputs", made(k));
        let claim = every.claim(&text, "inputs of RADD minus its", less).above(0.0).if_differs(
            "numbers of fixed points do not tell these networks apart: where all have one stable point under each input, speeds and \
             directions do",
        );
        claims.push(claim.given(converged(every, k)));
    }
    claims
}

fn behaviour(every: &Every<One>) -> Vec<Claim> {
    let mut claims = vec![];
    for k in 1..3 {
        let lost = every.mean(|o| o.beliefs[0][1] - o.beliefs[k][1]);
        let text = format!("The state of the network {} tells less of the block belief than RADD's", made(k));
        let claim = every.claim(&text, "R² of RADD minus its", lost).above(0.0);
        claims.push(claim.given(converged(every, k)));
        let less = every.mean(|o| 100.0 * (o.accuracy[2] - o.accuracy[k + 2]));
        let text = format!("The network {} chooses right less often than RADD", made(k));
        let acts = every.mean(|o| 100.0 * o.acted[k - 1]).value;
        let claim = every.claim(&text, "percentage points, time-outs counted as wrong", less).above(0.0);
        let claim = claim.because(&format!("it is sure enough to act in {acts:.1} % of trials"));
        claims.push(claim.headline().given(converged(every, k)));
    }
    claims
}

fn made(student: usize) -> String {
    let how = if student == 1 { "on its teacher's output" } else { "on the task" };
    format!("{} {how}", STUDENTS[student])
}
