//! Trials of a network: what it is shown, what it should say, and what is known of each trial.

mod arrays;
mod labelled;
mod names;
mod rows;
mod write;

pub use names::{Map, Role};
pub use write::{Beside, write};

use super::Error;
use super::activity::Target;
use faer::Mat;
use std::path::Path;

/// One trial of T steps.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What the network is shown, d x T.
    pub inputs: Mat<f64>,
    /// What its outputs should be after each step, o x T; NaN where nothing is asked.
    pub targets: Option<Mat<f64>>,
    /// The class that it should choose at each step; NaN where none is asked.
    pub classes: Option<Vec<f64>>,
    /// The weight of each step in the loss; 0 where the outputs are free.
    pub weights: Option<Vec<f64>>,
    /// The state before the first step, n.
    pub initial: Option<Vec<f64>>,
}

impl Trial {
    /// Steps.
    pub fn steps(&self) -> usize {
        self.inputs.ncols()
    }
}

/// Trials, as a file holds them.
pub struct Trials {
    /// The trials, in the order of the file.
    pub trials: Vec<Trial>,
    /// What is known of each trial: one value a trial.
    pub labels: Vec<Target>,
    /// What is known of each step: one value a step, trial after trial.
    pub steps: Vec<Target>,
    /// What the trials are called, and by which array or column; none where nothing says it.
    pub names: Option<(String, Vec<String>)>,
    /// The label that is said to tell conditions apart.
    pub told: Option<String>,
    /// Constant inputs at which fixed points are sought, beside those that trials hold, d numbers each.
    pub hold: Vec<Vec<f64>>,
    /// What was understood of the file, for the reader.
    pub notes: Vec<String>,
}

impl Trials {
    /// All inputs.
    pub fn inputs(&self) -> Vec<Mat<f64>> {
        self.trials.iter().map(|t| t.inputs.clone()).collect()
    }

    /// The states from which the trials start, n x trials, zero where the file says nothing; none where it says nothing of any.
    pub fn initial(&self, n: usize) -> Option<Mat<f64>> {
        self.trials.iter().any(|t| t.initial.is_some()).then(|| {
            Mat::from_fn(n, self.trials.len(), |i, k| self.trials[k].initial.as_ref().map_or(0.0, |x| x[i]))
        })
    }

    /// The label that tells conditions apart: the one that is said to, the one of a usual name, or else the first that is one.
    pub fn condition(&self) -> Option<&Target> {
        if let Some(name) = &self.told {
            return self.labels.iter().find(|t| t.name == *name);
        }
        let usable = |t: &&Target| t.labels().is_some();
        let named = |t: &&Target| names::role(&t.name) == Some(Role::Condition);
        self.labels.iter().filter(usable).find(named).or_else(|| self.labels.iter().find(usable))
    }
}

/// Whether a column of that name tells trials apart.
pub(super) fn is_trial(name: &str) -> bool {
    names::role(name) == Some(Role::Trial)
}

/// Reads trials for a network of `d` inputs, `n` state variables and `o` outputs (0: it has no read-out).
///
/// An npz, a folder of npy files, or one npy: arrays `inputs` (trials x steps x d; of one input also trials x steps, of one
/// trial steps x d), `targets` (trials x steps x o; trials x steps or trials where they are classes), `mask` (trials x steps,
/// or x o), `initial` (trials x n), `lengths` (trials), `hold` (any number x d); every other array of one value a trial is a label, of one value a
/// step a label of steps. A table: a row a step, a column of trials, columns of inputs, targets and labels. Steps at the end of
/// a trial whose inputs are all missing are no steps. `labels` is a table of further labels, a row for each trial.
///
/// # Errors
/// Files that cannot be read; arrays whose shapes do not fit each other or the network, by name, with what was expected; labels that
/// lack trials, or have one twice.
pub fn read(path: &Path, labels: Option<&Path>, map: &Map, [d, n, o]: [usize; 3]) -> Result<Trials, Error> {
    if d == 0 {
        return Err(Error::Config("--trials: this network has no inputs; give --initial instead".into()));
    }
    let mut trials = if path.is_dir() || arrays::holds(path)? {
        arrays::read(path, map, [d, n, o])?
    } else if map.time_major {
        let message =
            format!("--time-major: {} is a table, whose rows say which trial they are of", path.display());
        return Err(Error::Config(message));
    } else {
        rows::read(path, map, [d, o])?
    };
    if trials.trials.is_empty() {
        return Err(Error::input(path, "holds no trial"));
    }
    if let Some(table) = labels {
        trials.label(path, table)?;
    }
    trials.tell(path, map)?;
    Ok(trials)
}

/// Refuses a trial whose inputs, initial state or classes are no such numbers, and cuts off steps at its end whose inputs are all missing.
fn finished(
    path: &Path,
    k: usize,
    mut trial: Trial,
    length: Option<usize>,
    outputs: usize,
) -> Result<Trial, Error> {
    let padded = |t: usize| trial.inputs.col(t).iter().all(|v| v.is_nan());
    let mut steps = length.unwrap_or(trial.steps());
    if length.is_none() {
        while steps > 0 && padded(steps - 1) {
            steps -= 1;
        }
    }
    if steps == 0 {
        return Err(Error::input(path, format!("trial {} has no step: all its inputs are missing", k + 1)));
    }
    for t in 0..steps {
        if let Some((i, v)) = trial.inputs.col(t).iter().enumerate().find(|(_, v)| !v.is_finite()) {
            let message = format!(
                "trial {}, step {}, input {}: {v}, expected a finite number (steps at a trial's end whose inputs are all \
                 missing are left out)",
                k + 1,
                t + 1,
                i + 1
            );
            return Err(Error::input(path, message));
        }
    }
    if let Some(v) = trial.initial.iter().flatten().find(|v| !v.is_finite()) {
        return Err(Error::input(
            path,
            format!("trial {}: {v} in its initial state, expected finite numbers", k + 1),
        ));
    }
    let class = |v: &f64| v.is_nan() || (v.fract() == 0.0 && (0.0..outputs as f64).contains(v));
    if let Some(v) = trial.classes.iter().flatten().find(|v| !class(v)) {
        let message =
            format!("trial {}: class {v}, expected whole numbers from 0 to {}", k + 1, outputs.max(1) - 1);
        return Err(Error::input(path, message));
    }
    trial.inputs = trial.inputs.subcols(0, steps).to_owned();
    trial.targets = trial.targets.map(|m| m.subcols(0, steps).to_owned());
    for values in [&mut trial.classes, &mut trial.weights].into_iter().flatten() {
        values.truncate(steps);
    }
    if let Some(w) = trial.weights.as_ref().and_then(|w| w.iter().find(|w| !(w.is_finite() && **w >= 0.0))) {
        let message = format!("trial {}: a mask of {w}, expected weights of 0 or more", k + 1);
        return Err(Error::input(path, message));
    }
    Ok(trial)
}
