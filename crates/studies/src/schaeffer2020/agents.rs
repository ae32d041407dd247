//! The task and the Bayesian actor alone: sizes of sessions, and what the actor does by either formulas.

use super::behaviour::actor;
use super::networks::task;
use crate::common::*;
use nullcline_core::tasks::ibl::bayes::{Formulas, Prior};
use nullcline_core::tasks::ibl::behaviour::{Choice, accuracy, times};
use nullcline_core::tasks::ibl::{Ibl, Session};
use nullcline_report::sections::behaviour::{
    Subject, accuracy_figure, concordance_figure, table, times_figure,
};

/// The task and its actor.
pub const STUDY: Study =
    Study::new("schaeffer2020/agents", "The task and the Bayesian actor: sessions, accuracy, times", run);

/// Blocks of a session of the paper.
const BLOCKS: usize = 1000;
/// Sessions whose trials are counted.
const SESSIONS: u64 = 20;
/// Contrasts up to 1, which are low.
const LOW: usize = 3;

/// What one actor does.
struct Agent {
    name: &'static str,
    trials: Vec<Choice>,
}

fn run(settings: &Settings, _: &dyn Observer) -> Result<Findings, Error> {
    let blocks = match settings.preset {
        Preset::Quick => 300,
        Preset::Paper => BLOCKS,
    };
    findings(blocks, settings)
}

pub fn findings(blocks: usize, settings: &Settings) -> Result<Findings, Error> {
    let agent = |name, formulas| Agent { name, trials: actor(settings, blocks, formulas, Prior::Block) };
    let agents = [agent("actor, printed", Formulas::Printed), agent("actor, coded", Formulas::Coded)];
    let lengths = [("as coded", Ibl::coded(BLOCKS)), ("as printed", Ibl::printed(BLOCKS))];
    let mut claims = at("schaeffer2020 section 2.1, SI 7.1", sessions(&lengths, settings.seed));
    for agent in &agents {
        claims.extend(about(agent.name, at("schaeffer2020 Figs. 2, 3", behaviour(&agent.trials))));
    }
    let subjects = agents.each_ref().map(|a| Subject { name: a.name, trials: &a.trials });
    let figures = [
        accuracy_figure(&subjects, THIRD)?,
        times_figure(&subjects[0], "observed steps", THIRD)?,
        times_figure(&subjects[1], "observed steps", THIRD)?,
        concordance_figure(&subjects, THIRD)?,
    ];
    let caption = "A: share of answered trials that are correct. B, C: observed steps to an action; concordant: \
                   stimulus and block on one side. D: correct of answered trials by whether they are.";
    let section = Section::new("agents", "The Bayesian actor")
        .figures([panels("agents", "The actor by either formulas", caption, &figures, 3)?])
        .tables([table("curves", &subjects)]);
    let answer = format!(
        "Blocks have {:.1} trials as coded and {:.1} as printed. {}",
        lengths[0].1.law.moments().0,
        lengths[1].1.law.moments().0,
        answer(&claims)
    );
    let json = entries([("mean_block", written(lengths.map(|(_, task)| task.law.moments().0)))]);
    Ok(Findings { claims, answer, sections: vec![section], json, warnings: vec![] })
}

/// Lengths of blocks and sessions, which need nobody who plays.
fn sessions(laws: &[(&str, Ibl); 2], seed: u64) -> Vec<Claim> {
    let mut all = vec![];
    for (how, task) in laws {
        let mean = task.law.moments().0;
        all.push(
            claim(format!("A block has 50 trials on average ({how})"))
                .is("mean of the law of block lengths, trials", Estimate::exact(mean, 1))
                .published(50.0, 1.0)
                .if_differs(
                    "the printed law lets one block in five reach its cap of 101 trials; the program draws geometric lengths \
                     again until they are at most 100",
                ),
        );
        all.push(
            claim(format!("A block lasts one to two orders of magnitude longer than a trial ({how})"))
                .is("mean trials of a block", Estimate::exact(mean, 1))
                .between(10.0, 100.0),
        );
    }
    let counts = (0..SESSIONS).map(|k| Session::new(&task(BLOCKS), seed, k).trials.len() as f64);
    all.push(
        claim("1000 blocks are about 50,000 trials")
            .is("trials, mean over sessions of the program's task", Estimate::mean(counts))
            .published(50_000.0, 2500.0),
    );
    all
}

/// Mean over low contrasts.
fn low(cells: impl Fn(usize) -> Estimate) -> Estimate {
    let all: Vec<Estimate> = (0..LOW).map(cells).collect();
    let error = all.iter().map(|c| c.error().powi(2)).sum::<f64>().sqrt() / LOW as f64;
    let value = all.iter().map(|c| c.value).sum::<f64>() / LOW as f64;
    Estimate::new(value, error, all.iter().map(|c| c.n).min().unwrap_or(0))
}

fn behaviour(trials: &[Choice]) -> Vec<Claim> {
    let right = accuracy(trials, None).cells;
    let last = right.len() - 1;
    let taken = times(trials, None).cells;
    let [slow, fast] = [false, true].map(|c| times(trials, Some(c)).cells);
    let [against, with] = [false, true].map(|c| accuracy(trials, Some(c)).cells);
    let gap = |c: usize| with[c].less(against[c]).times(100.0);
    let rises: Vec<Estimate> = (0..last).map(|c| right[c + 1].less(right[c]).times(100.0)).collect();
    vec![
        claim("at zero contrast it is above chance")
            .is("correct of answered trials at contrast 0, %", right[0].times(100.0))
            .above(50.0)
            .headline(),
        claim("accuracy grows with contrast")
            .decided_by("smallest rise from one contrast to the next, %", &rises)
            .above(0.0),
        claim("it takes longer at low contrast")
            .is("observed steps at contrast 0 minus 2.5", taken[0].less(taken[last]))
            .above(0.0)
            .headline(),
        claim("it acts faster on concordant trials at low contrast")
            .is(
                "discordant minus concordant at contrasts up to 1, observed steps",
                low(|c| slow[c].less(fast[c])),
            )
            .above(0.0),
        claim("at zero contrast it is right more often where stimulus and block agree")
            .is("concordant minus discordant, percentage points", gap(0))
            .above(0.0),
        claim("and the difference shrinks with contrast")
            .is("that at contrast 0 minus that at 2.5, percentage points", gap(0).less(gap(last)))
            .above(0.0),
    ]
}
