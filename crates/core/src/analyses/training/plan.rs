//! A network to be trained on a task: everything that its weights depend on.

use crate::analyses::Error;
use crate::io::idx;
use crate::io::nearest::meant;
use crate::linalg::Real;
use crate::systems::architecture::Architecture;
use crate::tasks::{self, Digits, Options, Split, Task};
use crate::training::Model;
use crate::training::init::{self, Init};
use crate::training::optimiser::Method;
use crate::training::trainer::Settings;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// The floating-point numbers in which a network is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Single.
    F32,
    /// Double.
    F64,
}

impl Precision {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
    /// The precision of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::F32, Self::F64].into_iter().find(|p| p.name() == name)
    }
}

/// What is trained, on what, and how.
#[derive(Clone)]
pub struct Plan {
    /// The task.
    pub task: Arc<dyn Task>,
    /// What tells it from other tasks of its name, as names and values.
    pub task_settings: Vec<(&'static str, Value)>,
    /// The network; its inputs are the task's.
    pub architecture: Architecture,
    /// Initial parameters.
    pub init: Init,
    /// Whether there are biases; without, all are zero and stay so.
    pub biases: bool,
    /// Numbers.
    pub precision: Precision,
    /// How to train; its seed is also that of the initial parameters.
    pub settings: Settings,
}

impl Plan {
    /// The model before training.
    ///
    /// # Errors
    /// [`Error::Config`] if the initialisation does not go with the network.
    pub fn model<T: Real>(&self) -> Result<Model<T>, Error> {
        let seed = self.settings.seed;
        let model = init::model(&self.architecture, self.task.outputs(), self.init, seed);
        let mut model = model.map_err(|e| Error::Config(e.to_string()))?;
        if self.task.codes() > 0 {
            model.encoder = Some(init::encoder(model.rule.dim(), self.task.codes(), seed));
        }
        Ok(if self.biases { model } else { model.without_biases() })
    }

    /// The plan in a line.
    pub fn subject(&self) -> String {
        let cell = self.architecture.cell();
        let f = cell.activation().map_or(String::new(), |f| format!(" {}", f.name()));
        let units: Vec<String> = self.architecture.units().iter().map(ToString::to_string).collect();
        let (units, kind) = (units.join(" + "), cell.kind().name);
        format!("{}: {kind}{f} network, {units} units, initialisation {}", self.task.name(), self.init.name())
    }

