//! Processes that run one cell after the other: what ends one of them is one cell's fault, and is told as its.

use crate::job::{Desk, Restart};
use crate::jobs;
use crate::memory;
use crate::report::figure::FigureFormats;
use crate::report::folder::remove_partials;
use crate::report::runner::{Failure, Writing};
use crate::report::tables::TableFormat;
use serde_json::{Map, Value, json};
use std::any::Any;
use std::io::{BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

/// Letters of what a process says on its error stream that are kept.
const KEPT: usize = 4096;

/// One cell as a process is told of it.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub kind: String,
    pub settings: Map<String, Value>,
    pub folder: PathBuf,
    pub tables: TableFormat,
    pub figures: FigureFormats,
    pub command: String,
    pub checkpoint: Duration,
    /// Where what several cells ask for is kept.
    pub shared: PathBuf,
}

/// How a cell ended: bytes that it took at most (0: not known); or exit status and error.
pub(super) type Outcome = Result<u64, (u8, String)>;

impl Task {
    fn text(&self) -> String {
        json!({
            "kind": self.kind, "settings": self.settings, "folder": self.folder.to_string_lossy(), "tables": self.tables.extension(),
            "figures": formats(self.figures), "command": self.command, "checkpoint": self.checkpoint.as_secs_f64(), "shared": self.shared.to_string_lossy(),
        })
        .to_string()
    }

    fn read(text: &str) -> Option<Self> {
        let v: Value = serde_json::from_str(text).ok()?;
        let word = |key: &str| v[key].as_str().map(str::to_owned);
        Some(Self {
            kind: word("kind")?,
            settings: v["settings"].as_object()?.clone(),
            folder: word("folder")?.into(),
            tables: TableFormat::parse(&word("tables")?)?,
            figures: FigureFormats::parse("figures", &word("figures")?).ok()?,
            command: word("command")?,
            checkpoint: Duration::try_from_secs_f64(v["checkpoint"].as_f64()?).ok()?,
            shared: word("shared")?.into(),
        })
    }

    /// Runs it here.
    pub fn run(&self) -> Outcome {
        memory::forget_peak();
        let work = || -> Result<(), (u8, String)> {
            let job = jobs::read(&self.kind, &self.settings).map_err(|e| (2, e.to_string()))?;
            let failed = |e: Failure| (e.exit_status(), e.to_string());
            let out = job.target(Some(self.folder.clone()), false).map_err(failed)?;
            let (figures, tables, command) = (self.figures, self.tables, self.command.clone());
            let (checkpoint, shared) = (self.checkpoint, Some(&*self.shared));
            let desk = Desk { checkpoint, shared, restart: Restart::IfOther, ..Desk::BARE };
            job.run(&Writing { out, figures, tables, command }, &desk).map(drop).map_err(failed)
        };
        let caught = catch_unwind(AssertUnwindSafe(work));
        caught.unwrap_or_else(|e| Err((4, format!("a fault of nullcline: {}", said(&*e)))))?;
        Ok(memory::peak())
    }
}

fn formats(f: FigureFormats) -> String {
    let all = [(f.svg, "svg"), (f.pdf, "pdf"), (f.png, "png")];
    all.into_iter().filter(|f| f.0).map(|f| f.1).collect::<Vec<_>>().join(",")
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}

/// What a process that was started for it does: tasks in by lines, outcomes out, until nobody sends any more.
pub fn serve() {
    let (send, receive) = mpsc::channel();
    // Whoever sent is gone, also while a cell is under way: its work is kept, and somebody else goes on with it.
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            let Ok(line) = line else { break };
            if send.send(line).is_err() {
                break;
            }
        }
        let _ = remove_partials();
        std::process::exit(0)
    });
    for line in receive {
        let outcome =
            Task::read(&line).map_or_else(|| Err((2, "a task that cannot be read".into())), |t| t.run());
        let answer = match outcome {
            Ok(peak) => json!({ "peak": peak }),
            Err((status, error)) => json!({ "status": status, "error": error }),
        };
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// Who runs cells.
pub(super) enum Hand<'a> {
    /// This process.
    Here,
    /// Another one.
    Other { program: &'a Path, arguments: Vec<String>, threads: usize, at_work: Option<Process> },
}

pub(super) struct Process {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    errors: Arc<Mutex<Vec<u8>>>,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Hand<'_> {
    /// Runs a cell.
    pub fn run(&mut self, task: &Task) -> Outcome {
        let Self::Other { program, arguments, threads, at_work } = self else { return task.run() };
        if at_work.is_none() {
            let begun = Process::start(program, arguments, *threads);
            *at_work = Some(begun.map_err(|e| (1, format!("{} cannot be started: {e}", program.display())))?);
        }
        let Some(process) = at_work else { return task.run() };
        match process.ask(&task.text()) {
            Some(answer) => answer,
            None => {
                let error = at_work.take().map_or((4, String::new()), Process::last_words);
                Err(error)
            }
        }
    }
}

impl Process {
    fn start(program: &Path, arguments: &[String], threads: usize) -> std::io::Result<Self> {
        let mut command = Command::new(program);
        command.args(arguments).env("RAYON_NUM_THREADS", threads.to_string());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let gone = || std::io::Error::other("its streams are closed");
        let (to, from) = (child.stdin.take().ok_or_else(gone)?, child.stdout.take().ok_or_else(gone)?);
        let mut said = child.stderr.take().ok_or_else(gone)?;
        let errors = Arc::new(Mutex::new(vec![]));
        let kept = Arc::clone(&errors);
        let reader = std::thread::spawn(move || {
            let mut some = [0; 1024];
            while let Ok(n) = said.read(&mut some)
                && n > 0
            {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&some[..n]);
                let more = kept.len().saturating_sub(KEPT);
                kept.drain(..more);
            }
        });
        Ok(Self { child, to, from: BufReader::new(from), errors, reader: Some(reader) })
    }

    /// The outcome of a task; none where the process ended.
    fn ask(&mut self, task: &str) -> Option<Outcome> {
        writeln!(self.to, "{task}").and_then(|()| self.to.flush()).ok()?;
        let mut line = String::new();
        if self.from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let v: Value = serde_json::from_str(&line).ok()?;
        match v["status"].as_u64() {
            Some(status) => Some(Err((status as u8, v["error"].as_str().unwrap_or_default().to_owned()))),
            None => Some(Ok(v["peak"].as_u64().unwrap_or(0))),
        }
    }

    /// Its exit status, and what it said last.
    fn last_words(mut self) -> (u8, String) {
        let status = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        let kept = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        let line = text.lines().rev().find(|l| !l.trim().is_empty()).unwrap_or("").trim();
        let line = line.strip_prefix("error: ").unwrap_or(line).to_owned();
        let ended = status.as_ref().map_or("in an unknown way".into(), ToString::to_string);
        let code = status.ok().and_then(|s| s.code()).and_then(|c| u8::try_from(c).ok()).filter(|c| *c > 0);
        (code.unwrap_or(4), if line.is_empty() { format!("its process ended: {ended}") } else { line })
    }
}
