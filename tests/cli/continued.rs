//! `--continue` on the command line: what is found stands in the summary, the tables and on the page; what cannot be is refused.

use crate::common::{Place, analyze, network, tensor, violations};
use nullcline::io::tensors::Tensor;
use serde_json::Value;

/// x' = tanh(W x + p b) of tests/golden/continuation/cells.py.
fn planar() -> Vec<Tensor> {
    vec![
        tensor("rnn.weight_ih_l0", &[2, 1], vec![1.0, -1.7]),
        tensor("rnn.weight_hh_l0", &[2, 2], vec![2.2, 0.6, -0.5, -1.9]),
        tensor("rnn.bias_ih_l0", &[2], vec![0.0; 2]),
        tensor("rnn.bias_hh_l0", &[2], vec![0.0; 2]),
    ]
}

fn kinds(continued: &Value, kind: &str) -> Vec<f64> {
    let branches = continued["branches"].as_array().unwrap().iter().filter(|b| b["period"] == 1);
    let all = branches.flat_map(|b| b["bifurcations"].as_array().unwrap());
    all.filter(|b| b["kind"] == kind).map(|b| b["p"].as_f64().unwrap()).collect()
}

#[test]
fn points_are_followed_in_an_input_and_in_a_scale() {
    let place = Place::new("continued");
    let net = place.save("net.safetensors", &planar());
    let what = "input=0:-1.5:1.5,scale=0.2:1.2,parameter:weight_hh[0,1]=0:1";
    let options =
        ["--modules", "fixed_points,pca", "--continue", what, "--manifolds", "3", "--figures", "svg"];
    analyze(&place, &[&[net.as_str()], &options[..]].concat(), 0, &[]);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let points = &summary["modules"]["fixed_points"];
    let all = points["continued"].as_array().unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(all[0]["what"], "input 0");
    let (folds, flips) = (kinds(&all[0], "fold"), kinds(&all[0], "flip"));
    assert!(
        folds.iter().all(|p| (p.abs() - 0.920534145736773).abs() < 1e-10) && folds.len() == 2,
        "{folds:?}"
    );
    assert!(flips.iter().filter(|p| (p.abs() - 0.972215790015646).abs() < 1e-10).count() == 2, "{flips:?}");
    // W has the real eigenvalues 2.127 and -1.827: pitchfork and flip of the origin where p times them is 1 and -1.
    let root = (0.25f64 * 4.1f64.powi(2) - 0.3).sqrt();
    let pitchforks = kinds(&all[1], "pitchfork");
    assert!(pitchforks.iter().any(|p| (p - 1.0 / (0.15 + root)).abs() < 1e-10), "{pitchforks:?}");
    assert!(kinds(&all[1], "flip").iter().any(|p| (p - 1.0 / (root - 0.15)).abs() < 1e-10));
    assert_eq!(all[2]["what"], "weight_hh[0,1]");
    // The saddles in the plane have both curves.
    let curves = points["curves"].as_array().unwrap();
    assert!(
        curves.iter().any(|c| c["direction"] == "stable")
            && curves.iter().any(|c| c["direction"] == "unstable")
    );
    let page = std::fs::read_to_string(place.path("out/report.html")).unwrap();
    for words in [
        "Bifurcation diagram: input 0",
        "2 flips, 4 folds",
        "A diagram holds what hangs together",
        "states leave",
    ] {
        assert!(page.contains(words), "{words}");
    }
    for file in
        ["bifurcations.csv", "branches.csv", "bifurcations_2.csv", "branches_3.csv", "bifurcations.svg"]
    {
        assert!(std::fs::exists(place.path(&format!("out/fixed_points/{file}"))).unwrap(), "{file}");
    }
}

#[test]
fn points_are_followed_from_one_input_to_another() {
    let place = Place::new("continued-path");
    let net = place.save("net.safetensors", &planar());
    let (a, b) = (place.write("a.csv", "u\n-1.5\n"), place.write("b.csv", "u\n1.5\n"));
    let what = format!("input={a}..{b}");
    analyze(&place, &[&net, "--modules", "fixed_points", "--continue", &what], 0, &[]);
    let continued = place.summary("out")["modules"]["fixed_points"]["continued"][0].clone();
    assert_eq!(continued["what"], "input from a.csv to b.csv");
    assert_eq!(continued["starts"].as_array().unwrap().len(), 2);
    let folds = kinds(&continued, "fold");
    assert!(
        folds.len() == 2 && folds.iter().all(|p| ((3.0 * p - 1.5).abs() - 0.920534145736773).abs() < 1e-10)
    );
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let place = Place::new("continued-refused");
    let net = place.save("net.safetensors", &network(1, 3, 2, 0.5));
    let (one, two) = (place.write("one.csv", "a,b\n1,0\n"), place.write("three.csv", "a,b,c\n1,0,2\n"));
    for (what, status, words) in [
        ("input=2:-1:1", 2, "there is no input 2; the network has 2 inputs, counted from 0"),
        ("input=0:1:2", 2, "its present value, 0, is not in it; give a range that holds it"),
        ("scale=1.5:2", 2, "its present value, 1, is not in it"),
        ("scale:weight_hx=0:2", 2, "no block weight_hx; do you mean weight_hh?"),
        ("parameter:weight_hh[3,0]=0:1", 2, "weight_hh has 3 x 3 numbers, and there is none at [3,0]"),
        ("gain=0:1", 2, "--continue gain=0:1: expected input=K:LOW:HIGH"),
        (&format!("input={one}..{two}"), 3, "holds 1 x 3 numbers, expected one input: 2"),
        (&format!("input={one}..{one}"), 3, "holds the same input as"),
        (&format!("input={one}..{one}x"), 3, "one.csvx"),
    ] {
        analyze(&place, &[&net, "--modules", "fixed_points", "--continue", what], status, &[words]);
    }
    analyze(
        &place,
        &[&net, "--modules", "pca", "--continue", "scale=0:2"],
        2,
        &["--continue goes with the module fixed_points"],
    );
    analyze(&place, &[&net, "--branches", "3"], 2, &["--branches goes with --continue"]);
    analyze(
        &place,
        &[&net, "--continue", "scale=0:2", "--branch-step", "-1"],
        2,
        &["--branch-step -1: expected a positive number"],
    );
}
