//! From a job to a folder: the only place where a report is written.

use crate::figure::FigureFormats;
use crate::folder::{Folder, Target, resolved};
use crate::page::{Page, Section};
use crate::report::{Report, Told};
use crate::summary::{summary, text};
use crate::tables::TableFormat;
use faer::MatRef;
use nullcline_core::analyses::training::{Precision, clear_progress};
use nullcline_core::io::tensors::{Tensor, write_safetensors};
use nullcline_core::job::{Desk, ExitStatus};
use nullcline_core::systems::architecture::Architecture;
use nullcline_core::systems::checkpoint;
use nullcline_core::systems::rule::Rule;
use std::path::{Path, PathBuf};

/// The file with a trained network.
pub const NETWORK: &str = "network.safetensors";

/// How and where a report is written; no number depends on it.
#[derive(Clone, Debug)]
pub struct Writing {
    /// The folder.
    pub out: Target,
    /// How figures are written.
    pub figures: FigureFormats,
    /// How tables are written.
    pub tables: TableFormat,
    /// The command line that makes this report again.
    pub command: String,
}

/// An answer with its report.
#[derive(Debug)]
pub struct Outcome<F> {
    /// The numbers.
    pub found: F,
    /// What was looked at, in a line.
    pub subject: String,
    /// The findings, a sentence each.
    pub findings: Vec<String>,
    /// Warnings.
    pub warnings: Vec<String>,
    /// What concerns this run and not its results.
    pub notes: Vec<String>,
    /// The command that goes on from here.
    pub next: Option<String>,
    /// The page to open.
    pub page: PathBuf,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The job has no answer.
    #[error("{0}")]
    Job(Box<dyn ExitStatus>),
    /// The report cannot be written.
    #[error(transparent)]
    Report(#[from] crate::Error),
    /// A file of the report cannot be written.
    #[error(transparent)]
    File(#[from] nullcline_core::io::error::Error),
}

impl Failure {
    /// That of a job.
    pub fn of(error: impl ExitStatus + 'static) -> Self {
        Self::Job(Box::new(error))
    }

    /// The exit status of a command that ends so.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Job(e) => e.exit_status(),
            Self::Report(e) => e.exit_status(),
            Self::File(e) if e.is_full() => 1,
            Self::File(_) => 3,
        }
    }
}

/// The folder beside `out` where unfinished work is kept.
pub fn progress_folder(out: &Path) -> PathBuf {
    // `.` and `..` have no name of their own.
    let whole = out.file_name().is_none().then(|| resolved(out));
    let out = whole.as_deref().unwrap_or(out);
    let mut name = out.file_name().unwrap_or_default().to_os_string();
    name.push(".progress");
    out.with_file_name(name)
}

/// Runs `job` and writes its report, whole or not at all.
///
/// Unfinished work of jobs that keep it lies beside the report until that is written.
///
/// # Errors
/// Those of the job, and those of writing.
pub fn run<J: Report>(job: &J, writing: &Writing, desk: &Desk) -> Result<Outcome<J::Found>, Failure>
where
    J::Error: 'static,
{
    job.check().map_err(Failure::of)?;
    let origin = || job.origin(&writing.out.folder).map_err(Failure::of);
    Folder::outside(&writing.out, &job.files())?;
    // The folder is made first: an unwritable place must not cost minutes of computing.
    let folder = Folder::of(&writing.out, origin()?)?;
    if !J::RESUMES {
        let found = job.run(desk).map_err(Failure::of)?;
        return finish(job, writing, desk, found, folder);
    }
    // Nor may a run that is killed after hours leave half a folder.
    drop(folder);
    let beside = progress_folder(&writing.out.folder);
    let place = job.own(&beside).map_err(Failure::of)?;
    let desk = Desk { unfinished: Some(&place), ..*desk };
    let found = job.run(&desk).map_err(Failure::of)?;
    let outcome = finish(job, writing, &desk, found, Folder::of(&writing.out, origin()?)?)?;
    // What remains there is of no use, and harmless if it cannot be removed.
    if place.is_dir() {
        let _ = clear_progress(&place);
        let _ = std::fs::remove_dir(&beside);
    }
    Ok(outcome)
}

