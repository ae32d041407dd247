//! Cells side by side, within memory and threads; what fails fails alone.

use super::cells::{Cell, State};
use super::text::Pipeline;
use super::worker::{Hand, Outcome, Task};
use crate::analyses::Error;
use crate::analyses::training::clear_progress;
use crate::io::atomic;
use crate::io::error::Problem;
use crate::jobs;
use crate::memory;
use crate::report::runner::progress_folder;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A part of the cells: those of chains k, k + n, ...
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    pub k: usize,
    /// How many there are.
    pub of: usize,
}

impl Shard {
    /// `3/64`.
    pub fn parse(text: &str) -> Option<Self> {
        let (k, of) = text.split_once('/')?;
        let (k, of) = (k.trim().parse().ok()?, of.trim().parse().ok()?);
        (1..=of).contains(&k).then_some(Self { k, of })
    }

    /// Whether the chain that begins with the `chain`-th root is one of its own.
    fn has(self, chain: usize) -> bool {
        chain % self.of == self.k - 1
    }
}

/// How cells are run.
pub struct Running<'a> {
    /// Which; none: all.
    pub shard: Option<Shard>,
    /// How many at once.
    pub abreast: usize,
    /// The program and its arguments that run cells apart from this process ([`super::serve`]); none: they run in it.
    pub program: Option<(PathBuf, Vec<String>)>,
    /// Threads of all of them together.
    pub threads: usize,
    /// Time between two checkpoints.
    pub checkpoint: Duration,
    /// Told of each cell that ends: how many ended of how many, its name, seconds, its error, and what is left in seconds.
    pub tell: &'a (dyn Fn(&Told) + Sync),
}

/// A cell that ended.
pub struct Told<'a> {
    /// Cells that ended, this one among them.
    pub ended: usize,
    /// Cells to be run.
    pub of: usize,
    /// It.
    pub cell: &'a Cell,
    /// How long it took.
    pub seconds: f64,
    /// Why it failed, if it did.
    pub error: Option<&'a str>,
    /// Seconds left, by the mean of those that ended.
    pub left: f64,
    /// Bytes that it was thought to need, and that it took, where these are more.
    pub exceeded: Option<[u64; 2]>,
}

/// How it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Cells that were done before.
    pub before: usize,
    /// Cells that were computed.
    pub computed: usize,
    /// Cells that failed, and their exit status.
    pub failed: Vec<(String, u8)>,
}

/// Where the cells of a run stand.
struct Board {
    /// Not yet begun, in their order.
    waiting: Vec<usize>,
    done: Vec<bool>,
    failed: Vec<bool>,
    /// Bytes that those under way are thought to need.
    asked: u64,
    running: usize,
    ended: usize,
    result: Ended,
}

/// Runs the cells that are not done.
///
/// # Errors
/// Folders that cannot be written to.
pub fn run(pipeline: &Pipeline, cells: &[Cell], how: &Running) -> Result<Ended, Error> {
    let out = &pipeline.out;
    let mut roots: Vec<usize> = cells.iter().map(|c| c.root).collect();
    roots.sort_unstable();
    roots.dedup();
    let chain = |c: &Cell| roots.partition_point(|r| *r < c.root);
    let own = |k: &usize| how.shard.is_none_or(|s| s.has(chain(&cells[*k])));
    let states: Vec<State> = cells.iter().map(|c| c.state(out)).collect();
    let done: Vec<bool> = states.iter().map(|s| *s == State::Done).collect();
    let mine: Vec<usize> = (0..cells.len()).filter(own).collect();
    for k in mine.iter().filter(|k| done[**k]) {
        tidy(&cells[*k], out);
    }
    forget(cells, out);
    let waiting: Vec<usize> = mine.iter().copied().filter(|k| !done[*k]).collect();
    let (of, before) = (waiting.len(), mine.len() - waiting.len());
    let board = Mutex::new(Board {
        waiting,
        done,
        failed: vec![false; cells.len()],
        asked: 0,
        running: 0,
        ended: 0,
        result: Ended { before, ..Ended::default() },
    });
    let (changed, began) = (Condvar::new(), Instant::now());
    let abreast = how.abreast.clamp(1, of.max(1));
    let place = |k: usize| shared(out, how.shard, k);
    let worker = |hands: usize| {
        // What several cells ask for is made once by each who runs them.
        let shared = place(hands);
        let mut hand = how.program.as_ref().map_or(Hand::Here, |(program, arguments)| Hand::Other {
            program,
            arguments: arguments.clone(),
            threads: (how.threads / abreast).max(1),
            at_work: None,
        });
        while let Some((k, bytes)) = next(&board, &changed, cells) {
            let start = Instant::now();
            let lost = cells[k].needs.filter(|n| lock(&board).failed[*n]);
            let outcome = match lost {
                _ if states[k] == State::Changed => Err((3, cells[k].changed(out))),
                Some(n) => Err((3, format!("it takes files of {}, which failed", cells[n].name))),
                None => hand.run(&task(pipeline, &cells[k], how.checkpoint, &shared)),
            };
            ended(&board, cells, k, bytes, &outcome, out);
            changed.notify_all();
            let held = lock(&board);
            let rate = began.elapsed().as_secs_f64() / held.ended as f64;
            (how.tell)(&Told {
                ended: held.ended,
                of,
                cell: &cells[k],
                seconds: start.elapsed().as_secs_f64(),
                error: outcome.as_ref().err().map(|e| e.1.as_str()),
                left: rate * (of - held.ended) as f64,
                exceeded: outcome
                    .as_ref()
                    .ok()
                    .copied()
                    .filter(|peak| *peak > bytes)
                    .map(|peak| [bytes, peak]),
            });
        }
    };
    std::thread::scope(|scope| {
        for hands in 0..abreast {
            let worker = &worker;
            scope.spawn(move || worker(hands));
        }
    });
    for shared in (0..abreast).map(place).filter(|p| p.is_dir()) {
        // What remains there is of no use, and harmless if it cannot be removed.
        let _ = clear_progress(&shared);
    }
    let mut result = board.into_inner().unwrap_or_else(PoisonError::into_inner).result;
    result.failed.sort();
    Ok(result)
}

