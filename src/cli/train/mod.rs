//! The command `train`.

mod args;
mod check;
mod ranges;

pub(super) use args::Train;

use super::{fail, progress, report, say, threads};
use crate::pipeline::training::run_training;
use std::io::IsTerminal;

pub(super) fn train(a: Train) -> u8 {
    let (quiet, count) = (a.quiet, a.threads);
    if let Err(message) = threads(count) {
        say(&format!("error: {message}"));
        return 2;
    }
    let config = match check::config(a) {
        Ok(config) => config,
        Err(e) => return fail(&e),
    };
    let bars = progress::Bars::new(!quiet && std::io::stderr().is_terminal());
    let done = run_training(&config, &bars);
    bars.clear();
    match done {
        Err(e) => fail(&e),
        Ok(outcome) => report(&outcome, quiet),
    }
}
