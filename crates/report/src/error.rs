//! What can go wrong when results are rendered and written.

use plotters::drawing::DrawingAreaErrorKind;
use plotters_backend::DrawingErrorKind;
use std::path::{Path, PathBuf};

/// An error of the report room.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The embedded font could not be read.
    #[error("the embedded DejaVu Sans font cannot be read: this build is damaged, install nullcline again")]
    Font,
    /// A picture could not be encoded.
    #[error("figure {name}: the PNG could not be encoded: {reason}")]
    Png {
        /// File stem of the figure.
        name: String,
        /// What the encoder said.
        reason: String,
    },
    /// A chart could not be drawn.
    #[error("a chart could not be drawn: {0}")]
    Chart(String),
    /// The columns of a table do not have the same length.
    #[error("table {table}: column {column} has {found} rows, expected {expected} as in the first column")]
    Ragged {
        /// Name of the table.
        table: String,
        /// The first column that differs.
        column: String,
        /// Its number of rows.
        found: usize,
        /// Rows of the first column.
        expected: usize,
    },
    /// A table could not be encoded.
    #[error("table {table}: {reason}")]
    Table {
        /// Name of the table.
        table: String,
        /// What the encoder said.
        reason: String,
    },
    /// The answer could not be written as JSON.
    #[error("summary.json: {0}")]
    Summary(String),
    /// A file or folder could not be written.
    #[error("cannot {action} {}: {source}{}", path.display(), advice(source))]
    Write {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The destination holds something that nullcline did not write, or does not know to have written.
    #[error(
        "{} is not empty and is not a report that keeps a list of its files (it has no {}): nothing was changed there; choose \
         another folder with --out, or move away what lies there",
        .0.display(), super::folder::LIST
    )]
    Occupied(PathBuf),
    /// The destination holds a list of files that cannot be used.
    #[error(
        "{} holds a list of files ({}) that cannot be used ({why}), so that nobody can tell which of its files nullcline wrote: \
         nothing was changed there; choose another folder with --out, or move this one away",
        folder.display(), super::folder::LIST
    )]
    Unlisted {
        /// The destination.
        folder: PathBuf,
        /// What is wrong with the list.
        why: String,
    },
    /// The destination has the name of an unfinished report.
    #[error("{}: names like this are those of unfinished reports and are swept; choose another with --out", .0.display())]
    Reserved(PathBuf),
    /// The destination holds the report of something else.
    #[error(
        "{} holds another report ({of}): nothing was changed there; --force replaces it, --out chooses another folder",
        folder.display()
    )]
    Other {
        /// The destination.
        folder: PathBuf,
        /// What that report is of.
        of: String,
    },
    /// A file of the earlier report is not as it was written.
    #[error(
        "{}: {file} {what}, and would be replaced: nothing was changed there; move it away, or choose another folder with --out",
        folder.display()
    )]
    Changed {
        /// The destination.
        folder: PathBuf,
        /// Path of the file in it, or of a folder.
        file: String,
        /// What it is now.
        what: String,
    },
    /// An input lies in the destination.
    #[error("{} lies inside {}, where the report would go: choose another folder with --out", input.display(), folder.display())]
    Inside {
        /// The destination.
        folder: PathBuf,
        /// The input.
        input: PathBuf,
    },
    /// A file that nullcline did not write stands where the report has one.
    #[error(
        "{} holds {file}, which nullcline did not write and this report would replace: nothing was changed there; the report \
         is in {}",
        folder.display(), beside.display()
    )]
    Collides {
        /// The destination.
        folder: PathBuf,
        /// Path of the file in it.
        file: String,
        /// Where the new report lies.
        beside: PathBuf,
    },
    /// The destination exists and is not a folder.
    #[error("{} is a file, not a folder: choose another folder with --out", .0.display())]
    NotAFolder(PathBuf),
    /// The destination, or a folder above it, is a link that leads nowhere.
    #[error("{} is a link to {}, which is not there: make that folder, or choose another with --out", link.display(), to.display())]
    Dangling {
        /// The link.
        link: PathBuf,
        /// Where it leads.
        to: PathBuf,
    },
    /// A path inside the report leads out of it.
    #[error("{0:?} is not a path inside the report folder")]
    Outside(PathBuf),
}

impl Error {
    /// 1 the disk is full; 2 the report cannot go where it was sent.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Write { source, .. } if nullcline_core::io::error::full(source) => 1,
            Self::Summary(_) => 4,
            _ => 2,
        }
    }
    pub(crate) fn write(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Write { action, path, source }
    }
}

impl From<DrawingAreaErrorKind<Error>> for Error {
    fn from(error: DrawingAreaErrorKind<Error>) -> Self {
        match error {
            DrawingAreaErrorKind::BackendError(DrawingErrorKind::DrawingError(own)) => own,
            other => Self::Chart(other.to_string()),
        }
    }
}

fn advice(source: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match source.kind() {
        _ if nullcline_core::io::error::full(source) => {
            ": free some space, or choose a folder on another disk with --out"
        }
        ErrorKind::InvalidFilename => {
            ": choose a shorter name with --out; what is beside a report takes some 30 bytes more"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem | ErrorKind::NotFound => {
            ": choose a folder you may write to with --out"
        }
        _ => "",
    }
}
