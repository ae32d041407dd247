//! Files that must stay as they are while they are read, perhaps more than once.
//!
//! A file is known by its place on disk, its length and the time of its last change. Whoever reads it asks before every block
//! of rows and at the end whether it is the same still: what was read of a file that grew, shrank or was replaced is never used.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::{Error, Problem};
use super::held;
use super::shown;
use crate::memory;

/// What a file was when it was first met.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Device and number, where the system tells.
    place: (u64, u64),
}

impl Stamp {
    fn of(about: &Metadata) -> Self {
        Self { length: about.len(), modified: about.modified().ok(), place: place(about) }
    }
}

#[cfg(unix)]
fn place(about: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (about.dev(), about.ino())
}

#[cfg(not(unix))]
fn place(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// The files that are read on this thread, and how many readers of them there are.
#[derive(Default)]
struct Known {
    stamps: HashMap<PathBuf, Stamp>,
    /// Those that were found sound.
    sound: HashSet<PathBuf>,
    readers: usize,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// As long as it lives, files that were read on this thread must stay the same, also between one reading and the next.
pub struct Held(());

/// Begins to read files.
pub fn hold() -> Held {
    KNOWN.with_borrow_mut(|known| known.readers += 1);
    Held(())
}

impl Drop for Held {
    fn drop(&mut self) {
        KNOWN.with_borrow_mut(|known| {
            known.readers -= 1;
            if known.readers == 0 {
                known.stamps.clear();
                known.sound.clear();
            }
        });
    }
}

/// Reads the file at `path` by `read`, which opens it by [`open`], within what a file of its length may take of memory; an
/// error if it is another afterwards.
pub(crate) fn reading<T>(path: &Path, read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let _held = hold();
    check(path)?;
    let result = memory::within(held::allowed(path), shown::line(&path.display().to_string()), read);
    // What was read of two files may be any error.
    check(path)?;
    result
}

/// Checks a file by `sound`, once as long as it is held and stays the same.
pub(crate) fn once(path: &Path, sound: impl FnOnce() -> Result<(), Problem>) -> Result<(), Problem> {
    if KNOWN.with_borrow(|known| known.sound.contains(path)) {
        return Ok(());
    }
    sound()?;
    KNOWN.with_borrow_mut(|known| known.readers > 0 && known.sound.insert(path.to_owned()));
    Ok(())
}

/// Opens a file that is the one that was met before.
pub(crate) fn open(path: &Path) -> Result<File, Problem> {
    let opened = |e| Problem::Io { doing: "open", source: e };
    regular(&fs::metadata(path).map_err(opened)?)?;
    let file = File::open(path).map_err(opened)?;
    compare(path, &file.metadata().map_err(Problem::reading)?)?;
    Ok(file)
}

/// Fails if the file at `path` is another than it was when it was first met; one that was deleted was read whole.
pub(crate) fn check(path: &Path) -> Result<(), Error> {
    match fs::metadata(path) {
        Ok(about) => compare(path, &about).map_err(|problem| Error::new(path, problem)),
        Err(_) => Ok(()),
    }
}

fn compare(path: &Path, about: &Metadata) -> Result<(), Problem> {
    let now = Stamp::of(about);
    KNOWN.with_borrow_mut(|known| {
        if known.readers == 0 {
            return Ok(());
        }
        let first = known.stamps.entry(path.to_owned()).or_insert_with(|| now.clone());
        match *first == now {
            true => Ok(()),
            false => Err(Problem::Changed { before: first.length, now: now.length }),
        }
    })
}

/// A file whose length is so many times what is on the disk, and so many times this many bytes, has holes in place of data.
const HOLES: u64 = 1024;
const SPARSE: u64 = 1 << 20;

/// Bytes of a file that are on the disk, where the system tells.
#[cfg(unix)]
fn stored(about: &Metadata) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    Some(about.blocks().saturating_mul(512)).filter(|stored| *stored > 0)
}

#[cfg(not(unix))]
fn stored(_: &Metadata) -> Option<u64> {
    None
}

/// Fails at what cannot be read twice, has no end, or was never written.
fn regular(about: &Metadata) -> Result<(), Problem> {
    match about.file_type() {
        kind if kind.is_file() => match stored(about) {
            Some(stored) if about.len() / HOLES > stored.max(SPARSE) => {
                Err(Problem::Sparse { length: about.len(), stored })
            }
            _ => Ok(()),
        },
        kind if kind.is_dir() => Err(Problem::Directory),
        kind => Err(Problem::NoFile { found: special(kind) }),
    }
}

#[cfg(unix)]
fn special(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        _ if kind.is_fifo() => "a pipe",
        _ if kind.is_char_device() => "a device (or a terminal)",
        _ if kind.is_block_device() => "a disk",
        _ if kind.is_socket() => "a socket",
        _ => "no regular file",
    }
}

