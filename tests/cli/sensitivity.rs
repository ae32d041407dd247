//! `analyze` with the modules `adjoint` and `covariant`.

#![allow(clippy::float_cmp)]

use crate::common::{Place, analyze, golden, network, table, tensor, violations};
use nullcline::io::tensors::{Tensor, read, write_npy};
use serde_json::Value;
use std::path::Path;

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

fn npy(place: &Place, name: &str, shape: &[usize], data: &[f64]) -> String {
    let path = place.path(name);
    let t = Tensor { name: name.into(), shape: shape.to_vec(), dtype: "f64".into(), data: data.to_vec() };
    write_npy(Path::new(&path), &t).unwrap();
    path
}

fn reference(name: &str) -> impl Fn(&str) -> Vec<f64> {
    let t = read(Path::new(&golden(&format!("adjoint/{name}.npz")))).unwrap();
    move |key| t.get(key).unwrap().data.clone()
}

#[test]
fn the_command_of_the_documentation_gives_the_reference() {
    let place = Place::new("adjoint");
    let of = reference("limit_cycle");
    let n = of("x0").len();
    let net = golden("adjoint/limit_cycle.npz");
    let line = |x: &str, psi: &str, more: &[&str]| -> Value {
        let command = [&*net, "--cell", "current", "--map", "w_rec=W", "--modules", "adjoint"];
        let rest = ["--initial", x, "--terminal", psi, "--horizon", "60"];
        analyze(&place, &[&command[..], &rest, more].concat(), 0, &[]);
        let summary = place.summary("out");
        assert_eq!(violations(&summary), Vec::<String>::new());
        summary["modules"]["adjoint"].clone()
    };
    let x = npy(&place, "x0.npy", &[n], &of("x0"));
    let psi = npy(&place, "psi.npy", &[n], &of("psi_terminal"));
    let found = line(&x, &psi, &["--dt", "0.05", "--png", "--tables", "parquet"]);
    let (horizons, log_norm) = (numbers(&found["horizons"]), numbers(&found["log_norm"]));
    let frobenius = numbers(&found["log_frobenius"]);
    assert!((horizons.len(), horizons[0], horizons[1200]) == (1201, 0.0, 60.0), "{}", horizons.len());
    for (k, (t, norm)) in of("t").iter().zip(of("psi_norm")).enumerate() {
        let at = horizons.iter().position(|h| (h - (60.0 - t)).abs() < 1e-9).unwrap();
        assert!((log_norm[at] - norm.ln()).abs() < 1e-6, "t = {t}");
        assert!((frobenius[at] - of("Psi_frobenius")[k].ln()).abs() < 1e-6, "t = {t}");
    }
    assert!(found["identity_residual"].as_f64().unwrap() < 1e-9);
    assert!(found["discretisation_error"].as_f64().unwrap() < 1e-8);
    for direction in ["backward", "forward"] {
        assert_eq!(found["agreement"][direction]["agrees"], true, "{found}");
    }
    // A column does for a row, CSV for npy, and the time step decides only where results are given.
    let x = npy(&place, "column.npy", &[n, 1], &of("x0"));
    let header: Vec<String> = (0..n).map(|i| format!("x{i}")).collect();
    let values: Vec<String> = of("psi_terminal").iter().map(f64::to_string).collect();
    let psi = place.write("psi.csv", format!("{}\n{}\n", header.join(","), values.join(",")));
    let other = line(&x, &psi, &["--dt", "0.5"]);
    let coarse = numbers(&other["log_norm"]);
    assert_eq!(coarse.len(), 121);
    assert!(coarse.iter().enumerate().all(|(k, v)| (v - log_norm[10 * k]).abs() < 1e-9));
}

