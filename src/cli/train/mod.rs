//! The command `train`.

mod args;
mod check;
mod ibl;
mod ranges;

pub(super) use args::Train;

use super::{fail, progress, report, say, threads};
use crate::pipeline::training::{progress_folder, run_training};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Where the training under way is kept, for the message at an interrupt.
static PLACE: OnceLock<PathBuf> = OnceLock::new();

/// Says how an interrupted training is taken up again.
pub(super) fn interrupted() {
    if let Some(place) = PLACE.get().filter(|p| p.exists()) {
        say(&format!("\nnote: {} keeps what is done; the same command goes on from there", place.display()));
    }
}

pub(super) fn train(mut a: Train) -> u8 {
    if let Some(args::PlayedTask::Ibl(a)) = a.played.take() {
        return ibl::train(*a);
    }
    let (quiet, count) = (a.run.quiet, a.run.threads);
    if let Err(message) = threads(count) {
        say(&format!("error: {message}"));
        return 2;
    }
    let config = match check::config(a) {
        Ok(config) => config,
        Err(e) => return fail(&e),
    };
    let _ = PLACE.set(progress_folder(&config.out.folder));
    let bars = progress::Bars::new(!quiet && std::io::stderr().is_terminal());
    let done = run_training(&config, &bars);
    bars.clear();
    match done {
        Err(e) => fail(&e),
        Ok(outcome) => report(&outcome, quiet),
    }
}
