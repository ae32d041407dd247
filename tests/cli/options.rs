//! Values of options: each message names the option that was typed, and what it takes.

use crate::common::{Place, analyze, command, golden, network, run, table, tensor};
use clap::ArgAction;

/// Exponents are no part of what `pca` finds, nor trajectories of what `recurrent` does.
#[test]
fn an_option_of_a_module_that_was_not_asked_for_is_refused() {
    let place = Place::new("options-modules");
    let net = place.save("w.safetensors", &network(1, 3, 1, 0.5));
    for (option, value, module) in [
        ("--exponents", "2", "lyapunov"),
        ("--steps", "100", "lyapunov"),
        ("--tol", "0.1", "lyapunov"),
        ("--warmup", "10", "lyapunov"),
        ("--horizon", "10", "adjoint"),
        ("--starts", "10", "fixed_points"),
        ("--noise", "1", "fixed_points"),
        ("--slow-threshold", "1", "fixed_points"),
        ("--continue", "scale=0:2", "fixed_points"),
        ("--manifolds", "1", "fixed_points"),
        ("--trajectories", "3", "trajectories"),
        ("--length", "30", "trajectories"),
        ("--clusters", "2", "clusters"),
    ] {
        let word = format!("{option} goes with the module {module}, which was not asked for");
        analyze(&place, &[&net, "--modules", "recurrent", option, value], 2, &[&word]);
    }
}

/// What is beside the options on a command line.
fn positions(command: &clap::Command) -> Vec<String> {
    command.get_positionals().filter(|p| p.is_required_set()).map(|_| "x.csv".to_owned()).collect()
}

#[test]
fn what_looks_like_an_option_is_told_by_the_option_it_stands_after() {
    let mut open = vec![(nullcline::cli::command(), vec!["nullcline".to_owned()])];
    let mut seen = 0;
    while let Some((command, words)) = open.pop() {
        for inner in command.get_subcommands() {
            open.push((inner.clone(), [&words[..], &[inner.get_name().to_owned()]].concat()));
        }
        for arg in command.get_arguments().filter(|a| matches!(a.get_action(), ArgAction::Set)) {
            let Some(long) = arg.get_long() else { continue };
            for value in ["-1", ""] {
                let typed =
                    [&words[..], &positions(&command), &[format!("--{long}"), value.to_owned()]].concat();
                let parsed = nullcline::cli::command().try_get_matches_from(&typed);
                let said = parsed.err().map(|e| e.to_string()).unwrap_or_default();
                // What a later check refuses is not yet said here; the prefix of names without one is empty.
                let later = said.is_empty() && (!value.is_empty() || long == "prefix");
                assert!(later || said.contains(&format!("--{long}")), "{typed:?}: {said:?}");
                assert!(!said.contains("unexpected argument"), "{typed:?}: {said}");
                seen += 1;
            }
        }
    }
    assert!(seen > 200, "{seen}");
}

