//! Choices trial by trial: networks, observers and actors on the same trials, what they earn, what prior and evidence count for.

mod drawing;
mod robust;
pub mod sums;
mod verdicts;
pub mod weights;

use super::behaviour::observer;
use super::dynamics::plays;
use super::elman::Elman;
use super::networks::{Recorded, Sizes, TEST, UNITS, networks, task};
use crate::common::*;
use nullcline_core::tasks::ibl::bayes::{Formulas, Ideal, Prior};
use nullcline_core::tasks::ibl::behaviour::{Choice, choices};
use nullcline_core::tasks::ibl::{Agent, Ibl, Session, Side, Step, play};
use nullcline_core::training::Player;
use nullcline_report::sections::behaviour::{Subject, table};
use sums::{Of, among};

/// Choices.
pub const STUDY: Study =
    Study::new("schaeffer2020/choices", "Prior, evidence and reward in choices, on the same trials", run);

/// Thresholds of the actors of which the one that earns most is sought.
const THRESHOLDS: [f64; 11] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98];
/// Session on which it is sought.
const CHOICE: u64 = u64::MAX - 1;
/// The first of short sessions that begin at rest; no other has these numbers.
const SHORT: u64 = 1 << 41;
/// Sessions of one block in which an observer watches the actor.
const WATCHED: u64 = 100;
/// Blocks of the short sessions.
const SHORT_BLOCKS: usize = 4;

/// Everybody's trials of one network's session.
struct One {
    network: Vec<Choice>,
    observer: Vec<Choice>,
    printed: Vec<Choice>,
    coded: Vec<Choice>,
    /// The actor by the paper's formulas at the threshold that earned most.
    earning: Vec<Choice>,
    /// The network without feedback.
    deaf: Vec<Choice>,
    /// The network in short sessions, each a block of its own.
    short: Vec<Choice>,
    /// The weight of the prior over that of the evidence: in choices, and in log odds at the first observation.
    weights: [Estimate; 2],
}

impl One {
    /// The actors with their names.
    fn actors(&self) -> [(&'static str, &[Choice]); 2] {
        [("the paper's formulas", &self.printed), ("as coded", &self.coded)]
    }
}

/// The actors of all thresholds on the session of choice.
struct Sweep {
    reward: Vec<Estimate>,
    time: Vec<Estimate>,
    /// The one that earns most.
    best: usize,
}

/// How closely actor and observer agree: the largest difference of P(right) up to the first time-out, the trials up to then, and
/// in how many of the later ones it is above a thousandth.
struct Alike {
    before: f64,
    trials: usize,
    after: [usize; 2],
}

/// A network that is told nothing of how it does.
struct Deaf<'a>(Player<'a>);

impl Agent for Deaf<'_> {
    fn begin(&mut self) {
        self.0.begin();
    }
    fn right(&mut self, step: &Step) -> f64 {
        self.0.step(&[step.input[0], step.input[1], 0.0])[1]
    }
    fn end(&mut self, _: Side, _: Option<Side>) {}
}

/// What the actor chooses in session `index` at a threshold.
fn acted(seed: u64, index: u64, blocks: usize, formulas: Formulas, threshold: f64) -> Vec<Choice> {
    let task = Ibl { threshold, ..task(blocks) };
    let session = Session::new(&task, seed, index);
    let mut actor = Ideal::actor(&task, formulas, Prior::Block);
    choices(&play(&task, &session, &mut actor, &mut |_, _, _| {}), task.blank)
}

fn swept(seed: u64, blocks: usize) -> Sweep {
    let all: Vec<Vec<Choice>> =
        THRESHOLDS.iter().map(|t| acted(seed, CHOICE, blocks, Formulas::Printed, *t)).collect();
    let reward: Vec<Estimate> = all.iter().map(|trials| among(&[trials], |m| m[0].reward())).collect();
    let time = all.iter().map(|trials| among(&[trials], |m| m[0].time(|_| true))).collect();
    let best =
        (0..reward.len()).fold(0, |best, k| if reward[k].value > reward[best].value { k } else { best });
    Sweep { reward, time, best }
}

fn one(net: &Elman, seed: u64, blocks: usize, threshold: f64) -> One {
    let task = task(blocks);
    let r = Recorded::new(net, seed, blocks, Formulas::Printed);
    let session = Session::new(&task, seed, TEST);
    let deaf = play(&task, &session, &mut Deaf(Player::new(net.model())), &mut |_, _, _| {});
    let short = (0..(blocks / SHORT_BLOCKS).max(2)).flat_map(|k| {
        let played = plays(net, seed, SHORT + k as u64, SHORT_BLOCKS);
        choices(&played, task.blank).into_iter().map(move |c| Choice { block: k, ..c })
    });
    let weighed = weights::weighed(&r, task.blank);
    let actor = |formulas, threshold| acted(seed, TEST, blocks, formulas, threshold);
    One {
        network: r.choices(task.blank),
        observer: observer(&r, task.blank),
        printed: actor(Formulas::Printed, task.threshold),
        coded: actor(Formulas::Coded, task.threshold),
        earning: actor(Formulas::Printed, threshold),
        deaf: choices(&deaf, task.blank),
        short: short.collect(),
        weights: [weights::in_choices(&weighed), weights::in_odds(&weighed)],
    }
}

/// The observer that watches the actor, who is told the side by its feedback, over many sessions of one block.
fn alike(seed: u64) -> Alike {
    let task = task(1);
    let mut all = Alike { before: 0.0, trials: 0, after: [0; 2] };
    for k in 0..WATCHED {
        let session = Session::new(&task, seed, k);
        let apart = watched(&task, &session);
        let first = apart.iter().position(|a| a.1).map_or(apart.len(), |n| n + 1);
        let (before, after) = apart.split_at(first);
        all.before = largest([all.before].into_iter().chain(before.iter().map(|a| a.0)));
        all.trials += before.len();
        all.after[0] += after.iter().filter(|a| a.0 > 1e-3).count();
        all.after[1] += after.len();
    }
    all
}

