//! Fig. 2: accuracy and time to act by contrast, of networks and of the Bayesian actor.

use super::networks::{NAMED, Recorded, Sizes, UNITS, networks, over, task};
use crate::pipeline::Observer;
use crate::report::figures::{THIRD, panels};
use crate::report::page::Section;
use crate::report::sections::behaviour::{Subject, accuracy_figure, table, times_figure};
use crate::studies::{Claim, Error, Findings, Settings, Study};
use crate::tasks::ibl::bayes::{Formulas, Ideal, Prior};
use crate::tasks::ibl::behaviour::{Choice, accuracy, choices, times};
use crate::tasks::ibl::{Session, Side, play};
use serde_json::{Map, json};

/// Fig. 2.
pub const STUDY: Study = Study {
    name: "schaeffer2020/fig2",
    title: "Accuracy and time to act by contrast, networks and Bayesian agents",
    run,
};

const SOURCE: &str = "schaeffer2020 Fig. 2";

/// The actor's trials over `blocks` blocks of one session.
pub fn actor(settings: &Settings, blocks: usize, formulas: Formulas, prior: Prior) -> Vec<Choice> {
    let task = task(blocks);
    let session = Session::new(&task, settings.seed, u64::MAX - 1);
    choices(&play(&task, &session, &mut Ideal::actor(&task, formulas, prior), &mut |_, _, _| {}), task.blank)
}

/// The observer's trials: what it would have chosen where the network acted or ran out of time.
pub fn observer(recorded: &Recorded, blank: usize) -> Vec<Choice> {
    let ends = recorded.ends();
    let forced = |(t, choice): (&usize, Choice)| Choice {
        choice: Some(Side::of(recorded.observer[*t] > 0.5)),
        ..choice
    };
    ends.iter().zip(recorded.choices(blank)).map(forced).collect()
}