    /// Names and values of everything that the weights depend on; equal plans have equal ones.
    pub fn describe(&self) -> Vec<(String, Value)> {
        let s = &self.settings;
        let size = |split| json!(self.task.size(split));
        let mut all = vec![("task", json!(self.task.name()))];
        all.extend(self.task_settings.iter().map(|(k, v)| (*k, v.clone())));
        all.push(("train_items", size(Split::Train)));
        all.push(("validation_items", size(Split::Validation)));
        all.push(("test_items", size(Split::Test)));
        all.extend(self.architecture.cell().settings().into_iter().map(|(k, v)| (k, json!(v))));
        all.extend([
            ("units", json!(self.architecture.units())),
            ("init", json!(self.init.name())),
            ("biases", json!(self.biases)),
            ("precision", json!(self.precision.name())),
            ("epochs", json!(s.epochs)),
            ("batch", json!(s.batch)),
            ("optimiser", json!(s.method.name())),
        ]);
        match s.method {
            Method::Sgd { momentum } => all.push(("momentum", json!(momentum))),
            Method::Adam { beta1, beta2, epsilon } => {
                all.extend([("beta1", json!(beta1)), ("beta2", json!(beta2)), ("epsilon", json!(epsilon))]);
            }
        }
        all.extend([
            ("rate", json!(s.rate)),
            ("decay", json!(s.decay.factor)),
            ("decay_every", json!(s.decay.every)),
            ("clip", json!(s.clip)),
            ("dropout", json!(s.dropout)),
            ("patience", json!(s.patience)),
            ("goal", json!(s.goal)),
            ("validation", json!(s.validation.name())),
            ("noise", json!(s.noise.map_or(0.0, |n| n.scale))),
            ("noise_law", json!(s.noise.map(|n| n.law.name()))),
            ("fresh", json!(s.fresh)),
            ("seed", json!(s.seed)),
            ("version", json!(env!("CARGO_PKG_VERSION"))),
        ]);
        all.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
    }
}

/// A task, and the options that tell it from others of its name.
pub type NamedTask = (Arc<dyn Task>, Vec<(&'static str, Value)>);

/// The task `name` with `options`, its items drawn from `seed`; permuted-mnist reads its pictures from the
/// folder `images`.
///
/// # Errors
/// [`Error::Config`] for an unknown name or option, [`Error::File`] for pictures that cannot be read.
///
/// ```
/// use nullcline_core::analyses::training::task;
/// use nullcline_core::tasks::Options;
///
/// let (task, told) = task("flip-flop", Options { bits: Some(2), ..Options::default() }, None, 1).unwrap();
/// assert_eq!((task.inputs(), &told[0]), (2, &("bits", serde_json::json!(2))));
/// ```
pub fn task(name: &str, mut options: Options, images: Option<&Path>, seed: u64) -> Result<NamedTask, Error> {
    let mut settings = Vec::new();
    let range = |r: &std::ops::RangeInclusive<usize>| json!([r.start(), r.end()]);
    let counted = |c: &tasks::Counted| json!(format!("{c:?}").to_lowercase());
    let given = [
        ("delay", options.delay.as_ref().map(range)),
        ("tokens", options.tokens.map(|v| json!(v))),
        ("counted", options.counted.as_ref().map(counted)),
        ("distractors", options.distractors.map(|v| json!(v))),
        ("bits", options.bits.map(|v| json!(v))),
        ("pulse", options.pulse.map(|v| json!(v))),
        ("steps", options.steps.map(|v| json!(v))),
        ("time_step", options.time_step.map(|v| json!(v))),
        ("code", options.code.map(|c| json!(c.name()))),
        ("cells", options.cells.map(|v| json!(v))),
        ("cell_width", options.cell_width.map(|v| json!(v))),
        ("speed", options.speed.map(|v| json!(v))),
        ("turning", options.turning.map(|v| json!(v))),
        ("box_side", options.side.map(|v| json!(v))),
        ("drift", options.drift.map(|v| json!(v))),
        ("anchor", options.anchor.map(|v| json!(v))),
        ("biased", options.biased.then_some(json!(true))),
        ("shown", options.shown.map(|s| json!(s.name()))),
        // Escaped where it is no Unicode: two folders must not become one.
        ("images", images.map(|v| json!(v.to_str().map_or_else(|| format!("{v:?}"), str::to_owned)))),
        ("task_seed", Some(json!(seed))),
    ];
    settings.extend(given.into_iter().filter_map(|(k, v)| Some((k, v?))));
    if let Some(folder) = images {
        if name != "permuted-mnist" {
            return Err(Error::Config("--images goes with psmnist; leave it out".into()));
        }
        let (train, test) = idx::mnist(folder)?;
        let digits = |set: idx::Labelled| Digits {
            pixels: set.rows * set.columns,
            values: set.values,
            labels: set.labels,
        };
        options.digits = Some((digits(train), digits(test)));
    }
    let task = tasks::build(name, options, seed).map_err(|e| Error::Config(said(&e)))?;
    Ok((Arc::from(task), settings))
}

/// What is wrong with a task, by the names that the command line has.
fn said(error: &tasks::Error) -> String {
    let known = |task: &'static str| if task == "permuted-mnist" { "psmnist" } else { task };
    let typed = |option: &str| match option {
        "sizes" => "--train-items, --validation-items and --test-items".to_owned(),
        "digits" => "--images".to_owned(),
        other => format!("--{}", other.replace('_', "-")),
    };
    match error {
        tasks::Error::Option { task, option } => {
            format!("{} does not go with {}; leave it out", typed(option), known(task))
        }
        tasks::Error::Value { task, option, found, expected } => {
            format!("{} {found}: expected {expected} ({})", typed(option), known(task))
        }
        tasks::Error::NoPictures => "psmnist needs --images, the folder of the four MNIST files".into(),
        tasks::Error::Pictures(why) => format!("--images: {why}"),
        tasks::Error::Name { name } => {
            let all = tasks::NAMES.map(|n| if n == "permuted-mnist" { "psmnist" } else { n });
            format!("task `{name}`: not known; {}", meant(name, &all))
        }
    }
}
