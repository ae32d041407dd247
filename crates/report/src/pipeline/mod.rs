//! From a checked configuration to a report: load, diagnose, write.

mod analyses;
mod columns;
mod config;
pub mod distill;
mod error;
mod failed;
pub mod ibl;
pub mod infer;
mod inspect;
mod network;
mod order;
mod recording;
mod roles;
mod room;
mod source;
mod tables;
pub mod training;

pub use config::{AnalysisSettings, Config, Missing, Module, NetworkSettings, RecordingSettings};
pub use error::Error;
pub use inspect::inspect;
pub use room::fits;
pub use source::{Source, open};

use crate::figure::FigureFormats;
use crate::folder::Folder;
use crate::page::Page;
use crate::sections::Rendered;
use crate::summary::{summary, text};
use crate::tables::TableFormat;
use nullcline_core::io::steady;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Where the pipeline says how far it is.
pub trait Observer: Sync {
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

/// What was found, for the terminal.
#[derive(Debug)]
pub struct Outcome {
    /// What was read, in a line.
    pub subject: String,
    /// The findings, a sentence each.
    pub findings: Vec<String>,
    /// Warnings.
    pub warnings: Vec<String>,
    /// What concerns this run and not its results, such as where it was taken up.
    pub notes: Vec<String>,
    /// The page to open.
    pub page: PathBuf,
}

/// What diagnosing yields before it is written.
struct Diagnosed {
    subject: String,
    /// The file's own facts, for the head of the page.
    facts: Vec<(String, String)>,
    /// Entry `input` of the summary.
    input: Value,
    findings: Vec<String>,
    warnings: Vec<String>,
    /// Modules that could not be done, and why.
    failed: Vec<(Module, String)>,
    modules: Vec<(Module, Rendered)>,
}

/// What every report says of its run.
struct Run<'a> {
    file: &'a Path,
    seed: u64,
    command: &'a str,
    figures: FigureFormats,
    parquet: bool,
}

/// Analyses a network or a recording and writes the report, whole or not at all.
pub fn analyze(config: &Config, observer: &dyn Observer) -> Result<Outcome, Error> {
    nullcline_core::linalg::sequential();
    let _held = steady::hold();
    // The folder is made first: an unwritable place must not cost minutes of computing.
    let folder = Folder::create(&config.out, "analyze", &[&config.file])?;
    let diagnosed = match open(config)? {
        Source::Network(network) => network::diagnose(&network, config, observer)?,
        Source::Recording { array } => recording::diagnose(config, array.as_deref(), observer)?,
    };
    observer.start("writing the report", 0);
    let run = Run {
        file: &config.file,
        seed: config.seed,
        command: &config.command,
        figures: config.figures,
        parquet: config.parquet,
    };
    let outcome = write(&run, diagnosed, folder);
    observer.finish();
    outcome
}

fn write(run: &Run, found: Diagnosed, folder: Folder) -> Result<Outcome, Error> {
    let mut json = Map::new();
    let mut warnings = found.warnings;
    let mut sections = Vec::new();
    for (module, rendered) in found.modules {
        // Modules on the same rows leave out the same.
        let new: Vec<String> = rendered.warnings.into_iter().filter(|w| !warnings.contains(w)).collect();
        warnings.extend(new);
        json.insert(module.name().into(), rendered.json);
        sections.push(rendered.section);
    }
    let tables = if run.parquet { TableFormat::Parquet } else { TableFormat::Csv };
    let name = run.file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let mut meta = vec![("Read from".into(), run.file.display().to_string())];
    meta.extend(found.facts);
    meta.push(("Seed".into(), run.seed.to_string()));
    meta.push(("nullcline".into(), env!("CARGO_PKG_VERSION").into()));
    let page = Page {
        title: name,
        answer: found.findings.join(" "),
        claims: vec![],
        meta,
        warnings: warnings.clone(),
        sections,
        rerun: run.command.to_owned(),
        tables,
        figures: run.figures,
    };
    folder.write_page(&page)?;
    let mut whole = summary(run.command, run.seed, found.input, json, &warnings);
    if let Value::Object(entries) = &mut whole
        && !found.failed.is_empty()
    {
        let failed: Map<String, Value> =
            found.failed.into_iter().map(|(m, reason)| (m.name().into(), reason.into())).collect();
        entries.insert("failed".into(), Value::Object(failed));
    }
    folder.write("summary.json", text(&whole))?;
    let (out, notes) = folder.commit()?;
    let (subject, findings) = (found.subject, found.findings);
    Ok(Outcome { subject, findings, warnings, notes, page: out.join("report.html") })
}
