//! What a run does, from the environment; and what a worker is told.

use crate::readers::{READERS, Reader};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// Files of each reader when nothing is said.
const SHORT: u64 = 3000;

/// How long a run lasts.
#[derive(Clone, Copy, Debug)]
pub enum Length {
    Files(u64),
    Time(Duration),
}

#[derive(Clone, Debug)]
pub struct Settings {
    pub readers: Vec<Reader>,
    pub length: Length,
    pub seed: u64,
    pub first: u64,
    pub workers: u64,
    /// Where the files are put in which something was found.
    pub found: PathBuf,
    /// The time after which a file counts as endless.
    pub patience: Duration,
}

fn variable(name: &str) -> Option<String> {
    std::env::var(format!("NULLCLINE_FUZZ{name}")).ok()
}

fn number(name: &str) -> Option<u64> {
    variable(name)
        .map(|text| text.parse().unwrap_or_else(|_| panic!("NULLCLINE_FUZZ{name}={text}: no number")))
}

/// `10000000` files, or `30s`, `15m`, `2h`.
fn length(text: &str) -> Option<Length> {
    let unit = [("s", 1), ("m", 60), ("h", 3600)].into_iter().find(|(unit, _)| text.ends_with(unit));
    match unit {
        Some((unit, seconds)) => {
            let count: f64 = text.strip_suffix(unit)?.parse().ok()?;
            Duration::try_from_secs_f64(count * f64::from(seconds)).ok().map(Length::Time)
        }
        None => text.replace('_', "").parse().ok().map(Length::Files),
    }
}

impl Settings {
    /// Of the environment.
    pub fn read() -> Self {
        let long = variable("");
        let named = |name: String| {
            let found = READERS.into_iter().find(|r| r.name() == name);
            found.unwrap_or_else(|| {
                panic!("NULLCLINE_FUZZ_READER={name}: none of {READERS:?} in small letters")
            })
        };
        let readers = variable("_READER").map(|names| names.split(',').map(|n| named(n.into())).collect());
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
        // A machine at work on other tests is slow too.
        let patience = Duration::from_secs(if long.is_some() { 5 } else { 30 });
        let length = long.map_or(Length::Files(SHORT), |text| {
            length(&text).unwrap_or_else(|| {
                panic!("NULLCLINE_FUZZ={text}: no number of files, nor a time (2h, 15m, 30s)")
            })
        });
        Self {
            readers: readers.unwrap_or_else(|| READERS.to_vec()),
            length,
            seed: number("_SEED").unwrap_or(1),
            first: number("_FIRST").unwrap_or(0),
            workers: number("_WORKERS").unwrap_or(cores).max(1),
            found: variable("_FOUND")
                .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fuzz"), PathBuf::from),
            patience,
        }
    }
}

/// A worker's share: every `step`th file from `first` on.
#[derive(Clone, Debug)]
pub struct Share {
    pub reader: Reader,
    pub seed: u64,
    pub first: u64,
    pub step: u64,
    pub end: u64,
    pub until: Option<Instant>,
    /// A folder of its own.
    pub folder: PathBuf,
}

const SHARE: &str = "NULLCLINE_FUZZ_SHARE";

impl Share {
    /// Tells a worker's process of its share.
    pub fn tell(&self, command: &mut Command) {
        let left =
            self.until.map_or(u64::MAX, |t| t.saturating_duration_since(Instant::now()).as_millis() as u64);
        let numbers = [self.reader as u64, self.seed, self.first, self.step, self.end, left];
        let text = numbers.map(|n| n.to_string()).join(" ");
        command.env(SHARE, format!("{text} {}", self.folder.display()));
    }

    /// What this process was told; none if it is no worker.
    pub fn told() -> Option<Self> {
        let text = std::env::var(SHARE).ok()?;
        let mut parts = text.splitn(7, ' ');
        let mut next = || parts.next().and_then(|n| n.parse::<u64>().ok());
        let (reader, seed, first, step, end, left) = (next()?, next()?, next()?, next()?, next()?, next()?);
        let until = (left < u64::MAX).then(|| Instant::now() + Duration::from_millis(left));
        let folder = PathBuf::from(parts.next()?);
        Some(Self { reader: READERS[reader as usize], seed, first, step, end, until, folder })
    }
}
