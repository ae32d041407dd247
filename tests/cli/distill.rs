//! `distill`, as a user runs it.

use crate::common::{Place, Ran, analyze, golden, network, noise, report, tensor, violations};
use nullcline::io::tensors::{read, write_npy};
use serde_json::Value;
use std::path::Path;

fn distill(place: &Place, arguments: &[&str], status: i32, words: &[&str]) -> Ran {
    report(place, &["distill"], arguments, status, words)
}

fn found(place: &Place) -> Value {
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    summary["modules"]["distillation"].clone()
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().flat_map(|v| v.as_f64().map_or_else(|| numbers(v), |x| vec![x])).collect()
}

fn close(ours: &Value, theirs: &[f64], tolerance: f64) {
    let ours = numbers(ours);
    assert_eq!(ours.len(), theirs.len());
    assert!(ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() <= tolerance), "{ours:?} {theirs:?}");
}

fn csv(names: &[&str], rows: &[Vec<f64>]) -> String {
    let line = |r: &Vec<f64>| r.iter().map(f64::to_string).collect::<Vec<_>>().join(",") + "\n";
    names.join(",") + "\n" + &rows.iter().map(line).collect::<String>()
}

/// Rows of trial, u0, u1, z0, z1, h0, ..., h3: two units of known matrices in two trials, and four that mix them.
fn recording(rows: usize) -> Vec<Vec<f64>> {
    let u = noise(2 * rows, 1.0, 31);
    let (mut z, mut out) = ([0.1, -0.2], vec![]);
    for t in 0..rows {
        let trial = if t < rows / 3 { 1.0 } else { 2.0 };
        let [a, b] = [u[2 * t], u[2 * t + 1]];
        z = match t == rows / 3 {
            true => [0.3, 0.4],
            false => [
                (0.8 * z[0] - 0.3 * z[1] + 0.5 * a - 0.2 * b + 0.05).tanh(),
                (0.4 * z[0] + 0.6 * z[1] + 0.1 * a + 0.7 * b - 0.1).tanh(),
            ],
        };
        let [p, q] = z;
        out.push(vec![trial, a, b, p, q, 2.0 * p, p + q, p - q, 3.0 * q]);
    }
    out
}

const NAMES: [&str; 9] = ["trial", "u0", "u1", "z0", "z1", "h0", "h1", "h2", "h3"];
const A: [f64; 4] = [0.8, -0.3, 0.4, 0.6];
const B: [f64; 4] = [0.5, -0.2, 0.1, 0.7];