fn finish<J: Report>(
    job: &J,
    writing: &Writing,
    desk: &Desk,
    found: J::Found,
    folder: Folder,
) -> Result<Outcome<J::Found>, Failure> {
    desk.observer.start("writing the report", 0);
    job.write(&found, &folder)?;
    let told = job.tell(&found)?;
    let (subject, findings, mut notes) = (told.subject.clone(), told.findings.clone(), told.notes.clone());
    let warnings = lay_out(job, &found, writing, told, &folder)?;
    let (out, more) = folder.commit()?;
    desk.observer.finish();
    notes.splice(0..0, more);
    let next = job.next(&found, &out);
    Ok(Outcome { found, subject, findings, warnings, notes, next, page: out.join("report.html") })
}

/// Writes page, tables, figures and summary; gives all warnings.
fn lay_out<J: Report>(
    job: &J,
    found: &J::Found,
    writing: &Writing,
    told: Told,
    folder: &Folder,
) -> Result<Vec<String>, Failure> {
    let (mut warnings, mut sections) = (told.warnings, vec![]);
    for rendered in told.modules {
        // Modules on the same rows leave out the same.
        let new: Vec<String> = rendered.warnings.into_iter().filter(|w| !warnings.contains(w)).collect();
        warnings.extend(new);
        sections.push(rendered.section);
    }
    let file = job.file();
    let name = file.and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
    let mut meta: Vec<(String, String)> =
        file.map(|f| ("Read from".to_owned(), f.display().to_string())).into_iter().collect();
    meta.extend(told.facts);
    meta.push(("Seed".into(), told.seed.to_string()));
    meta.push(("nullcline".into(), env!("CARGO_PKG_VERSION").into()));
    let lead = lead(&told.leads, &sections, told.claims.is_empty());
    let page = Page {
        title: if told.title.is_empty() { name.unwrap_or_default() } else { told.title },
        subject: told.subject,
        answer: if told.answer.is_empty() { told.findings } else { told.answer },
        scope: told.scope,
        lead,
        claims: told.claims,
        meta,
        warnings: warnings.clone(),
        sections,
        rerun: writing.command.clone(),
        next: job.next(found, &writing.out.folder),
        tables: writing.tables,
        figures: writing.figures,
    };
    folder.write_page(&page)?;
    for table in &told.tables {
        folder.write(table.file_name(TableFormat::Csv), table.encode(TableFormat::Csv)?)?;
    }
    let whole = summary(job, found, &writing.command, told.seed, &warnings, page.lead.as_ref())?;
    folder.write("summary.json", text(&whole))?;
    Ok(warnings)
}

/// The figure that stands beside the answer: the first of `wanted` that there is and says something, or the first of all.
fn lead(wanted: &[[&str; 2]], sections: &[Section], any: bool) -> Option<[String; 2]> {
    let all =
        || sections.iter().flat_map(|s| s.figures.iter().filter(|f| f.shows()).map(|f| [&*s.id, &*f.name]));
    let first = wanted.iter().copied().find(|place| all().any(|p| p == *place));
    let first = first.or_else(|| all().next().filter(|_| any && wanted.is_empty()));
    first.map(|place| place.map(str::to_owned))
}

/// Writes a network as a file that `analyze` reads without a flag; its numbers in `precision`, if they are to be, and with `facts` of
/// its task.
///
/// # Errors
/// A file that cannot be written.
pub fn network_file(
    folder: &Folder,
    name: &str,
    architecture: &Architecture,
    rule: &dyn Rule,
    readout: Option<(MatRef<f64>, &[f64])>,
    precision: Option<Precision>,
    facts: &[(&str, String)],
    beside: Vec<Tensor>,
) -> Result<(), Failure> {
    let (mut tensors, mut metadata) = checkpoint::save(architecture, rule, readout);
    tensors.extend(beside);
    if let Some(p) = precision {
        tensors.iter_mut().for_each(|t| t.dtype = p.name().into());
    }
    metadata.extend(facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Ok(write_safetensors(&folder.place(name)?, &tensors, &metadata)?)
}
