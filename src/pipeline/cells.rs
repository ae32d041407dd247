//! From jobs to cells: every combination, every file, every cell of an earlier job.

use super::text::{Pipeline, Step};
use crate::analyses::Error;
use crate::io::nearest::meant;
use crate::io::tensors::beside;
use crate::job::digest;
use crate::jobs;
use crate::report::folder::{Kept, resolved};
use crate::report::runner::progress_folder;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Letters of a cell's name before its hash, at most.
const LABEL: usize = 60;
/// Cells of a pipeline, at most.
const MOST: usize = 100_000;
/// Digits of the hash in its name.
const DIGITS: usize = 8;

/// One job of a pipeline.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its folder in that of all reports: the job's name, what is varied, and the first digits of its identity.
    pub name: String,
    /// What tells it from every other: kind, settings, the contents of its files, the version.
    pub identity: String,
    /// The job.
    pub step: String,
    /// Its kind.
    pub kind: String,
    /// Options, earlier cells as their folders.
    pub settings: Map<String, Value>,
    /// Options that are varied, those of the earlier cell among them.
    pub varied: BTreeMap<String, Value>,
    /// The earlier cell whose files it takes.
    pub needs: Option<usize>,
    /// The cell with which its chain of earlier ones begins.
    pub root: usize,
    /// The file that it reads, if it does.
    pub input: String,
}

/// How far a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not begun, or not at an end.
    Open,
    /// Its report is there.
    Done,
    /// Its report was changed since it was written.
    Changed,
    /// It failed when it was last tried.
    Failed,
}
nullcline_core::named!(State: Self::Open => "open", Self::Done => "done", Self::Changed => "changed", Self::Failed => "failed");

impl Cell {
    /// Its folder.
    pub fn folder(&self, out: &Path) -> PathBuf {
        out.join(&self.name)
    }
    /// Where its error is written.
    pub fn failure(&self, out: &Path) -> PathBuf {
        out.join("failed").join(format!("{}.json", self.name.replace('/', "-")))
    }
    /// How far it is: a report of which a file is gone is computed again, one that was changed is somebody's.
    pub fn state(&self, out: &Path) -> State {
        match Kept::of(&self.folder(out)) {
            Kept::Whole => State::Done,
            Kept::Changed(_) => State::Changed,
            Kept::None | Kept::Missing(_) if self.failure(out).is_file() => State::Failed,
            Kept::None | Kept::Missing(_) => State::Open,
        }
    }
    /// What was changed of its report, in words.
    pub fn changed(&self, out: &Path) -> String {
        let folder = self.folder(out);
        let what = match Kept::of(&folder) {
            Kept::Changed(file) => file,
            _ => "a file".into(),
        };
        let folder = folder.display();
        format!("{folder}: {what} is another than was written; remove the folder, and it is computed again")
    }
    /// Where it keeps what is half done.
    pub fn unfinished(&self, out: &Path) -> PathBuf {
        progress_folder(&self.folder(out))
    }
}

/// Options, and the file that they are of where there are several.
type OfFile = (Map<String, Value>, Option<String>);

/// What cells are made with.
struct Making<'a> {
    pipeline: &'a Pipeline,
    cells: Vec<Cell>,
    /// Cells of each job.
    of: HashMap<String, Vec<usize>>,
    /// Digests of files.
    files: HashMap<PathBuf, String>,
    seen: HashSet<String>,
}

impl Pipeline {
    /// All cells in their order.
    ///
    /// # Errors
    /// A job that there is not before, a pattern that meets no file, a file that is missing, options that make no sense: with the line of
    /// the job.
    pub fn cells(&self) -> Result<Vec<Cell>, Error> {
        let mut making = Making {
            pipeline: self,
            cells: vec![],
            of: HashMap::new(),
            files: HashMap::new(),
            seen: HashSet::new(),
        };
        for step in &self.steps {
            making.step(step)?;
        }
        Ok(making.cells)
    }

    fn wrong(&self, step: &Step, message: impl std::fmt::Display) -> Error {
        Error::input(&self.file, format!("line {}: job {}: {message}", step.line, step.name))
    }
}

