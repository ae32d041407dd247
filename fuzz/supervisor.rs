//! Starts workers, sees them die, and goes on behind the file that killed them.

use crate::readers::Reader;
use crate::seeds::Corpus;
use crate::settings::{Length, Settings, Share};
use crate::tally::Tally;
use crate::worker::FOUND;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A kind of fault: how often, and the smallest file with it.
#[derive(Clone, Debug)]
pub struct Fault {
    pub count: u64,
    pub number: u64,
    pub size: usize,
    pub file: PathBuf,
}

/// A run of one reader.
#[derive(Default)]
pub struct Run {
    pub tally: Tally,
    pub faults: BTreeMap<String, Fault>,
    pub seconds: f64,
}

/// A folder in memory where there is one; removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
        let path = parent.join(format!("nullcline-fuzz-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Lets workers read all files of a reader.
pub fn run(reader: Reader, settings: &Settings) -> Run {
    let started = Instant::now();
    let (end, until) = match settings.length {
        Length::Files(count) => (settings.first.saturating_add(count), None),
        Length::Time(time) => (u64::MAX, Some(started + time)),
    };
    let share = |k: u64| {
        let (first, folder) = (settings.first + k, PathBuf::new());
        Share { reader, seed: settings.seed, first, step: settings.workers, end, until, folder }
    };
    let parts: Vec<(Tally, Vec<(u64, String)>)> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..settings.workers).map(|k| scope.spawn(move || all_of(share(k), settings.patience))).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let mut run = Run::default();
    let corpus = Corpus::new(reader);
    for (tally, found) in parts {
        run.tally.add(&tally);
        for (number, what) in found {
            run.take(number, &what, &corpus, reader, settings);
        }
    }
    run.seconds = started.elapsed().as_secs_f64();
    run
}

/// Works through a share, with as many workers one after the other as it takes.
fn all_of(mut share: Share, patience: Duration) -> (Tally, Vec<(u64, String)>) {
    let folder = Folder::new(&format!("{}-{}", share.reader.name(), share.first));
    share.folder.clone_from(&folder.0);
    let (mut all, mut found) = (Tally::default(), vec![]);
    loop {
        let tally = folder.0.join("tally");
        let _ = fs::remove_file(&tally);
        let mut worker = start(&share);
        let output = worker.stdout.take().unwrap();
        let lines = std::thread::spawn(move || lines(BufReader::new(output)));
        let ended = watch(&mut worker, &tally, patience);
        found.extend(lines.join().unwrap());
        let tally = File::open(&tally).and_then(|f| Tally::read(&f)).unwrap_or_default();
        all.add(&tally);
        let what = match ended {
            Some(status) if status.success() => return (all, found),
            Some(status) => death(status, &share.folder),
            None => "no end".into(),
        };
        assert!(tally.current >= share.first, "the worker does not start: {what}");
        // How the program says that a file asks for too much memory.
        match what.starts_with("end with Some(3): error: ") && what.contains(" of memory, expected at most ")
        {
            true => all.bounded += 1,
            false => found.push((tally.current, what)),
        }
        all.files += 1;
        share.first = tally.current + share.step;
    }
}

fn start(share: &Share) -> Child {
    let errors = File::create(share.folder.join("stderr")).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    share.tell(&mut command);
    command
        .args(["--ignored", "--exact", "worker", "--nocapture", "--test-threads", "1"])
        .env("RUST_BACKTRACE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .unwrap()
}

fn lines(output: impl BufRead) -> Vec<(u64, String)> {
    let split = |line: String| {
        let mut parts = line.splitn(3, '\t');
        parts.next().filter(|p| p.ends_with(FOUND))?;
        Some((parts.next()?.parse().ok()?, parts.next()?.to_owned()))
    };
    output.lines().map_while(Result::ok).filter_map(split).collect()
}

/// Waits for the end of a worker; none if it was stopped because one file took too long.
fn watch(worker: &mut Child, tally: &Path, patience: Duration) -> Option<ExitStatus> {
    let (mut last, mut since) = (None, (Instant::now(), 0.0));
    loop {
        if let Some(status) = worker.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(20));
        let current = File::open(tally).and_then(|f| Tally::read(&f)).ok().map(|t| t.current);
        if current != last || current.is_none() {
            (last, since) = (current, (Instant::now(), busy(worker)));
        }
        // Of its own time: others may hold the processors.
        let waited = (busy(worker) - since.1) > patience.as_secs_f64();
        if waited || since.0.elapsed() > 20 * patience {
            worker.kill().unwrap();
            worker.wait().unwrap();
            return None;
        }
    }
}

/// Seconds of processor time of a process.
fn busy(worker: &Child) -> f64 {
    let text = fs::read_to_string(format!("/proc/{}/stat", worker.id())).unwrap_or_default();
    let after = text.rsplit_once(") ").map_or("", |(_, rest)| rest);
    // Fields 14 and 15 of the whole line, in hundredths of a second.
    after.split(' ').skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// How a worker died, in words.
fn death(status: ExitStatus, folder: &Path) -> String {
    let errors = fs::read_to_string(folder.join("stderr")).unwrap_or_default();
    let said = errors.lines().find(|l| l.contains("memory allocation") || l.contains("overflow"));
    let said = said.or_else(|| errors.lines().next()).unwrap_or_default();
    // The first function on the stack that is not the standard library's: two lines, its name and its place.
    let lines: Vec<&str> = errors.lines().map(str::trim_start).collect();
    let own = |at: &str| at.starts_with("at ") && !["/rustc/", "library/"].iter().any(|l| at.contains(l));
    let place = lines.windows(2).find(|pair| own(pair[1]));
    let place = place.map_or_else(String::new, |pair| {
        let name = pair[0].split_once(": ").map_or(pair[0], |(_, name)| name);
        format!("in {}", name.chars().take(50).collect::<String>())
    });
    match status.signal() {
        Some(signal) => format!("abort, signal {signal}: {said} {place}"),
        None => format!("end with {:?}: {said}", status.code()),
    }
}

/// A fault without what differs from file to file.
fn key(what: &str) -> String {
    let what = what.split_once("index.crates.io-").map_or(what.to_owned(), |(before, after)| {
        let before = before.rsplit_once(' ').map_or("", |(b, _)| b);
        format!("{before} {}", after.split_once('/').map_or("", |(_, rest)| rest))
    });
    let (mut key, mut digits) = (String::new(), false);
    // Lines of code stay.
    let (place, text) = what.split_once(".rs:").map_or(("", what.as_str()), |(place, text)| (place, text));
    let (line, text) = if place.is_empty() { ("", text) } else { text.split_once(':').unwrap_or(("", text)) };
    for c in text.chars().take(120) {
        if !(digits && c.is_ascii_digit()) {
            key.push(if c.is_ascii_digit() { '#' } else { c });
        }
        digits = c.is_ascii_digit();
    }
    if place.is_empty() { key } else { format!("{place}.rs:{line}:{key}") }
}

impl Run {
    fn take(&mut self, number: u64, what: &str, corpus: &Corpus, reader: Reader, settings: &Settings) {
        let key = key(what);
        let index = self.faults.len();
        if let Some(fault) = self.faults.get_mut(&key).filter(|f| f.count >= 1000) {
            fault.count += 1;
            return;
        }
        let bytes = corpus.file(settings.seed, number).bytes;
        let path = settings.found.join(format!("{}-{}-{index}.bin", reader.name(), settings.seed));
        let new = Fault { count: 0, number, size: usize::MAX, file: path };
        let fault = self.faults.entry(key).or_insert(new);
        fault.count += 1;
        if bytes.len() < fault.size {
            (fault.size, fault.number) = (bytes.len(), number);
            fs::create_dir_all(&settings.found).unwrap();
            fs::write(&fault.file, bytes).unwrap();
        }
    }
}
