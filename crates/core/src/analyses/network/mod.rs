//! What a network does: its diagnostics, in the order of the report.

mod check;
mod clusters;
mod components;
pub mod continuation;
mod cycles;
mod facts;
mod finds;
mod found;
mod integrator;
mod points;
mod sensitivity;
mod silent;
mod stores;
mod task;

pub(super) use check::usable;
pub use facts::{About, Coarse};
pub use found::{
    Cycles, Disagreement, Exponents, Flow, InputKind, Outputs, Paths, Plane, Points, Sensitivity, Source,
    Story, UnderInput, Vectors,
};
pub use integrator::{Entry as IntegratorEntry, Integration, Moments, Samples};
pub use stores::{Edge, Stores};
pub use task::{
    Asked, AtTask, Course, Ending, Endings, Example, Growth, HeldInput, HeldInputs, InSpace, OfCondition,
    Phase, Score, Scoring, held_inputs,
};

use super::activity;
use super::failed::Failed;
use super::trials::Trials;
use super::{Config, Context, Error, Failure, Finding, Module, NetworkSettings, tables};
use crate::diagnostics::dynamics::fixed_points::{FixedPoint, FixedPoints};
use crate::diagnostics::dynamics::lyapunov::{self, Drive, Lyapunov};
use crate::diagnostics::dynamics::trajectories::{Inputs, Trajectories, random_states, trajectories};
use crate::diagnostics::geometry::pca::{Pca, pca};
use crate::job::Observer;
use crate::linalg::col;
use crate::systems::checkpoint::{Network, Readout};
use crate::systems::time::System;
use faer::Mat;
use std::sync::OnceLock;

/// Numbers written at most for the states along trajectories.
const CELLS: usize = 2_000_000;

/// Steps of input below which exponents come with a warning.
const SHORT: usize = 200;

/// What `analyze` found of a network.
pub struct NetworkAnalysis {
    /// The network itself.
    pub about: About,
    /// Names of its states, and its time.
    pub context: Context,
    /// What the modules found, in their order.
    pub findings: Vec<Finding>,
    /// What could not be done.
    pub failed: Vec<Failure>,
    /// Whether trajectories grow without bounds, and by too coarse a step.
    pub coarse: Option<Coarse>,
    /// Why there are no principal components, where nobody asked for them.
    pub no_components: Option<NoComponents>,
    /// Whether a flow field was asked for and there is no plane.
    pub no_plane: bool,
}

/// Why there are no principal components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoComponents {
    /// Trajectories do not vary.
    Constant,
    /// They grow beyond the finite numbers.
    Diverged,
}

/// Everything the modules of one network share.
pub(super) struct Run<'a> {
    network: &'a Network,
    config: &'a Config,
    settings: &'a NetworkSettings,
    seed: u64,
    context: Context,
    /// The constant input of fixed points and flow fields.
    input: Vec<f64>,
    inputs: Inputs,
    /// Initial states given by the user.
    initial: Option<Mat<f64>>,
    /// The trials of the task, where they are given.
    trials: Option<Trials>,
    orbits: Trajectories,
    pca: Option<Pca>,
    /// The spectra, once they are known.
    spectra: OnceLock<Lyapunov>,
    /// Fixed points, once they are known.
    points: OnceLock<FixedPoints>,
    /// The other constant inputs that trials hold, and the points under each, once they are known.
    held: OnceLock<Vec<(Vec<f64>, Vec<FixedPoint>)>>,
    /// Where trajectories end, once that is known.
    ends: OnceLock<Vec<Ending>>,
    observer: &'a dyn Observer,
}

