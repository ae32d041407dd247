//! Whole files or none: written beside their place, renamed when complete.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::{Error, Problem};

/// The file by which a process holds a folder.
pub const LOCK: &str = ".nullcline.lock";

/// Whether something is removed, now or before.
///
/// # Errors
/// Every other one.
pub fn gone(done: std::io::Result<()>) -> std::io::Result<()> {
    match done {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Writes a file through `fill`, so that `path` holds either its old content or all of the new one.
///
/// # Errors
/// What `fill` returns, or [`Problem::Io`]; the temporary file is removed.
pub fn write(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), Problem>,
) -> Result<(), Error> {
    attempt(path, fill).map_err(|problem| Error::new(path, problem))
}

fn attempt(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    if path.is_dir() {
        return Err(Problem::Directory);
    }
    let temporary = Temporary(beside(path));
    let file =
        OpenOptions::new().write(true).create_new(true).open(&temporary.0).map_err(Problem::writing)?;
    let mut writer = BufWriter::new(file);
    fill(&mut writer)?;
    writer.flush().map_err(Problem::writing)?;
    drop(writer);
    fs::rename(&temporary.0, path).map_err(Problem::writing)
}

fn beside(path: &Path) -> PathBuf {
    static SERIAL: AtomicU64 = AtomicU64::new(0);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}-{serial}.tmp", std::process::id()));
    path.with_file_name(name)
}

/// Removes the file when dropped; after the rename there is nothing left to remove.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
