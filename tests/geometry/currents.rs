//! Currents and selectivity vectors: numpy, exact networks, and what `analyze` says.

use crate::common::{Place, analyze, golden, tensor, violations};
use faer::Mat;
use nullcline::diagnostics::geometry::currents::{column_signs, projections, vector_signs};
use nullcline::io::tensors::{Tensor, read, write_npz};
use nullcline::linalg::col;
use nullcline::linalg::random::{Use, normal, stream};
use nullcline::numbers::circular::{Test, kuiper, rayleigh, towards};
use nullcline::numbers::least_squares::grouped::{Error, grouped};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap_or_else(|| panic!("{v} is no array")).iter().map(|v| v.as_f64().unwrap()).collect()
}

fn one(v: &Value) -> f64 {
    v.as_f64().unwrap_or_else(|| panic!("{v} is no number"))
}

fn close(what: &str, ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0), "{what}: {ours} and {theirs}");
}

fn expected() -> Value {
    serde_json::from_str(&std::fs::read_to_string(golden("currents/expected.json")).unwrap()).unwrap()
}

/// The matrix of that name, transposed so that rows of the file are columns.
fn columns(name: &str) -> Mat<f64> {
    let file = read(Path::new(&golden("currents/integrator.npz"))).unwrap();
    let t = file.get(name).unwrap();
    Mat::from_fn(t.shape[1], t.shape[0], |i, j| t.data[j * t.shape[1] + i])
}

fn left(w: &Mat<f64>, k: usize) -> Mat<f64> {
    let svd = w.thin_svd().unwrap();
    let sign = |k: usize| {
        let largest = svd.U().col(k).iter().fold(0.0f64, |a, v| if v.abs() > a.abs() { *v } else { a });
        largest.signum()
    };
    Mat::from_fn(w.nrows(), k, |i, k| sign(k) * svd.U()[(i, k)])
}

/// tests/golden/currents/SOURCE.md.
#[test]
fn projections_fits_and_tests_are_those_of_numpy_scipy_and_astropy() {
    let (w, nu, y, theirs) =
        (columns("W").transpose().to_owned(), columns("nu"), columns("ybar"), expected());
    let groups: Vec<usize> = (0..100).map(|t| t * 20 / 100).collect();
    let basis = left(&w, 3);
    for (found, known) in projections(basis.as_ref(), nu.as_ref(), &groups)
        .iter()
        .zip(theirs["projections"].as_array().unwrap())
    {
        close("ratio", found.ratio.value, one(&known["ratio"]));
        close("residual", found.residual.value, one(&known["residual"]));
        close("error of the ratio", found.ratio.error(), one(&known["errors"][0]));
        close("error of the residual", found.residual.error(), one(&known["errors"][1]));
        close("least", found.best, one(&known["best"]));
    }
    let plane = basis.subcols(0, 2);
    let alpha = plane.transpose() * &nu;
    for (name, offset) in [("origin", false), ("offset", true)] {
        let theirs = &theirs[name];
        let fit = grouped(y.as_ref(), alpha.as_ref(), &groups, offset).unwrap();
        let s =
            Mat::from_fn(64, 2, |i, c| (0..2).map(|k| fit.slopes[k][c].value * plane[(i, k)]).sum::<f64>());
        for k in 0..2 {
            for c in 0..2 {
                close("R", fit.slopes[k][c].value, one(&theirs["map"][k][c]));
                close("error of R", fit.slopes[k][c].error(), one(&theirs["map_errors"][k][c]));
            }
        }
        let direct = grouped(y.as_ref(), nu.as_ref(), &groups, offset).unwrap();
        for i in 0..64 {
            for c in 0..2 {
                close("s", s[(i, c)], one(&theirs["s"][i][c]));
                close("slope", direct.slopes[i][c].value, one(&theirs["slopes"][i][c]));
            }
            close("R2 of a unit", direct.r_squared[i].value, one(&theirs["r_squared"][i]));
            let p = one(&theirs["p"][i]);
            assert!((direct.p[i] / p - 1.0).abs() < 1e-6, "Hotelling {i}: {} and {p}", direct.p[i]);
        }
        close("R2", direct.r_squared_all.value, one(&theirs["r_squared_all"]));
        close("error of R2", direct.r_squared_all.error(), one(&theirs["r_squared_all_error"]));
        let angles: Vec<f64> = (0..64).map(|i| s[(i, 1)].atan2(s[(i, 0)])).collect();
        let tests = &theirs["tests"];
        let same = |ours: Test, theirs: &Value| {
            close("statistic", ours.statistic, one(&theirs["statistic"]));
            close("p", ours.p, one(&theirs["p"]));
            // Astropy takes another series for the same law.
            let (p, q) = (ours.p.max(1e-3), one(&theirs["astropy"]).max(1e-3));
            assert!((p / q - 1.0).abs() < 0.13, "{p} and astropy's {q}");
        };
        for m in [1, 2, 4] {
            let (ours, theirs) = (rayleigh(&angles, m), &tests[format!("rayleigh{m}")]);
            same(ours, theirs);
            close("direction", ours.direction, one(&theirs["direction"]));
        }
        same(towards(&angles, 4), &tests["towards4"]);
        let v = kuiper(&angles);
        close("V", v.statistic, one(&tests["kuiper"]["statistic"]));
        let q = one(&tests["kuiper"]["astropy"]);
        assert!((v.p / q).ln().abs() < 0.5, "Kuiper {} and astropy's {q}", v.p);
    }
    let known = &theirs["signs"];
    let found = vector_signs(col(basis.as_ref(), 0), col(basis.as_ref(), 1), &column_signs(w.as_ref()));
    close("share of one sign", found.left.share.value, one(&known["share"]));
    close("its p", found.left.p, one(&known["p"]));
}