pub(super) fn diagnose(
    network: &Network,
    config: &Config,
    observer: &dyn Observer,
) -> Result<NetworkAnalysis, Error> {
    let modules = asked(config)?;
    activity::check(&config.analyses, &modules)?;
    let run = Run::prepare(network, config, &modules, observer)?;
    let (mut findings, mut failed) = (vec![], Failed::default());
    // Exponents come first: cycles are sought where their orbits ended; where trials end is known once fixed points are.
    let mut order: Vec<Module> = Module::of_networks().into_iter().filter(|m| modules.contains(m)).collect();
    order.sort_by_key(|m| m.facts().last);
    let stages = order.len();
    for (k, module) in order.into_iter().enumerate() {
        observer.stage(k + 1, stages);
        observer.start(&module.name().replace('_', " "), 0);
        let found = failed.or(module, module.of_network(&run))?;
        findings.extend(found.flatten());
    }
    observer.finish();
    for finding in &mut findings {
        if let Finding::Lyapunov(e) = finding {
            e.rests_at = run.rests_at(&e.result);
        }
    }
    findings.sort_by_key(Finding::module);
    let (mut no_components, mut no_plane) = (None, false);
    if run.pca.is_none() && modules.contains(&Module::Pca) && config.modules.is_none() {
        no_components = Some(run.without_components());
    }
    if modules.contains(&Module::FlowField) && config.modules.is_some() {
        no_plane = !findings.iter().any(|f| f.module() == Module::FlowField);
    }
    let failed = failed.unless(findings.is_empty())?;
    let coarse = (!run.orbits.diverged.is_empty()).then(|| Coarse::of(network)).flatten();
    let (about, context) = (About::of(network, config), run.context);
    Ok(NetworkAnalysis { about, context, findings, failed, coarse, no_components, no_plane })
}

/// The modules of a network: those about its task where trials are given.
fn asked(config: &Config) -> Result<Vec<Module>, Error> {
    let mut modules = chosen(config, &Module::of_networks())?;
    if config.network.trials.is_none() {
        let of_trials = |m: &Module| m.facts().trials || m.facts().targets;
        if let (Some(m), true) = (modules.iter().find(|m| of_trials(m)), config.modules.is_some()) {
            return Err(Error::Config(format!("--modules {}: of a network it needs its --trials", m.name())));
        }
        modules.retain(|m| !of_trials(m));
    }
    Ok(modules)
}

/// The modules asked for, or all that apply.
pub(super) fn chosen(config: &Config, all: &[Module]) -> Result<Vec<Module>, Error> {
    let Some(asked) = &config.modules else {
        return Ok(all.iter().copied().filter(|m| !m.facts().on_request).collect());
    };
    if let Some(m) = asked.iter().find(|m| !all.contains(m)) {
        let names: Vec<&str> = all.iter().map(|m| m.name()).collect();
        let message = format!("--modules {}: not for this file; here are {}", m.name(), names.join(", "));
        return Err(Error::Config(message));
    }
    Ok(asked.clone())
}

impl<'a> Run<'a> {
    fn prepare(
        network: &'a Network,
        config: &'a Config,
        modules: &[Module],
        observer: &'a dyn Observer,
    ) -> Result<Self, Error> {
        let settings = &config.network;
        let system = network.system.as_ref();
        let n = system.step().dim();
        let check::Given { input, inputs, initial, trials, steps } = check::given(network, config, modules)?;
        let start = starts(system, config, &inputs, initial.as_ref(), steps);
        observer.start("trajectories", 0);
        // Exponents and spectra of the weights need neither.
        let idle = trials.is_none() && !modules.iter().any(|m| m.facts().states);
        let start = if idle { Mat::zeros(n, 0) } else { start };
        let orbits = trajectories(system, start.as_ref(), &inputs, steps);
        let pca = if idle { None } else { pca(orbits.pooled_shown().as_ref()) };
        observer.finish();
        let steps = (system.time_step() - 1.0).abs() < f64::EPSILON && !system.is_flow();
        let spectra = OnceLock::new();
        let context = Context { names: network.state_names.clone(), steps, flow: system.is_flow() };
        Ok(Self {
            network,
            config,
            settings,
            seed: config.seed,
            context,
            input,
            inputs,
            initial,
            trials,
            orbits,
            pca,
            spectra,
            points: OnceLock::new(),
            held: OnceLock::new(),
            ends: OnceLock::new(),
            observer,
        })
    }

