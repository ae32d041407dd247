//! The list that a report keeps of its own files, so that nobody else's are ever taken for them.

use nullcline_core::io::atomic::gone;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// The list's name.
pub const LIST: &str = ".nullcline.json";
pub use nullcline_core::io::atomic::LOCK;

/// What a report was made of; a report of something else does not replace it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The command: `analyze`, `train`, ...
    pub command: String,
    /// Input files, relative to the folder where the report lies; a task or a study with what tells it apart.
    pub of: Vec<String>,
}

impl Origin {
    /// Of a command on files, for a report at `destination`.
    pub fn files(command: &str, files: &[&Path], destination: &Path) -> Self {
        let base = resolved(destination.parent().unwrap_or(Path::new(".")));
        // Escaped where it is no Unicode: two names must not become one.
        let text = |path: PathBuf| path.to_str().map_or_else(|| format!("{path:?}"), str::to_owned);
        let of = files.iter().map(|f| text(from(&base, &resolved(f)))).collect();
        Self { command: command.into(), of }
    }

    /// Of a command on something that has a name.
    pub fn named(command: &str, of: &[&str]) -> Self {
        Self { command: command.into(), of: of.iter().map(|s| (*s).to_owned()).collect() }
    }

    /// Of a command on something that has a name, under settings that tell it apart.
    pub fn set(command: &str, name: &str, settings: &str) -> Self {
        let hash = hash(settings);
        Self::named(command, &[name, &format!("settings {hash:016x}")])
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{} of {}", self.command, self.of.join(", "))
    }
}

/// Absolute, with the links of the longest part that exists resolved.
pub fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    for head in path.ancestors() {
        if let Ok(real) = fs::canonicalize(head) {
            let tail = path.strip_prefix(head).unwrap_or(Path::new(""));
            return real.components().chain(tail.components()).collect();
        }
    }
    path
}

/// The way from the folder `base` to `path`, both absolute.
fn from(base: &Path, path: &Path) -> PathBuf {
    let shared = base.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = base.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared)).collect()
}

/// How a report lies in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// There is none, or none that can be trusted.
    None,
    /// All of it, as it was written.
    Whole,
    /// A file of it is gone.
    Missing(String),
    /// A file of it is another than was written.
    Changed(String),
}

impl Kept {
    /// How the report in `folder` lies there; pages, figures and the like are told by their size alone.
    pub fn of(folder: &Path) -> Self {
        List::trusted(folder).map_or(Self::None, |list| list.whole(folder))
    }
}

/// The files of a report.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    pub origin: Origin,
    /// Path inside the folder, with `/`, and the size and hash of what was written.
    files: BTreeMap<String, String>,
}

