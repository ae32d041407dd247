//! RADD against numpy's least squares.

use crate::common::golden;
use faer::{Mat, MatRef};
use nullcline::io::tensors::{Tensors, read};
use nullcline::linalg::activation::Activation;
use nullcline::linalg::eigen::{Order, eigenvalues};
use nullcline::linalg::random::{Use, normal_matrix, stream};
use nullcline::training::radd::{Score, Sequences, Settings, Student, project, radd, scale_to};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// An array of an npz, one row of it a column.
fn columns(file: &Tensors, name: &str) -> Mat<f64> {
    let t = file.get(name).unwrap();
    let width = t.shape[1];
    Mat::from_fn(width, t.shape[0], |i, j| t.data[j * width + i])
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().flat_map(|v| v.as_f64().map_or_else(|| numbers(v), |x| vec![x])).collect()
}

fn row_major(m: MatRef<f64>) -> Vec<f64> {
    (0..m.nrows()).flat_map(|i| (0..m.ncols()).map(move |j| m[(i, j)])).collect()
}

fn close(what: &str, ours: &[f64], theirs: &Value, tolerance: f64) {
    let theirs = numbers(theirs);
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (a, b) in ours.iter().zip(&theirs) {
        assert!((a - b).abs() <= tolerance, "{what}: {a} against {b}");
    }
}

fn coefficients(what: &str, s: &Student, known: [&Value; 3], tolerance: f64) {
    close(&format!("{what}: a"), &row_major(s.a.as_ref()), known[0], tolerance);
    close(&format!("{what}: b"), &row_major(s.b.as_ref()), known[1], tolerance);
    close(&format!("{what}: c"), &s.c, known[2], tolerance);
}

fn names(s: &Student) -> Value {
    s.errors.iter().map(|e| Value::from(e.name())).collect()
}

fn open(path: impl AsRef<Path>) -> (Tensors, Value) {
    let folder = path.as_ref();
    let text = |name: &str| std::fs::read_to_string(folder.join(name));
    let json = text("expected.json").or_else(|_| text("oracle.json")).unwrap();
    (read(&folder.join("session.npz")).unwrap(), serde_json::from_str(&json).unwrap())
}

/// The least squares is that of `numpy.linalg.lstsq`, see tests/golden/radd/SOURCE.md.
#[test]
fn coefficients_errors_and_roll_outs_are_those_of_numpy() {
    let (file, cases) = open(golden("radd"));
    let (h, u) = (columns(&file, "states"), columns(&file, "observations"));
    for (name, case) in cases.as_object().unwrap() {
        let p = columns(&file, &format!("P_{}", case["projection"].as_str().unwrap()));
        let z = project(p.transpose(), h.as_ref());
        let starts: Vec<usize> = numbers(&case["starts"]).iter().map(|s| *s as usize).collect();
        let data = Sequences { z: z.as_ref(), u: u.as_ref(), starts: &starts };
        let settings = Settings {
            ridge: case["ridge"].as_f64().unwrap(),
            from_zero: case["from_zero"].as_bool().unwrap(),
            lag: case["lag"].as_u64().unwrap() as usize,
            ..Settings::default()
        };
        let end = case["fitted"].as_u64().unwrap() as usize;
        let fitted: Vec<bool> = (0..z.ncols()).map(|t| t < end).collect();
        let found = radd(&data, Some(&fitted), &settings).unwrap();
        assert_eq!(found.pairs as u64, case["pairs"].as_u64().unwrap(), "{name}");
        assert_eq!(found.clipped as u64, case["clipped"].as_u64().unwrap(), "{name}");
        coefficients(name, &found, [&case["a"], &case["b"], &case["c"]], 1e-10);
        for (what, error) in [("a_std_error", &found.a_error), ("b_std_error", &found.b_error)] {
            close(&format!("{name}: {what}"), &row_major(error.as_ref()), &case[what], 1e-10);
        }
        close(&format!("{name}: c_std_error"), &found.c_error, &case["c_std_error"], 1e-10);
        assert_eq!(names(&found), case["errors"], "{name}");
        let list = |s: &[Score], f: fn(&Score) -> f64| s.iter().map(f).collect::<Vec<_>>();
        let scores = found.scores(&data, Some(&fitted), &settings);
        close(name, &list(&scores.one_step, |s| s.r2), &case["one_step_r2"], 1e-9);
        close(name, &list(&scores.one_step, |s| s.mse), &case["one_step_mse"], 1e-9);
        close(name, &list(&scores.rollout, |s| s.r2), &case["rollout_r2"], 1e-6);
        close(name, &list(&scores.rollout, |s| s.mse), &case["rollout_mse"], 1e-6);
        if end < z.ncols() {
            let rest: Vec<bool> = fitted.iter().map(|f| !f).collect();
            let scores = found.scores(&data, Some(&rest), &settings);
            close(name, &list(&scores.one_step, |s| s.r2), &case["one_step_r2_held_out"], 1e-9);
        }
        let free = found.follow(&data, &settings, true);
        close(name, &row_major(free.as_ref().subcols(z.ncols() - 1, 1)), &case["rollout_end"], 1e-6);
        let values = eigenvalues(found.a.as_ref(), Order::Modulus).unwrap();
        let values: Vec<f64> = values.iter().flat_map(|v| [v.re, v.im]).collect();
        close(name, &values, &case["eigenvalues"], 1e-9);
    }
}

