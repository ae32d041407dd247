//! A folder to be kept beside the code: one figure of each cell, with its claims or its page.

use super::cells::plain;
use super::merge::{Numbers, read, stem};
use super::text::Pipeline;
use crate::analyses::Error;
use crate::numbers::Estimate;
use crate::report::folder::{Folder, Origin, Target};
use crate::report::runner::Failure;
use crate::report::sections::words;
use serde_json::Value;
use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Verdicts, in the order in which they are counted.
const VERDICTS: [&str; 4] = ["holds", "differs", "undecided", "not tested"];

/// Writes README.md and its figures.
///
/// # Errors
/// Files that cannot be read or written.
pub(super) fn write(pipeline: &Pipeline, place: &Path, found: &[Numbers]) -> Result<(), Failure> {
    let folder = folder(pipeline, place)?;
    let mut parts = vec![];
    let (mut taken, mut counts) = (HashSet::new(), [0; 4]);
    for n in found {
        let label = unique(label(n), &mut taken);
        parts.push(part(pipeline, n, &label, &folder, &mut counts)?);
    }
    let tally = VERDICTS.iter().zip(counts).filter(|(_, n)| *n > 0).map(|(v, n)| format!("{n} {v}"));
    let tally = tally.collect::<Vec<_>>().join(", ");
    let claims: usize = counts.iter().sum();
    // The file is named from the folder that it lies in; readers stand above it.
    let place =
        std::env::current_dir().ok().and_then(|d| d.file_name().map(PathBuf::from)).unwrap_or_default();
    let from = pipeline.command.replacen("run ", &format!("run {}/", place.display()), 1);
    let head = format!(
        "# What was found\n\nMade by `{}` with nullcline {}; numbers are ± one standard error. {claims} claims: {tally}.\n",
        from,
        env!("CARGO_PKG_VERSION")
    );
    folder.write("README.md", head + &parts.concat())?;
    folder.commit()?;
    Ok(())
}

/// The folder; one that is somebody else's is an error.
pub(super) fn folder(pipeline: &Pipeline, place: &Path) -> Result<Folder, Failure> {
    let target = Target { folder: place.to_path_buf(), force: false, note: None };
    let origin = Origin::set("run", &format!("gallery of {}", stem(pipeline)), &pipeline.of);
    Ok(Folder::of(&target, origin)?)
}

/// What a cell is called: what was varied of it, else its job.
fn label(n: &Numbers) -> String {
    let varied: Vec<String> = n.cell.varied.values().map(plain).collect();
    if varied.is_empty() { n.cell.step.clone() } else { varied.join(" ") }
}

fn unique(label: String, taken: &mut HashSet<String>) -> String {
    let numbered = |k: usize| if k == 1 { label.clone() } else { format!("{label} {k}") };
    (1..).map(numbered).find(|l| taken.insert(l.clone())).unwrap_or_default()
}

/// A label as the name of a file.
fn file_name(label: &str) -> String {
    label.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect()
}

fn part(
    pipeline: &Pipeline,
    n: &Numbers,
    label: &str,
    folder: &Folder,
    counts: &mut [usize; 4],
) -> Result<String, Failure> {
    let (own, name) = (n.cell.folder(&pipeline.out), file_name(label));
    let mut text = format!("\n## {label}\n");
    let lead = n.lead.clone().or_else(|| first(&own));
    if let Some((file, ending)) = lead.and_then(|lead| figure(&own, &lead)) {
        let copy = format!("{name}.{ending}");
        folder.write(&copy, bytes(&file)?)?;
        let _ = write!(text, "\n![{label}]({copy})\n");
    }
    let _ = write!(text, "\n`{}`\n", command(n));
    let summary = read(&own.join("summary.json"))?;
    let modules = summary["modules"].as_object().into_iter().flatten();
    let claims: Vec<&Value> = modules.filter_map(|(_, m)| m["claims"].as_array()).flatten().collect();
    if claims.is_empty() {
        let copy = format!("{name}.html");
        folder.write(&copy, bytes(&own.join("report.html"))?)?;
        let _ = write!(text, "\n[The page]({copy})\n");
        return Ok(text);
    }
    text.push_str("\n| | claim | expected | here |\n|---|---|---:|---:|\n");
    for claim in claims {
        let verdict = claim["verdict"].as_str().unwrap_or_default();
        if let Some(k) = VERDICTS.iter().position(|v| *v == verdict) {
            counts[k] += 1;
        }
        let reason =
            claim["reason"].as_str().filter(|r| !r.is_empty()).map_or(String::new(), |r| format!(" ({r})"));
        let said = format!("{}{reason}", claim["claim"].as_str().unwrap_or_default());
        let _ = writeln!(text, "| {verdict} | {} | {} | {} |", cell(&said), expected(claim), measured(claim));
    }
    Ok(text)
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|e| Failure::of(Error::input(path, format!("cannot be read: {e}"))))
}

/// The first figure of a page.
fn first(own: &Path) -> Option<String> {
    let page = std::fs::read_to_string(own.join("report.html")).ok()?;
    let links = page.split("href=\"").skip(1).filter_map(|part| part.split_once('"')).map(|(link, _)| link);
    links.filter_map(|link| link.strip_suffix(".svg")).find(|f| figure(own, f).is_some()).map(str::to_owned)
}

/// The file of a figure, as it can be shown on a page.
fn figure(own: &Path, lead: &str) -> Option<(PathBuf, &'static str)> {
    let file = |ending: &'static str| (own.join(format!("{lead}.{ending}")), ending);
    ["svg", "png"].into_iter().map(file).find(|(path, _)| path.is_file())
}

/// Text within a table of Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ").replace('<', "&lt;")
}

fn expected(claim: &Value) -> String {
    let number = |key: &str| claim[key].as_f64().map(words::number);
    let published = number("published").map(|v| format!("{v} (published)"));
    published.or_else(|| number("predicted").map(|v| format!("{v} (theory)"))).unwrap_or_default()
}

fn measured(claim: &Value) -> String {
    let Some(value) = claim["measured"].as_f64() else { return String::new() };
    let n = claim["n"].as_u64().unwrap_or(1) as usize;
    words::with_error(Estimate { value, std_error: claim["std_error"].as_f64(), n })
}

/// The command that makes a cell's report alone.
fn command(n: &Numbers) -> String {
    let mut text = format!("nullcline {}", n.cell.kind.replace('.', " "));
    let first = ["file", "study", "task"].into_iter().find(|k| n.cell.settings.contains_key(*k));
    if let Some(value) = first.and_then(|k| n.cell.settings.get(k)) {
        let _ = write!(text, " {}", words::shell(Path::new(&plain(value))));
    }
    for (key, value) in n.cell.settings.iter().filter(|(k, _)| Some(k.as_str()) != first) {
        let option = key.replace('_', "-");
        let _ = match value {
            Value::Bool(_) => write!(text, " --{option}"),
            Value::Array(list) => {
                let list = list.iter().map(plain).collect::<Vec<_>>().join(",");
                write!(text, " --{option} {}", words::shell(Path::new(&list)))
            }
            value => write!(text, " --{option} {}", words::shell(Path::new(&plain(value)))),
        };
    }
    text
}
