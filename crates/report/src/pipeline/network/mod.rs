//! The diagnostics of a network, in order, each rendered.

mod check;
mod clusters;
mod components;
mod cycles;
mod facts;
mod points;
mod sensitivity;

use super::analyses;
use super::failed::{self, Failed};
use super::{Config, Diagnosed, Error, Module, NetworkSettings, Observer, tables};
use crate::sections::{self, Context, Rendered};
use faer::Mat;
use nullcline_core::diagnostics::dynamics::lyapunov::{self, Drive, Lyapunov};
use nullcline_core::diagnostics::dynamics::recurrent::recurrent;
use nullcline_core::diagnostics::dynamics::trajectories::{
    Inputs, Trajectories, random_states, trajectories,
};
use nullcline_core::diagnostics::geometry::pca::{Pca, pca};
use nullcline_core::linalg::col;
use nullcline_core::systems::checkpoint::{Network, Readout};
use nullcline_core::systems::time::System;
use std::sync::OnceLock;

/// Numbers written at most for the states along trajectories.
const CELLS: usize = 2_000_000;

/// Steps of input below which exponents come with a warning.
const SHORT: usize = 200;

/// Everything the modules of one network share.
struct Run<'a> {
    network: &'a Network,
    settings: &'a NetworkSettings,
    seed: u64,
    context: Context,
    /// The constant input of fixed points and flow fields.
    input: Vec<f64>,
    inputs: Inputs,
    /// Initial states given by the user.
    initial: Option<Mat<f64>>,
    orbits: Trajectories,
    pca: Option<Pca>,
    /// The spectra, once they are known.
    spectra: OnceLock<Lyapunov>,
}

pub(super) fn diagnose(
    network: &Network,
    config: &Config,
    observer: &dyn Observer,
) -> Result<Diagnosed, Error> {
    let modules = chosen(config, &Module::NETWORK)?;
    analyses::check(&config.analyses, &modules)?;
    let run = Run::prepare(network, config, &modules, observer)?;
    let mut all = Gathered::default();
    run.motion(config, &modules, &mut all, observer)?;
    run.rest(config, &modules, &mut all, observer)?;
    run.states(config, &modules, &mut all)?;
    let Gathered { mut done, findings, mut warnings, failed } = all;
    done.sort_by_key(|(m, _)| *m);
    let failed = failed.unless(done.is_empty())?;
    if !run.orbits.diverged.is_empty() {
        warnings
            .extend(facts::coarse(network).map(|why| format!("Trajectories grow without bounds: {why}.")));
    }
    warnings.extend(failed::warnings(&failed));
    warnings.extend(network.notes.iter().filter(|n| n.contains("assumed")).cloned());
    warnings.extend(network.said.iter().cloned());
    Ok(Diagnosed {
        subject: network.describe(),
        facts: facts::facts(network),
        input: facts::input(network, config),
        findings,
        warnings,
        failed,
        modules: done,
    })
}

/// What the modules have given so far.
#[derive(Default)]
struct Gathered {
    done: Vec<(Module, Rendered)>,
    findings: Vec<String>,
    warnings: Vec<String>,
    failed: Failed,
}

impl Gathered {
    /// Adds what a module found, or that its numbers failed.
    fn add(&mut self, module: Module, found: Result<(String, Rendered), Error>) -> Result<(), Error> {
        if let Some((finding, rendered)) = self.failed.or(module, found)? {
            self.findings.push(finding);
            self.done.push((module, rendered));
        }
        Ok(())
    }
}

