//! `train ibl` and tables of trials.

use crate::common::{Place, run, violations};
use nullcline::analyses::ibl::read_trials;
use nullcline::tasks::ibl::Side;
use std::path::Path;

#[test]
fn a_network_is_trained_and_its_trials_are_read_back() {
    let place = Place::new("ibl");
    let out = place.path("out");
    let arguments = [
        "train",
        "ibl",
        "--units",
        "12",
        "--schedule",
        "fast",
        "--steps",
        "40",
        "--blocks",
        "1",
        "--test-blocks",
        "3",
    ];
    let ran = run(&[&arguments[..], &["--rate", "0.01", "--out", &out, "--png"]].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let found = &summary["modules"]["ibl"];
    let trials = read_trials(Path::new(&format!("{out}/ibl/trials.csv"))).unwrap();
    assert_eq!(found["trials"].as_u64(), Some(trials.len() as u64));
    let correct = trials.iter().filter(|t| t.correct()).count() as f64 / trials.len() as f64;
    assert!((found["accuracy"].as_f64().unwrap() - correct).abs() < 1e-12);
    assert!(trials.iter().all(|t| t.block_side.is_some()) && trials.last().unwrap().block == 2);
    // The network is one that `analyze` reads.
    let ran = run(&["inspect", &format!("{out}/network.safetensors")]);
    assert!(ran.status == 0 && ran.out.contains("12"), "{ran:?}");
    // The same command makes the same bytes.
    let again = place.path("again");
    let ran = run(&[&arguments[..], &["--rate", "0.01", "--out", &again, "--threads", "1"]].concat());
    assert_eq!(ran.status, 0);
    let read = |folder: &str| std::fs::read(format!("{folder}/network.safetensors")).unwrap();
    assert_eq!(read(&out), read(&again));
}

#[test]
fn tables_of_mice_are_read() {
    let place = Place::new("ibl-mice");
    let head = "trial_num,session_num,stim_probability_left,contrast,position,response_choice,trial_correct,reaction_time\n";
    let rows = "1,1,0.5,0.25,35,1,1,0.3\n2,1,0.8,1,-35,-1,1,0.2\n3,1,0.8,0,35,0,0,\n4,1,0.2,0.5,-0.0,1,0,0.4\n1,2,0.2,0.5,35,1,1,0.4\n";
    let trials = read_trials(Path::new(&place.write("t.csv", format!("{head}{rows}")))).unwrap();
    let sides: Vec<Option<Side>> = trials.iter().map(|t| t.block_side).collect();
    assert_eq!(sides, [None, Some(Side::Left), Some(Side::Left), Some(Side::Right), Some(Side::Right)]);
    assert_eq!(trials.iter().map(|t| t.block).collect::<Vec<_>>(), [0, 1, 1, 2, 3]);
    assert_eq!(trials.iter().map(|t| t.place).collect::<Vec<_>>(), [0, 0, 1, 0, 0]);
    assert!(trials[2].choice.is_none() && trials[2].time.is_nan() && trials[3].side == Side::Left);
    for (rows, words) in [
        ("1,1,1.5,0.25,35,1,1,0.3\n", ["stim_probability_left", "1.5"]),
        ("1,1,0.8,-1,35,1,1,0.3\n", ["contrast", "-1"]),
        ("1,1,0.8,1,,1,1,0.3\n", ["position", "NaN"]),
        ("1,1,0.8,1,35,2,1,0.3\n", ["response_choice", "2"]),
    ] {
        let error =
            read_trials(Path::new(&place.write("bad.csv", format!("{head}{rows}")))).unwrap_err().to_string();
        assert!(words.iter().all(|w| error.contains(w)), "{error}");
    }
    let error = read_trials(Path::new(&place.write("none.csv", "a,b\n1,2\n"))).unwrap_err().to_string();
    assert!(error.contains("session_num"), "{error}");
}

#[test]
fn trial_tables_of_one_session_are_read() {
    let place = Place::new("ibl-alf");
    let head = "stimOn_times,response_times,choice,contrastLeft,contrastRight,feedbackType,probabilityLeft\n";
    // The wheel's sign of a choice is that of its turn, so that sides come from what was fed back.
    let rows = "10,10.5,1,0.25,,1,0.5\n11,11.2,1,,1,-1,0.2\n12,,0,,0,-1,0.2\n13,13.1,-1,0,,-1,0.8\n";
    let trials = read_trials(Path::new(&place.write("t.csv", format!("{head}{rows}")))).unwrap();
    let (left, right) = (Some(Side::Left), Some(Side::Right));
    assert_eq!(trials.iter().map(|t| t.block_side).collect::<Vec<_>>(), [None, right, right, left]);
    assert_eq!(trials.iter().map(|t| t.choice).collect::<Vec<_>>(), [left, left, None, right]);
    assert_eq!(trials.iter().map(|t| Some(t.side)).collect::<Vec<_>>(), [left, right, right, left]);
    assert_eq!(
        trials.iter().map(|t| (t.block, t.place)).collect::<Vec<_>>(),
        [(0, 0), (1, 0), (1, 1), (2, 0)]
    );
    assert!((trials[1].contrast - 1.0).abs() < 1e-15 && (trials[0].time - 0.5).abs() < 1e-12);
    assert!(trials[2].time.is_nan());
    for (rows, words) in [
        ("10,10.5,1,0.25,0.5,1,0.5\n", ["contrastLeft", "contrastRight"]),
        ("10,10.5,1,,,1,0.5\n", ["contrastLeft", "contrastRight"]),
        ("10,10.5,1,,1,0,0.5\n", ["feedbackType", "0"]),
        ("10,10.5,1,,1,1,8\n", ["probabilityLeft", "8"]),
        ("10,10.5,3,,1,1,0.8\n", ["choice", "3"]),
    ] {
        let error =
            read_trials(Path::new(&place.write("bad.csv", format!("{head}{rows}")))).unwrap_err().to_string();
        assert!(words.iter().all(|w| error.contains(w)), "{error}");
    }
}

#[test]
fn wrong_options_are_named() {
    for (arguments, words) in [
        (&["--units", "0"][..], "--units 0"),
        (&["--loss", "hinge"], "--loss hinge"),
        (&["--contrasts", "1,x"], "`x`"),
        (&["--threshold", "0.2"], "--threshold"),
        (&["--schedule", "slow"], "--schedule slow"),
        (&["--optimiser", "adam", "--momentum", "0.5"], "--momentum"),
    ] {
        let ran = run(&[&["train", "ibl"], arguments].concat());
        assert!(ran.status == 2 && ran.err.contains(words), "{arguments:?}: {ran:?}");
    }
}
