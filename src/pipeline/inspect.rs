//! What is in a file, and what nullcline would make of it.

use super::{Config, Error, Source, open};
use crate::io::table::{Kind, schema};
use crate::io::tensors;
use std::fmt::Write;

/// A description of `config.file` for the terminal, and why `analyze` cannot use a sound file, if it cannot.
///
/// # Errors
/// As reading the file.
pub fn inspect(config: &Config) -> Result<(String, Option<Error>), Error> {
    let (mut text, mut problem) = (String::new(), None);
    let path = &config.file;
    match tensors::read(path) {
        Ok(file) => {
            let _ = writeln!(text, "{}: {} file, {} arrays", path.display(), file.format, file.tensors.len());
            let width = file.tensors.iter().map(|t| t.name.len()).max().unwrap_or(0);
            for t in &file.tensors {
                let finite = t.data.iter().all(|v| v.is_finite());
                let (lo, hi) = t
                    .data
                    .iter()
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
                let note = if finite { String::new() } else { "  holds values that are not finite".into() };
                let range = if t.data.is_empty() { "empty".into() } else { format!("{lo:.4} to {hi:.4}") };
                let shape = format!("{:?}", t.shape);
                let _ = writeln!(text, "  {:width$}  {:5} {shape:12} {range}{note}", t.name, t.dtype);
            }
            for (k, v) in &file.metadata {
                let _ = writeln!(text, "  metadata {k}: {v}");
            }
            for s in &file.skipped {
                let _ = writeln!(text, "  skipped {s}");
            }
        }
        // Not weights: a table, or an error that the table reader words better.
        Err(weights) => match schema(path, None) {
            Ok(s) => {
                let rows = s.rows.map_or_else(String::new, |r| format!(", {r} rows"));
                let _ = writeln!(
                    text,
                    "{}: {} table, {} columns{rows}",
                    path.display(),
                    s.format,
                    s.columns.len()
                );
                for c in s.columns.iter().take(40) {
                    let kind = match &c.kind {
                        Kind::Number => "number",
                        Kind::Text => "text",
                        Kind::Other(k) => k,
                    };
                    let index = if s.index.contains(&c.name) { ", names or counts the rows" } else { "" };
                    let _ = writeln!(text, "  {}  {kind}{index}", c.name);
                }
                if s.columns.len() > 40 {
                    let _ = writeln!(text, "  and {} more columns", s.columns.len() - 40);
                }
                for note in &s.notes {
                    let _ = writeln!(text, "  {note}");
                }
            }
            Err(table) => {
                let name = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
                let tabular = matches!(
                    name.as_deref(),
                    Some("csv" | "tsv" | "txt" | "parquet" | "arrow" | "feather" | "ipc")
                );
                return Err(if tabular { table.into() } else { weights.into() });
            }
        },
    }
    match open(config) {
        Ok(Source::Network(n)) => {
            let _ = writeln!(text, "`nullcline analyze` reads it as a network: {}", n.describe());
            if let Some(r) = &n.readout {
                let _ = writeln!(text, "  read-out: {} ({} outputs)", r.name, r.weight.nrows());
            }
            // What is not used is listed whole below.
            for note in n.notes.iter().chain(n.said.iter().filter(|s| !s.starts_with("Not "))) {
                let _ = writeln!(text, "  {note}");
            }
            if !n.unused.is_empty() {
                let _ = writeln!(text, "  not used: {}", n.unused.join(", "));
            }
        }
        Ok(Source::Recording { array, said }) => {
            let array = array.map_or_else(String::new, |a| format!(" (array `{a}`)"));
            let _ = writeln!(
                text,
                "`nullcline analyze` reads it as a recording{array}: a row is a time step, a column a unit"
            );
            if let Some(said) = said {
                let _ = writeln!(text, "  {said}");
            }
        }
        Err(e) => problem = Some(e),
    }
    Ok((text, problem))
}
