//! All trainings of a run, side by side, each resumable.

use super::{Network, Problem, budget};
use crate::Settings as Study;
use crate::common::*;
use nullcline_core::analyses::training::{Keeping, Plan, Precision, Trained, train_all};
use nullcline_core::systems::architecture::Architecture;
use nullcline_core::training::trainer::{Settings, Stopped};
use std::path::PathBuf;

/// The trainings of one network on one task.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The task.
    pub problem: Problem,
    /// The network.
    pub network: Network,
    /// Loss of guessing.
    pub chance: f64,
    /// Parameters of the network, with its read-out.
    pub parameters: usize,
    /// How it was trained, but for the seed.
    pub settings: Settings,
    /// One a realisation: items, initial parameters and order of its own.
    pub trained: Vec<Trained>,
}

impl Trial {
    /// Test losses in nats, one a realisation.
    pub fn losses(&self) -> Vec<f64> {
        self.trained.iter().map(|t| t.test.map_or(f64::NAN, |m| m.loss)).collect()
    }
    /// The table's quantity, one a realisation: test loss, or percent right.
    pub fn scores(&self) -> Vec<f64> {
        if !self.problem.is_accuracy() {
            return self.losses();
        }
        let right = |t: &Trained| t.test.and_then(|m| m.accuracy).map_or(f64::NAN, |a| 100.0 * a);
        self.trained.iter().map(right).collect()
    }
    /// Trainings that diverged.
    pub fn diverged(&self) -> usize {
        self.trained.iter().filter(|t| matches!(t.stopped, Stopped::Diverged { .. })).count()
    }
}

/// Trains `networks` on those of `problems` that the preset and the data allow.
///
/// # Errors
/// Files of digits that cannot be used, and those of keeping progress.
pub fn run(
    study: &Study,
    problems: &[Problem],
    networks: &[Network],
    settings: impl Fn(Problem, Network, Preset, u64) -> Settings,
    observer: &dyn Observer,
) -> Result<Vec<Trial>, Error> {
    let data = study.data.as_deref();
    let (mut trials, mut plans) = (vec![], vec![]);
    for &problem in problems.iter().filter(|p| p.runs(study.preset, data)) {
        let budget = budget::Budget::of(study.preset, problem);
        let tasks = (0..budget.realisations as u64)
            .map(|r| problem.task(study.preset, realisation(study.seed, r), data))
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        for &network in networks {
            for (r, (task, task_settings)) in tasks.iter().enumerate() {
                let seed = realisation(study.seed, r as u64);
                let architecture = Architecture::new(network.cell(), task.inputs(), &[budget.units])
                    .map_err(|e| Error::Numbers(e.to_string()))?;
                let plan = Plan {
                    task: task.clone(),
                    task_settings: task_settings.clone(),
                    architecture,
                    init: network.init(),
                    biases: true,
                    precision: Precision::F32,
                    settings: settings(problem, network, study.preset, seed),
                };
                let folder: PathBuf = study.progress.join(problem.id()).join(format!("{}-{r}", network.id()));
                plans.push((plan, Some(folder)));
            }
            let (plan, _) = &plans[plans.len() - 1];
            trials.push(Trial {
                problem,
                network,
                chance: tasks[0].0.chance(),
                parameters: plan.model::<f32>().map_err(failed)?.parameter_count(),
                settings: plan.settings.clone(),
                trained: vec![],
            });
        }
    }
    let mut trained = train_all(&plans, Keeping::default(), observer).map_err(failed)?.into_iter();
    for trial in &mut trials {
        let realisations = budget::Budget::of(study.preset, trial.problem).realisations;
        trial.trained = trained.by_ref().take(realisations).collect();
    }
    Ok(trials)
}

/// The seed of realisation `r`.
fn realisation(seed: u64, r: u64) -> u64 {
    seed.wrapping_mul(1000).wrapping_add(r)
}

fn failed(e: nullcline_core::analyses::Error) -> Error {
    match e {
        nullcline_core::analyses::Error::File(e) => Error::Input(e),
        other => Error::Numbers(other.to_string()),
    }
}
