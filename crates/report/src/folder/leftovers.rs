//! What killed runs left beside a report: finished, put back or swept; what living ones make is not touched.

use super::list::{LIST, LOCK, List};
use nullcline_core::io::atomic::gone;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Between a report's name and the number of the process that makes it.
pub(super) const MARK: &str = ".partial-";
/// What the earlier report is called while the new one takes its place in two steps.
const OLD: &str = ".old";

/// How long a lock counts as held that another machine made, whose locks may not be seen here.
const ELSEWHERE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The report whose unfinished or replaced folder is called `name`: `<report>.partial-<process>[-<attempt>][.old]`.
pub(super) fn of(name: &str) -> Option<&str> {
    let (report, number) = name.strip_suffix(OLD).unwrap_or(name).rsplit_once(MARK)?;
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|c| c.is_ascii_digit());
    let (process, attempt) = number.split_once('-').unwrap_or((number, "0"));
    (!report.is_empty() && digits(process) && digits(attempt)).then_some(report)
}

/// The name of this machine.
fn host() -> String {
    #[cfg(unix)]
    return rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    String::new()
}

/// Makes our lock file in a folder and takes it. A file system without locks has nobody who could sweep by them.
///
/// # Errors
/// What the system says when the file is made.
pub fn lock(folder: &Path) -> io::Result<File> {
    let mut file = File::create(folder.join(LOCK))?;
    file.write_all(host().as_bytes())?;
    let _ = file.lock();
    Ok(file)
}

/// Our lock file in a folder.
pub(super) enum Lock {
    /// There is none.
    Missing,
    /// A living process has it.
    Held,
    /// It is taken as long as the file is open.
    Taken(File),
}

pub(super) fn take(folder: &Path) -> Lock {
    let path = folder.join(LOCK);
    let Ok(meta) = fs::symlink_metadata(&path) else { return Lock::Missing };
    let young = || meta.modified().ok().and_then(|t| t.elapsed().ok()).is_some_and(|age| age < ELSEWHERE);
    let other = || fs::read_to_string(&path).is_ok_and(|name| !name.is_empty() && name != host());
    match File::open(&path) {
        _ if !meta.is_file() => Lock::Missing,
        Ok(file) if file.try_lock().is_ok() && !(other() && young()) => Lock::Taken(file),
        _ => Lock::Held,
    }
}

/// Clears what dead processes left in `parent`.
pub(super) fn clear(parent: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(parent) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let Some(report) = name.to_str().and_then(of) else { continue };
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            // What cannot be cleared is in nobody's way.
            let _ = one(&entry.path(), &parent.join(report));
        }
    }
    Ok(())
}

/// One folder beside the report `place`.
fn one(left: &Path, place: &Path) -> io::Result<()> {
    let aside = left.to_str().and_then(|l| l.strip_suffix(OLD)).map(Path::new);
    if aside.is_some_and(|new| matches!(take(new), Lock::Held)) || matches!(take(place), Lock::Held) {
        return Ok(());
    }
    // Kept while the folder goes: nobody else may take it for a living process' own.
    let lock = take(left);
    match (lock, List::trusted(left)) {
        (Lock::Held, _) => Ok(()),
        // Emptied by a process that then died; a folder that holds anything is somebody's.
        (Lock::Missing, None) => fs::remove_dir(left),
        // Half a report of a dead process.
        (Lock::Taken(_lock), None) => remove(left),
        // An earlier report that was being replaced, or a new one that had not come to its place.
        (_lock, Some(_)) if fs::symlink_metadata(place).is_err() => {
            fs::rename(left, place)?;
            gone(fs::remove_file(place.join(LOCK)))
        }
        (_lock, Some(old)) => match List::trusted(place) {
            Some(new) => finish(left, &old, place, &new).map(drop),
            None => Ok(()),
        },
    }
}

/// Removes a folder of ours whole: first what would make a report of the rest, should it not come to an end, and last what
/// tells the next run that the rest is ours.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    gone(fs::remove_file(folder.join(LIST)))?;
    let whole = || {
        empty(folder)?;
        gone(fs::remove_file(folder.join(LOCK)))?;
        gone(fs::remove_dir(folder))
    };
    // A thread that is still writing may refill the folder while it is being emptied.
    for _ in 0..100 {
        match whole() {
            Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => {
                std::thread::sleep(Duration::from_millis(1));
            }
            other => return other,
        }
    }
    whole()
}

/// Removes everything in a folder but its lock.
fn empty(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => gone(fs::remove_dir_all(entry.path()))?,
            false if entry.file_name() == LOCK => {}
            false => gone(fs::remove_file(entry.path()))?,
        }
    }
    Ok(())
}

/// Brings what is foreign in the replaced report `old` to its successor, and removes the rest; gives what could do
/// neither.
pub(super) fn finish(left: &Path, old: &List, place: &Path, new: &List) -> io::Result<Vec<PathBuf>> {
    let mut stays = Vec::new();
    for path in old.foreign(left, new)? {
        let to = place.join(&path);
        // Nothing is written over: what cannot move stays where it is.
        if fs::symlink_metadata(&to).is_ok() {
            stays.push(path);
            continue;
        }
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::rename(left.join(&path), to)?;
    }
    stays.extend(old.remove(left)?);
    let _ = fs::remove_dir(left);
    gone(fs::remove_file(place.join(LOCK)))?;
    Ok(stays)
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
    aside.push(OLD);
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
