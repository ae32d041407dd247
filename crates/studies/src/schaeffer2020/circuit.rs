//! The circuit of two units with the paper's own coefficients: how it plays, where it rests, its mirror image.

use super::dynamics::{CONDITIONS, LEFT, Plane, RIGHT, SILENT, counts, plays, points};
use super::elman::Elman;
use super::fig8::{CHOICE, READOUTS, TEST};
use super::fig9::PUBLISHED;
use super::networks::task;
use crate::common::*;
use faer::{Mat, mat};
use nullcline_core::diagnostics::dynamics::fixed_points::FixedPoint;
use nullcline_core::linalg::eigen::{Order, eigenvalues};
use nullcline_core::linalg::random::{Use, stream, uniform};
use nullcline_core::tasks::ibl::{Played, Session, play};
use nullcline_core::training::Player;

/// The circuit.
pub const STUDY: Study =
    Study::new("schaeffer2020/circuit", "The circuit of two units with the paper's own coefficients", run);

const SOURCE: &str = "schaeffer2020 section 3.3.3, the printed network";
/// Steps of a block: 50 trials of 3.5 steps (SI 7.1).
const BLOCK: f64 = 50.0 * 3.5;
/// Random states and inputs at which the circuit is held against its mirror image.
const DRAWN: usize = 1000;

/// Coefficients in the order of [`PUBLISHED`].
type Coefficients = [f64; 12];

/// What was found.
struct Found {
    /// Trials of the session of choice with each read-out, right and in all.
    sweep: Vec<[usize; 2]>,
    best: usize,
    /// Trials of the test with the chosen read-out, with the largest, and with the chosen one without feedback.
    tested: [[usize; 2]; 3],
    /// Eigenvalues of A', the larger first.
    moduli: [f64; 2],
    /// Under each input.
    points: [Vec<FixedPoint>; 6],
    /// Largest difference to the mirror image.
    mirrored: f64,
}

fn run(settings: &Settings, _: &dyn Observer) -> Result<Findings, Error> {
    let blocks = match settings.preset {
        Preset::Quick => 300,
        Preset::Paper => 1000,
    };
    findings(blocks, settings)
}

/// The network with these coefficients whose read-out of right is `readout` times the first unit.
fn circuit(c: &Coefficients, readout: f64) -> Result<Elman, Error> {
    let inputs = [c[4], c[7], c[5], c[8], c[6], c[9]];
    let weights = [c[0], c[2], c[1], c[3]];
    let rest = [c[10], c[11], 0.0, 0.0, -readout, readout, 0.0, 0.0, 0.0, 0.0];
    Elman::new(2, [&inputs[..], &weights, &rest].concat())
        .ok_or_else(|| Error::Numbers("the circuit has not two units and three inputs".into()))
}

/// The same circuit with the sign of the second unit reversed.
fn reversed(c: &Coefficients) -> Coefficients {
    std::array::from_fn(|k| if [1, 2, 7, 8, 9, 11].contains(&k) { -c[k] } else { c[k] })
}

fn right(played: &Played) -> [usize; 2] {
    [played.trials.iter().filter(|t| t.correct()).count(), played.trials.len()]
}

/// States that the circuit visits in a session.
fn visited(net: &Elman, seed: u64, blocks: usize) -> Mat<f64> {
    let task = task(blocks);
    let mut player = Player::new(net.model());
    play(&task, &Session::new(&task, seed, TEST), &mut player, &mut |_, _, _| {});
    player.states().to_owned()
}

/// Largest |S F(z, u) - F'(S z, u)| over random states and inputs, F' the circuit whose second unit has the other sign.
fn mirrored(c: &Coefficients, seed: u64) -> f64 {
    let (other, mut rng) = (reversed(c), stream(seed, Use::Mirror, 0));
    let step = |c: &Coefficients, z: [f64; 2], u: [f64; 3]| {
        let unit = |k: usize| {
            let own = c[2 * k] * z[0] + c[2 * k + 1] * z[1];
            let seen: f64 = (0..3).map(|i| c[4 + 3 * k + i] * u[i]).sum();
            (own + seen + c[10 + k]).tanh()
        };
        [unit(0), unit(1)]
    };
    let one = |_| {
        let mut draw = || uniform(&mut rng, -1.0, 1.0);
        let (z, u) = ([draw(), draw()], [draw(), draw(), draw()]);
        let (a, b) = (step(c, z, u), step(&other, [z[0], -z[1]], u));
        (a[0] - b[0]).abs().max((a[1] + b[1]).abs())
    };
    (0..DRAWN).map(one).fold(0.0, f64::max)
}

