//! Trainings that survive: run, kept in a folder while they run, taken up again, and never run twice.
//!
//! ```
//! use nullcline_core::analyses::training::{Keeping, Train, train};
//! use nullcline_core::job::Silent;
//! use serde_json::json;
//!
//! let settings = json!({ "task": "flip-flop", "cell": "gru", "units": 4, "bits": 1, "steps": 8, "train_items": 64,
//!                        "validation_items": 16, "test_items": 16, "epochs": 2, "rate": 0.02 });
//! let job: Train = serde_json::from_value(settings).unwrap();
//! let (plan, search) = job.plan().unwrap();
//! assert!(search.is_none() && plan.subject().starts_with("flip-flop: gru"));
//! let trained = train(&plan, None, Keeping::default(), &Silent).unwrap();
//! // A row from before training and one an epoch; the weights kept are the best of them.
//! assert_eq!(trained.curve.len(), 3);
//! assert!(trained.curve.iter().all(|row| row.validation_loss >= trained.best().validation_loss));
//! ```

mod arguments;
mod check;
mod job;
mod many;
mod place;
mod plan;
mod progress;
mod ranges;
mod saved;
mod search;

pub use crate::job::Restart;
pub use arguments::Train;
pub use job::{Decoding, Network, Searched, TrainedNetwork};
pub use many::train_all;
pub use place::{claim as claim_progress, clear as clear_progress};
pub use plan::{NamedTask, Plan, Precision, task};
pub use search::{Choice, MOST, Parameter, Range, Search, Trial, search};

pub(in crate::analyses) use progress::{Found, Progress};
pub(in crate::analyses) use saved::{Kept, ended, sealed, table, unsealed, vector, word};
use search::trial_folder;

use super::Error;
use crate::job::Observer;
use crate::linalg::Real;
use crate::training::loss::Measured;
use crate::training::trainer::{Epoch, State, Stopped, Trainer};
use std::path::Path;
use std::time::{Duration, Instant};

/// How a training is kept and what is asked of it beside its weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keeping {
    /// Time between two checkpoints; there is one at the end of an epoch too.
    pub every: Duration,
    /// What becomes of what is there.
    pub restart: Restart,
    /// Measure the best parameters on the test items at the end.
    pub test: bool,
}

impl Default for Keeping {
    /// A checkpoint every 30 seconds, going on where there is one, and a test.
    fn default() -> Self {
        Self { every: Duration::from_secs(30), restart: Restart::Never, test: true }
    }
}

/// A training that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// The parameters of the lowest validation loss, exact also if they were trained in f32.
    pub theta: Vec<f64>,
    /// Their epoch.
    pub best_epoch: usize,
    /// A row for each epoch.
    pub curve: Vec<Epoch>,
    /// Why it ended.
    pub stopped: Stopped,
    /// The best parameters on the test items, if that was asked for.
    pub test: Option<Measured>,
    /// Whether it was found half done, or damaged in part.
    pub notes: Vec<String>,
}

impl Trained {
    /// The row of the best parameters.
    pub fn best(&self) -> &Epoch {
        &self.curve[self.best_epoch]
    }
}

/// Trains `plan`, its progress kept in `folder`, if there is one; what is done there already is not done again.
///
/// Interrupted at any moment and called again it gives the bits of an uninterrupted run. A divergence is
/// a result, with the best parameters from before.
///
/// # Errors
/// A plan that makes no sense, a folder that belongs to another plan or cannot be used.
pub fn train(
    plan: &Plan,
    folder: Option<&Path>,
    keeping: Keeping,
    observer: &dyn Observer,
) -> Result<Trained, Error> {
    let mut progress = Progress::open(folder, &plan.describe(), keeping.restart)?;
    train_in(plan, &mut progress, keeping, observer)
}

/// Trains in a folder that is open.
fn train_in(
    plan: &Plan,
    progress: &mut Progress,
    keeping: Keeping,
    observer: &dyn Observer,
) -> Result<Trained, Error> {
    match plan.precision {
        Precision::F32 => run::<f32>(plan, progress, keeping, observer),
        Precision::F64 => run::<f64>(plan, progress, keeping, observer),
    }
}

fn run<T: Real>(
    plan: &Plan,
    progress: &mut Progress,
    keeping: Keeping,
    observer: &dyn Observer,
) -> Result<Trained, Error> {
    let settings = &plan.settings;
    let mut trainer = Trainer::new(plan.model::<T>()?, plan.task.as_ref(), settings)
        .map_err(|e| Error::Config(e.to_string()))?;
    let mut found = progress.load::<State<T>>(settings.method)?;
    if let Some(s) = found.state.as_ref().filter(|s| s.stopped.is_none()) {
        found.notes.push(format!("going on from epoch {}, step {}", s.epoch(), s.step));
    }
    let (mut state, notes) = (found.state.unwrap_or_else(|| trainer.start()), found.notes);
    let steps = trainer.steps();
    observer.start("training", (settings.epochs * steps) as u64);
    let mut last = Instant::now();
    let mut result = Ok(());
    let mut kept_epoch = state.curve.len();
    trainer.run(&mut state, &mut |state| {
        observer.at((state.epoch() * steps + state.step) as u64);
        observer.say(&line(state, settings.epochs));
        let age = last.elapsed();
        // Epochs of milliseconds would spend their time on writing.
        let ended = state.curve.len() > kept_epoch && age >= Duration::from_millis(500).min(keeping.every);
        if age >= keeping.every || ended || state.curve.len() == 1 && state.step == 0 {
            (last, kept_epoch) = (Instant::now(), state.curve.len());
            result = progress.save(state);
        }
        result.is_ok()
    });
    result?;
    let Some(stopped) = state.stopped else {
        return Err(Error::Numbers("training ended without a reason".into()));
    };
    if keeping.test && state.test.is_none() {
        observer.start("testing", 0);
        trainer.test(&mut state);
    }
    progress.finish(&state)?;
    observer.finish();
    let theta = state.best.iter().map(|p| p.to_f64()).collect();
    let State { best_epoch, curve, test, .. } = state;
    Ok(Trained { theta, best_epoch, curve, stopped, test, notes })
}

/// Where a training is, for the progress bar.
fn line<T: Real>(state: &State<T>, epochs: usize) -> String {
    let epoch = (state.epoch() + 1).min(epochs);
    let train = state.train_loss();
    let validation = state.curve.last().map_or(f64::NAN, |row| row.validation_loss);
    format!("epoch {epoch}/{epochs}  loss {train:.3e}  validation {validation:.3e}")
}
