//! The command `train`.

mod args;
mod check;
mod ibl;
mod ranges;

pub(super) use args::Train;

use super::{carry_out, say};
use crate::pipeline::training::{progress_folder, run_training};
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
    let run = (a.run.quiet, a.run.threads);
    let config = || {
        let config = check::config(a)?;
        let _ = PLACE.set(progress_folder(&config.out.folder));
        Ok(config)
    };
    carry_out(run, config, |c, o| run_training(c, o))
}
