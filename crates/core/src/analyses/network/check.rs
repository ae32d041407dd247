//! What is wrong with a network's settings before anything is computed.

use super::{asked, continuation};
use crate::analyses::trials::{self, Trials};
use crate::analyses::{Config, Error, Module, NetworkSettings, fits, tables};
use crate::diagnostics::dynamics::trajectories::Inputs;
use crate::io::shown::count;
use crate::systems::checkpoint::Network;
use faer::Mat;

/// What the user gives beside the network.
pub(super) struct Given {
    /// The constant input of fixed points and flow fields.
    pub input: Vec<f64>,
    pub inputs: Inputs,
    pub initial: Option<Mat<f64>>,
    pub trials: Option<Trials>,
    /// Steps of a trajectory.
    pub steps: usize,
}

/// Reads what the user gives beside the network, and checks all of it.
pub(super) fn given(network: &Network, config: &Config, modules: &[Module]) -> Result<Given, Error> {
    let settings = &config.network;
    let (n, d) = (network.system.step().dim(), network.inputs);
    let input = settings.input.clone().unwrap_or_else(|| vec![0.0; d]);
    if input.len() != d {
        let message = format!(
            "--input has {}, expected {d}, one for each input of the network",
            count(input.len(), "value")
        );
        return Err(Error::Config(message));
    }
    together(settings, modules)?;
    if let Some(k) = settings.exponents.filter(|k| *k > n) {
        let message =
            format!("--exponents {k}: the network has {}, and as many exponents", count(n, "state variable"));
        return Err(Error::Config(message));
    }
    silent(config, modules)?;
    let outputs = network.readout.as_ref().map_or(0, |r| r.weight.nrows());
    let labels = config.recording.labels.as_deref();
    let trials =
        settings.trials.as_ref().map(|path| trials::read(path, labels, &settings.map, [d, n, outputs]));
    let trials = trials.transpose()?;
    let inputs = match (&trials, &settings.inputs) {
        (Some(trials), _) => Inputs::Trials(trials.inputs()),
        (None, Some(path)) => Inputs::Trials(tables::inputs(path, d)?),
        (None, None) => Inputs::Constant(input.clone()),
    };
    let initial = match &trials {
        // Networks are trained from the zero state, or where they rest, unless their trials say otherwise.
        Some(t) => Some(t.initial(n).unwrap_or_else(|| at_rest(network, t.trials.len()))),
        None => settings.initial.as_ref().map(|path| tables::initial(path, n)).transpose()?,
    };
    let steps = settings.length.unwrap_or(if network.cell.is_flow() { 500 } else { 200 });
    continuation::usable(settings, network, &input)?;
    room(settings, &inputs, initial.as_ref(), steps, n)?;
    Ok(Given { input, inputs, initial, trials, steps })
}

/// As many states in which a trial begins.
fn at_rest(network: &Network, count: usize) -> Mat<f64> {
    let rule = network.system.step();
    let mut x = Mat::zeros(rule.dim(), count);
    (0..count).for_each(|j| rule.rest(crate::linalg::col_mut(x.as_mut(), j)));
    x
}

/// Everything that can be wrong with what is given beside a network, without the analysis.
pub(in crate::analyses) fn usable(network: &Network, config: &Config) -> Result<(), Error> {
    given(network, config, &asked(config)?)?;
    match &config.network.terminal {
        Some(path) => tables::terminal(path, network.system.step().dim()).map(drop),
        None => Ok(()),
    }
}

/// Options that contradict each other.
fn together(settings: &NetworkSettings, modules: &[Module]) -> Result<(), Error> {
    for (option, given, other) in [
        ("--trajectories", settings.trajectories.is_some() && settings.initial.is_some(), "--initial"),
        ("--length", settings.length.is_some() && settings.inputs.is_some(), "--inputs"),
        ("--inputs", settings.inputs.is_some() && settings.trials.is_some(), "--trials"),
        ("--initial", settings.initial.is_some() && settings.trials.is_some(), "--trials"),
        ("--length", settings.length.is_some() && settings.trials.is_some(), "--trials"),
        ("--trajectories", settings.trajectories.is_some() && settings.trials.is_some(), "--trials"),
    ] {
        if given {
            return Err(Error::Config(format!("{option} does not go with {other}, which decides it")));
        }
    }
    let s = settings;
    let search: &[Module] = &[Module::FixedPoints, Module::FlowField];
    let exponents: &[Module] = &[Module::Lyapunov, Module::Covariant, Module::Adjoint];
    let settling: &[Module] = &[Module::Lyapunov, Module::Covariant, Module::Adjoint, Module::Cycles];
    let orbits: &[Module] =
        &[Module::Trajectories, Module::Pca, Module::FixedPoints, Module::FlowField, Module::Clusters];
    for (option, given, wanted) in [
        ("--horizon", s.horizon.is_some(), &[Module::Adjoint][..]),
        ("--terminal", s.terminal.is_some(), &[Module::Adjoint]),
        ("--starts", s.starts.is_some(), search),
        ("--noise", s.noise.is_some(), search),
        ("--slow-threshold", s.slow_threshold.is_some(), search),
        ("--continue", !s.continuation.asked.is_empty(), &[Module::FixedPoints]),
        ("--manifolds", s.continuation.manifolds.is_some(), &[Module::FixedPoints]),
        ("--exponents", s.exponents.is_some(), exponents),
        ("--steps", s.steps.is_some(), exponents),
        ("--tol", s.tol.is_some(), exponents),
        ("--warmup", s.warmup.is_some(), settling),
        ("--trajectories", s.trajectories.is_some(), orbits),
        ("--length", s.length.is_some(), orbits),
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

/// Whether what is asked of a network left alone can be done.
fn silent(config: &Config, modules: &[Module]) -> Result<(), Error> {
    let asked = modules.contains(&Module::Comparison);
    let message = match config.recording.beside.silent {
        true if !asked => "--silent goes with the module comparison, which was not asked for",
        true if config.network.trials.is_none() => {
            "--silent goes with --trials, after each of which the network is left alone"
        }
        false if asked && config.modules.is_some() => {
            "--modules comparison: of a network it needs --silent and --trials"
        }
        _ => return Ok(()),
    };
    Err(Error::Config(message.into()))
}

/// Whether trajectories of `steps` steps, and the starts of the search, have room as `n` state variables.
fn room(
    settings: &NetworkSettings,
    inputs: &Inputs,
    initial: Option<&Mat<f64>>,
    steps: usize,
    n: usize,
) -> Result<(), Error> {
    let variables = ("state variables", n);
    let length = match inputs {
        Inputs::Constant(_) => ("--length", steps),
        Inputs::Trials(trials) => ("steps of input", trials.iter().map(Mat::ncols).max().unwrap_or(0)),
    };
    let count = match (settings.trajectories, initial) {
        (Some(count), _) => ("--trajectories", count),
        (None, x) => ("trajectories", x.map_or(4, Mat::ncols)),
    };
    // Their states, and all of them side by side.
    if settings.trajectories.is_some() || settings.length.is_some() {
        fits("the states", &[count, length, variables], 16)?;
    }
    match settings.starts {
        Some(starts) => fits("the search of fixed points", &[("--starts", starts), variables], 64),
        None => Ok(()),
    }
}
