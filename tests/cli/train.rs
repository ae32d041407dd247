//! The command `train`: its report, its weights, the same bytes on any number of threads, wrong commands.

use crate::common::{Place, run, violations};
use nullcline::io::tensors;
use nullcline::systems::cells::KINDS;
use nullcline::systems::checkpoint::{Spec, load};
use serde_json::Value;
use std::path::Path;

const SMALL: [&str; 10] = [
    "--train-items",
    "60",
    "--validation-items",
    "20",
    "--test-items",
    "20",
    "--units",
    "6",
    "--epochs",
    "2",
];

fn train(place: &Place, task: &str, more: &[&str]) -> (crate::common::Ran, String) {
    let out = place.path("out");
    let _ = std::fs::remove_dir_all(&out);
    let ran = run(&[&["train", task][..], &SMALL, more, &["--out", &out]].concat());
    (ran, out)
}

#[test]
fn every_task_trains_and_analyze_reads_the_weights_without_a_flag() {
    for (task, more, precision) in [
        ("copy-memory", &["--delay", "3"][..], "f32"),
        ("random-delay-copy", &["--delay", "2:4", "--cell", "lstm"], "f32"),
        ("temporal-ordering", &["--delay", "3:5", "--cell", "rate", "--euler", "--dt", "0.2"], "f64"),
        ("flip-flop", &["--bits", "2", "--steps", "10", "--activation", "relu", "--init", "identity"], "f64"),
        (
            "flip-flop",
            &["--steps", "10", "--cell", "cornn", "--constants", "dt=0.1,gamma=2.7,epsilon=4.7"],
            "f32",
        ),
        (
            "sine",
            &["--steps", "10", "--cell", "gru", "--init", "pta", "--optimiser", "sgd", "--momentum", "0.9"],
            "f32",
        ),
        (
            "position",
            &[
                "--steps",
                "6",
                "--cells",
                "20",
                "--cell",
                "rate",
                "--activation",
                "relu",
                "--euler",
                "--no-bias",
            ],
            "f32",
        ),
        (
            "head-direction",
            &["--steps", "6", "--cells", "9", "--noise", "0.1", "--noise-law", "uniform", "--fresh"],
            "f64",
        ),
    ] {
        let place = Place::new(&format!("train-{task}"));
        let (ran, out) = train(&place, task, &[more, &["--precision", precision, "--png"]].concat());
        assert_eq!(ran.status, 0, "{task}: {ran:?}");
        let summary = place.summary("out");
        assert_eq!(violations(&summary), Vec::<String>::new(), "{task}");
        let found = &summary["modules"]["training"];
        assert_eq!((&found["task"], &found["epochs"]), (&Value::from(task), &Value::from(2)));
        let unit = match task {
            "position" => Some("m"),
            "head-direction" => Some("rad"),
            _ => None,
        };
        assert_eq!(found["decoding"]["unit"].as_str(), unit, "{task}");
        assert_eq!(found["decoding"]["error"]["value"].is_number(), unit.is_some(), "{task}");
        let curve = std::fs::read_to_string(Path::new(&out).join("training/curve.csv")).unwrap();
        assert_eq!(curve.lines().count(), 4, "{curve}");
        assert!(curve.starts_with("epoch,step,rate,train_loss,validation_loss,"), "{curve}");
        assert!(Path::new(&out).join("training/training_curve.png").exists());

        let net = Path::new(&out).join("network.safetensors");
        let file = tensors::read(&net).unwrap();
        assert!(file.tensors.iter().all(|t| t.dtype == precision), "{task}");
        let network = load(&file, &Spec::default()).unwrap();
        assert_eq!(network.units, [6], "{task}");
        assert!(network.readout.is_some() && network.notes.is_empty(), "{task}: {:?}", network.notes);
        let report = place.path("analysis");
        let trials = Path::new(&out).join("trials.npz");
        let more = ["--modules", "recurrent,task", "--trials", trials.to_str().unwrap(), "--out", &report];
        let ran = run(&[&["analyze", net.to_str().unwrap()][..], &more].concat());
        assert_eq!(ran.status, 0, "{task}: {ran:?}");
    }
}

