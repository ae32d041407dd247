//! Every number on the command line, of every command: what makes no sense is refused by name before anything is done,
//! and nothing overflows, panics, runs for years or takes all memory.

use crate::common::{Place, command, network, table};
use clap::Command;
use std::any::TypeId;
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Long enough for a shared machine; what is too large ends at once.
const PATIENCE: Duration = Duration::from_secs(60);
/// Memory that one command may have, kB.
const MEMORY: u64 = 3 << 20;

/// Options that hold numbers as text.
const TEXTS: [&str; 12] = [
    "rate",
    "clip",
    "dropout",
    "decay",
    "patience",
    "delay",
    "scale",
    "gamma",
    "contrasts",
    "input",
    "constants",
    "compress",
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Whole,
    Real,
    Text,
}

/// What a command said, and its status; none where it had to be ended.
fn ended(arguments: &[&str]) -> (Option<i32>, String) {
    let mut child = command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            return (status.code(), said);
        }
        let text = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let most =
            text.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        if begun.elapsed() > PATIENCE || most.is_some_and(|kb: u64| kb > MEMORY) {
            child.kill().unwrap();
            child.wait().unwrap();
            return (None, format!("after {:?} with {most:?} kB", begun.elapsed()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The words of a command, and its options that take numbers.
type Leaf = (Vec<String>, Vec<(String, Kind)>);

/// The commands that do something, by their words, with the options of each that take numbers.
fn leaves(command: &Command, words: &[String], all: &mut Vec<Leaf>) {
    for inner in command.get_subcommands().filter(|c| c.get_name() != "help") {
        leaves(inner, &[words, &[inner.get_name().to_owned()]].concat(), all);
    }
    let kind = |a: &clap::Arg| {
        let (name, id) = (a.get_long()?, a.get_value_parser().type_id());
        let kind = match () {
            () if !a.get_action().takes_values() => return None,
            () if id == TypeId::of::<usize>() || id == TypeId::of::<u64>() => Kind::Whole,
            () if id == TypeId::of::<f64>() => Kind::Real,
            () if TEXTS.contains(&name) => Kind::Text,
            () => return None,
        };
        Some((name.to_owned(), kind))
    };
    let options: Vec<_> = command.get_arguments().filter_map(kind).collect();
    if !options.is_empty() {
        all.push((words.to_vec(), options));
    }
}

/// A small case of a command that is quick where `option` is given.
fn small(place: &Place, words: &[&str], option: &str) -> Vec<String> {
    let (net, table, inputs) = (place.path("net.safetensors"), place.path("t.csv"), place.path("u.csv"));
    let pipeline = place.path("p.toml");
    let sizes = [
        ("--train-items", "8"),
        ("--validation-items", "4"),
        ("--test-items", "4"),
        ("--units", "2"),
        ("--epochs", "1"),
        ("--batch", "8"),
    ];
    let module = match option {
        "horizon" | "terminal" => "adjoint",
        "starts" | "noise" | "slow-threshold" | "manifolds" => "fixed_points",
        "clusters" => "clusters",
        "trajectories" | "length" => "trajectories",
        _ => "lyapunov",
    };
    let more: Vec<&str> = match words {
        ["analyze"] if ["folds", "ridge"].contains(&option) => {
            vec![&table, "--modules", "decoding", "--targets", "side"]
        }
        ["analyze"] if ["tau", "dt"].contains(&option) => {
            vec![&net, "--cell", "rate", "--map", "w_rec=rnn.weight_hh_l0", "--modules", "recurrent"]
        }
        ["analyze"] if option.starts_with("branch") || option == "doublings" => {
            vec![&net, "--modules", "fixed_points", "--continue", "input=0:-1:1"]
        }
        ["analyze"] => vec![&net, "--modules", module],
        ["inspect"] => vec![&net],
        ["run"] => vec![&pipeline],
        ["infer", "gaussian"] => vec![&table, "--units", "x*"],
        ["infer", "potts"] if option == "bins" => vec![&table, "--units", "x*"],
        ["infer", "potts"] => vec![&table, "--units", "x*", "--bins", "2"],
        ["distill", "radd"] => vec![&table, "--units", "x*"],
        ["distill", "conventional"] => vec![&net, "--inputs", &inputs],
        ["train", "ibl" | "integrate" | "navigate"] => vec![],
        ["train"] => {
            let task = match option {
                "tokens" | "delay" => "copy-memory",
                "distractors" => "temporal-ordering",
                "bits" | "pulse" => "flip-flop",
                _ => "sine",
            };
            let cell = if ["tau", "dt"].contains(&option) { vec!["--cell", "rate"] } else { vec![] };
            let momentum = if option == "momentum" { vec!["--optimiser", "sgd"] } else { vec![] };
            let steps = if task == "sine" && option != "steps" { vec!["--steps", "5"] } else { vec![] };
            [vec![task], cell, momentum, steps].concat()
        }
        _ => vec![],
    };
    let mut all: Vec<&str> = words.to_vec();
    all.extend(more);
    let given = format!("--{option}");
    let sizes: &[(&str, &str)] = match words {
        ["train"] => &sizes,
        ["train", "integrate"] => {
            &[("--units", "4"), ("--steps", "1"), ("--batch", "4"), ("--test-steps", "3")]
        }
        ["train", "navigate"] => &[
            ("--cells", "8"),
            ("--steps", "2"),
            ("--batch", "2"),
            ("--duration", "2"),
            ("--transitions", "4"),
            ("--test-walks", "4"),
            ("--test-steps", "3"),
        ],
        ["train", "ibl"] => &[("--units", "2"), ("--steps", "1"), ("--blocks", "1"), ("--test-blocks", "1")],
        ["distill", "conventional"] => &[("--units", "2"), ("--steps", "1")],
        _ => &[],
    };
    all.extend(sizes.iter().filter(|s| s.0 != given).flat_map(|s| [s.0, s.1]));
    let mut all: Vec<String> = all.into_iter().map(str::to_owned).collect();
    if !["inspect", "selftest"].contains(&words[0]) {
        let force = (words[0] != "run").then(|| "--force".to_owned());
        let out = place.path(if words[0] == "run" { "many" } else { "out" });
        all.extend(force.into_iter().chain(["--quiet".into(), "--out".into(), out]));
    }
    all
}

fn prepare(place: &Place) {
    let mut tensors = network(1, 3, 2, 0.5);
    tensors.push(crate::common::tensor("fc.weight", &[2, 3], crate::common::noise(6, 1.0, 9)));
    tensors.push(crate::common::tensor("fc.bias", &[2], vec![0.0; 2]));
    place.save("net.safetensors", &tensors);
    place.write("u.csv", table(20, 2));
    let rows: Vec<String> = (0..60)
        .map(|i| {
            format!("{},{},{},{}", (i * 7 % 11) as f64 / 3.0, (i * 5 % 13) as f64, i % 3, ["l", "r"][i % 2])
        })
        .collect();
    place.write("p.toml", "[[job]]\nkind = \"analyze\"\nfile = \"u.csv\"\nmodules = \"pca\"\n");
    place.write("t.csv", format!("x0,x1,x2,side\n{}\n", rows.join("\n")));
}

#[test]
fn numbers_beyond_sense_are_refused_by_name_in_every_command() {
    let place = Place::new("numbers");
    prepare(&place);
    let mut all = vec![];
    leaves(&nullcline::cli::command(), &[], &mut all);
    assert!(all.len() >= 9 && all.iter().map(|l| l.1.len()).sum::<usize>() > 90, "{all:?}");
    // The studies take minutes and the check of the machine one: their numbers are those of all, and go wrong at once.
    let whole = [
        "nan",
        "-1",
        "1.5",
        "1e308",
        "18446744073709551615",
        "9223372036854775808",
        "4294967296",
        "1000000000",
        "0",
    ];
    let real = ["nan", "inf", "-inf", "-1", "1e308", "0", "18446744073709551615", "4294967296"];
    let (mut wrong, mut tried) = (vec![], std::collections::BTreeSet::new());
    for (words, options) in &all {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        // What goes with every command.
        if words.is_empty() {
            words.push("inspect");
        }
        let long = ["study", "selftest"].contains(&words[0]);
        for (option, kind) in options {
            let usual = small(&place, &words, option);
            // As many steps as are usual take a minute.
            let many = words == ["train", "navigate"] && option == "steps";
            if !long && !many && tried.insert(usual.clone()) {
                let (status, said) = ended(&usual.iter().map(String::as_str).collect::<Vec<_>>());
                assert_eq!(status, Some(0), "{usual:?}: {said}");
            }
            let values = if *kind == Kind::Whole { &whole[..] } else { &real };
            for value in values {
                // Any seed is one.
                let sound = option == "seed" && value.parse::<u64>().is_ok();
                if sound && long {
                    continue;
                }
                let mut arguments = small(&place, &words, option);
                if words == ["study"] {
                    arguments.insert(1, "park2023/robustness".into());
                }
                let given =
                    if option == "constants" { format!("epsilon={value}") } else { (*value).to_owned() };
                arguments.push(format!("--{option}={given}"));
                let (status, said) = ended(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
                let named = said.contains(&format!("--{option}")) || said.contains(&option.replace('-', " "));
                let nothing = value.parse::<f64>().is_ok_and(|v| !v.is_finite());
                let held = match status {
                    Some(2) => named,
                    Some(0) => !nothing && (*kind != Kind::Whole || sound || value.parse::<u64>().is_ok()),
                    Some(3 | 4) => *kind != Kind::Whole && !nothing,
                    _ => false,
                };
                if !held || said.contains("panicked") {
                    wrong.push(format!("{} {option} {value}: {status:?}: {said}", words.join(" ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn products_that_have_no_room_are_refused_with_what_they_would_take() {
    let place = Place::new("products");
    prepare(&place);
    let (net, inputs, out) = (place.path("net.safetensors"), place.path("u.csv"), place.path("out"));
    let wide = place.save("wide.safetensors", &network(1, 64, 1, 0.5));
    let cases: [(&[&str], &str); 11] = [
        (
            &["analyze", &net, "--trajectories", "1000000", "--length", "10000000"],
            "--trajectories or --length",
        ),
        (
            &["analyze", &wide, "--modules", "covariant", "--steps", "100000000", "--exponents", "64"],
            "--steps 1",
        ),
        (&["analyze", &net, "--modules", "adjoint", "--horizon", "999999999"], "--horizon"),
        (&["train", "sine", "--units", "100000"], "lower --units"),
        (
            &["train", "sine", "--steps", "1000000", "--batch", "1000000", "--train-items", "1000000"],
            "--batch",
        ),
        (&["train", "flip-flop", "--bits", "1000", "--steps", "1000000"], "--batch"),
        (&["train", "sine", "--grid", "100000"], "--grid 100000"),
        (&["train", "sine", "--search", "3", "--dropout", "0.5:1.5", "--seed", "3"], "--dropout"),
        (&["train", "ibl", "--units", "100000"], "lower --units"),
        (&["train", "ibl", "--blank", "100000", "--blocks", "1000000"], "--blocks"),
        (&["distill", "conventional", &net, "--inputs", &inputs, "--units", "100000"], "lower --units"),
    ];
    let before = place.entries();
    for (arguments, word) in cases {
        let (status, said) = ended(&[arguments, &["--out", &out]].concat());
        assert_eq!(status, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(word) && said.contains("expected"), "{arguments:?}: {said}");
        assert_eq!(place.entries(), before, "{arguments:?}");
    }
    // Nor the folder of all reports.
    let mut analyze = command(&["analyze", &net, "--trajectories", "1000000", "--length", "10000000"]);
    assert_eq!(analyze.current_dir(&place.0).output().unwrap().status.code(), Some(2));
    assert_eq!(place.entries(), before);
}
