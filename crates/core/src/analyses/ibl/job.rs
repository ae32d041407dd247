//! `train ibl`, as it is written, and to checked settings.

use super::train::{self, Behaved, IblConfig};
use crate::analyses::check::positive;
use crate::analyses::limits::{count, seed};
use crate::analyses::lists::entries;
use crate::analyses::{Error, fits};
use crate::job::{Desk, Job};
use crate::tasks;
use crate::training::episodes::{Loss, Schedule};
use crate::training::optimiser::Method;
use clap::Args;
use clap::builder::TypedValueParser;
use serde::Serialize;
use std::path::Path;

/// Trains a network on the IBL task.
#[derive(Args, Clone, Debug, Serialize)]
pub struct TrainIbl {
    /// Units of the tanh network
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = count(1, 100_000))]
    pub units: usize,
    /// paper (5000 steps of SGD, one session each) or fast (Adam on four sessions at a time); the options below change it
    #[arg(long, value_name = "NAME", default_value = "paper")]
    pub schedule: String,
    /// probability (of the right side, as in the authors' program), cross-entropy (its mean over steps) or sum (as
    /// printed) [default: probability]
    #[arg(long, value_name = "NAME")]
    pub loss: Option<String>,
    /// Gradient steps [default: 5000; fast: 300]
    #[arg(long, value_name = "N", value_parser = count(1, 100_000_000).map(|n| n as u64))]
    pub steps: Option<u64>,
    /// Learning rate [default: 0.001; fast: 0.002]
    #[arg(long, value_name = "X")]
    pub rate: Option<f64>,
    /// Optimiser: sgd or adam [default: sgd; fast: adam]
    #[arg(long, value_name = "NAME")]
    pub optimiser: Option<String>,
    /// Momentum of sgd [default: 0.1]
    #[arg(long, value_name = "X")]
    pub momentum: Option<f64>,
    /// Sessions a gradient step [default: 1; fast: 4]
    #[arg(long, value_name = "N", value_parser = count(1, 100_000))]
    pub batch: Option<usize>,
    /// Largest norm of a gradient [default: none]
    #[arg(long, value_name = "X")]
    pub clip: Option<f64>,
    /// The task as coded (rejected geometric blocks, two blank steps) or as printed (semi-Markov blocks, one)
    #[arg(long, value_name = "NAME", default_value = "coded")]
    pub variant: String,
    /// Blocks of a training session
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = count(1, 1_000_000))]
    pub blocks: usize,
    /// Probability that the stimulus is on the block's side [default: 0.8]
    #[arg(long, value_name = "P")]
    pub concordance: Option<f64>,
    /// Contrasts, separated by commas [default: 0,0.5,1,1.5,2,2.5]
    #[arg(long, value_name = "A,B,..", allow_hyphen_values = true)]
    pub contrasts: Option<String>,
    /// Blank steps at the start of a trial [default: 2; as printed: 1]
    #[arg(long, value_name = "N", value_parser = count(0, 100_000))]
    pub blank: Option<usize>,
    /// Observed steps of a trial at most [default: 10]
    #[arg(long, value_name = "N", value_parser = count(1, 100_000))]
    pub observed: Option<usize>,
    /// Probability that makes an action [default: 0.9]
    #[arg(long, value_name = "P")]
    pub threshold: Option<f64>,
    /// Feedback for waiting [default: -0.05]
    #[arg(long, value_name = "X")]
    pub waiting: Option<f64>,
    /// Blocks on which behaviour is measured
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = count(1, 1_000_000))]
    pub test_blocks: usize,
    /// Seed of every random stream
    #[arg(long, default_value_t = 1, value_parser = seed())]
    pub seed: u64,
}
crate::settings!(TrainIbl, "train.ibl");

impl TrainIbl {
    /// The settings, checked.
    ///
    /// # Errors
    /// [`Error::Config`] names the option, what it is, and what was expected.
    pub fn config(&self) -> Result<IblConfig, Error> {
        let config = config(self).map_err(Error::Config)?;
        room(&config)?;
        Ok(config)
    }
}

impl Job for TrainIbl {
    const NAME: &'static str = "train.ibl";
    const RESUMES: bool = true;
    type Found = Behaved;
    type Error = Error;

