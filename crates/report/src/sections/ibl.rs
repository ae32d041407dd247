//! A network on the IBL task: its training and its behaviour.

use super::Rendered;
use super::behaviour::{Subject, overview, table};
use super::training::{TRIALS, at_its_task};
use super::words::{number as word, percent};
use crate::figures::{Axes, Series, lines};
use crate::folder::{Folder, Origin};
use crate::page::Section;
use crate::report::{Report, Told};
use crate::runner::{Failure, NETWORK, network_file};
use crate::tables::{Table, TableOut};
use crate::{Error, Figure};
use nullcline_core::analyses::ibl::{Behaved, CurvePoint, IblConfig, TrainIbl, write_trials};
use nullcline_core::tasks::ibl::behaviour::{Choice, choices};
use nullcline_core::tasks::ibl::{Played, Side};
use std::path::Path;

/// Degrees of azimuth of a stimulus.
const POSITION: f64 = 35.0;

impl Report for TrainIbl {
    fn origin(&self, _: &Path) -> Result<Origin, nullcline_core::analyses::Error> {
        let settings: Vec<String> =
            self.config()?.identity().into_iter().map(|(k, v)| format!("{k} {v}")).collect();
        Ok(Origin::set("train", "ibl", &settings.join(", ")))
    }

    fn name(&self) -> Result<String, nullcline_core::analyses::Error> {
        Ok("ibl".into())
    }

    fn tell(&self, found: &Behaved) -> Result<Told, Failure> {
        let (config, played) = (&found.config, &found.played);
        let finding = format!(
            "{} of {} trials are correct ({} of those answered); a trial takes {} steps.",
            percent_1(played.accuracy()),
            played.trials.len(),
            percent_1(played.accuracy_of_actions()),
            word(steps_per_trial(played))
        );
        let subject = format!("a vanilla network of {} units on the IBL task", config.units);
        let section = section(config, &found.curve, played)?;
        Ok(Told {
            title: "ibl".into(),
            facts: vec![
                ("Trained".into(), subject.clone()),
                ("Weights".into(), NETWORK.into()),
                ("Trials".into(), TRIALS.into()),
            ],
            subject,
            seed: config.schedule.seed,
            findings: vec![finding],
            notes: found.notes.clone(),
            modules: vec![Rendered { section, warnings: vec![] }],
            ..Told::default()
        })
    }

    fn write(&self, found: &Behaved, folder: &Folder) -> Result<(), Failure> {
        let readout = (found.model.readout.weight.as_ref(), &found.model.readout.bias[..]);
        network_file(
            folder,
            NETWORK,
            &found.architecture,
            found.model.rule.as_ref(),
            Some(readout),
            None,
            &[],
            vec![],
        )?;
        let config = &found.config;
        Ok(write_trials(&folder.place(TRIALS)?, &found.model, &config.task, config.schedule.seed)?)
    }

    fn next(&self, _: &Behaved, out: &Path) -> Option<String> {
        Some(at_its_task(out))
    }
}

/// Trials as a table: `trial_num`, `session_num`, `stim_probability_left`, `contrast`, `position` (+-35 degrees, right
/// positive), `response_choice` (-1 left, 1 right, 0 none), `trial_correct`, `reaction_time` (`time` of the trials).
///
/// `odds` is the probability of the likelier side.
pub fn trials_table(name: &str, session: usize, trials: &[Choice], odds: f64) -> TableOut {
    let left = |t: &Choice| match t.block_side {
        Some(Side::Left) => odds,
        Some(Side::Right) => 1.0 - odds,
        None => 0.5,
    };
    let rows: Vec<_> = trials.iter().enumerate().collect();
    Table::of(&rows)
        .column("trial_num", "", |(k, _)| k + 1)
        .column("session_num", "", |_| session)
        .column("stim_probability_left", "", |(_, t)| left(t))
        .column("contrast", "", |(_, t)| t.contrast)
        .column("position", "", |(_, t)| POSITION * t.side.sign())
        .column("response_choice", "", |(_, t)| t.choice.map_or(0, |c| c.sign() as i64))
        .column("trial_correct", "", |(_, t)| f64::from(t.correct()))
        .column("reaction_time", "", |(_, t)| t.time)
        .named(name, "Trials in the columns of the public IBL tables; times count observed steps.")
}

fn steps_per_trial(played: &Played) -> f64 {
    played.steps() as f64 / played.trials.len() as f64
}

fn section(config: &IblConfig, curve: &[CurvePoint], played: &Played) -> Result<Section, Error> {
    let trials = choices(played, config.task.blank);
    let subject = Subject { name: "network", trials: &trials };
    let s = &config.schedule;
    let facts = [
        ("Correct of all trials", percent_1(played.accuracy())),
        ("Correct of answered trials", percent_1(played.accuracy_of_actions())),
        ("Answered", percent(played.acted())),
        ("Steps a trial", word(steps_per_trial(played))),
        ("Loss", s.loss.name().to_owned()),
        ("Optimiser", config.method.name().to_owned()),
        ("Rate", word(s.rate)),
        ("Gradient steps", config.steps.to_string()),
        ("Sessions a step", s.batch.to_string()),
        ("Blocks a session", config.task.blocks.to_string()),
        ("Blank steps", config.task.blank.to_string()),
    ];
    Ok(Section {
        id: "ibl".into(),
        title: "The IBL task".into(),
        intro: vec![format!(
            "Behaviour over {} fresh blocks played in one session; a trial without an answer counts as wrong.",
            config.test_blocks
        )],
        facts: facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        figures: vec![curve_figure(curve)?, overview(&subject, "observed steps")?],
        tables: vec![
            curve_table(curve),
            table("behaviour", std::slice::from_ref(&subject)),
            trials_table("trials", 1, &trials, config.task.concordance),
        ],
        ..Section::default()
    })
}

/// A share as a percentage with a digit after the point.
fn percent_1(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn curve_figure(curve: &[CurvePoint]) -> Result<Figure, Error> {
    let x: Vec<f64> = curve.iter().map(|p| p.step as f64).collect();
    let of = |name: &str, f: fn(&CurvePoint) -> f64| {
        Series::new(name, &x, &curve.iter().map(f).collect::<Vec<_>>())
    };
    let all = [of("correct", |p| p.accuracy), of("answered", |p| p.acted)];
    let axes =
        Axes { x_label: "gradient steps".into(), y_label: "share of trials".into(), ..Axes::default() };
    lines(&all, &axes)?.named(
        "curve",
        "Training",
        "Trials of the training sessions that are answered, and correctly.",
    )
}

fn curve_table(curve: &[CurvePoint]) -> TableOut {
    Table::of(curve)
        .column("step", "", |p| p.step)
        .column("loss", "", |p| p.loss)
        .column("accuracy", "", |p| p.accuracy)
        .column("answered", "", |p| p.acted)
        .column("steps_per_trial", "", |p| p.steps_per_trial)
        .named("curve", "Means over the gradient steps since the row before.")
}
