//! A network to be trained on a task: everything that its weights depend on.

use crate::linalg::Real;
use crate::pipeline::Error;
use crate::systems::architecture::Architecture;
use crate::tasks::{self, Options, Split, Task};
use crate::training::Model;
use crate::training::init::Init;
use crate::training::optimiser::Method;
use crate::training::trainer::Settings;
use std::path::Path;
use std::sync::Arc;

/// The floating-point numbers in which a network is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Single.
    F32,
    /// Double.
    F64,
}

impl Precision {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
    /// The precision of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::F32, Self::F64].into_iter().find(|p| p.name() == name)
    }
}

/// What is trained, on what, and how.
#[derive(Clone)]
pub struct Plan {
    /// The task.
    pub task: Arc<dyn Task>,
    /// What tells it from other tasks of its name, as names and values.
    pub task_settings: Vec<(String, String)>,
    /// The network; its inputs are the task's.
    pub architecture: Architecture,
    /// Initial parameters.
    pub init: Init,
    /// Numbers.
    pub precision: Precision,
    /// How to train; its seed is also that of the initial parameters.
    pub settings: Settings,
}

impl Plan {
    /// The model before training.
    ///
    /// # Errors
    /// [`Error::Config`] if the initialisation does not go with the network.
    pub fn model<T: Real>(&self) -> Result<Model<T>, Error> {
        todo!()
    }

    /// Names and values of everything that the weights depend on; equal plans have equal ones.
    pub fn describe(&self) -> Vec<(String, String)> {
        let s = &self.settings;
        let mut all = vec![("task".to_owned(), self.task.name().to_owned())];
        all.extend(self.task_settings.iter().cloned());
        for (name, split) in
            [("train-items", Split::Train), ("validation-items", Split::Validation), ("test-items", Split::Test)]
        {
            all.push((name.into(), self.task.size(split).to_string()));
        }
        let cell = self.architecture.cell().settings();
        all.extend(cell.into_iter().map(|(k, v)| (k.to_owned(), v)));
        let units: Vec<String> = self.architecture.units().iter().map(ToString::to_string).collect();
        let none = || "none".to_owned();
        let rest = [
            ("units", units.join("+")),
            ("init", self.init.name().to_owned()),
            ("precision", self.precision.name().to_owned()),
            ("epochs", s.epochs.to_string()),
            ("batch", s.batch.to_string()),
            ("rate", s.rate.to_string()),
            ("optimiser", s.method.name().to_owned()),
            ("decay", s.decay.factor.to_string()),
            ("decay-every", s.decay.every.to_string()),
            ("clip", s.clip.map_or_else(none, |c| c.to_string())),
            ("dropout", s.dropout.to_string()),
            ("patience", s.patience.map_or_else(none, |p| p.to_string())),
            ("validation", s.validation.name().to_owned()),
            ("seed", s.seed.to_string()),
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ];
        all.extend(rest.map(|(k, v)| (k.to_owned(), v)));
        match s.method {
            Method::Sgd { momentum } => all.push(("momentum".into(), momentum.to_string())),
            Method::Adam { beta1, beta2, epsilon } => {
                all.push(("betas".into(), format!("{beta1} {beta2} {epsilon}")));
            }
        }
        all
    }
}
