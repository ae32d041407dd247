//! Where a report goes when the user does not say: names that cannot meet.

use super::leftovers::MARK;
use super::list::{List, Origin};
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
        let same = |p: &&PathBuf| List::read(p).is_some_and(|l| l.origin == origin(p));
        let found = places.iter().find(same).or_else(|| places.iter().find(|p| missing(p)));
        let folder = found.cloned().unwrap_or_else(|| first.clone());
        let holder = List::read(&first)
            .map_or_else(|| "something else".into(), |l| format!("another report ({})", l.origin));
        let note = (folder != first)
            .then(|| format!("{} holds {holder}: this report goes to {}", first.display(), folder.display()));
        Self { folder, force, note }
    }
}

/// A name, cut between characters; a slash of it makes folders and each is cut. What is beside a report has other names.
fn short(name: &str) -> String {
    let name = name.replace(MARK, "-partial-");
    let cut = |part: &str| match part.len() {
        0..=LONGEST => part.to_owned(),
        _ => {
            let end = (0..=LONGEST).rev().find(|k| part.is_char_boundary(*k)).unwrap_or(0);
            part[..end].to_owned()
        }
    };
    name.split('/').map(cut).collect::<Vec<_>>().join("/")
}

/// The first free name beside `place`.
pub(super) fn free(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
    (2..)
        .map(|k| place.with_file_name(format!("{name}-{k}")))
        .find(|p| fs::symlink_metadata(p).is_err())
        .unwrap_or_default()
}
