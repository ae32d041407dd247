//! Every kind of job, read by its name.

use crate::analyses::distill::{ConventionalArguments, RaddArguments};
use crate::analyses::gaussian::Gaussian;
use crate::analyses::ibl::TrainIbl;
use crate::analyses::training::Train;
use crate::analyses::{Analyze, Error, written};
use crate::job::Job;
use crate::report::erased::ErasedJob;
use crate::report::report::Report;
use crate::studies::run::TestStudy;
use clap::Args;
use serde_json::{Map, Value};

/// The names of all kinds.
pub const KINDS: [&str; 7] = [
    Analyze::NAME,
    Train::NAME,
    TrainIbl::NAME,
    RaddArguments::NAME,
    ConventionalArguments::NAME,
    Gaussian::NAME,
    TestStudy::NAME,
];

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
    match kind {
        Analyze::NAME => of::<Analyze>(settings),
        Train::NAME => of::<Train>(settings),
        TrainIbl::NAME => of::<TrainIbl>(settings),
        RaddArguments::NAME => of::<RaddArguments>(settings),
        ConventionalArguments::NAME => of::<ConventionalArguments>(settings),
        Gaussian::NAME => of::<Gaussian>(settings),
        TestStudy::NAME => of::<TestStudy>(settings),
        other => Err(Error::Config(format!("there is no job {other}; {}", written::meant(other, &KINDS)))),
    }
}

fn of<J: Report + Args + 'static>(settings: &Map<String, Value>) -> Result<Box<dyn ErasedJob>, Error>
where
    J::Error: 'static,
{
    Ok(Box::new(written::read::<J>(J::NAME, settings)?))
}