/// Of every trial of the actor the largest difference of P(right) to an observer's, and whether it timed out.
fn watched(task: &Ibl, session: &Session) -> Vec<(f64, bool)> {
    let mut actor = Ideal::actor(task, Formulas::Printed, Prior::Block);
    let mut observer = Ideal::observer(task, Formulas::Printed);
    observer.begin();
    let mut apart = vec![0.0f64; session.trials.len()];
    let mut last = 0;
    let played = play(task, session, &mut actor, &mut |n, step, p| {
        if n > last {
            observer.end(session.trials[last].side, None);
            last = n;
        }
        apart[n] = apart[n].max((observer.watch(step) - p).abs());
    });
    apart.into_iter().zip(&played.trials).map(|(a, t)| (a, t.action.is_none())).collect()
}

fn run(settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    findings(Sizes::of(settings), settings, progress)
}

pub fn findings(sizes: Sizes, settings: &Settings, progress: &dyn Observer) -> Result<Findings, Error> {
    let trained = networks(settings, sizes, UNITS, progress)?;
    let sweep = swept(settings.seed, sizes.blocks);
    let threshold = THRESHOLDS[sweep.best];
    let all = parallel("choices", trained.len(), progress, |k| {
        Ok(one(&trained[k], settings.seed + k as u64, sizes.blocks, threshold))
    })?;
    let mut claims = verdicts::agents(&alike(settings.seed));
    claims.extend(sizes.asked(settings, verdicts::claims(&all, threshold)));
    let reward = |of: fn(&One) -> &[Choice]| mean(&all, |o| among(&[of(o)], |m| m[0].reward()).value);
    let answer = format!(
        "A trial brings networks a reward of {}, the Bayesian actor by the paper's formulas {}. {}",
        words(reward(|o| &o.network)),
        words(reward(|o| &o.printed)),
        answer(&claims)
    );
    let named = |name, trials| Subject { name, trials };
    let first = &all[0];
    let subjects = [
        named("network", &first.network[..]),
        named("observer", &first.observer),
        named("actor, printed", &first.printed),
        named("actor, coded", &first.coded),
        named("actor, earning most", &first.earning),
        named("network without feedback", &first.deaf),
    ];
    let section =
        Section::new("choices", "Choices on the same trials").figures([drawing::draw(&all, &sweep)?]).tables(
            [agents_table(&all), networks_table(&all), thresholds_table(&sweep), table("curves", &subjects)],
        );
    let json = entries([
        ("reward_of_networks", list(&all, |o| among(&[&o.network], |m| m[0].reward()).value).into()),
        ("reward_of_actors", list(&all, |o| among(&[&o.printed], |m| m[0].reward()).value).into()),
        ("threshold_that_earns_most", threshold.into()),
        ("prior_over_evidence_in_choices", list(&all, |o| o.weights[0].value).into()),
        ("prior_over_evidence_in_log_odds", list(&all, |o| o.weights[1].value).into()),
    ]);
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

fn agents_table(all: &[One]) -> TableOut {
    let mut rows: Vec<(usize, &str, &[Choice])> = vec![];
    for (k, o) in all.iter().enumerate() {
        rows.extend([
            (k, "network", &o.network[..]),
            (k, "observer", &o.observer),
            (k, "actor, printed", &o.printed),
            (k, "actor, coded", &o.coded),
            (k, "actor, earning most", &o.earning),
            (k, "network without feedback", &o.deaf),
        ]);
    }
    Table::of(&rows)
        .column("network", "", |r| r.0 + 1)
        .column("agent", "", |r| r.1)
        .columns(["correct_of_all_percent", "correct_of_all_error"], |r| {
            pair(among(&[r.2], |m| m[0].correct(Of::All, |_, _| true)))
        })
        .columns(["correct_of_actions_percent", "correct_of_actions_error"], |r| {
            pair(among(&[r.2], |m| m[0].correct(Of::Actions, |_, _| true)))
        })
        .column("answered_percent", "", |r| among(&[r.2], |m| m[0].answered()).value)
        .columns(["observed_steps", "observed_steps_error"], |r| pair(among(&[r.2], |m| m[0].time(|_| true))))
        .columns(["reward", "reward_error"], |r| pair(among(&[r.2], |m| m[0].reward())))
        .named("agents", "Everybody on the trials of each network, with errors over blocks.")
}

fn networks_table(all: &[One]) -> TableOut {
    let rows = indices(all.len());
    Table::of(&rows)
        .column("network", "", |k| k + 1)
        .columns(["prior_over_evidence_in_choices", "in_choices_error"], |k| pair(all[*k].weights[0]))
        .columns(["prior_over_evidence_in_log_odds", "in_log_odds_error"], |k| pair(all[*k].weights[1]))
        .named("weights", "The weight of log prior odds over that of the log likelihood ratio.")
}

fn thresholds_table(sweep: &Sweep) -> TableOut {
    let rows = indices(THRESHOLDS.len());
    Table::of(&rows)
        .column("threshold", "", |k| THRESHOLDS[*k])
        .columns(["reward", "reward_error"], |k| pair(sweep.reward[*k]))
        .columns(["observed_steps", "observed_steps_error"], |k| pair(sweep.time[*k]))
        .column("chosen", "", |k| usize::from(*k == sweep.best))
        .named("thresholds", "The actor by the paper's formulas at each threshold, on the session of choice.")
}
