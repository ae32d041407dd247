//! A disk that fills: the earlier result stays whole, and the message names the file and says what was wrong.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout)]

use crate::common::{Place, golden};
use std::process::Command;

/// Copies the earlier result onto a disk of its own, leaves as many KiB free as the second argument says, and runs the rest.
/// Prints the command's status, what is on the disk, and whether the earlier result is as it was.
const SCRIPT: &str = r#"
place=$1 free=$2; shift 2
mount -t tmpfs -o size=4m tmpfs "$place/disk" || exit 77
cp -r "$place/old" "$place/disk/out"
head -c 8m /dev/zero > "$place/disk/fill" 2>/dev/null
truncate -s "-${free}k" "$place/disk/fill"
"$@" 2> "$place/stderr" > /dev/null
echo "status $?"
rm "$place/disk/fill"
diff -r "$place/old" "$place/disk/out" > /dev/null && echo same
ls -A "$place/disk"
"#;

/// Runs the command with so little room that its result does not fit.
fn fill(name: &str, arguments: &[&str]) {
    let place = Place::new(name);
    let program = env!("CARGO_BIN_EXE_nullcline");
    let with = |out: &str, seed: &str| {
        let more = ["--threads", "1", "--force", "--quiet", "--seed", seed, "--out", out];
        [arguments, &more].concat().iter().map(|a| (*a).to_owned()).collect::<Vec<String>>()
    };
    assert!(Command::new(program).args(with(&place.path("old"), "1")).status().unwrap().success());
    std::fs::create_dir(place.path("disk")).unwrap();
    for free in ["0", "8", "40"] {
        let done = Command::new("unshare")
            .args(["-rm", "sh", "-c", SCRIPT, "sh", place.0.to_str().unwrap(), free, program])
            .args(with(&place.path("disk/out"), "2"))
            .output();
        let out = done.as_ref().map(|d| String::from_utf8_lossy(&d.stdout).into_owned()).unwrap_or_default();
        if !out.starts_with("status") {
            println!("skipped: no disk of our own here (unshare -rm, mount -t tmpfs): {done:?}");
            return;
        }
        let said = std::fs::read_to_string(place.path("stderr")).unwrap();
        let lines: Vec<&str> = out.lines().collect();
        assert_ne!(lines[0], "status 0", "{name}, {free} KiB: nothing was full: {said}");
        assert!(["status 1", "status 2", "status 3"].contains(&lines[0]), "{name}, {free} KiB: {out}{said}");
        assert!(said.contains("No space left") && said.contains("disk/out"), "{name}, {free} KiB: {said}");
        assert!(!said.contains("panicked"), "{name}, {free} KiB: {said}");
        let left: Vec<&str> = lines[2..].iter().copied().filter(|e| *e != "out.progress").collect();
        assert_eq!((lines[1], &left[..]), ("same", &["out"][..]), "{name}, {free} KiB: {out}{said}");
    }
}

#[test]
fn a_training() {
    let small = ["--units", "6", "--steps", "20", "--train-items", "60", "--validation-items", "20"];
    let few = ["--test-items", "20", "--epochs", "5", "--batch", "10", "--checkpoint", "0"];
    fill("full-train", &[&["train", "sine"], &small[..], &few].concat());
}

#[test]
fn an_analysis() {
    fill(
        "full-analyze",
        &["analyze", &golden("io/ff2_relu.safetensors"), "--steps", "300", "--activation", "relu"],
    );
}

#[test]
fn an_inference() {
    fill("full-infer", &["infer", "gaussian", &golden("pca/activity.csv")]);
}
