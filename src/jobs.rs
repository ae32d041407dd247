//! Every kind of job, read by its name.

use crate::analyses::Error;
use crate::analyses::written::{self, Described};
use crate::io::nearest;
use crate::job::Job;
use crate::report::erased::ErasedJob;
use crate::report::report::Report;
use crate::studies::run::TestStudy;
use clap::Args;
use serde_json::{Map, Value};

type Options = fn() -> Vec<Described>;
type Reader = fn(&Map<String, Value>) -> Result<Box<dyn ErasedJob>, Error>;

macro_rules! kinds {
    ($($job:ty),+ $(,)?) => {
        &[$((<$job>::NAME, of::<$job>, written::options::<$job>),)+ (TestStudy::NAME, of::<TestStudy>, written::options::<TestStudy>)]
    };
}
/// All kinds by name, and what reads them.
const KINDS: &[(&str, Reader, Options)] = crate::report::jobs!(kinds);

/// The names of all kinds.
pub fn names() -> Vec<&'static str> {
    KINDS.iter().map(|(name, ..)| *name).collect()
}

/// The keys that settings of a kind may have; none of one that there is not.
///
/// ```
/// assert!(nullcline::jobs::keys("analyze").contains(&"modules".to_owned()));
/// ```
pub fn keys(kind: &str) -> Vec<String> {
    options(kind).into_iter().map(|o| o.name).collect()
}

/// The options of a kind, as its command has them; none of one that there is not.
///
/// ```
/// let all = nullcline::jobs::options("train");
/// assert!(all.iter().any(|o| o.name == "units" && !o.help.is_empty()));
/// ```
pub fn options(kind: &str) -> Vec<Described> {
    KINDS.iter().find(|(name, ..)| *name == kind).map_or_else(Vec::new, |(_, _, options)| options())
}

/// The job of the kind `kind` with `settings`: the options of its command, with `_` for `-`.
///
/// # Errors
/// [`Error::Config`] for a kind or a key that there is not (with the nearest one that there is), and for values that an
/// option does not take.
///
/// ```
/// let settings = serde_json::json!({"file": "net.pt", "modules": ["lyapunov", "pca"], "seed": 3});
/// let job = nullcline::jobs::read("analyze", settings.as_object().unwrap()).unwrap();
/// assert_eq!((job.kind(), &job.settings()["modules"]), ("analyze", &"lyapunov,pca".into()));
///
/// let wrong = serde_json::json!({"file": "net.pt", "module": "pca"});
/// let error = nullcline::jobs::read("analyze", wrong.as_object().unwrap()).err().unwrap();
/// assert_eq!(error.to_string(), "analyze: there is no key module; do you mean modules?");
/// ```
pub fn read(kind: &str, settings: &Map<String, Value>) -> Result<Box<dyn ErasedJob>, Error> {
    if let Some((_, read, _)) = KINDS.iter().find(|(name, ..)| *name == kind) {
        return read(settings);
    }
    Err(Error::Config(format!("there is no job {kind}; {}", nearest::meant(kind, &names()))))
}

fn of<J: Report + Args + 'static>(settings: &Map<String, Value>) -> Result<Box<dyn ErasedJob>, Error>
where
    J::Error: 'static,
{
    Ok(Box::new(written::read::<J>(J::NAME, settings)?))
}
