//! Analyses of activity that need its rows at once: read-outs, regressions, clusters.

mod clusters;
pub mod comparison;
mod currents;
mod decoding;
pub mod demixed;
pub(super) mod followed;
mod held;
pub mod intrinsic;
pub mod linear;
mod mixed;
pub mod piecewise;
mod recorded;
mod repeated;
mod selectivity;
pub mod signal;
pub mod spatial;
pub mod targeted;
pub mod timescales;

pub use clusters::{Grouped, Groups, Weights};
pub(super) use clusters::{Permutations, clusters};
pub use comparison::{Against, Comparison};
pub use currents::{Chosen, Currents, Space};
pub use decoding::{Decoded, Decodings, Features};
pub use demixed::DemixedComponents;
pub use followed::CurrentsFrom;
pub(super) use held::Held;
pub use held::{Target, TargetKind, VALUES};
pub use intrinsic::{IntrinsicDimension, Null};
pub use linear::LinearDynamics;
pub use mixed::{Grouping, MixedSelectivity, Ordered, Rectified};
pub use piecewise::PiecewiseDynamics;
pub use selectivity::{By, LEVEL, Pair, ReadOut, ReadOutKind, Regressed, Selectivity};
pub use signal::{Between, SignalDimension};
pub use spatial::Spatial;
pub use targeted::TargetedAxes;
pub use timescales::Timescales;

use super::modules::{Diagnostic, OfNetwork, OfRecording};
use super::source::refuse;
use super::{AnalysisSettings, Config, Error, Finding, Module};
use crate::diagnostics::geometry::pca::Pca;

/// What an analysis of a recording left out, or had to do otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Left {
    /// One row in so many was taken, to hold [`VALUES`] numbers at most.
    Thinned {
        /// The module.
        module: Module,
        /// One row in so many.
        every: usize,
    },
    /// Of a network's trials one step in so many was taken: those that follow one another tell little more than one of them.
    OneStepIn {
        /// The module.
        module: Module,
        /// One step in so many.
        every: usize,
    },
    /// What comes again from row to row: rows were smoothed, and noise does so too.
    Smoothed {
        /// The module.
        module: Module,
    },
    /// Trials that lack rows, whose steps are not those of the others.
    Broken {
        /// The module.
        module: Module,
        /// Trials.
        trials: usize,
    },
    /// A target that cannot be used, and why.
    Unusable {
        /// The target.
        target: String,
        /// Why.
        why: String,
    },
    /// Targets after those that are looked at.
    Beyond {
        /// How many are looked at.
        looked: usize,
        /// The first of the others.
        first: String,
        /// The last of them.
        last: String,
        /// How many they are.
        count: usize,
    },
    /// A target of so many values, which are no labels.
    NoLabels {
        /// The target.
        target: String,
        /// Its values.
        values: usize,
    },
    /// A target of so many labels, which is no number.
    NoNumber {
        /// The target.
        target: String,
        /// Its labels.
        labels: usize,
    },
    /// Rows without a value of a target.
    Missing {
        /// The target.
        target: String,
        /// Rows.
        rows: usize,
    },
    /// A target that could not be decoded, and why.
    NotDecoded {
        /// The target.
        target: String,
        /// Why.
        why: String,
    },
    /// A condition of so many texts, which have no order to regress on.
    NoOrder {
        /// The condition.
        factor: String,
        /// Its texts.
        levels: usize,
    },
    /// Collinear targets: units were regressed on each alone.
    Collinear,
    /// A read-out whose labels a plane parts.
    Parted {
        /// The target.
        target: String,
    },
    /// A read-out whose rows are too few to determine it.
    Few {
        /// The target.
        target: String,
    },
    /// Angles or shares without an error.
    NoError,
}

/// What the analyses of one recording share.
pub(super) struct Analyses<'a> {
    pub config: &'a Config,
    pub units: &'a [String],
    pub held: &'a Held,
    /// A second recording of the same units, and what it is.
    pub against: Option<(&'a Held, Against)>,
    /// Principal components of all rows; none where nothing varies.
    pub pca: Option<&'a Pca>,
    /// Whether all values are counts.
    pub counts: bool,
}

