//! The output folder: written beside its destination and put there when whole, or not at all.
//!
//! A report keeps a list of its own files ([`Origin`] and a hash of each). Only those are ever replaced: what others put
//! into the folder stays, and a file of ours that somebody changed is theirs.

mod leftovers;
mod list;
mod name;

pub use leftovers::lock;
pub use list::{Kept, LIST, LOCK, Origin, resolved};
pub use name::Target;

use leftovers::{Lock, MARK};
use list::List;
use nullcline_core::io::atomic::gone;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Error;
use super::page::{self, Page};

static PARTIALS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn registry() -> MutexGuard<'static, Vec<PathBuf>> {
    PARTIALS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The unfinished folders of this process.
pub fn partials() -> Vec<PathBuf> {
    registry().clone()
}

/// Removes the unfinished folders of this process before an early exit; none is begun or ended after it.
///
/// # Errors
/// [`Error::Write`] for the first folder that could not be removed; the others are removed.
pub fn remove_partials() -> Result<(), Error> {
    // Held until all are gone: a folder on its way to its place must not be met half-way.
    let mut all = registry();
    let remove = |path: PathBuf| leftovers::remove(&path).map_err(Error::write("remove", &path));
    let removed = all.drain(..).map(remove).fold(Ok(()), Result::and);
    // Nor does a thread whose folder went while it wrote come to an end of its own, with an error, before the exit.
    std::mem::forget(all);
    removed
}

/// Refuses a path on which a link leads nowhere.
fn whole(path: &Path) -> Result<(), Error> {
    let lost = |p: &&Path| {
        fs::read_link(p).is_ok() && fs::metadata(p).is_err_and(|e| e.kind() == ErrorKind::NotFound)
    };
    match path.ancestors().find(lost) {
        Some(link) => {
            let to = fs::read_link(link).unwrap_or_default();
            Err(Error::Dangling { link: link.to_path_buf(), to })
        }
        None => Ok(()),
    }
}

/// An output folder in the making. Dropped without [`Folder::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct Folder {
    destination: PathBuf,
    partial: PathBuf,
    origin: Origin,
    force: bool,
    /// Tells other processes that this one lives; released by the system however it ends.
    lock: Option<File>,
    /// What the user should know of the place.
    notes: Vec<String>,
    /// Folders above that were made for it, the inner ones first.
    above: Vec<PathBuf>,
}

impl Folder {
    /// Makes `<target>.partial-<process id>` beside `target` for a report of `inputs`; clears what killed runs left there.
    ///
    /// # Errors
    /// [`Error::NotAFolder`], [`Error::Dangling`], [`Error::Occupied`], [`Error::Changed`], [`Error::Other`] or [`Error::Inside`] if `target` may
    /// not be replaced, and [`Error::Write`] if the folder cannot be made.
    pub fn create(target: &Target, command: &str, inputs: &[&Path]) -> Result<Self, Error> {
        Self::outside(target, inputs)?;
        Self::of(target, Origin::files(command, inputs, &resolved(&target.folder)))
    }

    /// Whether no input lies inside `target`.
    ///
    /// # Errors
    /// [`Error::Inside`] names the first that does; [`Error::NotAFolder`] where `target` is itself a file.
    pub fn outside(target: &Target, inputs: &[&Path]) -> Result<(), Error> {
        whole(&target.folder)?;
        let destination = resolved(&target.folder);
        if destination.is_file() {
            return Err(Error::NotAFolder(destination));
        }
        match inputs.iter().find(|i| resolved(i).starts_with(&destination)) {
            Some(input) => Err(Error::Inside { folder: destination, input: input.to_path_buf() }),
            None => Ok(()),
        }
    }

