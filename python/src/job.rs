//! Jobs, run beside Python, which stays free to be interrupted.

use nullcline::analyses::Error;
use nullcline::cli::{Started, run_as};
use nullcline::io::shown::line;
use nullcline::job::{Desk, Observer, Restart};
use nullcline::memory;
use nullcline::report::figure::FigureFormats;
use nullcline::report::runner::{Failure, Outcome, Writing};
use nullcline::report::tables::TableFormat;
use nullcline::{jobs, linalg};
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use serde_json::{Map, Value, json};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Between two looks at whether the user interrupts.
const TICK: Duration = Duration::from_millis(100);
/// How long a job that was interrupted is waited for; it ends at the next piece of its work and writes nothing.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long the end of the program waits for jobs that are at work.
const GRACE: Duration = Duration::from_secs(3);
/// The stack of a job, as a main thread has it.
const STACK: usize = 8 << 20;

/// What a job is at.
#[derive(Clone, Default)]
struct At {
    /// The stage, and of how many.
    stage: Option<(usize, usize)>,
    what: String,
    /// Its parts; 0: unknown.
    total: u64,
    /// Where it stands, in words.
    said: String,
}

/// Where a job is.
#[derive(Default)]
pub struct Watch {
    at: Mutex<At>,
    done: AtomicU64,
    stop: AtomicBool,
}

/// What unwinds a job that nobody waits for.
struct Stopped;

/// Whether the program ends: nobody may call Python any more.
static CLOSING: AtomicBool = AtomicBool::new(false);
/// Jobs at work.
static WORKING: AtomicU64 = AtomicU64::new(0);

/// Whether the program ends.
pub fn closing() -> bool {
    CLOSING.load(Ordering::SeqCst)
}

/// A job at work, as long as it lives.
struct Working;

