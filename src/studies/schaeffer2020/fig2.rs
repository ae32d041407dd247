//! Fig. 2: accuracy and time to act by contrast, of networks and of the Bayesian actor.

use super::behaviour::{Behaviour, actor};
use super::measured::{Every, above};
use super::networks::{NAMED, Recorded, Sizes, UNITS, networks, task};
use crate::pipeline::Observer;
use crate::report::figures::{THIRD, panels};
use crate::report::page::Section;
use crate::report::sections::behaviour::{Subject, accuracy_figure, table, times_figure};
use crate::studies::{Claim, Error, Findings, Settings, Study, mean_and_error};
use crate::tasks::ibl::bayes::{Formulas, Prior};
use crate::tasks::ibl::behaviour::{Choice, accuracy, times};
use serde_json::{Map, json};

/// Fig. 2.
pub const STUDY: Study = Study {
    name: "schaeffer2020/fig2",
    title: "Accuracy and time to act by contrast, networks and Bayesian agents",
    run,
};

const SOURCE: &str = "schaeffer2020 Fig. 2";
/// Share of the past, in hundredths, that the authors' actor of exponentially weighted sides keeps.
const KEPT: u8 = 90;

/// Share of correct trials among all, none counted as wrong.
fn correct(trials: &[Choice]) -> f64 {
    trials.iter().filter(|t| t.correct()).count() as f64 / trials.len() as f64
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let sizes = Sizes::of(settings);
    let behaviour = Behaviour::new(settings, sizes, progress)?;
    let exact = actor(settings, sizes.blocks, Formulas::Exact, Prior::Block);
    let blockless = actor(settings, sizes.blocks, Formulas::Coded, Prior::Flat);
    let weighted = actor(settings, sizes.blocks, Formulas::Coded, Prior::Weighted(KEPT));
    let mut claims = claims(&behaviour);
    claims.extend(baselines(&behaviour, &blockless, &weighted));
    claims.extend(lengths(settings, sizes, &behaviour.networks, progress)?);
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
    let caption = "A: share of answered trials that are correct, of one network, of the observer that sees what it saw, and of \
                   two actors. B, C: observed steps to an action; concordant: stimulus and block on one side.";
    let section = Section {
        id: "behaviour".into(),
        title: "Accuracy and time".into(),
        figures: vec![panels("fig2", "Accuracy and time by contrast", caption, &figures, 3)?],
        tables: vec![table("curves", &[all.as_slice(), &others].concat())],
        ..Section::default()
    };
    let mut json = Map::new();
    let each = |trials: &[Vec<Choice>]| trials.iter().map(|s| correct(s)).collect::<Vec<_>>();
    json.insert(
        "behaviour".into(),
        json!({
            "accuracy": each(networks),
            "observer": each(observers),
            "actor_coded": correct(coded),
            "actor_printed": correct(printed),
            "actor_exact": correct(&exact),
            "actor_coded_blockless": correct(&blockless),
            "actor_coded_weighted": correct(&weighted),
        }),
    );
    let (mean, error) = mean_and_error(&each(networks));
    let answer = format!(
        "{} networks are right in {:.1} ± {:.1} % of all trials; the paper's one is in 85.5 %.",
        networks.len(),
        100.0 * mean,
        100.0 * error
    );
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

/// What the block is worth, by the baselines of the authors' program.
fn baselines(b: &Behaviour, blockless: &[Choice], weighted: &[Choice]) -> Vec<Claim> {
    let every = Every::new(&b.networks, "the authors' program");
    let percent = |(value, error): (f64, f64)| (100.0 * value, 100.0 * error);
    let gain = percent(against(every.mean(|s| correct(s) - correct(blockless)), correct_error(blockless)));
    let lost = 100.0 * (correct(&b.coded) - correct(weighted));
    let error = 100.0 * correct_error(&b.coded).hypot(correct_error(weighted));
    vec![
        every
            .claim(
                "The network is right more often than an actor without blocks",
                "network minus actor (as coded), %",
                gain,
            )
            .decided(above(gain, 0.0))
            .if_differs(&format!(
                "at one certainty blocks save time, not errors: without them the actor takes {:.2} steps a trial, networks {:.2}",
                steps(blockless),
                every.mean(|s| steps(s)).0
            )),
        Claim::measured(
            "An actor of exponentially weighted past sides nearly matches the Bayesian actor",
            "the authors' program",
            "Bayesian minus weighted, both as coded, %",
            lost,
            error,
            1,
        )
        .decided(lost.abs() < 3.0),
    ]
}

/// A mean over networks less something of an actor whose standard error over its trials is `of_actor`.
fn against((value, error): (f64, f64), of_actor: f64) -> (f64, f64) {
    (value, error.hypot(of_actor))
}

/// Standard error of the share of correct trials over trials.
fn correct_error(trials: &[Choice]) -> f64 {
    let p = correct(trials);
    (p * (1.0 - p) / trials.len() as f64).sqrt()
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
    let sizes = Sizes { seeds: 1, steps: NAMED, ..sizes };
    let early = networks(settings, sizes, UNITS, progress)?;
    let early =
        Recorded::new(&early[0], settings.seed, sizes.blocks, Formulas::Printed).choices(task(1).blank);
    let source = "schaeffer2020 SI 7.1, 7.2";
    let every = Every::new(subjects, source);
    Ok(vec![
        every
            .claim("A trial takes about 3.5 steps", "steps a trial", every.mean(|s| steps(s)))
            .published(3.5, 0.25),
        Claim::measured(
            "Correct trials have converged after 5000 gradient steps",
            source,
            "correct now minus then, first network, %",
            100.0 * (correct(&subjects[0]) - correct(&early)),
            0.0,
            1,
        )
        .predicted(0.0, 1.5),
        Claim::measured(
            "Behaviour has converged after 5000 gradient steps",
            source,
            "steps a trial then minus now, first network",
            steps(&early) - steps(&subjects[0]),
            0.0,
            1,
        )
        .predicted(0.0, 0.25)
        .if_differs("trials go on getting shorter up to some 30,000 gradient steps"),
    ])
}

fn claims(b: &Behaviour) -> Vec<Claim> {
    let every = Every::new(&b.networks, SOURCE);
    let claim = |text: &str, quantity: &str, v: (f64, f64)| every.claim(text, quantity, v);
    let share = |v: (f64, f64)| (100.0 * v.0, 100.0 * v.1);
    // Of every network the mean over contrasts up to 1.
    let low =
        |f: &dyn Fn(&[Choice], usize) -> f64| every.mean(|s| (0..3).map(|c| f(s, c)).sum::<f64>() / 3.0);
    let time = |s: &[Choice], c: usize| times(s, None).cells[c].value;
    let gaps: Vec<f64> = b.networks.iter().zip(&b.observers).map(|(s, w)| correct(w) - correct(s)).collect();
    let gap = share(mean_and_error(&gaps));
    let to_coded = share(against(every.mean(|s| correct(&b.coded) - correct(s)), correct_error(&b.coded)));
    let to_printed =
        share(against(every.mean(|s| correct(&b.printed) - correct(s)), correct_error(&b.printed)));
    let zero = share(every.mean(|s| accuracy(s, None).cells[0].value));
    let falls = |s: &Vec<Choice>| {
        accuracy(s, None).cells.windows(2).filter(|w| w[1].value <= w[0].value).count() as f64
    };
    let slower = low(&|s, c| times(s, Some(false)).cells[c].value - times(s, Some(true)).cells[c].value);
    let time_error = |s: &[Choice]| {
        times(s, None).cells[..3].iter().map(|c| c.std_error.powi(2)).sum::<f64>().sqrt() / 3.0
    };
    let lag = against(low(&|s, c| time(&b.printed, c) - time(s, c)), time_error(&b.printed));
    let lag_coded = against(low(&|s, c| time(&b.coded, c) - time(s, c)), time_error(&b.coded));
    let longer = every.mean(|s| time(s, 0) - time(s, 5));
    vec![
        claim("The network is right in 85.50 % of trials", "correct of all trials, %", share(every.mean(|s| correct(s))))
            .published(85.5, 1.5),
        claim("It nearly matches the observer, who sees the same", "observer minus network, %", gap)
            .decided(gap.0.abs() < 3.0),
        claim("It nearly matches the Bayesian actor (as coded)", "actor minus network, %", to_coded)
            .decided(to_coded.0.abs() < 3.0),
        claim(
            "It nearly matches the Bayesian actor (the paper's formulas, time-outs wrong)",
            "actor minus network, %",
            to_printed,
        )
        .decided(to_printed.0.abs() < 3.0)
        .if_differs("by the paper's formulas the actor waits longer and times out more often than the one that was run"),
        claim("Accuracy grows with contrast", "steps down between contrasts", (every.list(falls).iter().sum(), 0.0)).predicted(0.0, 0.0),
        claim("At zero contrast it is above chance", "correct of answered at contrast 0, %", zero)
            .decided(above(zero, 50.0)),
        claim(
            "It acts faster on concordant trials at low contrast",
            "discordant minus concordant at contrasts up to 1, steps",
            slower,
        )
        .decided(above(slower, 0.0)),
        claim("It integrates longer at low contrast", "contrast 0 minus 2.5, steps", longer)
            .decided(above(longer, 0.0)),
        claim(
            "It acts faster than the actor (the paper's formulas) at low contrast",
            "actor minus network at contrasts up to 1, steps",
            lag,
        )
        .decided(above(lag, 0.0)),
        claim(
            "It acts faster than the actor (as coded) at low contrast",
            "actor minus network at contrasts up to 1, steps",
            lag_coded,
        )
        .decided(above(lag_coded, 0.0)),
    ]
}