    /// The same for a report of something that is no file.
    ///
    /// # Errors
    /// As [`Folder::create`].
    pub fn of(target: &Target, origin: Origin) -> Result<Self, Error> {
        whole(&target.folder)?;
        // An existing destination is resolved, so that a link is kept and its target replaced.
        let destination = resolved(&target.folder);
        let (Some(parent), Some(name)) = (destination.parent(), destination.file_name()) else {
            return Err(Error::Occupied(destination));
        };
        if name.to_str().is_some_and(|n| leftovers::of(n).is_some()) {
            return Err(Error::Reserved(destination));
        }
        if let Some(file) = parent.ancestors().find(|p| p.exists() && !p.is_dir()) {
            return Err(Error::NotAFolder(file.to_path_buf()));
        }
        leftovers::clear(parent).map_err(Error::write("clear what an earlier run left in", parent))?;
        check_replaceable(&destination, &origin, target.force)?;
        let missing = |p: &&Path| fs::symlink_metadata(p).is_err();
        let above: Vec<PathBuf> = parent.ancestors().take_while(missing).map(Path::to_path_buf).collect();
        fs::create_dir_all(parent).map_err(Error::write("make the folder", parent))?;
        for attempt in 1.. {
            let mut beside = name.to_os_string();
            beside.push(format!("{MARK}{}", std::process::id()));
            if attempt > 1 {
                beside.push(format!("-{attempt}"));
            }
            let partial = parent.join(beside);
            let mut known = registry();
            if known.contains(&partial) {
                continue;
            }
            match fs::create_dir(&partial) {
                // Somebody else's; after a thousand something is wrong.
                Err(e) if e.kind() == ErrorKind::AlreadyExists && attempt < 1000 => continue,
                // Another process made the folders above, and took them away as it failed.
                Err(e) if e.kind() == ErrorKind::NotFound && attempt < 1000 => {
                    fs::create_dir_all(parent).map_err(Error::write("make the folder", parent))?;
                    continue;
                }
                // The folder that was asked for is named, not the one beside it.
                made => made.map_err(Error::write("make the folder", &destination))?,
            }
            known.push(partial.clone());
            drop(known);
            let lock = match leftovers::lock(&partial) {
                Ok(lock) => lock,
                Err(e) => {
                    registry().retain(|p| *p != partial);
                    // Another process swept it while it was empty.
                    if e.kind() == ErrorKind::NotFound && attempt < 1000 {
                        continue;
                    }
                    // A full disk may have room for a folder and for no byte in it.
                    let _ = leftovers::remove(&partial);
                    return Err(Error::write("write into the folder", &destination)(e));
                }
            };
            // Another process may have swept it in the moment before it was locked.
            if fs::symlink_metadata(partial.join(LOCK)).is_err() {
                registry().retain(|p| *p != partial);
                continue;
            }
            let (force, notes) = (target.force, target.note.iter().cloned().collect());
            return Ok(Self { destination, partial, origin, force, lock: Some(lock), notes, above });
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

    /// Writes `report.html` with every figure and table that it links to.
    ///
    /// # Errors
    /// Those of [`Folder::write`], of encoding a table and of encoding a picture.
    pub fn write_page(&self, page: &Page) -> Result<(), Error> {
        for section in &page.sections {
            let folder = Path::new(&section.id);
            for figure in &section.figures {
                for extension in page.figures.extensions() {
                    let file = folder.join(format!("{}.{extension}", figure.name));
                    self.write(file, figure.file(extension)?)?;
                }
            }
            for table in &section.tables {
                self.write(folder.join(table.file_name(page.tables)), table.encode(page.tables)?)?;
            }
        }
        self.write("report.html", page::render(page)?)
    }

    /// Puts the folder in its place, where it replaces the files of an earlier report, and gives its path
    /// and what the user should know of it.
    ///
    /// At every moment the earlier report or the new one is there, whole. What others put into the earlier one moves into
    /// the new one and is named.
    ///
    /// # Errors
    /// As [`Folder::create`]; the earlier report is then still in its place. [`Error::Collides`] where the report would
    /// write over somebody's file: it then lies beside.
    pub fn commit(mut self) -> Result<(PathBuf, Vec<String>), Error> {
        let place = self.destination.clone();
        check_replaceable(&place, &self.origin, self.force)?;
        let failed = |action| Error::write(action, &place);
        let new = List::of(&self.partial, &self.origin).map_err(failed("list the files of"))?;
        leftovers::enlist(&self.partial, &new).map_err(failed("write the list of"))?;
        leftovers::sync(&self.partial).map_err(failed("write"))?;
        {
            // An interrupt waits here: what is then under the name of the partial folder is the earlier report.
            let mut known = registry();
            known.retain(|p| *p != self.partial);
            match fs::rename(&self.partial, &place) {
                Ok(()) => {}
                Err(_) if place.is_dir() => self.replace(&new)?,
                Err(e) => return Err(failed("make the folder")(e)),
            }
        }
        drop(self.lock.take());
        gone(fs::remove_file(place.join(LOCK))).map_err(failed("finish"))?;
        if let Some(parent) = place.parent() {
            leftovers::sync_folder(parent).map_err(failed("write"))?;
        }
        Ok((place, std::mem::take(&mut self.notes)))
    }

    fn replace(&mut self, new: &List) -> Result<(), Error> {
        let place = &self.destination;
        let failed = |action| Error::write(action, place);
        let old = List::trusted(place).unwrap_or_default();
        let foreign = old.foreign(place, new).map_err(failed("read the folder"))?;
        if let Some(file) = foreign.iter().find(|f| fs::symlink_metadata(self.partial.join(f)).is_ok()) {
            let (beside, file) = (name::free(place), file.display().to_string());
            let _ = fs::remove_file(self.partial.join(LOCK));
            fs::rename(&self.partial, &beside).map_err(failed("put a report beside"))?;
            self.lock = None;
            return Err(Error::Collides { folder: place.clone(), file, beside });
        }
        // One that a killed run left would let the earlier report pass for half a one.
        if let Lock::Taken(_lock) = leftovers::take(place) {
            gone(fs::remove_file(place.join(LOCK))).map_err(failed("lock"))?;
        }
        let left = leftovers::exchange(&self.partial, place).map_err(failed("replace the folder"))?;
        // From here on the earlier report is under the partial folder's name: dropping must not remove it.
        let lock = self.lock.take();
        let stays =
            leftovers::finish(&left, &old, place, new).map_err(failed("clear the earlier report of"))?;
        drop(lock);
        if !stays.is_empty() {
            self.notes.push(format!("{} keeps what was changed there: {}", left.display(), some(&stays)));
        }
        if !foreign.is_empty() {
            let names = some(&foreign);
            self.notes.push(format!(
                "{} holds what nullcline did not write, and keeps it: {names}",
                place.display()
            ));
        }
        Ok(())
    }
}

/// The first names of a list, and how many more.
fn some(names: &[PathBuf]) -> String {
    let names: Vec<String> = names.iter().map(|n| n.display().to_string()).collect();
    match names.len() {
        0..=4 => names.join(", "),
        n => format!("{} and {} more", names[..3].join(", "), n - 3),
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Committed, it has given its lock away.
        if self.lock.take().is_some() {
            registry().retain(|p| *p != self.partial);
            // Nothing sensible is left to do if even this fails.
            let _ = leftovers::remove(&self.partial);
            // Those that others have filled in the meantime stay.
            self.above.iter().for_each(|folder| drop(fs::remove_dir(folder)));
        }
    }
}

/// Free, empty, or an earlier report of the same whose files are as they were written.
fn check_replaceable(path: &Path, origin: &Origin, force: bool) -> Result<(), Error> {
    let mut entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) if e.kind() == ErrorKind::NotADirectory => {
            return Err(Error::NotAFolder(path.to_path_buf()));
        }
        Err(e) => return Err(Error::write("read the folder", path)(e)),
    };
    if entries.next().is_none() {
        return Ok(());
    }
    let folder = path.to_path_buf();
    match List::read(path) {
        Err(why) => Err(Error::Unlisted { folder, why }),
        Ok(None) => Err(Error::Occupied(folder)),
        Ok(Some(list)) if list.origin != *origin && !force => {
            Err(Error::Other { folder, of: list.origin.to_string() })
        }
        Ok(Some(list)) => match list.changed(path) {
            Some((file, what)) => Err(Error::Changed { folder, file, what }),
            None => Ok(()),
        },
    }
}
