//! `train ibl`: a network that plays sessions, and its behaviour.

use super::trials_table;
use crate::io::tensors::write_safetensors;
use crate::linalg::activation::Activation;
use crate::pipeline::training::NETWORK;
use crate::pipeline::{Error, Observer, Outcome};
use crate::report::figures::{Axes, Series, lines};
use crate::report::folder::{Folder, Origin, Target};
use crate::report::page::{Page, Section};
use crate::report::sections::behaviour::{Subject, overview, table};
use crate::report::sections::words::{number as word, percent};
use crate::report::summary::{number, summary, text};
use crate::report::tables::{Cells, TableFormat, TableOut};
use crate::systems::architecture::{Architecture, Cell};
use crate::systems::checkpoint;
use crate::tasks::ibl::behaviour::choices;
use crate::tasks::ibl::{Ibl, Played, Session, play};
use crate::training::Model;
use crate::training::init::{Init, model};
use crate::training::optimiser::{Method, Optimiser};
use crate::training::sessions::{Elman, Player, Schedule, train_step};
use serde_json::{Map, Value, json};

/// Points of the training curve.
const POINTS: u64 = 100;

/// Everything that `train ibl` needs.
#[derive(Clone, Debug)]
pub struct IblConfig {
    /// The task; its blocks are those of a training session.
    pub task: Ibl,
    /// Units.
    pub units: usize,
    /// What is minimised, how fast, on which sessions.
    pub schedule: Schedule,
    /// The optimiser.
    pub method: Method,
    /// Gradient steps.
    pub steps: u64,
    /// Blocks of the session on which behaviour is measured.
    pub test_blocks: usize,
    /// Where the report goes.
    pub out: Target,
    /// Write PNG beside SVG.
    pub png: bool,
    /// Write tables as Parquet.
    pub parquet: bool,
    /// The command line, for the report.
    pub command: String,
}

impl IblConfig {
    /// What tells its report from others.
    pub fn origin(&self) -> Origin {
        let Self { task, units, schedule, method, steps, test_blocks, .. } = self;
        let settings = format!("{:?}", (task, units, schedule, method, steps, test_blocks));
        Origin::set("train", "ibl", &settings)
    }
}

/// One point of the training curve: means over the gradient steps since the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Gradient steps made.
    pub step: u64,
    /// Loss.
    pub loss: f64,
    /// Correct trials of all.
    pub accuracy: f64,
    /// Trials with an action.
    pub acted: f64,
    /// Steps a trial.
    pub steps_per_trial: f64,
}

/// A network of `units` tanh units with PyTorch's default initial parameters.
///
/// # Errors
/// [`Error::Config`] for no units.
pub fn network(units: usize, seed: u64) -> Result<(Architecture, Model<f64>, Elman), Error> {
    let fail = |e: String| Error::Config(format!("--units {units}: {e}"));
    let cell = Cell::Vanilla { activation: Activation::Tanh };
    let architecture = Architecture::new(cell, 3, &[units]).map_err(|e| fail(e.to_string()))?;
    let model = model::<f64>(&architecture, 2, Init::Default, seed).map_err(|e| fail(e.to_string()))?;
    let network = Elman::of(&model).ok_or_else(|| fail("expected a vanilla network".into()))?;
    Ok((architecture, model, network))
}

/// Trains `network` and gives its curve; after each gradient step `after` sees how many were made, and the network.
///
/// # Errors
/// [`Error::Numbers`] where the loss or a parameter is no longer finite.
pub fn train_on_sessions(
    network: &mut Elman,
    task: &Ibl,
    schedule: &Schedule,
    method: Method,
    steps: u64,
    observer: &dyn Observer,
    after: &mut dyn FnMut(u64, &Elman),
) -> Result<Vec<CurvePoint>, Error> {
    let mut optimiser = Optimiser::new(method, network.theta().len());
    let every = steps.div_ceil(POINTS).max(1);
    let mut curve = vec![];
    let (mut loss, mut count, mut sums) = (0.0, 0.0, [0usize; 4]);
    for step in 0..steps {
        let (value, played) = train_step(network, task, schedule, &mut optimiser, step);
        if !value.is_finite() || !network.theta().iter().all(|t| t.is_finite()) {
            let message = format!(
                "training diverged at gradient step {step}; lower the rate (--rate) or clip (--clip 1)"
            );
            return Err(Error::Numbers(message));
        }
        after(step + 1, network);
        loss += value;
        count += 1.0;
        let add = |sums: &mut [usize; 4], p: &Played| {
            sums[0] += p.trials.len();
            sums[1] += p.trials.iter().filter(|t| t.correct()).count();
            sums[2] += p.trials.iter().filter(|t| t.action.is_some()).count();
            sums[3] += p.steps();
        };
        played.iter().for_each(|p| add(&mut sums, p));
        if (step + 1) % every == 0 || step + 1 == steps {
            let share = |k: usize| sums[k] as f64 / sums[0] as f64;
            curve.push(CurvePoint {
                step: step + 1,
                loss: loss / count,
                accuracy: share(1),
                acted: share(2),
                steps_per_trial: share(3),
            });
            (loss, count, sums) = (0.0, 0.0, [0; 4]);
            observer.at(step + 1);
        }
    }
    Ok(curve)
}

