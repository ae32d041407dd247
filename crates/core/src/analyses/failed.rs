//! Modules that could not be done: the others are reported all the same.

use super::{Error, Module};

/// A module that could not be done, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The module.
    pub module: Module,
    /// Why.
    pub reason: String,
}

/// Modules that could not be done, each with the reason.
#[derive(Default)]
pub(super) struct Failed(Vec<(Module, Error)>);

impl Failed {
    pub fn refuse(&mut self, module: Module, error: Error) {
        self.0.push((module, error));
    }

    /// What a module found, or nothing where its numbers failed; every other error ends the run.
    pub fn or<T>(&mut self, module: Module, found: Result<T, Error>) -> Result<Option<T>, Error> {
        self.unless_it(|e| e.exit_status() == 4, module, found)
    }

    /// What a module found in data that were read, or nothing where it cannot be done on these; a wrong command and a
    /// damaged file end the run.
    pub fn on_data<T>(&mut self, module: Module, found: Result<T, Error>) -> Result<Option<T>, Error> {
        self.unless_it(|e| e.exit_status() == 4 || matches!(e, Error::Input { .. }), module, found)
    }

    fn unless_it<T>(
        &mut self,
        concerns_it_alone: impl Fn(&Error) -> bool,
        module: Module,
        found: Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(e) if concerns_it_alone(&e) => {
                self.refuse(module, e);
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }

    /// All of them, or the first as an error where nothing else could be said.
    pub fn unless(mut self, empty: bool) -> Result<Vec<Failure>, Error> {
        let reason = |e: Error| match e {
            // The report names the file once.
            Error::Input { message, .. } | Error::Numbers(message) => message,
            e => e.to_string(),
        };
        match empty && !self.0.is_empty() {
            true => Err(self.0.swap_remove(0).1),
            false => {
                let one = |(module, e): (Module, Error)| {
                    let reason = reason(e);
                    // The report names the module once.
                    let bare = reason.strip_prefix(&format!("{}: ", module.name())).map(str::to_owned);
                    Failure { module, reason: bare.unwrap_or(reason) }
                };
                Ok(self.0.into_iter().map(one).collect())
            }
        }
    }
}