impl Working {
    fn begin() -> Self {
        WORKING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        WORKING.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Watch {
    /// Ends the work here if nobody waits for it any more.
    pub fn look(&self) {
        if self.stop.load(Ordering::Relaxed) || closing() {
            resume_unwind(Box::new(Stopped));
        }
    }

    fn change(&self, f: impl FnOnce(&mut At)) {
        self.look();
        f(&mut self.at.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn tell(&self, py: Python<'_>, to: &Py<PyAny>) -> PyResult<()> {
        let At { stage, what, total, said } = self.at.lock().unwrap_or_else(PoisonError::into_inner).clone();
        to.call1(py, (stage, what, self.done.load(Ordering::Relaxed), total, said)).map(drop)
    }
}

impl Observer for Watch {
    fn stage(&self, k: usize, of: usize) {
        self.change(|at| at.stage = Some((k, of)));
    }
    fn start(&self, what: &str, total: u64) {
        self.change(|at| *at = At { stage: at.stage, what: line(what), total, said: String::new() });
        self.done.store(0, Ordering::Relaxed);
    }
    fn at(&self, done: u64) {
        self.change(|_| ());
        self.done.store(done, Ordering::Relaxed);
    }
    fn say(&self, what: &str) {
        self.change(|at| at.said = line(what));
    }
    fn finish(&self) {
        self.change(|_| ());
    }
}

/// How work ended that may have been stopped.
type Ended<T> = Result<T, Box<dyn Any + Send>>;

/// Does `work` on a thread of its own, and looks after interrupts and progress meanwhile.
///
/// # Errors
/// An interrupt, what `progress` raises, and a fault.
pub fn beside<T: Send + 'static>(
    py: Python<'_>,
    threads: Option<usize>,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(&Arc<Watch>) -> T + Send + 'static,
) -> PyResult<T> {
    linalg::width::check().map_err(PyValueError::new_err)?;
    let most = 1024.max(4 * std::thread::available_parallelism().map_or(1, usize::from));
    if let Some(n) = threads.filter(|n| !(1..=most).contains(n)) {
        return Err(PyValueError::new_err(format!(
            "threads = {n}: expected a whole number from 1 to {most}"
        )));
    }
    let pool = threads.map(|n| rayon::ThreadPoolBuilder::new().num_threads(n).build()).transpose();
    let pool = pool.map_err(|e| PyValueError::new_err(format!("threads = {threads:?}: {e}")))?;
    let watch = Arc::new(Watch::default());
    let (send, receive) = channel::<Ended<T>>();
    let seen = Arc::clone(&watch);
    let working = Working::begin();
    let body = move || {
        let _working = working;
        let all = || match &pool {
            Some(pool) => pool.install(|| work(&seen)),
            None => work(&seen),
        };
        let _ = send.send(catch_unwind(AssertUnwindSafe(all)));
    };
    let thread = std::thread::Builder::new().name("nullcline".into()).stack_size(STACK);
    thread.spawn(body).map_err(|e| PyRuntimeError::new_err(format!("no thread can be started: {e}")))?;
    match waited(py, &Mutex::new(receive), &watch, progress)? {
        Ok(done) => Ok(done),
        Err(panic) => Err(PyRuntimeError::new_err(format!("a fault of nullcline: {}", said(&*panic)))),
    }
}

fn waited<T: Send>(
    py: Python<'_>,
    receive: &Mutex<Receiver<Ended<T>>>,
    watch: &Watch,
    progress: Option<&Py<PyAny>>,
) -> PyResult<Ended<T>> {
    let next = |time| receive.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(time);
    loop {
        match py.detach(|| next(TICK)) {
            Ok(ended) => return Ok(ended),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("a fault of nullcline: a job ended without a word"));
            }
        }
        let looked = py.check_signals().and_then(|()| progress.map_or(Ok(()), |to| watch.tell(py, to)));
        if let Err(e) = looked {
            watch.stop.store(true, Ordering::Relaxed);
            py.detach(|| drop(next(FAREWELL)));
            return Err(e);
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}

/// The exception for an exit status.
pub fn raised(status: u8, message: String) -> PyErr {
    match status {
        1 => PyOSError::new_err(message),
        4 => PyRuntimeError::new_err(message),
        _ => PyValueError::new_err(message),
    }
}

/// Settings as the command has them.
pub fn read(settings: &str) -> PyResult<Map<String, Value>> {
    serde_json::from_str(settings).map_err(|e| PyValueError::new_err(format!("settings: {e}")))
}

/// Runs a job, writes its report into a folder, and gives what was said of it as JSON.
#[pyfunction]
#[pyo3(signature = (kind, settings, *, out, force, figures, tables, command, threads, memory, checkpoint, restart, progress))]
pub fn run(
    py: Python<'_>,
    kind: String,
    settings: &str,
    out: PathBuf,
    force: bool,
    figures: &str,
    tables: &str,
    command: String,
    threads: Option<usize>,
    memory: Option<u64>,
    checkpoint: f64,
    restart: bool,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let settings = read(settings)?;
    let figures = FigureFormats::parse("figures", figures).map_err(PyValueError::new_err)?;
    let tables = TableFormat::parse(tables).ok_or_else(|| {
        PyValueError::new_err(format!("tables = {tables}: expected {}", TableFormat::names()))
    })?;
    let checkpoint = Duration::try_from_secs_f64(checkpoint).map_err(|_| {
        PyValueError::new_err(format!("checkpoint = {checkpoint}: expected seconds, from 0 on"))
    })?;
    let before = memory.map(|bytes| memory::swap_bound(Some(bytes)));
    let restart = if restart { Restart::Always } else { Restart::Never };
    let work = move |watch: &Arc<Watch>| -> Result<String, (u8, String)> {
        let failed = |e: Failure| (e.exit_status(), e.to_string());
        let job = jobs::read(&kind, &settings).map_err(|e: Error| (e.exit_status(), e.to_string()))?;
        job.check().map_err(failed)?;
        let out = job.target(Some(out), force).map_err(failed)?;
        let desk = Desk { observer: watch.as_ref(), checkpoint, restart, ..Desk::BARE };
        let ended = job.run(&Writing { out, figures, tables, command }, &desk).map_err(failed)?;
        let Outcome { subject, findings, warnings, notes, next, page, .. } = ended;
        Ok(json!({ "subject": subject, "findings": findings, "warnings": warnings, "notes": notes, "next": next, "page": page })
            .to_string())
    };
    let ended = beside(py, threads, progress.as_ref(), work);
    if let Some(before) = before {
        memory::swap_bound(before);
    }
    ended?.map_err(|(status, message)| raised(status, message))
}

/// Runs a command line in place of the program `nullcline`; its exit status.
#[pyfunction]
pub fn command(py: Python<'_>, words: Vec<std::ffi::OsString>, program: PathBuf, before: Vec<String>) -> u8 {
    py.detach(|| run_as(Started { words, program: Some((program, before)) }))
}

/// At the end of the program: lets jobs that are at work end, and removes what they have half written.
#[pyfunction]
pub fn close(py: Python<'_>) {
    CLOSING.store(true, Ordering::SeqCst);
    py.detach(|| {
        let begun = std::time::Instant::now();
        while WORKING.load(Ordering::SeqCst) > 0 && begun.elapsed() < GRACE {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let _ = nullcline::report::folder::remove_partials();
}

/// Name, value, error, n, which need not be told.
type Number = (String, f64, Option<f64>, Option<usize>);

/// Every number of a summary by name.
#[pyfunction]
pub fn quantities(summary: &str) -> PyResult<Vec<Number>> {
    let summary: Value = serde_json::from_str(summary).map_err(|e| PyValueError::new_err(e.to_string()))?;
    let all = nullcline::pipeline::quantities(&summary).into_iter();
    Ok(all
        .map(|q| (q.name, q.estimate.value, q.estimate.std_error, Some(q.estimate.n).filter(|n| *n > 0)))
        .collect())
}
