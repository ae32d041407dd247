//! Files of frameworks and of published code: states and outputs of their networks over twelve steps, by their own forward passes.

use crate::common::golden;
use nullcline::io::tensors::read;
use nullcline::linalg::activation::Activation;
use nullcline::systems::cells::named;
use nullcline::systems::checkpoint::{Network, Spec, Vectors, load, suggested};
use nullcline::systems::rule::linearise;
use serde_json::Value;
use std::path::Path;

/// Options as they are typed.
fn spec(options: &str) -> Spec {
    let mut spec = Spec::default();
    let mut words = options.split(' ').filter(|w| !w.is_empty());
    while let Some(option) = words.next() {
        let mut value = || words.next().unwrap();
        match option {
            "--euler" => spec.euler = true,
            "--reset-before" => spec.reset_before = true,
            "--tau" => spec.tau = value().parse().ok(),
            "--dt" => spec.dt = value().parse().ok(),
            "--alpha" => (spec.tau, spec.dt, spec.euler) = (Some(1.0), value().parse().ok(), true),
            "--cell" => spec.cell = named(value()),
            "--activation" => spec.activation = Activation::parse(value()),
            "--vectors" => spec.vectors = Vectors::parse(value()),
            "--gates" => spec.gates = Some(value().split(',').map(str::to_owned).collect()),
            "--map" => {
                let pair = |p: &str| p.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
                spec.map = value().split(',').map(pair).collect();
            }
            other => panic!("{other}"),
        }
    }
    spec
}

fn rows(v: &Value) -> Vec<Vec<f64>> {
    let row = |r: &Value| r.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    v.as_array().into_iter().flatten().map(row).collect()
}

/// The largest difference of states and of outputs over all steps, and whether outputs were compared.
fn differences(network: &Network, case: &Value) -> ([f64; 2], bool) {
    let mut x: Vec<f64> = case["initial"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let (inputs, states, outputs) = (rows(&case["inputs"]), rows(&case["states"]), rows(&case["outputs"]));
    let (mut worst, mut compared) = ([0.0f64; 2], false);
    let difference = |a: &[f64], b: &[f64]| {
        a.iter().zip(b).fold(0.0f64, |m, (a, b)| m.max((a - b).abs() / (1.0 + b.abs())))
    };
    for (t, u) in inputs.iter().enumerate() {
        x = linearise(network.system.step(), &x, &u[..network.inputs]).0;
        assert_eq!(x.len(), states[t].len());
        worst[0] = worst[0].max(difference(&x, &states[t]));
        if let (Some(r), Some(y)) = (&network.readout, outputs.get(t)) {
            let seen = &x[network.architecture.output()];
            let out = r.outputs(faer::Mat::from_fn(seen.len(), 1, |i, _| seen[i]).as_ref());
            worst[1] = worst[1].max((0..out.nrows()).fold(0.0, |m, o| m.max((out[(o, 0)] - y[o]).abs())));
            compared = true;
        }
    }
    (worst, compared)
}

/// Every file of `make_golden.py` and `make_golden_torch.py`, with the options that its formats and names need.
#[test]
fn every_layout_does_what_its_framework_does() {
    let text = std::fs::read_to_string(golden("io/layouts/layouts.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let mut faults = vec![];
    for (name, case) in cases.as_object().unwrap() {
        for file in case["files"].as_array().unwrap() {
            let (path, options) = (file["file"].as_str().unwrap(), file["options"].as_str().unwrap_or(""));
            let what = format!("{name}: {path} {options}");
            let network = read(Path::new(&golden(&format!("io/layouts/{path}"))))
                .map_err(|e| e.to_string())
                .and_then(|f| load(&f, &spec(options)).map_err(|e| e.to_string()));
            match (network, case["refuse"].as_str()) {
                (Err(_), Some(_)) => {}
                (Ok(n), Some(why)) => faults.push(format!("{what}: read as {}, but {why}", n.describe())),
                (Err(e), None) => faults.push(format!("{what}: {e}")),
                (Ok(n), None) => {
                    let tolerance = case["tolerance"].as_f64().unwrap();
                    let sizes = (n.system.step().dim(), n.inputs);
                    let expected = (rows(&case["states"])[0].len(), rows(&case["inputs"])[0].len());
                    // What is stored without its input weights was run without input.
                    if sizes.0 != expected.0 || sizes.1 != expected.1 && sizes.1 > 0 {
                        faults.push(format!("{what}: {sizes:?} states and inputs, expected {expected:?}"));
                        continue;
                    }
                    let ([states, outputs], compared) = differences(&n, case);
                    if states > tolerance || outputs > tolerance || !compared && case.get("outputs").is_some()
                    {
                        faults.push(format!("{what}: states {states:e}, outputs {outputs:e} ({compared})"));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Every tensor of every layout in turn, and all at once, empty, transposed, flat or cut to a scalar: a network or an error.
#[test]
fn layouts_of_other_shapes_are_read_or_refused() {
    let text = std::fs::read_to_string(golden("io/layouts/layouts.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let (mut read_all, mut changed) = (0, 0);
    for file in cases.as_object().unwrap().values().flat_map(|case| case["files"].as_array().unwrap()) {
        let path = golden(&format!("io/layouts/{}", file["file"].as_str().unwrap()));
        let Ok(sound) = read(Path::new(&path)) else { continue };
        let spec = spec(file["options"].as_str().unwrap_or(""));
        read_all += 1;
        let count = sound.tensors.len();
        for which in 0..=count {
            for kind in 0..7 {
                let mut other = sound.clone();
                for (i, t) in other.tensors.iter_mut().enumerate() {
                    if i == which || which == count {
                        reshape(&mut t.shape, kind);
                        t.data.resize(t.shape.iter().product(), 0.5);
                    }
                }
                let _ =
                    (suggested(&other), load(&other, &spec).is_ok(), load(&other, &Spec::default()).is_ok());
                changed += 1;
            }
        }
    }
    assert!(read_all > 100 && changed > 3000, "{read_all} {changed}");
}

/// Another shape of at most as many values.
fn reshape(shape: &mut Vec<usize>, kind: usize) {
    match kind {
        0 => *shape = vec![0],
        1 => *shape = vec![],
        2 => shape.reverse(),
        3 => *shape = vec![shape.iter().product()],
        4 => shape.iter_mut().skip(1).for_each(|s| *s = 0),
        5 => shape.iter_mut().take(1).for_each(|s| *s = 0),
        _ => shape.iter_mut().for_each(|s| *s = 1),
    }
}
