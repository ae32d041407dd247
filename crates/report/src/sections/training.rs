//! A training: its curve, and what it reached.

use super::{Rendered, trials as searched, words};
use crate::Error;
use crate::figures;
use crate::folder::{Folder, Origin};
use crate::page::Section;
use crate::report::{Report, Told};
use crate::runner::{Failure, NETWORK, network_file};
use crate::tables::{Table, TableOut};
use nullcline_core::analyses;
use nullcline_core::analyses::integrate::TrainIntegrator;
use nullcline_core::analyses::training::{Network, Train, TrainedNetwork};
use nullcline_core::analyses::trials;
use nullcline_core::io::tensors::Tensor;
use nullcline_core::tasks::Objective;
use nullcline_core::training::trainer::{Epoch, Stopped};
use serde_json::Value;
use std::path::Path;

/// The file of some of the task's items.
pub(super) const TRIALS: &str = "trials.npz";

impl Report for Train {
    fn origin(&self, _: &Path) -> Result<Origin, analyses::Error> {
        let (plan, search) = self.plan()?;
        let settings = plan.describe().into_iter().chain(search.into_iter().flat_map(|s| s.describe()));
        let settings: Vec<String> = settings.map(|(name, value)| format!("{name} {value}")).collect();
        Ok(Origin::set("train", plan.task.name(), &settings.join(", ")))
    }

    fn name(&self) -> Result<String, analyses::Error> {
        Ok(self.plan()?.0.task.name().to_owned())
    }

    fn tell(&self, t: &TrainedNetwork) -> Result<Told, Failure> {
        told(t, self.seed)
    }

    fn write(&self, t: &TrainedNetwork, folder: &Folder) -> Result<(), Failure> {
        files(t, folder)
    }

    fn next(&self, _: &TrainedNetwork, out: &Path) -> Option<String> {
        Some(at_its_task(out))
    }
}

impl Report for TrainIntegrator {
    fn origin(&self, _: &Path) -> Result<Origin, analyses::Error> {
        let (plan, _) = self.plan()?;
        let settings: Vec<String> =
            plan.describe().into_iter().map(|(name, value)| format!("{name} {value}")).collect();
        Ok(Origin::set("train", "integrate", &settings.join(", ")))
    }

    fn name(&self) -> Result<String, analyses::Error> {
        Ok("integrate".into())
    }

    fn tell(&self, t: &TrainedNetwork) -> Result<Told, Failure> {
        told(t, self.seed)
    }

    fn write(&self, t: &TrainedNetwork, folder: &Folder) -> Result<(), Failure> {
        files(t, folder)
    }

    fn next(&self, _: &TrainedNetwork, out: &Path) -> Option<String> {
        Some(at_its_task(out))
    }
}

/// What the report of a training says.
fn told(t: &TrainedNetwork, seed: u64) -> Result<Told, Failure> {
    let mut findings = describe(t);
    let mut modules = vec![training(t)?];
    if let Some(search) = &t.search {
        findings.push(searched::describe(search));
        modules.push(searched::trials(search)?);
    }
    Ok(Told {
        title: t.task.into(),
        subject: t.description.clone(),
        facts: vec![
            ("Trained".into(), t.description.clone()),
            ("Weights".into(), NETWORK.into()),
            ("Trials".into(), TRIALS.into()),
        ],
        seed,
        findings,
        notes: t.notes.clone(),
        modules,
        ..Told::default()
    })
}

/// Writes the network and its trials.
fn files(t: &TrainedNetwork, folder: &Folder) -> Result<(), Failure> {
    let Network { architecture, model, precision } = &t.network;
    let readout = (model.readout.weight.as_ref(), &model.readout.bias[..]);
    let rule = model.rule.as_ref();
    let encoder = model.encoder.as_ref().map(|e| Tensor {
        name: "encoder.weight".into(),
        shape: vec![e.nrows(), e.ncols()],
        dtype: precision.name().into(),
        data: (0..e.nrows()).flat_map(|i| e.row(i).iter().copied()).collect(),
    });
    let encoder = encoder.into_iter().collect();
    network_file(folder, NETWORK, architecture, rule, Some(readout), Some(*precision), &t.facts, encoder)?;
    Ok(trials::write(&folder.place(TRIALS)?, &t.shown, &t.beside)?)
}

