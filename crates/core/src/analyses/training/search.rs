//! Hyper-parameter search: random or on a grid, the best by the validation loss.

use super::{Error, Keeping, Plan, Trained, train_all};
use crate::job::Observer;
use crate::linalg::random::{Rng, Use, stream, uniform};
use crate::training::trainer::{Settings, Stopped};
use rand::RngExt;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A setting that may be searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Learning rate.
    Rate,
    /// Largest norm of a gradient.
    Clip,
    /// Dropout.
    Dropout,
    /// Factor of the rate's decay.
    Decay,
    /// Epochs without a lower validation loss.
    Patience,
}

impl Parameter {
    /// Every one, in the order in which they are drawn.
    pub const ALL: [Self; 5] = [Self::Rate, Self::Clip, Self::Dropout, Self::Decay, Self::Patience];

    /// The name of its option and column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Clip => "clip",
            Self::Dropout => "dropout",
            Self::Decay => "decay",
            Self::Patience => "patience",
        }
    }
    /// Its range in park2023, S2.3.
    pub fn usual(self) -> Range {
        let log = |lo, hi| Range::Between { lo, hi, log: true };
        match self {
            Self::Rate => log(1e-5, 1.0),
            Self::Clip => log(1e-2, 1e2),
            Self::Dropout => log(10f64.powf(-1.5), 0.9),
            Self::Decay => log(0.1, 1.0),
            Self::Patience => Range::Between { lo: 5.0, hi: 80.0, log: false },
        }
    }
    /// Its value in `settings`; infinite where there is no limit.
    pub fn get(self, settings: &Settings) -> f64 {
        match self {
            Self::Rate => settings.rate,
            Self::Clip => settings.clip.unwrap_or(f64::INFINITY),
            Self::Dropout => settings.dropout,
            Self::Decay => settings.decay.factor,
            Self::Patience => settings.patience.map_or(f64::INFINITY, |p| p as f64),
        }
    }
    /// Sets it; patience is rounded.
    pub fn set(self, settings: &mut Settings, value: f64) {
        match self {
            Self::Rate => settings.rate = value,
            Self::Clip => settings.clip = Some(value),
            Self::Dropout => settings.dropout = value,
            Self::Decay => settings.decay.factor = value,
            Self::Patience => settings.patience = Some(value.round() as usize),
        }
    }
}

/// The values that a parameter may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Range {
    /// From `lo` to `hi`, uniform in the value or in its logarithm.
    Between {
        /// Least.
        lo: f64,
        /// Most.
        hi: f64,
        /// Uniform in the logarithm.
        log: bool,
    },
    /// One of these.
    OneOf(Vec<f64>),
}

impl Range {
    fn draw(&self, rng: &mut Rng) -> f64 {
        match self {
            Self::Between { .. } => self.at(uniform(rng, 0.0, 1.0)),
            Self::OneOf(values) => values[rng.random_range(0..values.len())],
        }
    }
    /// The value a share `t` of the way up.
    fn at(&self, t: f64) -> f64 {
        match self {
            // Both ends exactly, whatever the logarithm's last bit.
            Self::Between { lo, .. } if t <= 0.0 => *lo,
            Self::Between { hi, .. } if t >= 1.0 => *hi,
            Self::Between { lo, hi, log: true } => (lo.ln() + t * (hi.ln() - lo.ln())).exp().clamp(*lo, *hi),
            Self::Between { lo, hi, log: false } => lo + t * (hi - lo),
            Self::OneOf(values) => values[((t * values.len() as f64) as usize).min(values.len() - 1)],
        }
    }
    /// `count` values spread from end to end, or all of a list.
    fn points(&self, count: usize) -> Vec<f64> {
        match self {
            Self::OneOf(values) => values.clone(),
            Self::Between { .. } if count == 1 => vec![self.at(0.5)],
            Self::Between { .. } => (0..count).map(|i| self.at(i as f64 / (count - 1) as f64)).collect(),
        }
    }
}

/// How trials are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// So many at random.
    Random(usize),
    /// Every combination of so many values of each range.
    Grid(usize),
}
named!(Choice: Self::Random(_) => "random", Self::Grid(_) => "grid");

impl Choice {
    /// So many.
    pub fn count(self) -> usize {
        match self {
            Self::Random(count) | Self::Grid(count) => count,
        }
    }
}

/// Most trials of a search.
pub const MOST: usize = 100_000;

/// A search.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// How trials are chosen.
    pub choice: Choice,
    /// What is searched; the rest is as the plan has it.
    pub space: Vec<(Parameter, Range)>,
}

