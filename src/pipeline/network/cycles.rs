//! Cycles of a network.

use super::Run;
use crate::diagnostics::dynamics::cycles;
use crate::pipeline::{Error, Observer};
use crate::report::sections::{self, Rendered};

impl Run<'_> {
    /// Cycles under the constant input.
    pub(super) fn cycles(&self, observer: &dyn Observer) -> Result<(String, Rendered), Error> {
        if self.driven() {
            let message = "cycles are those under a constant input: give --input in place of --inputs";
            return Err(Error::Config(format!("--modules cycles: {message}")));
        }
        let system = self.network.system.as_ref();
        let initial = self.lyapunov_states(system.step().dim());
        let warmup = self.settings.warmup.unwrap_or(2000);
        let options = cycles::Options { warmup, ..cycles::Options::default() };
        observer.start("cycles", 0);
        let found = cycles::survey(system, initial.as_ref(), &self.input, &options)
            .map_err(|e| Error::Numbers(format!("cycles: {e}")))?;
        observer.finish();
        let finding = sections::describe_cycles(&found, &self.context);
        Ok((finding, sections::cycles(&found, &self.context)?))
    }
}