/// The command that analyses the network in `out` at its task.
pub(super) fn at_its_task(out: &Path) -> String {
    let place = |name: &str| words::shell(&out.join(name));
    format!("nullcline analyze {} --trials {}", place(NETWORK), place(TRIALS))
}

fn unit(t: &TrainedNetwork) -> &'static str {
    match t.objective {
        Objective::CrossEntropy => "nats",
        Objective::MeanSquare => "mean square",
    }
}

fn loss(t: &TrainedNetwork, v: f64) -> String {
    match t.objective {
        Objective::CrossEntropy => format!("{} nats", words::number(v)),
        Objective::MeanSquare => words::number(v),
    }
}

/// Why a training ended, in a clause.
fn reason(stopped: Stopped) -> &'static str {
    match stopped {
        Stopped::Epochs => "all epochs were done",
        Stopped::Patience => "the validation loss had not fallen for as many epochs as there was patience",
        Stopped::Goal => "the validation loss had reached the goal",
        Stopped::Diverged { .. } => "it diverged",
    }
}

fn accuracy(v: Option<f64>) -> String {
    v.map_or(String::new(), |a| format!(", {} % of targets right", words::number(100.0 * a)))
}

/// What a training reached, in sentences.
pub fn describe(t: &TrainedNetwork) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(test) = t.test {
        all.push(format!(
            "Test loss {} (chance {}){}.",
            loss(t, test.loss),
            words::number(t.chance),
            accuracy(test.accuracy)
        ));
    }
    if let Some(d) = t.decoding {
        all.push(format!(
            "What the outputs say is {} {unit} from what is so, who stays at the start {} {unit}.",
            words::with_error(d.error),
            words::with_error(d.still),
            unit = d.unit
        ));
    }
    if let Some(best) = t.best() {
        all.push(format!(
            "Best of {}: epoch {}, validation loss {}; training ended because {}.",
            words::count(t.epochs(), "epoch"),
            t.best_epoch,
            loss(t, best.validation_loss),
            reason(t.stopped)
        ));
    }
    if let (Some([found, _]), Some(share)) = (t.shown_loss, on_trials(t)) {
        all.push(format!(
            "On the {} beside it, of {} steps, its outputs miss the integrals by a mean square of {}, {} % of their variance.",
            words::count(t.shown.sequences, "trial"),
            t.shown.steps,
            loss(t, found),
            words::number(100.0 * share)
        ));
    }
    all
}

/// What is missed on longer trials, over what outputs that never change miss.
fn on_trials(t: &TrainedNetwork) -> Option<f64> {
    t.shown_loss.map(|[found, constant]| found / constant)
}

fn warnings(t: &TrainedNetwork) -> Vec<String> {
    let mut all = Vec::new();
    if on_trials(t).is_some_and(|share| !(share < 1.0)) {
        all.push(format!(
            "It does not integrate over {} steps: outputs that never change would miss the integrals by less. Sequences or samples of its \
             training were too short or too few for that: try more --steps, a longer --duration, or --loss proxy, whose training knows no \
             length.",
            t.shown.steps
        ));
    }
    if let Some(test) = t.test.filter(|m| !(m.loss < 0.98 * t.chance)) {
        all.push(format!(
            "The test loss {} is no better than that of outputs that do not look at the item, {}: the task was \
             not learned. Try another rate, more {} or units, another {}.",
            loss(t, test.loss),
            loss(t, t.chance),
            longer(t),
            if integrates(t) { "loss or initialisation" } else { "cell or initialisation, or --search" }
        ));
    } else if t.stopped == Stopped::Epochs && t.best_epoch == t.epochs() {
        all.push(format!(
            "The last epoch was the best: the loss was still falling, and more {} may lower it.",
            longer(t)
        ));
    }
    all
}

