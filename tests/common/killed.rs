//! A command that is killed, and what must be true after it.

use crate::common::{Place, Ran, command, run};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub type Files = BTreeMap<String, Vec<u8>>;

const LOCK: &str = ".nullcline.lock";
/// What somebody put into the report, and beside it.
const FOREIGN: [&str; 2] = ["out/notes.md", "out/figures/mine.txt"];

pub fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Every file below `folder` by its path.
pub fn files(folder: &Path) -> Files {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(f) = folders.pop() {
        for entry in fs::read_dir(f).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap_or_default());
            }
        }
    }
    found
}

/// A command whose result hangs on its seed.
pub struct Job {
    pub place: Place,
    arguments: Vec<String>,
    /// What seeds 1 and 2 give undisturbed.
    pub expected: [Files; 2],
    /// How long that takes.
    pub time: Duration,
}

impl Job {
    pub fn new(name: &str, arguments: &[&str]) -> Self {
        let place = Place::new(name);
        let out = place.path("out");
        let more = ["--threads", "1", "--force", "--quiet", "--out", &out];
        let arguments: Vec<String> = arguments.iter().chain(&more).map(|a| (*a).to_owned()).collect();
        let mut job = Self { place, arguments, expected: Default::default(), time: Duration::MAX };
        for seed in [0, 1] {
            let started = Instant::now();
            job.succeed(seed);
            job.time = job.time.min(started.elapsed());
            job.expected[seed] = files(Path::new(&out));
        }
        assert!(job.expected[0] != job.expected[1], "{name}: the seed changes nothing");
        fs::create_dir_all(job.place.0.join("out/figures")).unwrap();
        for name in FOREIGN {
            fs::write(job.place.0.join(name), name).unwrap();
        }
        job.place.write("neighbour.txt", "mine");
        job
    }

    pub fn arguments(&self, seed: usize) -> Vec<&str> {
        let own = self.arguments.iter().map(String::as_str);
        own.chain(["--seed", ["1", "2"][seed]]).collect()
    }

    pub fn succeed(&self, seed: usize) -> Ran {
        let ran = run(&self.arguments(seed));
        assert_eq!(ran.status, 0, "{ran:?}");
        ran
    }

    /// The report without what others put there.
    pub fn report(&self) -> Files {
        let mut found = files(&self.place.0.join("out"));
        FOREIGN.iter().for_each(|name| drop(found.remove(name.strip_prefix("out/").unwrap())));
        found
    }

    /// Files by which the report is not what is expected.
    pub fn differences(&self, expected: &Files) -> Vec<String> {
        let found = self.report();
        let names = expected.keys().chain(found.keys().filter(|n| !expected.contains_key(*n)));
        names.filter(|n| expected.get(*n) != found.get(*n)).cloned().collect()
    }

    /// Which of the two results stands there, whole.
    pub fn which(&self) -> usize {
        let differences = self.expected.each_ref().map(|e| self.differences(e));
        // A kill between the rename and the release of the lock leaves that; the next run takes it away.
        let which = differences.iter().position(|d| d.iter().all(|name| name == LOCK));
        which.unwrap_or_else(|| panic!("neither result: {differences:?}"))
    }

    /// What others put there: in the report, or on its way there.
    pub fn check_foreign(&self, everywhere: bool) {
        for name in FOREIGN {
            let inside = name.strip_prefix("out/").unwrap();
            let there = |folder: &String| {
                fs::read_to_string(self.place.0.join(folder).join(inside)).is_ok_and(|text| text == name)
            };
            let folders = self.place.entries();
            let found = folders.iter().filter(|f| everywhere || *f == "out").any(there);
            assert!(found, "{name} is gone: {folders:?}");
        }
        assert_eq!(fs::read_to_string(self.place.path("neighbour.txt")).unwrap(), "mine");
    }

    /// Starts the command, and sends it `signal` after `delay`; whether that came in time.
    pub fn kill(&self, seed: usize, signal: &str, delay: Duration) -> bool {
        let mut command = command(&self.arguments(seed));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(delay);
        let sent =
            Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
        assert!(sent.unwrap().success());
        let code = child.wait().unwrap().code();
        assert!([None, Some(0), Some(130)].contains(&code), "{signal}: ended with {code:?}");
        let partial = self.place.entries().into_iter().find(|e| e.contains("partial"));
        assert!(code.is_none() || partial.is_none(), "{signal}: {partial:?} is left");
        code != Some(0)
    }
}

/// A short training.
pub const TRAIN: [&str; 19] = [
    "train",
    "sine",
    "--units",
    "6",
    "--steps",
    "20",
    "--train-items",
    "60",
    "--validation-items",
    "20",
    "--test-items",
    "20",
    "--epochs",
    "20",
    "--batch",
    "10",
    "--checkpoint",
    "0",
    "--png",
];