    /// Why there are no principal components.
    fn without_components(&self) -> NoComponents {
        if self.orbits.diverged.is_empty() { NoComponents::Constant } else { NoComponents::Diverged }
    }

    fn paths(&self) -> Paths {
        Paths { result: self.orbits.clone(), source: self.source(), outputs: self.outputs() }
    }

    /// Whether the input varies in time.
    fn driven(&self) -> bool {
        matches!(self.inputs, Inputs::Trials(_))
    }

    /// Where the states come from.
    fn source(&self) -> Source {
        let input = match &self.inputs {
            Inputs::Trials(_) => InputKind::Varying,
            Inputs::Constant(u) if u.iter().all(|v| *v == 0.0) => InputKind::None,
            Inputs::Constant(_) => InputKind::Constant,
        };
        Source {
            trajectories: self.orbits.states.len(),
            given: self.initial.is_some(),
            input,
            trials: self.trials.is_some(),
        }
    }

    /// Initial states for the exponents: the user's, or random ones, fewer for large networks.
    fn lyapunov_states(&self, n: usize) -> Mat<f64> {
        let count = match n {
            0..=128 => 8,
            129..=256 => 4,
            _ => 2,
        };
        match &self.initial {
            // Where trials end is where the network is left to itself.
            Some(_) if self.trials.is_some() => {
                let all = &self.orbits.states;
                let whole: Vec<usize> =
                    (0..all.len()).filter(|k| !self.orbits.diverged.contains(k)).collect();
                let count = count.min(whole.len());
                Mat::from_fn(n, count, |i, j| {
                    let states = &all[whole[j * whole.len() / count]];
                    states[(i, states.ncols() - 1)]
                })
            }
            Some(x) => x.clone(),
            None => random_states(self.network.system.as_ref(), count, self.seed),
        }
    }

    /// What drives the exponents: the constant input, also after trials, or the longest of the sequences.
    fn drive(&self) -> Drive<'_> {
        match &self.inputs {
            Inputs::Trials(_) if self.trials.is_some() => Drive::Constant(&self.input),
            Inputs::Constant(u) => Drive::Constant(u),
            Inputs::Trials(trials) => {
                Drive::Sequence(trials.iter().max_by_key(|t| t.ncols()).unwrap_or(&trials[0]).as_ref())
            }
        }
    }

    /// Most steps that each of `count` orbits may take to settle: some seconds' work for all, should they drift.
    fn settle_steps(&self, count: usize) -> usize {
        let system = self.network.system.as_ref();
        let (n, stages) = (system.step().dim(), if system.is_flow() { 4 } else { 1 });
        (12_000_000_000 / count.max(1) / (2 * n * n * stages + 250)).clamp(6000, 20_000_000)
    }

    /// Settings of the `k` first exponents from `count` initial states, `most` steps at most unless the
    /// user says otherwise.
    fn exponent_options(&self, drive: &Drive, k: usize, count: usize, most: usize) -> lyapunov::Options {
        let (s, n) = (self.settings, self.network.system.step().dim());
        let budget = 4e10 / (2.0 * (n * n * k) as f64 * count as f64);
        // Tangents align over the last third of what is discarded; along an input every step counts,
        // so that they start with it.
        let discarded = s.warmup.unwrap_or(match drive {
            Drive::Constant(_) => 1500,
            Drive::Sequence(u) => u.ncols() / 10,
        });
        let align = if matches!(drive, Drive::Sequence(_)) { discarded } else { discarded / 3 };
        lyapunov::Options {
            exponents: Some(k),
            warmup: discarded - align,
            align,
            settle: self.settle_steps(count),
            max_steps: s.steps.unwrap_or((budget as usize).clamp(2000, most)),
            tol: s.tol.unwrap_or(1e-3),
            seed: self.seed,
            ..lyapunov::Options::default()
        }
    }

    fn lyapunov(&self) -> Result<Exponents, Error> {
        let system = self.network.system.as_ref();
        let n = system.step().dim();
        let initial = self.lyapunov_states(n);
        let (drive, s) = (self.drive(), self.settings);
        let k = s.exponents.unwrap_or(if n > 1000 { 100 } else { n });
        let options = self.exponent_options(&drive, k, initial.ncols(), 50_000);
        let discarded = options.warmup + options.align;
        self.observer.start("Lyapunov exponents", 100);
        let result = lyapunov::lyapunov(system, initial.as_ref(), &drive, &options, &|p| {
            self.observer.at((100 * p.steps / p.max_steps.max(1)) as u64);
        });
        let result = result.map_err(|e| match (Coarse::of(self.network), &e) {
            (Some(why), lyapunov::Error::AllDiverged { .. }) => {
                Error::Numbers(format!("the Lyapunov exponents: {e}; {why}"))
            }
            _ => e.into(),
        })?;
        self.observer.finish();
        let _ = self.spectra.set(result.clone());
        let recorded = match drive {
            Drive::Sequence(u) => u.ncols() - discarded,
            Drive::Constant(_) => usize::MAX,
        };
        Ok(Exponents {
            result,
            driven: matches!(drive, Drive::Sequence(_)),
            computed: [k, n],
            asked: s.exponents.is_some(),
            sequences: match (&self.inputs, drive) {
                (Inputs::Trials(trials), Drive::Sequence(_)) => trials.len(),
                _ => 0,
            },
            short: (recorded < SHORT).then_some(recorded),
            rests_at: vec![],
        })
    }

    /// The part of a state that the read-out sees: the top layer's output.
    fn output_of<'x>(&self, state: &'x [f64]) -> &'x [f64] {
        &state[self.network.architecture.output()]
    }

    fn outputs(&self) -> Vec<(String, Vec<f64>)> {
        let Some(r) = &self.network.readout else { return vec![] };
        let states: Vec<&[f64]> = self
            .orbits
            .states
            .iter()
            .flat_map(|s| (0..s.ncols()).map(|t| self.output_of(col(s.as_ref(), t))))
            .collect();
        read_out(r, &states)
    }
}

