//! Runs a study and writes its folder: claims, summary, figures, tables, page.

use super::claims::{self, Claim};
use super::{Error, Findings, Preset, Settings, Study};
use nullcline_report::figure::FigureFormats;
use nullcline_report::folder::{Folder, Origin, Target};
use nullcline_report::page::Page;
use nullcline_report::pipeline::Observer;
use nullcline_report::pipeline::training::{claim_progress, clear_progress, progress_folder};
use nullcline_report::summary::{summary, text};
use nullcline_report::tables::TableFormat;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// What a run is asked for: checked, and the same for every study.
#[derive(Clone, Debug)]
pub struct Request {
    /// How large.
    pub preset: Preset,
    /// Seed of every random stream.
    pub seed: u64,
    /// Reproduce the published numbers beside the right ones.
    pub as_published: bool,
    /// Folder of the authors' files.
    pub data: Option<PathBuf>,
    /// Where the report goes; none: `reports/<paper>/<figure>`.
    pub out: Option<PathBuf>,
    /// Formats of the figures.
    pub figures: FigureFormats,
    /// Write tables as Parquet; `claims.csv` stays what its name says.
    pub parquet: bool,
    /// The command line, for the report.
    pub command: String,
}

impl Request {
    /// What tells the report of a study from others.
    pub fn origin(&self, study: &Study) -> Origin {
        Origin::named("study", &[study.name, self.preset.name()])
    }
}

/// What a study found, for the terminal.
#[derive(Debug)]
pub struct Outcome {
    /// Every claim.
    pub claims: Vec<Claim>,
    /// The answer in a sentence or two.
    pub answer: String,
    /// What a reader must know.
    pub warnings: Vec<String>,
    /// What concerns this run and not its results.
    pub notes: Vec<String>,
    /// The page to open.
    pub page: PathBuf,
}

/// Runs a study and writes its report into `out`, whole or not at all.
///
/// # Errors
/// [`Error::Data`] if the folder of the authors' files is not there, those of writing, and those of
/// the study. Unfinished work stays in `<out>.progress`, where the same run finds it again.
pub fn run(
    study: &Study,
    request: &Request,
    out: &Target,
    observer: &dyn Observer,
) -> Result<Outcome, Error> {
    nullcline_core::linalg::sequential();
    if let Some(data) = request.data.as_ref().filter(|d| !d.is_dir()) {
        return Err(Error::Data(data.clone()));
    }
    // The folder is made first: an unwritable place must not cost minutes of computing.
    let folder = Folder::of(out, request.origin(study))?;
    let settings = Settings {
        preset: request.preset,
        seed: request.seed,
        as_published: request.as_published,
        data: request.data.clone(),
        progress: progress(&out.folder, request),
    };
    let lock = claim_progress(&settings.progress)?;
    let found = (study.run)(&settings, observer)?;
    observer.start("writing the report", 0);
    let outcome = write(study, request, found, folder);
    observer.finish();
    if outcome.is_ok() {
        // What remains there is of no use, and harmless if it cannot be removed.
        let _ = clear_progress(&settings.progress);
        let _ = settings.progress.parent().map(std::fs::remove_dir);
    }
    drop(lock);
    outcome
}

/// A folder beside `out` whose name holds everything that results depend on.
fn progress(out: &Path, request: &Request) -> PathBuf {
    let mut run = format!("{}-{}-{}", env!("CARGO_PKG_VERSION"), request.preset.name(), request.seed);
    for (set, word) in [(request.as_published, "-as-published"), (request.data.is_some(), "-data")] {
        run.push_str(if set { word } else { "" });
    }
    progress_folder(out).join(run)
}

fn write(study: &Study, request: &Request, found: Findings, folder: Folder) -> Result<Outcome, Error> {
    let Findings { claims, answer, sections, json: mut entry, warnings } = found;
    let tables = if request.parquet { TableFormat::Parquet } else { TableFormat::Csv };
    let mut meta: Vec<(String, String)> = vec![
        ("Study".into(), study.name.into()),
        ("Preset".into(), request.preset.name().into()),
        ("Seed".into(), request.seed.to_string()),
    ];
    if let Some(data) = &request.data {
        meta.push(("Authors' files".into(), data.display().to_string()));
    }
    meta.push(("nullcline".into(), env!("CARGO_PKG_VERSION").into()));
    let page = Page {
        title: study.title.into(),
        answer: answer.clone(),
        claims: claims::rows(&claims),
        meta,
        warnings: warnings.clone(),
        sections,
        rerun: request.command.clone(),
        tables,
        figures: request.figures,
    };
    folder.write_page(&page)?;
    folder.write("claims.csv", claims::table(&claims, request.preset).encode(TableFormat::Csv)?)?;
    entry.insert("claims".into(), claims::json(&claims, request.preset));
    let modules = Map::from_iter([(study.name.to_string(), Value::Object(entry))]);
    let input = json!({
        "study": study.name,
        "preset": request.preset.name(),
        "as_published": request.as_published,
        "data": request.data.as_ref().map(|d| d.display().to_string()),
    });
    let whole = summary(&request.command, request.seed, input, modules, &warnings);
    folder.write("summary.json", text(&whole))?;
    let (out, notes) = folder.commit()?;
    Ok(Outcome { claims, answer, warnings, notes, page: out.join("report.html") })
}