impl Making<'_> {
    fn step(&mut self, step: &Step) -> Result<(), Error> {
        let before = self.earlier(step)?;
        let needs: Vec<usize> = before.iter().flat_map(|name| self.of[name].iter().copied()).collect();
        let many = step.sweep.iter().try_fold(needs.len().max(1), |n, s| n.checked_mul(s.1.len()));
        if many.is_none_or(|n| n > MOST) {
            return Err(self.many(step));
        }
        let first = self.cells.len();
        for choice in combinations(&step.sweep) {
            let mut settings = step.settings.clone();
            settings.extend(choice.iter().cloned());
            match before.as_ref().filter(|_| settings.values().any(|v| !references(v).is_empty())) {
                // What takes nothing of an earlier job is one cell, whatever others take.
                None => self.files(step, None, &choice, settings)?,
                Some(name) => {
                    for need in &needs {
                        let folder = self.cells[*need].folder(&self.pipeline.out).display().to_string();
                        let mut own = settings.clone();
                        own.values_mut().for_each(|v| replace(v, &format!("{{{name}}}"), &folder));
                        self.files(step, Some(*need), &choice, own)?;
                    }
                }
            }
        }
        self.of.insert(step.name.clone(), (first..self.cells.len()).collect());
        Ok(())
    }

    fn files(
        &mut self,
        step: &Step,
        need: Option<usize>,
        choice: &[(String, Value)],
        settings: Map<String, Value>,
    ) -> Result<(), Error> {
        for (settings, file) in self.files_of(step, settings)? {
            self.cell(step, need, choice, settings, file)?;
        }
        if self.cells.len() > MOST { Err(self.many(step)) } else { Ok(()) }
    }

    fn many(&self, step: &Step) -> Error {
        self.pipeline.wrong(step, format!("found more than {MOST} cells, expected fewer; sweep less at once"))
    }

    /// The earlier job whose folder stands in the options.
    fn earlier(&self, step: &Step) -> Result<Option<String>, Error> {
        let swept = step.sweep.iter().flat_map(|s| &s.1);
        let mut found: Vec<String> = step.settings.values().chain(swept).flat_map(references).collect();
        found.sort();
        found.dedup();
        let known: Vec<&str> = self.of.keys().map(String::as_str).collect();
        if let Some(name) = found.iter().find(|n| !self.of.contains_key(*n)) {
            let all = if known.is_empty() { "there is none before it".into() } else { meant(name, &known) };
            return Err(self
                .pipeline
                .wrong(step, format!("{{{name}}}: there is no job {name} before it; {all}")));
        }
        match &found[..] {
            [] => Ok(None),
            [one] => Ok(Some(one.clone())),
            [a, b, ..] => Err(self
                .pipeline
                .wrong(step, format!("takes files of {a} and of {b}: expected one earlier job"))),
        }
    }

    /// The options for each file that `file` stands for: a pattern, a list, or one.
    fn files_of(&self, step: &Step, settings: Map<String, Value>) -> Result<Vec<OfFile>, Error> {
        let patterns: Vec<String> = match settings.get("file") {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(all)) => all.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
            _ => return Ok(vec![(settings, None)]),
        };
        let (mut all, mut places) = (vec![], HashSet::new());
        for pattern in &patterns {
            // A file is one, however it is named.
            let found = self.matching(step, pattern)?;
            all.extend(found.into_iter().filter(|f| places.insert(resolved(Path::new(f)))));
        }
        let several = all.len() > 1 || patterns.iter().any(|p| is_pattern(p));
        let one = |file: String| {
            let mut own = settings.clone();
            own.insert("file".into(), file.clone().into());
            (own, several.then_some(file))
        };
        Ok(all.into_iter().map(one).collect())
    }

    fn matching(&self, step: &Step, pattern: &str) -> Result<Vec<String>, Error> {
        if !is_pattern(pattern) || Path::new(pattern).exists() {
            return Ok(vec![pattern.to_owned()]);
        }
        let wrong = |m: String| self.pipeline.wrong(step, format!("file = \"{pattern}\": {m}"));
        let options = glob::MatchOptions { require_literal_leading_dot: true, ..Default::default() };
        let out = resolved(&self.pipeline.out);
        let found = glob::glob_with(pattern, options)
            .map_err(|e| wrong(format!("{}, expected a pattern as runs/*.csv", e.msg)))?;
        let mut all = vec![];
        for path in found {
            let path = path.map_err(|e| wrong(format!("cannot be read: {e}")))?;
            // Reports are no inputs, nor is what can only be waited for; a link that leads nowhere fails by itself.
            let odd = std::fs::metadata(&path).is_ok_and(|m| !m.is_file() && !m.is_dir());
            if odd || resolved(&path).starts_with(&out) {
                continue;
            }
            let text = path.to_str().ok_or_else(|| wrong(format!("{} is not UTF-8", path.display())))?;
            all.push(text.to_owned());
        }
        all.sort();
        if all.is_empty() {
            return Err(wrong("meets no file; mend the pattern, or put files there".into()));
        }
        Ok(all)
    }

    fn cell(
        &mut self,
        step: &Step,
        need: Option<usize>,
        choice: &[(String, Value)],
        settings: Map<String, Value>,
        file: Option<String>,
    ) -> Result<(), Error> {
        let out = &self.pipeline.out;
        let before = need.map(|k| &self.cells[k]);
        let job = jobs::read(&step.kind, &settings).map_err(|e| self.pipeline.wrong(step, e))?;
        let mut hash = Sha256::new();
        // The folder of an earlier cell is its identity.
        let mut symbolic = Value::Object(settings.clone());
        if let Some(b) = before {
            replace(&mut symbolic, &b.folder(out).display().to_string(), &format!("@{}", b.identity));
        }
        for part in [&step.name, &step.kind, env!("CARGO_PKG_VERSION"), &symbolic.to_string()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let earlier = before.map(|b| b.folder(out));
        let files = job.files().into_iter().flat_map(|f| {
            let config = beside(&f);
            std::iter::once(f).chain(config)
        });
        for path in files {
            if earlier.as_ref().is_some_and(|folder| path.starts_with(folder)) {
                continue;
            }
            let known = self.files.get(&path).cloned();
            let found = known.map_or_else(|| self.content(step, &path, file.is_some()), Ok)?;
            hash.update(&found);
            self.files.insert(path, found);
        }
        if before.is_none() {
            // What is wrong with a file is that cell's alone; what is wrong with options is the pipeline's.
            if let Err(e) = job.check()
                && e.exit_status() == 2
            {
                return Err(self.pipeline.wrong(step, e));
            }
        }
        let identity: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        if !self.seen.insert(identity.clone()) {
            return Ok(());
        }
        let mut varied = before.map_or_else(BTreeMap::new, |b| b.varied.clone());
        for (key, value) in choice {
            // That of the earlier cell keeps its job's name before it.
            if let (Some(old), Some(b)) = (varied.insert(key.clone(), value.clone()), before) {
                varied.insert(format!("{}.{key}", b.step), old);
            }
        }
        let named = varied.iter().map(|(k, v)| format!("{k}-{}", plain(v)));
        let parts: Vec<String> = file.iter().map(|f| stem(f)).chain(named).collect();
        let label = if parts.is_empty() { "all".into() } else { parts.join("_") };
        let name = format!("{}/{}-{}", step.name, safe(&label), &identity[..DIGITS]);
        let input = match before {
            Some(b) if file.is_none() => b.input.clone(),
            _ => settings.get("file").and_then(Value::as_str).unwrap_or_default().to_owned(),
        };
        let (k, root) = (self.cells.len(), before.map(|b| b.root));
        self.cells.push(Cell {
            name,
            identity,
            step: step.name.clone(),
            kind: step.kind.clone(),
            settings,
            varied,
            needs: need,
            root: root.unwrap_or(k),
            input,
        });
        Ok(())
    }
}

