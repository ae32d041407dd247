//! The process that reads: what kills it kills no other.

use crate::readers::{KINDS, Read, Reader, Way, furnish};
use crate::seeds::{Corpus, Made};
use crate::settings::Share;
use crate::tally::Tally;
use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::process::parent_id;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The most memory that reading one file may take; every seed is below 20 kB, and no file above 300 kB.
pub const MEMORY: usize = 500 << 20;
/// The time within which a file is read.
const SLOW: Duration = Duration::from_secs(5);
/// Before what was found in a file on the worker's output.
pub const FOUND: &str = "FOUND";

thread_local! {
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The file that is read again and again, in a folder of its own.
struct Scratch {
    path: PathBuf,
    file: File,
}

impl Scratch {
    fn new(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
        Ok(Self { path, file })
    }

    fn put(&self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, 0)?;
        self.file.set_len(bytes.len() as u64)
    }
}

/// Reads a file in one way; a panic is an error in words.
fn guarded(way: Way, path: &Path, hash: bool) -> Result<Read, String> {
    catch_unwind(AssertUnwindSafe(|| way.read(path, hash))).map_err(|_| PANIC.with_borrow_mut(std::mem::take))
}

/// Keeps the place and text of a panic.
fn remember_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        let text = info.payload().downcast_ref::<&str>().copied();
        let text =
            text.or_else(|| info.payload().downcast_ref::<String>().map(String::as_str)).unwrap_or("?");
        PANIC.with_borrow_mut(|p| *p = format!("{place}: {text}"));
    }));
}

/// Reads its share of the files.
pub fn run(share: &Share) -> io::Result<()> {
    remember_panics();
    let (corpus, supervisor) = (Corpus::new(share.reader), parent_id());
    let worker = Worker::new(share, &corpus)?;
    let state = File::create(share.folder.join("tally"))?;
    let mut tally = Tally::default();
    let base = crate::ALLOCATOR.0.allocated();
    let (limit, mut peak) = (base + MEMORY, crate::ALLOCATOR.0.max_allocated());
    // The counter cannot be set back: making the seeds may have taken more than reading any file does.
    tally.peak = ((peak - base) as u64, share.first);
    crate::ALLOCATOR.0.set_limit(limit).map_err(|()| io::Error::other("no limit of memory"))?;
    let mut number = share.first;
    while number < share.end && share.until.is_none_or(|t| Instant::now() < t) {
        tally.current = number;
        tally.write(&state)?;
        let started = Instant::now();
        worker.read(&corpus.file(share.seed, number), number, &mut tally)?;
        tally.slowest = tally.slowest.max((started.elapsed().as_micros() as u64, number));
        if crate::ALLOCATOR.0.max_allocated() > peak {
            peak = crate::ALLOCATOR.0.max_allocated();
            tally.peak = ((peak - base) as u64, number);
        }
        tally.files += 1;
        number += share.step;
        if parent_id() != supervisor {
            return Err(io::Error::other("nobody waits for this worker"));
        }
    }
    tally.write(&state)
}

struct Worker<'a> {
    reader: Reader,
    seeds: &'a Corpus,
    /// A scratch file by seed: where it lies may depend on it.
    scratch: Vec<Scratch>,
    /// What each way makes of each seed whose bits are guarded.
    content: Vec<Vec<Option<u64>>>,
}

impl<'a> Worker<'a> {
    fn new(share: &Share, seeds: &'a Corpus) -> io::Result<Self> {
        let reader = share.reader;
        furnish(reader, &share.folder)?;
        let place = |name: &str| Scratch::new(reader.place(&share.folder, name));
        let scratch: Vec<Scratch> = seeds.seeds.iter().map(|s| place(&s.name)).collect::<io::Result<_>>()?;
        let mut worker = Self { reader, seeds, scratch, content: vec![] };
        for (seed, scratch) in seeds.seeds.iter().zip(&worker.scratch) {
            scratch.put(&seed.bytes)?;
            let of = |way: &Way| guarded(*way, &scratch.path, true).ok().and_then(Result::ok);
            worker.content.push(reader.ways(0).iter().map(of).collect());
            furnish(reader, &share.folder)?;
        }
        Ok(worker)
    }

    /// Reads one file in every way.
    fn read(&self, made: &Made, number: u64, tally: &mut Tally) -> io::Result<()> {
        let scratch = &self.scratch[made.seed];
        scratch.put(&made.bytes)?;
        let guarding = &self.seeds.seeds[made.seed].checked;
        let guarded_bit = made.bit.is_some_and(|bit| guarding.iter().any(|r| r.contains(&(bit / 8))));
        for (i, way) in self.reader.ways(number).iter().enumerate() {
            let started = Instant::now();
            let read = guarded(*way, &scratch.path, guarded_bit);
            if started.elapsed() > SLOW {
                // Where other programs held the processor, the second time is short.
                let again = Instant::now();
                let _ = guarded(*way, &scratch.path, guarded_bit);
                if again.elapsed() > SLOW {
                    found(number, &format!("{way:?}: slow: {} s", again.elapsed().as_secs()))?;
                }
            }
            match read {
                Err(panic) => found(number, &format!("{way:?}: panic: {panic}"))?,
                Ok(Ok(content)) => {
                    tally.accepted += u64::from(i == 0);
                    let before = self.content[made.seed][i];
                    if guarded_bit && before.is_some_and(|before| before != content) {
                        let (seed, bit) = (&self.seeds.seeds[made.seed].name, made.bit.unwrap_or(0));
                        let (byte, bit) = (bit / 8, bit % 8);
                        found(
                            number,
                            &format!("{way:?}: a flipped bit of `{seed}` accepted, byte {byte}, bit {bit}"),
                        )?;
                    }
                }
                Ok(Err(kind)) if i == 0 => {
                    tally.kinds[KINDS.iter().position(|k| *k == kind).unwrap_or(0)] += 1
                }
                Ok(Err(_)) => {}
            }
        }
        if self.reader == Reader::Idx {
            // The other of the two files is sound again for the next.
            scratch.put(&self.sound(made.seed))?;
        }
        Ok(())
    }

    fn sound(&self, seed: usize) -> Vec<u8> {
        let name = self.scratch[seed].path.file_name().unwrap_or_default();
        let all = crate::seeds::pictures::beside();
        all.into_iter().find(|(n, _)| name == *n).map(|(_, bytes)| bytes).unwrap_or_default()
    }
}

/// Tells the supervisor of a fault.
fn found(number: u64, what: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{FOUND}\t{number}\t{}", what.replace(['\n', '\r'], " "))?;
    out.flush()
}
