//! The report as one self-contained HTML page: the answer first, then figures, tables and what unfolds; no network.
//!
//! Its scripts turn the view of states, tell values under the pointer, switch series and sort tables; they draw what the page
//! says and compute nothing. Without them, and in print, figures stand for themselves.

mod claims;
mod head;
mod heads;
mod html;
mod numbers;
mod parts;
mod script;
mod table;

use super::figure::{Figure, FigureFormats};
use super::tables::{TableFormat, TableOut};

pub(crate) use html::escape;
pub use html::render;

/// What the page says. All words are plain text and are escaped.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The heading.
    pub title: String,
    /// What was looked at, in a line.
    pub subject: String,
    /// The answer in some short sentences.
    pub answer: Vec<String>,
    /// What the answer holds for, where that must be said beside it.
    pub scope: String,
    /// The figure that stands beside the answer: its section and its name.
    pub lead: Option<[String; 2]>,
    /// What a paper claims and whether it stands: the first thing shown.
    pub claims: Vec<ClaimRow>,
    /// Facts about the run: names and values.
    pub meta: Vec<(String, String)>,
    /// Warnings that concern the whole report.
    pub warnings: Vec<String>,
    /// What was found, module by module.
    pub sections: Vec<Section>,
    /// The command line that makes this report again.
    pub rerun: String,
    /// The command line that goes on from here.
    pub next: Option<String>,
    /// How the tables in the folder are written.
    pub tables: TableFormat,
    /// How the figures in the folder are written.
    pub figures: FigureFormats,
}

/// A claim as the page shows it; what is empty is not known.
#[derive(Clone, Debug, Default)]
pub struct ClaimRow {
    /// `holds`, `differs`, `undecided` or `not tested`.
    pub verdict: &'static str,
    /// Whether it is an identity that the code must obey, counted and shown apart.
    pub check: bool,
    /// The statement.
    pub claim: String,
    /// What is measured, and where the paper says it.
    pub detail: String,
    /// Why it differs or cannot be told.
    pub reason: String,
    /// The paper's number.
    pub published: String,
    /// The theory's number.
    pub predicted: String,
    /// Ours with its error.
    pub measured: String,
    /// Largest difference that still holds.
    pub tolerance: String,
    /// Independent repetitions.
    pub n: String,
}

/// One part of the page, whose files lie in the folder of its name.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// The module's folder, as `lyapunov`.
    pub id: String,
    /// The heading.
    pub title: String,
    /// Opening paragraphs: what was found.
    pub intro: Vec<String>,
    /// How it was found, in paragraphs that the page folds.
    pub method: Vec<String>,
    /// Results: names and values.
    pub facts: Vec<(String, String)>,
    /// Figures, shown and linked as `<id>/<name>.svg` or in another format.
    pub figures: Vec<Figure>,
    /// Tables, their first rows shown and linked as `<id>/<name>.csv`.
    pub tables: Vec<TableOut>,
    /// Warnings and remarks on these results.
    pub notes: Vec<String>,
    /// Further files in the folder, relative to the page.
    pub files: Vec<String>,
}

impl Section {
    /// An empty part of the page, whose files lie in the folder `id`.
    pub fn new(id: &str, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), ..Self::default() }
    }
    /// With an opening paragraph more.
    pub fn intro(mut self, paragraph: impl Into<String>) -> Self {
        self.intro.push(paragraph.into());
        self
    }
    /// With a paragraph more on how it was found.
    pub fn method(mut self, paragraph: impl Into<String>) -> Self {
        self.method.push(paragraph.into());
        self
    }
    /// With a fact more: its name and its value.
    pub fn fact(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.facts.push((name.into(), value.into()));
        self
    }
    /// With these figures more.
    pub fn figures(mut self, figures: impl IntoIterator<Item = Figure>) -> Self {
        self.figures.extend(figures);
        self
    }
    /// With these tables more.
    pub fn tables(mut self, tables: impl IntoIterator<Item = TableOut>) -> Self {
        self.tables.extend(tables);
        self
    }
}