/// Targets at an end of the range of f, and correlated residuals, by torch (tests/golden/radd/SOURCE.md).
#[test]
fn censored_fits_and_clustered_errors_are_those_of_an_independent_program() {
    let file = read(Path::new(&golden("radd/censored.npz"))).unwrap();
    let cases = std::fs::read_to_string(golden("radd/censored.json")).unwrap();
    let cases: Value = serde_json::from_str(&cases).unwrap();
    for (name, case) in cases.as_object().unwrap() {
        let z = columns(&file, &format!("{name}_z"));
        let u = columns(&file, &format!("{name}_u"));
        let starts: Vec<usize> = numbers(&case["starts"]).iter().map(|s| *s as usize).collect();
        let data = Sequences { z: z.as_ref(), u: u.as_ref(), starts: &starts };
        let activation = Activation::parse(case["f"].as_str().unwrap()).unwrap();
        let settings = Settings { activation, ridge: case["ridge"].as_f64().unwrap(), ..Settings::default() };
        let found = radd(&data, None, &settings).unwrap();
        assert_eq!(serde_json::to_value(&found.censored).unwrap(), case["censored"], "{name}");
        assert_eq!(names(&found), case["errors"], "{name}");
        coefficients(name, &found, [&case["a"], &case["b"], &case["c"]], 1e-8);
        for (what, error) in [("a_std_error", &found.a_error), ("b_std_error", &found.b_error)] {
            close(&format!("{name}: {what}"), &row_major(error.as_ref()), &case[what], 1e-7);
        }
        close(&format!("{name}: c_std_error"), &found.c_error, &case["c_std_error"], 1e-7);
        for (ours, theirs) in found.residual.iter().zip(numbers(&case["residual"])) {
            assert!((ours / theirs - 1.0).abs() < 1e-6, "{name}: {ours} {theirs}");
        }
    }
}

#[test]
#[ignore = "needs the reference data: NULLCLINE_REFERENCE=FOLDER cargo test --release --test training radd -- --ignored"]
fn the_whole_reference_session_has_the_same_students() {
    let folder = PathBuf::from(std::env::var("NULLCLINE_REFERENCE").unwrap()).join("radd");
    let (file, cases) = open(folder);
    let (h, u) = (columns(&file, "states"), columns(&file, "observations"));
    for name in ["scaled0p8", "scaled0p3", "pca2_scaled0p8"] {
        let (case, settings) = (&cases[name], Settings::default());
        let z = project(columns(&file, &format!("P_{name}")).transpose(), h.as_ref());
        let data = Sequences { z: z.as_ref(), u: u.as_ref(), starts: &[0] };
        let found = radd(&data, None, &settings).unwrap();
        coefficients(name, &found, [&case["A"], &case["B"], &case["c"]], 1e-9);
        assert_eq!(found.clipped as u64, case["n_clipped"].as_u64().unwrap(), "{name}");
        let free = found.follow(&data, &settings, true);
        let known = columns(&file, &format!("rollout_{name}"));
        assert!((&free - &known).norm_max() < 1e-6, "{name}: {}", (&free - &known).norm_max());
        let scores = found.scores(&data, None, &settings);
        let r2 = |s: &[Score]| s.iter().map(|s| s.r2).collect::<Vec<_>>();
        close(name, &r2(&scores.one_step), &case["one_step_r2_per_unit"], 1e-9);
        close(name, &r2(&scores.rollout), &case["rollout_r2_per_unit"], 1e-6);
    }
}

/// 175,000 steps of 50 units, as 1,000 blocks of the IBL task make: projected, fitted, followed both ways.
#[test]
#[ignore = "a stopwatch: cargo test --release --test training radd -- --ignored"]
fn a_thousand_blocks_take_less_than_two_seconds() {
    let mut rng = stream(1, Use::Fixture, 50);
    let (h, u) = (normal_matrix(&mut rng, 50, 175_000), normal_matrix(&mut rng, 3, 175_000));
    let p = normal_matrix(&mut rng, 2, 50);
    let start = std::time::Instant::now();
    let z = project(p.as_ref(), h.as_ref());
    let z = faer::Scale(scale_to(z.as_ref(), 0.8).unwrap()) * z;
    let data = Sequences { z: z.as_ref(), u: u.as_ref(), starts: &[0] };
    let student = radd(&data, None, &Settings::default()).unwrap();
    student.scores(&data, None, &Settings::default());
    assert!(start.elapsed().as_secs_f64() < 2.0, "{:?}", start.elapsed());
}
