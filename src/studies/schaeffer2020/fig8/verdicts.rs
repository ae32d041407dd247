//! The claims of Fig. 8.

use super::super::measured::{Every, above};
use super::{One, STUDENTS};
use crate::studies::Claim;

pub fn claims(every: &Every<One>) -> Vec<Claim> {
    let mean = |f: &dyn Fn(&One) -> f64| every.mean(f);
    let claim = |text: &str, quantity: &str, v: (f64, f64)| every.claim(text, quantity, v);
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
            .published(86.87 - 85.50, 1.0)
            .decided(above(gain, 0.0)),
    ];
    for (k, name) in ["stimulus", "block"].into_iter().enumerate() {
        let (step, free) = (mean(&|o| o.coded().r2[k]), mean(&|o| o.coded().r2[k + 2]));
        let radius = mean(&|o| o.coded().radius).0;
        claims.push(
            claim(&format!("One step of RADD is its teacher's along the {name} belief"), "held-out R²", step)
                .decided(step.0 > 0.9),
        );
        claims.push(
            claim(
                &format!("Left to itself it closely emulates the {name} belief"),
                "held-out R² of the free-running student",
                free,
            )
            .decided(free.0 > 0.9)
            .if_differs(&format!(
                "least squares before the nonlinearity is not least squares after it: the largest modulus of A' is {radius:.3} on \
                 average, and what one step leaves out adds up"
            )),
        );
    }
    let flow = mean(&|o| o.flow[0]);
    claims.push(
        claim(
            "RADD preserves the flow in the plane",
            "share of the teacher's flow under the six inputs",
            flow,
        )
        .decided(flow.0 > 0.8),
    );
    for k in 1..3 {
        let less = mean(&|o| o.flow[0] - o.flow[k]);
        let text = format!("The network {} with two units preserves less of it", made(k));
        claims.push(claim(&text, "share of RADD minus its", less).decided(above(less, 0.0)));
    }
    let slow = mean(&|o| (o.slowest[1] - o.slowest[0]).abs());
    claims.push(
        claim("RADD keeps the slowest mode without input", "difference of the moduli to the teacher's", slow)
            .decided(slow.0 < 0.05)
            .if_differs(&format!(
                "its largest modulus is {:.3} on average, its teacher's {:.3}: the middle of the teacher's line repels, that of RADD, \
                 fitted to all states at once, is nearly neutral",
                mean(&|o| o.slowest[1]).0,
                mean(&|o| o.slowest[0]).0
            )),
    );
    for k in 1..3 {
        let more = mean(&|o| (o.slowest[k + 1] - o.slowest[0]).abs() - (o.slowest[1] - o.slowest[0]).abs());
        let text = format!("The network {} does not", made(k));
        claims.push(claim(&text, "its difference minus RADD's", more).decided(above(more, 0.0)));
    }
    let same = mean(&|o| o.same(0));
    claims.push(
        claim(
            "RADD has its teacher's fixed points",
            "inputs of the six with as many stable and unstable ones",
            same,
        )
        .decided(same.0 > 4.0)
        .if_differs("a nearly neutral line may end in one stable point where its teacher's has two and a saddle; flows tell more"),
    );
    for k in 1..3 {
        let less = mean(&|o| o.same(0) - o.same(k));
        let text = format!("The network {} has them under fewer inputs", made(k));
        claims.push(claim(&text, "inputs of RADD minus its", less).decided(above(less, 0.0)).if_differs(
            "numbers of fixed points do not tell these networks apart: where all have one stable point under each input, speeds and \
             directions do",
        ));
    }
    for k in 1..3 {
        let lost = mean(&|o| o.beliefs[0][1] - o.beliefs[k][1]);
        let text = format!("The state of the network {} tells less of the block belief than RADD's", made(k));
        claims.push(claim(&text, "R² of RADD minus its", lost).decided(above(lost, 0.0)));
        let less = mean(&|o| 100.0 * (o.accuracy[2] - o.accuracy[k + 2]));
        let text = format!("The network {} chooses right less often than RADD", made(k));
        let acts = 100.0 * mean(&|o| o.acted[k - 1]).0;
        claims.push(
            claim(&text, "percentage points, time-outs counted as wrong", less)
                .decided(above(less, 0.0))
                .because(&format!("it is sure enough to act in {acts:.1} % of trials")),
        );
    }
    claims
}

fn made(student: usize) -> String {
    let how = if student == 1 { "on its teacher's output" } else { "on the task" };
    format!("{} {how}", STUDENTS[student])
}
