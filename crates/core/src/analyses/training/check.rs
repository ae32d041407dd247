//! `train`, to checked settings.

use super::arguments::{CellArguments, TaskArguments, Train};
use super::{Choice, NamedTask, Parameter, Plan, Precision, Search, ranges, task};
use crate::analyses::check::constants;
use crate::analyses::{Error, fits};
use crate::linalg::activation::Activation;
use crate::systems::architecture::Architecture;
use crate::systems::cells::{self, Cell, CellKind, Scheme};
use crate::systems::noise::{Amount, Law};
use crate::tasks::{Code, Counted, Options, Shown, Sizes, Split, Task};
use crate::training::init::Init;
use crate::training::optimiser::Method;
use crate::training::schedule::Decay;
use crate::training::trainer::{self, Settings, Validation};
use std::ops::RangeInclusive;

/// The plan that the arguments ask for, and the search, or what is wrong with them.
pub(super) fn plan(a: &Train) -> Result<(Plan, Option<Search>), Error> {
    let t = &a.training;
    let method = method(&t.optimiser, t.momentum)?;
    let validation = [Validation::Own, Validation::HeldOut].into_iter().find(|v| v.name() == t.validation);
    let mut settings = Settings {
        epochs: t.epochs,
        batch: t.batch,
        method,
        decay: Decay { factor: 1.0, every: t.decay_every.unwrap_or((t.epochs / 5).max(1)) },
        validation: validation.ok_or_else(|| wrong("--validation", &t.validation, "own or held-out"))?,
        goal: t.goal,
        noise: noise(&a.network)?,
        fresh: t.fresh,
        seed: a.seed,
        ..Settings::default()
    };
    let choice = a.search.search.map(Choice::Random).or(a.search.grid.map(Choice::Grid));
    let given = [
        (Parameter::Rate, t.rate.clone()),
        (Parameter::Clip, t.clip.clone()),
        (Parameter::Dropout, t.dropout.clone()),
        (Parameter::Decay, t.decay.clone()),
        (Parameter::Patience, t.patience.clone()),
    ];
    let search = ranges::apply(given, choice, &mut settings).map_err(Error::Config)?;
    let precision = Precision::parse(&a.network.precision);
    let precision = precision.ok_or_else(|| wrong("--precision", &a.network.precision, "f32 or f64"))?;
    let names = Init::ALL.map(Init::name).join(", ");
    let init = Init::parse(&a.network.init).ok_or_else(|| wrong("--init", &a.network.init, &names))?;
    let cell = cell(&a.network)?;
    let (task, task_settings) = named(&a.task, &a.task_options, a.seed)?;
    settings.check(task.as_ref()).map_err(option)?;
    if let Some(search) = &search {
        search.trials(&settings)?.iter().try_for_each(|s| s.check(task.as_ref())).map_err(option)?;
    }
    room(task.as_ref(), cell.kind(), a.network.units, precision, &settings)?;
    let architecture = Architecture::new(cell, task.inputs(), &[a.network.units])
        .map_err(|e| Error::Config(format!("--cell, --units: {e}")))?;
    let biases = !a.network.no_bias;
    let plan = Plan { task, task_settings, architecture, init, biases, precision, settings };
    // An initialisation that does not go with the cell is wrong before anything is done.
    plan.model::<f32>()?;
    Ok((plan, search))
}

/// Whether parameters, items and a minibatch have room.
fn room(
    task: &dyn Task,
    kind: &CellKind,
    units: usize,
    precision: Precision,
    settings: &Settings,
) -> Result<(), Error> {
    let size = match precision {
        Precision::F32 => 4,
        Precision::F64 => 8,
    };
    let matrices = kind.gates.len().max(1) + usize::from(kind.second.is_some());
    let (items, units) = (task.size(Split::Train), ("--units", units));
    let (batch, steps) = (("--batch", settings.batch.min(items)), ("steps (--steps, --delay)", task.steps()));
    // With their gradients, the best so far and what the optimiser remembers.
    fits("the parameters", &[units, units, ("matrices of the cell", matrices)], 6 * size)?;
    let codes = ("--cells", task.codes());
    fits("the encoder and the read-out", &[units, codes, ("of them", 2)], 6 * size)?;
    fits("the order of the items", &[("--train-items", items)], 32)?;
    let channels = ("inputs and outputs", task.inputs() + task.outputs());
    fits("the items of a minibatch", &[batch, steps, channels], 8 + 2 * size)?;
    fits("the states of a minibatch", &[batch, steps, units], (2 + 2 * matrices) * size)
}

fn wrong(option: &str, found: &str, expected: &str) -> Error {
    Error::Config(format!("{option} {found}: expected {expected}"))
}

/// A wrong setting under the name of its option.
fn option(e: trainer::Error) -> Error {
    match e {
        trainer::Error::Setting { name, found, expected } if found.is_empty() => {
            Error::Config(format!("--{name}: expected {expected}"))
        }
        trainer::Error::Setting { name, found, expected } => wrong(&format!("--{name}"), &found, &expected),
        other => Error::Config(other.to_string()),
    }
}

/// The noise; none at scale 0.
fn noise(n: &CellArguments) -> Result<Option<Amount>, Error> {
    let law = Law::parse(&n.noise_law);
    let law = law.ok_or_else(|| wrong("--noise-law", &n.noise_law, "gaussian or uniform"))?;
    if !(n.noise.is_finite() && n.noise >= 0.0) {
        return Err(wrong("--noise", &n.noise.to_string(), "a number, at least 0"));
    }
    Ok((n.noise > 0.0).then_some(Amount { law, scale: n.noise }))
}