fn integrates(t: &TrainedNetwork) -> bool {
    t.task == "integrate"
}

/// What makes a training longer.
fn longer(t: &TrainedNetwork) -> &'static str {
    if integrates(t) { "--steps" } else { "epochs" }
}

fn table(curve: &[Epoch]) -> TableOut {
    let mut table = Table::of(curve)
        .column("epoch", "", |r| r.epoch)
        .column("step", "", |r| r.step)
        .column("rate", "", |r| r.rate)
        .column("train_loss", "", |r| r.train_loss)
        .column("validation_loss", "", |r| r.validation_loss);
    if curve.iter().any(|r| r.accuracy.is_some()) {
        table = table.column("accuracy", "", |r| r.accuracy);
    }
    let caption = "Each epoch, the first from before training: steps so far, learning rate, mean loss over the \
        minibatches as they were met (under dropout), loss and share of right targets on the validation items, \
        mean norm of the gradients before clipping.";
    table.column("gradient_norm", "", |r| r.gradient_norm).named("curve", caption)
}

fn settings(all: &[(String, Value)]) -> TableOut {
    Table::of(all)
        .column("setting", "", |(name, _)| name.as_str())
        .column("value", "", |(_, value)| plain(value))
        .named("settings", "Everything that the weights depend on.")
}

/// A value of the settings, for the page.
fn plain(v: &Value) -> String {
    match v {
        Value::Null => "none".into(),
        Value::String(s) => s.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The training as a section with curve and table.
pub fn training(t: &TrainedNetwork) -> Result<Rendered, Error> {
    let best = t.best();
    let axis = match t.objective {
        Objective::CrossEntropy => "Cross entropy (nats)",
        Objective::MeanSquare => "Mean square error",
    };
    let rows = |f: &dyn Fn(&Epoch) -> f64| t.curve.iter().map(|r| [r.epoch as f64, f(r)]).collect::<Vec<_>>();
    let (train, validation) = (rows(&|r| r.train_loss), rows(&|r| r.validation_loss));
    let figure = figures::training_curve(&train, &validation, t.best_epoch, t.chance, axis)?;
    let mut facts = vec![("Parameters".to_owned(), t.parameters.to_string())];
    if let Some(r) = best {
        facts.push((format!("Train loss ({})", unit(t)), words::number(r.train_loss)));
        facts.push((format!("Validation loss ({})", unit(t)), words::number(r.validation_loss)));
    }
    if let Some(m) = t.test {
        facts.push((format!("Test loss ({})", unit(t)), words::number(m.loss)));
        facts.extend(
            m.accuracy.map(|a| ("Test targets right".to_owned(), format!("{} %", words::number(100.0 * a)))),
        );
    }
    facts.push((format!("Chance ({})", unit(t)), words::number(t.chance)));
    if let Some([found, _]) = t.shown_loss {
        facts.push((format!("Loss on the trials of {} steps", t.shown.steps), words::number(found)));
    }
    if let Some(d) = t.decoding {
        facts.push((format!("Decoding error ({})", d.unit), words::with_error(d.error)));
        facts.push((format!("Staying at the start ({})", d.unit), words::with_error(d.still)));
    }
    let intro = "The weights are those of the epoch with the lowest validation loss; the test items were looked \
        at once, at the end. Chance is the loss of the best outputs that know the task and the step but not \
        what the item showed.";
    let section = Section {
        id: "training".into(),
        title: "Training".into(),
        method: vec![intro.into()],
        facts,
        figures: vec![figure],
        tables: vec![table(&t.curve), settings(&t.settings)],
        ..Section::default()
    };
    Ok(Rendered { section, warnings: warnings(t) })
}
