//! What is in a file, and what nullcline would make of it.

use super::network::usable;
use super::recording::check;
use super::session;
use super::source::{may_be_weights, maybe_weights, square};
use super::{Config, Error, Source, open};
use crate::io::alignment;
use crate::io::shown::{count, line, name};
use crate::io::table::{self as tables, Kind, Schema, Session, schema};
use crate::io::tensors::{self, Tensors};
use crate::systems::checkpoint::Network;
use std::fmt::Write;
use std::path::Path;

/// Columns of a table that are shown.
const SHOWN: usize = 40;
/// Metadata that are shown.
const SHOWN_METADATA: usize = 20;

/// A description of `config.file` for the terminal, and why `analyze` cannot use a sound file, if it cannot.
///
/// # Errors
/// As reading the file.
///
/// ```
/// use nullcline_core::analyses::{Analyze, inspect};
///
/// let job = Analyze { file: "../../datasets/sine_tanh.pt".into(), ..Analyze::default() };
/// let (text, problem) = inspect(&job.config().unwrap()).unwrap();
/// assert!(problem.is_none() && text.contains("weight_hh_l0"));
/// ```
pub fn inspect(config: &Config) -> Result<(String, Option<Error>), Error> {
    let _held = crate::io::steady::hold();
    let path = &config.file;
    if let Some(text) = potts(path)? {
        return Ok((text, None));
    }
    let mut settled = config.clone();
    let config = &mut settled;
    let source = session::settle(path, &mut config.recording).and_then(|()| open(config));
    // A recording's values are never held whole.
    let recorded = matches!(source, Ok(Source::Recording { .. }));
    let outline = if recorded { tensors::outline(path).ok().flatten() } else { None };
    let mut text = match outline.map_or_else(|| tensors::read(path), Ok) {
        Ok(file) => weights(path, &file),
        // Not weights: a table, or an error that the table reader words better.
        Err(weights) => match schema(path, array_of(&source)) {
            Ok(schema) => table(path, &schema),
            Err(table) => match tables::session(path) {
                Ok(Some(found)) if path.is_dir() => {
                    return Ok((folder(path, &found), Some(source.err().unwrap_or_else(|| table.into()))));
                }
                _ => return Err(if maybe_weights(path) { weights.into() } else { table.into() }),
            },
        },
    };
    let problem = match source {
        Ok(Source::Network(n)) => {
            network(&mut text, &n);
            usable(&n, config).err()
        }
        Ok(Source::Recording { array }) => recording(&mut text, config, array.as_deref()).err(),
        Err(e) => Some(e),
    };
    Ok((text, problem))
}

/// A session in a folder.
fn folder(path: &Path, found: &Session) -> String {
    let mut text = format!("{}: a folder of a session\n", line(&path.display().to_string()));
    for (what, n) in &found.units {
        let _ = writeln!(text, "  {}: spike times of {n} units (--bin 20ms counts them)", name(what));
    }
    for (what, shape) in &found.series {
        let _ = writeln!(text, "  {}: a time series {shape:?} (--units names it)", name(what));
    }
    for (what, n) in &found.intervals {
        let _ = writeln!(text, "  {}: {n} intervals (--trial names them)", name(what));
    }
    text
}

/// The array of a recording that is named.
fn array_of(source: &Result<Source, Error>) -> Option<&str> {
    match source {
        Ok(Source::Recording { array }) => array.as_deref(),
        _ => None,
    }
}

/// An alignment or a Potts model, which `infer potts` reads.
fn potts(path: &Path) -> Result<Option<String>, Error> {
    if path.is_file() && alignment::holds(path).unwrap_or(false) {
        let found = alignment::read(path)?;
        let shown = line(&path.display().to_string());
        return Ok(Some(format!(
            "{shown}: {} alignment, {} of {}\n`nullcline infer potts {shown}` infers the couplings of its columns\n",
            found.format,
            count(found.names.len(), "sequence"),
            count(found.columns, "column"),
        )));
    }
    let is_model = |t: &Tensors| {
        let shape = |name: &str| t.get(name).map(|a| &a.shape[..]);
        matches!((shape("h"), shape("j")), (Some([n, q]), Some([a, b, c, d])) if [a, b, c, d] == [n, n, q, q])
    };
    if !tensors::outline(path).ok().flatten().is_some_and(|t| is_model(&t)) {
        return Ok(None);
    }
    let file = tensors::read(path)?;
    let mut text = weights(path, &file);
    let [n, q] = file.get("h").map_or([0, 0], |h| [h.shape[0], h.shape[1]]);
    let shown = line(&path.display().to_string());
    let _ = writeln!(
        text,
        "a Potts model of {} of up to {q} states: `nullcline infer potts --model {shown}` finds its log Z, with --sample 1000 samples of it, \
         with --score FILE what it says of other data",
        count(n, "site")
    );
    Ok(Some(text))
}