/// The states from which trajectories of `steps` steps start: the user's, or random ones.
fn starts(
    system: &dyn System,
    config: &Config,
    inputs: &Inputs,
    initial: Option<&Mat<f64>>,
    steps: usize,
) -> Mat<f64> {
    let n = system.step().dim();
    let count = config.network.trajectories.unwrap_or_else(|| match inputs {
        Inputs::Constant(_) => (CELLS / (n * (steps + 1))).clamp(4, 32),
        Inputs::Trials(trials) => trials.len().max(4),
    });
    match (initial, inputs) {
        (Some(x), Inputs::Trials(trials)) => {
            Mat::from_fn(n, trials.len().max(x.ncols()), |i, j| x[(i, j % x.ncols())])
        }
        (Some(x), Inputs::Constant(_)) => x.clone(),
        // Networks are trained from the zero state: it is the first, random ones follow.
        (None, Inputs::Trials(_)) => {
            let random = random_states(system, count, config.seed);
            Mat::from_fn(n, count, |i, j| if j == 0 { 0.0 } else { random[(i, j)] })
        }
        (None, Inputs::Constant(_)) => random_states(system, count, config.seed),
    }
}

/// y = D x + b for each state, by output.
fn read_out(r: &Readout, states: &[&[f64]]) -> Vec<(String, Vec<f64>)> {
    let n = r.weight.ncols();
    let y = r.outputs(Mat::from_fn(n, states.len(), |i, t| states[t][i]).as_ref());
    (0..y.nrows()).map(|o| (format!("output{o}"), y.row(o).iter().copied().collect())).collect()
}

impl NoComponents {
    /// What is wrong, and what may help.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Constant => {
                "the trajectories do not vary, so there are no principal components: give --inputs or --initial"
            }
            Self::Diverged => {
                "the trajectories grow beyond the finite numbers, so there are no principal components"
            }
        }
    }
}

fn on_plane(pca: &Pca, x: &[f64]) -> [f64; 2] {
    let p = pca.project(x, 2);
    [p[0], p[1]]
}
