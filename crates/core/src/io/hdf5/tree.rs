//! What is in a file: its groups and datasets, each once, and links that lead nowhere or out of it.

use std::collections::HashSet;

use super::super::error::Problem;
use super::dataset::Dataset;
use super::fail::damaged;
use super::file::Hdf5;
use super::header;
use super::links::{self, Link, Target, is_group};

/// Objects of a file that are listed, how deep groups lie in each other, and bytes of a path.
const MOST_OBJECTS: usize = 1 << 17;
const DEEPEST: usize = 64;
const LONGEST_PATH: usize = 8192;
/// Soft links that lead to each other.
const MOST_SOFT: usize = 16;

/// Something in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The path from the root, such as `/units/spike_times`.
    pub path: String,
    /// `group`, the type of a dataset's values such as `f32` or `text`, or what else it is, in words.
    pub kind: String,
    /// Sizes of a dataset's dimensions, outermost first; none for what is no dataset.
    pub shape: Option<Vec<u64>>,
    /// Why it is not read, where it is a link that leads out of the file or to nothing, or is damaged.
    pub refused: Option<String>,
    /// Whether that is because it is damaged.
    pub damaged: bool,
    /// Where the object lies; 0 for what has no place.
    pub(super) address: u64,
}

impl Entry {
    /// Fails if it is damaged: that must not pass for something that was never there.
    pub(super) fn sound(&self) -> Result<(), Problem> {
        match &self.refused {
            Some(why) if self.damaged => Err(damaged(&format!("`{}`", self.path), why)),
            _ => Ok(()),
        }
    }
}

/// Lists a file: groups before what is in them, each object under the first path that leads to it.
///
/// # Errors
/// A damaged root, or more objects, deeper groups or longer paths than any honest file has. What else is damaged is listed
/// as such.
pub fn tree(file: &Hdf5) -> Result<Vec<Entry>, Problem> {
    let mut walk = Walk { file, all: vec![], seen: HashSet::new() };
    walk.seen.insert(file.root);
    walk.group("", file.root, 0)?;
    Ok(walk.all)
}

struct Walk<'a> {
    file: &'a Hdf5,
    all: Vec<Entry>,
    seen: HashSet<u64>,
}

impl Walk<'_> {
    fn push(&mut self, entry: Entry) -> Result<(), Problem> {
        if self.all.len() >= MOST_OBJECTS {
            let (found, limit) = (self.all.len() as u64 + 1, MOST_OBJECTS as u64);
            return Err(Problem::TooLarge { place: "the file".into(), unit: "objects", found, limit });
        }
        let bytes = entry.path.len() * 2 + entry.kind.len() + size_of::<Entry>() + 64;
        self.file.take("the list of what is in the file", bytes as u64)?;
        self.all.push(entry);
        Ok(())
    }

    fn push_new(
        &mut self,
        path: String,
        kind: &str,
        shape: Option<Vec<u64>>,
        address: u64,
    ) -> Result<(), Problem> {
        self.push(Entry { path, kind: kind.into(), shape, refused: None, damaged: false, address })
    }

    fn link(&mut self, path: String, kind: &str, why: String) -> Result<(), Problem> {
        self.push(Entry {
            path,
            kind: kind.into(),
            shape: None,
            refused: Some(why),
            damaged: false,
            address: 0,
        })
    }

    /// Notes an object that cannot be read; what stops all reading is given back.
    fn refuse(&mut self, path: String, error: Problem) -> Result<(), Problem> {
        let (why, damaged) = match error {
            Problem::Damaged { detail, .. } => (detail, true),
            error @ Problem::Truncated { .. } => (error.to_string(), true),
            error @ (Problem::Unsupported { .. } | Problem::TooLarge { .. }) => (error.to_string(), false),
            error => return Err(error),
        };
        self.push(Entry {
            path,
            kind: "unreadable".into(),
            shape: None,
            refused: Some(why),
            damaged,
            address: 0,
        })
    }

    fn group(&mut self, path: &str, address: u64, depth: usize) -> Result<(), Problem> {
        let place =
            format!("group `{}`", super::super::shown::name(if path.is_empty() { "/" } else { path }));
        let found = links::of(self.file, &place, address)?;
        for Link { name, target, .. } in found.iter().flat_map(|all| all.iter()) {
            let path = format!("{path}/{name}");
            if path.len() > LONGEST_PATH {
                let (found, limit) = (path.len() as u64, LONGEST_PATH as u64);
                return Err(Problem::TooLarge { place, unit: "bytes of a path", found, limit });
            }
            match target {
                Target::Object(address) => self.object(path, *address, depth)?,
                Target::External { file, path: inner } => {
                    let why = external(&path, file, inner).to_string();
                    self.link(path, "external link", why)?;
                }
                Target::Soft(to) => match resolve(self.file, &path) {
                    // The object is listed under its own path.
                    Ok(_) => {}
                    Err(error) => self.link(path, "soft link", format!("leads to `{to}`: {error}"))?,
                },
            }
        }
        Ok(())
    }

    fn object(&mut self, path: String, address: u64, depth: usize) -> Result<(), Problem> {
        if !self.seen.insert(address) {
            return Ok(());
        }
        let messages = match header::messages(self.file, &format!("`{path}`"), address) {
            Ok(messages) => messages,
            Err(error) => return self.refuse(path, error),
        };
        if is_group(&messages) {
            if depth >= DEEPEST {
                let (found, limit) = (depth as u64 + 1, DEEPEST as u64);
                return Err(Problem::TooLarge { place: path, unit: "groups in each other", found, limit });
            }
            self.push_new(path.clone(), "group", None, address)?;
            let before = self.all.len();
            return match self.group(&path, address, depth + 1) {
                Err(error @ Problem::Damaged { .. }) => {
                    self.all.truncate(before);
                    self.refuse(path, error)
                }
                other => other,
            };
        }
        if !Dataset::is(&messages) {
            return self.push_new(path, "type", None, address);
        }
        match Dataset::of(self.file, &path, messages) {
            Ok(data) => {
                let kind = if data.null { "empty".into() } else { data.kind.name() };
                self.push_new(path, &kind, Some(data.shape), address)
            }
            Err(error) => self.refuse(path, error),
        }
    }
}

