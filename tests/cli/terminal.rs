//! What reaches the terminal: nothing out of a file that steers it, no lost output taken for success, one meaning of
//! each exit status.
#![cfg(target_os = "linux")]

use crate::common::{Place, command, network, run, table, tensor};
use std::fs::File;
use std::process::{Output, Stdio};

/// Colours, a title, a line of somebody else's, text from right to left, nothing at all.
const ODD: &str = "w\u{1b}[31m\u{1b}]0;t\u{7}\r\nnote: all is well\u{202e}\u{2066}\u{200b}\u{9b}2J";

fn steers(text: &str) -> bool {
    text.chars().any(|c| nullcline::io::shown::hidden(c) && c != '\n')
}

#[test]
fn names_out_of_files_do_not_steer_the_terminal() {
    let place = Place::new("terminal-names");
    let mut tensors = network(1, 3, 1, 0.5);
    tensors.push(tensor(ODD, &[2], vec![0.0; 2]));
    tensors.push(tensor(&"long".repeat(5000), &[2], vec![0.0; 2]));
    let net = place.save("net.safetensors", &tensors);
    let metadata = [(ODD.to_owned(), ODD.repeat(1000))].into_iter().collect();
    let meta = place.path("meta.safetensors");
    nullcline::io::tensors::write_safetensors(meta.as_ref(), &network(1, 3, 1, 0.5), &metadata).unwrap();
    let quoted = ODD.replace('"', "");
    let csv = place.write("a.csv", format!("x,\"{quoted}\"\n1,2\n2,\"{quoted}\"\n3,{}\n", "y".repeat(9000)));
    let odd = place.write("o\u{1b}[2J\ndd\u{202e}.csv", table(30, 2));
    let broken = place.write("b\u{1b}\n.npz", "PK\u{3}\u{4}broken");
    let out = place.path("out");
    let cases: [&[&str]; 12] = [
        &["inspect", &net],
        &["inspect", &meta],
        &["inspect", &csv],
        &["inspect", &odd],
        &["inspect", &broken],
        &["analyze", &net, "--modules", "recurrent", "--out", &out, "--force"],
        &["analyze", &csv, "--out", &out, "--force"],
        &["analyze", &odd, "--out", &out, "--force"],
        &["analyze", &broken, "--out", &out, "--force"],
        &["analyze", &net, "--map", &format!("w_rec={ODD}"), "--cell", "vanilla", "--out", &out],
        &["infer", "gaussian", &csv, "--out", &out, "--force"],
        &[ODD],
    ];
    for arguments in cases {
        let ran = run(arguments);
        assert!(!steers(&ran.out) && !steers(&ran.err), "{arguments:?}: {ran:?}");
        assert!(
            ![&ran.out, &ran.err].iter().any(|t| t.lines().any(|l| l.starts_with("note: all")))
                || arguments == [ODD]
        );
        assert!(ran.out.lines().chain(ran.err.lines()).all(|l| l.chars().count() < 4000), "{arguments:?}");
    }
    let page = std::fs::read_to_string(place.0.join("out/report.html")).unwrap();
    assert!(!page.chars().any(|c| nullcline::io::shown::hidden(c) && c != '\n' && c != '\t'));
}

fn into(place: &Place, arguments: &[&str], out: Stdio, err: Stdio) -> Output {
    command(arguments).current_dir(&place.0).stdout(out).stderr(err).output().unwrap()
}

#[test]
fn a_full_disk_is_an_error_and_a_reader_that_left_is_none() {
    let place = Place::new("terminal-full");
    let net = place.save("net.safetensors", &network(1, 3, 1, 0.5));
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let left = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    let cases: [&[&str]; 10] = [
        &["--help"],
        &["--version"],
        &["help"],
        &["completions", "zsh"],
        &["man"],
        &["train", "--help"],
        &["inspect", &net],
        &["study"],
        &["analyze", &net, "--modules", "recurrent", "--activation", "tanh", "--out", "a"],
        &[
            "train",
            "sine",
            "--units",
            "2",
            "--epochs",
            "1",
            "--train-items",
            "8",
            "--steps",
            "5",
            "--out",
            "t",
        ],
    ];
    for arguments in cases {
        let lost = into(&place, arguments, full(), Stdio::piped());
        let said = String::from_utf8(lost.stderr).unwrap();
        assert_eq!(lost.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("error: cannot write to the output: No space left"), "{arguments:?}: {said}");
        let gone = into(&place, arguments, left(), Stdio::piped());
        let said = String::from_utf8(gone.stderr).unwrap();
        // What is said of the run is no error.
        let quiet = said.lines().all(|l| l.starts_with("warning: "));
        assert!(gone.status.code() == Some(0) && quiet, "{arguments:?}: {said}");
        // Nobody is left to tell.
        assert_eq!(into(&place, arguments, full(), full()).status.code(), Some(1), "{arguments:?}");
        assert_eq!(into(&place, arguments, Stdio::null(), full()).status.code(), Some(0), "{arguments:?}");
    }
    assert_eq!(into(&place, &["analyze", "missing.csv"], Stdio::null(), full()).status.code(), Some(3));
    assert_eq!(into(&place, &["analyze"], Stdio::null(), left()).status.code(), Some(2));
}

