//! Trainings and searches that are killed at any moment, and taken up again, end in the same bytes.

use crate::common::{Place, command, run};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const TASK: [&str; 14] = [
    "train",
    "flip-flop",
    "--bits",
    "2",
    "--steps",
    "20",
    "--train-items",
    "60",
    "--validation-items",
    "20",
    "--test-items",
    "20",
    "--cell",
    "gru",
];
const MORE: [&str; 14] = [
    "--units",
    "6",
    "--batch",
    "5",
    "--epochs",
    "30",
    "--rate",
    "0.01",
    "--dropout",
    "0.2",
    "--decay",
    "0.9",
    "--checkpoint",
    "0",
];
const SEARCH: [&str; 10] =
    ["--units", "6", "--epochs", "5", "--batch", "10", "--search", "6", "--checkpoint", "0"];

/// Every file below `folder` by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(f) = folders.pop() {
        for entry in std::fs::read_dir(f).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// What two runs wrote, compared file by file.
fn assert_same(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    let different: Vec<&String> = a.keys().filter(|k| a[*k] != b[*k]).collect();
    assert!(different.is_empty(), "{different:?}");
}

/// Starts the command, waits until `ready`, and kills it with SIGKILL; false if it had ended before.
fn kill(arguments: &[&str], ready: impl Fn() -> bool) -> bool {
    let mut child: Child = command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while !ready() && child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

/// Bytes of the checkpoints in `folder` and below; they change with every step.
fn checkpoints(folder: &Path) -> Vec<Vec<u8>> {
    let (mut found, mut folders) = (vec![], vec![folder.to_path_buf()]);
    while let Some(f) = folders.pop() {
        // What is being written comes and goes.
        for entry in std::fs::read_dir(f).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "safetensors") {
                found.extend(std::fs::read(&path));
            }
        }
    }
    found
}

/// The arguments with an output folder, what they give undisturbed, and a clean place again.
fn whole<'a>(
    place: &Place,
    out: &'a str,
    arguments: &[&'a str],
) -> (Vec<&'a str>, BTreeMap<String, Vec<u8>>) {
    let arguments = [arguments, &["--out", out]].concat();
    let ran = run(&arguments);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(place.entries(), ["out"]);
    let expected = files(Path::new(out));
    std::fs::remove_dir_all(out).unwrap();
    (arguments, expected)
}

/// Kills four runs, each once it has written a checkpoint of its own.
fn kill_repeatedly(arguments: &[&str], progress: &Path) {
    let mut kills = 0;
    for _ in 0..4 {
        let before = checkpoints(progress);
        kills += usize::from(kill(arguments, || {
            checkpoints(progress).len() == 2 && checkpoints(progress) != before
        }));
    }
    assert!(kills >= 2, "{kills} kills came in time");
}

#[test]
fn a_training_killed_again_and_again_ends_in_the_same_bytes() {
    let place = Place::new("train-killed");
    let (out, progress) = (place.path("out"), place.0.join("out.progress"));
    let (arguments, expected) = whole(&place, &out, &[&TASK[..], &MORE].concat());
    assert!(expected.contains_key("network.safetensors") && expected.contains_key("training/curve.csv"));
    kill_repeatedly(&arguments, &progress);
    assert!(!Path::new(&out).exists());
    let ran = run(&arguments);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.err.contains("note: going on from epoch"), "{}", ran.err);
    assert_same(&files(Path::new(&out)), &expected);
    assert_eq!(place.entries(), ["out"]);
}

#[test]
fn sessions_killed_again_and_again_end_in_the_same_bytes() {
    let place = Place::new("ibl-killed");
    let (out, progress) = (place.path("out"), place.0.join("out.progress"));
    let ibl = ["train", "ibl", "--units", "12", "--schedule", "fast", "--steps", "400", "--test-blocks", "3"];
    let (arguments, expected) =
        whole(&place, &out, &[&ibl[..], &["--checkpoint", "0", "--optimiser", "adam"]].concat());
    assert!(expected.contains_key("network.safetensors") && expected.contains_key("ibl/curve.csv"));
    kill_repeatedly(&arguments, &progress);
    let other: Vec<&str> = arguments.iter().map(|a| if *a == "12" { "13" } else { a }).collect();
    let refused = run(&other);
    assert!(
        refused.status == 2 && refused.err.contains("with units 12, this one has units 13"),
        "{refused:?}"
    );
    let ran = run(&arguments);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.err.contains("note: going on from gradient step"), "{}", ran.err);
    assert_same(&files(Path::new(&out)), &expected);
    assert_eq!(place.entries(), ["out"]);
}

