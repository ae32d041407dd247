//! Where a report goes when the user does not say: names that cannot meet.

use super::leftovers::MARK;
use super::list::{List, Origin, hash};
use nullcline_core::io::shown::hidden;
use std::fs;
use std::path::{Path, PathBuf};

/// Bytes of a folder's name, so that what is written beside it has room for its own.
const LONGEST: usize = 150;

/// Where a report goes.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Its folder.
    pub folder: PathBuf,
    /// Whether another input's report may be replaced there.
    pub force: bool,
    /// Why it is not where it would be expected.
    pub note: Option<String>,
}

/// A folder that the user chose, without --force.
impl From<PathBuf> for Target {
    fn from(folder: PathBuf) -> Self {
        Self { folder, force: false, note: None }
    }
}

impl Target {
    /// The folder given, or the place in `reports` of the report of `file` by `command`: named after the file, and
    /// where that name is another report's, after its folder too, the command, or with a number.
    pub fn file(given: Option<PathBuf>, force: bool, command: &str, file: &Path) -> Self {
        let word = |s: Option<&std::ffi::OsStr>| s.map(|s| s.to_string_lossy().into_owned());
        let stem = word(file.file_stem()).unwrap_or_else(|| "report".into());
        let mut names = vec![stem.clone()];
        let whole = std::path::absolute(file).ok();
        let parent = whole.as_deref().and_then(Path::parent).and_then(|p| word(p.file_name()));
        names.extend(parent.map(|p| format!("{p}-{stem}")));
        names.extend(word(file.file_name()).filter(|n| *n != stem));
        names.push(format!("{}-{stem}", command.replace(' ', "-")));
        Self::among(given, force, names, &|place| Origin::files(command, &[file], place))
    }

    /// The folder given, or the place in `reports` of what has a name.
    pub fn named(given: Option<PathBuf>, force: bool, name: &str, origin: &Origin) -> Self {
        let names = vec![name.to_owned(), format!("{}-{name}", origin.command)];
        Self::among(given, force, names, &|_| origin.clone())
    }

    fn among(
        given: Option<PathBuf>,
        force: bool,
        names: Vec<String>,
        origin: &dyn Fn(&Path) -> Origin,
    ) -> Self {
        if let Some(folder) = given {
            return Self { folder, force, note: None };
        }
        let place = |name: &str| Path::new("reports").join(short(name));
        let missing = |p: &Path| fs::symlink_metadata(p).is_err();
        let last = names.last().cloned().unwrap_or_default();
        let first = place(&names[0]);
        if force {
            return Self { folder: first, force, note: None };
        }
        let mut places: Vec<PathBuf> = names.iter().map(|n| place(n)).collect();
        // Numbers are given in turn: none follows one that is free.
        for k in 2.. {
            places.push(place(&format!("{last}-{k}")));
            if missing(&places[places.len() - 1]) {
                break;
            }
        }
        let same = |p: &&PathBuf| List::trusted(p).is_some_and(|l| l.origin == origin(p));
        let found = places.iter().find(same).or_else(|| places.iter().find(|p| missing(p)));
        let folder = found.cloned().unwrap_or_else(|| first.clone());
        let holder = List::trusted(&first)
            .map_or_else(|| "something else".into(), |l| format!("another report ({})", l.origin));
        let note = (folder != first)
            .then(|| format!("{} holds {holder}: this report goes to {}", first.display(), folder.display()));
        Self { folder, force, note }
    }
}

/// A name that every system takes; a slash of it makes folders, each with such a name.
fn short(name: &str) -> String {
    name.split('/').map(|part| cut(&plain(part))).collect::<Vec<_>>().join("/")
}

/// A name cut between characters, with a hash of the whole at its end: two long names stay two.
fn cut(name: &str) -> String {
    match name.len() {
        0..=LONGEST => name.to_owned(),
        _ => {
            let end = (0..LONGEST - 8).rev().find(|k| name.is_char_boundary(*k)).unwrap_or(0);
            format!("{}-{:08x}", &name[..end], hash(name) >> 32)
        }
    }
}

/// A name without what is not seen or what a system forbids, that is no option, no hidden folder, no device of Windows,
/// and none of those beside a report.
fn plain(name: &str) -> String {
    let odd = |c: char| hidden(c) || c == char::REPLACEMENT_CHARACTER || "\\:*?\"<>|".contains(c);
    let seen: String = name.chars().map(|c| if odd(c) { '_' } else { c }).collect();
    let mut name = seen.replace(MARK, "-partial-");
    if let Some(stem) = name.strip_suffix(".progress") {
        name = format!("{stem}-progress");
    }
    let name = name.trim_start_matches([' ', '.', '-']).trim_end_matches([' ', '.']);
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |s: &str| ["COM", "LPT"].iter().any(|d| s.strip_prefix(d).is_some_and(|n| n.len() == 1));
    match name {
        "" => "report".into(),
        _ if ["CON", "PRN", "AUX", "NUL"].contains(&&*stem) || numbered(&stem) => format!("report-{name}"),
        _ => name.into(),
    }
}

/// The first free name beside `place`.
pub(super) fn free(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
    (2..)
        .map(|k| place.with_file_name(format!("{name}-{k}")))
        .find(|p| fs::symlink_metadata(p).is_err())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_such_as_every_system_takes() {
        for (name, folder) in [
            ("best", "best"),
            ("größe v1.2", "größe v1.2"),
            ("park2023/fig3", "park2023/fig3"),
            (".hidden", "hidden"),
            ("--out", "out"),
            ("...", "report"),
            ("", "report"),
            ("dots. . ", "dots"),
            ("a\nb\u{1b}[31m\u{202e}", "a_b_[31m_"),
            ("what?*", "what__"),
            ("lost\u{fffd}byte", "lost_byte"),
            ("nul", "report-nul"),
            ("Com1.2024", "report-Com1.2024"),
            ("COM12", "COM12"),
            ("net.partial-17", "net-partial-17"),
            ("net.progress", "net-progress"),
        ] {
            assert_eq!(short(name), folder, "{name:?}");
        }
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        for long in ["n".repeat(250), "ü".repeat(125), "名".repeat(83)] {
            let (one, two) = (short(&format!("{long}1")), short(&format!("{long}2")));
            assert!(one.len() <= LONGEST && one.len() > LONGEST - 4 && one != two, "{one} {two}");
        }
        assert_eq!(short(&"n".repeat(LONGEST)).len(), LONGEST);
    }
}
