//! Fig. 2: accuracy and time to act by contrast, of networks and of the Bayesian actor.

use super::behaviour::{Behaviour, actor};
use super::networks::{NAMED, Recorded, Sizes, UNITS, networks, task};
use crate::common::*;
use nullcline_core::tasks::ibl::bayes::{Formulas, Prior};
use nullcline_core::tasks::ibl::behaviour::{Choice, accuracy, times};
use nullcline_report::sections::behaviour::{Subject, accuracy_figure, table, times_figure};

/// Fig. 2.
pub const STUDY: Study = Study::new(
    "schaeffer2020/fig2",
    "Accuracy and time to act by contrast, networks and Bayesian agents",
    run,
);

const SOURCE: &str = "schaeffer2020 Fig. 2";
/// Share of the past, in hundredths, that the authors' actor of exponentially weighted sides keeps.
const KEPT: u8 = 90;

/// Share of correct trials among all, none counted as wrong.
fn correct(trials: &[Choice]) -> f64 {
    trials.iter().filter(|t| t.correct()).count() as f64 / trials.len() as f64
}

/// Shares of correct trials: of every network, of an observer of each, and of actors.
#[derive(Serialize)]
struct Accuracy {
    accuracy: Vec<f64>,
    observer: Vec<f64>,
    actor_coded: f64,
    actor_printed: f64,
    actor_exact: f64,
    actor_coded_blockless: f64,
    actor_coded_weighted: f64,
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let behaviour = Behaviour::new(settings, sizes, progress)?;
    let exact = actor(settings, sizes.blocks, Formulas::Exact, Prior::Block);
    let blockless = actor(settings, sizes.blocks, Formulas::Coded, Prior::Flat);
    let weighted = actor(settings, sizes.blocks, Formulas::Coded, Prior::Weighted(KEPT));
    let mut claims = sizes.asked(settings, claims(&behaviour));
    claims.extend(baselines(&behaviour, &blockless, &weighted));
    claims.extend(sizes.asked(settings, lengths(settings, sizes, &behaviour.networks, progress)?));
    let Behaviour { networks, observers, coded, printed } = &behaviour;
    let named = |name, trials| Subject { name, trials };
    let all = [
        named("network", &networks[0][..]),
        named("observer", &observers[0]),
        named("actor, coded", coded),
        named("actor, printed", printed),
    ];
    let others = [
        named("actor, exact", &exact),
        named("actor, coded, blockless", &blockless),
        named("actor, coded, weighted sides", &weighted),
    ];
    let figures = [
        accuracy_figure(&all, THIRD)?,
        times_figure(&named("Network", &networks[0]), "observed steps", THIRD)?,
        times_figure(&named("Bayesian actor, printed", printed), "observed steps", THIRD)?,
    ];
    let caption = "A: share of answered trials that are correct, of one network, of the observer that sees \
                   what it saw, and of two actors. B, C: observed steps to an action; concordant: stimulus \
                   and block on one side.";
    let section = Section::new("behaviour", "Accuracy and time")
        .figures([panels("fig2", "Accuracy and time by contrast", caption, &figures, 3)?])
        .tables([table("curves", &[all.as_slice(), &others].concat())]);
    let each = |trials: &[Vec<Choice>]| trials.iter().map(|s| correct(s)).collect::<Vec<_>>();
    let json = entries([(
        "behaviour",
        written(Accuracy {
            accuracy: each(networks),
            observer: each(observers),
            actor_coded: correct(coded),
            actor_printed: correct(printed),
            actor_exact: correct(&exact),
            actor_coded_blockless: correct(&blockless),
            actor_coded_weighted: correct(&weighted),
        }),
    )]);
    let answer = format!(
        "{} networks are right in {} % of all trials; the paper's one is in 85.5 %. {}",
        networks.len(),
        words(Estimate::mean(each(networks)).times(100.0)),
        answer(&claims)
    );
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

/// What the block is worth, by the baselines of the authors' program.
fn baselines(b: &Behaviour, blockless: &[Choice], weighted: &[Choice]) -> Vec<Claim> {
    let gain = mean(&b.networks, |s| correct(s)).less(share(blockless)).times(100.0);
    // The two actors see the same trials: their errors together are at least that of the difference.
    let lost = share(&b.coded).less(share(weighted)).times(100.0);
    at(
        "the authors' program",
        [
            theory("The network is right more often than an actor without blocks")
                .is("network minus actor (as coded), %", gain)
                .above(0.0)
                .if_differs(format!(
                    "at one certainty blocks save time, not errors: without them the actor takes {:.2} \
                     steps a trial, networks {:.2}",
                    steps(blockless),
                    mean(&b.networks, |s| steps(s)).value
                )),
            theory("An actor of exponentially weighted past sides nearly matches the Bayesian actor")
                .is("Bayesian minus weighted, both as coded, %; n: trials", lost)
                .predicted(0.0, 3.0),
        ],
    )
}

/// Share of correct trials with its error over trials.
fn share(trials: &[Choice]) -> Estimate {
    Estimate::share(trials.iter().filter(|t| t.correct()).count(), trials.len())
}

/// Steps a trial, blank ones among them.
fn steps(trials: &[Choice]) -> f64 {
    trials.iter().map(|t| t.time + task(1).blank as f64).sum::<f64>() / trials.len() as f64
}

/// How long trials are, and whether training had converged when the SI says.
fn lengths(
    settings: &Settings,
    sizes: Sizes,
    subjects: &[Vec<Choice>],
    progress: &dyn Observer,
) -> Result<Vec<Claim>, Error> {
    let early = networks(settings, Sizes { steps: NAMED, ..sizes }, UNITS, progress)?;
    let played = |(k, net): (usize, &_)| {
        let seed = settings.seed + k as u64;
        Recorded::new(net, seed, sizes.blocks, Formulas::Printed).choices(task(1).blank)
    };
    let early: Vec<Vec<Choice>> = early.iter().enumerate().map(played).collect();
    let change = |f: fn(&[Choice]) -> f64| {
        Estimate::mean(subjects.iter().zip(&early).map(|(now, then)| f(now) - f(then)))
    };
    Ok(at(
        "schaeffer2020 SI 7.1, 7.2",
        [
            claim("A trial takes about 3.5 steps")
                .is("steps a trial", mean(subjects, |s| steps(s)))
                .published(3.5, 0.25),
            claim("Correct trials have converged after 5000 gradient steps")
                .is("correct now minus then, mean over networks, %", change(correct).times(100.0))
                .predicted(0.0, 1.5),
            claim("Behaviour has converged after 5000 gradient steps")
                .is("steps a trial then minus now, mean over networks", change(steps).times(-1.0))
                .predicted(0.0, 0.25)
                .if_differs("trials go on getting shorter up to some 30,000 gradient steps"),
        ],
    ))
}

fn claims(b: &Behaviour) -> Vec<Claim> {
    let all = &b.networks;
    // Of every network the mean over contrasts up to 1.
    let low = |f: &dyn Fn(&[Choice], usize) -> f64| mean(all, |s| (0..3).map(|c| f(s, c)).sum::<f64>() / 3.0);
    let time = |s: &[Choice], c: usize| times(s, None).cells[c].value;
    let right = mean(all, |s| 100.0 * correct(s));
    let gaps = b.networks.iter().zip(&b.observers).map(|(s, w)| 100.0 * (correct(w) - correct(s)));
    let to = |actor: &[Choice]| share(actor).times(100.0).less(right);
    // The smallest rise of accuracy from one contrast to the next.
    let rise = |c: usize| {
        mean(all, |s| {
            let cells = accuracy(s, None).cells;
            100.0 * (cells[c + 1].value - cells[c].value)
        })
    };
    let rises: Vec<Estimate> = (0..5).map(rise).collect();
    let slower = low(&|s, c| times(s, Some(false)).cells[c].value - times(s, Some(true)).cells[c].value);
    let of_actor = |actor: &[Choice]| {
        let cells = &times(actor, None).cells[..3];
        let error = cells.iter().map(|c| c.error().powi(2)).sum::<f64>().sqrt() / 3.0;
        let trials = cells.iter().map(|c| c.n).min().unwrap_or(0);
        Estimate::new(cells.iter().map(|c| c.value).sum::<f64>() / 3.0, error, trials)
    };
    let lag = |actor: &[Choice]| of_actor(actor).less(low(&time));
    let longer = mean(all, |s| time(s, 0) - time(s, 5));
    let (behind, faster) = ("actor minus network, %", "actor minus network at contrasts up to 1, steps");
    at(
        SOURCE,
        [
            claim("The network is right in 85.50 % of trials")
                .is("correct of all trials, %", right)
                .published(85.5, 1.5),
            claim("It nearly matches the observer, who sees the same")
                .is("observer minus network, %", Estimate::mean(gaps))
                .predicted(0.0, 3.0)
                .headline(),
            claim("It nearly matches the Bayesian actor (as coded)")
                .is(behind, to(&b.coded))
                .predicted(0.0, 3.0)
                .headline(),
            claim("It nearly matches the Bayesian actor (the paper's formulas, time-outs wrong)")
                .is(behind, to(&b.printed))
                .predicted(0.0, 3.0)
                .headline()
                .if_differs(
                    "by the paper's formulas the actor waits longer and times out more often than the one \
                     that was run",
                ),
            claim("Accuracy grows with contrast")
                .decided_by("smallest rise from one contrast to the next, %", &rises)
                .above(0.0),
            claim("At zero contrast it is above chance")
                .is(
                    "correct of answered at contrast 0, %",
                    mean(all, |s| 100.0 * accuracy(s, None).cells[0].value),
                )
                .above(50.0),
            claim("It acts faster on concordant trials at low contrast")
                .is("discordant minus concordant at contrasts up to 1, steps", slower)
                .above(0.0),
            claim("It integrates longer at low contrast")
                .is("contrast 0 minus 2.5, steps", longer)
                .above(0.0),
            claim("It acts faster than the actor (the paper's formulas) at low contrast")
                .is(faster, lag(&b.printed))
                .above(0.0),
            claim("It acts faster than the actor (as coded) at low contrast")
                .is(faster, lag(&b.coded))
                .above(0.0),
        ],
    )
}
