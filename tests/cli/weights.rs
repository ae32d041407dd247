//! Weight files that cannot be used: exit status 3, with the tensor, what was found and what was expected.

use crate::common::{Place, analyze, golden, network, tensor};
use nullcline::io::tensors::Tensor;

/// The tensors with one replaced or added, or left out if it has no shape.
fn with(mut tensors: Vec<Tensor>, name: &str, shape: Option<&[usize]>) -> Vec<Tensor> {
    tensors.retain(|t| t.name != name);
    tensors.extend(shape.map(|s| tensor(name, s, vec![0.1; s.iter().product()])));
    tensors
}

#[test]
fn shapes_that_do_not_fit_are_named() {
    let place = Place::new("shapes");
    let net = || network(1, 4, 2, 0.8);
    for (name, shape, words) in [
        ("rnn.weight_hh_l0", Some(&[5, 4][..]), &["weight_hh_l0", "[5, 4]", "H x H"][..]),
        ("rnn.weight_hh_l0", Some(&[0, 0]), &["weight_hh_l0", "[0, 0]"]),
        ("rnn.weight_hh_l0", Some(&[16]), &["weight_hh_l0", "[16]", "a matrix"]),
        ("rnn.weight_hh_l0", None, &["weight_hh_l0", "missing"]),
        ("rnn.weight_ih_l0", Some(&[3, 2]), &["weight_ih_l0", "[3, 2]", "4 rows"]),
        ("rnn.bias_hh_l0", Some(&[3]), &["bias_hh_l0", "[3]", "[4]"]),
        ("rnn.weight_hh_l1", Some(&[4, 4]), &["weight_ih_l1", "missing", "layer 1 of 2"]),
        ("rnn.weight_ih_l0_reverse", Some(&[4, 2]), &["weight_ih_l0_reverse", "bidirectional"]),
        ("rnn.weight_hr_l0", Some(&[2, 4]), &["weight_hr_l0", "proj_size"]),
    ] {
        let file = place.save("net.safetensors", &with(net(), name, shape));
        analyze(&place, &[&file], 3, &[&[file.as_str()], words].concat());
    }
    let mut two = with(net(), "rnn.weight_hh_l1", Some(&[4, 4]));
    two = with(two, "rnn.weight_ih_l1", Some(&[4, 3]));
    analyze(&place, &[&place.save("two.safetensors", &two)], 3, &["weight_ih_l1", "[4, 3]", "4 columns"]);
    analyze(&place, &[&place.save("none.safetensors", &[])], 3, &["no recurrent network found"]);
}

#[test]
fn a_network_without_inputs_is_one_with_zero_columns() {
    let place = Place::new("no-inputs");
    let file = place.save("net.safetensors", &with(network(1, 4, 2, 0.8), "rnn.weight_ih_l0", Some(&[4, 0])));
    let ran = analyze(&place, &[&file], 0, &[]);
    assert!(ran.out.contains("4 units, 0 inputs"), "{}", ran.out);
}

#[test]
fn weights_that_are_not_finite_are_named_with_their_index() {
    let place = Place::new("finite");
    for (which, value, words) in [
        (1, f64::NAN, ["rnn.weight_hh_l0", "NaN", "[2, 3]"]),
        (0, f64::NEG_INFINITY, ["rnn.weight_ih_l0", "-inf", "[5, 1]"]),
    ] {
        let mut tensors = network(1, 4, 2, 0.8);
        tensors[0] = tensor("rnn.weight_ih_l0", &[4, 2], vec![0.1; 8]);
        tensors[which].data[if which == 1 { 11 } else { 7 }] = value;
        let words = if which == 0 { [words[0], words[1], "[3, 1]"] } else { words };
        analyze(&place, &[&place.save("net.safetensors", &tensors)], 3, &words);
    }
}

#[test]
fn a_bidirectional_network_does_not_spoil_its_neighbour() {
    let place = Place::new("neighbour");
    let mut tensors = network(1, 4, 2, 0.8);
    for t in network(3, 3, 2, 0.8) {
        let name = t.name.replace("rnn.", "other.");
        tensors.push(Tensor { name: format!("{name}_reverse"), ..t.clone() });
        tensors.push(Tensor { name, ..t });
    }
    let file = place.save("two.safetensors", &tensors);
    analyze(&place, &[&file], 3, &["bidirectional"]);
    analyze(&place, &[&file, "--prefix", "other"], 3, &["bidirectional"]);
    analyze(&place, &[&file, "--prefix", "rnn", "--modules", "recurrent"], 0, &[]);
    analyze(&place, &[&file, "--prefix", "third"], 3, &["`third`", "`other`, `rnn`"]);
}

