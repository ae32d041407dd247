//! Everything that can be asked for, as a value that can be written down, kept, compared and run.
//!
//! ```
//! use nullcline_core::analyses::Analyze;
//! use nullcline_core::job::{Job, identity};
//! use serde_json::json;
//!
//! // A job is its settings, as keys and values; what is not given has its default.
//! let read = |v| serde_json::from_value::<Analyze>(v);
//! let job = read(json!({ "file": "../../datasets/ibl_activity.csv", "modules": ["pca", "clusters"] })).unwrap();
//! assert_eq!((Analyze::NAME, job.seed, job.modules.as_deref()), ("analyze", 1, Some("pca,clusters")));
//! // It is checked before any work is done, and a mistyped key is told.
//! assert!(job.check().is_ok());
//! assert!(read(json!({ "file": "x.csv", "modulse": "pca" })).unwrap_err().to_string().contains("modules"));
//! // Equal questions on equal files are one, whatever the file's name stands for elsewhere.
//! let other = Analyze { seed: 2, ..job.clone() };
//! assert_eq!(identity(&job).unwrap(), identity(&job.clone()).unwrap());
//! assert_ne!(identity(&job).unwrap(), identity(&other).unwrap());
//! ```

mod error;

pub use error::Error;

use crate::io::held;
use crate::io::tensors::beside;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a job says how far it is.
///
/// ```
/// use nullcline_core::analyses::Analyze;
/// use nullcline_core::job::{Desk, Job, Observer};
/// use std::sync::Mutex;
///
/// /// Notes what begins.
/// struct Diary(Mutex<Vec<String>>);
/// impl Observer for Diary {
///     fn start(&self, what: &str, _: u64) {
///         self.0.lock().unwrap().push(what.to_owned());
///     }
///     fn at(&self, _: u64) {}
///     fn finish(&self) {}
/// }
///
/// let diary = Diary(Mutex::default());
/// let settings = serde_json::json!({ "file": "../../datasets/sine_tanh.pt", "modules": "fixed_points", "starts": 16 });
/// let job: Analyze = serde_json::from_value(settings).unwrap();
/// job.run(&Desk { observer: &diary, ..Desk::BARE }).unwrap();
/// assert!(diary.0.into_inner().unwrap().iter().any(|what| what == "fixed points"));
/// ```
pub trait Observer: Sync {
    /// What follows is stage `k` of `of`, from 1, of the whole.
    fn stage(&self, _k: usize, _of: usize) {}
    /// A piece of work of `total` parts begins (0: unknown).
    fn start(&self, what: &str, total: u64);
    /// `done` parts of it are done.
    fn at(&self, done: u64);
    /// Where it stands, in a few words.
    fn say(&self, _: &str) {}
    /// It is done.
    fn finish(&self);
}

/// An observer that says nothing.
pub struct Silent;

impl Observer for Silent {
    fn start(&self, _: &str, _: u64) {}
    fn at(&self, _: u64) {}
    fn finish(&self) {}
}

/// What becomes of unfinished work that is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restart {
    /// It is gone on with; another job's is an error.
    #[default]
    Never,
    /// It is gone on with, and another job's is thrown away.
    IfOther,
    /// It is thrown away.
    Always,
}

/// What is not part of the question: who watches, and where unfinished work is kept and how often.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// Who is told how far the work is.
    pub observer: &'a dyn Observer,
    /// The folder for unfinished work; none: an interrupted job begins anew.
    pub unfinished: Option<&'a Path>,
    /// The folder for pieces of work that several jobs ask for, each kept under its own name; none: beside the unfinished.
    pub shared: Option<&'a Path>,
    /// Time between two checkpoints.
    pub checkpoint: Duration,
    /// What becomes of unfinished work.
    pub restart: Restart,
}

impl Desk<'_> {
    /// Time between two checkpoints unless another is asked for.
    pub const CHECKPOINT: Duration = Duration::from_secs(30);
    /// Nobody watches and nothing is kept.
    pub const BARE: Self = Self {
        observer: &Silent,
        unfinished: None,
        shared: None,
        checkpoint: Self::CHECKPOINT,
        restart: Restart::Never,
    };
}

