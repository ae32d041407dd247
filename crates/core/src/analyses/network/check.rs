//! What is wrong with a network's settings before anything is computed.

use crate::analyses::{Error, Module, NetworkSettings, fits};
use crate::diagnostics::dynamics::trajectories::Inputs;
use faer::Mat;

/// Options that contradict each other.
pub(super) fn together(settings: &NetworkSettings, modules: &[Module]) -> Result<(), Error> {
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
    for (option, given) in
        [("--horizon", settings.horizon.is_some()), ("--terminal", settings.terminal.is_some())]
    {
        if given && !modules.contains(&Module::Adjoint) {
            return Err(Error::Config(format!(
                "{option} goes with the module adjoint, which was not asked for"
            )));
        }
    }
    Ok(())
}

/// Whether trajectories of `steps` steps, and the starts of the search, have room as `n` state variables.
pub(super) fn room(
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