#[test]
fn a_search_killed_again_and_again_ends_in_the_same_bytes() {
    let place = Place::new("search-killed");
    let (out, progress) = (place.path("out"), place.0.join("out.progress"));
    let (arguments, expected) = whole(&place, &out, &[&TASK[..], &SEARCH, &["--threads", "2"]].concat());
    assert!(expected.contains_key("search/trials.csv") && expected.contains_key("search/trials_rate.svg"));
    let mut kills = 0;
    for trial in ["trial-00001", "trial-00003", "trial-00005"] {
        kills += usize::from(kill(&arguments, || !checkpoints(&progress.join(trial)).is_empty()));
    }
    assert!(kills >= 2, "{kills} kills came in time");
    let ran = run(&arguments);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_same(&files(Path::new(&out)), &expected);
    assert_eq!(place.entries(), ["out"]);
}

#[test]
fn a_damaged_checkpoint_gives_way_to_the_one_before() {
    let place = Place::new("train-damaged");
    let (out, progress) = (place.path("out"), place.0.join("out.progress"));
    let (arguments, expected) = whole(&place, &out, &[&TASK[..], &MORE].concat());
    let (a, b) = (progress.join("checkpoint-a.safetensors"), progress.join("checkpoint-b.safetensors"));
    let damage = |path: &Path| {
        let mut bytes = std::fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).unwrap();
    };
    assert!(kill(&arguments, || a.exists() && b.exists()));
    let kept = files(&progress);

    // A bit flipped, and a file cut short.
    damage(&a);
    std::fs::write(&b, &kept["checkpoint-b.safetensors"][..100]).unwrap();
    let ran = run(&arguments);
    assert_eq!(ran.status, 3, "{ran:?}");
    for word in ["checkpoint-", "damaged", "--restart", "--out"] {
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }

    std::fs::write(&b, &kept["checkpoint-b.safetensors"]).unwrap();
    let ran = run(&arguments);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.err.contains("checkpoint-a.safetensors: damaged"), "{}", ran.err);
    assert_same(&files(Path::new(&out)), &expected);
}

#[test]
fn the_progress_of_another_command_is_not_touched() {
    let place = Place::new("train-other");
    let (out, progress) = (place.path("out"), place.0.join("out.progress"));
    let arguments = [&TASK[..], &MORE, &["--out", &out]].concat();
    let ready = || checkpoints(&progress).len() == 2;
    assert!(kill(&arguments, ready));
    // What the kill cut short too: only a run that goes on clears it away.
    let kept = files(&progress);
    let other: Vec<&str> = arguments.iter().map(|a| if *a == "0.01" { "0.02" } else { a }).collect();
    let ran = run(&other);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("with rate 0.01, this one has rate 0.02"), "{}", ran.err);
    assert!(ran.err.contains("--restart") && ran.err.contains("--out"), "{}", ran.err);
    assert_same(&files(&progress), &kept);

    let ran = run(&[&other[..], &["--restart"]].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(!ran.err.contains("going on"), "{}", ran.err);
}

#[test]
fn one_process_at_a_time_trains_in_a_place() {
    let place = Place::new("train-locked");
    let (out, progress) = (place.path("out"), place.0.join("out.progress"));
    let mut arguments = [&TASK[..], &MORE, &["--out", &out]].concat();
    // Long enough that only the kill ends it.
    let epochs = arguments.iter().position(|a| *a == "--epochs").unwrap();
    arguments[epochs + 1] = "100000";
    let mut child = command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while checkpoints(&progress).is_empty() && started.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let ran = run(&arguments);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.err.contains("another process works there"), "{}", ran.err);
}
