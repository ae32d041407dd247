//! What killed runs left beside a report: finished, put back or swept; what living ones make is not touched.

use super::list::{LIST, LOCK, List};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Between a report's name and the number of the process that makes it.
pub(super) const MARK: &str = ".partial-";

/// Whether `folder` has our lock file: `None` where not, else whether somebody holds it.
fn held(folder: &Path) -> Option<bool> {
    let path = folder.join(LOCK);
    let plain = fs::symlink_metadata(&path).is_ok_and(|m| m.is_file());
    plain.then(|| !File::open(&path).is_ok_and(|f| f.try_lock().is_ok()))
}

/// Clears what dead processes left in `parent`.
pub(super) fn clear(parent: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(parent) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some((report, number)) = name.to_str().and_then(|n| n.rsplit_once(MARK)) else { continue };
        let ours = number.starts_with(|c: char| c.is_ascii_digit()) && !report.is_empty();
        if ours && entry.file_type()?.is_dir() {
            one(&entry.path(), &parent.join(report))?;
        }
    }
    Ok(())
}

/// One folder beside the report `place`.
fn one(left: &Path, place: &Path) -> io::Result<()> {
    match held(left) {
        Some(true) => Ok(()),
        // Half a report of a dead process.
        Some(false) => fs::remove_dir_all(left),
        // An earlier report that was being replaced.
        None => match (List::read(left), held(place)) {
            (None, _) | (_, Some(true)) => Ok(()),
            (Some(_), _) if fs::symlink_metadata(place).is_err() => fs::rename(left, place),
            (Some(old), _) => match List::read(place) {
                Some(new) => finish(left, &old, place, &new),
                None => Ok(()),
            },
        },
    }
}

/// Brings what is foreign in the replaced report `old` to its successor, and removes the rest.
pub(super) fn finish(left: &Path, old: &List, place: &Path, new: &List) -> io::Result<()> {
    for path in old.foreign(left, new)? {
        let to = place.join(&path);
        // Nothing is written over: what cannot move stays where it is.
        if fs::symlink_metadata(&to).is_ok() {
            continue;
        }
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::rename(left.join(&path), to)?;
    }
    old.remove(left)?;
    let _ = fs::remove_dir(left);
    match fs::remove_file(place.join(LOCK)) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// Puts `new` in the place of `old` and the other way round: at once where the system can, else in two steps with
/// `old` under another name in between, which [`clear`] puts back.
pub(super) fn exchange(new: &Path, old: &Path) -> io::Result<PathBuf> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE).is_ok() {
            return Ok(new.to_path_buf());
        }
    }
    let mut aside = new.as_os_str().to_os_string();
    aside.push(".old");
    let aside = PathBuf::from(aside);
    fs::rename(old, &aside)?;
    match fs::rename(new, old) {
        Ok(()) => Ok(aside),
        Err(e) => fs::rename(&aside, old).and(Err(e)),
    }
}

/// Waits until every file and folder below `path` is on the disk.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => sync(&entry.path())?,
            false if entry.file_name() == LOCK => {}
            false => File::open(entry.path())?.sync_all()?,
        }
    }
    sync_folder(path)
}

/// Waits until a folder's own entries are on the disk, where the system can tell.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path).and_then(|f| f.sync_all()) {
        Err(e) if matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        Err(e) if cfg!(windows) && e.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        other => other,
    }
}

/// Writes the list of `folder` into it.
pub(super) fn enlist(folder: &Path, list: &List) -> io::Result<()> {
    fs::write(folder.join(LIST), list.text())
}
