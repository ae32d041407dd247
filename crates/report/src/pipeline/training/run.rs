//! The command `train`: a plan or a search to a report with the network's weights.

use super::{Keeping, Plan, Progress, Restart, Search, Trained, Trial, train, train_in};
use crate::figure::FigureFormats;
use crate::folder::{Folder, Origin, Target, resolved};
use crate::page::Page;
use crate::pipeline::{Error, Observer, Outcome};
use crate::sections::{self, Row, Training, Trials};
use crate::summary::{summary, text};
use crate::tables::TableFormat;
use nullcline_core::io::tensors::write_safetensors;
use nullcline_core::systems::checkpoint;
use nullcline_core::training::trainer::Stopped;
use serde_json::{Map, json};
use std::path::{Path, PathBuf};

/// The file with the trained network.
pub const NETWORK: &str = "network.safetensors";

/// Everything that `train` needs.
#[derive(Clone)]
pub struct TrainConfig {
    /// What is trained.
    pub plan: Plan,
    /// Settings to search first.
    pub search: Option<Search>,
    /// Where the report goes; progress is kept beside it.
    pub out: Target,
    /// Checkpoints.
    pub keeping: Keeping,
    /// Formats of the figures.
    pub figures: FigureFormats,
    /// Write tables as Parquet.
    pub parquet: bool,
    /// The command line, for the report.
    pub command: String,
}

impl TrainConfig {
    /// What tells its report from others: the task and everything that the result depends on.
    pub fn origin(&self) -> Origin {
        origin(&self.plan, self.search.as_ref())
    }
}

/// The same of a plan and a search.
pub fn origin(plan: &Plan, search: Option<&Search>) -> Origin {
    let settings = plan.describe().into_iter().chain(search.into_iter().flat_map(Search::describe));
    let settings: Vec<String> = settings.map(|(name, value)| format!("{name} {value}")).collect();
    Origin::set("train", plan.task.name(), &settings.join(", "))
}

/// The folder beside `out` where an unfinished training is kept.
pub fn progress_folder(out: &Path) -> PathBuf {
    // `.` and `..` have no name of their own.
    let whole = out.file_name().is_none().then(|| resolved(out));
    let out = whole.as_deref().unwrap_or(out);
    let mut name = out.file_name().unwrap_or_default().to_os_string();
    name.push(".progress");
    out.with_file_name(name)
}

/// Trains, goes on with what an interrupted run left, and writes the report, whole or not at all.
///
/// # Errors
/// A configuration that makes no sense, another one's progress, files that cannot be used;
/// [`Error::Numbers`] if training diverged, and then its progress is removed.
pub fn run(config: &TrainConfig, observer: &dyn Observer) -> Result<Outcome, Error> {
    nullcline_core::linalg::sequential();
    // An unwritable place must not cost hours of computing, nor a killed run leave half a folder.
    drop(Folder::of(&config.out, config.origin())?);
    let place = progress_folder(&config.out.folder);
    let mut identity = config.plan.describe();
    identity.extend(config.search.iter().flat_map(Search::describe));
    let mut progress = Progress::open(&place, &identity, config.keeping.restart)?;
    let found = match &config.search {
        None => train_in(&config.plan, &mut progress, config.keeping, observer)
            .map(|trained| (config.plan.clone(), trained, None)),
        Some(s) => searched(config, s, &progress, observer),
    };
    let found = found.and_then(|(plan, trained, trials)| match trained.stopped {
        Stopped::Diverged { epoch, step } => Err(Error::Numbers(divergence(epoch, step))),
        _ => Ok((plan, trained, trials)),
    });
    let (progress, (plan, trained, trials)) = progress.unless_diverged(found)?;
    observer.start("writing the report", 0);
    let outcome = write(config, &plan, &trained, trials)?;
    observer.finish();
    progress.remove()?;
    Ok(outcome)
}

/// The best trial's plan and training, tested, and all trials with the best one's index.
type Found = (Plan, Trained, Option<(Vec<Trial>, usize)>);