#[test]
fn a_wrong_value_is_named_with_its_option_and_its_range() {
    let place = Place::new("options-values");
    let csv = place.write("a.csv", table(40, 3));
    let seed = "--seed -1: expected a whole number from 0 to 18,446,744,073,709,551,615";
    let flip = ["train", "flip-flop"];
    let covariance = ["infer", "gaussian", &csv, "--covariance", "--alpha", "2"];
    let cases: [(&[&str], &str); 32] = [
        (&["analyze", &csv, "--seed", "-1"], seed),
        (&["train", "ibl", "--seed", "-1"], seed),
        (&["study", "park2023/fig3", "--seed", "-1"], seed),
        (&["analyze", &csv, "--tau=-inf"], "--tau -inf: expected a positive number"),
        (&["analyze", &csv, "--tau", "-inf"], "--tau -inf: expected a positive number"),
        (&["analyze", &csv, "--modules", "-1"], "--modules -1: no such module"),
        (&["analyze", &csv, "--modules", "pca,,activity"], "--modules pca,,activity: entry 2 of 3 is empty"),
        (&["analyze", &csv, "--modules", "pca,activity,pca"], "pca stands there twice"),
        (&["analyze", &csv, "--modules", "flow-field,flow_field"], "flow_field stands there twice"),
        (&["analyze", &csv, "--figures", ""], "'--figures <FORMATS>'"),
        (&["analyze", &csv, "--figures", "svg,,png"], "--figures svg,,png: entry 2 of 3 is empty"),
        (&["analyze", &csv, "--figures", "png,png"], "--figures png,png: png stands there twice"),
        (&["analyze", &csv, "--figures", "svg,gif"], "--figures svg,gif: gif is none of svg, png and pdf"),
        (&["analyze", &csv, "--units", "c0,c0"], "--units c0,c0: c0 stands there twice"),
        (&["analyze", &csv, "--units", "c0,"], "--units c0,: entry 2 of 2 is empty"),
        (&["analyze", &csv, "--targets", "c0,c1,c0"], "--targets c0,c1,c0: c0 stands there twice"),
        (&["analyze", &csv, "--trial", "c0,c0"], "--trial c0,c0: c0 stands there twice"),
        (&["distill", "radd", &csv, "--inputs", "c0,c0"], "--inputs c0,c0: c0 stands there twice"),
        (&["infer", "gaussian", &csv, "--gamma", "1,2,1.0"], "--gamma 1,2,1.0: 1 stands there twice"),
        (&["infer", "gaussian", &csv, "--gamma", "-1:2:3"], "--gamma -1:2:3: `-1` is not a positive number"),
        (&["train", "ibl", "--contrasts", "-1,2"], "--contrasts -1,2: expected numbers, none negative"),
        (&["analyze", &csv, "--constants", "a=1,a=2"], "--constants a=1,a=2: a stands there twice"),
        (&["infer", "gaussian", &csv, "--alpha", "2"], "--alpha goes with --covariance"),
        (&["infer", "gaussian", &csv, "--samples", "2"], "--samples goes with --covariance"),
        (&[&covariance[..], &["--uncentered"]].concat(), "--uncentered goes with samples; --covariance says"),
        (&[&covariance[..], &["--folds", "5"]].concat(), "--folds goes with samples; --covariance says"),
        (&[&covariance[..], &["--bin", "5"]].concat(), "--bin goes with samples; --covariance says"),
        (
            &["infer", "gaussian", &csv, "--truth", &csv, "--folds", "5"],
            "--folds goes with data whose truth is unknown",
        ),
        (
            &["distill", "radd", &csv, "--teacher-activation", "relu"],
            "--teacher-activation goes with networks",
        ),
        (&["analyze", &csv, "--folds", "3"], "--folds goes with --targets"),
        (&["analyze", &csv, "--ridge", "3"], "--ridge goes with --targets"),
        (&["train", "ip-flop"], "task `ip-flop`: not known"),
    ];
    let tasks: [(&[&str], &str); 6] = [
        (&["--images", "x"], "--images goes with psmnist"),
        (&["--pulse", "-1"], "--pulse -1: expected a probability (flip-flop)"),
        (&["--time-step", "0.1"], "--time-step does not go with flip-flop"),
        (&["--delay", "3"], "--delay does not go with flip-flop"),
        (&["--rate", "-1:2"], "--rate -1:2: expected FROM:TO with 0 < FROM < TO"),
        (&["--patience", "-1"], "--patience -1: expected whole epochs"),
    ];
    let tasks = tasks.map(|(more, word)| ([&flip[..], more].concat(), word));
    for (arguments, word) in cases.map(|(a, w)| (a.to_vec(), w)).into_iter().chain(tasks) {
        let ran = command(&arguments).current_dir(&place.0).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert!(said.contains(word), "{arguments:?}: {said}");
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}: {said}");
    }
    assert_eq!(place.entries(), ["a.csv"]);
}

#[test]
fn units_beside_weights_are_told_as_units() {
    let place = Place::new("options-units");
    let (net, csv) = (golden("io/ff2_relu.npz"), place.write("a.csv", table(3, 3)));
    let safe = place.save("w.safetensors", &network(1, 3, 1, 0.5));
    let both = "--units goes with recordings and --cell with networks: leave one of them out";
    for (arguments, word) in [
        (&[&*net, "--units", "h*"][..], "--units goes with recordings; this file holds a network's weights"),
        (&[&*safe, "--units", "h*"], "--units goes with recordings; this file holds a network's weights"),
        (&[&*net, "--units", "h*", "--cell", "vanilla"], both),
        (&[&*csv, "--units", "c*", "--cell", "vanilla"], both),
        (
            &[&*csv, "--units", "c*", "--map", "w_rec=c0"],
            "--units goes with recordings and --map with networks",
        ),
        (&[&*csv, "--cell", "vanilla", "--trial", "c0"], "--trial goes with recordings"),
    ] {
        analyze(&place, arguments, 2, &[word]);
    }
}

#[test]
fn momentum_goes_with_sgd_alone() {
    let place = Place::new("options-momentum");
    let net = place.save("w.safetensors", &[tensor("W", &[2, 2], vec![0.5; 4])]);
    for arguments in [&["train", "ibl"][..], &["distill", "conventional", &net], &["train", "sine"]] {
        let ran = run(&[arguments, &["--optimiser", "adam", "--momentum", "0.5"]].concat());
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains("--momentum") && ran.err.contains("--optimiser sgd"), "{}", ran.err);
    }
}