impl Diagnostic for Decodings {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| run.of_activity(Module::Decoding, |a| a.decoding()));
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.decoding()));
    const OF_TARGETS: bool = true;
}

impl Diagnostic for Selectivity {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| run.of_activity(Module::Selectivity, |a| a.selectivity()));
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.selectivity()));
    const OF_TARGETS: bool = true;
}

impl Diagnostic for Currents {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| run.currents());
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.currents()));
    const OF_TARGETS: bool = true;
    const OF_NUMBERS: bool = true;
    const OF_WEIGHTS: bool = true;
}

impl Diagnostic for MixedSelectivity {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| run.mixed_selectivity());
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.mixed_selectivity()));
    const OF_TARGETS: bool = true;
    const OF_NUMBERS: bool = true;
}

impl Diagnostic for Groups {
    const OF_NETWORK: OfNetwork<Self> = Some(|run| run.clusters().map(Some));
    const OF_RECORDING: Option<OfRecording<Self>> = Some(OfRecording::Held(|a| a.clusters()));
    const ON_REQUEST: bool = true;
    const OF_STATES: bool = true;
}

impl Analyses<'_> {
    /// What the module finds; none where it needs no rows.
    pub fn run(&self, module: Module) -> Result<Option<Finding>, Error> {
        if module.facts().targets && !self.usable(module) {
            return Err(self.unusable(module));
        }
        module.of_rows(self)
    }

    /// Whether there is a target for the module.
    pub fn usable(&self, module: Module) -> bool {
        self.held.targets.iter().any(|t| usable(t, module))
    }

    fn clusters(&self) -> Result<Groups, Error> {
        let permutations = Permutations { count: 0, seed: self.config.seed };
        let x = self.held.x.as_ref();
        let found = clusters(x, self.units, Grouped::Rows, &[], permutations, &self.config.analyses);
        match found {
            Ok(found) => Ok(Groups { every: self.held.every, ..found }),
            // Of a recording it is the table that cannot be grouped.
            Err(Error::Numbers(message)) => Err(Error::input(&self.config.file, message)),
            Err(e) => Err(e),
        }
    }

    pub fn unusable(&self, module: Module) -> Error {
        let name = module.name();
        let expected = match module {
            Module::Decoding => "a column of labels",
            m if m.facts().numbers => "a column of numbers of more than two values",
            _ => "a column of numbers or of two values",
        };
        if self.held.targets.is_empty() {
            return match &self.config.network.trials {
                Some(file) => {
                    Error::input(file, format!("the module {name} needs a label of the trials, {expected}"))
                }
                None => Error::Config(format!("the module {name} needs --targets COLUMN, {expected}")),
            };
        }
        let each = self.held.targets.iter().map(|t| match &t.kind {
            TargetKind::Number(k, _) => format!("`{}` has {k} values", t.name),
            TargetKind::Unusable(why) => format!("`{}` {why}", t.name),
            TargetKind::Labels(labels) => format!("`{}` has {} labels", t.name, labels.len()),
        });
        let option = if self.config.network.trials.is_some() { "--trials" } else { "--targets" };
        let message = format!(
            "{option}: {}; the module {name} expects {expected}",
            each.collect::<Vec<_>>().join(", ")
        );
        Error::input(&self.config.file, message)
    }

    fn failed(&self, what: &str, error: &dyn std::fmt::Display) -> Error {
        Error::input(&self.config.file, format!("{what}: {error}"))
    }

    /// That rows were left out, where they were.
    fn thinned(&self, module: Module) -> Option<Left> {
        let every = self.held.every;
        let thinned = match self.config.network.trials {
            Some(_) => Left::OneStepIn { module, every },
            None => Left::Thinned { module, every },
        };
        (every > 1).then_some(thinned)
    }

    /// What was left out of trials that are repeats of each other.
    fn left_of_trials(&self, module: Module) -> Vec<Left> {
        let trials = self.held.broken.len();
        let broken = (trials > 0).then_some(Left::Broken { module, trials });
        self.thinned(module).into_iter().chain(broken).collect()
    }

    /// What was left out: rows, targets that were passed over, and their missing values.
    fn left(&self, module: Module) -> Vec<Left> {
        let mut left: Vec<Left> = self.thinned(module).into_iter().collect();
        for t in &self.held.targets {
            let target = t.name.clone();
            match &t.kind {
                TargetKind::Unusable(why) => left.push(Left::Unusable { target, why: why.clone() }),
                TargetKind::Number(values, _) if !usable(t, module) => {
                    left.push(Left::NoLabels { target, values: *values });
                }
                // Labels are for others to tell of.
                TargetKind::Labels(_) if module.facts().numbers => {}
                TargetKind::Labels(labels) if !usable(t, module) => {
                    left.push(Left::NoNumber { target, labels: labels.len() });
                }
                _ if t.missing() > 0 => left.push(Left::Missing { target, rows: t.missing() }),
                _ => {}
            }
        }
        left
    }
}