#[test]
fn a_known_system_gives_back_its_matrices_and_a_network_that_analyze_reads() {
    let place = Place::new("distill-known");
    let table = place.write("r.csv", csv(&NAMES, &recording(300)));
    let common = ["radd", &*table, "--inputs", "u0,u1", "--trial", "trial", "--scale", "none"];
    distill(&place, &[&common[..], &["--units", "z0,z1", "--projection", "units", "--png"]].concat(), 0, &[]);
    let first = found(&place);
    close(&first["a"], &A, 1e-8);
    close(&first["b"], &B, 1e-8);
    close(&first["c"], &[0.05, -0.1], 1e-8);
    assert!(numbers(&first["rollout_r2"]).iter().all(|r| *r > 1.0 - 1e-9));
    assert_eq!((first["pairs"].as_u64(), first["clipped"].as_u64()), (Some(298), Some(0)));
    // 0.7 +- i sqrt(0.11).
    close(&first["eigenvalues"], &[0.7, 0.11f64.sqrt(), 0.7, -(0.11f64.sqrt())], 1e-8);
    for file in ["time_series.png", "phase_portrait.svg", "scales.svg", "coefficients.csv", "states.csv"] {
        assert!(place.0.join("out/distillation").join(file).exists(), "{file}");
    }
    let student = place.path("student.safetensors");
    std::fs::rename(place.0.join("out/student.safetensors"), &student).unwrap();
    analyze(&place, &[&student, "--modules", "recurrent"], 0, &[]);
    close(
        &place.summary("out")["modules"]["recurrent"]["eigenvalues"],
        &numbers(&first["eigenvalues"]),
        1e-8,
    );

    // The same from four mixed units through the pseudo-inverse of the mixing, columns in the order typed.
    let (x, y) = ([0.0, 1.0, 1.0, 2.0].map(|v| v / 6.0), [3.0, 1.0, -1.0, 0.0].map(|v| v / 11.0));
    let p = tensor("p", &[2, 4], [x, y].concat());
    write_npy(&place.0.join("P.npy"), &p).unwrap();
    let p = place.path("P.npy");
    distill(&place, &[&common[..], &["--units", "h3,h1,h2,h0", "--projection", &p]].concat(), 0, &[]);
    let second = found(&place);
    close(&second["a"], &A, 1e-8);
    close(&second["b"], &B, 1e-8);
    assert!((second["explained_variance"].as_f64().unwrap() - 1.0).abs() < 1e-9);
    // Inputs in the other order.
    let other =
        ["radd", &*table, "--inputs", "u1,u0", "--trial", "trial", "--scale", "none", "--units", "z?"];
    distill(&place, &[&other[..], &["--projection", "units"]].concat(), 0, &[]);
    close(&found(&place)["b"], &[-0.2, 0.5, 0.7, 0.1], 1e-8);
    // Joined trials and a part held out.
    let split = ["--units", "z?", "--projection", "units", "--split", "0.25"];
    distill(&place, &[&common[..], &split].concat(), 0, &[]);
    let part = found(&place);
    assert_eq!((part["pairs"].as_u64(), part["held_out"]["pairs"].as_u64()), (Some(223), Some(75)));
    assert!(numbers(&part["held_out"]["one_step_r2"]).iter().all(|r| *r > 1.0 - 1e-9));
}

/// The command on an npz with one array of states and one of inputs, against numpy (tests/golden/radd/SOURCE.md).
#[test]
fn a_given_projection_is_fitted_exactly() {
    let place = Place::new("distill-golden");
    let session = golden("radd/session.npz");
    let known: Value =
        serde_json::from_str(&std::fs::read_to_string(golden("radd/expected.json")).unwrap()).unwrap();
    let file = read(Path::new(&session)).unwrap();
    for (case, name) in [("scaled0p8", "P_scaled0p8"), ("pca2", "P_pca2")] {
        let p = place.path("P.npy");
        write_npy(Path::new(&p), file.get(name).unwrap()).unwrap();
        let units = ["radd", &*session, "--units", "states", "--inputs", "observations"];
        distill(&place, &[&units[..], &["--projection", &p, "--scale", "none"]].concat(), 0, &[]);
        let (ours, theirs) = (found(&place), &known[case]);
        for key in ["a", "b", "c", "a_std_error", "one_step_r2", "eigenvalues"] {
            close(&ours[key], &numbers(&theirs[key]), 1e-9);
        }
        close(&ours["rollout_r2"], &numbers(&theirs["rollout_r2"]), 1e-6);
        assert_eq!(ours["clipped"], theirs["clipped"]);
        // Scaled to the same, the same.
        distill(&place, &[&units[..], &["--projection", &p, "--scale", "0.8"]].concat(), 0, &[]);
        close(&found(&place)["a"], &numbers(&theirs["a"]), 1e-9);
    }
}

