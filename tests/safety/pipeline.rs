//! A pipeline in miniature: jobs of several kinds from one file, run, killed, and taken up again.

use crate::common::Place;
use crate::killed::files;
use nullcline::job::Desk;
use nullcline::jobs;
use nullcline::report::erased::ErasedJob;
use nullcline::report::runner::Writing;
use nullcline::report::tables::TableFormat;
use serde_json::{Map, Value};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PIPELINE: &str = r#"
[[job]]
kind = "train"
out = "net"
task = "sine"
units = 24
epochs = 40
train_items = 400
validation_items = 20
test_items = 20
seed = 3

[[job]]
kind = "analyze"
out = "what"
file = "net/network.safetensors"
modules = ["recurrent", "pca"]

[[job]]
kind = "study"
out = "claims"
study = "fanthomme2021/fig2.2"
"#;

/// Jobs and their folders.
fn read(text: &str) -> Vec<(Box<dyn ErasedJob>, String)> {
    let whole: Map<String, Value> = toml::from_str(text).unwrap();
    let one = |entry: &Value| {
        let mut keys = entry.as_object().unwrap().clone();
        let mut word = |key: &str| keys.remove(key).unwrap().as_str().unwrap().to_owned();
        let (kind, out) = (word("kind"), word("out"));
        (jobs::read(&kind, &keys).unwrap(), out)
    };
    whole["job"].as_array().unwrap().iter().map(one).collect()
}

/// What the process does that the test starts: all jobs that have no report yet, in their order.
#[test]
#[ignore = "started by the test below"]
fn the_process() {
    std::env::set_current_dir(std::env::var("NULLCLINE_PIPELINE").unwrap()).unwrap();
    for (job, out) in read(PIPELINE) {
        // Unfinished work beside a report is that of a run killed while it replaced the report.
        if Path::new(&out).exists() && !Path::new(&out).with_extension("progress").exists() {
            continue;
        }
        let out = job.target(Some(out.into()), false).unwrap();
        let writing = Writing {
            out,
            figures: Default::default(),
            tables: TableFormat::Csv,
            command: "pipeline".into(),
        };
        let desk = Desk { checkpoint: Duration::ZERO, ..Desk::BARE };
        job.run(&writing, &desk).unwrap();
    }
}

fn start(place: &Place) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "pipeline::the_process", "--ignored", "--test-threads", "1"]);
    command.env("NULLCLINE_PIPELINE", &place.0).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn three_jobs_from_one_file_run_are_killed_and_resume_to_the_same_bytes() {
    let (whole, killed) = (Place::new("pipeline"), Place::new("pipeline-killed"));
    assert!(start(&whole).wait().unwrap().success());
    let mut kills = 0;
    for round in 0.. {
        assert!(round < 50, "no end after {round} kills");
        let mut child = start(&killed);
        let began = Instant::now();
        let unfinished = || killed.0.join("net.progress").is_dir() || killed.0.join("net").is_dir();
        while !unfinished() && began.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(2));
        }
        // Later each time, so that each job is met.
        std::thread::sleep(Duration::from_millis(30 + 60 * round));
        let _ = child.kill();
        match child.wait().unwrap().success() {
            true => break,
            false => kills += 1,
        }
    }
    assert!(kills > 0, "it was never met at work");
    let place = |p: &Place| {
        let mut all = files(&p.0);
        // What a report is of names the folder.
        all.retain(|name, _| !name.ends_with(".nullcline.json"));
        all
    };
    let (expected, found) = (place(&whole), place(&killed));
    assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
    let differs: Vec<&String> = expected.iter().filter(|(k, v)| found[*k] != **v).map(|(k, _)| k).collect();
    assert!(differs.is_empty(), "{differs:?}");
}

#[test]
fn a_job_is_told_by_its_settings_and_its_files() {
    let place = Place::new("identity");
    let file = place.write("net.csv", "a,b\n1,2\n");
    let job = |text: &str| {
        let keys: Map<String, Value> = toml::from_str(&format!("file = '{file}'\n{text}")).unwrap();
        jobs::read("analyze", &keys).unwrap().identity().unwrap()
    };
    let first = job("");
    assert_eq!(first, job("seed = 1"), "a default that is written down changes nothing");
    assert_ne!(first, job("seed = 2"));
    place.write("net.csv", "a,b\n1,3\n");
    assert_ne!(first, job(""), "what the file holds counts");
}