/// 20 von Mises angles of numpy, `default_rng(1).vonmises(0, 0.5, 20).round(3)`; astropy 8.0.2: rayleightest, kuiper.
#[test]
fn few_angles_have_astropys_p() {
    let angles = [
        -1.178, -2.892, 2.328, 0.056, -0.703, -1.015, 0.42, 0.589, 2.955, 0.581, 1.19, 2.108, -0.08, 0.126,
        1.427, 1.171, 0.302, 2.151, 0.394, -2.479,
    ];
    let r = rayleigh(&angles, 1);
    assert!(
        (r.statistic - 0.355_479_124_776_178_9).abs() < 1e-12 && (r.p / 0.078_489_6 - 1.0).abs() < 2e-3,
        "{r:?}"
    );
    let v = kuiper(&angles);
    assert!((v.statistic - 0.316_754_897_034_716_15).abs() < 1e-12, "{v:?}");
    assert!((v.p / 0.177_244_2 - 1.0).abs() < 0.1, "{v:?}");
}

#[test]
fn regressors_that_are_sums_and_single_groups_are_refused() {
    let x = Mat::from_fn(2, 8, |i, t| (1.0 + i as f64) * t as f64);
    let z = Mat::from_fn(1, 8, |_, t| t as f64);
    let groups: Vec<usize> = (0..8).map(|t| t / 2).collect();
    assert_eq!(grouped(x.as_ref(), z.as_ref(), &groups, true).err(), Some(Error::Collinear));
    let first = x.subrows(0, 1);
    assert_eq!(grouped(first, z.as_ref(), &[0; 8], true).err(), Some(Error::Few));
    let constant = Mat::from_fn(1, 8, |_, _| 3.0);
    assert_eq!(grouped(constant.as_ref(), z.as_ref(), &groups, true).err(), Some(Error::Collinear));
}

/// Units of a half, and what decays.
const HALF: usize = 20;
const DECAY: [f64; 2] = [0.95, 0.8];

/// A ReLU network that integrates two channels exactly, each with units of its own: W = sum_c gamma_c l_c d_c^T with the decoders
/// d_c = \[l_c\]_+ / |\[l_c\]_+|^2 - \[-l_c\]_+ / |\[-l_c\]_+|^2 and inputs gamma_c l_c, so that W \[y l_c\]_+ = gamma_c y l_c (7.30) and
/// currents are sum_c y_c l_c.
fn integrator() -> (Mat<f64>, Mat<f64>, Mat<f64>) {
    let mut rng = stream(4, Use::Fixture, 71);
    let n = 2 * HALF;
    let l = Mat::from_fn(n, 2, |i, c| if i / HALF == c { normal(&mut rng) } else { 0.0 });
    let square = |c: usize, sign: f64| (0..n).map(|i| (sign * l[(i, c)]).max(0.0).powi(2)).sum::<f64>();
    let d = Mat::from_fn(2, n, |c, i| {
        let v = l[(i, c)];
        if v > 0.0 { v / square(c, 1.0) } else { v / square(c, -1.0) }
    });
    let w = Mat::from_fn(n, n, |i, j| (0..2).map(|c| DECAY[c] * l[(i, c)] * d[(c, j)]).sum::<f64>());
    let u = Mat::from_fn(n, 2, |i, c| DECAY[c] * l[(i, c)]);
    (w, u, d)
}