/// z' = relu(z + u) with a coefficient of one: zeros say only that the rest was below, with noise inside and without.
#[test]
fn zeros_of_relu_are_censored() {
    let place = Place::new("distill-relu");
    for (sd, index) in [(0.0, 51), (0.5, 52)] {
        let (u, noise) = (noise(1200, 1.0, index), noise(1200, sd, index + 10));
        let (mut z, mut rows) = (0.0f64, vec![]);
        for t in 0..1200 {
            z = (0.6 * z + u[t] - 0.2 + noise[t]).max(0.0);
            rows.push(vec![u[t], z]);
        }
        let table = place.write("r.csv", csv(&["u", "z"], &rows));
        let zeros = rows[1..].iter().filter(|r| r[1] == 0.0).count() as f64 / 1199.0;
        let relu = [
            "--units",
            "z",
            "--inputs",
            "u",
            "--projection",
            "units",
            "--scale",
            "none",
            "--activation",
            "relu",
        ];
        let ran = distill(&place, &[&["radd", &*table][..], &relu].concat(), 0, &[]);
        assert!((ran.out + &ran.err).contains("of the targets are at an end of the range of the relu"));
        let ours = found(&place);
        let number = |key: &str| numbers(&ours[key])[0];
        assert!((number("censored") - zeros).abs() < 1e-12 && zeros > 0.3);
        assert_eq!(ours["errors"], serde_json::json!(["independent"]));
        for (key, error, truth) in
            [("a", "a_std_error", 0.6), ("b", "b_std_error", 1.0), ("c", "c_std_error", -0.2)]
        {
            let allowed = if sd > 0.0 { 3.0 * number(error) } else { 1e-9 };
            assert!((number(key) - truth).abs() <= allowed, "{key} {} +- {}", number(key), number(error));
            assert!(number(error) < 0.05);
        }
    }
    // A unit that is never on.
    let rows: Vec<Vec<f64>> = noise(200, 1.0, 53).iter().map(|u| vec![*u, 0.0, u.max(0.0)]).collect();
    let table = place.write("r.csv", csv(&["u", "z0", "z1"], &rows));
    let relu = [
        "--units",
        "z?",
        "--inputs",
        "u",
        "--projection",
        "units",
        "--scale",
        "none",
        "--activation",
        "relu",
    ];
    distill(&place, &[&["radd", &*table][..], &relu].concat(), 0, &["z1: always at an end of the range"]);
    let ours = found(&place);
    assert!(ours["b_std_error"][0][0].is_null() && ours["b_std_error"][1][0].is_f64());
    assert!((numbers(&ours["censored"])[0] - 1.0).abs() < 1e-15);
}

#[test]
fn a_network_is_run_on_its_inputs_and_judged_by_its_dynamics() {
    let place = Place::new("distill-network");
    let mut tensors = network(1, 6, 2, 0.9);
    tensors.push(tensor("readout.weight", &[2, 6], noise(12, 0.4, 41)));
    tensors.push(tensor("readout.bias", &[2], vec![0.1, -0.1]));
    let teacher = place.save("teacher.safetensors", &tensors);
    let rows: Vec<Vec<f64>> = noise(1200, 0.5, 42).chunks(2).map(<[f64]>::to_vec).collect();
    let inputs = place.write("inputs.csv", csv(&["a", "b"], &rows));
    let known = ["tanh is assumed (--teacher-activation changes it)"];
    distill(&place, &["radd", &teacher, "--inputs", &inputs, "--scale", "0.5"], 0, &known);
    let ours = found(&place);
    assert_eq!((ours["projection"].as_str(), ours["pairs"].as_u64()), (Some("readout"), Some(600)));
    assert_eq!(ours["from_zero"].as_bool(), Some(true));
    assert!(!ours["teacher"]["fixed_points"].as_array().unwrap().is_empty());
    assert_eq!(numbers(&ours["teacher"]["exponents"]["values"]).len(), 2);
    assert!(place.0.join("out/distillation/teacher_plane.svg").exists());
    // The read-out's own coordinates: its outputs are the student's states over the factor, and its bias.
    let student = read(&place.0.join("out/student.safetensors")).unwrap();
    let factor = ours["factor"].as_f64().unwrap();
    let weight = &student.get("readout.weight").unwrap().data;
    for (i, w) in weight.iter().enumerate() {
        let known = if i % 3 == 0 { 1.0 / factor } else { 0.0 };
        assert!((w - known).abs() < 1e-8, "{weight:?}");
    }
    // All units: the teacher itself.
    let all = ["--projection", "units", "--scale", "none"];
    distill(&place, &[&["radd", &*teacher, "--inputs", &*inputs][..], &all].concat(), 0, &[]);
    let whole = found(&place);
    close(&whole["a"], &tensors[1].data, 1e-8);
    close(&whole["b"], &tensors[0].data, 1e-8);
    let (mine, its) = (&whole["exponents"]["values"], &whole["teacher"]["exponents"]["values"]);
    close(mine, &numbers(its), 1e-3);

    let quick = ["--steps", "300", "--optimiser", "adam", "--rate", "0.02", "--units", "3"];
    distill(&place, &[&["conventional", &*teacher, "--inputs", &*inputs][..], &quick].concat(), 0, &[]);
    let trained = found(&place);
    assert_eq!(trained["method"].as_str(), Some("conventional"));
    assert!(trained["agreement"].as_f64().unwrap() > 0.8, "{trained}");
    assert!(trained["divergence"].as_f64().unwrap() < 0.05, "{trained}");
    let student = place.path("student.safetensors");
    std::fs::rename(place.0.join("out/student.safetensors"), &student).unwrap();
    analyze(&place, &[&student, "--modules", "recurrent"], 0, &[]);

    for (arguments, status, words) in [
        (vec!["radd", &teacher], 2, vec!["--inputs TABLE"]),
        (vec!["conventional", &teacher], 2, vec!["--inputs TABLE"]),
        (vec!["conventional", &inputs, "--inputs", &inputs], 2, vec!["a network's weights"]),
        (
            vec!["radd", &teacher, "--inputs", &inputs, "--input", "1"],
            2,
            vec!["--input has 1 value, expected 2"],
        ),
        (vec!["conventional", &teacher, "--inputs", &inputs, "--momentum", "1"], 2, vec!["--momentum 1"]),
    ] {
        distill(&place, &arguments, status, &words);
    }
}