pub fn findings(blocks: usize, settings: &Settings) -> Result<Findings, Error> {
    let c: Coefficients = PUBLISHED.map(|p| p.1);
    let mut sweep = vec![];
    for readout in READOUTS {
        sweep.push(right(&plays(&circuit(&c, readout)?, settings.seed, CHOICE, blocks)));
    }
    let best = (0..sweep.len()).fold(0, |best, k| if sweep[k][0] > sweep[best][0] { k } else { best });
    let mut deaf = c;
    (deaf[6], deaf[9]) = (0.0, 0.0);
    let mut tested = [[0; 2]; 3];
    let largest = READOUTS[READOUTS.len() - 1];
    for (to, (c, readout)) in
        tested.iter_mut().zip([(&c, READOUTS[best]), (&c, largest), (&deaf, READOUTS[best])])
    {
        *to = right(&plays(&circuit(c, readout)?, settings.seed, TEST, blocks));
    }
    let net = circuit(&c, READOUTS[best])?;
    let states = visited(&net, settings.seed, blocks.min(40));
    let a = mat![[c[0], c[1]], [c[2], c[3]]];
    let values = eigenvalues(a.as_ref(), Order::Modulus).unwrap_or_default();
    let found = Found {
        sweep,
        best,
        tested,
        moduli: [0, 1].map(|k| values.get(k).map_or(f64::NAN, |z| z.re.hypot(z.im))),
        points: CONDITIONS.map(|(_, input)| points(&net, states.as_ref(), &input, settings.seed)),
        mirrored: mirrored(&c, settings.seed),
    };
    let claims =
        at(SOURCE, playing(&found).into_iter().chain(resting(&found)).chain(coefficients(&c, &found)));
    let answer = format!(
        "With the printed coefficients two units are right in {} % of trials, and rest at one point under each input. {}",
        words(percent(found.tested[0])),
        answer(&claims)
    );
    let figure = draw(&found, &net, &states)?;
    let section = Section::new("circuit", "Two units as printed")
        .figures([figure])
        .tables([sweeps(&found), rests(&found)]);
    let accuracy = |t: [usize; 2]| t[0] as f64 / t[1] as f64;
    let json = entries([
        ("accuracy", written(found.tested.map(accuracy))),
        ("moduli", written(found.moduli)),
        ("readouts", written(READOUTS)),
        ("sweep", written(found.sweep.iter().map(|t| accuracy(*t)).collect::<Vec<_>>())),
    ]);
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

fn percent([right, trials]: [usize; 2]) -> Estimate {
    Estimate::share(right, trials).times(100.0)
}

fn playing(f: &Found) -> [Claim; 4] {
    let [chosen, largest, deaf] = f.tested.map(percent);
    [
        claim("The two units choose right in 86.87 % of trials, their read-out chosen on another session")
            .is("accuracy, %; n: trials", chosen)
            .published(86.87, 1.5)
            .headline(),
        claim("They slightly outperform the network of 50 units, which does in 85.50 %")
            .is("accuracy minus 85.50, percentage points", chosen.plus(-85.50))
            .above(0.0)
            .beside(Some(86.87 - 85.50)),
        claim("depending on the magnitude of the read-out")
            .is("accuracy of the chosen minus that of the largest, percentage points", chosen.less(largest))
            .above(0.0),
        claim("Feedback has no influence on what they choose")
            .is("accuracy with minus without it, percentage points", chosen.less(deaf))
            .predicted(0.0, 1.5)
            .at("schaeffer2020 SI 7.2"),
    ]
}

fn resting(f: &Found) -> [Claim; 4] {
    let stable = f.points.each_ref().map(|p| counts(p)[0]);
    let sides = [(LEFT, -1.0), (RIGHT, 1.0)];
    let there = |(k, sign): &(usize, f64)| {
        let mut all = f.points[*k].iter().filter(|p| p.unstable == 0);
        all.any(|p| p.state.iter().all(|v| v * sign > 0.0))
    };
    let drawn = sides.iter().filter(|s| there(s)).count();
    let decay = -BLOCK * f.moduli[0].ln();
    [
        claim("A stimulus draws both beliefs to its side")
            .is("of both stimuli", Estimate::count(drawn, 2))
            .at_least(2.0)
            .headline(),
        claim("The circuit has bistable dynamics: two attractors under one input")
            .is(
                "most stable points under one of six inputs",
                Estimate::exact(stable.into_iter().max().unwrap_or(0) as f64, 6),
            )
            .at_least(2.0)
            .if_differs(format!(
                "no weight is negative and the largest eigenvalue is {:.4}, below 1: under any constant input all \
                 states come to one point, and which of two it is, the input says",
                f.moduli[0]
            ))
            .headline(),
        claim("and a line attractor: without input its slow mode lasts for a block")
            .is("decay of the slow mode over 50 trials of 3.5 steps, in factors of e", Estimate::exact(decay, 1))
            .below(1.0)
            .if_differs(format!("it forgets in {:.0} steps, some {:.0} trials", BLOCK / decay, 50.0 / decay)),
        claim("Its two modes have different timescales")
            .is(
                "steps in which the slow one forgets over those of the fast one",
                Estimate::exact(f.moduli[1].ln() / f.moduli[0].ln(), 1),
            )
            .above(1.0)
            .beside(None),
    ]
}

fn coefficients(c: &Coefficients, f: &Found) -> [Claim; 6] {
    let other = reversed(c);
    let negative = [other[1], other[2]].iter().filter(|v| **v < 0.0).count();
    let along = [-c[4], c[5], -c[7], c[8]];
    let agree = along.iter().filter(|v| **v > 0.0).count();
    let [stimulus, block] = [c[0], c[3]].map(|w| 1.0 / (1.0 - w));
    let memory = -1.0 / f.moduli[0].ln();
    [
        claim("Observations move both beliefs in one direction")
            .is("of four weights, those towards the side that is seen", Estimate::count(agree, 4))
            .at_least(4.0),
        claim("five times further along the stimulus than along the block")
            .is("ratio of the weights of right minus left", Estimate::exact((c[5] - c[4]) / (c[8] - c[7]), 1))
            .published(5.0, 0.5),
        claim("Self-excitation gives the block's unit the longer time constant, 1/(1 - w)")
            .is("the block's minus the stimulus', steps", Estimate::exact(block - stimulus, 1))
            .above(0.0),
        theory("The units excite each other, so that the circuit remembers longer than 1/(1 - w)")
            .is(
                "-1/log of the larger modulus, minus 1/(1 - w) of the block, steps",
                Estimate::exact(memory - block, 1),
            )
            .above(0.0),
        claim("With the sign of one unit reversed, mutual excitation is mutual inhibition")
            .is("of both weights between the units, negative ones", Estimate::count(negative, 2))
            .at_least(2.0)
            .at("schaeffer2020 Fig. 9d"),
        claim("and the circuit is the same")
            .is(
                "largest difference of one step, over 1000 random states and inputs",
                Estimate::exact(f.mirrored, DRAWN),
            )
            .below(1e-12)
            .at("schaeffer2020 Fig. 9d"),
    ]
}

fn sweeps(f: &Found) -> TableOut {
    let rows = indices(READOUTS.len());
    Table::of(&rows)
        .column("readout", "", |k| READOUTS[*k])
        .columns(["accuracy_percent", "accuracy_error"], |k| pair(percent(f.sweep[*k])))
        .column("chosen", "", |k| usize::from(*k == f.best))
        .named("readouts", "Accuracy on the session of choice by the scale of the read-out.")
}

fn rests(f: &Found) -> TableOut {
    let rows: Vec<(usize, &FixedPoint)> =
        f.points.iter().enumerate().flat_map(|(k, points)| points.iter().map(move |p| (k, p))).collect();
    Table::of(&rows)
        .column("input", "", |r| CONDITIONS[r.0].0)
        .columns(["stimulus", "block"], |r| [r.1.state[0], r.1.state[1]])
        .column("unstable", "", |r| r.1.unstable)
        .columns(["larger_modulus", "smaller_modulus"], |r| {
            [0, 1].map(|k| r.1.eigenvalues.get(k).map_or(f64::NAN, |z| z.re.hypot(z.im)))
        })
        .named("points", "Fixed points under each of six constant inputs.")
}

fn draw(f: &Found, net: &Elman, states: &Mat<f64>) -> Drawn {
    let plane = Plane::units(states.as_ref(), ["stimulus", "block"]);
    let mut figures = vec![];
    for k in [LEFT, SILENT, RIGHT] {
        let (name, input) = CONDITIONS[k];
        figures.push(plane.draw(net, &input, &f.points[k], THIRD)?.named(
            &format!("portrait{k}"),
            name,
            "",
        )?);
    }
    let sweep = curve("two units", &READOUTS, f.sweep.iter().map(|t| percent(*t)));
    let axes = Axes {
        x_log: true,
        width: THIRD,
        height: 105.0,
        ..Axes::new("scale of the read-out", "correct trials (%)")
    }
    .reference("50 units (paper)", Reference::Across(85.5));
    figures.push(lines(&[sweep], &axes)?.named("readout", "Accuracy by read-out", "")?);
    let caption = "A to C: flow of the circuit with the printed coefficients, over the range that it visits in a \
                   session; arrows show direction, shade shows speed, red lines 40 steps from visited states. D: its \
                   accuracy by the scale of its read-out, with standard errors over trials.";
    panels("circuit", "Two units as printed", caption, &figures, 2)
}