fn external(path: &str, file: &str, inner: &str) -> Problem {
    Problem::Unsupported {
        place: format!("`{}`", super::super::shown::name(path)),
        found: format!("a link to `{inner}` in another file, `{file}`"),
        expected: "data in this file",
        advice: "read that file itself, or bring the data here: h5copy -f ext -i old.h5 -s / -o new.h5 -d /all",
    }
}

/// Where the object at `path` lies.
///
/// # Errors
/// No such object, a link out of the file or in a circle, or a damaged group on the way.
pub(super) fn resolve(file: &Hdf5, path: &str) -> Result<u64, Problem> {
    let mut soft = 0;
    let mut todo: Vec<String> = parts(path).rev().collect();
    let mut way = vec![file.root];
    while let Some(name) = todo.pop() {
        if name == ".." || way.len() > DEEPEST + 1 {
            return Err(missing(path));
        }
        let here = way.last().copied().unwrap_or(file.root);
        let found = links::of(file, &format!("`{path}`"), here)?.ok_or_else(|| missing(path))?;
        match &found.iter().find(|l| l.name == name).ok_or_else(|| missing(path))?.target {
            Target::Object(address) => way.push(*address),
            Target::External { file, path: inner } => return Err(external(path, file, inner)),
            Target::Soft(to) => {
                soft += 1;
                if soft > MOST_SOFT {
                    return Err(damaged(path, "soft links in a circle"));
                }
                if to.starts_with('/') {
                    way.truncate(1);
                }
                todo.extend(parts(to).rev());
            }
        }
    }
    Ok(way.last().copied().unwrap_or(file.root))
}

fn parts(path: &str) -> impl DoubleEndedIterator<Item = String> + '_ {
    path.split('/').filter(|p| !p.is_empty() && *p != ".").map(String::from)
}

fn missing(path: &str) -> Problem {
    Problem::MissingArray { name: path.into(), arrays: vec![] }
}

#[cfg(test)]
mod tests {
    use super::super::attributes::{Attribute, Value, attributes};
    use super::*;
    use std::path::{Path, PathBuf};

    fn golden(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/io/hdf5").join(name)
    }

    fn of_root(file: &Hdf5) -> Vec<Attribute> {
        attributes(file, "/", &header::messages(file, "the root", file.root).unwrap()).unwrap()
    }

    #[test]
    fn every_object_is_listed_once_as_h5py_lists_it() {
        for name in ["layouts_old", "layouts_new"] {
            let found = tree(&Hdf5::open(&golden(&format!("{name}.h5"))).unwrap()).unwrap();
            let told: serde_json::Value =
                serde_json::from_slice(&std::fs::read(golden(&format!("{name}.json"))).unwrap()).unwrap();
            let wanted: Vec<String> = serde_json::from_value(told["paths"].clone()).unwrap();
            let paths = |refused: bool| {
                let of = found.iter().filter(|e| e.refused.is_some() == refused);
                let mut all: Vec<&str> = of.map(|e| &e.path[..]).collect();
                all.sort_unstable();
                all
            };
            assert_eq!(paths(false), wanted, "{name}");
            assert_eq!(paths(true), ["/circle", "/dangling", "/outside"], "{name}");
        }
    }

    #[test]
    fn attributes_of_every_kind() {
        for name in ["layouts_old.h5", "layouts_new.h5"] {
            let all = of_root(&Hdf5::open(&golden(name)).unwrap());
            let get = |name: &str| all.iter().find(|a| a.name == name).unwrap();
            assert_eq!(get("fixed").text(), Some("four"));
            assert_eq!(get("list").value, Value::Texts(["a", "bb", "größe"].map(String::from).to_vec()));
            assert_eq!((get("count").number(), get("on").number()), (Some(-7.0), Some(1.0)));
            assert_eq!(get("rates").value, Value::Numbers(vec![0.5, 1.25]));
        }
    }

    #[test]
    fn many_links_and_attributes() {
        for (name, first) in [("many_old.h5", "/group/member_000"), ("many_new.h5", "/group/member_110")] {
            let file = Hdf5::open(&golden(name)).unwrap();
            let found = tree(&file).unwrap();
            let outside: Vec<_> = found.iter().filter(|e| e.kind == "external link").collect();
            // In the order of creation where it is kept.
            assert_eq!((outside.len(), &outside[0].path[..]), (12, first));
            let all = of_root(&file);
            assert_eq!(all.iter().find(|a| a.name == "attribute_59").unwrap().number(), Some(29.5));
            assert_eq!(all.len(), 60);
        }
    }
}
