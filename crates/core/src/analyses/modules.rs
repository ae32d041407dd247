//! The modules of `analyze`: a line each, and all that follows from it.

use super::activity::{
    Analyses, Comparison, Currents, Decodings, DemixedComponents, Groups, IntrinsicDimension, LinearDynamics,
    MixedSelectivity, PiecewiseDynamics, Selectivity, SignalDimension, Spatial, TargetedAxes, Timescales,
};
use super::network::{
    AtTask, Cycles, Exponents, Flow, Integration, Paths, Points, Run, Sensitivity, Vectors,
};
use super::recording::{Activity, Reading};
use super::{Components, Error};
use crate::diagnostics::dynamics::recurrent::RecurrentSpectrum;
use crate::io::shown::list;

/// Hands all modules, in the order of the report, to the macro named: what each is, its variant, its name and what it finds.
///
/// The variant is also the type of its entry in [`summary`](crate::analyses::summary); the name is that on the command line, in the
/// summary and of the section.
#[doc(hidden)]
#[macro_export]
macro_rules! modules {
    ($make:ident) => {
        $make! {
            /// What it does at its task.
            Task task: AtTask;
            /// Lyapunov exponents.
            Lyapunov lyapunov: Exponents;
            /// Covariant Lyapunov vectors.
            Covariant covariant: Vectors;
            /// Adjoints and tangents.
            Adjoint adjoint: Sensitivity;
            /// Limit cycles.
            Cycles cycles: Cycles;
            /// Fixed and slow points.
            FixedPoints fixed_points: Points;
            /// What a table holds.
            Activity activity: Activity;
            /// Principal components.
            Pca pca: Components;
            /// Dimensions that are signal, not noise.
            SignalDimension signal_dimension: SignalDimension;
            /// The flow in their plane.
            FlowField flow_field: Flow;
            /// States in time.
            Trajectories trajectories: Paths;
            /// How well it integrates.
            Integrator integrator: Integration;
            /// Spectra of the recurrent matrices.
            Recurrent recurrent: Vec<RecurrentSpectrum>;
            /// Demixed principal components.
            Dpca dpca: DemixedComponents;
            /// Axes of task variables.
            TargetedAxes targeted_axes: TargetedAxes;
            /// Labels read off activity.
            Decoding decoding: Decodings;
            /// Read-outs and regressions.
            Selectivity selectivity: Selectivity;
            /// Currents and what they follow.
            Currents currents: Currents;
            /// Selectivity vectors, mixed or not.
            MixedSelectivity mixed_selectivity: MixedSelectivity;
            /// Groups of units.
            Clusters clusters: Groups;
            /// The intrinsic dimension, curved or not.
            IntrinsicDimension intrinsic_dimension: IntrinsicDimension;
            /// Autocorrelation times of units.
            Timescales timescales: Timescales;
            /// A linear map between successive rows.
            LinearDynamics linear_dynamics: LinearDynamics;
            /// A piecewise-linear map between successive rows.
            PiecewiseDynamics piecewise_dynamics: PiecewiseDynamics;
            /// Where in space units are active.
            Spatial spatial: Spatial;
            /// Against a second recording.
            Comparison comparison: Comparison;
        }
    };
}

/// How a result is found, and when.
pub(super) trait Diagnostic: Sized {
    /// Finds it in a network, or nothing where it does not apply and nobody asked for it; none: networks have none.
    const OF_NETWORK: OfNetwork<Self> = None;
    /// Finds it in a recording; none: recordings have none.
    const OF_RECORDING: Option<OfRecording<Self>> = None;
    /// Whether it is of targets, without which it is left out unless asked for.
    const OF_TARGETS: bool = false;
    /// Whether its targets are numbers, without which it is left out unless asked for.
    const OF_NUMBERS: bool = false;
    /// Whether it is of recorded currents or of weights among recorded units, without which it is left out unless asked for.
    const OF_WEIGHTS: bool = false;
    /// Whether it is of conditions of trials, without which it is left out unless asked for.
    const OF_CONDITIONS: bool = false;
    /// Whether it is of spike counts, without which it is left out unless asked for.
    const OF_COUNTS: bool = false;
    /// Whether it is of two recordings, without the second of which it is left out unless asked for.
    const OF_TWO: bool = false;
    /// Whether it is of positions or headings, without which it is left out unless asked for.
    const OF_POSITION: bool = false;
    /// Whether it runs on request alone.
    const ON_REQUEST: bool = false;
    /// Whether it is of the trials of a network's task, and nothing without them.
    const OF_TRIALS: bool = false;
    /// Whether it looks at what others found, and is found after them.
    const LAST: bool = false;
    /// Whether it is of the states along a network's trajectories.
    const OF_STATES: bool = false;
}

