//! Weight files of other programs: what their networks do in one step, which read-out is theirs, what is said.

use crate::common::{golden, noise, tensor};
use nullcline::io::tensors::{Tensors, read};
use nullcline::linalg::activation::Activation;
use nullcline::systems::cells::named;
use nullcline::systems::checkpoint::{Network, Spec, Vectors, load};
use nullcline::systems::rule::linearise;
use serde_json::Value;
use std::path::Path;

fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |p: &str| p.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    text.split(',').map(pair).collect()
}

/// The options of a case.
fn spec(case: &Value) -> Spec {
    let text = |key: &str| case[key].as_str();
    Spec {
        cell: text("cell").map(|c| named(c).unwrap()),
        map: text("map").map(pairs).unwrap_or_default(),
        activation: text("activation").map(|a| Activation::parse(a).unwrap()),
        prefix: text("prefix").map(str::to_owned),
        vectors: text("vectors").map(|v| Vectors::parse(v).unwrap()),
        gates: text("gates").map(|g| g.split(',').map(str::to_owned).collect()),
        tau: case["tau"].as_f64(),
        dt: case["dt"].as_f64(),
        euler: case["euler"].as_bool().unwrap_or(false),
        ..Spec::default()
    }
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn words(v: &Value) -> Vec<&str> {
    v.as_array().into_iter().flatten().map(|w| w.as_str().unwrap()).collect()
}

/// What is said of a network, all together.
fn said(network: &Network) -> String {
    let notes = network.notes.iter().map(ToString::to_string);
    notes.chain(network.said.iter().chain(&network.left_out).cloned()).collect::<Vec<_>>().join("\n")
}

/// Every case of a file by `make_torch.py` or `make_frameworks.py`.
fn check(list: &str, tolerance: f64) {
    let text = std::fs::read_to_string(golden(&format!("io/weights/{list}"))).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    for (name, case) in cases.as_object().unwrap() {
        let file = golden(&format!("io/weights/{}", case["file"].as_str().unwrap()));
        let file: Tensors = read(Path::new(&file)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let loaded = load(&file, &spec(case));
        let errors = words(&case["error"]);
        if !errors.is_empty() {
            let error = loaded.err().unwrap_or_else(|| panic!("{name}: accepted")).to_string();
            for word in errors {
                assert!(error.contains(word), "{name}: `{word}` is not in {error}");
            }
            continue;
        }
        let network = loaded.unwrap_or_else(|e| panic!("{name}: {e}"));
        let (x, u, y) = (numbers(&case["x"]), numbers(&case["u"]), numbers(&case["y"]));
        assert_eq!((network.system.step().dim(), network.inputs), (x.len(), u.len()), "{name}");
        let found = linearise(network.system.step(), &x, &u).0;
        for (i, (found, expected)) in found.iter().zip(&y).enumerate() {
            assert!(
                (found - expected).abs() < tolerance,
                "{name}, coordinate {i}: {found}, expected {expected}"
            );
        }
        for word in words(&case["says"]) {
            assert!(said(&network).contains(word), "{name}: `{word}` is not in {}", said(&network));
        }
        for word in words(&case["silent"]) {
            assert!(!said(&network).contains(word), "{name}: `{word}` is in {}", said(&network));
        }
        if let Some(expected) = case.get("readout") {
            assert_eq!(network.readout.map(|r| r.name).as_deref(), expected.as_str(), "{name}");
        }
    }
}

/// States after a step by torch and numpy in double precision, from weights of which some are rounded to single.
#[test]
fn files_of_torch_and_numpy_do_what_their_networks_do() {
    check("torch.json", 1e-6);
}

/// States after a step by Keras, Flax, Haiku and Equinox themselves.
#[test]
fn files_of_keras_flax_haiku_and_equinox_do_what_their_networks_do() {
    check("frameworks.json", 1e-6);
}

/// All 256 values of each float8 type, against PyTorch's own decoding.
#[test]
fn float8_has_the_values_of_torch() {
    let file = read(Path::new(&golden("io/weights/float8_all.safetensors"))).unwrap();
    for kind in ["e4m3fn", "e5m2"] {
        let (found, expected) = (file.get(kind).unwrap(), file.get(&format!("{kind}_f64")).unwrap());
        assert_eq!(found.data.len(), 256);
        for (i, (a, b)) in found.data.iter().zip(&expected.data).enumerate() {
            assert!(
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
                "{kind} {i:#04x}: {a}, expected {b}"
            );
        }
    }
}

/// Values of other classes are left out and named; what stands for code is refused, wherever it stands.
#[test]
fn a_checkpoint_with_objects_gives_its_tensors() {
    let file = read(Path::new(&golden("io/weights/objects.pt"))).unwrap();
    assert_eq!(file.get("state_dict.rnn.weight_hh_l0").unwrap().shape, [6, 2]);
    for (key, value) in
        [("args.rate", "0.5"), ("args.path", "/a/b"), ("counts.a", "2"), ("best", "0.25"), ("seed", "7")]
    {
        assert_eq!(file.metadata[key], value, "{key}");
    }
    let left = |name: &str, why: &str| file.skipped.iter().any(|s| s.0 == name && s.1.starts_with(why));
    assert!(left("when", "made by datetime.datetime; not read"), "{:?}", file.skipped);
    let config = "an object of __main__.Config; not read, with a tensor inside";
    assert!(left("config", config), "{:?}", file.skipped);
    let only = read(Path::new(&golden("io/weights/object_alone.pt"))).unwrap_err().to_string();
    assert!(only.contains("__main__.Config") && only.contains("nothing in it was executed"), "{only}");
    let code = read(Path::new(&golden("io/weights/code.pt"))).unwrap_err().to_string();
    assert!(code.contains("posix.system") && code.contains("nothing in it was executed"), "{code}");
}

/// The skipped weights of a quantised network, and tensors by pickle.dump, are named with what to do.
#[test]
fn what_is_not_read_is_named() {
    let file = read(Path::new(&golden("io/weights/quantised.pt"))).unwrap();
    let error = load(&file, &Spec::default()).err().unwrap().to_string();
    assert!(error.contains("quantised") && error.contains("float model"), "{error}");
    let error = read(Path::new(&golden("io/weights/dumped.pkl"))).unwrap_err().to_string();
    assert!(error.contains("torch.save(pickle.load(open(old, \"rb\")), new)"), "{error}");
}

/// Files of before 1.6: views, half precision, a type that is not read.
#[test]
fn legacy_files_keep_views_and_types() {
    let file = read(Path::new(&golden("io/weights/legacy_views.pt"))).unwrap();
    let base: Vec<f64> = (0..12).map(f64::from).collect();
    assert_eq!(file.get("every_second").unwrap().data, [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
    assert_eq!(file.get("turned").unwrap().data[..4], [0.0, 4.0, 8.0, 1.0]);
    assert_eq!(file.get("bf16").unwrap().data, base);
    assert!(file.skipped.iter().any(|s| s.0 == "complex"), "{:?}", file.skipped);
    let bytes = std::fs::read(golden("io/weights/legacy_views.pt")).unwrap();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("legacy_cut.pt");
    for cut in [20, 100, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        assert!(read(&path).is_err(), "{cut}");
    }
}

/// A network with a linear layer before it is that of the layer's outputs.
#[test]
fn a_linear_layer_before_the_network_becomes_part_of_it() {
    let (units, inputs, shown) = (3, 2, 4);
    let gru = [
        tensor("enc.weight", &[inputs, shown], noise(inputs * shown, 1.0, 1)),
        tensor("enc.bias", &[inputs], noise(inputs, 1.0, 2)),
        tensor("rnn.weight_ih_l0", &[3 * units, inputs], noise(3 * units * inputs, 1.0, 3)),
        tensor("rnn.weight_hh_l0", &[3 * units, units], noise(3 * units * units, 1.0, 4)),
        tensor("rnn.bias_ih_l0", &[3 * units], noise(3 * units, 1.0, 5)),
        tensor("rnn.bias_hh_l0", &[3 * units], noise(3 * units, 1.0, 6)),
    ];
    let file = Tensors { format: "npz", tensors: gru.to_vec(), ..Tensors::default() };
    let map = |text: &str| Spec { map: pairs(text), ..Spec::default() };
    let alone = load(&file, &Spec::default()).unwrap();
    assert!(said(&alone).contains("--map before=enc.weight,before_bias=enc.bias"), "{}", said(&alone));
    let whole = load(&file, &map("before=enc.weight,before_bias=enc.bias")).unwrap();
    assert_eq!((alone.inputs, whole.inputs, whole.unused.len()), (inputs, shown, 0));
    let (x, u) = (noise(units, 1.0, 7), noise(shown, 1.0, 8));
    let (e, b) = (&gru[0].data, &gru[1].data);
    let fed: Vec<f64> =
        (0..inputs).map(|i| b[i] + (0..shown).map(|j| e[i * shown + j] * u[j]).sum::<f64>()).collect();
    let (found, expected) =
        (linearise(whole.system.step(), &x, &u).0, linearise(alone.system.step(), &x, &fed).0);
    for (a, b) in found.iter().zip(&expected) {
        assert!((a - b).abs() < 1e-14, "{found:?} {expected:?}");
    }
    let bad = load(&file, &map("before=rnn.weight_hh_l0")).err().unwrap().to_string();
    assert!(bad.contains("2 rows or columns, the inputs of"), "{bad}");
}

/// Masks and signs multiplied in, blocks side by side, a read-out of rates: against the same by hand.
#[test]
fn weights_in_parts_are_put_together_as_the_formula_says() {
    let n = 4;
    let (w, mask) =
        (noise(n * n, 1.0, 1), vec![1., 0., 1., 1., 1., 1., 0., 1., 0., 1., 1., 1., 1., 1., 1., 0.]);
    let signs = [1.0, -1.0, 1.0, -1.0];
    let half = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| -> Vec<f64> {
        let all = &w;
        rows.flat_map(|i| columns.clone().map(move |j| all[i * n + j])).collect()
    };
    let tensors = vec![
        tensor("W", &[n, n], w.clone()),
        tensor("mask", &[n, n], mask.clone()),
        tensor("signs", &[n], signs.to_vec()),
        tensor("A", &[1, 1], half(0..1, 0..1)),
        tensor("B", &[1, 3], half(0..1, 1..4)),
        tensor("C", &[3, 1], half(1..4, 0..1)),
        tensor("D", &[3, 3], half(1..4, 1..4)),
        tensor("out", &[1, n], vec![1.0; n]),
    ];
    let file = Tensors { format: "npz", tensors, ..Tensors::default() };
    let network = |map: &str| {
        let (cell, tau) = (named("current"), Some(1.0));
        let (activation, euler) = (Some(Activation::Relu), true);
        load(&file, &Spec { cell, tau, activation, euler, dt: Some(0.2), map: pairs(map), ..Spec::default() })
    };
    let dale = network("w_rec=abs(W*mask)*signs,readout_of_rates=out").unwrap();
    for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
        let expected = (w[i * n + j] * mask[i * n + j]).abs() * signs[j];
        assert!((dale.recurrent[0].1[(i, j)] - expected).abs() < 1e-15);
    }
    let x = [1.0, -2.0, 3.0, -4.0];
    let read = dale.readout.unwrap().outputs(faer::Mat::from_fn(n, 1, |i, _| x[i]).as_ref());
    assert!((read[(0, 0)] - 4.0).abs() < 1e-15);
    let whole = network("w_rec=A|B;C|D").unwrap();
    assert!((0..n * n).all(|k| (whole.recurrent[0].1[(k / n, k % n)] - w[k]).abs() < 1e-15));
    let said = network("w_rec=A|B;C").err().unwrap().to_string();
    assert!(said.contains("unequal numbers of blocks"), "{said}");
}