/// Targets exactly at the ends of a range are at them, those outside beyond, and a scale is said.
#[test]
fn at_the_end_is_not_beyond() {
    let place = Place::new("distill-ends");
    let (u, noise) = (noise(600, 2.0, 21), noise(600, 0.3, 22));
    for (activation, [lo, hi]) in [("tanh", [-1.0, 1.0]), ("sigmoid", [0.0, 1.0])] {
        let mut rows: Vec<Vec<f64>> = vec![];
        let mut z = 0.5;
        for t in 0..600 {
            let a: f64 = 0.5 * z + 1.5 * u[t] + noise[t];
            z = if activation == "tanh" { a.tanh() } else { 1.0 / (1.0 + (-a).exp()) };
            let near = if z > hi - 0.02 { hi } else { z };
            z = if near < lo + 0.02 { lo } else { near };
            rows.push(vec![u[t], z]);
        }
        let ends = rows[1..].iter().filter(|r| [lo, hi].contains(&r[1])).count();
        assert!(ends > 20, "{ends}");
        let given = ["--units", "z", "--inputs", "u", "--projection", "units", "--activation", activation];
        let run = |file: &str, scale: &str| {
            distill(&place, &[&["radd", file, "--scale", scale][..], &given].concat(), 0, &[])
        };
        let ran = run(&place.write("e.csv", csv(&["u", "z"], &rows)), "none");
        let said = ran.out + &ran.err;
        assert!(said.contains("are at an end of the range") && !said.contains("beyond"), "{said}");
        assert!(!said.contains("Coefficients are in units"), "{said}");
        let ours = found(&place);
        assert_eq!((ours["clipped"].as_u64(), ours["beyond"].as_u64()), (Some(ends as u64), Some(0)));
        rows[7][1] = hi + 0.25;
        let file = place.write("b.csv", csv(&["u", "z"], &rows));
        let ran = run(&file, "none");
        let said = ran.out + &ran.err;
        assert!(said.contains("are at or beyond an end of the range"), "{said}");
        assert!(said.contains("1 of 599 targets are beyond the range"), "{said}");
        assert_eq!(found(&place)["beyond"].as_u64(), Some(1));
        // The largest |z| is 1.25.
        let ran = run(&file, "0.625");
        let said = "Coefficients are in units of z, the projected states times 0.5 (--scale none";
        assert!(ran.out.contains(said), "{}", ran.out);
    }
}

