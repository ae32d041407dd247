//! `analyze --modules cycles`: a limit cycle against an independent program, and what is no cycle.

use crate::common::{Place, analyze, tensor, violations};
use nullcline::io::tensors::read;
use std::path::Path;

fn network(place: &Place) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cycles/W.npy");
    let w = read(&path).unwrap().tensors[0].data.clone();
    place.save("net.safetensors", &[tensor("W", &[20, 20], w)])
}

#[test]
fn a_network_file_gives_its_limit_cycle() {
    let place = Place::new("cycles");
    let file = network(&place);
    let cell = ["--cell", "current", "--map", "w_rec=W", "--dt", "0.05", "--modules", "cycles,lyapunov"];
    let arguments = [&[file.as_str()], &cell[..], &["--warmup", "3000", "--steps", "4000"]].concat();
    analyze(&place, &arguments, 0, &[]);
    let summary = place.summary("out");
    assert_eq!(violations(&summary), Vec::<String>::new());
    let found = &summary["modules"]["cycles"];
    let cycle = &found["cycles"][0];
    // tests/golden/cycles/SOURCE.md: scipy's DOP853.
    assert!((cycle["period"].as_f64().unwrap() - 16.444_936_668_6).abs() < 1e-9, "{cycle}");
    assert!((cycle["exponents"][1].as_f64().unwrap() + 0.117_286_297_4).abs() < 1e-8, "{cycle}");
    assert_eq!(cycle["exponents"].as_array().unwrap().len(), 20);
    assert!(place.0.join("out/cycles/orbit_1.csv").exists());
}

#[test]
fn cycles_belong_to_a_constant_input() {
    let place = Place::new("cycles-driven");
    let tensors = [tensor("W", &[2, 2], vec![0.0; 4]), tensor("U", &[2, 1], vec![1.0; 2])];
    let (file, inputs) = (place.save("net.safetensors", &tensors), place.write("u.csv", "u\n0\n1\n"));
    let cell = ["--cell", "current", "--map", "w_rec=W,w_in=U", "--modules", "cycles"];
    let arguments = [&[file.as_str()], &cell[..], &["--inputs", &inputs]].concat();
    analyze(&place, &arguments, 2, &["--modules cycles", "constant input", "--input"]);
}

#[test]
fn a_rest_that_anything_leaves_is_not_chaos() {
    let place = Place::new("cycles-unstable");
    let file = place.save("net.safetensors", &[tensor("W", &[1, 1], vec![1.5])]);
    let zero = place.write("x.csv", "x\n0\n");
    let cell = ["--cell", "vanilla", "--map", "w_rec=W", "--modules", "lyapunov", "--initial", &zero];
    let ran = analyze(&place, &[&[file.as_str()], &cell[..]].concat(), 0, &[]);
    assert!(ran.out.contains("unstable") && !ran.out.contains("chaotic"), "{}", ran.out);
}