#[cfg(not(unix))]
fn special(_: fs::FileType) -> &'static str {
    "no regular file"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::table::{ReadTable, read, stream};
    use std::io::Write;

    fn file(name: &str, rows: usize) -> PathBuf {
        let path = std::env::temp_dir().join(format!("nullcline_{}_{name}.csv", std::process::id()));
        let text: String = (0..rows).map(|i| format!("{i}.5,{i}.25\n")).collect();
        fs::write(&path, format!("a,b\n{text}")).unwrap();
        path
    }

    /// Reads a table whose file `change` changes after the first block.
    fn read_while(name: &str, change: impl Fn(&Path)) -> (usize, Result<(), Error>) {
        let path = file(name, 5000);
        let (mut rows, mut done) = (0, false);
        let result = stream(&path, &["a".into()], None, 100, &mut |chunk| {
            rows += chunk.rows;
            if !std::mem::replace(&mut done, true) {
                change(&path);
            }
            Ok(())
        });
        fs::remove_file(&path).unwrap();
        (rows, result)
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_refused() {
        let grow = |path: &Path| {
            let mut file = File::options().append(true).open(path).unwrap();
            file.write_all(b"1.5,2.5\n").unwrap();
        };
        let shrink = |path: &Path| File::options().write(true).open(path).unwrap().set_len(4000).unwrap();
        let replace = |path: &Path| fs::rename(file("other", 5000), path).unwrap();
        type Change<'a> = (&'a str, &'a dyn Fn(&Path));
        let changes: [Change<'_>; 3] = [("grow", &grow), ("shrink", &shrink), ("replace", &replace)];
        for (name, change) in changes {
            let (rows, result) = read_while(name, change);
            let error = result.unwrap_err();
            assert!(matches!(error.kind(), Problem::Changed { .. }), "{name}: {error}");
            assert_eq!(rows, 100, "{name}: no block of another file");
        }
        assert!(read_while("same", |_| ()).1.is_ok());
    }

    #[test]
    fn while_it_is_held_a_file_is_the_same_from_one_reading_to_the_next() {
        let path = file("held", 10);
        let all = ReadTable::default();
        {
            let _held = hold();
            assert!(read(&path, &all).is_ok() && read(&path, &all).is_ok());
            file("held", 11);
            assert!(matches!(read(&path, &all).unwrap_err().kind(), Problem::Changed { .. }));
        }
        assert_eq!(read(&path, &all).unwrap().rows, 11);
        fs::remove_file(&path).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_of_holes_is_refused() {
        let path = file("holes", 10);
        File::options().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
        let error = read(&path, &ReadTable::default()).unwrap_err();
        fs::remove_file(&path).unwrap();
        assert!(matches!(error.kind(), Problem::Sparse { length, .. } if *length == 1 << 40), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let link = std::env::temp_dir().join(format!("nullcline_{}_zero.csv", std::process::id()));
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        let error = read(&link, &ReadTable::default()).unwrap_err();
        fs::remove_file(&link).unwrap();
        assert!(matches!(error.kind(), Problem::NoFile { .. }), "{error}");
    }
}
