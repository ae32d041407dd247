//! A training on sessions between two gradient steps, as it is kept.

use crate::analyses::Error;
use crate::analyses::training::{Kept, sealed, table, unsealed, vector};
use crate::io::tensors::Tensors;
use crate::tasks::ibl::{Ibl, Played};
use crate::training::Model;
use crate::training::episodes::{Learner, Schedule};
use crate::training::optimiser::{Method, Optimiser};
use std::path::Path;

/// Points of the training curve.
const POINTS: u64 = 100;
/// Columns of the curve in a file.
const COLUMNS: usize = 5;

/// One point of the training curve: means over the gradient steps since the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Gradient steps made.
    pub step: u64,
    /// Loss.
    pub loss: f64,
    /// Correct trials of all.
    pub accuracy: f64,
    /// Trials with an action.
    pub acted: f64,
    /// Steps a trial.
    pub steps_per_trial: f64,
}

/// Where a training is, with a copy of the network's parameters after the last step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Course {
    theta: Vec<f64>,
    optimiser: Optimiser,
    pub(super) curve: Vec<CurvePoint>,
    /// Since the last point: the loss, steps, and trials, correct ones, answered ones, steps of trials.
    sums: [f64; 6],
}

impl Course {
    pub(super) fn new(model: &Model<f64>, method: Method) -> Self {
        let mut theta = vec![0.0; model.parameter_count()];
        model.read_params(&mut theta);
        Self { optimiser: Optimiser::new(method, theta.len()), theta, curve: vec![], sums: [0.0; 6] }
    }

    /// Gradient steps made.
    pub(super) fn step(&self) -> u64 {
        self.optimiser.steps
    }

    /// Gives `model` the parameters that were kept.
    ///
    /// # Errors
    /// [`Error::Config`] if they are another network's.
    pub(super) fn restore(&self, model: &mut Model<f64>) -> Result<(), Error> {
        if self.theta.len() != model.parameter_count() {
            return Err(Error::Config("--units: the progress kept is another network's".into()));
        }
        model.write_params(&self.theta);
        Ok(())
    }

    /// One gradient step of `steps`.
    ///
    /// # Errors
    /// [`Error::Numbers`] where the loss or a parameter is no longer finite.
    pub(super) fn advance(
        &mut self,
        learner: &mut Learner,
        task: &Ibl,
        schedule: &Schedule,
        steps: u64,
    ) -> Result<(), Error> {
        let step = self.step();
        let (value, played) = learner.step(task, schedule, &mut self.optimiser);
        learner.model().read_params(&mut self.theta);
        if !value.is_finite() || !self.theta.iter().all(|t| t.is_finite()) {
            let message = format!(
                "training diverged at gradient step {}; lower the rate (--rate) or clip (--clip 1)",
                step + 1
            );
            return Err(Error::Numbers(message));
        }
        let count = |f: &dyn Fn(&Played) -> usize| played.iter().map(f).sum::<usize>() as f64;
        let add = [
            value,
            1.0,
            count(&|p| p.trials.len()),
            count(&|p| p.trials.iter().filter(|t| t.correct()).count()),
            count(&|p| p.trials.iter().filter(|t| t.action.is_some()).count()),
            count(&|p| p.steps()),
        ];
        self.sums.iter_mut().zip(add).for_each(|(s, a)| *s += a);
        let every = steps.div_ceil(POINTS).max(1);
        if (step + 1).is_multiple_of(every) || step + 1 == steps {
            let [loss, made, trials, correct, answered, of_trials] = self.sums;
            self.curve.push(CurvePoint {
                step: step + 1,
                loss: loss / made,
                accuracy: correct / trials,
                acted: answered / trials,
                steps_per_trial: of_trials / trials,
            });
            self.sums = [0.0; 6];
        }
        Ok(())
    }
}

impl Kept for Course {
    type Context = Method;

    fn write(&self, path: &Path) -> Result<(), Error> {
        let mut tensors = vec![vector("theta", &self.theta)];
        for (i, moment) in self.optimiser.moments.iter().enumerate() {
            tensors.push(vector(&format!("moment{i}"), moment));
        }
        let row = |p: &CurvePoint| [p.step as f64, p.loss, p.accuracy, p.acted, p.steps_per_trial];
        tensors.push(table("curve", COLUMNS, self.curve.iter().flat_map(row).collect()));
        tensors.push(table("sums", 6, self.sums.to_vec()));
        let words = [
            ("nullcline_sessions", env!("CARGO_PKG_VERSION").to_owned()),
            ("steps", self.optimiser.steps.to_string()),
        ];
        sealed(path, &tensors, words.map(|(k, v)| (k.to_owned(), v)).into())
    }

    fn read(file: &Tensors, method: Method) -> Result<Self, String> {
        let words = unsealed(file)?;
        let tensor = |name: &str| file.get(name).ok_or_else(|| format!("tensor `{name}` is missing"));
        let theta = tensor("theta")?.data.clone();
        let mut optimiser = Optimiser::new(method, theta.len());
        let steps = words.get("steps").and_then(|s| s.parse().ok());
        optimiser.steps = steps.ok_or("metadata `steps`: expected a count")?;
        for (i, moment) in optimiser.moments.iter_mut().enumerate() {
            *moment = tensor(&format!("moment{i}"))?.data.clone();
            if moment.len() != theta.len() {
                return Err("its vectors differ in length".into());
            }
        }
        let point = |r: &[f64]| CurvePoint {
            step: r[0] as u64,
            loss: r[1],
            accuracy: r[2],
            acted: r[3],
            steps_per_trial: r[4],
        };
        let curve = tensor("curve")?.data.chunks_exact(COLUMNS).map(point).collect();
        let sums = tensor("sums")?.data[..].try_into().map_err(|_| "sums: expected six".to_owned())?;
        Ok(Self { theta, optimiser, curve, sums })
    }

    fn age(&self) -> (u64, usize, bool, bool) {
        (self.step(), self.curve.len(), false, false)
    }
}