#[test]
fn damaged_files_are_refused() {
    let place = Place::new("damaged");
    for name in ["gru.pt", "ff2_relu.npz", "ff2_relu.safetensors", "checkpoint.pth"] {
        let bytes = std::fs::read(golden(&format!("io/{name}"))).unwrap();
        for cut in [0, 1, 8, 100, bytes.len() / 2, bytes.len() - 1] {
            let file = place.write(name, &bytes[..cut]);
            analyze(&place, &[&file], 3, &[&file]);
        }
        for at in (0..bytes.len()).step_by(bytes.len() / 12) {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0x5a;
            let file = place.write(name, &bytes);
            let ran = crate::common::run(&["inspect", &file]);
            assert!([0, 3].contains(&ran.status) && !ran.err.contains("panicked"), "{name} {at}: {ran:?}");
        }
    }
    analyze(&place, &["no/such/file.pt"], 3, &["no/such/file.pt", "No such file"]);
    analyze(&place, &[place.0.to_str().unwrap()], 3, &[]);
}

#[test]
fn a_foreign_global_in_a_pickle_is_named_and_not_called() {
    let place = Place::new("pickle");
    // posix.system('touch <here>/called') as protocol 2 pickles it, in the place of a data.pkl.
    let called = place.path("called");
    let pickle = format!("\u{1}cposix\nsystem\n(Vtouch {called}\ntR.").into_bytes();
    let bytes = [&[0x80, 2][..], &pickle[1..]].concat();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in [("a/data.pkl", &bytes[..]), ("a/version", b"3\n")] {
        zip.start_file(name, options).unwrap();
        std::io::Write::write_all(&mut zip, content).unwrap();
    }
    let file = place.write("evil.pt", zip.finish().unwrap().into_inner());
    analyze(&place, &[&file], 3, &["posix.system", "nothing in it was executed"]);
    assert!(!std::path::Path::new(&called).exists());
}

#[test]
fn a_bias_of_the_wrong_length_is_named_and_not_cut() {
    let place = Place::new("bias-length");
    let many = |name: &str, shape: &[usize]| tensor(name, shape, vec![0.1; shape.iter().product()]);
    let keras =
        [many("gru/recurrent_kernel", &[4, 12]), many("gru/kernel", &[2, 12]), many("gru/bias", &[13])];
    analyze(
        &place,
        &[&place.save("keras.safetensors", &keras)],
        3,
        &["`gru/bias` has shape [13], expected [12]"],
    );
    let haiku = [many("gru/w_h", &[4, 12]), many("gru/w_i", &[2, 12]), many("gru/b", &[13])];
    analyze(
        &place,
        &[&place.save("haiku.safetensors", &haiku)],
        3,
        &["`gru/b` has shape [13], expected [12]"],
    );
}

/// g scales v over all but one dimension; of two matrices of one shape neither is a part of the other.
#[test]
fn matrices_that_only_end_in_g_and_v_are_no_weight_norm() {
    let place = Place::new("no-norm");
    let many = |name: &str, value: f64| tensor(name, &[3, 3], vec![value; 9]);
    let file = place.save("net.safetensors", &[many("W_g", 0.1), many("W_v", 0.2)]);
    let arguments = [&*file, "--cell", "vanilla", "--map", "w_rec=W_v", "--modules", "recurrent"];
    analyze(&place, &arguments, 0, &["Not used: `W_g`"]);
    let radius = place.summary("out")["modules"]["recurrent"]["spectral_radius"].as_f64();
    assert!((radius.unwrap() - 0.6).abs() < 1e-12, "{radius:?}");
}

/// The square of the number of inputs has no room (1.2 GB), and need not be held.
#[test]
fn a_wide_input_is_no_square() {
    let place = Place::new("numbers-wide");
    let d = 12_000;
    let net = place.save("w.safetensors", &network(1, 2, d, 0.5));
    analyze(
        &place,
        &[&net, "--modules", "lyapunov,fixed_points", "--starts", "4", "--memory", "500MB"],
        0,
        &[],
    );
    let u = place.summary("out")["modules"]["fixed_points"]["points"].as_array().map(Vec::len);
    assert_eq!(u, Some(1));
}