fn rows(m: &Mat<f64>) -> Vec<f64> {
    (0..m.nrows()).flat_map(|i| (0..m.ncols()).map(move |j| (i, j))).map(|(i, j)| m[(i, j)]).collect()
}

fn saved(place: &Place) -> String {
    let (w, u, d) = integrator();
    let n = 2 * HALF;
    place.save(
        "net.safetensors",
        &[
            tensor("rnn.weight_ih_l0", &[n, 2], rows(&u)),
            tensor("rnn.weight_hh_l0", &[n, n], rows(&w)),
            tensor("rnn.bias_ih_l0", &[n], vec![0.0; n]),
            tensor("rnn.bias_hh_l0", &[n], vec![0.0; n]),
            tensor("readout.weight", &[2, n], rows(&d)),
            tensor("readout.bias", &[2], vec![0.0; 2]),
        ],
    )
}

const TRIALS: usize = 40;
const STEPS: usize = 30;

/// Inputs and integrals y_t = gamma (x_t + y_(t-1)), trial after trial.
fn task() -> (Vec<f64>, Vec<f64>) {
    let mut rng = stream(4, Use::Task, 71);
    let (mut x, mut y) = (vec![], vec![]);
    for _ in 0..TRIALS {
        let mut now = [0.0; 2];
        for _ in 0..STEPS {
            for c in 0..2 {
                let input = normal(&mut rng);
                now[c] = DECAY[c] * (input + now[c]);
                x.push(input);
            }
            y.extend(now);
        }
    }
    (x, y)
}

fn trials(place: &Place) -> String {
    let (x, y) = task();
    let shape = [TRIALS, STEPS, 2];
    let file = place.path("trials.npz");
    write_npz(Path::new(&file), &[tensor("inputs", &shape, x), tensor("targets", &shape, y)]).unwrap();
    file
}

