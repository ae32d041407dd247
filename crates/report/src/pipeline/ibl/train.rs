//! `train ibl`: a network that plays sessions, and its behaviour.

use super::course::{Course, CurvePoint};
use super::trials_table;
use crate::figure::FigureFormats;
use crate::figures::{Axes, Series, lines};
use crate::folder::{Folder, Origin, Target};
use crate::page::{Page, Section};
use crate::pipeline::training::{Found, Keeping, NETWORK, Progress, progress_folder};
use crate::pipeline::{Error, Observer, Outcome};
use crate::sections::behaviour::{Subject, overview, table};
use crate::sections::words::{number as word, percent};
use crate::summary::{number, summary, text};
use crate::tables::{Cells, TableFormat, TableOut};
use nullcline_core::io::tensors::write_safetensors;
use nullcline_core::linalg::activation::Activation;
use nullcline_core::systems::architecture::{Architecture, Cell};
use nullcline_core::systems::checkpoint;
use nullcline_core::tasks::ibl::behaviour::choices;
use nullcline_core::tasks::ibl::{Ibl, Played, Session, play};
use nullcline_core::training::Model;
use nullcline_core::training::init::{Init, model};
use nullcline_core::training::optimiser::Method;
use nullcline_core::training::sessions::{Elman, Player, Schedule};
use serde_json::{Map, Value, json};
use std::time::Instant;

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
    /// How its progress is kept.
    pub keeping: Keeping,
    /// Where the report goes.
    pub out: Target,
    /// Formats of the figures.
    pub figures: FigureFormats,
    /// Write tables as Parquet.
    pub parquet: bool,
    /// The command line, for the report.
    pub command: String,
}

impl IblConfig {
    /// What tells its report from others.
    pub fn origin(&self) -> Origin {
        let settings: Vec<String> = self.identity().into_iter().map(|(k, v)| format!("{k} {v}")).collect();
        Origin::set("train", "ibl", &settings.join(", "))
    }

    /// Everything that results depend on.
    fn identity(&self) -> Vec<(String, Value)> {
        let (t, s) = (&self.task, &self.schedule);
        let all = [
            ("task", json!("ibl")),
            ("variant", json!(format!("{t:?}"))),
            ("units", json!(self.units)),
            ("optimiser", json!(format!("{:?}", self.method))),
            ("loss", json!(s.loss.name())),
            ("rate", json!(s.rate)),
            ("batch", json!(s.batch)),
            ("clip", json!(s.clip)),
            ("seed", json!(s.seed)),
            ("steps", json!(self.steps)),
            ("test_blocks", json!(self.test_blocks)),
        ];
        all.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
    }
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
    let mut course = Course::new(network, method);
    while course.step() < steps {
        course.advance(network, task, schedule, steps)?;
        after(course.step(), network);
        observer.at(course.step());
    }
    Ok(course.curve)
}

/// Trains, goes on with what an interrupted run left, measures the behaviour on fresh blocks, and writes the report, whole
/// or not at all.
///
/// # Errors
/// As for [`train_on_sessions`]; another configuration's progress; files that cannot be used.
pub fn run_ibl(config: &IblConfig, observer: &dyn Observer) -> Result<Outcome, Error> {
    nullcline_core::linalg::sequential();
    // An unwritable place must not cost the training.
    drop(Folder::of(&config.out, config.origin())?);
    let place = progress_folder(&config.out.folder);
    let mut progress = Progress::open(&place, &config.identity(), config.keeping.restart)?;
    let trained = trained(config, &mut progress, observer);
    let (progress, (architecture, mut model, network, curve, mut notes)) =
        progress.unless_diverged(trained)?;
    let test = Ibl { blocks: config.test_blocks, ..config.task.clone() };
    // No training session has this number.
    let session = Session::new(&test, config.schedule.seed, u64::MAX);
    let played = play(&test, &session, &mut Player::new(&network), &mut |_, _, _| {});
    model.write_params(network.theta());
    let readout = (model.readout.weight.as_ref(), &model.readout.bias[..]);
    let (tensors, metadata) = checkpoint::save(&architecture, model.rule.as_ref(), Some(readout));
    let folder = Folder::of(&config.out, config.origin())?;
    write_safetensors(&folder.path().join(NETWORK), &tensors, &metadata)?;
    let mut outcome = write(config, &curve, &played, folder)?;
    progress.remove()?;
    notes.append(&mut outcome.notes);
    Ok(Outcome { notes, ..outcome })
}

type Trained = (Architecture, Model<f64>, Elman, Vec<CurvePoint>, Vec<String>);

fn trained(config: &IblConfig, progress: &mut Progress, observer: &dyn Observer) -> Result<Trained, Error> {
    let (architecture, model, mut network) = network(config.units, config.schedule.seed)?;
    let Found { state, mut notes } = progress.load::<Course>(config.method)?;
    let mut course = state.unwrap_or_else(|| Course::new(&network, config.method));
    if course.step() > 0 {
        notes.push(format!("going on from gradient step {}", course.step()));
        course.restore(&mut network)?;
    }
    observer.start("training", config.steps);
    let mut last = Instant::now();
    while course.step() < config.steps {
        course.advance(&mut network, &config.task, &config.schedule, config.steps)?;
        observer.at(course.step());
        if last.elapsed() >= config.keeping.every {
            progress.save(&course)?;
            last = Instant::now();
        }
    }
    progress.finish(&course)?;
    observer.finish();
    Ok((architecture, model, network, course.curve, notes))
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
        figures: config.figures,
        ..Page::default()
    };
    folder.write_page(&page)?;
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

fn curve_figure(curve: &[CurvePoint]) -> Result<crate::Figure, crate::Error> {
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