#[test]
fn without_a_vector_or_a_state_there_are_random_ones() {
    let place = Place::new("adjoint-random");
    let gru = place.save("gru.safetensors", &network(3, 5, 2, 1.5));
    let inputs = place.write("u.csv", table(150, 2));
    let both = ["--modules", "adjoint,covariant"];
    for (arguments, length, driven) in
        [(&[&*gru][..], 201, false), (&[&*gru, "--inputs", &inputs], 136, true)]
    {
        analyze(&place, &[arguments, &both].concat(), 0, &[]);
        let summary = place.summary("out");
        assert_eq!(violations(&summary), Vec::<String>::new());
        let found = &summary["modules"]["adjoint"];
        assert_eq!(found["horizons"].as_array().unwrap().len(), length);
        assert!(found["driven"] == driven && found["discretisation_error"] == 0.0, "{found}");
        assert!(found["trajectories"] == 4 && found["vectors"] == 8 && found["terminal_given"] == false);
        assert!(found["identity_residual"].as_f64().unwrap() < 1e-9);
        assert!(numbers(&found["log_spectral"])[0].abs() < 1e-12);
        assert!((numbers(&found["log_frobenius"])[0] - 0.5 * 5f64.ln()).abs() < 1e-12);
        let covariant = &summary["modules"]["covariant"];
        assert!(covariant["covariance_residual"].as_f64().unwrap() < 1e-6, "{covariant}");
    }
    // Euler maps count time in units of the flow; several initial states are averaged.
    let flow = place.save("flow.safetensors", &[tensor("W", &[2, 2], vec![0.5, 0.1, -0.2, 0.3])]);
    let two = npy(&place, "two.npy", &[2, 2], &[0.1, 0.2, -0.3, 0.4]);
    let rate = ["--cell", "rate", "--map", "w_rec=W", "--euler", "--dt", "0.25", "--initial", &two];
    analyze(&place, &[&[&*flow][..], &rate, &["--modules", "adjoint", "--horizon", "10"]].concat(), 0, &[]);
    let found = &place.summary("out")["modules"]["adjoint"];
    assert!(found["trajectories"] == 2 && numbers(&found["horizons"])[40] == 10.0);
    // The origin's eigenvalues: 1 + 0.25 (-1 + 0.4 +- 0.1 i), W having 0.4 +- 0.1 i.
    let exponent = found["exponents"][0].as_f64().unwrap();
    assert!((exponent - 0.85f64.hypot(0.025).ln() / 0.25).abs() < 1e-6, "{exponent}");
}

#[test]
fn wrong_values_are_named() {
    let place = Place::new("adjoint-wrong");
    let net = place.save("net.safetensors", &network(1, 4, 1, 0.9));
    let module = ["--modules", "adjoint"];
    let short = npy(&place, "short.npy", &[3], &[1.0, 2.0, 3.0]);
    let many = npy(&place, "many.npy", &[2, 4], &[1.0; 8]);
    let zeros = npy(&place, "zeros.npy", &[4], &[0.0; 4]);
    let nan = npy(&place, "nan.npy", &[4], &[0.0, f64::NAN, 1.0, 1.0]);
    let inputs = place.write("u.csv", table(30, 1));
    for (more, status, words) in [
        (&["--terminal", &*short][..], 3, &["short.npy", "1 column,", "expected 4"][..]),
        (&["--terminal", &many], 3, &["many.npy", "holds 2 vectors", "expected one"]),
        (&["--terminal", &zeros], 3, &["zeros.npy", "zeros alone"]),
        (&["--terminal", &nan], 3, &["nan.npy", "row 2"]),
        (&["--terminal", "missing.npy"], 3, &["missing.npy"]),
        (&["--initial", &short], 3, &["short.npy", "expected 4"]),
        (&["--horizon", "-1"], 2, &["--horizon -1", "positive"]),
        (&["--horizon", "2.5"], 2, &["--horizon 2.5", "whole number of steps of 1"]),
        (&["--horizon", "100", "--inputs", &inputs], 3, &["the input has 27 steps", "takes 100"]),
    ] {
        analyze(&place, &[&[&*net][..], &module, more].concat(), status, words);
    }
    let lyapunov = ["--modules", "lyapunov", "--horizon", "3"];
    analyze(&place, &[&[&*net][..], &lyapunov].concat(), 2, &["--horizon", "adjoint"]);
    let away = place.save("away.safetensors", &[tensor("W", &[1, 1], vec![3.0])]);
    let linear = ["--cell", "vanilla", "--map", "w_rec=W", "--activation", "identity"];
    analyze(&place, &[&[&*away][..], &linear, &module].concat(), 4, &["diverges"]);
}