fn weights(path: &Path, file: &Tensors) -> String {
    let path = line(&path.display().to_string());
    let mut text = format!("{path}: {} file, {} arrays\n", file.format, file.tensors.len());
    let names: Vec<String> = file.tensors.iter().map(|t| name(&t.name)).collect();
    let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
    for (t, shown) in file.tensors.iter().zip(&names) {
        let finite = t.data.iter().all(|v| v.is_finite());
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        let (lo, hi) = t.data.iter().fold(start, |(a, b), v| (a.min(*v), b.max(*v)));
        let note = if finite { "" } else { "  holds values that are not finite" };
        let range = match t.data.is_empty() {
            true if t.shape.contains(&0) => "empty".into(),
            // Of an outline.
            true => String::new(),
            false => format!("{lo:.4} to {hi:.4}"),
        };
        let shape = format!("{:?}", t.shape);
        let row = format!("  {shown:width$}  {:5} {shape:12} {range}{note}", name(&t.dtype));
        let _ = writeln!(text, "{}", row.trim_end());
    }
    for (k, v) in file.metadata.iter().take(SHOWN_METADATA) {
        let _ = writeln!(text, "  metadata {}: {}", name(k), name(v));
    }
    if let Some(more) = file.metadata.len().checked_sub(SHOWN_METADATA).filter(|n| *n > 0) {
        let _ = writeln!(text, "  and {more} more metadata");
    }
    for t in &file.texts {
        let _ = writeln!(text, "  {}  text {:?}", name(&t.name), t.shape);
    }
    for (left, why) in file.skipped.iter().filter(|s| file.texts.iter().all(|t| t.name != s.0)) {
        let _ = writeln!(text, "  skipped {}: {}", name(left), line(why));
    }
    text
}

fn table(path: &Path, s: &Schema) -> String {
    let rows = s.rows.map_or_else(String::new, |r| format!(", {r} rows"));
    let path = line(&path.display().to_string());
    let mut text = format!("{path}: {} table, {} columns{rows}\n", s.format, s.columns.len());
    for c in s.columns.iter().take(SHOWN) {
        let kind = match &c.kind {
            Kind::Number => "number",
            Kind::Text => "text",
            Kind::Other(k) => &name(k),
        };
        let index = if s.index.contains(&c.name) { ", tells something of the rows" } else { "" };
        let _ = writeln!(text, "  {}  {kind}{index}", name(&c.name));
    }
    if s.columns.len() > SHOWN {
        let _ = writeln!(text, "  and {} more columns", s.columns.len() - SHOWN);
    }
    for note in &s.notes {
        let _ = writeln!(text, "  {}", line(note));
    }
    text
}

fn network(text: &mut String, n: &Network) {
    let _ = writeln!(text, "`nullcline analyze` reads it as a network: {}", line(&n.describe()));
    if let Some(r) = &n.readout {
        let _ = writeln!(text, "  read-out: {} ({})", name(&r.name), count(r.weight.nrows(), "output"));
    }
    // What is not used is listed whole below.
    for note in n.notes.iter().map(ToString::to_string).chain(n.said.iter().cloned()) {
        let _ = writeln!(text, "  {}", line(&note));
    }
    if !n.unused.is_empty() {
        let _ =
            writeln!(text, "  not used: {}", n.unused.iter().map(|n| name(n)).collect::<Vec<_>>().join(", "));
    }
}

fn recording(text: &mut String, config: &Config, array: Option<&str>) -> Result<(), Error> {
    let (columns, rows, trials) = check(config, array)?;
    let of = array.map_or_else(String::new, |a| format!(" (array `{}`)", name(a)));
    let _ = writeln!(
        text,
        "`nullcline analyze` reads it as a recording{of}: a row is a time step, a column a unit"
    );
    let units = count(columns.units.len(), "unit");
    let of_trials = trials.map_or_else(String::new, |t| format!(" of {}", count(t, "trial")));
    let left = match rows.dropped {
        0 => String::new(),
        dropped => format!(", {} with missing values left out", count(dropped, "row")),
    };
    let _ = writeln!(text, "  {units} in {}{of_trials}{left}", count(rows.used, "row"));
    for note in columns.notes(&[]) {
        let _ = writeln!(text, "  {}", line(&note));
    }
    if square(config, rows.used, columns.units.len()) {
        let _ = writeln!(text, "  {}", line(&may_be_weights(rows.used)));
    }
    Ok(())
}
