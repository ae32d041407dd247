//! Published theory against simulation, claim by claim: one folder a paper, one file a figure or table.

#![forbid(unsafe_code)]

pub mod claims;
mod common;
pub mod fanthomme2021;
pub mod krishna2024;
pub mod park2023;
pub mod run;
pub mod schaeffer2020;
#[cfg(test)]
mod small;
mod tested;

pub use claims::{Claim, Verdict};
pub use tested::{AboutStudy, StudyEntry, Tested};

use nullcline_core::job::Observer;
use nullcline_report::page::Section;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// How large a study is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// A minute or so on two cores.
    Quick,
    /// The paper's sizes and repetitions.
    Paper,
}

nullcline_core::named!(Preset: Self::Quick => "quick", Self::Paper => "paper");

impl Preset {
    /// The preset of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Quick, Self::Paper].into_iter().find(|p| p.name() == name)
    }
}

/// What a study is asked for.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How large.
    pub preset: Preset,
    /// Seed of every random stream.
    pub seed: u64,
    /// Reproduce the published numbers by the authors' procedure, beside the right ones.
    pub as_published: bool,
    /// Folder of the authors' files, where a study can use them.
    pub data: Option<PathBuf>,
    /// Where unfinished work is kept, so that an interrupted study resumes.
    pub progress: PathBuf,
    /// Where trainings lie that several studies ask for, each under its own name.
    pub shared: PathBuf,
}

/// What a study found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Every claim, also those that differ.
    pub claims: Vec<Claim>,
    /// The answer in a sentence or two.
    pub answer: String,
    /// Parts of the page: figures, tables, notes.
    pub sections: Vec<Section>,
    /// Entry of the summary under `modules`.
    pub json: Map<String, Value>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// What runs a study.
pub type Run = fn(&Settings, &dyn Observer) -> Result<Findings, Error>;

/// A study of one figure or table.
#[derive(Clone, Copy, Debug)]
pub struct Study {
    /// `paper/figure`, as on the command line.
    pub name: &'static str,
    /// What it shows, in a line.
    pub title: &'static str,
    /// Runs it.
    pub run: Run,
}

impl Study {
    /// A study of the figure or table `name`.
    pub const fn new(name: &'static str, title: &'static str, run: Run) -> Self {
        Self { name, title, run }
    }
}

/// Why a study has no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that it needs cannot be used.
    #[error(transparent)]
    Input(#[from] nullcline_core::io::error::Error),
    /// A figure or table cannot be made.
    #[error(transparent)]
    Report(#[from] nullcline_report::Error),
    /// The folder for unfinished work cannot be used.
    #[error(transparent)]
    Progress(#[from] nullcline_core::analyses::Error),
    /// The numbers failed.
    #[error("{0}")]
    Numbers(String),
    /// The folder of the authors' files is not there.
    #[error("--data {}: no such folder; expected one that holds the authors' files", .0.display())]
    Data(PathBuf),
    /// A file of the authors' holds something else.
    #[error("{}: {found}, expected {expected}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it holds.
        found: String,
        /// What it should hold.
        expected: String,
    },
    /// A setting that makes no sense.
    #[error("{0}")]
    Setting(String),
    /// There is no study of that name.
    #[error("{0}: no such study; {1}")]
    Unknown(String, String),
}

impl nullcline_core::job::ExitStatus for Error {
    fn exit_status(&self) -> u8 {
        Error::exit_status(self)
    }
}

impl Error {
    /// 1 the disk is full, 2 the command is wrong, 3 the input cannot be used, 4 the numbers failed.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Report(e) => e.exit_status(),
            Self::Unknown(..) | Self::Setting(_) => 2,
            Self::Input(e) if e.is_full() => 1,
            Self::Input(_) | Self::Data(_) | Self::Foreign { .. } => 3,
            Self::Progress(e) => e.exit_status(),
            Self::Numbers(_) => 4,
        }
    }
}

/// Every study, by paper and figure. A new paper adds its own list here.
pub fn all() -> Vec<Study> {
    let navigators = &fanthomme2021::navigators::STUDIES[..];
    [fanthomme2021::STUDIES, navigators, krishna2024::STUDIES, park2023::STUDIES, schaeffer2020::STUDIES]
        .concat()
}

/// The study of that name, or all of the paper of that name.
///
/// # Errors
/// [`Error::Unknown`], which says the nearest name, or what there is.
///
/// ```
/// use nullcline_studies::named;
///
/// assert_eq!(named("park2023/fig3").unwrap().len(), 1);
/// assert!(named("park2023").unwrap().len() > 1);
/// assert!(named("park2024").unwrap_err().to_string().contains("park2023"));
/// ```
pub fn named(name: &str) -> Result<Vec<Study>, Error> {
    let wanted = |s: &Study| s.name == name || s.name.split_once('/').is_some_and(|(paper, _)| paper == name);
    let found: Vec<Study> = all().into_iter().filter(wanted).collect();
    if found.is_empty() { Err(Error::Unknown(name.into(), meant(name))) } else { Ok(found) }
}

/// What to say of a name that is no study's and no paper's.
fn meant(name: &str) -> String {
    let studies = all();
    let mut names: Vec<&str> = studies.iter().filter_map(|s| Some(s.name.split_once('/')?.0)).collect();
    names.dedup();
    names.extend(studies.iter().map(|s| s.name));
    nullcline_core::io::nearest::meant(name, &names)
}

/// Names and titles, a line each.
pub fn list(studies: &[Study]) -> String {
    let widest = studies.iter().map(|s| s.name.len()).max().unwrap_or(0);
    let lines: Vec<String> = studies.iter().map(|s| format!("  {:widest$}  {}", s.name, s.title)).collect();
    lines.join("\n")
}
