//! Integrators on the command line: the checker against automatic differentiation, and trainings that are analysed without a flag.

use crate::common::{Place, golden, run, tensor, violations};
use nullcline::io::tensors::{Tensor, read};
use serde_json::Value;
use std::path::Path;

const N: usize = 12;

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

fn near(found: f64, known: f64, what: &str) {
    assert!((found - known).abs() <= 1e-9 * (1.0 + known.abs()), "{what}: {found} against {known}");
}

/// The rows of a table of the report, without its first column.
fn table(place: &Place, name: &str) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(place.path(&format!("out/integrator/{name}.csv"))).unwrap();
    let row = |l: &str| l.split(',').skip(1).map(|v| v.parse().unwrap()).collect();
    text.lines().skip(1).map(row).collect()
}

/// Runs the checker on the reference file, and gives its entry of the summary.
fn check(place: &Place, map: &str, more: &[&str]) -> Value {
    let (file, out) = (golden("integrator/integrator.npz"), place.path("out"));
    let all = [
        "analyze",
        &file,
        "--cell",
        "integrator",
        "--map",
        map,
        "--modules",
        "integrator",
        "--force",
        "--out",
        &out,
    ];
    let ran = run(&[&all[..], more].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    summary["modules"]["integrator"].clone()
}

#[test]
fn the_checker_agrees_with_automatic_differentiation() {
    let place = Place::new("integrator-checker");
    let file = read(golden("integrator/integrator.npz").as_ref()).unwrap();
    let get = |name: &str| file.get(name).unwrap().data.clone();
    let text = |name: &str| get(name).iter().map(f64::to_string).collect::<Vec<_>>().join(",");
    let gradient = |table: &[Vec<f64>], name: &str| {
        let known = get(name);
        for (k, known) in known.iter().enumerate() {
            near(table[k / N][k % N], *known, name);
        }
    };
    let saved = |name: &str| {
        let t = file.get(name).unwrap();
        let shape = if t.shape.len() == 1 { vec![t.shape[0], 1] } else { t.shape.clone() };
        let rows =
            t.data.chunks(shape[1]).map(|r| r.iter().map(f64::to_string).collect::<Vec<_>>().join(","));
        place.write(&format!("{name}.csv"), rows.collect::<Vec<_>>().join("\n"))
    };
    let (s, g, t) = (text("s"), text("gamma"), text("T"));
    let goal = ["--scale", &s, "--decay", &g, "--duration", &t];
    let map = "w_rec=W,encoder=e,decoder=d";

    let found = check(&place, map, &goal);
    near(found["loss_averaged"].as_f64().unwrap(), get("loss_white")[0], "white");
    numbers(&found["moments"]).iter().zip(get("mu")).for_each(|(a, b)| near(*a, b, "moment"));
    gradient(&table(&place, "gradient_averaged"), "grad_white");
    assert_eq!(found["perfect"], false);

    let chi = saved("chi_ar1");
    let found = check(&place, map, &[&goal[..], &["--chi", &chi]].concat());
    near(found["loss_averaged"].as_f64().unwrap(), get("loss_ar1")[0], "ar1");
    gradient(&table(&place, "gradient_averaged"), "grad_ar1");

    let relu = "w_rec=W_relu,encoder=e,decoder=d";
    let found = check(&place, relu, &[&goal[..], &["--activation", "relu"]].concat());
    near(found["loss_proxy"].as_f64().unwrap(), get("proxy_relu_loss")[0], "relu");
    gradient(&table(&place, "gradient_proxy"), "proxy_relu_grad");

    let z = saved("z_samples");
    let goal = ["--scale", &text("s_sig"), "--decay", &text("gamma_sig")];
    let sigmoid = "w_rec=W_sig,encoder=e,decoder=d";
    let found = check(&place, sigmoid, &[&goal[..], &["--activation", "sigmoid", "--z", &z]].concat());
    near(found["loss_proxy"].as_f64().unwrap(), get("proxy_sigmoid_loss")[0], "sigmoid");
    gradient(&table(&place, "gradient_proxy"), "proxy_sigmoid_grad");
    assert_eq!(found["perfect"], Value::Null);

    let z = saved("mc_z");
    let goal = ["--scale", &text("mc_s"), "--decay", &text("mc_gamma"), "--z", &z];
    for (f, w) in [("relu", "W_relu"), ("sigmoid", "W_sig")] {
        let map = format!("w_rec={w},encoder=mc_E,decoder=mc_D");
        let found = check(&place, &map, &[&goal[..], &["--activation", f]].concat());
        near(found["loss_proxy"].as_f64().unwrap(), get(&format!("mc_{f}_loss"))[0], f);
        gradient(&table(&place, "gradient_proxy"), &format!("mc_{f}_grad"));
        assert_eq!(found["moments"][1][0].as_array().unwrap().len(), 10);
    }
}

/// W = gamma l r^T with r = e, l = (d - o e) s / c + ...: one that integrates for ever, and one off by a millionth.
#[test]
fn a_perfect_integrator_is_told_from_one_off_by_a_millionth() {
    let place = Place::new("integrator-perfect");
    let file = read(golden("integrator/integrator.npz").as_ref()).unwrap();
    let get = |name: &str| file.get(name).unwrap().data.clone();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (e, d, s, g) = (get("e"), get("d"), 2.0, 0.9);
    // r = e / |e|^2 has r.e = 1; l with d.l = s and r.l = 1, in the plane of d and e.
    let (ee, dd, de) = (dot(&e, &e), dot(&d, &d), dot(&d, &e));
    let determinant = dd * ee - de * de;
    let (a, b) = ((s * ee - de * ee) / determinant, (dd * ee - de * s) / determinant);
    let l: Vec<f64> = (0..N).map(|i| a * d[i] + b * e[i]).collect();
    let w: Vec<f64> = (0..N * N).map(|k| g * l[k / N] * e[k % N] / ee).collect();
    let mut off = w.clone();
    off[5] += 1e-6;
    let analysed = |w: Vec<f64>| {
        let tensors =
            [tensor("W", &[N, N], w), tensor("e", &[N], e.clone()), tensor("d", &[1, N], d.clone())];
        let (file, out) = (place.save("net.npz", &tensors), place.path("out"));
        let map = "w_rec=W,encoder=e,decoder=d";
        let all = [
            "analyze",
            &file,
            "--cell",
            "integrator",
            "--map",
            map,
            "--scale",
            "2",
            "--decay",
            "0.9",
            "--duration",
            "9",
        ];
        let ran = run(&[&all[..], &["--modules", "integrator", "--force", "--out", &out]].concat());
        assert_eq!(ran.status, 0, "{ran:?}");
        place.summary("out")["modules"]["integrator"].clone()
    };
    let (perfect, wrong) = (analysed(w), analysed(off));
    assert_eq!((&perfect["perfect"], &wrong["perfect"]), (&true.into(), &false.into()));
    for residual in ["eigenvalue", "scale", "others", "moments"] {
        let of = |v: &Value| v["residuals"]["eq_7_14"][residual].as_f64().unwrap();
        assert!(of(&perfect) < 1e-13, "{residual}: {perfect}");
        assert!(residual == "others" || of(&wrong) > 1e-9, "{residual}: {wrong}");
    }
    assert!(perfect["loss_averaged"].as_f64().unwrap() < 1e-24);
}

#[test]
fn what_is_wrong_is_named() {
    let place = Place::new("integrator-wrong");
    let (file, out) = (golden("integrator/integrator.npz"), place.path("out"));
    let map = "w_rec=W,encoder=e,decoder=d";
    let base = ["analyze", &file, "--cell", "integrator", "--map", map, "--out", &out];
    let chi = place.write("chi.csv", "1,2\n3,4\n");
    for (more, words) in [
        (&["--scale", "1"][..], "needs both --scale and --decay"),
        (&["--scale", "1,2", "--decay", "0.9"], "--scale has 2 values, expected 1 or 1"),
        (&["--scale", "one", "--decay", "0.9"], "--scale: `one` is not a finite number"),
        (
            &["--scale", "1", "--decay", "0.9", "--duration", "2", "--chi", &chi],
            "expected a symmetric matrix, 2 x 2",
        ),
        (&["--modules", "integrator"], "needs --scale and --decay"),
    ] {
        let ran = run(&[&base[..], more].concat());
        assert!(ran.status == 2 || ran.status == 3, "{ran:?}");
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    for (more, words) in [
        (&["--loss", "averaged", "--activation", "relu"][..], "--loss averaged is of linear networks"),
        (&["--support", "half"], "--support half: expected free, equal"),
        (&["--channels", "2", "--scale", "1,2,3"], "--scale 1,2,3: 3 values, expected 1 or 2"),
        (&["--init", "radius:-1"], "--init radius:-1: expected zero"),
        (&["--decay", "1.2"], "--decay 1.2: expected numbers from 0 to 1"),
        (&["--loss", "batch", "--range", "2"], "--range 2: --loss batch draws no samples"),
        (
            &["--loss", "proxy", "--activation", "relu", "--range", "2"],
            "--loss proxy of one such channel draws no",
        ),
        (&["--channels", "5", "--units", "3"], "--channels 5: 3 units cannot hold so many integrals"),
    ] {
        let ran = run(&[&["train", "integrate", "--out", &out][..], more].concat());
        assert!(ran.status == 2 && ran.err.contains(words), "{words}: {ran:?}");
    }
}

fn train(place: &Place, name: &str, more: &[&str]) -> String {
    let out = place.path(name);
    let ran = run(&[&["train", "integrate", "--quiet", "--out", &out][..], more].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    out
}

fn array(folder: &str, name: &str) -> Tensor {
    read(&Path::new(folder).join("network.safetensors")).unwrap().get(name).unwrap().clone()
}

/// What every training leaves is analysed as the command printed says, without another flag.
#[test]
fn trainings_are_analysed_without_a_flag() {
    let place = Place::new("integrator-train");
    let two = ["--channels", "2", "--scale", "1,2", "--decay", "0.9,0.8"];
    for (name, more) in [
        (
            "batch",
            vec![
                "--activation",
                "relu",
                "--loss",
                "batch",
                "--batch",
                "64",
                "--steps",
                "60",
                "--dale",
                "0.25",
                "--train-decoder",
                "--train-encoder",
            ],
        ),
        (
            "averaged",
            vec!["--loss", "averaged", "--steps", "2000", "--rate", "0.02", "--support", "overlap:0.1"],
        ),
        (
            "proxy",
            vec![
                "--activation",
                "sigmoid",
                "--slope",
                "5",
                "--loss",
                "proxy",
                "--batch",
                "64",
                "--steps",
                "40",
                "--optimiser",
                "adam",
            ],
        ),
    ] {
        let out = train(&place, name, &[&two[..], &["--units", "40"], &more[..]].concat());
        let (net, trials) = (format!("{out}/network.safetensors"), format!("{out}/trials.npz"));
        let report = place.path("report");
        let modules = ["--modules", "task,integrator", "--force", "--out", &report];
        let ran = run(&[&["analyze", &net, "--trials", &trials][..], &modules].concat());
        assert_eq!(ran.status, 0, "{name}: {ran:?}");
        let summary = place.summary("report");
        let found = &summary["modules"]["integrator"];
        assert_eq!(numbers(&found["scale"]), [1.0, 2.0], "{name}");
        // What the training says of its trials is what the analysis finds on them.
        let (trained, task) = (place.summary(name), &summary["modules"]["task"]);
        let said = &trained["modules"]["training"];
        for (said, found) in [
            (&said["trials_loss"], &task["loss"]["value"]),
            (&said["trials_constant_loss"], &task["constant_loss"]),
        ] {
            let (said, found) = (said.as_f64().unwrap(), found.as_f64().unwrap());
            assert!((said - found).abs() <= 1e-9 * found, "{name}: {said}, {found}");
        }
        if name == "averaged" {
            let share = task["loss"]["value"].as_f64().unwrap() / task["constant_loss"].as_f64().unwrap();
            assert!(share < 1e-9, "{share}");
            assert!(found["loss_averaged"].as_f64().unwrap() < 1e-12, "{found}");
            assert_eq!(found["rank"], 2.max(found["rank"].as_u64().unwrap() as usize));
        }
    }
    signs_and_vectors(&place);
}

/// Dale's law: the last quarter of the columns is not positive, the others not negative; vectors move where they are trained.
fn signs_and_vectors(place: &Place) {
    let out = place.path("batch");
    let w = array(&out, "rnn.weight_hh_l0");
    let inhibitory = |j: usize| j >= 30;
    let wrong = |(k, v): (usize, &f64)| if inhibitory(k % 40) { *v > 0.0 } else { *v < 0.0 };
    assert!(!w.data.iter().enumerate().any(wrong) && w.data.iter().any(|v| *v < 0.0));
    let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    let e = array(&out, "rnn.weight_ih_l0").data;
    let first: Vec<f64> = e.iter().step_by(2).copied().collect();
    assert!((norm(&first) - 1.0).abs() > 1e-6, "the encoder was not trained");
    let kept: Vec<f64> =
        array(&place.path("proxy"), "rnn.weight_ih_l0").data.iter().step_by(2).copied().collect();
    assert!((norm(&kept) - 1.0).abs() < 1e-6, "the encoder was trained");
}

/// As a vanilla network, U = W E: the same outputs on the same trials.
#[test]
fn a_vanilla_export_is_the_same_map() {
    let place = Place::new("integrator-vanilla");
    let more = [
        "--units",
        "12",
        "--activation",
        "sigmoid",
        "--loss",
        "proxy",
        "--batch",
        "32",
        "--steps",
        "20",
        "--decay",
        "0.8",
        "--precision",
        "f64",
    ];
    let scores: Vec<Value> = ["integrator", "vanilla"]
        .iter()
        .map(|cell| {
            let out = train(&place, cell, &[&more[..], &["--cell", cell]].concat());
            let (net, trials) = (format!("{out}/network.safetensors"), format!("{out}/trials.npz"));
            let report = place.path("report");
            let all =
                ["analyze", &net, "--trials", &trials, "--modules", "task", "--force", "--out", &report];
            assert_eq!(run(&all).status, 0);
            place.summary("report")["modules"]["task"].clone()
        })
        .collect();
    let loss = |v: &Value| v["loss"]["value"].as_f64();
    match (loss(&scores[0]), loss(&scores[1])) {
        (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9 * a.abs(), "{a} against {b}"),
        _ => panic!("{}", scores[0]),
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let place = Place::new("integrator-threads");
    let more = ["--units", "300", "--activation", "relu", "--batch", "256", "--steps", "6"];
    let found: Vec<Vec<u8>> = ["1", "3"]
        .iter()
        .map(|threads| {
            let out = train(&place, threads, &[&more[..], &["--threads", threads]].concat());
            std::fs::read(Path::new(&out).join("network.safetensors")).unwrap()
        })
        .collect();
    assert!(found[0] == found[1]);
    let file = read(&Path::new(&place.path("1")).join("network.safetensors")).unwrap();
    // From W = 0 the half slope at the kink lets ReLU begin.
    assert!(file.get("rnn.weight_hh_l0").unwrap().data.iter().any(|v| *v != 0.0));
}