#[test]
fn an_exact_integrator_is_seen_through() {
    let place = Place::new("currents-exact");
    let (net, file) = (saved(&place), trials(&place));
    let arguments =
        [&*net, "--activation", "relu", "--trials", &file, "--modules", "task,currents,mixed_selectivity"];
    let ran = analyze(&place, &arguments, 0, &[]);
    assert!(ran.out.contains("Linear fits on target0 and target1 explain 1 of the currents"), "{}", ran.out);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let modules = &summary["modules"];
    assert!(one(&modules["task"]["loss"]["value"]) < 1e-20, "{}", modules["task"]["loss"]);
    let found = &modules["currents"];
    close("R2 of currents", one(&found["r_squared"]["value"]), 1.0);
    // Activity is rectified: of each unit's variance a line explains 1 - (1/2 - 1/pi) / (1/2 - 1/(2 pi)) of a Gaussian.
    let activity = one(&found["r_squared_activity"]["value"]);
    assert!((activity - 0.733).abs() < 0.03, "{activity}");
    let space = &found["space"];
    assert!(one(&space["projection_ratio"]["value"]) < 1e-9, "{space}");
    assert_eq!((&space["dominant_by_gap"], &space["dimensions"]), (&2.into(), &2.into()));
    close("chance", one(&space["isotropic_ratio"]), 19f64.sqrt());
    assert!(one(&space["random"]["p"]) <= 0.01 && one(&space["shuffled"]["p"]) <= 0.01, "{space}");
    // s is l: what the current of a unit is per unit of the integral.
    let (_, u, _) = integrator();
    let s = &modules["mixed_selectivity"]["selectivity"];
    for i in 0..2 * HALF {
        for c in 0..2 {
            close("s (7.42)", one(&space["selectivity"][i][c]), u[(i, c)] / DECAY[c]);
            close("slope", one(&s[i][c]), u[(i, c)] / DECAY[c]);
        }
    }
    let mixed = &modules["mixed_selectivity"];
    assert_eq!(mixed["selective"], 2 * HALF);
    assert!(one(&mixed["mean_index"]["value"]) < 1e-9 && one(&mixed["index_p"]) < 0.01, "{mixed}");
    let angles = &mixed["angles"][0];
    close("four times the angles", one(&angles["peaks_at_axes"]["statistic"]), 1.0);
    assert!(one(&angles["scaled_peaks_at_axes"]["p"]) < 0.01);
    for (c, own) in mixed["populations"].as_array().unwrap().iter().enumerate() {
        // What is below a thousandth of the root mean square of all coefficients counts as none.
        let size = (0..2 * HALF).map(|i| u[(i, c)].powi(2)).sum::<f64>() / (4 * HALF) as f64;
        let follows = |sign: f64| (0..2 * HALF).filter(|i| sign * u[(*i, c)] > 1e-3 * size.sqrt()).count();
        let (positive, negative) = (follows(1.0), follows(-1.0));
        assert!(positive + negative >= HALF - 2);
        assert_eq!((&own["positive"], &own["negative"]), (&positive.into(), &negative.into()), "{own}");
        assert_eq!(
            (&own["both"], &own["null"]),
            (&0.into(), &(2 * HALF - positive - negative).into()),
            "{own}"
        );
    }
    close("by sign", one(&mixed["r_squared_rectified"]["value"]), 1.0);
    for b in mixed["blocks"].as_array().unwrap() {
        close("inside blocks", one(&b["inside"]), 1.0);
        assert!(one(&b["p"]) <= 0.01, "{b}");
    }
    let by: Vec<&str> =
        mixed["blocks"].as_array().unwrap().iter().map(|b| b["by"].as_str().unwrap()).collect();
    assert_eq!(by, ["preferred target", "support of the read-out"]);
    for name in ["units.csv", "map.csv", "projections.csv", "coordinates.svg", "singular_values.svg"] {
        assert!(place.0.join("out/currents").join(name).exists(), "{name}");
    }
    for name in [
        "units.csv",
        "tests.csv",
        "blocks.csv",
        "angles.svg",
        "vectors.svg",
        "populations.svg",
        "weights.svg",
    ] {
        assert!(place.0.join("out/mixed_selectivity").join(name).exists(), "{name}");
    }
}

#[test]
fn a_recording_of_activity_and_weights_says_the_same() {
    let place = Place::new("currents-recorded");
    let (w, u, _) = integrator();
    let (_, y) = task();
    let n = 2 * HALF;
    let mut text =
        "trial,y0,y1,".to_owned() + &(0..n).map(|i| format!("u{i}")).collect::<Vec<_>>().join(",") + "\n";
    for row in 0..TRIALS * STEPS {
        let y = [y[2 * row], y[2 * row + 1]];
        write!(text, "{},{},{}", row / STEPS, y[0], y[1]).unwrap();
        for i in 0..n {
            let nu = (0..2).map(|c| y[c] * u[(i, c)] / DECAY[c]).sum::<f64>();
            write!(text, ",{}", nu.max(0.0)).unwrap();
        }
        text.push('\n');
    }
    let file = place.write("a.csv", &text);
    let weights = place.path("w.npz");
    write_npz(Path::new(&weights), &[tensor("W", &[n, n], rows(&w))]).unwrap();
    let all = [&*file, "--trial", "trial", "--targets", "y0,y1", "--weights", &weights];
    analyze(&place, &[&all[..], &["--modules", "currents,mixed_selectivity"]].concat(), 0, &[]);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let (found, mixed) = (&summary["modules"]["currents"], &summary["modules"]["mixed_selectivity"]);
    assert_eq!(
        (&found["from"], &mixed["currents_from"]),
        (&"weights and recorded activity".into(), &Value::Null)
    );
    close("R2", one(&found["r_squared"]["value"]), 1.0);
    assert!(one(&found["space"]["projection_ratio"]["value"]) < 1e-9);
    // W h is gamma y l.
    close("s", one(&found["space"]["selectivity"][0][0]), u[(0, 0)]);
    // Slopes of rates point where those of currents do: at the axes.
    assert!(one(&mixed["mean_index"]["value"]) < 0.01, "{}", mixed["mean_index"]);
    close("inside blocks", one(&mixed["blocks"][0]["inside"]), 1.0);
    // By default both run; without weights there are no currents.
    analyze(&place, &all[..5], 0, &[]);
    let modules = &place.summary("out")["modules"];
    assert!(modules["mixed_selectivity"].is_object() && modules["currents"].is_null());
    analyze(
        &place,
        &[&*file, "--trial", "trial", "--targets", "y0,y1", "--modules", "currents"],
        2,
        &["--weights FILE"],
    );
    analyze(&place, &[&*file, "--trial", "trial", "--rank", "2"], 2, &["--rank goes with --targets"]);
    let small = place.path("small.npz");
    write_npz(Path::new(&small), &[tensor("W", &[3, 3], vec![0.0; 9])]).unwrap();
    let wrong = [&all[..6], &[&*small, "--modules", "currents"]].concat();
    analyze(&place, &wrong, 3, &["expected one matrix of 40 x 40", "`W` [3, 3]"]);
    write_npz(Path::new(&small), &[tensor("W", &[n, n], vec![f64::NAN; n * n])]).unwrap();
    analyze(&place, &wrong, 3, &["a weight is not a finite number"]);
}