#[test]
fn a_status_means_the_same_in_every_command() {
    let place = Place::new("terminal-status");
    let (missing, out) = (place.path("missing.csv"), place.path("out"));
    let broken = place.write("broken.npz", "PK\u{3}\u{4}broken");
    let commands: [&[&str]; 5] = [
        &["analyze"],
        &["inspect"],
        &["infer", "gaussian"],
        &["distill", "radd"],
        &["distill", "conventional"],
    ];
    for words in commands {
        for file in [&missing, &broken] {
            let ran = run(&[words, &[file.as_str()]].concat());
            assert_eq!(ran.status, 3, "{words:?} {file}: {ran:?}");
            assert!(ran.err.starts_with("error: ") || ran.err.contains("\nerror: "), "{}", ran.err);
        }
    }
    let images = run(&["train", "psmnist", "--images", &missing, "--out", &out]);
    assert_eq!(images.status, 3, "{images:?}");
    let data = run(&["study", "schaeffer2020/fig3", "--data", &missing, "--out", &out]);
    assert_eq!(data.status, 3, "{data:?}");
    // Every command, and none.
    let mut all: Vec<Vec<String>> = vec![vec![]];
    let mut open = vec![(nullcline::cli::command(), vec![])];
    while let Some((command, words)) = open.pop() {
        for inner in command.get_subcommands().filter(|c| c.get_name() != "help") {
            let words = [&words[..], &[inner.get_name().to_owned()]].concat();
            all.push(words.clone());
            open.push((inner.clone(), words));
        }
    }
    for words in &all {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        for (more, status) in [("--help", 0), ("--version", 0), ("--no-such-option", 2)] {
            let ran = run(&[&words[..], &[more]].concat());
            assert_eq!(ran.status, status, "{words:?} {more}: {ran:?}");
            assert_eq!(ran.out.is_empty(), status != 0, "{words:?} {more}");
        }
    }
    let help = run(&["--help"]).out;
    for word in ["Exit status:", "0    done", "1    ", "2    ", "3    ", "4    ", "130  "] {
        assert!(help.contains(word), "{word}: {help}");
    }
    assert!(place.entries() == ["broken.npz"], "{:?}", place.entries());
}

