//! Where a training's progress is kept: two checkpoints written in turn, so that one is always whole.

use super::Restart;
use super::place::{CHECKPOINTS, CONFIGURATION, claim, empty, leave, sweep};
use super::saved::Kept;
use crate::analyses::Error;
use crate::io::atomic;
use crate::io::error::Problem;
use crate::io::tensors;
use serde_json::{Map, Value};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A folder that belongs to one configuration and, while it is open, to one process.
///
/// Without a folder nothing is kept.
pub struct Progress {
    folder: Option<PathBuf>,
    /// Which checkpoint is written next.
    next: usize,
    /// Released by the system when the process ends, however it ends.
    lock: Option<File>,
}

/// What a folder held.
pub struct Found<K> {
    /// Where to go on.
    pub state: Option<K>,
    /// What a user should know.
    pub notes: Vec<String>,
}

impl Progress {
    /// Opens `folder`, making it if need be, for the configuration of those names and values.
    ///
    /// # Errors
    /// [`Error::Config`] if the folder is another configuration's and may not be emptied for that;
    /// [`Error::Input`] if another process has it or a file cannot be read or written.
    pub fn open(
        folder: Option<&Path>,
        configuration: &[(String, Value)],
        restart: Restart,
    ) -> Result<Self, Error> {
        let Some(folder) = folder else { return Ok(Self { folder: None, next: 0, lock: None }) };
        let failed = |e: std::io::Error| {
            Error::input(folder, format!("cannot use the folder for progress: {e}; choose another --out"))
        };
        let lock = claim(folder)?;
        let progress = Self { folder: Some(folder.to_path_buf()), next: 0, lock: Some(lock) };
        let wanted: Map<String, Value> = configuration.iter().cloned().collect();
        let path = folder.join(CONFIGURATION);
        match fs::read(&path) {
            _ if restart == Restart::Always => {}
            Ok(bytes) => match compare(folder, &bytes, &wanted) {
                Ok(()) => {
                    sweep(folder).map_err(failed)?;
                    return Ok(progress);
                }
                Err(_) if restart == Restart::IfOther => {}
                Err(e) => return Err(e),
            },
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(failed(e)),
        }
        // The progress of another configuration is of no use.
        empty(folder).map_err(failed)?;
        let text = format!("{:#}\n", Value::Object(wanted));
        atomic::write(&path, |w| w.write_all(text.as_bytes()).map_err(Problem::writing))?;
        Ok(progress)
    }

    /// The newest checkpoint that is whole.
    ///
    /// # Errors
    /// [`Error::Input`] if there are checkpoints and none of them is whole.
    pub fn load<K: Kept>(&mut self, context: K::Context) -> Result<Found<K>, Error> {
        let mut found: Option<K> = None;
        let mut damaged = Vec::new();
        let folder = self.folder.clone();
        let kept = folder.iter().flat_map(|f| CHECKPOINTS.iter().map(|name| f.join(name)));
        for (i, path) in kept.enumerate() {
            if !path.exists() {
                continue;
            }
            let read = tensors::read(&path).map_err(|e| e.kind().to_string());
            match read.and_then(|file| K::read(&file, context)) {
                Ok(state) if found.as_ref().is_none_or(|f| f.age() < state.age()) => {
                    found = Some(state);
                    self.next = 1 - i;
                }
                Ok(_) => {}
                Err(reason) => {
                    self.next = if found.is_none() { i } else { self.next };
                    damaged.push((path, reason));
                }
            }
        }
        match (&found, damaged.first()) {
            (None, Some((path, reason))) => {
                let message = format!(
                    "the checkpoint is damaged ({reason}) and there is no earlier one; pass --restart to begin \
                     anew, or choose another --out"
                );
                Err(Error::input(path, message))
            }
            _ => {
                let note = |(path, reason): (PathBuf, String)| {
                    format!("{}: damaged ({reason}); the other checkpoint is used", path.display())
                };
                Ok(Found { state: found, notes: damaged.into_iter().map(note).collect() })
            }
        }
    }

    /// Writes a checkpoint over the older of the two.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save<K: Kept>(&mut self, state: &K) -> Result<(), Error> {
        let Some(folder) = &self.folder else { return Ok(()) };
        state.write(&folder.join(CHECKPOINTS[self.next]))?;
        self.next = 1 - self.next;
        Ok(())
    }

    /// Writes the last checkpoint and removes the one before.
    ///
    /// # Errors
    /// As [`save`](Self::save), and a file that cannot be removed.
    pub fn finish<K: Kept>(&mut self, state: &K) -> Result<(), Error> {
        self.save(state)?;
        let Some(folder) = &self.folder else { return Ok(()) };
        let old = folder.join(CHECKPOINTS[self.next]);
        match fs::remove_file(&old) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::input(&old, format!("cannot remove an old checkpoint: {e}")))
            }
            _ => Ok(()),
        }
    }

    /// What was found. A training that diverged keeps none: the same command would diverge again, and
    /// another must not be refused because of it.
    ///
    /// # Errors
    /// That of `found`, and a folder that cannot be removed.
    pub fn unless_diverged<T>(self, found: Result<T, Error>) -> Result<T, Error> {
        match found {
            Ok(found) => Ok(found),
            Err(e @ Error::Numbers(_)) => self.remove().and(Err(e)),
            Err(e) => Err(e),
        }
    }

    /// Removes what was kept, and the folder if nothing of others lies in it.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove(self) -> Result<(), Error> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let failed = |e| Error::input(folder, format!("cannot remove the progress: {e}"));
        empty(folder).map_err(failed)?;
        drop(self.lock);
        leave(folder).map_err(failed)
    }

    /// The folder itself.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }
}

/// Whether the configuration that a folder holds is the one that is wanted.
fn compare(folder: &Path, bytes: &[u8], wanted: &Map<String, Value>) -> Result<(), Error> {
    let found: Option<Map<String, Value>> = serde_json::from_slice(bytes).ok();
    let Some(found) = found else {
        let message = "is damaged; pass --restart to begin anew, or choose another --out";
        return Err(Error::input(&folder.join(CONFIGURATION), message));
    };
    let show = |v: Option<&Value>| v.map_or_else(|| "unsaid".into(), Value::to_string);
    let names = wanted.keys().chain(found.keys());
    match names.into_iter().find(|k| wanted.get(*k) != found.get(*k)) {
        None => Ok(()),
        Some(k) => Err(Error::Config(format!(
            "{} holds an unfinished run with {k} {}, this one has {k} {}: run that command again to finish \
             it, pass --restart to begin anew, or choose another --out",
            folder.display(),
            show(found.get(k)),
            show(wanted.get(k)),
        ))),
    }
}
