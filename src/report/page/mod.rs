//! The report as one self-contained HTML page: prose, figures, tables, and no network.

mod html;
mod table;

use super::figure::Figure;
use super::tables::{TableFormat, TableOut};

pub(crate) use html::escape;
pub use html::render;

/// What the page says. All words are plain text and are escaped.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The heading.
    pub title: String,
    /// The answer in one sentence.
    pub answer: String,
    /// Facts about the run: names and values.
    pub meta: Vec<(String, String)>,
    /// Warnings that concern the whole report.
    pub warnings: Vec<String>,
    /// What was found, module by module.
    pub sections: Vec<Section>,
    /// The command line that makes this report again.
    pub rerun: String,
    /// How the tables in the folder are written.
    pub tables: TableFormat,
}

/// One part of the page, whose files lie in the folder of its name.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// The module's folder, as `lyapunov`.
    pub id: String,
    /// The heading.
    pub title: String,
    /// Opening paragraphs.
    pub intro: Vec<String>,
    /// Results: names and values.
    pub facts: Vec<(String, String)>,
    /// Figures, shown and linked as `<id>/<name>.svg`.
    pub figures: Vec<Figure>,
    /// Tables, their first rows shown and linked as `<id>/<name>.csv`.
    pub tables: Vec<TableOut>,
    /// Warnings and remarks on these results.
    pub notes: Vec<String>,
    /// Further files in the folder, relative to the page.
    pub files: Vec<String>,
}