    fn files(&self) -> Vec<&Path> {
        vec![]
    }

    fn check(&self) -> Result<(), Error> {
        self.config().map(drop)
    }

    fn run(&self, desk: &Desk) -> Result<Behaved, Error> {
        crate::linalg::sequential();
        train::run(self.config()?, desk)
    }
}

fn config(a: &TrainIbl) -> Result<IblConfig, String> {
    let fast = match a.schedule.as_str() {
        "paper" => false,
        "fast" => true,
        other => return Err(format!("--schedule {other}: expected paper or fast")),
    };
    positive("--rate", a.rate)?;
    positive("--clip", a.clip)?;
    let loss = match a.loss.as_deref() {
        None => Loss::Probability,
        Some(name) => Loss::ALL
            .into_iter()
            .find(|l| l.name() == name)
            .ok_or_else(|| format!("--loss {name}: expected probability, cross-entropy or sum"))?,
    };
    let momentum = a.momentum.unwrap_or(0.1);
    if !(0.0..1.0).contains(&momentum) {
        return Err(format!("--momentum {momentum}: expected a number from 0, below 1"));
    }
    let method = match (a.optimiser.as_deref(), fast) {
        (Some("sgd"), _) | (None, false) => Method::Sgd { momentum },
        (Some("adam"), _) | (None, true) => Method::ADAM,
        (Some(other), _) => return Err(format!("--optimiser {other}: expected sgd or adam")),
    };
    if a.momentum.is_some() && method == Method::ADAM {
        return Err("--momentum goes with --optimiser sgd".into());
    }
    Ok(IblConfig {
        task: task(a)?,
        units: a.units,
        schedule: Schedule {
            loss,
            rate: a.rate.unwrap_or(if fast { 2e-3 } else { 1e-3 }),
            batch: a.batch.unwrap_or(if fast { 4 } else { 1 }),
            clip: a.clip,
            seed: a.seed,
        },
        method,
        steps: a.steps.unwrap_or(if fast { 300 } else { 5000 }),
        test_blocks: a.test_blocks,
    })
}

/// Whether parameters and sessions have room.
fn room(c: &IblConfig) -> Result<(), Error> {
    /// Trials of a block, about.
    const TRIALS: (&str, usize) = ("trials a block", 50);
    let steps = ("steps a trial (--blank and --observed)", c.task.longest_trial());
    let units = ("--units", c.units);
    // With their gradients and what the optimiser remembers.
    fits("the parameters", &[units, units], 64)?;
    let batch = [("--batch", c.schedule.batch), ("--blocks", c.task.blocks), TRIALS, steps, units];
    fits("the sessions of a gradient step", &batch, 24)?;
    fits("the session of the test", &[("--test-blocks", c.test_blocks), TRIALS, steps, units], 8)
}

fn task(a: &TrainIbl) -> Result<tasks::ibl::Ibl, String> {
    let mut task = match a.variant.as_str() {
        "coded" => tasks::ibl::Ibl::coded(a.blocks),
        "printed" => tasks::ibl::Ibl::printed(a.blocks),
        other => return Err(format!("--variant {other}: expected coded or printed")),
    };
    if let Some(list) = &a.contrasts {
        let number =
            |t: &str| t.parse::<f64>().map_err(|_| format!("--contrasts {list}: `{t}` is not a number"));
        let all = entries("--contrasts", list)?;
        task.contrasts = all.into_iter().map(number).collect::<Result<_, _>>()?;
    }
    task.concordance = a.concordance.unwrap_or(task.concordance);
    task.blank = a.blank.unwrap_or(task.blank);
    task.observed = a.observed.unwrap_or(task.observed);
    task.threshold = a.threshold.unwrap_or(task.threshold);
    task.waiting = a.waiting.unwrap_or(task.waiting);
    let Some((name, expected)) = task.fault() else { return Ok(task) };
    let found = match name {
        "concordance" => format!(" {}", task.concordance),
        "contrasts" => format!(" {}", a.contrasts.as_deref().unwrap_or_default()),
        "threshold" => format!(" {}", task.threshold),
        "waiting" => format!(" {}", task.waiting),
        _ => String::new(),
    };
    Err(format!("--{name}{found}: expected {expected}"))
}
