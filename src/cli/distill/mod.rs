//! `nullcline distill`.

mod args;
mod check;

pub(super) use args::Distill;

use crate::pipeline::{Error, distill};
use args::Way;

pub(super) fn distill(a: Distill) -> u8 {
    match a.way {
        Way::Radd(a) => {
            let run = (a.run.quiet, a.run.threads);
            let config = || check::radd(*a).map_err(Error::Config);
            super::carry_out(run, config, |c, o| distill::distill_radd(c, o))
        }
        Way::Conventional(a) => {
            let run = (a.run.quiet, a.run.threads);
            let config = || check::conventional(*a).map_err(Error::Config);
            super::carry_out(run, config, |c, o| distill::distill_conventional(c, o))
        }
    }
}