#[test]
fn somebody_elses_tables() {
    let place = Place::new("distill-foreign");
    let mut rows = recording(60);
    let write = |name: &str, rows: &[Vec<f64>]| place.write(name, csv(&NAMES, rows));
    let good = write("good.csv", &rows);
    let units = ["--units", "z?", "--projection", "units", "--scale", "none", "--trial", "trial"];
    let with = |table: &str, more: &[&str], status: i32, words: &[&str]| {
        distill(&place, &[&["radd", table][..], &units, more].concat(), status, words)
    };
    // A constant input cannot be told from the constant: both are named, the rest stands.
    let mut flat = rows.clone();
    flat.iter_mut().for_each(|r| r[2] = 5.0);
    let flat = write("flat.csv", &flat);
    let ran = with(&flat, &["--inputs", "u?"], 0, &["warning", "`u1`", "`constant`", "smallest norm"]);
    assert!(!ran.err.contains("`u0`"), "{}", ran.err);
    let ours = found(&place);
    assert_eq!(ours["undetermined"], serde_json::json!(["u1", "constant"]));
    assert!(ours["b_std_error"][0][1].is_null() && ours["b_std_error"][0][0].is_f64());
    assert_eq!(ours["rank"].as_u64(), Some(4));
    // A constant unit has no R2 and is said to have none.
    let mut still = rows.clone();
    still.iter_mut().for_each(|r| r[3] = 0.25);
    let still = write("still.csv", &still);
    with(&still, &["--inputs", "u?"], 0, &["z1 does not change", "`z1`"]);
    assert!(found(&place)["one_step_r2"][0].is_null());
    // Fewer pairs than coefficients: an answer of smallest norm, and no errors.
    let short = write("short.csv", &rows[..3]);
    with(&short, &["--inputs", "u?"], 0, &["smallest norm"]);
    assert!(found(&place)["c_std_error"][0].is_null());
    let one = write("one.csv", &rows[..1]);
    with(&one, &["--inputs", "u?"], 3, &["no two states in a row"]);
    // More units than rows: as many components as there are.
    let pca = ["radd", &*short, "--units", "z?,h?", "--inputs", "u?", "--projection", "pca", "--components"];
    distill(&place, &[&pca[..], &["2"]].concat(), 0, &["smallest norm"]);
    distill(&place, &[&pca[..], &["3"]].concat(), 3, &["6 units in 3 rows have 2 principal components"]);
    // Missing values: where, and what to do; a gap parts what it lies between.
    rows[20][1] = f64::NAN;
    rows[40][4] = f64::NAN;
    let gaps = place.write("gaps.csv", csv(&NAMES, &rows).replace("NaN", ""));
    with(&gaps, &["--inputs", "u?"], 3, &["column `u0`, row 21", "2 rows", "--missing drop-rows"]);
    with(&gaps, &["--inputs", "u?", "--missing", "drop-rows"], 0, &["2 rows", "reaches across"]);
    let ours = found(&place);
    close(&ours["a"], &A, 1e-8);
    // 58 pairs, less that after row 20, which begins a trial, and those before and after row 40.
    assert_eq!(ours["pairs"].as_u64(), Some(58 - 3));
    let far = ["--inputs", "u?", "--scale", "none", "--activation", "sigmoid"];
    let sigmoid = [&["radd", &*good, "--units", "z?", "--projection", "units"][..], &far].concat();
    distill(&place, &sigmoid, 0, &["beyond the range of the sigmoid"]);
    let p = tensor("p", &[4, 3], vec![1.0; 12]);
    write_npy(&place.0.join("P.npy"), &p).unwrap();
    let p = place.path("P.npy");
    for (more, status, words) in [
        (vec!["--inputs", "v"], 3, vec!["--inputs v: no such column"]),
        (vec!["--inputs", "z?"], 3, vec!["no column is left"]),
        (vec!["--inputs", "u?", "--split", "0.001"], 2, vec!["--split 0.001"]),
        (vec!["--inputs", "u?", "--split", "1"], 2, vec!["--split 1"]),
        (vec!["--inputs", "u?", "--lag", "2"], 2, vec!["--lag 2"]),
        (vec!["--inputs", "u?", "--ridge", "-1"], 2, vec!["--ridge -1"]),
        (vec!["--inputs", "u?", "--components", "2"], 2, vec!["--components goes with"]),
        (vec!["--inputs", "u?", "--activation", "sine"], 2, vec!["--activation sine"]),
    ] {
        with(&good, &more, status, &words);
    }
    let table = ["radd", &*good, "--units", "z?", "--inputs", "u?"];
    for (more, status, words) in [
        (vec!["--projection", &*p], 3, vec!["is 4 x 3", "expected M x 2"]),
        (vec!["--projection", "none.npy"], 3, vec!["none.npy"]),
        (vec!["--projection", "readout"], 2, vec!["expected a network with a read-out"]),
        (vec!["--scale", "0"], 2, vec!["--scale 0"]),
        (vec!["--cell", "gru"], 2, vec!["--cell with networks"]),
    ] {
        distill(&place, &[&table[..], &more].concat(), status, &words);
    }
}