/// The reference's currents by the command, as rows of an npz.
#[test]
fn recorded_currents_have_numpys_ratio_and_map() {
    let place = Place::new("currents-golden");
    let (file, theirs) = (golden("currents/integrator.npz"), expected());
    let arguments = [
        &*file,
        "--units",
        "nu",
        "--targets",
        "ybar",
        "--weights",
        &file,
        "--recorded",
        "currents",
        "--through-origin",
        "--modules",
        "currents,mixed_selectivity",
    ];
    analyze(&place, &arguments, 0, &[]);
    let modules = &place.summary("out")["modules"];
    let (space, theirs_map) = (&modules["currents"]["space"], &theirs["origin"]["map"]);
    for (found, known) in
        space["by_dimension"].as_array().unwrap().iter().zip(theirs["projections"].as_array().unwrap())
    {
        close("ratio", one(&found["projection_ratio"]["value"]), one(&known["ratio"]));
        close("residual", one(&found["residual"]["value"]), one(&known["residual"]));
    }
    for k in 0..2 {
        for c in 0..2 {
            close("R", one(&space["map"][k][c]), one(&theirs_map[k][c]));
        }
    }
    for (ours, theirs) in numbers(&space["singular_values"]).iter().zip(numbers(&theirs["singular_values"])) {
        close("singular value", *ours, theirs);
    }
    for i in 0..64 {
        for c in 0..2 {
            close("s", one(&space["selectivity"][i][c]), one(&theirs["origin"]["s"][i][c]));
        }
    }
    assert!(modules["mixed_selectivity"]["populations"].is_null());
}

/// Steps of a time constant make rate and current networks the vanilla one: h' = f(W h + U u), and x' = W f(x) + U u with h = f(x).
#[test]
fn networks_with_a_leak_have_the_currents_of_those_without() {
    let place = Place::new("currents-leak");
    let (net, file) = (saved(&place), trials(&place));
    for (cell, from) in [("rate", "weights, states and inputs"), ("current", "states")] {
        let arguments = [
            &*net,
            "--cell",
            cell,
            "--tau",
            "1",
            "--dt",
            "1",
            "--euler",
            "--activation",
            "relu",
            "--trials",
            &file,
            "--modules",
            "currents,mixed_selectivity",
        ];
        analyze(&place, &arguments, 0, &[]);
        let modules = &place.summary("out")["modules"];
        let found = &modules["currents"];
        assert_eq!(found["from"], from);
        close("R2", one(&found["r_squared"]["value"]), 1.0);
        let (_, u, _) = integrator();
        close("s", one(&found["space"]["selectivity"][3][0]), u[(3, 0)] / DECAY[0]);
        close("by sign", one(&modules["mixed_selectivity"]["r_squared_rectified"]["value"]), 1.0);
    }
}

