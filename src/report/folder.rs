//! The output folder: written beside its destination and renamed when whole, or not at all.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::page::{self, Page};
use super::{Error, summary};

static PARTIALS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn registry() -> MutexGuard<'static, Vec<PathBuf>> {
    PARTIALS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The unfinished folders of this process.
pub fn partials() -> Vec<PathBuf> {
    registry().clone()
}

/// Removes the unfinished folders of this process, as before an early exit.
///
/// # Errors
/// [`Error::Write`] for the first folder that could not be removed; the others are removed.
pub fn remove_partials() -> Result<(), Error> {
    let all = std::mem::take(&mut *registry());
    all.iter().map(|path| remove(path)).fold(Ok(()), Result::and)
}

/// An output folder in the making. Dropped without [`Folder::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct Folder {
    destination: PathBuf,
    partial: PathBuf,
    committed: bool,
}

impl Folder {
    /// Makes `<out>.partial-<process id>` beside `out`.
    ///
    /// # Errors
    /// [`Error::NotAFolder`] or [`Error::Occupied`] if `out` may not be replaced, and
    /// [`Error::Write`] if the folder cannot be made.
    pub fn create(out: &Path) -> Result<Self, Error> {
        // An existing destination is resolved, so that a link is kept and its target replaced.
        let whole = fs::canonicalize(out).or_else(|_| std::path::absolute(out));
        let destination = whole.map_err(Error::write("find the folder", out))?;
        check_replaceable(&destination)?;
        let (Some(parent), Some(name)) = (destination.parent(), destination.file_name()) else {
            return Err(Error::Occupied(destination));
        };
        fs::create_dir_all(parent).map_err(Error::write("make the folder", parent))?;
        for attempt in 1.. {
            let mut beside = name.to_os_string();
            beside.push(format!(".partial-{}", std::process::id()));
            if attempt > 1 {
                beside.push(format!("-{attempt}"));
            }
            let partial = parent.join(beside);
            let mut known = registry();
            if known.contains(&partial) {
                continue;
            }
            // Left by an earlier process of the same number that was killed.
            remove(&partial)?;
            fs::create_dir(&partial).map_err(Error::write("make the folder", &partial))?;
            known.push(partial.clone());
            drop(known);
            return Ok(Self { destination, partial, committed: false });
        }
        Err(Error::Occupied(destination))
    }

    /// Where files are until [`Folder::commit`].
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// The place of a file that somebody else writes, the folders it lies in made.
    ///
    /// # Errors
    /// As for [`Folder::write`].
    pub fn place(&self, relative: impl AsRef<Path>) -> Result<PathBuf, Error> {
        let relative = relative.as_ref();
        let plain = |c: Component| matches!(c, Component::Normal(_));
        if relative.as_os_str().is_empty() || !relative.components().all(plain) {
            return Err(Error::Outside(relative.to_path_buf()));
        }
        let path = self.partial.join(relative);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Error::write("make the folder", parent))?;
        }
        Ok(path)
    }

    /// Writes a file, making the folders it lies in.
    ///
    /// # Errors
    /// [`Error::Outside`] if `relative` leads out of the folder, [`Error::Write`] with the system's
    /// reason otherwise.
    pub fn write(&self, relative: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> Result<(), Error> {
        let relative = relative.as_ref();
        let path = self.place(relative)?;
        fs::write(&path, bytes).map_err(Error::write("write", &self.destination.join(relative)))
    }

    /// Writes `report.html` with every figure (PNGs too if `png`) and table that it links to.
    ///
    /// # Errors
    /// Those of [`Folder::write`], of encoding a table and of encoding a picture.
    pub fn write_page(&self, page: &Page, png: bool) -> Result<(), Error> {
        for section in &page.sections {
            let folder = Path::new(&section.id);
            for figure in &section.figures {
                self.write(folder.join(format!("{}.svg", figure.name)), &figure.svg)?;
                if png {
                    self.write(folder.join(format!("{}.png", figure.name)), figure.png()?)?;
                }
            }
            for table in &section.tables {
                self.write(folder.join(table.file_name(page.tables)), table.encode(page.tables)?)?;
            }
        }
        self.write("report.html", page::render(page))
    }

    /// Puts the folder in its place, where it replaces an earlier report, and gives its path.
    ///
    /// # Errors
    /// As [`Folder::create`]; the earlier report is then still in its place.
    pub fn commit(mut self) -> Result<PathBuf, Error> {
        check_replaceable(&self.destination)?;
        let mut old = self.partial.clone().into_os_string();
        old.push(".old");
        let old = PathBuf::from(old);
        let replaced = match fs::rename(&self.destination, &old) {
            Ok(()) => true,
            Err(e) if e.kind() == ErrorKind::NotFound => false,
            Err(e) => return Err(Error::write("replace the folder", &self.destination)(e)),
        };
        if let Err(e) = fs::rename(&self.partial, &self.destination) {
            if replaced {
                fs::rename(&old, &self.destination)
                    .map_err(Error::write("put back the earlier report", &self.destination))?;
            }
            return Err(Error::write("make the folder", &self.destination)(e));
        }
        self.committed = true;
        registry().retain(|p| *p != self.partial);
        if replaced {
            remove(&old)?;
        }
        Ok(self.destination.clone())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.committed {
            registry().retain(|p| *p != self.partial);
            // Nothing sensible is left to do if even this fails.
            let _ = remove(&self.partial);
        }
    }
}

/// Free, empty, or an earlier report.
fn check_replaceable(path: &Path) -> Result<(), Error> {
    let mut entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) if e.kind() == ErrorKind::NotADirectory => {
            return Err(Error::NotAFolder(path.to_path_buf()));
        }
        Err(e) => return Err(Error::write("read the folder", path)(e)),
    };
    if entries.next().is_none() || is_report(path) {
        return Ok(());
    }
    Err(Error::Occupied(path.to_path_buf()))
}

fn is_report(path: &Path) -> bool {
    let text = fs::read(path.join("summary.json")).unwrap_or_default();
    let summary: Option<serde_json::Value> = serde_json::from_slice(&text).ok();
    summary.is_some_and(|s| s.get("tool").and_then(|t| t.as_str()) == Some(summary::TOOL))
}

fn remove(path: &Path) -> Result<(), Error> {
    // A thread that is still writing may refill the folder while it is being emptied.
    for _ in 0..3 {
        match fs::remove_dir_all(path) {
            Err(e) if e.kind() == ErrorKind::DirectoryNotEmpty => {}
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
            other => return other.map_err(Error::write("remove", path)),
        }
    }
    fs::remove_dir_all(path).map_err(Error::write("remove", path))
}
