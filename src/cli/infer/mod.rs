//! `nullcline infer`.

mod args;
mod check;

pub(super) use args::Infer;

use crate::pipeline::Error;
use crate::pipeline::infer::infer_gaussian;
use args::Model;

pub(super) fn infer(a: Infer) -> u8 {
    let Model::Gaussian(a) = a.model;
    let run = (a.run.quiet, a.run.threads);
    super::carry_out(run, || check::gaussian(*a).map_err(Error::Config), |c, o| infer_gaussian(c, o))
}