/// Where the `k`-th hand keeps what several of its cells ask for.
fn shared(out: &Path, shard: Option<Shard>, k: usize) -> PathBuf {
    let part = shard.map_or_else(String::new, |s| format!("{}-of-{}-", s.k, s.of));
    progress_folder(out).join(format!("shared-{part}{k}"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The next cell that can be run, and what it is thought to need; waits where all that are left wait for others.
fn next(board: &Mutex<Board>, changed: &Condvar, cells: &[Cell]) -> Option<(usize, u64)> {
    let mut held = lock(board);
    loop {
        if held.waiting.is_empty() {
            return None;
        }
        let ready = |k: &usize| cells[*k].needs.is_none_or(|n| held.done[n] || held.failed[n]);
        let found = held.waiting.iter().position(ready);
        if let Some(place) = found {
            let bytes = estimate(&cells[held.waiting[place]]);
            if held.running == 0 || held.asked.saturating_add(bytes) <= memory::bound() {
                let k = held.waiting.remove(place);
                held.asked = held.asked.saturating_add(bytes);
                held.running += 1;
                return Some((k, bytes));
            }
        } else if held.running == 0 {
            // The cells that these wait for are another shard's.
            return None;
        }
        held = changed.wait(held).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Bytes that a cell is thought to need.
pub(super) fn estimate(cell: &Cell) -> u64 {
    jobs::read(&cell.kind, &cell.settings).map_or(0, |job| job.memory())
}

fn task(pipeline: &Pipeline, cell: &Cell, checkpoint: Duration, shared: &Path) -> Task {
    Task {
        kind: cell.kind.clone(),
        settings: cell.settings.clone(),
        folder: cell.folder(&pipeline.out),
        tables: pipeline.tables,
        figures: pipeline.figures,
        command: pipeline.command.clone(),
        checkpoint,
        shared: shared.to_path_buf(),
    }
}

/// Writes down how a cell ended.
fn ended(board: &Mutex<Board>, cells: &[Cell], k: usize, bytes: u64, outcome: &Outcome, out: &Path) {
    let cell = &cells[k];
    let place = cell.failure(out);
    let mut held = lock(board);
    held.asked = held.asked.saturating_sub(bytes);
    held.running -= 1;
    held.ended += 1;
    match outcome {
        Ok(_) => {
            held.done[k] = true;
            held.result.computed += 1;
            let _ = std::fs::remove_file(&place);
            let _ = place.parent().map(std::fs::remove_dir);
        }
        Err((status, message)) => {
            held.failed[k] = true;
            held.result.failed.push((cell.name.clone(), *status));
            let record = json!({
                "cell": cell.name, "kind": cell.kind, "settings": cell.settings, "status": status, "error": message,
            });
            let text = crate::report::summary::text(&record);
            let _ = place.parent().map(std::fs::create_dir_all);
            let _ = atomic::write(&place, |to| to.write_all(text.as_bytes()).map_err(Problem::writing));
        }
    }
}

/// Removes records of failures of cells that there are no longer.
fn forget(cells: &[Cell], out: &Path) {
    let known: std::collections::HashSet<PathBuf> = cells.iter().map(|c| c.failure(out)).collect();
    let place = out.join("failed");
    for entry in std::fs::read_dir(&place).into_iter().flatten().flatten() {
        let path = entry.path();
        let record = std::fs::read_to_string(&path)
            .ok()
            .and_then(|t| serde_json::from_str::<serde_json::Value>(&t).ok());
        if !known.contains(&path) && record.is_some_and(|r| r["cell"].is_string() && r["status"].is_u64()) {
            let _ = std::fs::remove_file(path);
        }
    }
    let _ = std::fs::remove_dir(place);
}

/// What a run that was killed after its report was written left beside it.
fn tidy(cell: &Cell, out: &Path) {
    let beside = cell.unfinished(out);
    if beside.is_dir() {
        let _ = clear_progress(&beside);
    }
}