fn searched(
    config: &TrainConfig,
    search: &Search,
    progress: &Progress,
    observer: &dyn Observer,
) -> Result<Found, Error> {
    let keeping = Keeping { restart: Restart::Never, ..config.keeping };
    let folder = progress.folder();
    let (trials, best) = super::search(&config.plan, search, folder, keeping, observer)?;
    let plan = Plan { settings: trials[best].settings.clone(), ..config.plan.clone() };
    let trained = train(&plan, &super::trial_folder(folder, best), keeping, observer)?;
    Ok((plan, trained, Some((trials, best))))
}

fn divergence(epoch: usize, step: usize) -> String {
    let place = match step {
        0 => format!("after epoch {epoch}: the validation loss is not finite"),
        _ => format!("in epoch {epoch}, step {step}: the loss or its gradient is not finite"),
    };
    format!("training diverged {place}; lower the rate (--rate), clip gradients (--clip 1), or both")
}

fn write(
    config: &TrainConfig,
    plan: &Plan,
    trained: &Trained,
    trials: Option<(Vec<Trial>, usize)>,
) -> Result<Outcome, Error> {
    let folder = Folder::of(&config.out, config.origin())?;
    let mut model = plan.model::<f64>()?;
    model.write_params(&trained.theta);
    let readout = (model.readout.weight.as_ref(), &model.readout.bias[..]);
    let (mut tensors, metadata) = checkpoint::save(&plan.architecture, model.rule.as_ref(), Some(readout));
    tensors.iter_mut().for_each(|t| t.dtype = plan.precision.name().into());
    write_safetensors(&folder.path().join(NETWORK), &tensors, &metadata)?;

    let settings = plan.describe();
    let training = Training {
        settings: &settings,
        inputs: plan.task.inputs(),
        outputs: plan.task.outputs(),
        parameters: model.parameter_count(),
        objective: plan.task.objective(),
        chance: plan.task.chance(),
        curve: &trained.curve,
        best_epoch: trained.best_epoch,
        stopped: trained.stopped,
        test: trained.test,
    };
    let mut findings = sections::describe_training(&training);
    let mut all = vec![("training", sections::training(&training)?)];
    if let (Some(search), Some((trials, best))) = (&config.search, &trials) {
        let row = |t: &Trial| Row {
            values: search.space.iter().map(|(p, _)| p.get(&t.settings)).collect(),
            best: *t.trained.best(),
            epochs: t.trained.curve.len() - 1,
            stopped: t.trained.stopped,
        };
        let trials = Trials {
            settings: &search.describe(),
            names: search.space.iter().map(|(p, _)| p.name()).collect(),
            rows: trials.iter().map(row).collect(),
            best: *best,
        };
        findings.push(sections::describe_trials(&trials));
        all.push(("search", sections::trials(&trials)?));
    }
    let (mut json, mut warnings, mut sections) = (Map::new(), vec![], vec![]);
    for (name, rendered) in all {
        warnings.extend(rendered.warnings);
        json.insert(name.into(), rendered.json);
        sections.push(rendered.section);
    }
    let subject = plan.subject();
    let page = Page {
        title: plan.task.name().into(),
        answer: findings.join(" "),
        meta: vec![
            ("Trained".into(), subject.clone()),
            ("Weights".into(), NETWORK.into()),
            ("Seed".into(), plan.settings.seed.to_string()),
            ("nullcline".into(), env!("CARGO_PKG_VERSION").into()),
        ],
        warnings: warnings.clone(),
        sections,
        rerun: config.command.clone(),
        claims: vec![],
        tables: if config.parquet { TableFormat::Parquet } else { TableFormat::Csv },
        figures: config.figures,
    };
    folder.write_page(&page)?;
    let input = json!({ "task": plan.task.name() });
    let whole = summary(&config.command, plan.settings.seed, input, json, &warnings);
    folder.write("summary.json", text(&whole))?;
    let (out, mut notes) = folder.commit()?;
    notes.extend(trained.notes.iter().cloned());
    Ok(Outcome { subject, findings, warnings, notes, page: out.join("report.html") })
}
