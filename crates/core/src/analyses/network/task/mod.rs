//! What a network does at its task.

mod activity;
mod followed;
mod growth;
mod held;
mod score;
mod settled;

pub use growth::{Growth, Phase};
pub use held::{HeldInput, HeldInputs, held_inputs};
pub use score::{Asked, Score, Scoring};
pub use settled::{Ending, Endings};

use super::Run;
use super::components::in_space;
use crate::analyses::trials::Trials;
use crate::linalg::col;
use crate::numbers::Estimate;
use faer::{Mat, MatRef};

/// Conditions that are told apart in figures, at most.
const CONDITIONS: usize = 12;
/// Trials whose states are drawn.
const SHOWN: usize = 60;
/// Trials shown whole.
const EXAMPLES: usize = 4;

/// How the trials of one condition went.
#[derive(Clone, Debug)]
pub struct OfCondition {
    /// The condition; empty where there is none.
    pub name: String,
    /// Its trials.
    pub trials: usize,
    /// Mean loss over them.
    pub loss: Estimate,
    /// Mean share of steps that are right.
    pub right: Estimate,
}

/// One output over time in one condition.
#[derive(Clone, Debug)]
pub struct Course {
    /// The condition.
    pub condition: String,
    /// The output.
    pub output: usize,
    /// Its mean over the trials that are as long, step by step.
    pub mean: Vec<Estimate>,
    /// The mean target, NaN where none is asked; none without targets.
    pub target: Option<Vec<f64>>,
}

/// A trial as it went.
#[derive(Clone, Debug)]
pub struct Example {
    /// Which.
    pub trial: usize,
    /// Its condition.
    pub condition: String,
    /// Inputs, d x T.
    pub inputs: Mat<f64>,
    /// Outputs, o x T.
    pub outputs: Mat<f64>,
    /// Targets, o x T.
    pub targets: Option<Mat<f64>>,
}

/// States in the space of the first three components of all of them.
#[derive(Clone, Debug)]
pub struct InSpace {
    /// Share of the variance along each axis.
    pub shares: Vec<f64>,
    /// The mean state of each condition over time, from before the first step on, over the trials that are as long.
    pub averages: Vec<(String, Vec<[f64; 3]>)>,
    /// The first trials, each with the number of its condition.
    pub trials: Vec<(Option<usize>, Vec<[f64; 3]>)>,
}

/// What a network does in its trials.
pub struct AtTask {
    /// Trials.
    pub trials: usize,
    /// Steps of the shortest and the longest trial.
    pub steps: [usize; 2],
    /// What the outputs are held against.
    pub asked: Asked,
    /// The values that an output's target has, where they are few: an output is right nearest to that of its target.
    pub levels: Option<Vec<Vec<f64>>>,
    /// Mean loss over trials.
    pub loss: Estimate,
    /// The same of outputs that never change: their targets' mean, or the classes' shares; none where nothing is asked.
    pub constant: Option<f64>,
    /// Mean share of steps that are right.
    pub right: Estimate,
    /// Trials that are right on every step that counts, of those that ask something.
    pub all_right: Option<[usize; 2]>,
    /// The label that tells conditions apart.
    pub condition: Option<String>,
    /// Condition by condition.
    pub conditions: Vec<OfCondition>,
    /// Outputs over time, condition by condition.
    pub courses: Vec<Course>,
    /// Some trials whole.
    pub examples: Vec<Example>,
    /// Each trial's condition and score.
    pub scores: Vec<(String, Score)>,
    /// States by condition; none where there is no second component.
    pub space: Option<InSpace>,
    /// Where trials end that are left alone.
    pub endings: Option<Endings>,
    /// How perturbations grow along trials.
    pub growth: Vec<Growth>,
    /// Time of a step.
    pub time_step: f64,
    /// What was understood of the file.
    pub notes: Vec<String>,
}

/// The condition of each trial, and all conditions in order.
pub(super) struct Conditions {
    pub label: Option<String>,
    pub names: Vec<String>,
    pub of: Vec<Option<usize>>,
}

