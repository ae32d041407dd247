//! `nullcline distill`.

mod args;
mod check;

pub(super) use args::Distill;

use crate::pipeline::{Error, Observer, Outcome, distill};
use args::Way;
use std::io::IsTerminal;

pub(super) fn distill(a: Distill) -> u8 {
    match a.way {
        Way::Radd(a) => {
            let (quiet, count) = (a.run.quiet, a.run.threads);
            let config = super::threads(count).and_then(|()| check::radd(*a));
            run(quiet, config, distill::distill_radd)
        }
        Way::Conventional(a) => {
            let (quiet, count) = (a.run.quiet, a.run.threads);
            let config = super::threads(count).and_then(|()| check::conventional(*a));
            run(quiet, config, distill::distill_conventional)
        }
    }
}

/// Runs a command whose configuration has been checked, and reports.
fn run<C>(
    quiet: bool,
    config: Result<C, String>,
    act: impl FnOnce(&C, &dyn Observer) -> Result<Outcome, Error>,
) -> u8 {
    let config = match config {
        Ok(config) => config,
        Err(message) => {
            super::say(&format!("error: {message}"));
            return 2;
        }
    };
    let bars = super::progress::Bars::new(!quiet && std::io::stderr().is_terminal());
    let outcome = act(&config, &bars);
    bars.clear();
    match outcome {
        Err(e) => super::fail(&e),
        Ok(outcome) => super::report(&outcome, quiet),
    }
}