/// Whatever is registered: from its name on the command line to exponents and fixed points of what was trained.
#[test]
fn every_cell_trains_and_is_analysed() {
    for kind in KINDS {
        let place = Place::new(&format!("train-cell-{}", kind.name));
        let value = |whole: bool| if whole { "4" } else { "0.3" };
        let constants: Vec<String> =
            kind.constants.iter().map(|c| format!("{}={}", c.name, value(c.whole))).collect();
        let constants = ["--constants".to_owned(), constants.join(",")];
        let mut more = vec!["--steps", "10", "--cell", kind.name];
        if !kind.constants.is_empty() {
            more.extend(constants.iter().map(String::as_str));
        }
        let (ran, out) = train(&place, "sine", &more);
        assert_eq!(ran.status, 0, "{}: {ran:?}", kind.name);
        let net = Path::new(&out).join("network.safetensors");
        let report = place.path("analysis");
        let modules = "lyapunov,adjoint,fixed_points,recurrent,pca";
        let more = ["--modules", modules, "--steps", "200", "--starts", "16", "--out", &report];
        let ran = run(&[&["analyze", net.to_str().unwrap()][..], &more].concat());
        assert_eq!(ran.status, 0, "{}: {ran:?}", kind.name);
        let summary = place.summary("analysis");
        assert_eq!(
            (&summary["input"]["cell"], &summary["input"]["units"]),
            (&kind.name.into(), &vec![6].into())
        );
        assert_eq!(violations(&summary), Vec::<String>::new(), "{}", kind.name);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let place = Place::new("train-threads");
    for more in [&["--dropout", "0.1"][..], &["--search", "4", "--patience", "5"]] {
        let mut found = Vec::new();
        for threads in ["1", "3"] {
            let (ran, out) =
                train(&place, "flip-flop", &[more, &["--steps", "12", "--threads", threads]].concat());
            assert_eq!(ran.status, 0, "{ran:?}");
            let read = |name: &str| std::fs::read(Path::new(&out).join(name)).unwrap();
            found.push((
                read("network.safetensors"),
                read("training/curve.csv"),
                place.summary("out")["modules"].clone(),
            ));
        }
        assert_eq!(found[0], found[1]);
    }
}

#[test]
fn a_search_keeps_the_lowest_validation_loss() {
    let place = Place::new("train-grid");
    let more = ["--grid", "2", "--rate", "1e-4,1e-2", "--clip", "1", "--dropout", "0.1:0.4", "--decay", "1"];
    let (ran, out) = train(
        &place,
        "sine",
        &[&more[..], &["--patience", "none", "--steps", "10", "--validation", "held-out"]].concat(),
    );
    assert_eq!(ran.status, 0, "{ran:?}");
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let table = std::fs::read_to_string(Path::new(&out).join("search/trials.csv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|l| l.split(',').collect()).collect();
    assert_eq!(rows[0], ["trial", "rate", "dropout", "validation_loss", "best_epoch", "epochs", "stopped"]);
    let cells: Vec<[f64; 3]> = rows[1..].iter().map(|r| [1, 2, 3].map(|k| r[k].parse().unwrap())).collect();
    let settings: Vec<[f64; 2]> = cells.iter().map(|c| [c[0], c[1]]).collect();
    assert_eq!(settings, [[1e-4, 0.1], [1e-2, 0.1], [1e-4, 0.4], [1e-2, 0.4]]);
    let best = cells.iter().map(|c| c[2]).fold(f64::INFINITY, f64::min);
    let (search, training) = (&summary["modules"]["search"], &summary["modules"]["training"]);
    assert_eq!(search["best_validation_loss"].as_f64(), Some(best));
    assert_eq!(training["validation_loss"].as_f64(), Some(best));
    assert_eq!(training["settings"]["rate"], search["best_rate"]);
    assert!(training["test_loss"].is_number());
}

#[test]
fn a_divergence_has_status_4_says_where_and_leaves_nothing() {
    let place = Place::new("train-diverged");
    let more = [
        "--activation",
        "identity",
        "--optimiser",
        "sgd",
        "--rate",
        "1e30",
        "--clip",
        "none",
        "--steps",
        "10",
    ];
    let (ran, _) = train(&place, "flip-flop", &more);
    assert_eq!(ran.status, 4, "{ran:?}");
    for word in ["diverged in epoch 1, step", "--rate", "--clip"] {
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
    assert!(place.entries().is_empty(), "{:?}", place.entries());
}

#[test]
fn wrong_commands_have_status_2_and_name_what_is_wrong() {
    let place = Place::new("train-wrong");
    let cases: [(&str, &[&str], &str); 25] = [
        ("juggling", &[], "`juggling`: not known; there are copy-memory"),
        ("sine", &["--cell", "perceptron"], "--cell perceptron: expected vanilla, gru, lstm"),
        ("sine", &["--init", "zeros"], "--init zeros: expected default, linear, orthogonal, identity, pta"),
        ("sine", &["--units", "0"], "--units 0: expected a whole number from 1 to 100,000"),
        ("sine", &["--units", "7", "--init", "pta"], "expected an even number"),
        ("sine", &["--cell", "gru", "--activation", "relu"], "--activation has no meaning for --cell gru"),
        ("sine", &["--vectors", "row"], "unexpected argument '--vectors'"),
        ("sine", &["--cell", "gru", "--gates", "z,r,n"], "unexpected argument '--gates'"),
        ("sine", &["--bits", "3"], "bits"),
        ("flip-flop", &["--bits", "0"], "--bits 0: expected a whole number from 1 to 1,000"),
        ("sine", &["--epochs", "0"], "--epochs 0: expected a whole number from 1 to 1,000,000"),
        ("sine", &["--rate", "1e-4:1e-2"], "a range goes with --search or --grid"),
        ("sine", &["--rate", "-1"], "--rate -1: expected a positive number"),
        ("sine", &["--momentum", "0.9"], "--momentum 0.9: expected --optimiser sgd"),
        ("sine", &["--precision", "f16"], "--precision f16: expected f32 or f64"),
        ("sine", &["--checkpoint", "-1"], "--checkpoint -1: expected seconds"),
        ("sine", &["--search", "0"], "--search 0: expected a whole number from 1 to 100,000"),
        ("sine", &["--validation", "held-out", "--train-items", "20"], "fewer than there are training items"),
        ("position", &["--code", "peak"], "--code peak: expected gaussian or softmax (position)"),
        (
            "position",
            &["--anchor", "0.3,0"],
            "--anchor 0.3,0: expected a place in the box, with --drift above 0",
        ),
        ("head-direction", &["--speed", "1"], "--speed does not go with head-direction; leave it out"),
        ("sine", &["--noise", "inf"], "--noise inf: expected a number, at least 0"),
        ("sine", &["--noise-law", "cauchy"], "--noise-law cauchy: expected gaussian or uniform"),
        ("sine", &["--fresh", "--validation", "held-out"], "--fresh: expected a task whose items are drawn"),
        ("psmnist", &[], "--images is missing: expected the folder of train-images-idx3-ubyte"),
    ];
    for (task, more, expected) in cases {
        // An option given twice is refused by the parser, so the small ones come only where they are not.
        let small: Vec<&str> = SMALL.chunks(2).filter(|p| !more.contains(&p[0])).flatten().copied().collect();
        let out = place.path("out");
        let ran = run(&[&["train", task][..], &small, more, &["--out", &out]].concat());
        assert_eq!(ran.status, 2, "{task} {more:?}: {ran:?}");
        assert!(ran.err.contains(expected), "{expected} is not in {}", ran.err);
        assert!(place.entries().is_empty(), "{:?}", place.entries());
    }
}

#[test]
fn permuted_digits_train_from_files_in_the_format_of_mnist() {
    let place = Place::new("train-psmnist");
    // A digit is as bright as it is large: 4 x 4 pixels, six pictures of each and one to test.
    for (set, rounds) in [("train", 6u8), ("t10k", 1)] {
        let digits: Vec<u8> = (0..10 * rounds).map(|i| i % 10).collect();
        let count = (digits.len() as u32).to_be_bytes();
        let mut images = [&[0, 0, 8, 3][..], &count, &[0, 0, 0, 4, 0, 0, 0, 4]].concat();
        digits.iter().for_each(|d| images.extend([20 * d + 10; 16]));
        place.write(&format!("{set}-images-idx3-ubyte"), images);
        place.write(&format!("{set}-labels-idx1-ubyte"), [&[0, 0, 8, 1][..], &count, &digits].concat());
    }
    let items = ["--train-items", "48", "--validation-items", "12", "--test-items", "10", "--batch", "8"];
    let images = place.0.to_str().unwrap();
    let more = ["--images", images, "--cell", "gru", "--units", "16", "--epochs", "60", "--rate", "0.03"];
    let ran = run(&[&["train", "psmnist", "--out", &place.path("out")], &items[..], &more].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    let found = place.summary("out")["modules"]["training"].clone();
    assert_eq!((&found["task"], &found["inputs"]), (&Value::from("permuted-mnist"), &Value::from(1)));
    // Chance is ln 10 = 2.30.
    assert!(found["test_loss"].as_f64().unwrap() < 1.0, "{found}");
}

#[test]
fn permuted_digits_that_are_not_there_have_status_3() {
    let place = Place::new("train-digits");
    let ran = run(&["train", "psmnist", "--images", &place.path("nowhere"), "--out", &place.path("out")]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.err.contains("train-images-idx3-ubyte"), "{}", ran.err);
}