impl List {
    /// Everything that lies in `folder`.
    pub fn of(folder: &Path, origin: &Origin) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        let mut open = vec![(folder.to_path_buf(), String::new())];
        while let Some((path, inside)) = open.pop() {
            for entry in fs::read_dir(path)? {
                let entry = entry?;
                let name = entry.file_name();
                let name = name.to_str().ok_or_else(|| {
                    io::Error::other(format!("{}: its name is not Unicode", entry.path().display()))
                })?;
                match entry.file_type()?.is_dir() {
                    true => open.push((entry.path(), format!("{inside}{name}/"))),
                    false if inside.is_empty() && [LIST, LOCK].contains(&name) => {}
                    false => drop(files.insert(format!("{inside}{name}"), fingerprint(&entry.path())?)),
                }
            }
        }
        Ok(Self { origin: origin.clone(), files })
    }

    /// The list in `folder`, if there is one.
    ///
    /// # Errors
    /// Why one that is there cannot be used, in words.
    pub fn read(folder: &Path) -> Result<Option<Self>, String> {
        let path = folder.join(LIST);
        match fs::symlink_metadata(&path).map(|m| m.file_type()) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e.to_string()),
            Ok(kind) if kind.is_symlink() => return Err("it is a link".into()),
            Ok(kind) if !kind.is_file() => return Err("it is not a file".into()),
            Ok(_) => {}
        }
        let bytes = fs::read(path).map_err(|e| e.to_string())?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|e| format!("it is damaged: {e}"))?;
        Self::of_value(&value).map(Some).ok_or_else(|| "it is no list that nullcline writes".into())
    }

    /// The list in `folder`; none where there is none, or none that can be trusted.
    pub fn trusted(folder: &Path) -> Option<Self> {
        Self::read(folder).ok().flatten()
    }

    fn of_value(value: &Value) -> Option<Self> {
        let text = |v: &Value| v.as_str().map(str::to_owned);
        let of = value.get("of")?.as_array()?.iter().map(text).collect::<Option<_>>()?;
        let origin = Origin { command: text(value.get("command")?)?, of };
        let mut files = BTreeMap::new();
        for (name, print) in value.get("files")?.as_object()? {
            let plain = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
            if name.is_empty() || !plain {
                return None;
            }
            files.insert(name.clone(), text(print)?);
        }
        Some(Self { origin, files })
    }

    /// The list as it is written.
    pub fn text(&self) -> String {
        let files: Map<String, Value> = self.files.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
        let value = json!({
            "tool": crate::summary::TOOL,
            "command": self.origin.command,
            "of": self.origin.of,
            "files": files,
        });
        format!("{value:#}\n")
    }

    /// The first file, or folder of one, that is no longer what was written, but something, and what it is.
    pub fn changed(&self, folder: &Path) -> Option<(String, String)> {
        self.files.iter().find_map(|(name, print)| {
            let path = folder.join(name);
            fs::symlink_metadata(&path).ok()?;
            let what = match (link(folder, name), fingerprint(&path)) {
                (Some(link), _) => return Some((link, "is a link, where nullcline wrote none".into())),
                (None, Ok(found)) if found == *print => return None,
                (None, Ok(_)) => "has changed since nullcline wrote it".into(),
                (None, Err(_)) if path.is_dir() => "is a folder, where nullcline wrote a file".into(),
                (None, Err(e)) => format!("cannot be compared with what nullcline wrote ({e})"),
            };
            Some((name.clone(), what))
        })
    }

    /// Whether all files are there, of their size, and those that programs read as they were written.
    pub fn whole(&self, folder: &Path) -> Kept {
        for (name, print) in &self.files {
            let path = folder.join(name);
            let Ok(meta) = fs::metadata(&path) else { return Kept::Missing(name.clone()) };
            let read = [".json", ".safetensors", ".npz", ".csv"].iter().any(|e| name.ends_with(e));
            let same = match read {
                true => fingerprint(&path).is_ok_and(|found| found == *print),
                false => print.split('-').next().and_then(|size| size.parse().ok()) == Some(meta.len()),
            };
            if !same {
                return Kept::Changed(name.clone());
            }
        }
        Kept::Whole
    }

    /// What lies in `folder` and is on neither list, whole folders as one, and what a folder of ours would hide.
    pub fn foreign(&self, folder: &Path, next: &Self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut open = vec![String::new()];
        while let Some(inside) = open.pop() {
            for entry in fs::read_dir(folder.join(&inside))? {
                let entry = entry?;
                let name = entry.file_name();
                // A name that is not Unicode is no name of ours.
                let Some(name) = name.to_str() else {
                    found.push(Path::new(&inside).join(name));
                    continue;
                };
                let path = format!("{inside}{name}");
                let below = format!("{path}/");
                let holds =
                    |l: &Self| l.files.range(below.clone()..).next().is_some_and(|f| f.0.starts_with(&below));
                if inside.is_empty() && [LIST, LOCK].contains(&name) {
                    continue;
                }
                match entry.file_type()?.is_dir() {
                    true if holds(self) || holds(next) => open.push(below),
                    false if self.files.contains_key(&path) => {}
                    _ => found.push(path.into()),
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Removes the files that are as they were written, then the folders that are empty after it; gives the others.
    pub fn remove(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut changed = Vec::new();
        for (name, print) in self.files.iter().filter(|(n, _)| real(folder, n)) {
            let path = folder.join(name);
            match as_written(&path, print) {
                true => gone(fs::remove_file(path))?,
                false => changed.push(name.into()),
            }
        }
        let mut folders: Vec<&Path> = self
            .files
            .keys()
            .flat_map(|n| Path::new(n).ancestors().skip(1))
            .filter(|p| *p != Path::new(""))
            .collect();
        folders.sort_by_key(|p| std::cmp::Reverse(p.components().count()));
        for inner in folders {
            // What others put there keeps it.
            let _ = fs::remove_dir(folder.join(inner));
        }
        gone(fs::remove_file(folder.join(LOCK)))?;
        gone(fs::remove_file(folder.join(LIST)))?;
        Ok(changed)
    }
}

/// Whether the path inside `folder` leads through folders, not links, to a file that is none either.
fn real(folder: &Path, name: &str) -> bool {
    let mut path = folder.to_path_buf();
    let parts: Vec<Component> = Path::new(name).components().collect();
    parts.iter().enumerate().all(|(i, part)| {
        path.push(part);
        let kind = fs::symlink_metadata(&path).map(|m| m.file_type());
        kind.is_ok_and(|k| if i + 1 == parts.len() { k.is_file() } else { k.is_dir() })
    })
}

/// The first part of the path inside `folder` that is a link.
fn link(folder: &Path, name: &str) -> Option<String> {
    let ends = name.match_indices('/').map(|(at, _)| at).chain([name.len()]);
    let mut parts = ends.map(|end| &name[..end]);
    parts.find(|part| folder.join(part).is_symlink()).map(ToOwned::to_owned)
}

/// The 64-bit FNV-1a hash of a text.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(START, mixed)
}

/// 64-bit FNV-1a: where it starts and what a byte does.
const START: u64 = 0xcbf2_9ce4_8422_2325;

fn mixed(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

/// Whether a file can be read and is what was written.
fn as_written(path: &Path, print: &str) -> bool {
    fingerprint(path).is_ok_and(|p| p == print)
}

/// Size and 64-bit FNV-1a hash of a file.
fn fingerprint(path: &Path) -> io::Result<String> {
    let (mut file, mut buffer) = (File::open(path)?, vec![0; 1 << 16]);
    let (mut size, mut hash) = (0u64, START);
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(format!("{size}-{hash:016x}"));
        }
        size += n as u64;
        hash = buffer[..n].iter().copied().fold(hash, mixed);
    }
}
