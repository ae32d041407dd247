//! The folder where progress is kept: whose it is, and what of it may go.

use crate::analyses::Error;
use crate::io::atomic::{LOCK, gone};
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

/// What folders of a search's trials are called, before their numbers.
pub(super) const TRIAL: &str = "trial-";
pub(super) const CONFIGURATION: &str = "configuration.json";
pub(super) const CHECKPOINTS: [&str; 2] = ["checkpoint-a.safetensors", "checkpoint-b.safetensors"];

/// Makes `folder` ours, by our lock in it, or finds that it is: no link, and nobody else's. It is this process's as
/// long as the file is open.
///
/// # Errors
/// [`Error::Input`] where it holds anything that no such folder holds, cannot be made, or is another process's.
pub fn claim(folder: &Path) -> Result<File, Error> {
    let refused = |what: &str| {
        let advice = "nothing was changed there; move it away, or choose another --out";
        Error::input(folder, format!("{what}, where the progress of a run is to be kept: {advice}"))
    };
    match fs::symlink_metadata(folder) {
        Err(_) => fs::create_dir_all(folder).map_err(|e| refused(&format!("cannot be made ({e})")))?,
        Ok(m) if m.is_symlink() => return Err(refused("is a link")),
        Ok(m) if !m.is_dir() => return Err(refused("is a file")),
        Ok(_) if is_ours(folder) => {}
        Ok(_) => match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
            Ok(true) => {}
            Ok(false) => return Err(refused("holds files that nullcline did not write")),
            Err(e) => return Err(refused(&format!("cannot be read ({e})"))),
        },
    }
    let lock = File::options().write(true).create(true).truncate(false).open(folder.join(LOCK));
    let lock = lock.map_err(|e| refused(&format!("cannot be written to ({e})")))?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(Error::input(folder, "another process works there; wait for it, or choose another --out"))
        }
        // A file system without locks cannot tell.
        Err(TryLockError::Error(e)) if e.kind() != ErrorKind::Unsupported => {
            Err(refused(&format!("cannot be locked ({e})")))
        }
        Ok(()) | Err(TryLockError::Error(_)) => Ok(lock),
    }
}

/// Removes what runs keep in `folder` and in the folders below it that are ours, and those that are empty after it;
/// whether `folder` is gone.
///
/// # Errors
/// What the system says.
pub fn clear(folder: &Path) -> std::io::Result<bool> {
    let mut emptied = false;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            emptied |= clear(&entry.path())?;
        }
    }
    if is_ours(folder) {
        empty(folder)?;
        leave(folder)?;
    } else if emptied {
        // What others put there keeps it.
        let _ = fs::remove_dir(folder);
    }
    Ok(fs::symlink_metadata(folder).is_err())
}

/// Whether a folder, not a link to one, has our lock.
fn is_ours(folder: &Path) -> bool {
    let plain = |path: &Path| fs::symlink_metadata(path).map(|m| m.file_type());
    plain(folder).is_ok_and(|k| k.is_dir()) && plain(&folder.join(LOCK)).is_ok_and(|k| k.is_file())
}

/// Removes what a training keeps but the lock; folders of trials likewise, with theirs.
pub(super) fn empty(folder: &Path) -> std::io::Result<()> {
    sweep(folder)?;
    for name in CHECKPOINTS.into_iter().chain([CONFIGURATION]) {
        gone(fs::remove_file(folder.join(name)))?;
    }
    for entry in fs::read_dir(folder)? {
        let (path, name) = entry.map(|e| (e.path(), e.file_name()))?;
        if name.to_string_lossy().starts_with(TRIAL) && is_ours(&path) {
            empty(&path)?;
            leave(&path)?;
        }
    }
    Ok(())
}

/// Removes the lock and, if nothing else lies in it, the folder.
pub(super) fn leave(folder: &Path) -> std::io::Result<()> {
    gone(fs::remove_file(folder.join(LOCK)))?;
    match fs::remove_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::DirectoryNotEmpty => Ok(()),
        other => gone(other),
    }
}

/// Removes checkpoints that a killed process was writing.
pub(super) fn sweep(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = CHECKPOINTS.into_iter().chain([CONFIGURATION]).any(|own| {
            let rest =
                name.strip_prefix('.').and_then(|n| n.strip_prefix(own)).and_then(|n| n.strip_prefix('.'));
            let number = rest.and_then(|n| n.strip_suffix(".tmp"));
            number.is_some_and(|n| n.chars().all(|c| c.is_ascii_digit() || c == '-'))
        });
        if ours && entry.file_type()?.is_file() {
            gone(fs::remove_file(entry.path()))?;
        }
    }
    Ok(())
}