/// What the errors about a weight file advise can be said of a teacher too.
#[test]
fn a_teacher_is_understood_as_analyze_would() {
    let place = Place::new("distill-spec");
    let rows: Vec<Vec<f64>> = noise(400, 0.5, 44).chunks(2).map(<[f64]>::to_vec).collect();
    let inputs = place.write("inputs.csv", csv(&["a", "b"], &rows));
    let (u, w) = (noise(8, 0.5, 45), noise(16, 0.4, 46));
    let turned = |m: &[f64], n: usize| (0..m.len()).map(|k| m[k % n * (m.len() / n) + k / n]).collect();
    let columns = place
        .save("columns.safetensors", &[tensor("W", &[4, 4], w.clone()), tensor("U", &[4, 2], u.clone())]);
    let lies = [tensor("W", &[4, 4], turned(&w, 4)), tensor("U", &[2, 4], turned(&u, 4))];
    let lies = place.save("rows.safetensors", &lies);
    let map = ["--inputs", &*inputs, "--map", "w_rec=W,w_in=U", "--projection", "units", "--scale", "none"];
    let student = |file: &str, more: &[&str]| {
        distill(&place, &[&["radd", file][..], &map, more].concat(), 0, &[]);
        found(&place)
    };
    let rate = ["--cell", "rate", "--tau", "2", "--dt", "0.5", "--euler"];
    let (right, same) =
        (student(&columns, &rate), student(&lies, &[&rate[..], &["--vectors", "row"]].concat()));
    assert_eq!(right["a"], same["a"]);
    let cell = ["--cell", "cornn", "--map", "w_rec=W,w_vel=W,w_in=U", "--inputs", &*inputs];
    distill(&place, &[&["radd", &*columns][..], &cell].concat(), 3, &["--constants"]);
    let given = ["--constants", "epsilon=2,gamma=1,dt=0.1"];
    distill(&place, &[&["radd", &*columns][..], &cell, &given].concat(), 0, &[]);

    let gates = [tensor("W", &[4, 12], noise(48, 0.4, 47)), tensor("U", &[2, 12], noise(24, 0.4, 48))];
    let gates = place.save("gates.safetensors", &gates);
    let gru = [&["radd", &*gates, "--cell", "gru"][..], &map].concat();
    distill(&place, &gru, 3, &["say --gates r,z,n or --gates z,r,n"]);
    distill(&place, &[&gru[..], &["--gates", "z,r,n", "--reset-before"]].concat(), 0, &[]);
    distill(&place, &[&gru[..], &["--gates", "z,r"]].concat(), 2, &["--gates z,r: expected r, z, n"]);
}
