//! `analyze --silent`: a network in its trials against the same left alone.

use crate::common::{Place, analyze, noise, tensor, violations};
use nullcline::io::tensors::write_safetensors;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

const TRIALS: usize = 40;
const STEPS: usize = 100;

/// x' = 0.9 R x + u of a rotation R by 0.3, as a file that says its noise.
fn network(place: &Place, name: &str, noise: &str) -> String {
    let (s, c) = 0.3f64.sin_cos();
    let tensors = [
        tensor("rnn.weight_ih_l0", &[2, 2], vec![1.0, 0.0, 0.0, 1.0]),
        tensor("rnn.weight_hh_l0", &[2, 2], [c, -s, s, c].map(|v| 0.9 * v).to_vec()),
    ];
    let said = [("nullcline", "1"), ("cell", "vanilla"), ("activation", "identity"), ("noise", noise)];
    let metadata: BTreeMap<String, String> = said.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let path = place.path(name);
    write_safetensors(path.as_ref(), &tensors, &metadata).unwrap();
    path
}

fn inputs() -> Vec<f64> {
    noise(2 * TRIALS * STEPS, 0.4, 61)
}

fn trials(place: &Place) -> String {
    let mut text = "trial,input0,input1".to_owned();
    for (t, u) in inputs().chunks(2).enumerate() {
        write!(text, "\n{},{},{}", t / STEPS, u[0], u[1]).unwrap();
    }
    place.write("trials.csv", text + "\n")
}

fn number(v: &Value) -> f64 {
    v.as_f64().unwrap_or(f64::NAN)
}

fn found(place: &Place, network: &str, more: &[&str]) -> Value {
    let trials = place.path("trials.csv");
    let all = [&[network, "--trials", &trials, "--silent", "--modules", "comparison"], more].concat();
    analyze(place, &all, 0, &[]);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    summary["modules"]["comparison"].clone()
}

#[test]
fn a_network_is_compared_with_and_without_its_input() {
    let place = Place::new("silent");
    trials(&place);
    let net = network(&place, "net.safetensors", "0.3");
    let noisy = found(&place, &net, &[]);
    assert_eq!(
        (noisy["against"].as_str(), noisy["noise"]["law"].as_str()),
        (Some("silent"), Some("gaussian"))
    );
    assert_eq!(noisy["groups"], serde_json::json!([TRIALS, TRIALS]));
    // Variances are as 0.3^2 to 0.3^2 + 0.4^2, and something of the state at the end stays: 0.36 and a tenth of it.
    let ratio = number(&noisy["total_variance"]["ratio"]["value"]);
    assert!((0.33..0.45).contains(&ratio), "{noisy}");
    // Of two round Gaussians in the plane KL is r - 1 - ln r.
    let kl = &noisy["kl_quiescent_active"];
    let away = number(&kl["value"]) - (ratio - 1.0 - ratio.ln());
    assert!(away.abs() < 4.0 * number(&kl["std_error"]) && number(&kl["by_chance"]["p"]) < 0.05, "{kl}");
    let page = std::fs::read_to_string(place.path("out/report.html")).unwrap();
    assert!(page.contains("With input and without") && page.contains("gaussian noise of scale 0.3"));
    // What the file says may be said on the command line.
    let silent = network(&place, "silent.safetensors", "0");
    assert_eq!(found(&place, &silent, &["--state-noise", "0.3"]), noisy);
    // Without noise each trial winds into the origin from where it ended: a step is |0.9 R - 1| times the state.
    let quiet = found(&place, &silent, &[]);
    let (s, c) = 0.3f64.sin_cos();
    let drawn = inputs();
    let ends = drawn.chunks(2 * STEPS).map(|trial| {
        let step =
            |x: [f64; 2], u: &[f64]| [0.9 * (c * x[0] - s * x[1]) + u[0], 0.9 * (s * x[0] + c * x[1]) + u[1]];
        trial.chunks(2).fold([0.0; 2], step)
    });
    let size = ends.map(|x| x[0].hypot(x[1])).sum::<f64>() / TRIALS as f64;
    let shrinks = (0.9 - 0.9f64.powi(STEPS as i32)) / 0.1 / (STEPS - 1) as f64;
    let known = size * shrinks * (0.9 * c - 1.0).hypot(0.9 * s);
    let step = number(&quiet["step_length_of_units"]["quiescent"]["value"]);
    assert!((step - known).abs() < 1e-10, "{step}, not {known}");
    assert!(quiet["noise"].is_null());
    // Under a constant input it rests elsewhere.
    let held = found(&place, &silent, &["--input", "1,0"]);
    assert!(number(&held["kl_quiescent_active"]["value"]) > 2.0, "{held}");
}

#[test]
fn what_cannot_be_left_alone_is_said() {
    let place = Place::new("silent-refused");
    let trials = trials(&place);
    let net = network(&place, "net.safetensors", "0.3");
    let bad = network(&place, "bad.safetensors", "much");
    let one = place.write("one.csv", "trial,input0,input1\n0,1,0\n0,0,1\n0,1,1\n0,0,0\n");
    let still = place.write("still.csv", "trial,input0,input1\n0,0,0\n0,0,0\n1,0,0\n1,0,0\n");
    for (arguments, status, words) in [
        (&[&*net, "--silent"][..], 2, "--silent goes with --trials"),
        (&[&*trials, "--silent"], 2, "--silent goes with networks"),
        (
            &[&*net, "--trials", &trials, "--silent", "--against", &trials],
            2,
            "--silent does not go with --against",
        ),
        (
            &[&*net, "--trials", &trials, "--silent", "--modules", "pca"],
            2,
            "--silent goes with the module comparison",
        ),
        (&[&*net, "--trials", &trials, "--modules", "comparison"], 2, "it needs --silent"),
        (&[&*net, "--trials", &trials, "--against", &trials], 2, "--against goes with recordings"),
        (&[&*net, "--trials", &trials, "--state-noise", "1"], 2, "--state-noise goes with --silent"),
        (&[&*net, "--trials", &trials, "--silent", "--state-noise", "-1"], 2, "--state-noise -1: expected"),
        (
            &[&*net, "--trials", &trials, "--silent", "--state-noise", "1", "--noise-law", "cauchy"],
            2,
            "--noise-law cauchy: expected gaussian or uniform",
        ),
        (&[&*bad, "--trials", &trials, "--silent"], 3, "metadata `noise` is `much`"),
        (&[&*net, "--trials", &one, "--silent", "--modules", "comparison"], 4, "two trials or more"),
        (
            &[&*net, "--trials", &still, "--silent", "--state-noise", "0", "--modules", "comparison"],
            4,
            "no unit varies in 4 rows of its trials",
        ),
    ] {
        analyze(&place, arguments, status, &[words]);
    }
}
