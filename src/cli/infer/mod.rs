//! `nullcline infer`.

mod args;
mod check;

pub(super) use args::Infer;

use args::Model;
use std::io::IsTerminal;

pub(super) fn infer(a: Infer) -> u8 {
    let Model::Gaussian(a) = a.model;
    let (quiet, count) = (a.run.quiet, a.run.threads);
    let config = match super::threads(count).and_then(|()| check::gaussian(*a)) {
        Ok(config) => config,
        Err(message) => {
            super::say(&format!("error: {message}"));
            return 2;
        }
    };
    let bars = super::progress::Bars::new(!quiet && std::io::stderr().is_terminal());
    let outcome = crate::pipeline::infer::infer_gaussian(&config, &bars);
    bars.clear();
    match outcome {
        Err(e) => super::fail(&e),
        Ok(outcome) => super::report(&outcome, quiet),
    }
}