/// Share of correct trials among all, none counted as wrong.
pub fn correct(trials: &[Choice]) -> f64 {
    trials.iter().filter(|t| t.correct()).count() as f64 / trials.len() as f64
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let sizes = Sizes::of(settings);
    let blank = task(1).blank;
    let trained = networks(settings, sizes, UNITS, progress)?;
    let coded = actor(settings, sizes.blocks, Formulas::Coded, Prior::Block);
    let printed = actor(settings, sizes.blocks, Formulas::Printed, Prior::Block);
    let exact = actor(settings, sizes.blocks, Formulas::Exact, Prior::Block);
    let mut subjects = vec![];
    let mut watching = vec![];
    for (k, net) in trained.iter().enumerate() {
        let recorded = Recorded::new(net, settings.seed + k as u64, sizes.blocks, Formulas::Printed);
        watching.push(observer(&recorded, blank));
        subjects.push(recorded.choices(blank));
    }
    let mut claims = claims(&subjects, &watching, &coded, &printed);
    claims.extend(lengths(settings, sizes, &subjects, progress)?);
    let named = |name, trials| Subject { name, trials };
    let all = [
        named("network", &subjects[0][..]),
        named("observer", &watching[0]),
        named("actor, coded", &coded),
        named("actor, printed", &printed),
    ];
    let figures = [
        accuracy_figure(&all, THIRD)?,
        times_figure(&named("Network", &subjects[0]), "observed steps", THIRD)?,
        times_figure(&named("Bayesian actor, printed", &printed), "observed steps", THIRD)?,
    ];
    let caption = "A: share of answered trials that are correct, of one network, of the observer that sees what it saw, and of \
                   two actors. B, C: observed steps to an action; concordant: stimulus and block on one side.";
    let section = Section {
        id: "behaviour".into(),
        title: "Accuracy and time".into(),
        figures: vec![panels("fig2", "Accuracy and time by contrast", caption, &figures, 3)?],
        tables: vec![table("curves", &[all.as_slice(), &[named("actor, exact", &exact)]].concat())],
        ..Section::default()
    };
    let mut json = Map::new();
    json.insert(
        "behaviour".into(),
        json!({
            "accuracy": subjects.iter().map(|s| correct(s)).collect::<Vec<_>>(),
            "observer": watching.iter().map(|s| correct(s)).collect::<Vec<_>>(),
            "actor_coded": correct(&coded),
            "actor_printed": correct(&printed),
            "actor_exact": correct(&exact),
        }),
    );
    let (mean, error) = over(&subjects.iter().map(|s| correct(s)).collect::<Vec<_>>());
    let answer = format!(
        "{} networks are right in {:.1} ± {:.1} % of all trials; the paper's one is in 85.5 %.",
        subjects.len(),
        100.0 * mean,
        100.0 * error
    );
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
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
    let (mean, error) = over(&subjects.iter().map(|s| steps(s)).collect::<Vec<_>>());
    let source = "schaeffer2020 SI 7.1, 7.2";
    Ok(vec![
        Claim::measured(
            "A trial takes about 3.5 steps",
            source,
            "steps a trial",
            mean,
            error,
            subjects.len(),
        )
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

/// Of every network the mean over contrasts up to 1 of some difference, then mean and error over networks.
fn low(subjects: &[Vec<Choice>], f: impl Fn(&[Choice], usize) -> f64) -> (f64, f64) {
    let one = |s: &Vec<Choice>| (0..3).map(|c| f(s, c)).sum::<f64>() / 3.0;
    over(&subjects.iter().map(one).collect::<Vec<_>>())
}

fn claims(
    subjects: &[Vec<Choice>],
    watching: &[Vec<Choice>],
    coded: &[Choice],
    printed: &[Choice],
) -> Vec<Claim> {
    let n = subjects.len();
    let share = |v: (f64, f64)| (100.0 * v.0, 100.0 * v.1);
    let (accuracy_all, error) = share(over(&subjects.iter().map(|s| correct(s)).collect::<Vec<_>>()));
    let gaps: Vec<f64> = subjects.iter().zip(watching).map(|(s, w)| correct(w) - correct(s)).collect();
    let (gap, gap_error) = share(over(&gaps));
    let to_coded: Vec<f64> = subjects.iter().map(|s| correct(coded) - correct(s)).collect();
    let (to_coded, to_coded_error) = share(over(&to_coded));
    let to_printed: Vec<f64> = subjects.iter().map(|s| correct(printed) - correct(s)).collect();
    let (to_printed, to_printed_error) = share(over(&to_printed));
    let zero: Vec<f64> = subjects.iter().map(|s| accuracy(s, None).cells[0].value).collect();
    let (zero, zero_error) = share(over(&zero));
    let rises =
        |s: &Vec<Choice>| accuracy(s, None).cells.windows(2).filter(|w| w[1].value <= w[0].value).count();
    let falls: f64 = subjects.iter().map(|s| rises(s) as f64).sum();
    let wait =
        |s: &[Choice], c: usize| times(s, Some(false)).cells[c].value - times(s, Some(true)).cells[c].value;
    let (slower, slower_error) = low(subjects, wait);
    let lag = |s: &[Choice], c: usize| times(printed, None).cells[c].value - times(s, None).cells[c].value;
    let (lag, lag_error) = low(subjects, lag);
    let lag_coded =
        |s: &[Choice], c: usize| times(coded, None).cells[c].value - times(s, None).cells[c].value;
    let (lag_coded, lag_coded_error) = low(subjects, lag_coded);
    let longer = |s: &[Choice]| times(s, None).cells[0].value - times(s, None).cells[5].value;
    let (longer, longer_error) = over(&subjects.iter().map(|s| longer(s)).collect::<Vec<_>>());
    let beyond = |v: f64, e: f64| v > 2.0 * if e.is_finite() { e } else { 0.0 };
    let claim = |text: &str, quantity: &str, v: f64, e: f64| Claim::measured(text, SOURCE, quantity, v, e, n);
    vec![
        claim("The network is right in 85.50 % of trials", "correct of all trials, %", accuracy_all, error)
            .published(85.5, 1.5),
        claim("It nearly matches the observer, who sees the same", "observer minus network, %", gap, gap_error)
            .decided(gap.abs() < 3.0),
        claim("It nearly matches the Bayesian actor (as coded)", "actor minus network, %", to_coded, to_coded_error)
            .decided(to_coded.abs() < 3.0),
        claim(
            "It nearly matches the Bayesian actor (the paper's formulas, time-outs wrong)",
            "actor minus network, %",
            to_printed,
            to_printed_error,
        )
        .decided(to_printed.abs() < 3.0)
        .if_differs("by the paper's formulas the actor waits longer and times out more often than the one that was run"),
        claim("Accuracy grows with contrast", "steps down between contrasts", falls, 0.0).predicted(0.0, 0.0),
        claim("At zero contrast it is above chance", "correct of answered at contrast 0, %", zero, zero_error)
            .decided(beyond(zero - 50.0, zero_error)),
        claim(
            "It acts faster on concordant trials at low contrast",
            "discordant minus concordant at contrasts up to 1, steps",
            slower,
            slower_error,
        )
        .decided(beyond(slower, slower_error)),
        claim("It integrates longer at low contrast", "contrast 0 minus 2.5, steps", longer, longer_error)
            .decided(beyond(longer, longer_error)),
        claim(
            "It acts faster than the actor (the paper's formulas) at low contrast",
            "actor minus network at contrasts up to 1, steps",
            lag,
            lag_error,
        )
        .decided(beyond(lag, lag_error)),
        claim(
            "It acts faster than the actor (as coded) at low contrast",
            "actor minus network at contrasts up to 1, steps",
            lag_coded,
            lag_coded_error,
        )
        .decided(beyond(lag_coded, lag_coded_error)),
    ]
}
