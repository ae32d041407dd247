//! Commands that make no sense: exit status 2, and a message that says why.

use crate::common::{Place, analyze, golden, network, run, table, tensor};

#[test]
fn unknown_words_end_with_status_2() {
    for (arguments, word) in [
        (&[][..], "Usage"),
        (&["frobnicate"], "frobnicate"),
        (&["analyze"], "FILE"),
        (&["analyze", "x.pt", "--frobnicate"], "--frobnicate"),
        (&["analyze", "x.pt", "--modules", "chaos"], "--modules chaos: no such module"),
        (&["analyze", "x.pt", "--modules", ","], "entry 1 of 2 is empty"),
        (
            &["analyze", "x.pt", "--cell", "transformer"],
            "--cell transformer: no such cell; there are vanilla",
        ),
        (&["analyze", "x.pt", "--activation", "gelu"], "--activation gelu: expected tanh"),
        (&["analyze", "x.pt", "--tables", "xls"], "--tables xls: expected csv, parquet or jsonl"),
        (&["analyze", "x.pt", "--missing", "zero"], "--missing zero: expected error or drop-rows"),
        (&["analyze", "x.pt", "--threads", "0"], "--threads 0"),
        (&["analyze", "x.pt", "--steps", "0"], "--steps 0"),
        (&["analyze", "x.pt", "--tau", "0"], "--tau 0: expected a positive number"),
        (&["analyze", "x.pt", "--input", "1,x"], "`x` is not a finite number"),
        (&["analyze", "x.pt", "--map", "W"], "--map W: expected ROLE=NAME"),
    ] {
        let ran = run(arguments);
        assert_eq!(ran.status, 2, "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(word), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn options_that_do_not_apply_are_refused_by_name() {
    let place = Place::new("apply");
    let net = place.save("net.safetensors", &network(1, 4, 2, 0.8));
    let gru = place.save("gru.safetensors", &network(3, 4, 2, 0.8));
    let csv = place.write("activity.csv", table(50, 3));
    let states = place.write("states.csv", table(2, 4));
    let u = place.write("u.csv", table(50, 2));
    for (arguments, word) in [
        (&[&*net, "--trial", "t"][..], "--trial goes with recordings"),
        (&[&*net, "--missing", "drop-rows"], "--missing goes with recordings"),
        (&[&*net, "--units", "h*"], "--units goes with recordings"),
        (&[&*net, "--modules", "activity"], "--modules activity: not for this file; here are task, lyapunov"),
        (&[&*net, "--tau", "1"], "--tau does not go with vanilla networks"),
        (&[&*net, "--reset-before"], "--reset-before does not go with vanilla networks"),
        (&[&*gru, "--activation", "relu"], "--activation does not go with gru networks"),
        (&[&*net, "--input", "1"], "--input has 1 value, expected 2"),
        (&[&*net, "--initial", &states, "--trajectories", "3"], "--trajectories does not go with --initial"),
        (&[&*net, "--inputs", &u, "--length", "3"], "--length does not go with --inputs"),
        (&[&*csv, "--cell", "gru"], "--cell goes with networks"),
        (&[&*csv, "--inputs", &u], "--inputs goes with networks"),
        (&[&*csv, "--tol", "0.1"], "--tol goes with networks"),
        (&[&*csv, "--vectors", "row"], "--vectors goes with networks"),
        (&[&*csv, "--gates", "z,r,n"], "--gates goes with networks"),
        (&[&*csv, "--modules", "lyapunov"], "--modules lyapunov: not for this file; here are activity, pca"),
    ] {
        analyze(&place, arguments, 2, &[word]);
    }
}

#[test]
fn a_map_without_sense_is_the_commands_fault_and_a_missing_tensor_the_files() {
    let place = Place::new("map");
    let net = place.save("w.safetensors", &[tensor("W", &[2, 2], vec![0.5; 4])]);
    for (cell, map, status, word) in [
        (None, "w_rec=W", 2, "--map needs --cell"),
        (Some("rate"), "weights=X", 2, "neither side is a role"),
        (Some("rate"), "w_rec=W,W=w_rec", 2, "role w_rec is given twice"),
        (Some("rate"), "w_in=W", 2, "--map must name the recurrent matrix"),
        (Some("rate"), "w_rec=V", 3, "no tensor of that name; the file holds `W` [2, 2]"),
        (Some("gru"), "w_rec=W", 3, "expected 3H x H with H > 0"),
    ] {
        let cell = cell.map_or(vec![], |c| vec!["--cell", c]);
        analyze(&place, &[&[net.as_str(), "--map", map][..], &cell].concat(), status, &[word]);
    }
    let prefix = ["--cell", "rate", "--map", "w_rec=W", "--prefix", "x"];
    analyze(
        &place,
        &[&[net.as_str()][..], &prefix].concat(),
        2,
        &["--prefix goes with names that are found"],
    );
    let gates = ["--cell", "rate", "--map", "w_rec=W", "--gates", "z,r,n"];
    let words = ["--gates does not go with rate networks; they have none"];
    analyze(&place, &[&[net.as_str()][..], &gates].concat(), 2, &words);
    for map in ["w_rec=W", "W=w_rec"] {
        analyze(&place, &[&net, "--cell", "rate", "--map", map, "--modules", "recurrent"], 0, &[]);
    }
}

#[test]
fn a_folder_that_is_no_report_stays() {
    let place = Place::new("occupied");
    let net = golden("io/ff2_relu.npz");
    let mine = place.write("notes.txt", "mine");
    let under = format!("{mine}/report");
    for out in [place.0.to_str().unwrap(), &mine, &under] {
        let ran = run(&["analyze", &net, "--modules", "recurrent", "--out", out]);
        assert_eq!(ran.status, 2, "{out}: {ran:?}");
        assert!(ran.err.contains(out.trim_end_matches("/report")), "{}", ran.err);
        assert_eq!(place.entries(), ["notes.txt"]);
    }
    // A report is replaced by the next one.
    for module in ["recurrent", "pca"] {
        let out = place.path("report");
        let ran = run(&["analyze", &net, "--activation", "relu", "--modules", module, "--out", &out]);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(place.entries(), ["notes.txt", "report"]);
        assert!(place.0.join("report").join(module).exists());
    }
    assert!(!place.0.join("report/recurrent").exists());
}