/// Columns of one sign: one dimension more, whose left vector has one sign and whose right one has those of the columns.
#[test]
fn columns_of_one_sign_ask_for_one_dimension_more() {
    let place = Place::new("currents-dale");
    let mut rng = stream(4, Use::Fixture, 72);
    let n = 30;
    let sign = |j: usize| if j < 22 { 1.0 } else { -1.0 };
    let w = Mat::from_fn(n, n, |_, j| sign(j) * (1.0 + 0.3 * normal(&mut rng).clamp(-3.0, 3.0)));
    let mut text = "y,".to_owned() + &(0..n).map(|i| format!("u{i}")).collect::<Vec<_>>().join(",") + "\n";
    for _ in 0..60 {
        let y = normal(&mut rng);
        write!(text, "{y}").unwrap();
        (0..n).for_each(|i| write!(text, ",{}", y * (i as f64).sin() + 0.1 * normal(&mut rng)).unwrap());
        text.push('\n');
    }
    let file = place.write("a.csv", &text);
    let weights = place.path("w.npz");
    write_npz(Path::new(&weights), &[tensor("W", &[n, n], rows(&w))]).unwrap();
    analyze(&place, &[&*file, "--targets", "y", "--weights", &weights, "--modules", "currents"], 0, &[]);
    let space = &place.summary("out")["modules"]["currents"]["space"];
    assert_eq!((&space["dimensions"], &space["column_signs"]["mixed"]), (&2.into(), &0.into()), "{space}");
    let first = &space["vector_signs"][0];
    close("left", one(&first["left"]["value"]), 1.0);
    close("right with columns", one(&first["right_with_columns"]["value"]), 1.0);
    assert!(one(&first["left_p"]) < 1e-8 && one(&space["vector_signs"][1]["left"]["value"]) < 0.8, "{space}");
}

#[test]
fn units_with_gates_have_activity_and_no_currents() {
    let place = Place::new("currents-gates");
    let (_, y) = task();
    let shape = [TRIALS, STEPS, 2];
    let file = place.path("trials.npz");
    let parts: [Tensor; 2] = [tensor("inputs", &shape, task().0), tensor("targets", &shape, y)];
    write_npz(Path::new(&file), &parts).unwrap();
    let mut parts = crate::common::network(3, 6, 2, 0.5);
    parts.push(tensor("readout.weight", &[2, 6], (0..12).map(|k| f64::from(k).sin()).collect()));
    let net = place.save("gru.safetensors", &parts);
    analyze(
        &place,
        &[&*net, "--trials", &file, "--modules", "currents"],
        4,
        &["units of a gru network have gates"],
    );
    analyze(&place, &[&*net, "--trials", &file, "--modules", "currents,mixed_selectivity"], 0, &[]);
    let mixed = &place.summary("out")["modules"]["mixed_selectivity"];
    assert!(mixed["currents_from"].is_null() && one(&mixed["r_squared_linear"]["value"]) < 1.0, "{mixed}");
}

#[test]
#[ignore = "needs the reference data: NULLCLINE_REFERENCE=FOLDER cargo test --release --test geometry reference_currents -- --ignored"]
fn the_reference_currents_have_their_ratios() {
    let folder = std::path::PathBuf::from(std::env::var("NULLCLINE_REFERENCE").unwrap()).join("pca");
    let text = std::fs::read_to_string(folder.join("oracle.json")).unwrap();
    let theirs: Value = serde_json::from_str::<Value>(&text).unwrap()["projection_ratio_7_40"].clone();
    let place = Place::new("reference-currents");
    let file = folder.join("integrator_currents.npz").to_str().unwrap().to_owned();
    let arguments = [
        &*file,
        "--units",
        "nu",
        "--targets",
        "ybar",
        "--weights",
        &file,
        "--recorded",
        "currents",
        "--modules",
        "currents",
    ];
    analyze(&place, &arguments, 0, &[]);
    let space = &place.summary("out")["modules"]["currents"]["space"];
    for d in 1..=3 {
        let (ours, theirs) = (&space["by_dimension"][d - 1], &theirs[d.to_string()]);
        close("ratio", one(&ours["projection_ratio"]["value"]), one(&theirs["r"]));
    }
    close("chance", one(&space["isotropic_ratio"]), one(&theirs["2"]["r_null"]));
}
