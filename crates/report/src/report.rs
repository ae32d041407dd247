//! What a report says of an answer.

use crate::folder::{Folder, Origin, Target};
use crate::page::ClaimRow;
use crate::runner::Failure;
use crate::sections::Rendered;
use crate::tables::TableOut;
use nullcline_core::job::Job;
use std::path::{Path, PathBuf};

/// An answer in words, tables and figures.
#[derive(Default)]
pub struct Told {
    /// The heading of the page; of a job on a file its name where it is empty.
    pub title: String,
    /// What was looked at, in a line.
    pub subject: String,
    /// Facts for the head of the page.
    pub facts: Vec<(String, String)>,
    /// The seed of every random stream.
    pub seed: u64,
    /// The findings, a sentence each.
    pub findings: Vec<String>,
    /// The answer in some short sentences, for the head of the page; empty: the findings.
    pub answer: Vec<String>,
    /// What the answer holds for, where that must be said beside it.
    pub scope: String,
    /// Figures that could stand beside the answer, each by section and name: the first that there is does.
    pub leads: Vec<[&'static str; 2]>,
    /// What a paper claims, and whether it stands.
    pub claims: Vec<ClaimRow>,
    /// Warnings.
    pub warnings: Vec<String>,
    /// What concerns this run and not its results, such as where it was taken up.
    pub notes: Vec<String>,
    /// Parts of the page.
    pub modules: Vec<Rendered>,
    /// Tables beside the page, always as CSV.
    pub tables: Vec<TableOut>,
}

/// A job whose answer can be told.
pub trait Report: Job {
    /// What tells its report from others, at `place`.
    ///
    /// # Errors
    /// Those of the job's settings.
    fn origin(&self, place: &Path) -> Result<Origin, Self::Error>;

    /// The file that it is about, if it is about one.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// What its report is called where it is about no file.
    ///
    /// # Errors
    /// Those of the job's settings.
    fn name(&self) -> Result<String, Self::Error> {
        Ok(Self::NAME.to_owned())
    }

    /// Where its report goes: into the folder given, or to a place of its own in `reports`.
    ///
    /// # Errors
    /// Those of the job's settings.
    fn target(&self, given: Option<PathBuf>, force: bool) -> Result<Target, Self::Error> {
        let command = Self::NAME.replace('.', " ");
        Ok(match self.file() {
            Some(file) => Target::file(given, force, &command, file),
            None => Target::named(given, force, &self.name()?, &self.origin(Path::new(""))?),
        })
    }

    /// The answer in words.
    ///
    /// # Errors
    /// A figure or table that cannot be made.
    fn tell(&self, found: &Self::Found) -> Result<Told, Failure>;

    /// The command that goes on from what lies in the folder `out`, where there is one.
    fn next(&self, _: &Self::Found, _: &Path) -> Option<String> {
        None
    }

    /// Writes what belongs to the answer beside page and tables, such as weights.
    ///
    /// # Errors
    /// Files that cannot be written.
    fn write(&self, _: &Self::Found, _: &Folder) -> Result<(), Failure> {
        Ok(())
    }
}