/// How a result is found in a network.
pub(super) type OfNetwork<T> = Option<fn(&Run<'_>) -> Result<Option<T>, Error>>;

/// How a result is found in a recording.
pub(super) enum OfRecording<T> {
    /// By reading the table row by row.
    Streamed(fn(&Reading<'_>) -> Result<T, Error>),
    /// Of rows in memory.
    Held(fn(&Analyses<'_>) -> Result<T, Error>),
}

/// What a [`Diagnostic`] says of itself.
pub(super) struct Facts {
    pub network: bool,
    pub recording: bool,
    pub held: bool,
    pub targets: bool,
    pub numbers: bool,
    pub weights: bool,
    pub counts: bool,
    pub conditions: bool,
    pub two: bool,
    pub position: bool,
    pub trials: bool,
    pub last: bool,
    pub on_request: bool,
    pub states: bool,
}

impl Facts {
    fn of<D: Diagnostic>() -> Self {
        Self {
            network: D::OF_NETWORK.is_some(),
            recording: D::OF_RECORDING.is_some(),
            held: matches!(D::OF_RECORDING, Some(OfRecording::Held(_))),
            targets: D::OF_TARGETS,
            numbers: D::OF_NUMBERS,
            weights: D::OF_WEIGHTS,
            counts: D::OF_COUNTS,
            conditions: D::OF_CONDITIONS,
            two: D::OF_TWO,
            position: D::OF_POSITION,
            trials: D::OF_TRIALS,
            last: D::LAST,
            on_request: D::ON_REQUEST,
            states: D::OF_STATES,
        }
    }
}

macro_rules! define {
    ($($(#[$doc:meta])+ $variant:ident $name:ident: $found:ty;)+) => {
        /// The diagnostics of `analyze`, in the order of the report.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Module { $($(#[$doc])+ $variant,)+ }

        impl Module {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the command line, in the summary and of the section.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name),)+ }
            }
            pub(super) fn facts(self) -> Facts {
                match self { $(Self::$variant => Facts::of::<$found>(),)+ }
            }
            /// What it finds in a network; none where it does not apply and nobody asked for it.
            pub(super) fn of_network(self, run: &Run<'_>) -> Result<Option<Finding>, Error> {
                match self {
                    $(Self::$variant => match <$found as Diagnostic>::OF_NETWORK {
                        Some(find) => Ok(find(run)?.map(Finding::$variant)),
                        None => Ok(None),
                    },)+
                }
            }
            /// What it finds by reading a recording; none where it needs its rows in memory.
            pub(super) fn of_stream(self, reading: &Reading<'_>) -> Result<Option<Finding>, Error> {
                match self {
                    $(Self::$variant => match <$found as Diagnostic>::OF_RECORDING {
                        Some(OfRecording::Streamed(find)) => find(reading).map(Finding::$variant).map(Some),
                        _ => Ok(None),
                    },)+
                }
            }
            /// What it finds in the rows of a recording; none where it does not need them.
            pub(super) fn of_rows(self, rows: &Analyses<'_>) -> Result<Option<Finding>, Error> {
                match self {
                    $(Self::$variant => match <$found as Diagnostic>::OF_RECORDING {
                        Some(OfRecording::Held(find)) => find(rows).map(Finding::$variant).map(Some),
                        _ => Ok(None),
                    },)+
                }
            }
        }

        /// What a module found.
        // There is one of each at most.
        #[allow(clippy::large_enum_variant)]
        pub enum Finding { $($(#[$doc])+ $variant($found),)+ }

        impl Finding {
            /// Whose it is.
            pub fn module(&self) -> Module {
                match self { $(Self::$variant(_) => Module::$variant,)+ }
            }
        }
    };
}
crate::modules!(define);

impl Module {
    /// Those of a network, in the order of the report.
    pub fn of_networks() -> Vec<Self> {
        Self::ALL.iter().copied().filter(|m| m.facts().network).collect()
    }
    /// Those of a recording, in the order of the report.
    pub fn of_recordings() -> Vec<Self> {
        Self::ALL.iter().copied().filter(|m| m.facts().recording).collect()
    }
    /// The module of that name; `-` does for `_`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.replace('-', "_");
        Self::ALL.iter().copied().find(|m| m.name() == name)
    }

    /// What the option says that chooses them.
    pub(super) fn help() -> String {
        let name = |m: &Self| m.name();
        let of = |all: Vec<Self>, of: &str, two: &'static str| {
            let asked = |m: &Self| m.facts().targets || m.facts().trials;
            let counts = |m: &Self| match m.facts() {
                f if f.counts => " (of spike counts)",
                f if f.conditions => " (of --conditions)",
                f if f.two => two,
                f if f.position => " (of --position or --heading)",
                _ => "",
            };
            let one = |m: &Self| format!("{}{}", m.name(), if asked(m) { of } else { counts(m) });
            all.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        let asked: Vec<&str> = Self::ALL.iter().filter(|m| m.facts().on_request).map(name).collect();
        format!(
            "Modules, separated by commas [default: all that apply but {}]. Networks: {}; recordings: {}",
            list(&asked, "and"),
            of(Self::of_networks(), " (of --trials)", " (of --silent)"),
            of(Self::of_recordings(), " (of --targets)", " (of --against)")
        )
    }
}