impl Making<'_> {
    /// The digest of a file. One that a pattern met and that cannot be read is its own cell's fault.
    fn content(&self, step: &Step, path: &Path, several: bool) -> Result<String, Error> {
        if std::fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
            return Err(self.pipeline.wrong(step, format!("{} is no file, expected one", path.display())));
        }
        match digest(path) {
            Err(_) if several => Ok("unreadable".into()),
            found => found.map_err(|e| self.pipeline.wrong(step, e)),
        }
    }
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// All combinations of values, the last varying fastest.
fn combinations(sweep: &[(String, Vec<Value>)]) -> Vec<Vec<(String, Value)>> {
    let mut all = vec![vec![]];
    for (key, values) in sweep {
        let with = |old: &Vec<(String, Value)>| {
            let old = old.clone();
            values.iter().map(move |v| [&old[..], &[(key.clone(), v.clone())]].concat())
        };
        all = all.iter().flat_map(with).collect();
    }
    all
}

/// Names between braces.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => {
            let inside = |part: &str| {
                let (name, _) = part.split_once('}')?;
                let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
                plain.then(|| name.to_owned())
            };
            text.split('{').skip(1).filter_map(inside).collect()
        }
        Value::Array(all) => all.iter().flat_map(references).collect(),
        _ => vec![],
    }
}

fn replace(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) => *text = text.replace(from, to),
        Value::Array(all) => all.iter_mut().for_each(|v| replace(v, from, to)),
        Value::Object(all) => all.values_mut().for_each(|v| replace(v, from, to)),
        _ => {}
    }
}

/// A value in a name.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join("+"),
        other => other.to_string(),
    }
}

/// The end of a path that tells a file: its name without ending, with its folder's where the name is a common one.
fn stem(path: &str) -> String {
    let path = Path::new(path);
    let word = |s: Option<&std::ffi::OsStr>| s.map_or(String::new(), |s| s.to_string_lossy().into_owned());
    let (own, parent) = (word(path.file_stem()), word(path.parent().and_then(Path::file_name)));
    if parent.is_empty() { own } else { format!("{parent}-{own}") }
}

/// Letters that folders may have everywhere.
fn safe(text: &str) -> String {
    let one = |c: char| if c.is_ascii_alphanumeric() || "-_.+".contains(c) { c } else { '-' };
    text.chars().map(one).take(LABEL).collect::<String>().trim_matches('.').to_owned()
}