/// Trains, measures the behaviour on fresh blocks, and writes the report, whole or not at all.
///
/// # Errors
/// As for [`train_on_sessions`]; files that cannot be written.
pub fn run_ibl(config: &IblConfig, observer: &dyn Observer) -> Result<Outcome, Error> {
    crate::linalg::sequential();
    let folder = Folder::of(&config.out, config.origin())?;
    let (architecture, mut model, mut network) = network(config.units, config.schedule.seed)?;
    observer.start("training", config.steps);
    let curve = train_on_sessions(
        &mut network,
        &config.task,
        &config.schedule,
        config.method,
        config.steps,
        observer,
        &mut |_, _| (),
    )?;
    observer.finish();
    let test = Ibl { blocks: config.test_blocks, ..config.task.clone() };
    // No training session has this number.
    let session = Session::new(&test, config.schedule.seed, u64::MAX);
    let played = play(&test, &session, &mut Player::new(&network), &mut |_, _, _| {});
    model.write_params(network.theta());
    let readout = (model.readout.weight.as_ref(), &model.readout.bias[..]);
    let (tensors, metadata) = checkpoint::save(&architecture, model.rule.as_ref(), Some(readout));
    write_safetensors(&folder.path().join(NETWORK), &tensors, &metadata)?;
    write(config, &curve, &played, folder)
}

fn write(
    config: &IblConfig,
    curve: &[CurvePoint],
    played: &Played,
    folder: Folder,
) -> Result<Outcome, Error> {
    let finding = format!(
        "{} of {} trials are correct ({} of those answered); a trial takes {} steps.",
        percent_1(played.accuracy()),
        played.trials.len(),
        percent_1(played.accuracy_of_actions()),
        word(steps_per_trial(played))
    );
    let (subject, seed) =
        (format!("a vanilla network of {} units on the IBL task", config.units), config.schedule.seed);
    let page = Page {
        title: "ibl".into(),
        answer: finding.clone(),
        meta: vec![
            ("Trained".into(), subject.clone()),
            ("Weights".into(), NETWORK.into()),
            ("Seed".into(), seed.to_string()),
            ("nullcline".into(), env!("CARGO_PKG_VERSION").into()),
        ],
        sections: vec![section(config, curve, played)?],
        rerun: config.command.clone(),
        tables: if config.parquet { TableFormat::Parquet } else { TableFormat::Csv },
        ..Page::default()
    };
    folder.write_page(&page, config.png)?;
    let modules = Map::from_iter([("ibl".to_owned(), entry(config, played))]);
    let whole = summary(&config.command, seed, json!({ "task": "ibl" }), modules, &[]);
    folder.write("summary.json", text(&whole))?;
    let (out, notes) = folder.commit()?;
    Ok(Outcome { subject, findings: vec![finding], warnings: vec![], notes, page: out.join("report.html") })
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

fn entry(config: &IblConfig, played: &Played) -> Value {
    let s = &config.schedule;
    json!({
        "units": config.units,
        "trials": played.trials.len(),
        "accuracy": number(played.accuracy()),
        "accuracy_of_answered": number(played.accuracy_of_actions()),
        "answered": number(played.acted()),
        "steps_per_trial": number(steps_per_trial(played)),
        "gradient_steps": config.steps,
        "loss": s.loss.name(),
        "optimiser": config.method.name(),
        "rate": s.rate,
        "batch": s.batch,
    })
}

/// A share as a percentage with a digit after the point.
fn percent_1(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn curve_figure(curve: &[CurvePoint]) -> Result<crate::report::Figure, crate::report::Error> {
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
    let float = |f: fn(&CurvePoint) -> f64| Cells::Float(curve.iter().map(f).collect());
    TableOut {
        name: "curve".into(),
        caption: "Means over the gradient steps since the row before.".into(),
        columns: vec![
            ("step".into(), Cells::Int(curve.iter().map(|p| p.step as i64).collect())),
            ("loss".into(), float(|p| p.loss)),
            ("accuracy".into(), float(|p| p.accuracy)),
            ("answered".into(), float(|p| p.acted)),
            ("steps_per_trial".into(), float(|p| p.steps_per_trial)),
        ],
    }
}