fn method(name: &str, momentum: Option<f64>) -> Result<Method, Error> {
    match (name, momentum) {
        ("adam", None) => Ok(Method::ADAM),
        ("adam", Some(m)) => Err(wrong("--momentum", &m.to_string(), "--optimiser sgd with it")),
        ("sgd", m) => Ok(Method::Sgd { momentum: m.unwrap_or(0.0) }),
        (other, _) => Err(wrong("--optimiser", other, "adam or sgd")),
    }
}

fn cell(n: &CellArguments) -> Result<Cell, Error> {
    let kind = cells::named(&n.cell).ok_or_else(|| wrong("--cell", &n.cell, &cells::names()))?;
    let activation = n.activation.as_deref().map(|name| {
        Activation::parse(name).ok_or_else(|| wrong("--activation", name, "tanh, relu, sigmoid or identity"))
    });
    let activation = activation.transpose()?;
    let misplaced = [
        ("--activation", activation.is_some() && !kind.has_activation),
        ("--alpha", n.given.alpha.is_some() && !kind.has_tau()),
        ("--tau", n.given.tau.is_some() && !kind.has_tau()),
        ("--dt", n.given.dt.is_some() && !kind.is_flow() && kind.constants.iter().all(|c| c.name != "dt")),
        ("--euler", n.given.euler && !kind.is_flow()),
        ("--reset-before", n.given.reset_before && !kind.has_reset),
    ];
    if let Some((option, _)) = misplaced.iter().find(|m| m.1) {
        return Err(Error::Config(format!("{option} has no meaning for --cell {}; leave it out", kind.name)));
    }
    let (tau, dt, euler) = n.given.times().map_err(Error::Config)?;
    let activation = activation.unwrap_or(kind.activation);
    let tau = tau.unwrap_or(1.0);
    let scheme = Scheme { dt: dt.unwrap_or(tau / 10.0), euler };
    let constants = constants(n.given.constants.as_deref()).map_err(Error::Config)?;
    kind.knows(&constants).map_err(|why| Error::Config(format!("--constants {why}")))?;
    let number = |name: &'static str| {
        let given = constants.iter().find(|c| c.0 == name).map(|c| c.1);
        let dt = dt.filter(|_| name == "dt");
        given.or(dt).or(kind.usual(name, activation)).ok_or_else(|| {
            let all: Vec<_> = kind.constants.iter().map(|c| format!("{}=VALUE", c.name)).collect();
            Error::Config(format!("--cell {} has constants: give --constants {}", kind.name, all.join(",")))
        })
    };
    Cell::of(kind, (activation, n.given.reset_before), number, |_| Ok((vec![tau; n.units], scheme)))
}

fn named(name: &str, t: &TaskArguments, seed: u64) -> Result<NamedTask, Error> {
    let name = if name == "psmnist" { "permuted-mnist" } else { name };
    let usual = Sizes::default();
    let given = [t.train_items, t.validation_items, t.test_items];
    let whole = name == "permuted-mnist";
    if whole && given.iter().any(Option::is_some) && given.iter().any(Option::is_none) {
        let message =
            "psmnist takes --train-items, --validation-items and --test-items together or not at all";
        return Err(Error::Config(message.into()));
    }
    let sizes = Sizes {
        train: given[0].unwrap_or(usual.train),
        validation: given[1].unwrap_or(usual.validation),
        test: given[2].unwrap_or(usual.test),
    };
    let counted = match t.counted.as_deref() {
        None => None,
        Some("recall") => Some(Counted::Recall),
        Some("all") => Some(Counted::All),
        Some(other) => return Err(wrong("--counted", other, "recall or all")),
    };
    let options = Options {
        sizes: given.iter().any(Option::is_some).then_some(sizes),
        delay: t.delay.as_deref().map(delay).transpose()?,
        tokens: t.tokens,
        counted,
        distractors: t.distractors,
        bits: t.bits,
        pulse: t.pulse,
        steps: t.steps,
        time_step: t.time_step,
        code: of_name("--code", &t.code, Code::parse, "gaussian, softmax, density or peak")?,
        cells: t.cells,
        cell_width: t.cell_width,
        speed: t.speed,
        turning: t.turning,
        side: t.box_side,
        drift: t.drift,
        anchor: t.anchor.as_deref().map(anchor).transpose()?,
        biased: t.biased,
        shown: of_name("--shown", &t.shown, Shown::parse, "changes or states")?,
        digits: None,
    };
    if whole && t.images.is_none() {
        return Err(wrong(
            "--images",
            "is missing",
            "the folder of train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and \
             t10k-labels-idx1-ubyte, gzip or not, as MNIST is distributed",
        ));
    }
    task(name, options, t.images.as_deref(), seed)
}

/// What an option names, if it is given.
fn of_name<T>(
    option: &str,
    given: &Option<String>,
    parse: fn(&str) -> Option<T>,
    expected: &str,
) -> Result<Option<T>, Error> {
    given.as_deref().map(|name| parse(name).ok_or_else(|| wrong(option, name, expected))).transpose()
}

fn anchor(text: &str) -> Result<[f64; 2], Error> {
    let number = |word: &str| word.trim().parse().ok().filter(|v: &f64| v.is_finite());
    let place = text.split_once(',').and_then(|(x, y)| Some([number(x)?, number(y)?]));
    place.ok_or_else(|| wrong("--anchor", text, "two numbers of metres, X,Y"))
}

fn delay(text: &str) -> Result<RangeInclusive<usize>, Error> {
    let steps = |word: &str| word.parse::<usize>().ok().filter(|k| *k <= 1_000_000);
    let number =
        |word: &str| steps(word).ok_or_else(|| wrong("--delay", text, "steps up to 1,000,000, or FROM:TO"));
    match text.split_once(':') {
        Some((lo, hi)) => Ok(number(lo)?..=number(hi)?),
        None => number(text).map(|k| k..=k),
    }
}
