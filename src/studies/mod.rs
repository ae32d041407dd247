//! Published theory against simulation, claim by claim: one folder a paper, one file a figure or table.

pub mod claims;
pub mod park2023;

pub use claims::{Claim, Verdict};

use crate::pipeline::Observer;
use crate::report::page::Section;
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

/// A study of one figure or table.
#[derive(Clone, Copy)]
pub struct Study {
    /// `paper/figure`, as on the command line.
    pub name: &'static str,
    /// What it shows, in a line.
    pub title: &'static str,
    /// Runs it.
    pub run: fn(&Settings, &dyn Observer) -> Result<Findings, Error>,
}

/// Why a study has no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that it needs cannot be used.
    #[error(transparent)]
    Input(#[from] crate::io::error::Error),
    /// A figure or table cannot be made.
    #[error(transparent)]
    Report(#[from] crate::report::Error),
    /// The numbers failed.
    #[error("{0}")]
    Numbers(String),
}

/// Every study, by paper and figure.
pub fn all() -> Vec<Study> {
    park2023::STUDIES.to_vec()
}