/// A question with every value that its answer depends on.
///
/// Equal jobs on equal files give equal numbers, whatever the number of threads. What a job is told of the outside (who
/// watches, where unfinished work lies) stands in the [`Desk`], and where its answer goes is nobody's business here.
pub trait Job: Serialize + DeserializeOwned + Send + Sync {
    /// The name, as `analyze` or `infer.gaussian`.
    const NAME: &'static str;
    /// Whether unfinished work is kept, and gone on with.
    const RESUMES: bool = false;
    /// The answer: numbers, no words. Its serialisation is the summary's `input`, `modules` and `failed`.
    type Found: Serialize + JsonSchema;
    /// Why there is none.
    type Error: ExitStatus;

    /// Files whose contents the answer depends on.
    fn files(&self) -> Vec<&Path>;

    /// Bytes that it is thought to take at most, for which whoever runs several waits: unless a job knows better, what values of its
    /// files and what is made of them take, 24 times the files' lengths, and 32 MiB.
    fn memory(&self) -> u64 {
        let length = |p: &&Path| std::fs::metadata(p).map_or(0, |m| m.len());
        self.files().iter().map(length).sum::<u64>().saturating_mul(24).saturating_add(32 << 20)
    }

    /// Where in a folder for unfinished work this job's own lies.
    ///
    /// # Errors
    /// Files that cannot be read.
    fn own(&self, folder: &Path) -> Result<PathBuf, Self::Error> {
        Ok(folder.to_path_buf())
    }

    /// All that can be known before the work starts.
    ///
    /// # Errors
    /// [`Error::Config`] for settings that contradict each other.
    fn check(&self) -> Result<(), Self::Error>;

    /// The answer.
    ///
    /// # Errors
    /// Settings, files and numbers that give none.
    fn run(&self, desk: &Desk) -> Result<Self::Found, Self::Error>;
}

/// An error that ends a command.
pub trait ExitStatus: std::error::Error + Send + Sync {
    /// 1 the disk is full; 2 the command or configuration is wrong; 3 the input cannot be used; 4 the numbers failed.
    fn exit_status(&self) -> u8;
}

/// What tells a job from every other: a SHA-256 of its name, its settings, the contents of its files and the version,
/// in hexadecimal digits.
///
/// # Errors
/// [`Error::Input`] for a file that cannot be read.
pub fn identity<J: Job>(job: &J) -> Result<String, Error> {
    let mut hash = Sha256::new();
    let settings = serde_json::to_string(job).map_err(|e| Error::Config(format!("{}: {e}", J::NAME)))?;
    for part in [J::NAME, env!("CARGO_PKG_VERSION"), &settings] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    for path in job.files() {
        hash.update(contents(path).map_err(|e| Error::input(path, format!("cannot be read: {e}")))?);
        if let Some(config) = beside(path) {
            hash.update(
                contents(&config).map_err(|e| Error::input(&config, format!("cannot be read: {e}")))?,
            );
        }
    }
    Ok(digits(&hash.finalize()))
}

/// The SHA-256 of what a file or folder holds, in hexadecimal digits.
///
/// # Errors
/// [`Error::Input`] for one that cannot be read.
pub fn digest(path: &Path) -> Result<String, Error> {
    let found = contents(path).map_err(|e| Error::input(path, format!("cannot be read: {e}")))?;
    Ok(digits(&found))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The SHA-256 of what a file holds; of a folder that of its files by name.
fn contents(path: &Path) -> std::io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    if path.is_dir() {
        let mut inside: Vec<PathBuf> =
            std::fs::read_dir(path)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
        inside.sort();
        for file in inside {
            hash.update(file.file_name().unwrap_or_default().as_encoded_bytes());
            hash.update(contents(&file)?);
        }
        return Ok(hash.finalize().into());
    }
    if let Some(arrays) = held::arrays(path) {
        for (name, mut array) in arrays {
            hash.update(name.as_bytes());
            all_of(&mut array, &mut hash)?;
        }
    } else {
        all_of(&mut File::open(path)?, &mut hash)?;
    }
    Ok(hash.finalize().into())
}

fn all_of(from: &mut impl Read, hash: &mut Sha256) -> std::io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            n => hash.update(&buffer[..n]),
        }
    }
}