/// Whether the module reads this target.
fn usable(target: &Target, module: Module) -> bool {
    match module {
        Module::Decoding => target.labels().is_some(),
        m if m.facts().numbers => matches!(target.kind, TargetKind::Number(..)),
        _ => target.number(),
    }
}

/// Refuses settings of modules that do not run.
pub(super) fn check(settings: &AnalysisSettings, modules: &[Module]) -> Result<(), Error> {
    for (option, given, wanted) in [
        ("--ridge", settings.ridge.is_some(), &[Module::Decoding, Module::Selectivity][..]),
        ("--folds", settings.folds.is_some(), &[Module::Decoding]),
        ("--shuffles", settings.shuffles.is_some(), &[Module::Dpca, Module::Spatial]),
        ("--rank", settings.rank.is_some(), &[Module::Currents]),
        ("--through-origin", settings.through_origin, &[Module::Currents, Module::MixedSelectivity]),
        ("--clusters", settings.clusters.is_some(), &[Module::Clusters]),
        ("--linkage", settings.linkage.is_some(), &[Module::Clusters]),
    ] {
        if given && !wanted.iter().any(|m| modules.contains(m)) {
            let name = wanted[0].name();
            return Err(Error::Config(format!(
                "{option} goes with the module {name}, which was not asked for"
            )));
        }
    }
    Ok(())
}

/// Refuses settings of what is done with targets where a recording has none.
pub(super) fn check_targets(config: &Config) -> Result<(), Error> {
    let (a, r) = (&config.analyses, &config.recording);
    if r.beside.against.is_some() && config.modules.as_ref().is_some_and(|m| !m.contains(&Module::Comparison))
    {
        return Err(Error::Config(
            "--against goes with the module comparison, which was not asked for".into(),
        ));
    }
    let of_places = |m: &Module| matches!(m, Module::Comparison | Module::Spatial);
    if r.beside.placed() && config.modules.as_ref().is_some_and(|m| !m.iter().any(of_places)) {
        let message =
            "--position and --heading go with the modules spatial and comparison, which were not asked for";
        return Err(Error::Config(message.into()));
    }
    if r.conditions.is_none() && !r.beside.placed() {
        let what = "--conditions, whose axes it judges, or --position, whose maps";
        refuse(&[("--shuffles", a.shuffles.is_some())], what)?;
    }
    if r.targets.is_some() {
        return Ok(());
    }
    let decoded = [("--ridge", a.ridge.is_some()), ("--folds", a.folds.is_some())];
    refuse(&decoded, "--targets, which are what is decoded")?;
    let followed = [
        ("--weights", r.weights.is_some()),
        ("--recorded", r.currents),
        ("--rank", a.rank.is_some()),
        ("--through-origin", a.through_origin),
    ];
    refuse(&followed, "--targets, which are what units follow")
}