#[test]
fn long_and_odd_names_make_folders_of_their_own() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new("terminal-long");
    let there = |name: &std::ffi::OsStr| {
        std::fs::write(place.0.join(name), table(30, 2)).unwrap();
        let file = std::path::Path::new(".").join(name);
        let mut analyze = command(&["analyze", "--modules", "activity"]);
        let done = analyze.arg(file).current_dir(&place.0).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{name:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    let (n, u) = ("n".repeat(249), "ü".repeat(123));
    let names = [
        format!("{n}1.csv"),
        format!("{n}2.csv"),
        format!("{u}a.csv"),
        format!("{u}b.csv"),
        ".csv.csv".into(),
        "-dash.csv".into(),
        "two\nlines\u{1b}.csv".into(),
        "end. .csv".into(),
        "nul.csv".into(),
        "x.progress.csv".into(),
    ];
    names.iter().for_each(|name| there(name.as_ref()));
    there(std::ffi::OsStr::from_bytes(b"lost\xff.csv"));
    // Again: each finds its own.
    names.iter().for_each(|name| there(name.as_ref()));
    let folders: Vec<String> = std::fs::read_dir(place.0.join("reports"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders.len(), names.len() + 1, "{folders:?}");
    for folder in &folders {
        assert!(folder.len() <= 150 && !steers(folder) && !folder.contains('\n'), "{folder:?}");
        assert!(!folder.starts_with(['.', '-']) && !folder.ends_with([' ', '.']), "{folder:?}");
        assert!(folder != "nul" && !folder.ends_with(".progress"), "{folder:?}");
    }
}

#[test]
fn help_explains_commands_and_topics() {
    let all = run(&["help"]);
    assert_eq!((all.status, &all.out), (0, &run(&["--help"]).out));
    let topics: Vec<&str> =
        all.out.split("explained with examples").nth(1).unwrap().lines().skip(1).collect();
    let names = topics.iter().map_while(|l| l.strip_prefix("  ")).filter_map(|l| l.split_whitespace().next());
    let names: Vec<&str> = names.collect();
    assert!(names.len() > 5 && names.contains(&"trials"), "{names:?}");
    for name in names {
        let topic = run(&["help", name]);
        assert_eq!(topic.status, 0, "{name}");
        assert!(topic.out.contains("    nullcline "), "{name}: {}", topic.out);
    }
    assert_eq!(run(&["help", "train", "ibl"]).out, run(&["train", "ibl", "--help"]).out);
    for (words, meant) in [(&["trails"][..], "do you mean trials?"), (&["train", "ibm"], "do you mean ibl?")]
    {
        let ran = run(&[&["help"], words].concat());
        assert!(ran.status == 2 && ran.err.contains(meant), "{ran:?}");
    }
}

#[test]
fn shells_and_man_get_every_command() {
    let names = ["analyze", "distill", "infer", "inspect", "train", "study", "selftest"];
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = run(&["completions", shell]);
        assert!(ran.status == 0 && names.iter().all(|n| ran.out.contains(n)), "{shell}");
        assert!(ran.out.contains("trials-map"), "{shell}");
    }
    let place = Place::new("terminal-man");
    let folder = place.path("man");
    let page = run(&["man"]);
    assert!(page.status == 0 && page.out.contains(".TH NULLCLINE"), "{page:?}");
    let ran = run(&["man", &folder]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let there = |name: &str| std::fs::read_to_string(place.0.join("man").join(name)).unwrap();
    assert!(names.iter().all(|n| there(&format!("nullcline-{n}.1")).contains(".TH NULLCLINE-")));
    assert!(there("nullcline-train-ibl.1").contains("schedule"));
    // Our own pages are replaced, another's file is not, and nothing is written then.
    assert_eq!(run(&["man", &folder]).status, 0);
    let train = there("nullcline-train.1");
    let edited = train.replacen(".SH", ".\\\" my note\n.SH", 1);
    std::fs::write(place.0.join("man/nullcline-train.1"), &edited).unwrap();
    std::fs::write(place.0.join("man/nullcline-study.1"), there("nullcline-study.1") + "mine\n").unwrap();
    let ran = run(&["man", &folder]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for name in ["nullcline-train.1", "nullcline-study.1"] {
        assert!(ran.err.contains(&format!("{name} was changed since nullcline wrote it")), "{ran:?}");
    }
    assert!(there("nullcline-train.1") == edited && there("nullcline-study.1").ends_with("mine\n"));
    std::fs::write(place.0.join("man/nullcline-infer.1"), "mine").unwrap();
    std::fs::remove_file(place.0.join("man/nullcline.1")).unwrap();
    let refused = run(&["man", &folder]);
    assert!(refused.status == 1 && refused.err.contains("nullcline-infer.1"), "{refused:?}");
    assert_eq!(there("nullcline-infer.1"), "mine");
    assert!(!place.0.join("man/nullcline.1").exists());
}

#[test]
fn misspelt_names_are_told_what_they_may_mean() {
    let place = Place::new("terminal-meant");
    let net = place.save("net.safetensors", &network(1, 3, 1, 0.5));
    for (words, meant) in [
        (&["analyze", &net, "--modules", "lyapunv"][..], "do you mean lyapunov?"),
        (&["analyze", &net, "--cell", "vanila"], "do you mean vanilla?"),
        (&["analyze", &net, "--cell", "vanilla", "--map", "wrec=a"], "do you mean w_rec?"),
        (&["analyze", &net, "--trials", &net, "--trials-map", "input=a"], "do you mean inputs?"),
        (&["train", "flipflop"], "do you mean flip-flop?"),
    ] {
        let ran = run(words);
        assert!(ran.status > 1 && ran.err.contains(meant), "{words:?}: {ran:?}");
    }
}
