//! Jobs of any kind in one list.

use crate::folder::Target;
use crate::report::Report;
use crate::runner::{self, Failure, Outcome, Writing};
use nullcline_core::job::{Desk, identity};
use serde_json::Value;
use std::path::PathBuf;

/// A job of any kind, with a report.
pub trait ErasedJob: Send + Sync {
    /// Its kind, as `analyze`.
    fn kind(&self) -> &'static str;

    /// Its settings, as they are written down.
    fn settings(&self) -> Value;

    /// Files whose contents the answer depends on.
    fn files(&self) -> Vec<PathBuf>;

    /// Bytes that it is thought to take at most.
    fn memory(&self) -> u64;

    /// What tells it from every other.
    ///
    /// # Errors
    /// Files that cannot be read.
    fn identity(&self) -> Result<String, Failure>;

    /// All that can be known before the work starts.
    ///
    /// # Errors
    /// Settings that make no sense.
    fn check(&self) -> Result<(), Failure>;

    /// Where its report goes; see [`Report::target`].
    ///
    /// # Errors
    /// Settings that make no sense.
    fn target(&self, given: Option<PathBuf>, force: bool) -> Result<Target, Failure>;

    /// Runs it and writes its report; see [`runner::run`].
    ///
    /// # Errors
    /// Those of the job, and those of writing.
    fn run(&self, writing: &Writing, desk: &Desk) -> Result<Outcome<()>, Failure>;
}

impl<J: Report> ErasedJob for J
where
    J::Error: 'static,
{
    fn kind(&self) -> &'static str {
        J::NAME
    }

    fn settings(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn files(&self) -> Vec<PathBuf> {
        nullcline_core::job::Job::files(self).into_iter().map(Into::into).collect()
    }

    fn memory(&self) -> u64 {
        nullcline_core::job::Job::memory(self)
    }

    fn identity(&self) -> Result<String, Failure> {
        identity(self).map_err(Failure::of)
    }

    fn check(&self) -> Result<(), Failure> {
        nullcline_core::job::Job::check(self).map_err(Failure::of)
    }

    fn target(&self, given: Option<PathBuf>, force: bool) -> Result<Target, Failure> {
        Report::target(self, given, force).map_err(Failure::of)
    }

    fn run(&self, writing: &Writing, desk: &Desk) -> Result<Outcome<()>, Failure> {
        let Outcome { subject, findings, warnings, notes, next, page, .. } =
            runner::run(self, writing, desk)?;
        Ok(Outcome { found: (), subject, findings, warnings, notes, next, page })
    }
}