impl Conditions {
    pub fn new(trials: &Trials) -> Self {
        let none =
            || Self { label: None, names: vec![String::new()], of: vec![Some(0); trials.trials.len()] };
        let Some(label) = trials.condition() else { return none() };
        let Some((names, codes)) = label.labels() else { return none() };
        if names.len() > CONDITIONS {
            return none();
        }
        let of = codes.iter().map(|c| c.is_finite().then_some(*c as usize)).collect();
        Self { label: Some(label.name.clone()), names, of }
    }

    pub fn name(&self, trial: usize) -> String {
        self.of[trial].map_or_else(String::new, |c| self.names[c].clone())
    }

    /// Trials of condition `c`.
    pub fn trials(&self, c: usize) -> Vec<usize> {
        (0..self.of.len()).filter(|k| self.of[*k] == Some(c)).collect()
    }
}

impl Run<'_> {
    /// Outputs after each step of every trial, o x T.
    fn trial_outputs(&self) -> Option<Vec<Mat<f64>>> {
        let r = self.network.readout.as_ref()?;
        let range = self.network.architecture.output();
        Some(
            self.orbits
                .states
                .iter()
                .map(|s| r.outputs(s.as_ref().subrows(range.start, range.len()).subcols(1, s.ncols() - 1)))
                .collect(),
        )
    }

    /// What the network does in its trials; none where no trials are given.
    pub(super) fn at_task(&self) -> Option<AtTask> {
        let trials = self.trials.as_ref()?;
        let conditions = Conditions::new(trials);
        let outputs = self.trial_outputs();
        let scoring = Scoring::of(&trials.trials);
        let asked = if outputs.is_some() { scoring.asked } else { Asked::Nothing };
        let scores: Vec<Score> =
            outputs.iter().flatten().zip(&trials.trials).map(|(y, t)| scoring.score(t, y.as_ref())).collect();
        let told = |k: &usize| scores[*k].counted > 0;
        let all: Vec<usize> = (0..scores.len()).filter(told).collect();
        let right = |of: &[usize]| Estimate::mean(of.iter().map(|k| scores[*k].right));
        let loss = |of: &[usize]| Estimate::mean(of.iter().map(|k| scores[*k].loss));
        let of_condition = |c: usize| {
            let own = conditions.trials(c);
            let asked: Vec<usize> =
                own.iter().copied().filter(|k| scores.get(*k).is_some_and(|s| s.counted > 0)).collect();
            OfCondition {
                name: conditions.names[c].clone(),
                trials: own.len(),
                loss: loss(&asked),
                right: right(&asked),
            }
        };
        let judged = asked == Asked::Classes || (asked == Asked::Values && scoring.levels.is_some());
        let (mut courses, mut examples) = (vec![], vec![]);
        if let Some(outputs) = &outputs {
            for c in 0..conditions.names.len() {
                courses.extend(self.courses(trials, outputs, &conditions, c));
            }
            examples = self.examples(trials, outputs, &conditions);
        }
        let lengths = || trials.trials.iter().map(crate::analyses::trials::Trial::steps);
        Some(AtTask {
            trials: trials.trials.len(),
            steps: [lengths().min().unwrap_or(0), lengths().max().unwrap_or(0)],
            asked,
            levels: scoring.levels.clone().filter(|_| asked == Asked::Values),
            loss: loss(&all),
            constant: outputs.as_ref().and_then(|_| scoring.constant(&trials.trials)),
            right: right(&all),
            all_right: judged.then(|| [all.iter().filter(|k| scores[**k].right >= 1.0).count(), all.len()]),
            condition: conditions.label.clone(),
            conditions: (0..conditions.names.len()).map(of_condition).collect(),
            courses,
            examples,
            scores: scores.iter().enumerate().map(|(k, s)| (conditions.name(k), *s)).collect(),
            space: self.in_space(&conditions),
            endings: self.endings(&conditions),
            growth: self.growth(trials, &conditions),
            time_step: self.orbits.time_step,
            notes: trials.notes.clone(),
        })
    }

    /// States by condition in the space of the first components.
    fn in_space(&self, conditions: &Conditions) -> Option<InSpace> {
        let pca = self.pca.as_ref().filter(|p| p.components.ncols() >= 2)?;
        let states = &self.orbits.states;
        let line = |s: &Mat<f64>| (0..s.ncols()).map(|t| in_space(pca, col(s.as_ref(), t))).collect();
        let average = |c: usize| {
            let own = conditions.trials(c);
            let longest = own.iter().map(|k| states[*k].ncols()).max().unwrap_or(0);
            let mean = |t: usize| {
                let long: Vec<usize> = own.iter().copied().filter(|k| states[*k].ncols() > t).collect();
                let n = states[0].nrows();
                let x: Vec<f64> = (0..n)
                    .map(|i| long.iter().map(|k| states[*k][(i, t)]).sum::<f64>() / long.len() as f64)
                    .collect();
                in_space(pca, &x)
            };
            (conditions.names[c].clone(), (0..longest).map(mean).collect())
        };
        let some = 0..states.len().min(SHOWN);
        Some(InSpace {
            shares: pca.explained_variance_ratio.iter().copied().take(3).collect(),
            averages: (0..conditions.names.len()).map(average).collect(),
            trials: some.map(|k| (conditions.of[k], line(&states[k]))).collect(),
        })
    }

    /// The outputs of condition `c` over time.
    fn courses(
        &self,
        trials: &Trials,
        outputs: &[Mat<f64>],
        conditions: &Conditions,
        c: usize,
    ) -> Vec<Course> {
        let own = conditions.trials(c);
        let (o, longest) = (
            outputs.first().map_or(0, Mat::nrows),
            own.iter().map(|k| outputs[*k].ncols()).max().unwrap_or(0),
        );
        let long = |t: usize| own.iter().filter(move |k| outputs[**k].ncols() > t);
        let mean = |t: usize, of: &dyn Fn(usize) -> f64| Estimate::mean(long(t).map(|k| of(*k)));
        let target = |i: usize, t: usize| {
            let of = |k: usize| {
                let trial = &trials.trials[k];
                let counted = trial.weights.as_ref().is_none_or(|w| w[t] > 0.0);
                trial.targets.as_ref().filter(|_| counted).map_or(f64::NAN, |y| y[(i, t)])
            };
            let all: Vec<f64> = long(t).map(|k| of(*k)).collect();
            // A mean over some of the trials would be beside a mean over all.
            if all.iter().all(|v| v.is_finite()) {
                all.iter().sum::<f64>() / all.len() as f64
            } else {
                f64::NAN
            }
        };
        let asked = trials.trials.iter().any(|t| t.targets.is_some());
        (0..o)
            .map(|i| Course {
                condition: conditions.names[c].clone(),
                output: i,
                mean: (0..longest).map(|t| mean(t, &|k| outputs[k][(i, t)])).collect(),
                target: asked.then(|| (0..longest).map(|t| target(i, t)).collect()),
            })
            .collect()
    }

    /// The first trial of each of the first conditions, and further ones up to four.
    fn examples(&self, trials: &Trials, outputs: &[Mat<f64>], conditions: &Conditions) -> Vec<Example> {
        let mut chosen: Vec<usize> =
            (0..conditions.names.len()).filter_map(|c| conditions.trials(c).first().copied()).collect();
        chosen.truncate(EXAMPLES);
        let further = (0..trials.trials.len()).filter(|k| !chosen.contains(k)).take(EXAMPLES - chosen.len());
        let further: Vec<usize> = further.collect();
        chosen.extend(further);
        let one = |k: usize| Example {
            trial: k,
            condition: conditions.name(k),
            inputs: trials.trials[k].inputs.clone(),
            outputs: outputs[k].clone(),
            targets: trials.trials[k].targets.clone(),
        };
        chosen.into_iter().map(one).collect()
    }
}

/// States of some steps side by side.
pub(super) fn pooled(states: &[Mat<f64>], stretches: &[(usize, std::ops::Range<usize>)]) -> Mat<f64> {
    let n = states.first().map_or(0, Mat::nrows);
    // The state after a step is the next column.
    let columns: Vec<(usize, usize)> = stretches
        .iter()
        .flat_map(|(k, range)| range.clone().map(|t| (*k, t + 1)))
        .filter(|(k, t)| *t < states[*k].ncols())
        .collect();
    let at = |c: usize| -> (MatRef<f64>, usize) { (states[columns[c].0].as_ref(), columns[c].1) };
    Mat::from_fn(n, columns.len(), |i, c| {
        let (s, t) = at(c);
        s[(i, t)]
    })
}