/// The modules asked for, or all that apply.
pub(super) fn chosen(config: &Config, all: &[Module]) -> Result<Vec<Module>, Error> {
    let Some(asked) = &config.modules else {
        // Most networks have no cycle, and closing one costs n^3 a step; a tree of units is for who asks.
        return Ok(all.iter().copied().filter(|m| !matches!(m, Module::Cycles | Module::Clusters)).collect());
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
        observer: &dyn Observer,
    ) -> Result<Self, Error> {
        let settings = &config.network;
        let system = network.system.as_ref();
        let (n, d) = (system.step().dim(), network.inputs);
        let input = settings.input.clone().unwrap_or_else(|| vec![0.0; d]);
        if input.len() != d {
            let message = format!(
                "--input has {}, expected {d}, one for each input of the network",
                sections::words::count(input.len(), "value")
            );
            return Err(Error::Config(message));
        }
        check::together(settings, modules)?;
        let inputs = match &settings.inputs {
            Some(path) => Inputs::Trials(tables::inputs(path, d)?),
            None => Inputs::Constant(input.clone()),
        };
        let initial = settings.initial.as_ref().map(|path| tables::initial(path, n)).transpose()?;
        let steps = settings.length.unwrap_or(if network.cell.is_flow() { 500 } else { 200 });
        check::room(settings, &inputs, initial.as_ref(), steps, n)?;
        let start = starts(system, config, &inputs, initial.as_ref(), steps);
        observer.start("trajectories", 0);
        // Exponents and spectra of the weights need neither.
        let idle = !modules.iter().any(|m| {
            matches!(
                m,
                Module::FixedPoints
                    | Module::Pca
                    | Module::FlowField
                    | Module::Trajectories
                    | Module::Clusters
            )
        });
        let start = if idle { Mat::zeros(n, 0) } else { start };
        let orbits = trajectories(system, start.as_ref(), &inputs, steps);
        let pca = if idle { None } else { pca(orbits.pooled().as_ref()) };
        observer.finish();
        let steps = (system.time_step() - 1.0).abs() < f64::EPSILON && !system.is_flow();
        let spectra = OnceLock::new();
        let context = Context { names: network.state_names.clone(), steps, flow: system.is_flow() };
        Ok(Self {
            network,
            settings,
            seed: config.seed,
            context,
            input,
            inputs,
            initial,
            orbits,
            pca,
            spectra,
        })
    }

    /// Exponents and what needs them: they come first, cycles are sought where orbits ended.
    fn motion(
        &self,
        config: &Config,
        modules: &[Module],
        all: &mut Gathered,
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        let wants = |m: &Module| modules.contains(m);
        if wants(&Module::Lyapunov) {
            all.add(Module::Lyapunov, self.lyapunov(observer))?;
        }
        for module in [Module::Covariant, Module::Adjoint].into_iter().filter(wants) {
            let found = self.sensitivity(module, config.modules.is_some(), observer);
            if let Some((finding, rendered)) = all.failed.or(module, found)? {
                all.findings.extend(finding);
                all.done.extend(rendered.map(|r| (module, r)));
            }
        }
        if wants(&Module::Cycles) {
            all.add(Module::Cycles, self.cycles(observer))?;
        }
        Ok(())
    }

    /// Fixed points, components and the flow in their plane.
    fn rest(
        &self,
        config: &Config,
        modules: &[Module],
        all: &mut Gathered,
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        let wants = |m| modules.contains(&m);
        let points = (wants(Module::FixedPoints) || wants(Module::FlowField)).then(|| self.search(observer));
        if wants(Module::FixedPoints)
            && let Some(points) = &points
        {
            let found = sections::describe_points(points);
            let found =
                if self.driven() { format!("Under the constant input alone: {found}") } else { found };
            all.findings.push(found);
            all.done.push((Module::FixedPoints, self.fixed_points(points)?));
        }
        if wants(Module::Pca) {
            match &self.pca {
                Some(pca) => {
                    all.findings.push(self.spans(pca));
                    all.done.push((Module::Pca, self.components(pca, points.as_ref())?));
                }
                None => self.no_components(config, all),
            }
        }
        if wants(Module::FlowField) {
            match (&self.pca, &points) {
                (Some(pca), Some(points)) if pca.components.ncols() >= 2 => {
                    all.done.push((Module::FlowField, self.flow_field(pca, points)?));
                }
                _ if config.modules.is_none() => {}
                _ => all.warnings.push("No flow field: the states do not span a plane.".into()),
            }
        }
        Ok(())
    }

    /// Says why there are no principal components.
    fn no_components(&self, config: &Config, all: &mut Gathered) {
        let why = if self.orbits.diverged.is_empty() {
            "the trajectories do not vary, so there are no principal components: give --inputs or --initial"
        } else {
            "the trajectories grow beyond the finite numbers, so there are no principal components"
        };
        match config.modules.is_some() {
            true => all.failed.add(Module::Pca, format!("{why}, or leave pca out of --modules")),
            false => all.warnings.push(format!("No dimensions: {why}.")),
        }
    }

    /// Trajectories, and spectra and clusters of the weights.
    fn states(&self, config: &Config, modules: &[Module], all: &mut Gathered) -> Result<(), Error> {
        let wants = |m| modules.contains(&m);
        if wants(Module::Trajectories) {
            let intro = format!("States along {}.", self.source());
            let rendered = sections::trajectories(&self.orbits, &self.context, &intro, &self.outputs())?;
            all.done.push((Module::Trajectories, rendered));
        }
        if wants(Module::Recurrent) {
            match recurrent(&self.network.recurrent) {
                Some(spectra) => all.done.push((Module::Recurrent, sections::recurrent(&spectra)?)),
                None => all.failed.add(
                    Module::Recurrent,
                    "the eigenvalues of the recurrent matrix did not converge".into(),
                ),
            }
        }
        if wants(Module::Clusters) {
            all.add(Module::Clusters, self.clusters(&config.analyses))?;
        }
        Ok(())
    }

    /// Whether the input varies in time.
    fn driven(&self) -> bool {
        matches!(self.inputs, Inputs::Trials(_))
    }

    /// Where the states come from, in words.
    fn source(&self) -> String {
        let count = sections::words::count(self.orbits.states.len(), "trajectory")
            .replace("trajectorys", "trajectories");
        let from = if self.initial.is_some() { "the given initial states" } else { "random initial states" };
        match &self.inputs {
            Inputs::Trials(_) => format!("{count} from {from} under the given inputs"),
            Inputs::Constant(u) if u.iter().all(|v| *v == 0.0) => {
                format!("{count} from {from} without input")
            }
            Inputs::Constant(_) => format!("{count} from {from} under the constant input"),
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
            Some(x) => x.clone(),
            None => random_states(self.network.system.as_ref(), count, self.seed),
        }
    }

    /// What drives the exponents: the constant input, or the longest of the sequences.
    fn drive(&self) -> Drive<'_> {
        match &self.inputs {
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

    fn lyapunov(&self, observer: &dyn Observer) -> Result<(String, Rendered), Error> {
        let system = self.network.system.as_ref();
        let n = system.step().dim();
        let initial = self.lyapunov_states(n);
        let (drive, driven, s) = (self.drive(), self.driven(), self.settings);
        let k = s.exponents.unwrap_or(if n > 1000 { 100 } else { n });
        let options = self.exponent_options(&drive, k, initial.ncols(), 50_000);
        let discarded = options.warmup + options.align;
        observer.start("Lyapunov exponents", 100);
        let result = lyapunov::lyapunov(system, initial.as_ref(), &drive, &options, &|p| {
            observer.at((100 * p.steps / p.max_steps.max(1)) as u64);
        });
        let result = result.map_err(|e| match (facts::coarse(self.network), &e) {
            (Some(why), lyapunov::Error::AllDiverged { .. }) => {
                Error::Numbers(format!("the Lyapunov exponents: {e}; {why}"))
            }
            _ => e.into(),
        })?;
        observer.finish();
        let mut rendered = sections::lyapunov(&result, &self.context, driven)?;
        if let Inputs::Trials(trials) = &self.inputs
            && trials.len() > 1
        {
            rendered.warnings.push(format!(
                "The exponents are those along the longest of the {} input sequences.",
                trials.len()
            ));
        }
        if let Drive::Sequence(u) = drive
            && let recorded = u.ncols() - discarded
            && recorded < SHORT
        {
            let steps = sections::words::count(recorded, "step");
            let warning =
                format!("The exponents are over {steps} of input alone: those of a longer input may differ.");
            rendered.section.notes.push(warning.clone());
            rendered.warnings.push(warning);
        }
        if s.exponents.is_none() && k < n {
            let note = format!("The {k} largest of {n} exponents were computed (--exponents {n} for all).");
            rendered.section.notes.push(note);
        }
        let finding = sections::describe_exponents(&result, &self.context, driven);
        let _ = self.spectra.set(result);
        Ok((finding, rendered))
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
    let value = |o: usize, x: &[f64]| {
        r.bias[o] + x.iter().enumerate().map(|(i, x)| r.weight[(o, i)] * x).sum::<f64>()
    };
    (0..r.weight.nrows())
        .map(|o| (format!("output{o}"), states.iter().map(|x| value(o, x)).collect()))
        .collect()
}

fn on_plane(pca: &Pca, x: &[f64]) -> [f64; 2] {
    let p = pca.project(x, 2);
    [p[0], p[1]]
}
