//! Where reports go when nobody says: names that cannot meet, and nothing of another input replaced.

use crate::common::{Place, Ran, command, network, table};
use std::path::Path;

/// A command in the place's own folder.
fn there(place: &Place, arguments: &[&str], status: i32) -> Ran {
    let done = command(arguments).current_dir(&place.0).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let ran = Ran { status: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) };
    assert_eq!(ran.status, status, "{arguments:?}: {ran:?}");
    ran
}

fn reports(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(place.0.join("reports")).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const TRAIN: [&str; 15] = [
    "train",
    "sine",
    "--units",
    "4",
    "--epochs",
    "1",
    "--train-items",
    "16",
    "--validation-items",
    "8",
    "--test-items",
    "8",
    "--steps",
    "10",
    "--quiet",
];

#[test]
fn files_of_one_name_have_reports_of_their_own() {
    let place = Place::new("names-files");
    for folder in ["runs/s1", "runs/s2"] {
        std::fs::create_dir_all(place.0.join(folder)).unwrap();
    }
    place.save("runs/s1/best.safetensors", &network(1, 4, 1, 0.5));
    place.save("runs/s2/best.safetensors", &network(1, 5, 1, 0.5));
    place.save("best.safetensors", &network(1, 6, 1, 0.5));
    let analyze = |file: &str| there(&place, &["analyze", file, "--modules", "recurrent"], 0);
    let first = analyze("runs/s1/best.safetensors");
    assert!(!first.err.contains("note:") && first.out.contains("reports/best/report.html"), "{first:?}");
    let second = analyze("runs/s2/best.safetensors");
    assert!(second.err.contains("this report goes to reports/s2-best"), "{second:?}");
    assert!(second.err.contains("runs/s1/best.safetensors"), "{second:?}");
    // Again, by another way of saying the same file: each finds its own.
    analyze("./runs/s2/../s2/best.safetensors");
    analyze("runs/s1/best.safetensors");
    assert_eq!(reports(&place), ["best", "s2-best"]);
    analyze("best.safetensors");
    assert_eq!(reports(&place).len(), 3);
    let units = |folder: &str| place.summary(&format!("reports/{folder}"))["input"]["units"][0].clone();
    assert_eq!((units("best"), units("s2-best")), (4.into(), 5.into()));
}

#[test]
fn a_trained_network_outlives_the_analysis_of_a_table_of_its_name() {
    let place = Place::new("names-kinds");
    there(&place, &TRAIN, 0);
    let weights = place.0.join("reports/sine/network.safetensors");
    let before = std::fs::read(&weights).unwrap();
    place.write("sine.csv", table(60, 3));
    there(&place, &["analyze", "sine.csv", "--quiet"], 0);
    there(&place, &["infer", "gaussian", "sine.csv", "--quiet"], 0);
    assert_eq!(std::fs::read(&weights).unwrap(), before);
    assert_eq!(reports(&place).len(), 3, "{:?}", reports(&place));
    // Other settings are another network; the same ones the same.
    let mut other = TRAIN;
    other[3] = "5";
    there(&place, &other, 0);
    there(&place, &TRAIN, 0);
    assert_eq!(std::fs::read(&weights).unwrap(), before);
    assert_eq!(reports(&place).len(), 4, "{:?}", reports(&place));
}

#[test]
fn a_given_folder_of_another_input_is_refused_without_force() {
    let place = Place::new("names-force");
    let (a, b) = (place.write("a.csv", table(60, 3)), place.write("b.csv", table(50, 3)));
    there(&place, &["analyze", &a, "--out", "out"], 0);
    let refused = there(&place, &["analyze", &b, "--out", "out"], 2);
    assert!(refused.err.contains("--force") && refused.err.contains("a.csv"), "{}", refused.err);
    assert_eq!(place.summary("out")["input"]["rows"], 60);
    there(&place, &["analyze", &b, "--out", "out", "--force"], 0);
    assert_eq!(place.summary("out")["input"]["rows"], 50);
}

#[test]
fn the_input_itself_and_the_progress_of_others_are_safe() {
    let place = Place::new("names-safe");
    let out = ["--out", "net"];
    there(&place, &[&TRAIN[..], &out].concat(), 0);
    let ran = there(&place, &["analyze", "net/network.safetensors", "--out", "net"], 2);
    assert!(ran.err.contains("lies inside"), "{}", ran.err);
    assert!(place.0.join("net/network.safetensors").exists());

    for (name, file) in [("thesis", "chapter.tex"), ("y", "configuration.json"), ("z", "notes.tmp")] {
        let folder = place.0.join(format!("{name}.progress"));
        std::fs::create_dir_all(folder.join("sub")).unwrap();
        std::fs::write(folder.join(file), "{\"a\": 1}").unwrap();
        let ran = there(&place, &[&TRAIN[..], &["--out", name]].concat(), 3);
        assert!(ran.err.contains("did not write") && ran.err.contains(".progress"), "{}", ran.err);
        assert!(folder.join(file).exists() && folder.join("sub").exists() && !Path::new(name).exists());
    }
    std::fs::create_dir(place.0.join("keep")).unwrap();
    place.write("keep/k.txt", "k");
    std::os::unix::fs::symlink(place.0.join("keep"), place.0.join("paper.progress")).unwrap();
    let ran = there(&place, &[&TRAIN[..], &["--out", "paper", "--restart"]].concat(), 3);
    assert!(ran.err.contains("is a link"), "{}", ran.err);
    assert_eq!(std::fs::read_dir(place.0.join("keep")).unwrap().count(), 1);
}

#[test]
fn a_long_name_gets_a_folder_that_a_file_system_takes() {
    let place = Place::new("names-long");
    let file = format!("{}.csv", "é".repeat(110));
    place.write(&file, table(30, 3));
    there(&place, &["analyze", &file, "--quiet"], 0);
    let name = reports(&place).remove(0);
    // Its beginning, and a hash of the whole.
    let (start, hash) = name.rsplit_once('-').unwrap();
    assert!(name.len() <= 150 && file.starts_with(start) && hash.len() == 8, "{name}");
}

#[test]
fn a_place_that_cannot_be_written_is_named_as_it_was_typed() {
    let place = Place::new("names-unwritable");
    let csv = place.write("a.csv", table(30, 3));
    let long = place.path(&"n".repeat(245));
    for (out, word) in [
        ("/proc/x", "cannot make the folder /proc/x: "),
        ("/dev/null/x/y", "/dev/null is a file, not a folder"),
        (&*format!("{csv}/x"), "a.csv is a file, not a folder"),
        (&*csv, "a.csv is a file, not a folder"),
        (&long, "choose a shorter name with --out; what is beside a report takes some 30 bytes more"),
    ] {
        for command in [&["analyze", &csv][..], &TRAIN, &["study", "fanthomme2021/fig2.2"]] {
            let ran = there(&place, &[command, &["--out", out]].concat(), 2);
            assert!(ran.err.contains(word) && !ran.err.contains("partial"), "{command:?}: {}", ran.err);
            assert!(ran.err.contains("--out"), "{}", ran.err);
        }
    }
    assert_eq!(place.entries(), ["a.csv"]);
}

/// The settings of a summary, read as a job of their own, are the same ones; their file is the same to the byte.
#[test]
fn a_job_is_read_back_from_its_summary() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new("names-read-back");
    for name in [&b"lost\xff.csv"[..], b"100%41.csv", b"\xc3\xbc.csv"] {
        let name = std::ffi::OsStr::from_bytes(name);
        std::fs::write(place.0.join(name), table(30, 3)).unwrap();
        let mut analyze = command(&["analyze", "--modules", "activity", "--out", "out", "--force"]);
        assert!(analyze.arg(name).current_dir(&place.0).status().unwrap().success());
        let summary = place.summary("out");
        let job = &summary["job"];
        assert_eq!(
            job["settings"].as_object().unwrap().keys().collect::<Vec<_>>(),
            ["file", "modules", "seed"]
        );
        let read = nullcline::jobs::read("analyze", job["settings"].as_object().unwrap()).unwrap();
        assert_eq!(read.settings()["file"], job["settings"]["file"]);
        assert_eq!(read.files(), [std::path::PathBuf::from(name)]);
        // As a shell takes it.
        let again = summary["command"].as_str().unwrap().replace("nullcline ", "");
        let words =
            std::process::Command::new("bash").arg("-c").arg(format!("printf '%s\\0' {again}")).output();
        let words = words.unwrap().stdout;
        assert!(words.split(|b| *b == 0).any(|w| w == name.as_bytes()), "{again}");
    }
    let wrong = serde_json::json!({"file": {"escaped": "%f"}});
    let error = nullcline::jobs::read("analyze", wrong.as_object().unwrap()).err().unwrap().to_string();
    assert!(error.contains("file = {\"escaped\":\"%f\"}: expected a value"), "{error}");
}