impl Search {
    /// The settings of each trial.
    ///
    /// Trial i of a random search is a function of (seed, i), and what one parameter draws does not depend
    /// on which others are searched.
    ///
    /// # Errors
    /// [`Error::Config`] for no trial or more than `MOST`.
    ///
    /// ```
    /// use nullcline_core::analyses::training::{Choice, Parameter, Range, Search};
    /// use nullcline_core::training::trainer::Settings;
    ///
    /// let rate = (Parameter::Rate, Range::Between { lo: 1e-4, hi: 1e-2, log: true });
    /// let grid = Search { choice: Choice::Grid(3), space: vec![rate] }.trials(&Settings::default()).unwrap();
    /// for (trial, known) in grid.iter().zip([1e-4, 1e-3, 1e-2]) {
    ///     assert!((trial.rate / known - 1.0).abs() < 1e-9);
    /// }
    /// ```
    pub fn trials(&self, base: &Settings) -> Result<Vec<Settings>, Error> {
        let axes: Vec<Vec<f64>> = match self.choice {
            Choice::Random(_) => vec![],
            Choice::Grid(count) => self.space.iter().map(|(_, r)| r.points(count)).collect(),
        };
        let count = match self.choice {
            Choice::Random(count) => Some(count),
            Choice::Grid(_) => axes.iter().try_fold(1usize, |n, a| n.checked_mul(a.len())),
        };
        let Some(count) = count.filter(|n| (1..=MOST).contains(n)) else {
            let found = count.map_or("too many".into(), |n| n.to_string());
            let option = match self.choice {
                Choice::Random(count) => format!("--search {count}"),
                Choice::Grid(count) => format!("--grid {count}"),
            };
            return Err(Error::Config(format!(
                "{option}: the search has {found} trials, expected 1 to {MOST}; lower it, or fix some of {}",
                self.space.iter().map(|(p, _)| format!("--{}", p.name())).collect::<Vec<_>>().join(", ")
            )));
        };
        let one = |i: usize| {
            let mut settings = base.clone();
            let mut rest = i;
            for (k, (parameter, range)) in self.space.iter().enumerate() {
                let value = match self.choice {
                    Choice::Random(_) => {
                        let index = (i as u64) << 3 | *parameter as u64;
                        range.draw(&mut stream(base.seed, Use::Search, index))
                    }
                    Choice::Grid(_) => {
                        let value = axes[k][rest % axes[k].len()];
                        rest /= axes[k].len();
                        value
                    }
                };
                parameter.set(&mut settings, value);
            }
            settings
        };
        Ok((0..count).map(one).collect())
    }

    /// Names and values that tell it from other searches.
    pub fn describe(&self) -> Vec<(String, Value)> {
        let mut all = vec![
            ("search".to_owned(), json!(self.choice.name())),
            ("search_count".to_owned(), json!(self.choice.count())),
        ];
        all.extend(self.ranges());
        all
    }

    /// `search_` with the name of each setting that is searched, and its range.
    pub fn ranges(&self) -> Vec<(String, Value)> {
        self.space.iter().map(|(p, range)| (format!("search_{}", p.name()), range.json())).collect()
    }
}

impl Range {
    fn json(&self) -> Value {
        match self {
            Self::Between { lo, hi, log } => json!({ "from": lo, "to": hi, "log": log }),
            Self::OneOf(values) => json!(values),
        }
    }
}

/// A trial that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Its settings.
    pub settings: Settings,
    /// What it reached.
    pub trained: Trained,
}

/// Where trial `i` is kept.
pub(super) fn trial_folder(folder: &Path, i: usize) -> PathBuf {
    folder.join(format!("{}{:05}", super::place::TRIAL, i + 1))
}

/// Trains every trial of `search` in a folder of its own below `folder`, and gives all of them with the
/// index of the best: the lowest validation loss of those that did not diverge.
///
/// # Errors
/// Those of [`train_all`]; [`Error::Numbers`] if every trial diverged.
///
/// ```
/// use nullcline_core::analyses::training::{Choice, Keeping, Parameter, Range, Search, Train, search};
/// use nullcline_core::job::Silent;
/// use serde_json::json;
///
/// let settings = json!({ "task": "flip-flop", "cell": "gru", "units": 3, "bits": 1, "steps": 6, "train_items": 64,
///                        "validation_items": 16, "test_items": 8, "epochs": 2 });
/// let plan = serde_json::from_value::<Train>(settings).unwrap().plan().unwrap().0;
/// let rates = Search { choice: Choice::Grid(2), space: vec![(Parameter::Rate, Range::OneOf(vec![1e-6, 0.03]))] };
/// let (trials, best) = search(&plan, &rates, None, Keeping::default(), &Silent).unwrap();
/// // A rate of a millionth learns nothing.
/// assert_eq!((trials.len(), trials[best].settings.rate), (2, 0.03));
/// ```
pub fn search(
    plan: &Plan,
    search: &Search,
    folder: Option<&Path>,
    keeping: Keeping,
    observer: &dyn Observer,
) -> Result<(Vec<Trial>, usize), Error> {
    let trials = search.trials(&plan.settings)?;
    for settings in &trials {
        settings.check(plan.task.as_ref()).map_err(|e| Error::Config(e.to_string()))?;
    }
    let plans: Vec<_> = trials
        .iter()
        .enumerate()
        .map(|(i, settings)| {
            let plan = Plan { settings: settings.clone(), ..plan.clone() };
            (plan, folder.map(|f| trial_folder(f, i)))
        })
        .collect();
    let trained = train_all(&plans, Keeping { test: false, ..keeping }, observer)?;
    let trials: Vec<Trial> =
        trials.into_iter().zip(trained).map(|(settings, trained)| Trial { settings, trained }).collect();
    let sound =
        trials.iter().enumerate().filter(|(_, t)| !matches!(t.trained.stopped, Stopped::Diverged { .. }));
    let loss = |t: &Trial| t.trained.best().validation_loss;
    match sound.min_by(|a, b| loss(a.1).total_cmp(&loss(b.1))) {
        Some((best, _)) => Ok((trials, best)),
        None => Err(Error::Numbers(format!(
            "all {} trials diverged; search lower rates (--rate 1e-5:1e-2) or clip more (--clip 0.01:1)",
            trials.len()
        ))),
    }
}
